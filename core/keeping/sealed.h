/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the store keeps sealed secrets, and which keys they need. An envelope says its key's id
 * (base/secret.h): no key is needed to find out.
 */
#ifndef RV_KEEPING_SEALED_H
#define RV_KEEPING_SEALED_H

#include "store/store.h"

struct rv_sealed_column {
    const char *table, *column, *place; /* place: SQL for what an envelope is bound to */
};
/* All of them; ends with a NULL table. */
const struct rv_sealed_column *rv_sealed_columns(void);

enum { RV_SEALED_KEYS = 4 };
/* Ids of the keys that are there; "" for none. */
struct rv_sealed_keys {
    char ids[RV_SEALED_KEYS][9];
};
struct rv_sealed_tally {
    int64_t all, open; /* how many there are, and how many of them these keys open */
    char other[9];     /* id of a key that is not among these; "": none is needed */
};
int rv_sealed_count(struct rv_sealed_tally *out, struct rv_store *store,
                    const struct rv_sealed_keys *keys, rv_err *err);
/* Counts, and CONFLICT when there are secrets and these keys open none of them: the key file is
 * another one's. Some that nobody can open any more are no reason to stop. */
int rv_sealed_check(struct rv_sealed_tally *out, struct rv_store *store,
                    const struct rv_sealed_keys *keys, rv_err *err);
/* Those that these keys do not open go, and who needs one of them is told so. */
int rv_sealed_forget(struct rv_store *store, const struct rv_sealed_keys *keys, rv_err *err);

#endif
