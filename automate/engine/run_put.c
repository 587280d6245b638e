/* SPDX-License-Identifier: Apache-2.0
 *
 * A run that a person asks for. No more than rows: the API puts it, and a worker with Lua runs it.
 */
#include <string.h>
#include "automate/models.h"
#include "automate/runs.h"
#include "base/json.h"
#include "base/mem.h"
#include "queue/queue.h"

#define MESSAGE_MS (60 * 60 * 1000LL)

void
rv_run_series(char out[96], const struct rv_run *run)
{
    out[0] = '\0';
    if (run->target_kind && run->target_id)
        snprintf(out, 96, "ae/%s/%lld", run->target_kind, (long long)run->target_id);
}

static int
read_attrs(struct rv_ae_value *out, const char *attrs, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    *out = rv_ae_vmap();
    if (attrs == NULL)
        return 0;
    if (rv_json_parse(&json, attrs, strlen(attrs), RV_RUN_ATTRS_MAX, 0, err) ||
        rv_ae_from_plain_json(out, json, err))
        return rv_wrap(err, "attributes");
    return out->type == RV_AE_MAP
               ? 0
               : rv_fail(err, RV_E_INVALID, "attributes are no object of names and values");
}

/* "vm" and "vmdb_object_type", as ManageIQ names what a path is about. */
static int
add_target(struct rv_ae_value *attrs, struct rv_run *run, const struct rv_run_request *request,
           rv_err *err)
{
    const struct rv_kind *kind = request->target_kind ? rv_models_kind(request->target_kind) : NULL;
    if (request->target_kind == NULL)
        return 0;
    if (kind == NULL || request->target_id <= 0)
        return rv_fail(err, RV_E_INVALID, "there is no kind '%s' of which a row could be meant",
                       request->target_kind);
    struct rv_ae_value row = rv_ae_vrow(kind->name, request->target_id);
    struct rv_ae_value type = rv_ae_vtext(kind->name);
    rv_ae_set(attrs, kind->name, &row);
    rv_ae_set(attrs, "vmdb_object_type", &type);
    run->target_id = request->target_id;
    rv_run_text(&run->target_kind, kind->name);
    return 0;
}

static int
put_message(struct rv_store *store, const struct rv_run_request *request, struct rv_run *run,
            rv_err *err)
{
    char series[96];
    RV_AUTO_FREE char *args = rv_format("{\"run\":%lld}", (long long)run->id);
    rv_run_series(series, run);
    const struct rv_message_spec spec = { .queue_name = RV_AUTOMATE_QUEUE,
                                          .role = RV_AUTOMATE_ROLE,
                                          .zone = request->zone,
                                          .class_name = RV_AUTOMATE_CLASS,
                                          .method_name = RV_AUTOMATE_DELIVER,
                                          .args = args,
                                          .priority = RV_PRIORITY_HIGH,
                                          .max_attempts = RV_AUTOMATE_ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .timeout_ms = MESSAGE_MS,
                                          .task_id = request->task_id,
                                          .user_id = request->user_id,
                                          .series = series };
    return rv_queue_put(store, &spec, &run->message_id, err);
}

int
rv_run_put(struct rv_store *store, struct rv_feed *feed, const struct rv_run_request *request,
           int64_t *run_id, rv_err *err)
{
    RV_AUTO_RUN struct rv_run run = { .task_id = request->task_id, .status = "queued" };
    RV_AUTO_AE_VALUE struct rv_ae_value attrs = RV_AE_VNIL;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(2 * RV_RUN_ATTRS_MAX);
    if (request->uri == NULL || request->uri[0] != '/' || strlen(request->uri) > RV_RUN_URI_MAX)
        return rv_fail(err, RV_E_INVALID,
                       "a path begins with '/' and has at most %d bytes: /System/Process/Event",
                       RV_RUN_URI_MAX);
    if (read_attrs(&attrs, request->attrs, err) || add_target(&attrs, &run, request, err) ||
        rv_ae_to_json(&text, &attrs, err))
        return err->code;
    rv_run_text(&run.uri, request->uri);
    rv_run_text(&run.attrs, rv_buf_text(&text));
    if (rv_run_write(&run, store, feed, err) || put_message(store, request, &run, err) ||
        rv_run_write(&run, store, feed, err))
        return rv_wrap(err, "put a run of '%s'", request->uri);
    *run_id = run.id;
    return 0;
}
