/* SPDX-License-Identifier: Apache-2.0
 *
 * What rows a collection is made of, before any filter: those that are there, of a parent, of a
 * class, with tags.
 */
#ifndef RV_API_SCOPE_H
#define RV_API_SCOPE_H

#include "api/listing.h"

#define RV_TAGS_MAX 16 /* of by_tag; each is looked up for each row */

/* Writes listing->scope. INVALID for a class that is none of this collection. */
int rv_scope_make(struct rv_listing *listing, rv_err *err);
/* The column that says whether a row is of this class, which is one of the kind's. */
const char *rv_scope_class_column(const struct rv_kind *kind, const char *wanted);
/* Class names that collection_class takes for a kind; ends with NULL; the arena's. */
const char **rv_scope_classes(struct rv_arena *arena, const struct rv_kind *kind,
                              const struct rv_api *api);

#endif
