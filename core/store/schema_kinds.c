/* SPDX-License-Identifier: Apache-2.0
 *
 * DDL of a kind: its table, columns and indexes, as far as the catalogue lacks
 * them. No column is NOT NULL: one that is added later could not be, and a database
 * that grew must be the same as a new one. What is required is checked on the way in.
 *
 * Indexes: one unique index over what identifies a row, archived ones included, so a key has one
 * row for ever; one for every reference and every column that says so. ems_id is the first
 * column of the unique one and needs none of its own there.
 */
#include "schema_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "model/model.h"
#include "store_internal.h"

#define NAME_MAX_BYTES 63 /* PostgreSQL's */
#define KEY_COLUMNS 9

/* Rows of inventory change one or two columns that no index has: with room left on the page such an
 * update stays on it and touches no index (PostgreSQL's heap-only tuples), half the write-ahead
 * log. */
#define INVENTORY_ROOM " WITH (fillfactor = 85)"

void
rv_schema_index_name(char out[64], const char *prefix, const char *table,
                     const char *const *columns, int count)
{
    RV_AUTO_BUF
    rv_buf name = rv_buf_limited(4096);

    rv_buf_addf(&name, "%s_%s", prefix, table);
    for (int i = 0; i < count; i++)
        rv_buf_addf(&name, "_%s", columns[i]);
    RV_ASSERT(!name.failed);
    if (name.len <= NAME_MAX_BYTES)
        snprintf(out, 64, "%s", rv_buf_text(&name));
    else
        snprintf(out, 64, "%.46s_%016llx", rv_buf_text(&name),
                 (unsigned long long)rv_hash64(name.data, name.len, 0));
}

const char *
rv_schema_table_room(const struct rv_store *store, const struct rv_kind *kind)
{
    return rv_store_is_postgres(store) && kind && !kind->server ? INVENTORY_ROOM : "";
}

static void
add_columns(rv_buf *sql, const struct rv_store *store, const struct rv_catalogue *catalogue,
            const struct rv_kind *kind)
{
    const char *(*type)(int32_t) = store->driver->column_type;

    if (!rv_catalogue_has(catalogue, kind->table, NULL)) {
        rv_buf_addf(sql, "CREATE TABLE \"%s\" (\"id\" %s PRIMARY KEY", kind->table,
                    type(kind->columns[0].type));
        for (int i = 1; i < kind->column_count; i++)
            rv_buf_addf(sql, ", \"%s\" %s", kind->columns[i].name, type(kind->columns[i].type));
        rv_buf_addf(sql, ")%s%s;", store->driver->table_options, rv_schema_table_room(store, kind));
        return;
    }
    for (int i = 1; i < kind->column_count; i++)
        if (!rv_catalogue_has(catalogue, kind->table, kind->columns[i].name))
            rv_buf_addf(sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;", kind->table,
                        kind->columns[i].name, type(kind->columns[i].type));
}

/* Columns that identify a row, to out; 0 when it is the id alone. */
static int
identity(const char *out[KEY_COLUMNS], const struct rv_kind *kind)
{
    int count = 0;

    if (kind->child) {
        const struct rv_column *owner = &kind->columns[kind->owner_column];
        out[count++] = owner->name;
        if (owner->type_column >= 0)
            out[count++] = kind->columns[owner->type_column].name;
    } else if (!kind->server) {
        out[count++] = "ems_id";
    }
    for (int i = 0; i < kind->key_count; i++)
        out[count++] = kind->columns[kind->key[i]].name;
    return count == 1 && strcmp(out[0], "id") == 0 ? 0 : count;
}

static void
add_index(rv_buf *sql, const struct rv_catalogue *catalogue, const char *prefix, const char *unique,
          const char *table, const char *const *columns, int count, const char *where)
{
    char name[64];

    rv_schema_index_name(name, prefix, table, columns, count);
    if (rv_catalogue_has_index(catalogue, name))
        return;
    rv_buf_addf(sql, "CREATE %sINDEX \"%s\" ON \"%s\" (", unique, name, table);
    for (int i = 0; i < count; i++)
        rv_buf_addf(sql, "%s\"%s\"", i ? ", " : "", columns[i]);
    rv_buf_addf(sql, ")%s;", where);
}

void
rv_schema_kind_ddl(rv_buf *sql, const struct rv_store *store, const struct rv_catalogue *catalogue,
                   const struct rv_kind *kind)
{
    const char *key[KEY_COLUMNS];
    int key_count = identity(key, kind);

    RV_ASSERT(strcmp(kind->columns[0].name, "id") == 0);
    rv_assert_name(kind->table);
    for (int i = 0; i < kind->column_count; i++)
        rv_assert_name(kind->columns[i].name);
    add_columns(sql, store, catalogue, kind);
    if (key_count)
        add_index(sql, catalogue, "ux", "UNIQUE ", kind->table, key, key_count, "");
    for (int i = 1; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (column->type != REEVE_REF && !(column->flags & REEVE_COL_INDEX))
            continue;
        if ((key_count && strcmp(column->name, key[0]) == 0) ||
            rv_schema_has_extra(kind->table, column->name))
            continue;
        /* Most rows are not archived: those that are wait to be purged. */
        int archive = kind->archived && strcmp(column->name, "deleted_on") == 0;
        add_index(sql, catalogue, "ix", "", kind->table, &column->name, 1,
                  archive ? " WHERE \"deleted_on\" IS NOT NULL" : "");
    }
}
