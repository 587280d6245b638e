/* SPDX-License-Identifier: Apache-2.0
 *
 * What hangs on a row by its kind and id, in tables of their own: it is nobody's child, and goes
 * with the row all the same.
 */
#ifndef RV_STORE_HANGING_H
#define RV_STORE_HANGING_H

#include "store/store.h"

struct rv_kind;

/* Takes the tags and the users' own attributes of these rows away. ids: RV_INT values, 5000 at
 * most. */
int rv_hanging_delete(struct rv_store *store, const struct rv_kind *kind, const rv_value *ids,
                      int count, rv_err *err);

#endif
