/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading rows by many keys, in chunks. A chunk is filled up to one of a few sizes,
 * so that the statements stay few and prepared; chunks and queries go to the store together.
 */
#include "inventory/saver_internal.h"

#include <string.h>

enum { CHUNK_MAX = 256, READS_AT_ONCE = 32, SQL_BYTES = 256 << 10, FIXED_PARAMS = 3 };

static size_t
chunk_size(size_t left)
{
    static const size_t sizes[] = { 1, 4, 16, 64, CHUNK_MAX };
    for (size_t i = 0; i < RV_COUNT(sizes); i++)
        if (left <= sizes[i])
            return sizes[i];
    return CHUNK_MAX;
}

static void
write_columns(rv_buf *sql, const struct rv_row_query *query)
{
    const struct rv_kind *kind = query->kind;
    int count = query->columns ? query->column_count : kind->column_count;
    for (int i = 0; i < count; i++)
        rv_buf_addf(sql, "%s\"%s\"", i ? "," : "",
                    kind->columns[query->columns ? query->columns[i] : i].name);
}

static void
write_type(rv_buf *sql, rv_value *params, int *fixed, const struct rv_kind *kind, int column,
           const char *type)
{
    params[(*fixed)++] = rv_vtext(type);
    rv_buf_addf(sql, "\"%s\" = $%d AND ", kind->columns[kind->columns[column].type_column].name,
                *fixed);
}

static void
write_keys(rv_buf *sql, const struct rv_kind *kind, int by, int fixed, size_t size)
{
    rv_buf_addf(sql, "\"%s\" IN (", kind->columns[by].name);
    for (size_t i = 0; i < size; i++)
        rv_buf_addf(sql, "%s$%zu", i ? "," : "", (size_t)fixed + i + 1);
    rv_buf_add_char(sql, ')');
}

/* The statement for `size` keys; returns how many parameters come before them. */
static int
write_query(rv_buf *sql, rv_value *params, const struct rv_saver *saver,
            const struct rv_row_query *query, size_t size)
{
    const struct rv_kind *kind = query->kind;
    int fixed = 0;
    rv_buf_add_string(sql, "SELECT ");
    write_columns(sql, query);
    rv_buf_addf(sql, " FROM \"%s\" WHERE ", kind->table);
    if (query->of_provider) {
        params[fixed++] = rv_vint(saver->config.ems_id);
        rv_buf_addf(sql, "\"ems_id\" = $%d AND ", fixed);
    }
    if (query->type)
        write_type(sql, params, &fixed, kind, query->by, query->type);
    if (query->active && kind->archived)
        rv_buf_add_string(sql, "\"deleted_on\" IS NULL AND ");
    if (query->through == NULL) {
        write_keys(sql, kind, query->by, fixed, size);
        return fixed;
    }
    const struct rv_kind *through = query->through;
    rv_buf_addf(sql, "\"%s\" IN (SELECT \"id\" FROM \"%s\" WHERE ", kind->columns[query->by].name,
                through->table);
    if (query->through_type)
        write_type(sql, params, &fixed, through, through->owner_column, query->through_type);
    write_keys(sql, through, through->owner_column, fixed, size);
    rv_buf_add_char(sql, ')');
    return fixed;
}

/* Reads that go to the store together. */
struct batch {
    struct rv_saver *saver;
    struct rv_store_read reads[READS_AT_ONCE];
    const struct rv_kind *kinds[READS_AT_ONCE]; /* what each reads, for errors */
    size_t count;
    struct rv_arena *arena; /* texts and parameters */
};

static int
send(struct batch *batch, rv_err *err)
{
    int rc = rv_store_read_all(batch->saver->store, batch->reads, batch->count, err);
    if (rc < 0)
        rv_wrap(err, "read %s%s", batch->kinds[0]->table, batch->count > 1 ? " and others" : "");
    batch->count = 0;
    rv_arena_reset(batch->arena);
    return rc;
}

static int
add_chunk(struct batch *batch, const struct rv_row_query *query, const rv_value *keys, size_t count,
          rv_err *err)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_BYTES);
    size_t size = chunk_size(count);
    rv_value *params = rv_arena_alloc(batch->arena, (FIXED_PARAMS + size) * sizeof(*params));
    RV_ASSERT(params != NULL);
    int fixed = write_query(&sql, params, batch->saver, query, size);
    for (size_t i = 0; i < size; i++)
        params[(size_t)fixed + i] = keys[i < count ? i : count - 1];
    if (rv_buf_check(&sql, err) < 0)
        return rv_wrap(err, "read %s", query->kind->table);
    batch->kinds[batch->count] = query->kind;
    batch->reads[batch->count++] =
        (struct rv_store_read){ .sql = rv_arena_strdup(batch->arena, rv_buf_text(&sql)),
                                .params = params,
                                .count = fixed + (int)size,
                                .row = query->row,
                                .arg = query->arg };
    return batch->count == READS_AT_ONCE ? send(batch, err) : 0;
}

static int
add_query(struct batch *batch, const struct rv_row_query *query, rv_err *err)
{
    for (size_t done = 0; done < query->key_count; done += CHUNK_MAX) {
        size_t left = query->key_count - done;
        if (add_chunk(batch, query, query->keys + done, left < CHUNK_MAX ? left : CHUNK_MAX, err) <
            0)
            return err->code;
    }
    return 0;
}

int
rv_rows_each(struct rv_saver *saver, const struct rv_row_query *queries, size_t count, rv_err *err)
{
    struct batch batch = { .saver = saver, .arena = rv_arena_new(0) };
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_query(&batch, &queries[i], err);
    if (rc == 0 && batch.count > 0)
        rc = send(&batch, err);
    rv_arena_free(batch.arena);
    return rc;
}

rv_value *
rv_rows_copy(struct rv_arena *arena, const rv_value *row, int count)
{
    rv_value *copy = rv_arena_alloc(arena, (size_t)count * sizeof(*copy));
    RV_ASSERT(copy != NULL);
    memcpy(copy, row, (size_t)count * sizeof(*copy));
    for (int i = 0; i < count; i++)
        if (copy[i].type == RV_TEXT)
            copy[i].v.text = rv_arena_strndup(arena, row[i].v.text, (size_t)row[i].len);
    return copy;
}
