/* SPDX-License-Identifier: Apache-2.0
 *
 * The definitions in the database, as the resolver asks for them. Domains and classes are read when
 * the datastore has changed (its generation, a note in the database, is another), everything else
 * when it is first asked for. It belongs to one process and its store.
 *
 * What is looked for in a class that is not in force any more, and is not there, is UNAVAILABLE: it
 * may be there by other ids, after the next refresh.
 *
 * The value of a password is "PLACE|ENVELOPE" (secret.h).
 */
#ifndef RV_DATASTORE_CACHE_H
#define RV_DATASTORE_CACHE_H

#include "store/store.h"
#include "tree/tree.h"

struct rv_ae_cache;

/* limit_bytes: of what is kept between two resolutions; 0: 64 MiB. The store must outlive it. */
struct rv_ae_cache *rv_ae_cache_new(struct rv_store *store, size_t limit_bytes);
void rv_ae_cache_free(struct rv_ae_cache *cache); /* NULL allowed */
/* Before each resolution, never within one: when the datastore has changed, everything that was
 * given out is gone. 1 when it has, 0 when not, or an error of the store. */
int rv_ae_cache_refresh(struct rv_ae_cache *cache, rv_err *err);
/* The same for who knows the generation already: RV_NOTE_SQL(RV_NOTE_AUTOMATE), 0 for NULL, read
 * along with something else a moment ago. Returns whether it was a younger one. */
int rv_ae_cache_at(struct rv_ae_cache *cache, int64_t generation);
/* Good as long as the cache; its generation is that of the last refresh. */
const struct rv_ae_source *rv_ae_cache_source(const struct rv_ae_cache *cache);
size_t rv_ae_cache_bytes(const struct rv_ae_cache *cache);

#endif
