/* SPDX-License-Identifier: Apache-2.0
 *
 * What a path of the datastore leads to: resolved here, since it runs no method and writes nothing.
 */
#include <string.h>
#include "api/api_internal.h"
#include "api/automate_runs.h"
#include "api/identify.h"
#include "automate/runs.h"
#include "automate/simulate.h"
#include "base/clock.h"
#include "base/mem.h"

/* Those of a list have so much together: others wait for this worker. */
enum { ANSWER_MAX = 4 << 20, TOGETHER_MS = 2000, TOGETHER_BYTES = 1 << 20 };

static int
read_request(struct rv_simulation *out, const cJSON *item, char **attrs, rv_err *err)
{
    static const char *const keys[] = { "action", "uri", "attributes", "target", "event", NULL };
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(item, "attributes");
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(item, "event");
    if (rv_json_check_keys(item, keys, "a simulation", err))
        return err->code;
    out->uri = rv_json_string(item, "uri");
    if (given && !cJSON_IsNull(given) && !cJSON_IsObject(given))
        return rv_fail(err, RV_E_INVALID, "attributes: an object is expected");
    *attrs = cJSON_IsObject(given) ? cJSON_PrintUnformatted(given) : NULL;
    out->attrs = *attrs;
    if (event && !cJSON_IsNull(event) && rv_id_read(&out->event_id, event, err))
        return rv_wrap(err, "event");
    if (out->uri == NULL && out->event_id == 0)
        return rv_fail(err, RV_E_INVALID,
                       "uri: a path such as /System/Process/Event is expected, or an event");
    if (out->uri && rv_run_uri_check(out->uri, err) < 0)
        return err->code;
    return rv_automate_target(&out->target_kind, &out->target_id,
                              cJSON_GetObjectItemCaseSensitive(item, "target"), err);
}

/* The members of the simulation, in the result that is open. */
static void
write_result(rv_json_writer *w, const cJSON *simulated)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, simulated)
    {
        char *text = cJSON_PrintUnformatted(member);
        rv_jw_name(w, member->string);
        rv_jw_raw(w, text ? text : "null", text ? strlen(text) : 4);
        cJSON_free(text);
    }
}

static int
check_together(const struct rv_job *job, rv_err *err)
{
    int64_t took_ms = rv_monotonic_ms() - job->began_ms;
    if (!job->bulk || (took_ms < TOGETHER_MS && job->req->answer.body.len < (size_t)TOGETHER_BYTES))
        return 0;
    return rv_fail(err, RV_E_LIMIT,
                   "the simulations of one request have %d s and %d bytes together: ask for this "
                   "one by itself",
                   TOGETHER_MS / 1000, TOGETHER_BYTES);
}

int
rv_automate_simulate_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    RV_AUTO_FREE char *attrs = NULL;
    RV_AUTO_BUF rv_buf answer = rv_buf_limited(ANSWER_MAX);
    RV_AUTO_JSON cJSON *simulated = NULL;
    struct rv_simulation simulation = { 0 };
    rv_json_writer *w = rv_job_out(job);
    (void)id;
    if (check_together(job, err) < 0 || read_request(&simulation, item, &attrs, err) < 0 ||
        rv_automate_simulate(&answer, job->req->api->config.store, NULL, &simulation, err) < 0 ||
        rv_json_parse(&simulated, rv_buf_text(&answer), answer.len, ANSWER_MAX, 0, err) < 0)
        return err->code;
    rv_jw_object(w);
    rv_jw_name(w, "success");
    rv_jw_flag(w, 1);
    rv_jw_name(w, "message");
    rv_jw_string(w, "No method was run");
    write_result(w, simulated);
    rv_jw_end_object(w);
    return 0;
}
