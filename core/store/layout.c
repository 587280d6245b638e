/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a layout, from a catalogue or from JSON.
 */
#include "store/layout.h"

#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "model/model.h"
#include "store_internal.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME_MAX_BYTES 63
#define TABLES_MAX 4096
#define COLUMNS_MAX 1600

/* What both engines call the four types. */
static const struct {
    const char *sql;
    int32_t type;
} sql_types[] = {
    { "integer", REEVE_INT },  { "bigint", REEVE_INT },
    { "real", REEVE_DOUBLE },  { "double precision", REEVE_DOUBLE },
    { "boolean", REEVE_FLAG }, { "text", REEVE_STRING },
};

static const int32_t types[] = { REEVE_INT, REEVE_DOUBLE, REEVE_FLAG, REEVE_STRING };

static int
is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= NAME_MAX_BYTES && strspn(text, NAME_CHARS) == len;
}

static void
free_table(struct rv_layout_table *table)
{
    for (int i = 0; i < table->column_count; i++)
        free(table->columns[i].name);
    free(table->columns);
    free(table->name);
}

void
rv_layout_free(struct rv_layout *layout)
{
    for (int i = 0; i < layout->count; i++)
        free_table(&layout->tables[i]);
    for (int i = 0; i < layout->other_count; i++)
        free(layout->others[i]);
    free(layout->tables);
    free(layout->others);
    *layout = (struct rv_layout){ 0 };
}

const struct rv_layout_table *
rv_layout_table(const struct rv_layout *layout, const char *name)
{
    for (int i = 0; i < layout->count; i++)
        if (strcmp(layout->tables[i].name, name) == 0)
            return &layout->tables[i];
    return NULL;
}

static struct rv_layout_table *
add_table(struct rv_layout *layout, const char *name)
{
    layout->tables = rv_realloc(layout->tables, (size_t)layout->count + 1, sizeof *layout->tables);
    struct rv_layout_table *table = &layout->tables[layout->count++];
    *table = (struct rv_layout_table){ .name = rv_strdup(name) };
    return table;
}

static void
add_column(struct rv_layout_table *table, const char *name, int32_t type, int key)
{
    table->columns =
        rv_realloc(table->columns, (size_t)table->column_count + 1, sizeof *table->columns);
    table->columns[table->column_count++] =
        (struct rv_layout_column){ .name = rv_strdup(name), .type = type, .key = key };
}

/* 0 for a type that Reeve has none of. */
static int32_t
type_of(const char *table, const char *column, const char *sql)
{
    const struct rv_kind *kind = rv_model_table(table);
    int index = kind ? rv_kind_column(kind, column) : -1;

    if (!is_name(table) || !is_name(column))
        return 0;
    for (size_t i = 0; i < RV_COUNT(sql_types); i++) {
        if (strcmp(sql_types[i].sql, sql) != 0)
            continue;
        if (sql_types[i].type == REEVE_INT && index >= 0 && kind->columns[index].type == REEVE_FLAG)
            return REEVE_FLAG;
        return sql_types[i].type;
    }
    return 0;
}

/* The last table has a column that is none of ours: so neither is the table. */
static void
leave_out_last(struct rv_layout *layout)
{
    struct rv_layout_table *table = &layout->tables[--layout->count];

    layout->others = rv_realloc(layout->others, (size_t)layout->other_count + 1, sizeof(char *));
    layout->others[layout->other_count++] = rv_strdup(table->name);
    free_table(table);
}

static int
is_left_out(const struct rv_layout *layout, const char *name)
{
    return layout->other_count > 0 && strcmp(layout->others[layout->other_count - 1], name) == 0;
}

static void
take_row(struct rv_layout *layout, const rv_value *row)
{
    const char *name = row[0].v.text;
    struct rv_layout_table *last = layout->count ? &layout->tables[layout->count - 1] : NULL;

    if (is_left_out(layout, name))
        return;
    if (!last || strcmp(last->name, name) != 0)
        last = add_table(layout, name);
    int32_t type = type_of(name, row[1].v.text, row[2].v.text);
    if (type == 0) {
        leave_out_last(layout);
        return;
    }
    add_column(last, row[1].v.text, type, (int)row[3].v.i);
    last->counts |= row[4].v.i != 0;
}

static int
compare_tables(const void *a, const void *b)
{
    return strcmp(((const struct rv_layout_table *)a)->name,
                  ((const struct rv_layout_table *)b)->name);
}

static void
sort(struct rv_layout *layout)
{
    if (layout->count)
        qsort(layout->tables, (size_t)layout->count, sizeof *layout->tables, compare_tables);
}

int
rv_layout_read(struct rv_layout *out, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;

    *out = (struct rv_layout){ 0 };
    if (rv_store_query(store, &rows, store->driver->layout_sql, NULL, 0, err) < 0)
        return rv_wrap(err, "read the catalogue");
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        take_row(out, row);
    sort(out);
    if (more == 0)
        return 0;
    rv_layout_free(out);
    return rv_wrap(err, "read the catalogue");
}

cJSON *
rv_layout_to_json(const struct rv_layout *layout)
{
    cJSON *tables = cJSON_CreateArray();

    for (int i = 0; i < layout->count; i++) {
        const struct rv_layout_table *table = &layout->tables[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(tables, one);
        cJSON_AddStringToObject(one, "name", table->name);
        cJSON_AddBoolToObject(one, "counts", table->counts);
        cJSON *columns = cJSON_AddArrayToObject(one, "columns");
        for (int c = 0; c < table->column_count; c++) {
            cJSON *column = cJSON_CreateObject();
            cJSON_AddItemToArray(columns, column);
            cJSON_AddStringToObject(column, "name", table->columns[c].name);
            cJSON_AddStringToObject(column, "type", rv_type_name(table->columns[c].type));
            cJSON_AddNumberToObject(column, "key", table->columns[c].key);
        }
    }
    return tables;
}

static int
column_from_json(struct rv_layout_table *table, const cJSON *json, rv_err *err)
{
    const char *name = rv_json_string(json, "name");
    const char *type = rv_json_string(json, "type");
    int64_t key = rv_json_int(json, "key", 0);

    if (!name || !is_name(name))
        return rv_fail(err, RV_E_INVALID, "table %s has a column without a proper name",
                       table->name);
    for (int c = 0; c < table->column_count; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return rv_fail(err, RV_E_INVALID, "table %s has two columns %s", table->name, name);
    for (size_t i = 0; type && i < RV_COUNT(types); i++) {
        if (strcmp(rv_type_name(types[i]), type) != 0 || key < 0 || key > COLUMNS_MAX)
            continue;
        add_column(table, name, types[i], (int)key);
        return 0;
    }
    return rv_fail(err, RV_E_INVALID, "column %s.%s has no proper type", table->name, name);
}

static int
table_from_json(struct rv_layout *layout, const cJSON *json, rv_err *err)
{
    const char *name = rv_json_string(json, "name");
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(json, "columns");
    const cJSON *column = NULL;

    if (!name || !is_name(name) || rv_layout_table(layout, name))
        return rv_fail(err, RV_E_INVALID, "a table has no proper name of its own");
    int count = cJSON_GetArraySize(columns);
    if (count < 1 || count > COLUMNS_MAX)
        return rv_fail(err, RV_E_INVALID, "table %s has %d columns", name, count);
    struct rv_layout_table *table = add_table(layout, name);
    table->counts = rv_json_flag(json, "counts", 0);
    cJSON_ArrayForEach(column, columns)
    {
        if (column_from_json(table, column, err) < 0)
            return err->code;
    }
    return 0;
}

int
rv_layout_from_json(struct rv_layout *out, const cJSON *json, rv_err *err)
{
    const cJSON *table = NULL;

    *out = (struct rv_layout){ 0 };
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) > TABLES_MAX)
        return rv_fail(err, RV_E_INVALID, "no list of at most %d tables", TABLES_MAX);
    cJSON_ArrayForEach(table, json)
    {
        if (table_from_json(out, table, err) < 0) {
            rv_layout_free(out);
            return err->code;
        }
    }
    sort(out);
    return 0;
}
