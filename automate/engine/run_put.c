/* SPDX-License-Identifier: Apache-2.0
 *
 * A run that a person asks for. No more than rows: the API puts it, and a worker with Lua runs it.
 */
#include <string.h>
#include "automate/event_links.h"
#include "automate/models.h"
#include "automate/runs.h"
#include "automate/switchboard.h"
#include "query/kinds.h"
#include "base/json.h"
#include "base/mem.h"
#include "event/lanes.h"
#include "queue/queue.h"
#include "resolve/uri.h"

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

static int
check_row(struct rv_store *store, const struct rv_kind *kind, int64_t id, rv_err *err)
{
    rv_value row[1], param = rv_vint(id);
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM \"%s\" WHERE id = $1", kind->table);
    int found = rv_store_one(store, row, 1, sql, &param, 1, err);
    return found ? (found < 0 ? found : 0)
                 : rv_fail(err, RV_E_NOT_FOUND, "target: there is no %s %lld", kind->name,
                           (long long)id);
}

/* "vm" and "vmdb_object_type", as ManageIQ names what a path is about. */
static int
add_target(struct rv_ae_value *attrs, struct rv_run *run, struct rv_store *store,
           const struct rv_run_request *request, rv_err *err)
{
    const struct rv_kind *kind = request->target_kind ? rv_query_kind(request->target_kind) : NULL;
    if (request->target_kind == NULL)
        return 0;
    if (kind == NULL || request->target_id <= 0)
        return rv_fail(err, RV_E_INVALID, "there is no kind '%s' of which a row could be meant",
                       request->target_kind);
    if (check_row(store, kind, request->target_id, err))
        return err->code;
    struct rv_ae_value row = rv_ae_vrow(kind->name, request->target_id);
    struct rv_ae_value type = rv_ae_vtext(kind->name);
    rv_ae_set(attrs, kind->name, &row);
    rv_ae_set(attrs, "vmdb_object_type", &type);
    run->target_id = request->target_id;
    rv_run_text(&run->target_kind, kind->name);
    return 0;
}

/* Its runs keep their order with all others of that object. */
static int
take_about(void *arg, const struct rv_event_row *event, rv_err *err)
{
    struct rv_run *run = arg;
    const char *kind = NULL;
    int64_t id = 0;
    (void)err;
    if (run->target_id == 0 && rv_event_about(event, &kind, &id)) {
        run->target_id = id;
        rv_run_text(&run->target_kind, kind);
    }
    return 0;
}

static int
is_open(const char *status)
{
    return strcmp(status, "queued") == 0 || strcmp(status, "running") == 0 ||
           strcmp(status, "retry") == 0;
}

/* An event has one run by each path: of one that is over the row is taken. Its message is gone, so
 * that no worker has it. */
static int
take_row(struct rv_run *run, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    RV_AUTO_RUN struct rv_run before = { 0 };
    RV_AUTO_FREE char *who = NULL;
    const struct rv_field stopped = { "stopped_by", RV_VNULL };
    int found = rv_run_of_event(&before, store, run->event_id, run->uri, err);
    if (found > 0)
        found = rv_run_state(before.status, &who, store, before.id, err);
    if (found <= 0)
        return found;
    if (is_open(before.status)) {
        rv_fail(err, RV_E_CONFLICT, "run %lld of event %lld is not over: %s", (long long)before.id,
                (long long)run->event_id, before.status);
        return rv_hint(err, "'reevectl automate stop %lld' ends it", (long long)before.id);
    }
    run->id = before.id;
    return rv_record_update(store, feed, rv_model_kind("automate_run"), run->id, &stopped, 1, err);
}

static int
add_event(struct rv_run *run, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    if (run->event_id == 0)
        return 0;
    int found = rv_event_by_id(store, run->event_id, take_about, run, err);
    if (found < 0)
        return found;
    return found ? take_row(run, store, feed, err)
                 : rv_fail(err, RV_E_NOT_FOUND, "there is no event %lld", (long long)run->event_id);
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
rv_run_uri_check(const char *uri, rv_err *err)
{
    RV_AUTO_WS_URI struct rv_ws_uri parsed = { 0 };
    if (uri == NULL || uri[0] != '/' || strlen(uri) > RV_RUN_URI_MAX)
        return rv_fail(err, RV_E_INVALID,
                       "a path begins with '/' and has at most %d bytes: /System/Process/Event",
                       RV_RUN_URI_MAX);
    return rv_ws_uri_parse(&parsed, uri, err);
}

int
rv_run_put(struct rv_store *store, struct rv_feed *feed, const struct rv_run_request *request,
           int64_t *run_id, rv_err *err)
{
    const char *uri = request->uri || !request->event_id ? request->uri : RV_EVENT_URI;
    RV_AUTO_RUN struct rv_run run = { .task_id = request->task_id,
                                      .event_id = request->event_id,
                                      .status = "queued" };
    RV_AUTO_AE_VALUE struct rv_ae_value attrs = RV_AE_VNIL;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(2 * RV_RUN_ATTRS_MAX);
    if (rv_run_uri_check(uri, err) < 0)
        return err->code;
    rv_run_text(&run.uri, uri);
    if (read_attrs(&attrs, request->attrs, err) || add_target(&attrs, &run, store, request, err) ||
        add_event(&run, store, feed, err) || rv_ae_to_json(&text, &attrs, err))
        return err->code;
    rv_run_text(&run.attrs, rv_buf_text(&text));
    if (rv_run_write(&run, store, feed, err) || put_message(store, request, &run, err) ||
        rv_run_write(&run, store, feed, err))
        return rv_wrap(err, "put a run of '%s'", uri);
    *run_id = run.id;
    return 0;
}
