/* SPDX-License-Identifier: Apache-2.0
 *
 * The open object: its begin, its children, the failure that sticks, and the
 * check that nothing required is missing. Everything lives in the inventory's arena, which is
 * reset when the object ends, so memory stays that of one object.
 */
#include "host/internal.h"

#include <string.h>
#include "base/text.h"

void
rv_object_fail(struct reeve_object *obj, int error_class, const char *format, ...)
{
    rv_err *failure = &obj->inventory->failure;
    if (failure->code)
        return;
    va_list args;
    va_start(args, format);
    rv_vfail(failure, error_class, format, args);
    va_end(args);
    const struct rv_object *top = &obj->object;
    while (top->owner)
        top = top->owner;
    if (top->kind)
        rv_wrap(failure, "%s '%.80s'", top->kind->name, top->ref);
}

const char *
rv_ref_problem(const char *ref, int *error_class)
{
    *error_class = REEVE_E_INVALID;
    if (ref == NULL || ref[0] == 0)
        return "is empty";
    size_t len = strlen(ref);
    if (len > RV_NAME_BYTES) {
        *error_class = REEVE_E_LIMIT;
        return "is longer than 1024 bytes";
    }
    return rv_utf8_valid(ref, len) ? NULL : "is not UTF-8";
}

struct reeve_object *
rv_object_hole(struct reeve_inventory *inv)
{
    inv->hole->object = (struct rv_object){ 0 };
    inv->hole->inventory = inv;
    return inv->hole;
}

/* NULL, with the failure kept, when memory for the object is out. */
static struct reeve_object *
make(struct reeve_inventory *inv, struct reeve_object *blame, const struct rv_kind *kind)
{
    struct reeve_object *obj = rv_arena_alloc(inv->arena, sizeof(*obj));
    rv_value *values = rv_arena_alloc(inv->arena, (size_t)kind->column_count * sizeof(rv_value));
    if (obj == NULL || values == NULL) {
        rv_object_fail(blame, REEVE_E_LIMIT, "the object needs more than %d MiB",
                       RV_OBJECT_MEMORY_BYTES >> 20);
        return NULL;
    }
    obj->inventory = inv;
    obj->object.kind = kind;
    obj->object.values = values;
    return obj;
}

static int
declared(const struct reeve_inventory *inv, const struct rv_kind *kind)
{
    return kind->index < inv->kind_count && (inv->kinds[kind->index] & RV_KIND_DECLARED);
}

/* A kind that this provider may emit, or NULL with the failure kept. */
static const struct rv_kind *
find_kind(struct reeve_object *blame, const char *name, int child)
{
    const struct rv_kind *kind = name ? rv_model_kind(name) : NULL;
    if (kind == NULL)
        rv_object_fail(blame, REEVE_E_INVALID, "unknown kind '%s'", name ? name : "");
    else if (!declared(blame->inventory, kind))
        rv_object_fail(blame, REEVE_E_INVALID, "kind '%s' is not in the provider's list of kinds",
                       name);
    else if (child && !kind->child)
        rv_object_fail(blame, REEVE_E_INVALID, "'%s' is not a kind of children", name);
    else if (!child && kind->child)
        rv_object_fail(blame, REEVE_E_INVALID,
                       "'%s' is a kind of children: begin it with reeve_child", name);
    else
        return kind;
    return NULL;
}

struct reeve_object *
rv_object_open(struct reeve_inventory *inv, const struct rv_kind *kind, const char *ref)
{
    struct reeve_object *obj = make(inv, inv->hole, kind);
    if (obj == NULL)
        return inv->hole;
    obj->object.ref = rv_arena_strndup(inv->arena, ref, strlen(ref));
    inv->open = obj;
    return obj;
}

struct reeve_object *
rv_object_begin(struct reeve_inventory *inv, const char *kind_name, const char *ref)
{
    rv_inventory_forgotten(inv);
    struct reeve_object *blame = rv_object_hole(inv);
    inv->open = blame;
    const struct rv_kind *kind = find_kind(blame, kind_name, 0);
    if (kind == NULL)
        return blame;
    int error_class;
    const char *problem = rv_ref_problem(ref, &error_class);
    if (problem)
        rv_object_fail(blame, error_class, "the ref of an object of kind '%s' %s", kind_name,
                       problem);
    struct reeve_object *obj = inv->failure.code ? blame : rv_object_open(inv, kind, ref);
    if (obj != blame)
        obj->object.values[kind->key[0]] = rv_vtext_len(obj->object.ref, strlen(obj->object.ref));
    return obj;
}

struct reeve_object *
rv_object_child(struct reeve_object *owner, const char *kind_name)
{
    struct reeve_inventory *inv = owner->inventory;
    if (owner->object.kind == NULL || inv->failure.code)
        return rv_object_hole(inv);
    const struct rv_kind *kind = find_kind(owner, kind_name, 1);
    if (kind && !rv_kind_accepts(kind, kind->owner_column, owner->object.kind)) {
        rv_object_fail(owner, REEVE_E_INVALID, "a '%s' cannot belong to a '%s'", kind_name,
                       owner->object.kind->name);
        kind = NULL;
    }
    struct reeve_object *obj = kind ? make(inv, owner, kind) : NULL;
    if (obj == NULL)
        return rv_object_hole(inv);
    obj->object.owner = &owner->object;
    if (owner->last_child)
        owner->last_child->object.next = &obj->object;
    else
        owner->object.children = &obj->object;
    owner->last_child = obj;
    return obj;
}

static int
is_linked(const struct rv_object *object, int column)
{
    for (int i = 0; i < object->link_count; i++)
        if (object->links[i].column == column)
            return 1;
    return 0;
}

static int
is_key(const struct rv_kind *kind, int column)
{
    for (int i = 0; i < kind->key_count; i++)
        if (kind->key[i] == column)
            return 1;
    return 0;
}

static int
is_owner_column(const struct rv_kind *kind, int column)
{
    return kind->child && (column == kind->owner_column ||
                           column == kind->columns[kind->owner_column].type_column);
}

static int
check_columns(const struct rv_object *object, rv_err *err)
{
    const struct rv_kind *kind = object->kind;
    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if ((column->flags & REEVE_COL_CORE) || is_owner_column(kind, i))
            continue;
        if (!(column->flags & REEVE_COL_REQUIRED) && !(kind->child && is_key(kind, i)))
            continue;
        if (object->values[i].type == RV_NULL && !is_linked(object, i))
            return rv_fail(err, REEVE_E_INVALID, "column '%s' of a '%s' must be set", column->name,
                           kind->name);
    }
    return 0;
}

static int
check_tree(const struct rv_object *object, rv_err *err)
{
    int rc = check_columns(object, err);
    for (const struct rv_object *child = object->children; child && rc == 0; child = child->next)
        rc = check_tree(child, err);
    return rc;
}

int
rv_object_check(struct reeve_object *obj, rv_err *err)
{
    if (check_tree(&obj->object, err) == 0)
        return 0;
    return rv_wrap(err, "%s '%.80s'", obj->object.kind->name, obj->object.ref);
}

void
rv_object_discard(struct reeve_object *obj)
{
    if (obj->object.owner)
        rv_object_fail(obj, REEVE_E_INVALID,
                       "a '%s' is a child: only the object that it belongs to can be discarded",
                       obj->object.kind->name);
    else if (obj->inventory->open == obj)
        rv_object_end(obj->inventory);
}

void
rv_object_end(struct reeve_inventory *inv)
{
    inv->open = NULL;
    rv_err_clear(&inv->failure);
    rv_arena_reset(inv->arena);
}
