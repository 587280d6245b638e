/* SPDX-License-Identifier: Apache-2.0
 *
 * The schema follows the dictionary: what it has and the catalogue lacks is
 * added at start. Numbered migrations (migrations.c) only rename, retype, drop
 * or move data. Table schema_info holds the version, the region and the epoch of the feed;
 * besides the dictionary's tables there are: id_blocks, changes, inventory_streams,
 * inventory_references, leases, provider_kinds.
 */
#ifndef RV_SCHEMA_H
#define RV_SCHEMA_H

#include "store/store.h"

struct rv_kind;

#define RV_SCHEMA_VERSION 4

/* Bring an empty or older database to this version, under a lock, in one transaction a step.
 * region (0-999) is fixed when the database is made and checked afterwards (-1: whatever it
 * is). Only the supervisor's first worker calls this. CONFLICT, with a hint, for a database of
 * a newer version. */
int rv_schema_upgrade(struct rv_store *store, int64_t region, rv_err *err);
/* Appends the statements that would bring what the dictionary has and the catalogue lacks, "" when
 * nothing is missing; runs none. */
struct rv_buf;
int rv_schema_missing(struct rv_buf *sql, struct rv_store *store, rv_err *err);
/* What every other worker calls after rv_store_open: checks the version, learns the region, adds
 * providers' own kinds from provider_kinds to the model. */
int rv_schema_open(struct rv_store *store, rv_err *err);
/* Kinds that other processes have brought in since are learnt; one look when there are none. */
int rv_provider_kinds_load(struct rv_store *store, rv_err *err);
/* Table, columns and indices of one kind, added when absent (a provider's own kind); keeps its
 * description in provider_kinds. */
int rv_schema_add_kind(struct rv_store *store, const char *provider, const struct rv_kind *kind,
                       rv_err *err);

/* Number of the last migration that ran here. */
int rv_schema_version(struct rv_store *store, int64_t *version, rv_err *err);

#endif
