/* SPDX-License-Identifier: Apache-2.0
 *
 * A database at either end of a flow.
 */
#include "keeping/flow.h"

#include <string.h>
#include "base/mem.h"
#include "store/notes.h"

#define SQL_MAX_BYTES (256 * 1024)
#define BATCH_BYTES (1u << 20)
#define BATCH_ROWS 8192

static void
add_names(rv_buf *sql, const struct rv_layout_table *table)
{
    for (int i = 0; i < table->column_count; i++)
        rv_buf_addf(sql, "%s\"%s\"", i ? ", " : "", table->columns[i].name);
}

/* By the key, or by everything where there is none: the same order on both engines. */
static void
add_order(rv_buf *sql, const struct rv_layout_table *table)
{
    const char *before = " ORDER BY ";

    for (int place = 1; place <= table->column_count; place++)
        for (int i = 0; i < table->column_count; i++)
            if (table->columns[i].key == place) {
                rv_buf_addf(sql, "%s\"%s\"", before, table->columns[i].name);
                before = ", ";
            }
    for (int i = 0; i < table->column_count && strcmp(before, ", ") != 0; i++)
        rv_buf_addf(sql, "%s\"%s\" NULLS LAST", i ? ", " : " ORDER BY ", table->columns[i].name);
}

static int
begin_table(void *arg, int index, rv_err *err)
{
    struct rv_store_source *from = arg;
    const struct rv_layout_table *table = &from->layout->tables[index];
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_store_source_end(from);
    rv_buf_add_string(&sql, "SELECT ");
    add_names(&sql, table);
    rv_buf_addf(&sql, " FROM \"%s\"", table->name);
    /* The mark of a copy that is being made is none of its rows. */
    if (strcmp(table->name, "schema_info") == 0)
        rv_buf_add_string(&sql, " WHERE name <> '" RV_NOTE_UNFINISHED "'");
    add_order(&sql, table);
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_query(from->store, &from->rows, rv_buf_text(&sql), NULL, 0, err) < 0)
        return rv_wrap(err, "read table %s", table->name);
    return 0;
}

static int
next_row(void *arg, struct rv_flow_row *row, rv_err *err)
{
    struct rv_store_source *from = arg;

    return rv_rows_next(from->rows, &row->values, err);
}

struct rv_flow_source
rv_source_of_store(struct rv_store_source *from)
{
    return (struct rv_flow_source){
        .layout = from->layout, .arg = from, .table = begin_table, .row = next_row
    };
}

void
rv_store_source_end(struct rv_store_source *from)
{
    rv_rows_close(from->rows);
    from->rows = NULL;
}

struct rv_store_sink {
    struct rv_store *store;
    const struct rv_layout *layout;
    const struct rv_layout_table *table;
    const char **names;
    rv_value *values;
    size_t rows, size;
    size_t bytes;
    struct rv_arena *texts;
};

struct rv_store_sink *
rv_store_sink_new(struct rv_store *store, const struct rv_layout *layout)
{
    struct rv_store_sink *sink = rv_alloc(sizeof *sink);

    sink->store = store;
    sink->layout = layout;
    sink->texts = rv_arena_new(0); /* a batch; each row has a ceiling of its own */
    return sink;
}

void
rv_store_sink_free(struct rv_store_sink *sink)
{
    if (!sink)
        return;
    rv_arena_free(sink->texts);
    free(sink->values);
    free(sink->names);
    free(sink);
}

static int
write_batch(struct rv_store_sink *sink, rv_err *err)
{
    int columns = sink->table->column_count;

    if (sink->rows && rv_store_insert_rows(sink->store, sink->table->name, sink->names, columns,
                                           sink->values, sink->rows, err) < 0)
        return rv_wrap(err, "write table %s", sink->table->name);
    sink->rows = 0;
    sink->bytes = 0;
    rv_arena_reset(sink->texts);
    return 0;
}

static int
take_table(void *arg, int index, rv_err *err)
{
    struct rv_store_sink *sink = arg;
    (void)err;

    sink->table = &sink->layout->tables[index];
    sink->names = rv_realloc(sink->names, (size_t)sink->table->column_count, sizeof(char *));
    for (int i = 0; i < sink->table->column_count; i++)
        sink->names[i] = sink->table->columns[i].name;
    free(sink->values);
    sink->values = NULL;
    sink->size = 0;
    return 0;
}

static int
take_row(void *arg, const struct rv_flow_row *row, rv_err *err)
{
    const rv_value *from = row->values;
    struct rv_store_sink *sink = arg;
    size_t columns = (size_t)sink->table->column_count;

    if (sink->rows == sink->size) {
        sink->size = sink->size ? sink->size * 2 : 64;
        sink->values = rv_realloc(sink->values, sink->size * columns, sizeof *sink->values);
    }
    rv_value *to = sink->values + sink->rows * columns;
    for (size_t i = 0; i < columns; i++) {
        to[i] = from[i];
        if (from[i].type != RV_TEXT)
            continue;
        to[i].v.text = rv_arena_strndup(sink->texts, from[i].v.text, (size_t)from[i].len);
        sink->bytes += (size_t)from[i].len;
    }
    sink->rows++;
    sink->bytes += columns * sizeof(rv_value);
    return sink->bytes >= BATCH_BYTES || sink->rows >= BATCH_ROWS ? write_batch(sink, err) : 0;
}

static int
end_table(void *arg, const struct rv_tally *tally, rv_err *err)
{
    (void)tally;
    return write_batch(arg, err);
}

struct rv_flow_sink
rv_sink_of_store(struct rv_store_sink *to)
{
    return (
        struct rv_flow_sink){ .arg = to, .table = take_table, .row = take_row, .end = end_table };
}
