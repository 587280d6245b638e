/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping what is in the store: copies to another database, backups in one file, and back. A
 * backup does not depend on the engine: one taken from SQLite restores into PostgreSQL.
 *
 * All of it reads in one snapshot and holds nobody up. A report is a JSON object for people and
 * programs; the caller's.
 */
#ifndef RV_KEEPING_KEEPING_H
#define RV_KEEPING_KEEPING_H

#include <cjson/cJSON.h>
#include "store/store.h"

/* Who looks on; may be NULL. tell: some times a second, while rows of a table go by. */
struct rv_keep_watch {
    void (*tell)(void *arg, const char *doing, const char *table, int64_t rows);
    int (*stopped)(void *arg); /* not 0: end, CANCELLED; may be NULL */
    void *arg;
};

enum {
    RV_KEEP_OVERWRITE = 1, /* what the target holds is dropped */
    RV_KEEP_KEY = 2,       /* restore: the key is to be used; INVALID when it is none */
};

/* All rows of `from` into the database `to`, which has no tables yet; then both are read beside
 * each other. Ids stay. In the copy the feed begins anew (cursors of before answer GONE), nobody
 * holds a lease, and there are no workers. CONFLICT when `to` is not empty. */
int rv_keep_copy(cJSON **report, struct rv_store *from, struct rv_store *to, int flags,
                 const struct rv_keep_watch *watch, rv_err *err);

struct rv_backup_options {
    const char *path;
    const char *key; /* text of the key file to put in, checked before; NULL: without */
    int flags;       /* RV_KEEP_OVERWRITE: an older file of this name */
};
/* One file, 0600. It has its name only when it is whole, on the disk and read again. */
int rv_keep_backup(cJSON **report, struct rv_store *from, const struct rv_backup_options *options,
                   const struct rv_keep_watch *watch, rv_err *err);

/* What a backup says of itself; the whole file is read and checked. */
int rv_keep_inspect(cJSON **report, const char *path, const struct rv_keep_watch *watch,
                    rv_err *err);

/* Pages, indexes, schema, links, ids, the feed, what is held: {tables, errors, warnings, findings:
 * [{level, check, text, hint}], ms}. May run beside a server; on SQLite it reads the whole file. */
int rv_keep_check(cJSON **report, struct rv_store *store, const struct rv_keep_watch *watch,
                  rv_err *err);
/* Of a store whose schema is open: size, largest tables, connections, locks, the feed's window,
 * what was last done when. SQLite's tables are read for it: of a larger file than walk_max_bytes
 * they are left out. */
int rv_keep_status(cJSON **report, struct rv_store *store, int64_t walk_max_bytes, rv_err *err);

/* What a database is. */
struct rv_keep_identity {
    int tables;
    int made; /* it has the schema, finished; else the rest is 0 */
    int64_t region;
    int64_t ids_used; /* up to here ids were given out */
};
int rv_keep_look(struct rv_keep_identity *out, struct rv_store *store, rv_err *err);

struct rv_restore_options {
    const char *path;
    int64_t region;   /* that it must be of; -1: any */
    int64_t ids_used; /* by the database of before, when the target is another one; 0: none */
    int flags;        /* RV_KEEP_OVERWRITE, RV_KEEP_KEY */
};
/* Into the database `to`, which has no tables yet. As rv_keep_copy says; what is in the database
 * afterwards is compared with the file's digests. A backup of an older release is brought up to
 * date, one of a newer is refused with CONFLICT. *key: the key file's text, the caller's to wipe
 * and free; NULL when the backup holds none. */
int rv_keep_restore(cJSON **report, char **key, struct rv_store *to,
                    const struct rv_restore_options *options, const struct rv_keep_watch *watch,
                    rv_err *err);

#endif
