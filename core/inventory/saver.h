/* SPDX-License-Identifier: Apache-2.0
 *
 * From objects to rows. Holds 32 bytes an object of one provider (digest of
 * its key, id, content hash; at most 64 with the table's slack), compares what
 * arrives and writes what changed, in bulk, with feed, resume tokens and lease check in one
 * transaction. A batch ends when the input is drained or a bound of work is reached.
 */
#ifndef RV_SAVER_H
#define RV_SAVER_H

#include "host/object.h"
#include "store/store.h"
#include "store/lease.h"

struct rv_saver;

struct rv_saver_config {
    struct rv_store *store;
    int64_t ems_id;
    const struct rv_lease *lease; /* checked in every transaction; NULL: no check (tests) */
    int batch_objects;            /* 0: 1000 */
    int64_t batch_bytes;          /* 0: 2 MiB */
    int64_t objects_max;          /* most objects that are there; 0: no limit */
    int64_t label_entries_max;    /* most entries of one category made of labels; 0: no limit */
};

struct rv_save_counts {
    int64_t seen, created, updated, unchanged, archived, deleted, restored, replaced_bytes;
    int64_t transactions, statements;
    int64_t hash_ms, save_ms; /* spent comparing; spent in the store */
    int64_t dangling;         /* refs and names that are linked to and were never seen */
    int64_t rows;             /* written in all tables, children included */
    int64_t rejected;         /* objects that could not be taken */
};

/* Reads keys and hashes of the provider's active rows. */
int rv_saver_open(struct rv_saver **out, const struct rv_saver_config *config, rv_err *err);
void rv_saver_close(struct rv_saver *saver);
/* As in config, from now on. */
void rv_saver_limit(struct rv_saver *saver, int64_t objects_max, int64_t label_entries_max);
/* The table to give to rv_call_spec; lives as long as the saver. */
const struct rv_sink *rv_saver_sink(struct rv_saver *saver);
/* All kinds (NULL-terminated names) begin: a full refresh starts. */
int rv_saver_begin_all(struct rv_saver *saver, const char *const *kinds, rv_err *err);
/* A full refresh ends well: what lives only as long as something points to it (images) and is
 * pointed to by nothing goes. */
int rv_saver_end_all(struct rv_saver *saver, rv_err *err);
/* After a refresh that made many rows: tells the store to look at those tables. */
int rv_saver_analyze(struct rv_saver *saver, rv_err *err);
/* Before a watch: the statements of small saves are prepared, so that the first events do not wait
 * for that. Once a saver; nothing on SQLite. */
int rv_saver_warm(struct rv_saver *saver, rv_err *err);
/* Label mappings that were changed since are applied to what is stored. 1 when there was something
 * to do, 0, or an error. */
int rv_saver_relabel(struct rv_saver *saver, rv_err *err);
/* Save what is pending. */
int rv_saver_flush(struct rv_saver *saver, rv_err *err);
/* Forget what is pending, with the tokens after it, and that listings began (after a failure). NULL
 * allowed. */
void rv_saver_drop(struct rv_saver *saver);
void rv_saver_counts(const struct rv_saver *saver, struct rv_save_counts *out);
void rv_saver_counts_reset(struct rv_saver *saver);
size_t rv_saver_memory(const struct rv_saver *saver); /* bytes of the key table */
int64_t rv_saver_objects(const struct rv_saver *saver);
/* Warnings set since begin_all, as a JSON object name -> text; the caller's. */
cJSON *rv_saver_warnings(const struct rv_saver *saver);

#endif
