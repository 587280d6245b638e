/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of `reeved db` share.
 */
#ifndef RV_DB_INTERNAL_H
#define RV_DB_INTERNAL_H

#include "home/home.h"
#include "keeping/keeping.h"

struct rv_db_args {
    const char *word; /* "backup" */
    const char *file;
    const char *home, *module_dir, *output;
    char *store, *to; /* URLs, may hold passwords */
    int overwrite, with_key, live, switch_home, quiet;
};

/* One `reeved db` at work. */
struct rv_db {
    struct rv_db_args args;
    struct rv_home home; /* dir NULL: only a URL was given */
    char *module_dir;
    char *url; /* of the store that it is about */
};

/* PERMISSION when this is the file of another user. */
int rv_db_check_owner(const char *url, rv_err *err);
/* The home and its store's URL, or the URL alone. PERMISSION when either is another user's. */
int rv_db_open_home(struct rv_db *db, rv_err *err);
/* No server may run on it from now on: CONFLICT when one does. Makes the home when make is
 * RV_DB_MAKE. */
enum { RV_DB_THERE, RV_DB_MAKE };
int rv_db_hold_home(struct rv_db *db, int make, rv_err *err);
/* flags: RV_STORE_THERE or 0. */
int rv_db_open_store(struct rv_store **out, const struct rv_db *db, const char *url, int flags,
                     rv_err *err);
/* CONFLICT while processes of a server are connected. */
int rv_db_check_alone(struct rv_store *store, rv_err *err);

/* Who sits at the terminal, if any: progress, and SIGINT and SIGTERM end it cleanly. */
const struct rv_keep_watch *rv_db_watch(void);
void rv_db_watch_end(void);
/* A report for people on a terminal, else JSON. */
void rv_db_print(const struct rv_db *db, const char *headline, const cJSON *report);
/* A file's words must not drive a terminal: control characters become '?'. In place. */
void rv_db_clean(char *text);
int rv_db_is_table(const struct rv_db *db);
void rv_db_hush(void); /* no progress, and nothing of what follows */
void rv_db_say(const char *format, ...) RV_PRINTF(1, 2);  /* on stderr */
void rv_db_warn(const char *format, ...) RV_PRINTF(1, 2); /* the same, so that it is seen */

int rv_db_backup(struct rv_db *db, rv_err *err);
int rv_db_inspect(struct rv_db *db, rv_err *err);
int rv_db_restore(struct rv_db *db, rv_err *err);
int rv_db_copy(struct rv_db *db, rv_err *err);
int rv_db_check(struct rv_db *db, rv_err *err);
int rv_db_status(struct rv_db *db, rv_err *err);
int rv_db_forget(struct rv_db *db, rv_err *err);

#endif
