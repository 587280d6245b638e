/* SPDX-License-Identifier: Apache-2.0
 *
 * From frames to rows of event_streams. A worker's row is gone when it has ended: pid, guid and
 * type stand in the event itself.
 */
#include "server/happenings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "event/event.h"
#include "server/protocol.h"
#include "server/worker_types.h"

enum { MOST_WAITING = 1024 };

struct rv_happenings {
    struct rv_worker *worker;
    cJSON *waiting; /* grows, and loses its oldest, in every wait: never walked across one */
};

struct rv_happenings *
rv_happenings_new(struct rv_worker *worker)
{
    struct rv_happenings *happenings = rv_alloc(sizeof(*happenings));
    happenings->worker = worker;
    happenings->waiting = cJSON_CreateArray();
    return happenings;
}

void
rv_happenings_free(struct rv_happenings *happenings)
{
    if (happenings == NULL)
        return;
    cJSON_Delete(happenings->waiting);
    free(happenings);
}

/* Takes one. */
static void
add(struct rv_happenings *happenings, cJSON *one)
{
    if (cJSON_GetArraySize(happenings->waiting) >= MOST_WAITING)
        cJSON_DeleteItemFromArray(happenings->waiting, 0);
    cJSON_AddItemToArray(happenings->waiting, one);
}

void
rv_happenings_add(struct rv_happenings *happenings, const cJSON *frame)
{
    if (rv_json_string(frame, "event") != NULL)
        add(happenings, cJSON_Duplicate(frame, 1));
}

void
rv_happenings_server(struct rv_happenings *happenings, const char *event, const char *reason)
{
    RV_AUTO_JSON cJSON *frame = rv_message_new("event");
    cJSON_AddStringToObject(frame, "event", event);
    cJSON_AddNumberToObject(frame, "at_ms", (double)rv_now_ms());
    if (reason)
        cJSON_AddStringToObject(frame, "reason", reason);
    rv_happenings_add(happenings, frame);
}

/* "generic worker 4711: it is old" */
static char *
message_of(const struct rv_worker *worker, const cJSON *one)
{
    const char *type = rv_json_string(one, "worker");
    const char *provider = rv_json_string(one, "provider_name");
    const char *reason = rv_json_string(one, "reason");
    if (type == NULL)
        return rv_format("server %s%s%s", worker->server_guid, reason ? ": " : "",
                         reason ? reason : "");
    return rv_format("%s worker %" PRId64 "%s%s%s%s", type, rv_json_int(one, "pid", 0),
                     provider ? " of " : "", provider ? provider : "", reason ? ": " : "",
                     reason ? reason : "");
}

/* What is told of it, without the words between processes. */
static char *
data_of(const struct rv_worker *worker, const cJSON *one)
{
    static const char *const internal[] = { "type", "event", "at_ms", "row" };
    RV_AUTO_JSON cJSON *data = cJSON_Duplicate(one, 1);
    for (size_t i = 0; i < RV_COUNT(internal); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(data, internal[i]);
    const char *type = rv_json_string(one, "worker");
    if (type)
        cJSON_AddStringToObject(data, "type", type);
    cJSON_DeleteItemFromObjectCaseSensitive(data, "worker");
    cJSON_AddStringToObject(data, "server_guid", worker->server_guid);
    return cJSON_PrintUnformatted(data);
}

/* Also then not of workers that are there on demand: handling what happens to an event handler
 * would keep one for ever. */
static int
flags_of(const struct rv_worker *worker, const cJSON *one)
{
    const char *name = rv_json_string(one, "worker");
    const struct rv_worker_type *type = name ? rv_worker_type_find(name) : NULL;
    int handled = rv_settings_int(worker->settings, "events.own") &&
                  !(type && (type->flags & RV_TYPE_ON_DEMAND));
    return handled ? 0 : RV_EVENT_KEPT;
}

static int
write_one(const struct rv_worker *worker, const cJSON *one, rv_err *err)
{
    RV_AUTO_FREE char *message = message_of(worker, one);
    RV_AUTO_FREE char *data = data_of(worker, one);
    int64_t row = rv_json_int(one, "row", 0);
    const struct rv_event event = {
        .event_type = rv_json_string(one, "event"),
        .message = message,
        .timestamp_ms = rv_json_int(one, "at_ms", 0),
        .target_kind = row ? "worker" : "server",
        .target_id = row ? row : worker->server_id,
        .ems_id = rv_json_int(one, "provider", 0),
        .full_data = data,
        .flags = flags_of(worker, one),
    };
    return rv_event_raise(worker->store, &event, NULL, err);
}

static int
write_each(const struct rv_worker *worker, const cJSON *batch, rv_err *err)
{
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, batch)
    {
        if (write_one(worker, one, err) < 0)
            return err->code;
    }
    return 0;
}

static int
write_batch(const struct rv_worker *worker, const cJSON *batch, rv_err *err)
{
    struct rv_store *store = worker->store;
    if (rv_store_reserve_ids(store, cJSON_GetArraySize(batch) + 1, err))
        return err->code;
    rv_store_relax(store, 1); /* after a power cut there are other things to tell */
    int failed = rv_store_begin(store, err);
    if (!failed && write_each(worker, batch, err)) {
        failed = err->code;
        rv_store_rollback(store);
    } else if (!failed) {
        failed = rv_store_commit(store, err);
    }
    rv_store_relax(store, 0);
    return failed;
}

/* Before those that came meanwhile. Takes batch. */
static void
put_back(struct rv_happenings *happenings, cJSON *batch)
{
    cJSON *late = happenings->waiting;
    happenings->waiting = batch;
    while (cJSON_GetArraySize(late) > 0)
        add(happenings, cJSON_DetachItemFromArray(late, 0));
    cJSON_Delete(late);
}

int
rv_happenings_write(struct rv_happenings *happenings, rv_err *err)
{
    cJSON *batch = happenings->waiting;
    if (cJSON_GetArraySize(batch) == 0)
        return 0;
    happenings->waiting = cJSON_CreateArray();
    if (write_batch(happenings->worker, batch, err)) {
        put_back(happenings, batch);
        return rv_wrap(err, "write events");
    }
    cJSON_Delete(batch);
    return 0;
}
