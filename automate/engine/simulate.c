/* SPDX-License-Identifier: Apache-2.0
 *
 * A resolution with nobody to run methods.
 */
#include "automate/simulate.h"

#include <string.h>
#include "automate/models.h"
#include "automate/seed.h"
#include "automate/switchboard.h"
#include "automate/trace.h"
#include "query/kinds.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "datastore/cache.h"
#include "model/model.h"
#include "resolve/uri.h"

/* Of an API worker, which others wait for. */
enum { MOST_MS = 2000, MOST_BYTES = 16 << 20 };

struct simulating {
    const struct rv_simulation *wanted;
    struct rv_models *models;
    struct rv_trace *trace;
    const char *uri;
    int64_t until_ms; /* monotonic */
};

static void
trace(void *arg, const struct rv_ws_step *step)
{
    rv_trace_step(((struct simulating *)arg)->trace, step);
}

static int
find_row(void *arg, struct rv_ae_value *out, const char *class_name, int64_t id, rv_err *err)
{
    struct simulating *simulating = arg;
    const struct rv_kind *kind = rv_query_kind(class_name);
    *out = RV_AE_VNIL;
    if (kind == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no model '%s'", class_name);
    int found = rv_models_find(simulating->models, kind, id, out, err);
    return found < 0 ? found : 0;
}

/* Of a row that is gone everything is nil. */
static int
read_column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
            rv_err *err)
{
    struct simulating *simulating = arg;
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    *out = RV_AE_VNIL;
    int found = rv_models_find(simulating->models, rv_model_kind(kind), id, &row, err);
    if (found <= 0)
        return found;
    return rv_models_column(simulating->models, rv_model_kind(kind), id, name, out, err);
}

static int
pulse(void *arg, rv_err *err)
{
    const struct simulating *simulating = arg;
    return rv_monotonic_ms() < simulating->until_ms
               ? 0
               : rv_fail(err, RV_E_LIMIT, "a simulation takes %d s at most", MOST_MS / 1000);
}

static int
seed_target(struct simulating *simulating, struct rv_ws *ws, rv_err *err)
{
    const struct rv_simulation *wanted = simulating->wanted;
    struct rv_ae_value row = RV_AE_VNIL;
    if (wanted->target_kind == NULL)
        return 0;
    const struct rv_kind *kind = rv_query_kind(wanted->target_kind);
    if (kind == NULL)
        return rv_fail(err, RV_E_INVALID, "target: there is no kind '%s'", wanted->target_kind);
    int found = rv_models_find(simulating->models, kind, wanted->target_id, &row, err);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "target: there is no %s %lld", kind->name,
                       (long long)wanted->target_id);
    if (found > 0)
        rv_ws_seed(ws, kind->name, &row);
    return found < 0 ? found : 0;
}

static int
seed(struct simulating *simulating, struct rv_ws *ws, rv_err *err)
{
    const struct rv_simulation *wanted = simulating->wanted;
    if (wanted->event_id && rv_seed_event(ws, simulating->models, wanted->event_id, NULL, err))
        return err->code;
    if (rv_seed_given(ws, wanted->attrs, err))
        return err->code;
    return seed_target(simulating, ws, err);
}

static void
write_answer(rv_buf *out, const struct simulating *simulating, const char *outcome,
             const char *reason)
{
    rv_json_writer w = rv_json_to(out);
    RV_AUTO_BUF rv_buf steps = rv_buf_limited(out->limit);
    rv_trace_text(simulating->trace, &steps);
    rv_jw_object(&w);
    rv_jw_name(&w, "uri");
    rv_jw_string(&w, simulating->uri);
    rv_jw_name(&w, "outcome");
    rv_jw_string(&w, outcome);
    if (reason) {
        rv_jw_name(&w, "reason");
        rv_jw_string(&w, reason);
    }
    rv_jw_name(&w, "steps");
    rv_jw_raw(&w, rv_buf_text(&steps), steps.len);
    rv_jw_end_object(&w);
}

static int
walk(rv_buf *out, struct simulating *simulating, struct rv_ws *ws, rv_err *err)
{
    static const char *const outcomes[] = { [RV_WS_DONE] = "done",
                                            [RV_WS_RETRY] = "retry",
                                            [RV_WS_FAILED] = "failed",
                                            [RV_WS_ABORTED] = "aborted" };
    if (seed(simulating, ws, err) < 0)
        return err->code;
    int rc = rv_ws_instantiate(ws, NULL, simulating->uri, NULL, err);
    if (rv_ws_interrupts(rc))
        return rc;
    const struct rv_ws_object *root = rv_ws_root(ws);
    const struct rv_ae_value *reason = root ? rv_ws_get(root, "ae_reason") : NULL;
    if (rc < 0)
        write_answer(out, simulating, "error", err->text);
    else
        write_answer(out, simulating, outcomes[rv_ws_outcome(ws)],
                     reason && reason->type == RV_AE_TEXT ? reason->v.text : NULL);
    rv_err_clear(err);
    return rv_buf_check(out, err);
}

static int
simulate(rv_buf *out, struct simulating *simulating, const struct rv_ae_source *source, rv_err *err)
{
    const struct rv_ws_calls calls = {
        .arg = simulating, .row = find_row, .column = read_column, .pulse = pulse, .trace = trace
    };
    const struct rv_ws_limits limits = { .total = MOST_BYTES };
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    struct rv_ws *ws;
    if (rv_ws_uri_parse(&uri, simulating->uri, err) < 0 ||
        rv_ws_open(&ws, source, &calls, &limits, err) < 0)
        return err->code;
    simulating->until_ms = rv_monotonic_ms() + MOST_MS;
    int rc = walk(out, simulating, ws, err);
    rv_ws_close(ws);
    return rc;
}

int
rv_automate_simulate(rv_buf *out, struct rv_store *store, const struct rv_ae_source *source,
                     const struct rv_simulation *simulation, rv_err *err)
{
    struct simulating simulating = { .wanted = simulation,
                                     .models = rv_models_new(store),
                                     .trace = rv_trace_new(),
                                     .uri = simulation->uri ? simulation->uri : RV_EVENT_URI };
    struct rv_ae_cache *cache = source ? NULL : rv_ae_cache_new(store, 0);
    if (cache == NULL || rv_ae_cache_refresh(cache, err) >= 0)
        simulate(out, &simulating, source ? source : rv_ae_cache_source(cache), err);
    rv_ae_cache_free(cache);
    rv_trace_free(simulating.trace);
    rv_models_free(simulating.models);
    return err->code;
}
