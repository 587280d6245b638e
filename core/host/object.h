/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider emitted, whole and checked: the host builds it from the
 * setters and hands it to a sink (the inventory engine, a test, reeve-conform).
 */
#ifndef RV_OBJECT_H
#define RV_OBJECT_H

#include "model/model.h"
#include "base/value.h"

struct rv_link {
    int column;                 /* of the object's kind */
    const struct rv_kind *kind; /* what is pointed to */
    const char *ref;            /* its key, or NULL when by name */
    const char *scope, *name;   /* by name_key; scope NULL for kinds without a namespace */
};

struct rv_object {
    const struct rv_kind *kind;
    const char *ref;  /* NULL for a child */
    rv_value *values; /* kind->column_count of them; what was not set is RV_NULL. Linked
                       * columns stay RV_NULL; a polymorphic link's NAME_type is set */
    struct rv_link *links;
    int link_count;
    struct rv_object *owner;    /* of a child */
    struct rv_object *children; /* first child; in emission order */
    struct rv_object *next;     /* sibling */
    int64_t replaced_bytes; /* bytes that were not UTF-8, in it and its children; 0 for a child */
};

/* Where objects go. Everything is borrowed for the time of the call. */
struct rv_sink {
    void *arg;
    int (*emit)(void *arg, const struct rv_object *object, rv_err *err);
    int (*gone)(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err);
    int (*begin)(void *arg, const struct rv_kind *kind, rv_err *err);
    int (*complete)(void *arg, const struct rv_kind *kind, rv_err *err);
    int (*checkpoint)(void *arg, const char *stream, const char *token, rv_err *err);
    const char *(*token)(void *arg, const char *stream);
    /* event NULL: nothing happened up to the token. token NULL: where to go on stays as it was. Of
     * a watch of events only, which needs none of the others but drain and rejected. */
    int (*event)(void *arg, const struct rv_object *event, const char *token, rv_err *err);
    int (*warn)(void *arg, const char *name, const char *text, rv_err *err);
    /* Called before the provider's call sleeps: make visible what is pending. May be NULL. */
    int (*drain)(void *arg, rv_err *err);
    /* An object that the provider has, but that could not be taken (INVALID, LIMIT): it is not
     * gone. why says what is wrong with it. May be NULL. */
    void (*rejected)(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why);
};

#endif
