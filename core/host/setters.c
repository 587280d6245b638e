/* SPDX-License-Identifier: Apache-2.0
 *
 * The setters of the open object. They are called for every column of every
 * object of a listing, so a column is found by the address of its name first: providers pass
 * literals, whose address stays the same.
 */
#include "host/internal.h"

#include <math.h>
#include <string.h>
#include "base/text.h"

enum { CACHE_SLOTS = 2048 };

static struct {
    const char *name;
    const struct rv_kind *kind;
    int column;
} cache[CACHE_SLOTS];

static size_t
slot_of(const struct rv_kind *kind, const char *name)
{
    uint64_t mixed =
        ((uint64_t)(uintptr_t)name ^ ((uint64_t)(uintptr_t)kind << 7)) * 0x9E3779B97F4A7C15u;
    return (size_t)(mixed >> 53);
}

/* Index of the column, -1 when there is none of this name. An address may be used again for
 * another text, and a kind's for another kind, so what is found is compared. */
static int
find_column(const struct rv_kind *kind, const char *name)
{
    size_t slot = slot_of(kind, name);
    int column = cache[slot].column;
    if (cache[slot].name == name && cache[slot].kind == kind && column < kind->column_count &&
        strcmp(kind->columns[column].name, name) == 0)
        return column;
    column = rv_kind_column(kind, name);
    if (column >= 0) {
        cache[slot].name = name;
        cache[slot].kind = kind;
        cache[slot].column = column;
    }
    return column;
}

static void
fail_unknown(struct reeve_object *obj, const char *name)
{
    const struct rv_kind *kind = obj->object.kind;
    RV_AUTO_FREE const char **names = rv_alloc(((size_t)kind->column_count + 1) * sizeof(*names));
    size_t count = 0;
    for (int i = 0; i < kind->column_count; i++)
        if (!(kind->columns[i].flags & REEVE_COL_CORE))
            names[count++] = kind->columns[i].name;
    const char *near = rv_nearest(name, names);
    rv_object_fail(obj, REEVE_E_INVALID,
                   near ? "unknown column '%.80s', did you mean '%s'?" : "unknown column '%.80s'",
                   name, near);
}

static const char *
type_word(int type)
{
    static const char *const words[] = { "nothing", "a string", "an integer", "a double",
                                         "a flag",  "a time",   "JSON",       "a reference" };
    return type > 0 && type < (int)RV_COUNT(words) ? words[type] : "nothing";
}

/* The column of a reference that keeps the kind's name, or the owner: set along with a link. */
static int
is_kept_by_host(const struct rv_kind *kind, int column)
{
    if (kind->child && column == kind->owner_column)
        return 1;
    return column + 1 < kind->column_count && kind->columns[column + 1].type == REEVE_REF &&
           kind->columns[column + 1].type_column == column;
}

/* The column to set, or -1 with the failure kept. */
static int
open_column(struct reeve_object *obj, const char *name, int type)
{
    const struct rv_kind *kind = obj->object.kind;
    if (kind == NULL || obj->inventory->failure.code)
        return -1;
    int column = name ? find_column(kind, name) : -1;
    if (column < 0) {
        fail_unknown(obj, name ? name : "");
        return -1;
    }
    const struct rv_column *found = &kind->columns[column];
    if ((found->flags & REEVE_COL_CORE) || rv_event_keeps(obj, column))
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' is kept by core", name);
    else if (is_kept_by_host(kind, column))
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' is set by links, not by itself", name);
    else if (found->type != type)
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' holds %s, not %s", name,
                       type_word(found->type), type_word(type));
    else
        return column;
    return -1;
}

/* A checked copy in the object's memory; NULL with the failure kept. */
static const char *
copy_text(struct reeve_object *obj, const char *column, const char *bytes, size_t *len)
{
    struct reeve_inventory *inv = obj->inventory;
    const char *copy;
    if (rv_utf8_valid(bytes, *len)) {
        copy = rv_arena_strndup(inv->arena, bytes, *len);
    } else {
        RV_AUTO_BUF
        rv_buf clean = rv_buf_limited(3 * (size_t)RV_TEXT_BYTES + 1);
        inv->replaced_bytes += (int64_t)rv_utf8_clean(&clean, bytes, *len);
        *len = clean.len;
        copy = rv_arena_strndup(inv->arena, rv_buf_text(&clean), clean.len);
    }
    if (copy == NULL)
        rv_object_fail(obj, REEVE_E_LIMIT, "column '%s': the object needs more than %d MiB", column,
                       RV_OBJECT_MEMORY_BYTES >> 20);
    return copy;
}

/* Names, keys and what has an index: databases refuse to index long texts. */
static int
is_looked_up(const struct rv_kind *kind, int column)
{
    if (kind->columns[column].flags & REEVE_COL_INDEX ||
        strcmp(kind->columns[column].name, "name") == 0)
        return 1;
    for (int i = 0; i < kind->key_count; i++)
        if (kind->key[i] == column)
            return 1;
    for (int i = 0; i < kind->name_key_count; i++)
        if (kind->name_key[i] == column)
            return 1;
    return 0;
}

void
rv_object_set_text(struct reeve_object *obj, const char *name, const char *bytes, uint64_t len)
{
    int column = open_column(obj, name, REEVE_STRING);
    if (column < 0)
        return;
    obj->object.values[column] = RV_VNULL;
    if (bytes == NULL)
        return;
    len = rv_event_cut(obj, column, bytes, len);
    if (len > RV_NAME_BYTES && is_looked_up(obj->object.kind, column)) {
        rv_object_fail(obj, REEVE_E_LIMIT, "column '%s' is %llu bytes long, more than %d", name,
                       (unsigned long long)len, RV_NAME_BYTES);
        return;
    }
    if (len > RV_TEXT_BYTES) {
        rv_object_fail(obj, REEVE_E_LIMIT, "column '%s' is %llu bytes long, more than %d", name,
                       (unsigned long long)len, RV_TEXT_BYTES);
        return;
    }
    size_t size = len;
    const char *copy = copy_text(obj, name, bytes, &size);
    if (copy)
        obj->object.values[column] = rv_vtext_len(copy, size);
}

void
rv_object_set_int(struct reeve_object *obj, const char *name, int64_t value)
{
    int column = open_column(obj, name, REEVE_INT);
    if (column >= 0)
        obj->object.values[column] = rv_vint(value);
}

void
rv_object_set_double(struct reeve_object *obj, const char *name, double value)
{
    int column = open_column(obj, name, REEVE_DOUBLE);
    if (column < 0)
        return;
    if (isfinite(value))
        obj->object.values[column] = rv_vdouble(value);
    else
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' is set to a number that is not finite",
                       name);
}

void
rv_object_set_flag(struct reeve_object *obj, const char *name, int32_t value)
{
    int column = open_column(obj, name, REEVE_FLAG);
    if (column >= 0)
        obj->object.values[column] = rv_vint(value != 0);
}

void
rv_object_set_time(struct reeve_object *obj, const char *name, int64_t unix_ms)
{
    int column = open_column(obj, name, REEVE_TIME);
    if (column >= 0)
        obj->object.values[column] = rv_vint(unix_ms);
}

/* What stands in place of an event's data that are too long. */
static void
note_size(rv_buf *text, size_t bytes)
{
    rv_buf_reset(text);
    rv_buf_addf(text, "{\"bytes\":%zu,\"truncated\":true}", bytes);
}

/* The canonical form of JSON that was given for a column. */
static int
read_json(rv_buf *text, const struct reeve_object *obj, const char *json, rv_err *err)
{
    RV_AUTO_JSON cJSON *parsed = NULL;
    size_t given = strlen(json);
    int is_event = obj->inventory->events != NULL;
    if (is_event && given > RV_HOST_EVENT_DATA_MAX) {
        note_size(text, given);
        return 0;
    }
    if (rv_json_parse(&parsed, json, given, RV_TEXT_BYTES, 0, err) < 0 ||
        rv_json_canonical(text, parsed) < 0 || rv_buf_check(text, err) < 0)
        return err->code ? err->code : rv_fail(err, RV_E_INVALID, "not JSON");
    if (is_event && text->len > RV_HOST_EVENT_DATA_MAX)
        note_size(text, given);
    return 0;
}

void
rv_object_set_json(struct reeve_object *obj, const char *name, const char *json)
{
    int column = open_column(obj, name, REEVE_JSON);
    if (column < 0)
        return;
    obj->object.values[column] = RV_VNULL;
    if (json == NULL)
        return;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(RV_TEXT_BYTES);
    if (read_json(&text, obj, json, &err) < 0) {
        rv_object_fail(obj, err.code == RV_E_LIMIT ? REEVE_E_LIMIT : REEVE_E_INVALID,
                       "column '%s': %.400s", name, err.text);
        return;
    }
    size_t len = text.len;
    const char *copy = copy_text(obj, name, rv_buf_text(&text), &len);
    if (copy)
        obj->object.values[column] = rv_vtext_len(copy, len);
}

/* A place for the link of this column: its old one, or a new one. */
static struct rv_link *
place_link(struct reeve_object *obj, int column)
{
    struct rv_object *object = &obj->object;
    for (int i = 0; i < object->link_count; i++)
        if (object->links[i].column == column)
            return &object->links[i];
    if (object->link_count == obj->link_size) {
        int size = obj->link_size ? 2 * obj->link_size : 4;
        struct rv_link *links =
            rv_arena_alloc(obj->inventory->arena, (size_t)size * sizeof(*links));
        if (links == NULL) {
            rv_object_fail(obj, REEVE_E_LIMIT, "the object needs more than %d MiB",
                           RV_OBJECT_MEMORY_BYTES >> 20);
            return NULL;
        }
        if (object->link_count)
            memcpy(links, object->links, (size_t)object->link_count * sizeof(*links));
        object->links = links;
        obj->link_size = size;
    }
    return &object->links[object->link_count++];
}

static void
remove_link(struct rv_object *object, int column)
{
    for (int i = 0; i < object->link_count; i++)
        if (object->links[i].column == column)
            object->links[i] = object->links[--object->link_count];
    int type_column = object->kind->columns[column].type_column;
    if (type_column >= 0)
        object->values[type_column] = RV_VNULL;
}

/* The kind that is pointed to, or NULL with the failure kept. */
static const struct rv_kind *
link_target(struct reeve_object *obj, int column, const char *kind_name)
{
    const struct rv_kind *target = kind_name ? rv_model_kind(kind_name) : NULL;
    const char *name = obj->object.kind->columns[column].name;
    if (target == NULL)
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' is linked to unknown kind '%.80s'", name,
                       kind_name ? kind_name : "");
    else if (target->child)
        rv_object_fail(obj, REEVE_E_INVALID,
                       "column '%s' is linked to a '%s', which is a kind of children", name,
                       kind_name);
    else if (target->server || !rv_kind_accepts(obj->object.kind, column, target))
        rv_object_fail(obj, REEVE_E_INVALID, "column '%s' cannot point to a '%s'", name, kind_name);
    else
        return target;
    return NULL;
}

static void
set_link(struct reeve_object *obj, int column, struct rv_link link)
{
    struct rv_link *place = place_link(obj, column);
    if (place == NULL)
        return;
    *place = link;
    int type_column = obj->object.kind->columns[column].type_column;
    if (type_column >= 0)
        obj->object.values[type_column] = rv_vtext(link.kind->name);
}

/* A checked copy of a ref, scope or name; NULL with the failure kept. */
static const char *
copy_ref(struct reeve_object *obj, const char *column, const char *ref)
{
    int error_class;
    const char *problem = rv_ref_problem(ref, &error_class);
    if (problem) {
        rv_object_fail(obj, error_class, "what column '%s' is linked to %s", column, problem);
        return NULL;
    }
    size_t len = strlen(ref);
    return copy_text(obj, column, ref, &len);
}

void
rv_object_link(struct reeve_object *obj, const char *name, const char *kind_name, const char *ref)
{
    int column = open_column(obj, name, REEVE_REF);
    if (column < 0)
        return;
    const struct rv_kind *target = link_target(obj, column, kind_name);
    if (target == NULL)
        return;
    if (ref == NULL || ref[0] == 0) {
        remove_link(&obj->object, column);
        return;
    }
    const char *copy = copy_ref(obj, name, ref);
    if (copy)
        set_link(obj, column, (struct rv_link){ .column = column, .kind = target, .ref = copy });
}

void
rv_object_link_name(struct reeve_object *obj, const char *name, const char *kind_name,
                    const char *scope, const char *target_name)
{
    int column = open_column(obj, name, REEVE_REF);
    if (column < 0)
        return;
    const struct rv_kind *target = link_target(obj, column, kind_name);
    if (target == NULL)
        return;
    if (target->name_key_count == 0) {
        rv_object_fail(obj, REEVE_E_INVALID, "a '%s' has no name to be linked by", kind_name);
        return;
    }
    if (target_name == NULL || target_name[0] == 0) {
        remove_link(&obj->object, column);
        return;
    }
    int scoped = target->name_key_count == 2;
    if (scoped != (scope != NULL)) {
        rv_object_fail(obj, REEVE_E_INVALID,
                       scoped ? "column '%s': a '%s' is linked by namespace and name"
                              : "column '%s': a '%s' is linked by its name alone",
                       name, kind_name);
        return;
    }
    const char *copy = copy_ref(obj, name, target_name);
    const char *scope_copy = scoped ? copy_ref(obj, name, scope) : NULL;
    if (copy && (!scoped || scope_copy))
        set_link(obj, column,
                 (struct rv_link){
                     .column = column, .kind = target, .scope = scope_copy, .name = copy });
}
