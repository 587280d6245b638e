/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts that schema.c puts together; tests of migrations use it too.
 */
#ifndef RV_SCHEMA_INTERNAL_H
#define RV_SCHEMA_INTERNAL_H

#include "base/buf.h"
#include "store/schema.h"

/* What the database has: "table.column" and index names, sorted. */
struct rv_catalogue {
    char **columns;
    int column_count;
    char **indexes;
    int index_count;
};

int rv_catalogue_load(struct rv_catalogue *out, struct rv_store *store, rv_err *err);
void rv_catalogue_free(struct rv_catalogue *catalogue);
/* column NULL asks for the table. */
int rv_catalogue_has(const struct rv_catalogue *catalogue, const char *table, const char *column);
int rv_catalogue_has_index(const struct rv_catalogue *catalogue, const char *index);

/* schema_fixed.c: the tables that are not of the dictionary, and their first rows. */
int rv_schema_make_fixed(struct rv_store *store, int64_t region, rv_err *err);
/* Tells a database from every other: a cursor of another one is refused. */
int64_t rv_schema_new_epoch(void);

/* schema_kinds.c: append what the catalogue lacks of a kind. */
void rv_schema_kind_ddl(rv_buf *sql, const struct rv_store *store,
                        const struct rv_catalogue *catalogue, const struct rv_kind *kind);
/* What follows table_options behind a kind's CREATE TABLE. kind NULL: a table of no kind. */
const char *rv_schema_table_room(const struct rv_store *store, const struct rv_kind *kind);
/* "ux_TABLE_COLUMN_...", cut to 63 bytes with a hash where it is longer. */
void rv_schema_index_name(char out[64], const char *prefix, const char *table,
                          const char *const *columns, int count);

/* extra_schema.c: indexes that the dictionary cannot say. */
struct rv_extra_index {
    const char *name;
    const char *table; /* left out when there is no such table */
    /* What comes after CREATE [UNIQUE] INDEX name ON table; the same text serves both engines
     * unless they differ. */
    int unique;
    const char *sqlite;
    const char *postgres; /* NULL: as sqlite */
};
extern const struct rv_extra_index rv_extra_indexes[]; /* ends with a NULL name */
/* Whether one of these begins with this column: a reference then has no other. */
int rv_schema_has_extra(const char *table, const char *column);
void rv_schema_extra_ddl(rv_buf *sql, const struct rv_store *store,
                         const struct rv_catalogue *catalogue);

/* migrations.c */
struct rv_migration {
    int version; /* that the database has after it */
    const char *title;
    int (*run)(struct rv_store *store, void *arg, rv_err *err);
};
extern const struct rv_migration rv_migrations[];
extern const int rv_migration_count;

/* Every step above the database's version, each in a transaction of its own under the lock, with
 * the version looked at again inside. CONFLICT when the database is newer than the last step. */
int rv_migrate(struct rv_store *store, const struct rv_migration *steps, int count, void *arg,
               rv_err *err);
/* 1 when there is a table of notes, 0 in a database that is empty or not of Reeve. */
int rv_schema_is_made(struct rv_store *store, rv_err *err);

#endif
