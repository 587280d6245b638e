/* SPDX-License-Identifier: Apache-2.0
 *
 * What an object looks like, in 64 bits: its values (volatile ones left out),
 * what it links to, and its children with theirs, in any order. Unset columns do not count, and a
 * column counts by its name, so the hash outlives a new column.
 */
#ifndef RV_INVENTORY_HASH_H
#define RV_INVENTORY_HASH_H

#include "host/object.h"

/* Never 0. */
uint64_t rv_content_hash(const struct rv_object *object);
/* Room for the names' hashes of all kinds; dropped when the dictionary changes. */
void rv_content_hash_forget(void);

#endif
