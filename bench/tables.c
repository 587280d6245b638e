/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that a refresh made, held in memory, so that a baseline can copy the very
 * same rows into the same tables with the same indexes.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "bench.h"
#include "model/model.h"
#include "support/support.h"

#define TABLES_MOST 128

struct held {
    char table[64];
    const char *columns[96];
    int column_count;
    rv_value *values;
    size_t rows, room;
};

struct bench_tables {
    struct held held[TABLES_MOST];
    int count;
    struct rv_arena *arena;
};

static void
hold_row(struct bench_tables *tables, struct held *held, const rv_value *row)
{
    size_t at = held->rows * (size_t)held->column_count;

    if (held->rows == held->room) {
        held->room = held->room ? held->room * 2 : 64;
        held->values =
            rv_realloc(held->values, held->room * (size_t)held->column_count, sizeof(rv_value));
    }
    for (int i = 0; i < held->column_count; i++) {
        held->values[at + (size_t)i] = row[i];
        if (row[i].type == RV_TEXT)
            held->values[at + (size_t)i].v.text =
                rv_arena_strndup(tables->arena, row[i].v.text, (size_t)row[i].len);
    }
    held->rows++;
}

static void
read_table(struct bench_tables *tables, struct rv_store *store, const char *table,
           const char *const *columns, int count)
{
    struct held *held = &tables->held[tables->count];
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(1 << 16);
    struct rv_rows *rows = NULL;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;

    snprintf(held->table, sizeof(held->table), "%s", table);
    rv_buf_add_string(&sql, "SELECT ");
    for (int i = 0; i < count; i++) {
        held->columns[i] = columns[i];
        rv_buf_addf(&sql, "%s\"%s\"", i ? "," : "", columns[i]);
    }
    held->column_count = count;
    rv_buf_addf(&sql, " FROM %s", table);
    if (rv_store_query(store, &rows, rv_buf_text(&sql), NULL, 0, &err) < 0)
        bench_die(table, &err);
    while (rv_rows_next(rows, &row, &err) == 1)
        hold_row(tables, held, row);
    rv_rows_close(rows);
    if (held->rows > 0)
        tables->count++;
}

static void
read_kind(struct bench_tables *tables, struct rv_store *store, const struct rv_kind *kind)
{
    const char *columns[96];

    for (int i = 0; i < kind->column_count; i++)
        columns[i] = kind->columns[i].name;
    read_table(tables, store, kind->table, columns, kind->column_count);
}

struct bench_tables *
bench_tables_read_prefix(struct rv_store *store, const char *prefix)
{
    struct bench_tables *tables = rv_alloc(sizeof(*tables));

    tables->arena = rv_arena_new(0);
    for (int k = 0; k < rv_model_count(); k++)
        if (strncmp(rv_model_at(k)->table, prefix, strlen(prefix)) == 0)
            read_kind(tables, store, rv_model_at(k));
    return tables;
}

struct bench_tables *
bench_tables_read(struct rv_store *store)
{
    static const char *const feed[] = {
        "number", "kind", "row_id", "ems_id", "op", "columns", "at"
    };
    struct bench_tables *tables = rv_alloc(sizeof(*tables));

    tables->arena = rv_arena_new(0);
    for (int k = 0; k < rv_model_count(); k++) {
        if (!rv_model_at(k)->server)
            read_kind(tables, store, rv_model_at(k));
    }
    read_table(tables, store, "changes", feed, (int)RV_COUNT(feed));
    return tables;
}

size_t
bench_tables_rows(const struct bench_tables *tables)
{
    size_t rows = 0;

    for (int i = 0; i < tables->count; i++)
        rows += tables->held[i].rows;
    return rows;
}

static int64_t
rows_of(const struct bench_tables *tables, const char *table)
{
    for (int i = 0; i < tables->count; i++)
        if (strcmp(tables->held[i].table, table) == 0)
            return (int64_t)tables->held[i].rows;
    return 0;
}

void
bench_tables_expect(const struct bench_tables *tables, const struct bench_expected *expected)
{
    int count = 0, wrong = 0;

    for (; expected->table; expected++, count++) {
        int64_t rows = rows_of(tables, expected->table);

        if (rows != expected->rows)
            fprintf(stderr, "bench: %s has %lld rows instead of %lld\n", expected->table,
                    (long long)rows, (long long)expected->rows);
        wrong |= rows != expected->rows;
    }
    if (wrong || count != tables->count)
        bench_die("the refresh made other rows than it should", NULL);
}

void
bench_tables_write(const struct bench_tables *tables, struct rv_store *store)
{
    rv_err err = RV_ERR_INIT;

    if (rv_store_begin(store, &err) < 0)
        bench_die("begin", &err);
    for (int i = 0; i < tables->count; i++) {
        const struct held *held = &tables->held[i];

        if (rv_store_insert_rows(store, held->table, held->columns, held->column_count,
                                 held->values, held->rows, &err) < 0)
            bench_die(held->table, &err);
    }
    if (rv_store_commit(store, &err) < 0)
        bench_die("commit", &err);
}

void
bench_tables_free(struct bench_tables *tables)
{
    for (int i = 0; i < tables->count; i++)
        free(tables->held[i].values);
    rv_arena_free(tables->arena);
    free(tables);
}
