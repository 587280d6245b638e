/* SPDX-License-Identifier: Apache-2.0
 *
 * Events that somebody makes over the API: they wait for the handler like all others.
 */
#include "api/events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "api/feed.h"
#include "api/identify.h"
#include "base/clock.h"
#include "base/text.h"
#include "event/event.h"

enum { WORD_MAX = 250, MESSAGE_MAX = 16 << 10, AHEAD_MS = 10 * 60 * 1000 };

/* What the client said. */
struct given {
    struct rv_event event;
    const char *target_type;
    char *target_name; /* ours */
    struct rv_field name;
    rv_buf data;
};

static int
read_text(const char **out, const cJSON *value, size_t most, rv_err *err)
{
    *out = NULL;
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsString(value) || *value->valuestring == '\0')
        return rv_fail(err, RV_E_INVALID, "%s: a text is expected", value->string);
    if (strlen(value->valuestring) > most)
        return rv_fail(err, RV_E_INVALID, "%s: at most %zu bytes are taken", value->string, most);
    *out = value->valuestring;
    return 0;
}

static int
read_time(struct given *given, const cJSON *value, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsString(value) ||
        rv_parse_time(&given->event.timestamp_ms, value->valuestring, &ignored) < 0)
        return rv_fail(err, RV_E_INVALID,
                       "timestamp: a time such as 2026-11-22T10:00:00Z is expected");
    /* It would outlive all others when old events are purged. */
    if (given->event.timestamp_ms > rv_now_ms() + AHEAD_MS)
        return rv_fail(err, RV_E_INVALID, "timestamp: %s is more than ten minutes ahead",
                       value->valuestring);
    return 0;
}

static int
read_data(struct given *given, const cJSON *value, rv_err *err)
{
    if (cJSON_IsNull(value))
        return 0;
    if (rv_json_canonical(&given->data, value) < 0 || rv_buf_check(&given->data, err) < 0) {
        rv_err_clear(err);
        return rv_fail(err, RV_E_INVALID, "full_data is larger than %d bytes", RV_EVENT_DATA_MAX);
    }
    given->event.full_data = rv_buf_text(&given->data);
    return 0;
}

static int
read_chain(struct given *given, const cJSON *value, rv_err *err)
{
    if (cJSON_IsNull(value))
        return 0;
    if (rv_id_read(&given->event.chain_id, value, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID,
                   "chain_id: a whole number above 0 is expected, as a text or a number");
}

static int
read_member(struct given *given, const cJSON *value, rv_err *err)
{
    struct rv_event *event = &given->event;
    const char *name = value->string;
    if (rv_streq(name, "event_type"))
        return read_text(&event->event_type, value, WORD_MAX, err);
    if (rv_streq(name, "message"))
        return read_text(&event->message, value, MESSAGE_MAX, err);
    if (rv_streq(name, "source"))
        return read_text(&event->source, value, WORD_MAX, err);
    if (rv_streq(name, "target_type"))
        return read_text(&given->target_type, value, WORD_MAX, err);
    if (rv_streq(name, "target_id"))
        return cJSON_IsNull(value) ? 0 : rv_id_read(&event->target_id, value, err);
    if (rv_streq(name, "timestamp"))
        return read_time(given, value, err);
    if (rv_streq(name, "chain_id"))
        return read_chain(given, value, err);
    if (rv_streq(name, "full_data"))
        return read_data(given, value, err);
    return 0;
}

static int
read_given(struct given *given, const cJSON *item, rv_err *err)
{
    static const char *const keys[] = { "action",    "event_type",  "message",   "source",
                                        "timestamp", "target_type", "target_id", "chain_id",
                                        "full_data", NULL };
    const cJSON *value;
    if (rv_json_check_keys(item, keys, "an event", err) < 0)
        return err->code;
    cJSON_ArrayForEach(value, item)
    {
        if (read_member(given, value, err) < 0)
            return err->code;
    }
    if (given->event.event_type == NULL)
        return rv_fail(err, RV_E_INVALID, "an event needs an event_type");
    if ((given->target_type == NULL) != (given->event.target_id == 0))
        return rv_fail(err, RV_E_INVALID, "target_type and target_id belong together");
    return 0;
}

/* The column of events that keeps such an object's name; NULL: none does. */
static const char *
name_column_of(const struct rv_kind *target)
{
    static const struct {
        const char *kind, *column;
    } names[] = {
        { "container_group", "container_group_name" },
        { "container_node", "container_node_name" },
        { "container_replicator", "container_replicator_name" },
        { "container", "container_name" },
        { "ems_cluster", "ems_cluster_name" },
        { "vm", "vm_name" },
        { "host", "host_name" },
    };
    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (rv_streq(names[i].kind, target->name))
            return names[i].column;
    return NULL;
}

/* Lists of events tell the name, also when the object is gone. */
static void
keep_name(struct given *given, const char *column, const rv_value *name)
{
    if (column == NULL || name->type != RV_TEXT)
        return;
    given->target_name = rv_strdup(name->v.text);
    given->name = (struct rv_field){ column, rv_vtext(given->target_name) };
    given->event.more = &given->name;
    given->event.more_count = 1;
}

/* The row that it is about, and the provider of that. */
static int
find_target(struct given *given, struct rv_store *store, rv_err *err)
{
    const char *word = given->target_type;
    if (word == NULL)
        return 0;
    const struct rv_kind *kind = rv_model_lookup(word);
    if (kind == NULL)
        kind = rv_model_class(word);
    if (kind == NULL)
        return rv_fail(err, RV_E_INVALID, "target_type: there is no kind '%.100s'", word);
    int has_provider = rv_kind_column(kind, "ems_id") >= 0;
    const char *named = name_column_of(kind);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT id, %s, %s FROM \"%s\" WHERE id = $1",
                  has_provider ? "COALESCE(ems_id, 0)" : "0", named ? "name" : "NULL", kind->table);
    const rv_value params[] = { rv_vint(given->event.target_id) };
    rv_value row[3];
    int found = rv_store_one(store, row, 3, sql, params, 1, err);
    if (found < 0)
        return found;
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no %s with id %" PRId64, kind->name,
                       given->event.target_id);
    given->event.target_kind = kind->name;
    given->event.ems_id = row[1].v.i;
    keep_name(given, named, &row[2]);
    return 0;
}

int
rv_event_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_api *api = job->req->api;
    struct given given = { .event = { .type = "CustomEvent",
                                      .source = "CUSTOM",
                                      .username = job->req->who.userid,
                                      .user_id = job->req->who.user_id },
                           .data = rv_buf_limited(RV_EVENT_DATA_MAX) };
    if (!cJSON_IsObject(item))
        rv_fail(err, RV_E_INVALID, "an event is an object with an event_type");
    else if (read_given(&given, item, err) == 0 && find_target(&given, api->config.store, err) == 0)
        rv_event_raise(api->config.store, &given.event, &id, err);
    if (err->code == 0) {
        api->config.host.wake(api->config.host.arg, "ems");
        rv_job_result(job, id,
                      rv_arena_format(job->req->arena, "Event id:%" PRId64 " created", id));
        rv_jw_end_object(rv_job_out(job));
    }
    rv_buf_free(&given.data);
    free(given.target_name);
    return err->code;
}
