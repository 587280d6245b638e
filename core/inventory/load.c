/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling the key table from the store, and finding out which kinds of rows there
 * are at all: what cannot be there need not be looked for in every batch.
 */
#include "inventory/saver_internal.h"

#include <string.h>

static void
find_columns(struct rv_kind_state *state, const struct rv_kind *kind)
{
    state->content_hash = rv_kind_column(kind, "content_hash");
    state->created_on = rv_kind_column(kind, "created_on");
    state->updated_on = rv_kind_column(kind, "updated_on");
    state->deleted_on = kind->archived ? rv_kind_column(kind, "deleted_on") : -1;
    state->columns = rv_alloc((size_t)kind->column_count * sizeof(*state->columns));
    for (int i = 0; i < kind->column_count; i++)
        state->columns[i] = kind->columns[i].name;
}

static void
add_keeper(struct rv_saver *saver, const struct rv_kind *kept)
{
    struct rv_kind_state *state = &saver->kinds[kept->kept_by_kind];
    state->keepers =
        rv_realloc(state->keepers, (size_t)state->keeper_count + 1, sizeof(*state->keepers));
    state->keepers[state->keeper_count++] =
        (struct rv_keeper){ .column = kept->kept_by_column, .kept = kept };
}

static void
prepare_kinds(struct rv_saver *saver)
{
    saver->kind_count = rv_model_count();
    saver->kinds = rv_alloc((size_t)saver->kind_count * sizeof(*saver->kinds));
    for (int i = 0; i < saver->kind_count; i++) {
        const struct rv_kind *kind = rv_model_at(i);
        saver->kinds[i].by_name = rv_alloc((size_t)kind->column_count);
        saver->kinds[i].children = rv_alloc((size_t)saver->kind_count);
        find_columns(&saver->kinds[i], kind);
    }
    for (int i = 0; i < saver->kind_count; i++)
        if (rv_model_at(i)->kept_by_kind >= 0)
            add_keeper(saver, rv_model_at(i));
}

static const char *
text_or_null(const rv_value *value)
{
    return value->type == RV_TEXT ? value->v.text : NULL;
}

static void
take_key(struct rv_saver *saver, const struct rv_kind *kind, const rv_value *row)
{
    if (row[2].type != RV_TEXT)
        return;
    struct rv_known key = { .id = row[0].v.i, .hash = (uint64_t)row[1].v.i, .kind = kind->index };
    if (row[1].type == RV_NULL)
        key.hash = 0;
    rv_keys_put(saver->keys, rv_keys_digest(saver->keys, kind, row[2].v.text), &key);
    saver->kinds[kind->index].present = 1;
    int names = kind->name_key_count;
    const char *first = names > 0 ? text_or_null(&row[3]) : NULL;
    const char *second = names > 1 ? text_or_null(&row[4]) : NULL;
    if (names == 1 && first)
        rv_keys_put_name(saver->keys, rv_keys_name_digest(saver->keys, kind, NULL, first),
                         (struct rv_name){ .id = key.id });
    if (names == 2 && first && second)
        rv_keys_put_name(saver->keys, rv_keys_name_digest(saver->keys, kind, first, second),
                         (struct rv_name){ .id = key.id });
    rv_keys_keep(saver->keys);
}

static int
load_kind(struct rv_saver *saver, const struct rv_kind *kind, rv_err *err)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(4096);
    rv_buf_addf(&sql, "SELECT \"id\", \"content_hash\", \"%s\"", kind->columns[kind->key[0]].name);
    for (int i = 0; i < kind->name_key_count; i++)
        rv_buf_addf(&sql, ", \"%s\"", kind->columns[kind->name_key[i]].name);
    /* In the order of ids, so that of two rows with one name the younger has it. */
    rv_buf_addf(&sql, " FROM \"%s\" WHERE \"ems_id\" = $1%s ORDER BY \"id\"", kind->table,
                kind->archived ? " AND \"deleted_on\" IS NULL" : "");
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(saver->store, &rows, rv_buf_text(&sql), &param, 1, err) < 0)
        return rv_wrap(err, "read keys of %s", kind->table);
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        take_key(saver, kind, row);
    return rc < 0 ? rv_wrap(err, "read keys of %s", kind->table) : 0;
}

/* 1, 0 or an error. */
static int
any_row(struct rv_saver *saver, const struct rv_kind *kind, const char *condition, rv_err *err)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT 1 FROM \"%s\" WHERE \"ems_id\" = $1%s LIMIT 1", kind->table, condition);
    rv_value param = rv_vint(saver->config.ems_id), out;
    return rv_store_one(saver->store, &out, 1, sql, &param, 1, err);
}

/* Kinds of owners whose rows have children of this kind. */
static int
load_owners(struct rv_saver *saver, const struct rv_kind *child, rv_err *err)
{
    int any = any_row(saver, child, "", err);
    if (any <= 0)
        return any;
    const struct rv_column *owner = &child->columns[child->owner_column];
    if (owner->type_column < 0) {
        saver->kinds[rv_model_kind(owner->target)->index].children[child->index] = 1;
        return 0;
    }
    RV_AUTO_FREE char *sql = rv_format("SELECT DISTINCT \"%s\" FROM \"%s\" WHERE \"ems_id\" = $1",
                                       child->columns[owner->type_column].name, child->table);
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(saver->store, &rows, sql, &param, 1, err) < 0)
        return err->code;
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        const struct rv_kind *kind = row[0].type == RV_TEXT ? rv_model_kind(row[0].v.text) : NULL;
        if (kind)
            saver->kinds[kind->index].children[child->index] = 1;
    }
    return rc;
}

static int
load_references(struct rv_saver *saver, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(saver->store, &rows,
                       "SELECT kind, form, ref, row_id FROM inventory_references WHERE ems_id = $1",
                       &param, 1, err) < 0)
        return rv_wrap(err, "read references");
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        const struct rv_kind *kind = rv_model_kind(row[0].v.text);
        if (kind == NULL)
            continue;
        if (row[1].v.i == 0) {
            struct rv_known key = { .id = row[3].v.i,
                                    .kind = kind->index,
                                    .flags = RV_KEY_RESERVED };
            rv_keys_put(saver->keys, rv_keys_digest(saver->keys, kind, row[2].v.text), &key);
        } else {
            const char *cut = strchr(row[2].v.text, '\x1f');
            RV_AUTO_FREE char *scope =
                cut ? rv_strndup(row[2].v.text, (size_t)(cut - row[2].v.text)) : NULL;
            rv_keys_put_name(
                saver->keys,
                rv_keys_name_digest(saver->keys, kind, scope, cut ? cut + 1 : row[2].v.text),
                (struct rv_name){ .id = row[3].v.i, .reserved = 1 });
        }
        rv_keys_keep(saver->keys);
    }
    return rc < 0 ? rv_wrap(err, "read references") : 0;
}

static int
load_one(struct rv_saver *saver, const struct rv_kind *kind, rv_err *err)
{
    if (kind->server)
        return 0;
    if (kind->archived) {
        int any = any_row(saver, kind, " AND \"deleted_on\" IS NOT NULL", err);
        if (any < 0)
            return err->code;
        saver->kinds[kind->index].has_archived = any > 0;
    }
    return kind->child ? load_owners(saver, kind, err) : load_kind(saver, kind, err);
}

int
rv_load_all(struct rv_saver *saver, rv_err *err)
{
    prepare_kinds(saver);
    saver->keys = rv_keys_new(saver->config.ems_id / RV_REGION_FACTOR * RV_REGION_FACTOR);
    if (load_references(saver, err) < 0)
        return err->code;
    for (int i = 0; i < saver->kind_count; i++)
        if (load_one(saver, rv_model_at(i), err) < 0)
            return err->code;
    return rv_streams_load(saver, err);
}
