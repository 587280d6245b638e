/* SPDX-License-Identifier: Apache-2.0
 *
 * Tags: categories, their entries, and what has them. A tag's path is /managed/CATEGORY/ENTRY; both
 * names are of a-z, 0-9 and '_' (ManageIQ's rule; ':' too, in those that the server makes of
 * labels). Names are taken in any case and kept in lower case.
 *
 * Whatever changes something is a transaction of its own, or a part of the caller's, who then has
 * reserved RV_TAG_IDS before.
 */
#ifndef RV_TAG_H
#define RV_TAG_H

#include "store/store.h"

struct rv_kind;

enum { RV_TAG_IDS = 2, RV_TAG_NAME_MAX = 50, RV_TAG_DESCRIPTION_MAX = 250 };

enum {
    RV_TAG_SINGLE_VALUE = 1, /* an object has one entry of it at most */
    RV_TAG_HIDDEN = 2,       /* people are not shown it */
    RV_TAG_PERF = 4,         /* metrics are kept by its entries */
};

struct rv_tag_category {
    const char *name;
    const char *description; /* for people; NULL: the name */
    const char *example;     /* what it is for; may be NULL */
    int flags;               /* RV_TAG_... */
};

/* 1, or 0 when there is none. */
int rv_tag_category_exists(struct rv_store *store, const char *category, rv_err *err);
int rv_tag_exists(struct rv_store *store, const char *category, const char *entry, rv_err *err);

/* *id (may be NULL) is the row of classifications. INVALID for a name that cannot be, CONFLICT when
 * there is one. */
int rv_tag_category_create(struct rv_store *store, const struct rv_tag_category *category,
                           int64_t *id, rv_err *err);
/* NOT_FOUND without the category, PERMISSION for one that the server keeps. */
int rv_tag_create(struct rv_store *store, const char *category, const char *entry,
                  const char *description, int64_t *id, rv_err *err);
/* With its taggings. NOT_FOUND, PERMISSION as above. */
int rv_tag_delete(struct rv_store *store, const char *category, const char *entry, rv_err *err);
/* With its entries and their taggings. */
int rv_tag_category_delete(struct rv_store *store, const char *category, rv_err *err);

/* 1 when it was given, 0 when the object had it. Of a category with a single value, another entry
 * is taken away. NOT_FOUND when there is no such tag, or object; PERMISSION as above. */
int rv_tag_assign(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                  const char *category, const char *entry, rv_err *err);
/* 1 when it was taken away, 0 when the object had it not. */
int rv_tag_unassign(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                    const char *category, const char *entry, rv_err *err);
/* 1 or 0. */
int rv_tag_has(struct rv_store *store, const struct rv_kind *kind, int64_t id, const char *category,
               const char *entry, rv_err *err);
/* Tags of an object, by path: "environment/prod". category NULL: of all. fn returns 0 to go on; it
 * must not use the store. */
int rv_tag_list(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                const char *category, int (*fn)(void *arg, const char *path, rv_err *err),
                void *arg, rv_err *err);

#endif
