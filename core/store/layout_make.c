/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of a layout in another database, and the mark that it is not finished.
 */
#include "store/layout.h"

#include <string.h>
#include "model/model.h"
#include "schema_internal.h"
#include "store/notes.h"
#include "store_internal.h"

#define DDL_MAX_BYTES (8u << 20)

static void
add_key(rv_buf *sql, const struct rv_layout_table *table)
{
    const char *before = ", PRIMARY KEY (";

    for (int place = 1; place <= table->column_count; place++)
        for (int i = 0; i < table->column_count; i++)
            if (table->columns[i].key == place) {
                rv_buf_addf(sql, "%s\"%s\"", before, table->columns[i].name);
                before = ", ";
            }
    if (strcmp(before, ", ") == 0)
        rv_buf_add_char(sql, ')');
}

static void
add_table(rv_buf *sql, const struct rv_store *store, const struct rv_layout_table *table)
{
    const struct rv_store_driver *driver = store->driver;

    rv_buf_addf(sql, "CREATE TABLE \"%s\" (", table->name);
    for (int i = 0; i < table->column_count; i++) {
        const struct rv_layout_column *column = &table->columns[i];
        int serial = table->counts && column->key;
        rv_buf_addf(sql, "%s\"%s\" %s", i ? ", " : "", column->name,
                    serial ? driver->serial_key : driver->column_type(column->type));
    }
    if (!table->counts)
        add_key(sql, table);
    rv_buf_addf(sql, ")%s%s;", driver->table_options,
                rv_schema_table_room(store, rv_model_table(table->name)));
}

/* What the fixed tables lack: those of another release may have had more. */
static void
add_columns(rv_buf *sql, const struct rv_store *store, const struct rv_catalogue *catalogue,
            const struct rv_layout_table *table)
{
    for (int i = 0; i < table->column_count; i++)
        if (!rv_catalogue_has(catalogue, table->name, table->columns[i].name))
            rv_buf_addf(sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;", table->name,
                        table->columns[i].name, store->driver->column_type(table->columns[i].type));
}

static int
add_all(struct rv_store *store, const struct rv_layout *layout, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DDL_MAX_BYTES);
    struct rv_catalogue catalogue;

    if (rv_catalogue_load(&catalogue, store, err) < 0)
        return err->code;
    for (int i = 0; i < layout->count; i++) {
        if (rv_catalogue_has(&catalogue, layout->tables[i].name, NULL))
            add_columns(&sql, store, &catalogue, &layout->tables[i]);
        else
            add_table(&sql, store, &layout->tables[i]);
    }
    rv_catalogue_free(&catalogue);
    /* The rows of the fixed tables are to come with the others. */
    rv_buf_add_string(&sql, "DELETE FROM schema_info; DELETE FROM id_blocks;"
                            "INSERT INTO schema_info (name, value) VALUES ('" RV_NOTE_UNFINISHED
                            "', 1);");
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_script(store, rv_buf_text(&sql), err);
}

int
rv_layout_make(struct rv_store *store, const struct rv_layout *layout, rv_err *err)
{
    RV_ASSERT(rv_store_in_transaction(store));
    if (rv_schema_make_fixed(store, 0, err) < 0 || add_all(store, layout, err) < 0)
        return rv_wrap(err, "make the tables");
    return 0;
}

int
rv_layout_drop(struct rv_store *store, const struct rv_layout *layout, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DDL_MAX_BYTES);

    RV_ASSERT(rv_store_in_transaction(store));
    for (int i = 0; i < layout->count; i++)
        rv_buf_addf(&sql, "DROP TABLE \"%s\";", layout->tables[i].name);
    if (rv_buf_check(&sql, err) < 0 ||
        (sql.len && rv_store_script(store, rv_buf_text(&sql), err) < 0))
        return rv_wrap(err, "drop the tables");
    return 0;
}

int
rv_layout_is_unfinished(struct rv_store *store, rv_err *err)
{
    int64_t unfinished = 0;
    int made = rv_schema_is_made(store, err);

    if (made <= 0)
        return made;
    if (rv_note_read(&unfinished, store, RV_NOTE_UNFINISHED, err) < 0)
        return err->code;
    return unfinished != 0;
}

int
rv_layout_finished(struct rv_store *store, rv_err *err)
{
    if (rv_note_write(store, RV_NOTE_EPOCH, rv_schema_new_epoch(), err) < 0)
        return err->code;
    return rv_store_exec(
        store, NULL, "DELETE FROM schema_info WHERE name = '" RV_NOTE_UNFINISHED "'", NULL, 0, err);
}

static const char *
key_of(const struct rv_layout_table *table)
{
    for (int i = 0; i < table->column_count; i++)
        if (table->columns[i].key)
            return table->columns[i].name;
    return NULL;
}

/* SQLite remembers the highest key of each such table, also when its row has gone. */
static int
raise_sqlite(struct rv_store *store, const struct rv_layout_table *table, int64_t last, rv_err *err)
{
    rv_value row[1];
    RV_AUTO_FREE char *look =
        rv_format("SELECT MAX(\"%s\") FROM \"%s\"", key_of(table), table->name);
    RV_AUTO_FREE char *put = rv_format("UPDATE sqlite_sequence SET seq = $1 WHERE name = '%s'"
                                       " AND seq < $1",
                                       table->name);
    RV_AUTO_FREE char *begin =
        rv_format("INSERT INTO sqlite_sequence (name, seq) SELECT '%s', $1 WHERE NOT EXISTS"
                  " (SELECT 1 FROM sqlite_sequence WHERE name = '%s')",
                  table->name, table->name);

    if (rv_store_one(store, row, 1, look, NULL, 0, err) < 0)
        return err->code;
    if (row[0].type == RV_INT && row[0].v.i > last)
        last = row[0].v.i;
    const rv_value params[] = { rv_vint(last) };
    if (rv_store_exec(store, NULL, put, params, 1, err) < 0)
        return err->code;
    return rv_store_exec(store, NULL, begin, params, 1, err);
}

static int
raise_postgres(struct rv_store *store, const struct rv_layout_table *table, int64_t last,
               rv_err *err)
{
    rv_value row[1];
    const char *key = key_of(table);
    RV_AUTO_FREE char *sql = rv_format("SELECT setval(pg_get_serial_sequence('\"%s\"', '%s'),"
                                       " GREATEST(1, $1, (SELECT MAX(\"%s\") FROM \"%s\")))",
                                       table->name, key, key, table->name);

    return rv_store_one(store, row, 1, sql, (rv_value[]){ rv_vint(last) }, 1, err);
}

int
rv_layout_count_from(struct rv_store *store, const struct rv_layout_table *table, int64_t last,
                     rv_err *err)
{
    int rc = rv_store_is_postgres(store) ? raise_postgres(store, table, last, err)
                                         : raise_sqlite(store, table, last, err);

    return rc < 0 ? rv_wrap(err, "count on in table %s", table->name) : 0;
}
