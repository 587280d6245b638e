/* SPDX-License-Identifier: Apache-2.0
 *
 * What an object looks like, in 64 bits: its values (volatile ones left out),
 * what it links to, and its children with theirs, in any order. Unset columns do not count, and a
 * column counts by its name: objects without the value of a new column keep their hash, those with
 * one get another and are written.
 */
#ifndef RV_INVENTORY_HASH_H
#define RV_INVENTORY_HASH_H

#include "host/object.h"

/* Never 0. */
uint64_t rv_content_hash(const struct rv_object *object);

#endif
