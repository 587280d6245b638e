/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching by sorting both sides.
 */
#include "datastore/rowset.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/text.h"
#include "base/wait.h"
#include "model/model.h"

enum { POLL_EVERY = 4096 }; /* rows: a heart beats meanwhile */
#define SQL_MAX 4096

void
rv_ae_rowset_free(struct rv_ae_rowset *set)
{
    free(set->rows);
    free(set->old);
    *set = (struct rv_ae_rowset){ 0 };
}

/* The same for what a file says and what a row has, whichever engine. */
static uint64_t
hash_of(const rv_value *values, int count)
{
    uint64_t hash = 0;

    for (int i = 0; i < count; i++) {
        const rv_value *value = &values[i];
        char head[2] = { (char)('0' + value->type), (char)i };
        hash = rv_hash64(head, sizeof(head), hash);
        if (value->type == RV_INT)
            hash = rv_hash64(&value->v.i, sizeof(value->v.i), hash);
        else if (value->type == RV_TEXT)
            hash = rv_hash64(value->v.text, (size_t)value->len, hash);
    }
    return hash;
}

static int64_t
int_of(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static const char *
keep(struct rv_ae_rowset *set, const rv_value *value)
{
    if (value->type != RV_TEXT)
        return NULL;
    const char *copy = rv_arena_strndup(set->arena, value->v.text, (size_t)value->len);
    RV_ASSERT(copy);
    return copy;
}

static void
add_old(struct rv_ae_rowset *set, const rv_value *row)
{
    if (set->old_count == set->old_size) {
        set->old_size = set->old_size ? set->old_size * 2 : 64;
        set->old = rv_realloc(set->old, set->old_size, sizeof(*set->old));
    }
    char *key = row[3].type == RV_TEXT
                    ? rv_arena_strndup(set->arena, row[3].v.text, (size_t)row[3].len)
                    : rv_arena_strdup(set->arena, "");
    RV_ASSERT(key);
    rv_lower(key);
    set->old[set->old_count++] =
        (struct rv_ae_old_row){ .id = row[0].v.i,
                                .a = int_of(&row[1]),
                                .b = int_of(&row[2]),
                                .key = key,
                                .sealed = keep(set, &row[4]),
                                .hash = hash_of(row + 5, set->table->column_count) };
}

int
rv_ae_rowset_load(struct rv_ae_rowset *set, struct rv_store *store, int64_t domain_id, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_MAX);
    const struct rv_ae_table *table = set->table;
    const rv_value *row, param = rv_vint(domain_id);
    int rc;

    if (domain_id == 0)
        return 0;
    rv_buf_addf(&sql, "SELECT id, %s, %s", table->key_sql,
                table->has_secret ? "sealed_value" : "NULL");
    for (int i = 0; i < table->column_count; i++)
        rv_buf_addf(&sql, ", \"%s\"", table->columns[i]);
    rv_buf_addf(&sql, " FROM %s WHERE domain_id = $1", rv_model_kind(table->kind)->table);
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_query(store, &rows, rv_buf_text(&sql), &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        add_old(set, row);
    return rc < 0 ? rc : rv_wait_poll(err);
}

size_t
rv_ae_rowset_add(struct rv_ae_rowset *set, int64_t a, int64_t b, const char *key)
{
    if (set->count == set->size) {
        set->size = set->size ? set->size * 2 : 64;
        set->rows = rv_realloc(set->rows, set->size, sizeof(*set->rows));
    }
    char *folded = rv_arena_strdup(set->arena, key);
    RV_ASSERT(folded);
    rv_lower(folded);
    set->rows[set->count] = (struct rv_ae_row){ .a = a, .b = b, .key = folded };
    return set->count++;
}

static int
compare(int64_t a, int64_t b, const char *key, int64_t other_a, int64_t other_b, const char *other)
{
    if (a != other_a)
        return a < other_a ? -1 : 1;
    if (b != other_b)
        return b < other_b ? -1 : 1;
    return strcmp(key, other);
}

static int
by_old_key(const void *x, const void *y)
{
    const struct rv_ae_old_row *p = x, *q = y;

    return compare(p->a, p->b, p->key, q->a, q->b, q->key);
}

/* Without an id yet; one that matched a row had its place among the old ones. */
static struct rv_ae_old_row *
find_old(const struct rv_ae_rowset *set, const struct rv_ae_row *row)
{
    const struct rv_ae_old_row wanted = { .a = row->a, .b = row->b, .key = row->key };

    return set->old_count
               ? bsearch(&wanted, set->old, set->old_count, sizeof(*set->old), by_old_key)
               : NULL;
}

int
rv_ae_rowset_match(struct rv_ae_rowset *set, struct rv_store *store, rv_err *err)
{
    if (set->old_count)
        qsort(set->old, set->old_count, sizeof(*set->old), by_old_key);
    for (size_t i = 0; i < set->count; i++) {
        struct rv_ae_row *row = &set->rows[i];
        struct rv_ae_old_row *old = find_old(set, row);
        if (i % POLL_EVERY == 0 && rv_wait_poll(err) < 0)
            return err->code;
        if (old && !old->wanted) {
            old->wanted = 1;
            row->id = old->id;
            row->had_sealed = old->sealed;
            row->state = RV_AE_ROW_CHANGED;
        } else if (rv_store_new_id(store, &row->id, err) < 0) {
            return err->code;
        }
    }
    return 0;
}

void
rv_ae_rowset_fill(struct rv_ae_rowset *set, size_t index, const rv_value *values)
{
    struct rv_ae_row *row = &set->rows[index];
    const struct rv_ae_old_row *old = row->state == RV_AE_ROW_NEW ? NULL : find_old(set, row);

    row->values = values;
    if (old && old->hash == hash_of(values, set->table->column_count))
        row->state = RV_AE_ROW_SAME;
}

size_t
rv_ae_rowset_changes(const struct rv_ae_rowset *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += set->rows[i].state != RV_AE_ROW_SAME;
    for (size_t i = 0; i < set->old_count; i++)
        count += !set->old[i].wanted;
    return count;
}
