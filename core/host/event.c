/* SPDX-License-Identifier: Apache-2.0
 *
 * The watch of events. An event is an object of kind event_stream, made with the setters of
 * inventory; what core says of it by itself no provider may set. Where an object of inventory would
 * be refused for its length, an event is cut: it will not come again.
 */
#include "host/run.h"

#include <string.h>
#include "base/text.h"
#include "base/wait.h"

enum { BEAT_EVERY = 128 /* events */, MESSAGE_BYTES = 16 << 10, TYPE_BYTES = 255 };

/* The end of the year 9999. */
#define TIME_MAX_MS INT64_C(253402300799999)

/* Columns that core fills, or whoever raises an event of the server's own. */
static const char *const kept[] = {
    "id",        "event_type", "event_group", "event_level",       "type",    "timestamp",
    "source",    "ems_id",     "ems_ref",     "generating_ems_id", "user_id", "group_id",
    "tenant_id", "lane_id",    "number",      "created_on",
};

static void
find_kept(struct reeve_event_sink *sink)
{
    const struct rv_kind *kind = sink->kind;
    sink->kept = rv_alloc((size_t)kind->column_count + 1);
    for (size_t i = 0; i < RV_COUNT(kept); i++) {
        int column = rv_kind_column(kind, kept[i]);
        if (column >= 0)
            sink->kept[column] = 1;
    }
    for (int i = 0; i < kind->column_count; i++)
        sink->kept[i] |= (kind->columns[i].flags & REEVE_COL_INTERNAL) != 0;
    sink->type_column = rv_kind_column(kind, "event_type");
    sink->class_column = rv_kind_column(kind, "type");
    sink->time_column = rv_kind_column(kind, "timestamp");
    sink->source_column = rv_kind_column(kind, "source");
    sink->ref_column = rv_kind_column(kind, "ems_ref");
    sink->message_column = rv_kind_column(kind, "message");
}

static void
begin(struct reeve_event_sink *sink, struct reeve_call *call, const struct rv_module *module)
{
    memset(sink, 0, sizeof(*sink));
    rv_inventory_begin(&sink->inventory, call, module);
    /* Nothing of inventory may be emitted here, children neither. */
    memset(sink->inventory.kinds, 0, (size_t)sink->inventory.kind_count);
    sink->inventory.events = sink;
    sink->source = module->events.source;
    sink->kind = rv_model_kind("event_stream");
    find_kept(sink);
}

static void
end(struct reeve_event_sink *sink)
{
    free(sink->kept);
    rv_inventory_end(&sink->inventory);
}

int
rv_event_keeps(const struct reeve_object *obj, int column)
{
    const struct reeve_event_sink *sink = obj->inventory->events;
    return sink && obj->object.kind == sink->kind && sink->kept[column];
}

size_t
rv_event_cut(const struct reeve_object *obj, int column, const char *bytes, size_t len)
{
    const struct reeve_event_sink *sink = obj->inventory->events;
    size_t most = sink && column == sink->message_column ? MESSAGE_BYTES : RV_NAME_BYTES;
    if (sink == NULL || len <= most)
        return len;
    while (most > 0 && ((unsigned char)bytes[most] & 0xC0) == 0x80)
        most--;
    return most;
}

static const char *
type_problem(const char *type, int *error_class)
{
    *error_class = REEVE_E_INVALID;
    if (type == NULL || type[0] == 0)
        return "is empty";
    size_t len = strlen(type);
    if (len > TYPE_BYTES) {
        *error_class = REEVE_E_LIMIT;
        return "is longer than 255 bytes";
    }
    return rv_utf8_valid(type, len) ? NULL : "is not UTF-8";
}

/* What is wrong with it sticks to blame. */
static int
check_event(struct reeve_object *blame, const char *type, const char *ref, int64_t time_ms)
{
    int error_class;
    const char *problem = type_problem(type, &error_class);
    if (problem) {
        rv_object_fail(blame, error_class, "the type of an event %s", problem);
        return -1;
    }
    problem = rv_ref_problem(ref, &error_class);
    if (problem) {
        rv_object_fail(blame, error_class, "the ref of an event '%s' %s", type, problem);
        return -1;
    }
    if (time_ms <= 0 || time_ms > TIME_MAX_MS) {
        rv_object_fail(blame, REEVE_E_INVALID,
                       "event '%s' '%.80s' has no time, or none that can be", type, ref);
        return -1;
    }
    return 0;
}

static rv_value
keep(struct reeve_event_sink *sink, const char *text)
{
    size_t len = strlen(text);
    return rv_vtext_len(rv_arena_strndup(sink->inventory.arena, text, len), len);
}

struct reeve_object *
rv_event_begin(struct reeve_event_sink *sink, const char *type, const char *ref, int64_t time_ms)
{
    struct reeve_inventory *inv = &sink->inventory;
    rv_inventory_forgotten(inv);
    struct reeve_object *blame = rv_object_hole(inv);
    inv->open = blame;
    if (check_event(blame, type, ref, time_ms) < 0)
        return blame;
    struct reeve_object *obj = rv_object_open(inv, sink->kind, ref);
    if (obj == blame)
        return blame;
    rv_value *values = obj->object.values;
    values[sink->type_column] = keep(sink, type);
    values[sink->class_column] = rv_vtext("EmsEvent");
    values[sink->time_column] = rv_vint(time_ms);
    values[sink->source_column] = rv_vtext(sink->source);
    values[sink->ref_column] = keep(sink, ref);
    return obj;
}

static int
check_token(struct reeve_call *call, const char *token)
{
    size_t len = strlen(token);
    if (len > RV_TOKEN_BYTES)
        return rv_fail(&call->err, REEVE_E_LIMIT, "an event's token has at most %d bytes",
                       RV_TOKEN_BYTES);
    if (!rv_utf8_valid(token, len))
        return rv_fail(&call->err, REEVE_E_INVALID, "an event's token must be UTF-8");
    return 0;
}

/* event NULL: the position alone. */
static int
hand_over(struct reeve_event_sink *sink, const struct rv_object *event, const char *token)
{
    struct reeve_inventory *inv = &sink->inventory;
    rv_err err = RV_ERR_INIT;
    if (inv->sink->event(inv->sink->arg, event, token, &err) >= 0)
        return 0;
    rv_wrap(&err, "save events");
    return rv_call_broken(inv->call, &err);
}

/* It cannot be taken. What comes after it can, so one does not begin with it again. */
static int
refuse(struct reeve_event_sink *sink, struct reeve_object *obj, const rv_err *why,
       const char *token)
{
    struct reeve_inventory *inv = &sink->inventory;
    rv_err kept_why = *why;
    if (inv->sink->rejected)
        inv->sink->rejected(inv->sink->arg, sink->kind, obj->object.ref ? obj->object.ref : "",
                            &kept_why);
    int rc = token ? hand_over(sink, NULL, token) : 0;
    if (rc)
        return rc;
    inv->call->err = kept_why;
    return kept_why.code;
}

static int
emit_checked(struct reeve_event_sink *sink, struct reeve_object *obj, const char *token)
{
    struct reeve_inventory *inv = &sink->inventory;
    rv_err err = RV_ERR_INIT;
    if (inv->failure.code)
        return refuse(sink, obj, &inv->failure, token);
    if (rv_object_check(obj, &err) < 0)
        return refuse(sink, obj, &err, token);
    obj->object.replaced_bytes = inv->replaced_bytes;
    return hand_over(sink, &obj->object, token);
}

int32_t
rv_event_emit(struct reeve_object *obj, const char *token)
{
    struct reeve_inventory *inv = obj->inventory;
    struct reeve_event_sink *sink = inv->events;
    if (sink == NULL || inv->open != obj)
        return rv_fail(&inv->call->err, REEVE_E_INVALID,
                       "only an event that is open can be emitted by reeve_event_emit");
    int rc = rv_call_check(inv->call);
    if (rc == 0 && ++inv->emitted % BEAT_EVERY == 0)
        rc = rv_wait_poll(&inv->call->err);
    if (rc == 0 && token)
        rc = check_token(inv->call, token);
    if (rc == 0)
        rc = emit_checked(sink, obj, token);
    rv_object_end(inv);
    return rc;
}

int32_t
rv_event_position(struct reeve_event_sink *sink, const char *token)
{
    struct reeve_call *call = sink->inventory.call;
    int rc = rv_call_check(call);
    if (rc == 0 && token == NULL)
        rc = rv_fail(&call->err, REEVE_E_INVALID, "a position must be given");
    if (rc == 0)
        rc = check_token(call, token);
    return rc ? rc : hand_over(sink, NULL, token);
}

const struct reeve_event_type *
rv_module_event_types(const struct rv_module *module)
{
    return module->events.types;
}

const struct reeve_event_type *
rv_module_event_type(const struct rv_module *module, const char *name)
{
    const struct reeve_event_type *type = module->events.types;
    for (; type && type->name; type++) {
        size_t len = strlen(type->name);
        if (strcmp(type->name, name) == 0 ||
            (len && type->name[len - 1] == '*' && strncmp(type->name, name, len - 1) == 0))
            return type;
    }
    return NULL;
}

int
rv_connection_events(struct rv_connection *connection, const struct rv_call_spec *spec,
                     const char *token, rv_err *err)
{
    const struct rv_module *module = connection->module;
    if (module->provider.events == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' has no events", module->name);
    struct rv_run run;
    struct reeve_event_sink sink;
    rv_run_begin(&run, module, "events", spec);
    begin(&sink, &run.call, module);
    /* The caller's may be replaced by what is emitted. */
    RV_AUTO_FREE char *own = token ? rv_strdup(token) : NULL;
    int rc = module->events.watch(&run.call, connection->conn, own, &sink);
    end(&sink);
    return rv_run_end(&run, rc, err);
}
