/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects built by hand. An object and its children share one arena.
 */
#include "support/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum { MOST_LINKS = 16 };

struct rv_test_object {
    struct rv_object object; /* first: a child is found by its rv_object */
    struct rv_arena *arena;
    struct rv_test_object *last_child;
};

static _Noreturn void
stop(const char *what, const char *name)
{
    fprintf(stderr, "test object: %s '%s'\n", what, name);
    abort();
}

static struct rv_test_object *
make(struct rv_arena *arena, const char *kind_name)
{
    const struct rv_kind *kind = rv_model_kind(kind_name);
    if (kind == NULL)
        stop("unknown kind", kind_name);
    struct rv_test_object *object = rv_arena_alloc(arena, sizeof(*object));
    object->arena = arena;
    object->object.kind = kind;
    object->object.values =
        rv_arena_alloc(arena, (size_t)kind->column_count * sizeof(*object->object.values));
    object->object.links = rv_arena_alloc(arena, MOST_LINKS * sizeof(*object->object.links));
    return object;
}

struct rv_test_object *
rv_test_object(const char *kind, const char *ref)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct rv_test_object *object = make(arena, kind);
    object->object.ref = rv_arena_strdup(arena, ref);
    object->object.values[object->object.kind->key[0]] = rv_vtext(object->object.ref);
    return object;
}

struct rv_test_object *
rv_test_child(struct rv_test_object *owner, const char *kind)
{
    struct rv_test_object *object = make(owner->arena, kind);
    object->object.owner = &owner->object;
    if (owner->last_child)
        owner->last_child->object.next = &object->object;
    else
        owner->object.children = &object->object;
    owner->last_child = object;
    return object;
}

static int
column_of(const struct rv_test_object *object, const char *name)
{
    int column = rv_kind_column(object->object.kind, name);
    if (column < 0)
        stop("unknown column", name);
    return column;
}

void
rv_test_set(struct rv_test_object *object, const char *name, const char *value)
{
    int column = column_of(object, name);
    rv_value *to = &object->object.values[column];
    rv_err err = RV_ERR_INIT;
    int64_t number = 0;
    double real = 0;
    *to = RV_VNULL;
    if (value == NULL)
        return;
    switch (object->object.kind->columns[column].type) {
    case REEVE_INT:
    case REEVE_TIME:
        if (rv_parse_int(&number, value, &err) < 0)
            stop(err.text, value);
        *to = rv_vint(number);
        return;
    case REEVE_FLAG:
        *to = rv_vint(strcmp(value, "true") == 0);
        return;
    case REEVE_DOUBLE:
        if (rv_parse_double(&real, value, &err) < 0)
            stop(err.text, value);
        *to = rv_vdouble(real);
        return;
    default:
        *to = rv_vtext(rv_arena_strdup(object->arena, value));
    }
}

static void
add_link(struct rv_test_object *object, const char *column_name, const char *kind,
         struct rv_link link)
{
    int column = column_of(object, column_name);
    int type_column = object->object.kind->columns[column].type_column;
    link.column = column;
    link.kind = rv_model_kind(kind);
    if (link.kind == NULL || object->object.link_count == MOST_LINKS)
        stop("bad link to", kind);
    if (type_column >= 0)
        object->object.values[type_column] = rv_vtext(link.kind->name);
    object->object.links[object->object.link_count++] = link;
}

void
rv_test_link(struct rv_test_object *object, const char *column, const char *kind, const char *ref)
{
    add_link(object, column, kind, (struct rv_link){ .ref = rv_arena_strdup(object->arena, ref) });
}

void
rv_test_link_name(struct rv_test_object *object, const char *column, const char *kind,
                  const char *scope, const char *name)
{
    struct rv_link link = { .name = rv_arena_strdup(object->arena, name) };
    if (scope)
        link.scope = rv_arena_strdup(object->arena, scope);
    add_link(object, column, kind, link);
}

void
rv_test_label(struct rv_test_object *object, const char *name, const char *value)
{
    struct rv_test_object *label = rv_test_child(object, "custom_attribute");
    rv_test_set(label, "section", "labels");
    rv_test_set(label, "name", name);
    rv_test_set(label, "value", value);
}

const struct rv_object *
rv_test_object_get(const struct rv_test_object *object)
{
    return &object->object;
}

void
rv_test_object_free(struct rv_test_object *object)
{
    if (object)
        rv_arena_free(object->arena);
}

int
rv_test_emit(const struct rv_sink *sink, struct rv_test_object *object, rv_err *err)
{
    int rc = sink->emit(sink->arg, &object->object, err);
    rv_test_object_free(object);
    return rc;
}
