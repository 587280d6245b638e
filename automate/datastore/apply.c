/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that are new and rows that go are written in bulk; one that changed as a single row, so that
 * the feed says what it was. Children go before their parents, and come after them.
 */
#include "datastore/apply.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "model/model.h"
#include "store/record.h"

enum { CHUNK = 500, STAMPS = 6 };

struct stamped {
    const char *columns[RV_AE_COLUMNS_MAX + STAMPS];
    int count;
    rv_value stamps[STAMPS];
    int stamp_count;
};

/* What every new row has beside its own columns; the id and the secret are filled in later. */
static void
stamp(struct stamped *out, const struct rv_ae_table *table, const struct rv_datastore *ds)
{
    int64_t now_ms = rv_now_ms();

    memcpy(out->columns, table->columns, (size_t)table->column_count * sizeof(*out->columns));
    out->count = table->column_count;
    out->columns[out->count++] = "id";
    out->columns[out->count++] = "created_on";
    out->columns[out->count++] = "updated_on";
    out->columns[out->count++] = "updated_by";
    out->columns[out->count++] = "updated_by_user_id";
    out->stamps[1] = out->stamps[2] = rv_vint(now_ms);
    out->stamps[3] = rv_vtext(ds->userid);
    out->stamps[4] = ds->user_id ? rv_vint(ds->user_id) : RV_VNULL;
    out->stamp_count = 5;
    if (table->has_secret) {
        out->columns[out->count++] = "sealed_value";
        out->stamp_count = 6;
    }
}

static int
insert_chunk(const struct rv_ae_rowset *set, const struct stamped *form, const size_t *indexes,
             size_t count, const struct rv_datastore *ds, struct rv_feed *feed, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind(set->table->kind);
    RV_AUTO_FREE rv_value *values = rv_alloc(count * (size_t)form->count * sizeof(*values));
    rv_value *at = values;

    for (size_t i = 0; i < count; i++) {
        const struct rv_ae_row *row = &set->rows[indexes[i]];
        memcpy(at, row->values, (size_t)set->table->column_count * sizeof(*at));
        at += set->table->column_count;
        memcpy(at, form->stamps, (size_t)form->stamp_count * sizeof(*at));
        at[0] = rv_vint(row->id);
        if (set->table->has_secret)
            at[5] = rv_vtext(row->sealed);
        at += form->stamp_count;
        rv_feed_add(feed, kind, row->id, 0, RV_CREATED, NULL);
    }
    return rv_store_insert_rows(ds->store, kind->table, form->columns, form->count, values, count,
                                err);
}

int
rv_ae_set_insert(const struct rv_ae_rowset *set, size_t from, size_t most,
                 const struct rv_datastore *ds, struct rv_feed *feed, rv_err *err)
{
    struct stamped form;
    size_t indexes[CHUNK], count = 0, done = 0;

    stamp(&form, set->table, ds);
    for (size_t i = from; i < set->count && done + count < most; i++) {
        if (set->rows[i].state != RV_AE_ROW_NEW)
            continue;
        indexes[count++] = i;
        if (count == CHUNK) {
            if (insert_chunk(set, &form, indexes, count, ds, feed, err) < 0)
                return err->code;
            done += count;
            count = 0;
        }
    }
    if (count && insert_chunk(set, &form, indexes, count, ds, feed, err) < 0)
        return err->code;
    return (int)(done + count);
}

static int
update_row(const struct rv_ae_rowset *set, const struct rv_ae_row *row,
           const struct rv_datastore *ds, struct rv_feed *feed, rv_err *err)
{
    const struct rv_ae_table *table = set->table;
    struct rv_field fields[RV_AE_COLUMNS_MAX + 3];
    int count = table->column_count;

    for (int i = 0; i < count; i++)
        fields[i] = (struct rv_field){ table->columns[i], row->values[i] };
    fields[count++] = (struct rv_field){ "updated_by", rv_vtext(ds->userid) };
    fields[count++] =
        (struct rv_field){ "updated_by_user_id", ds->user_id ? rv_vint(ds->user_id) : RV_VNULL };
    if (table->has_secret && row->sealed != row->had_sealed)
        fields[count++] = (struct rv_field){ "sealed_value", rv_vtext(row->sealed) };
    return rv_record_update(ds->store, feed, rv_model_kind(table->kind), row->id, fields, count,
                            err);
}

static int
delete_old(const struct rv_ae_rowset *set, struct rv_store *store, struct rv_feed *feed,
           size_t *deleted, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind(set->table->kind);
    RV_AUTO_FREE rv_value *ids = rv_alloc((set->old_count + 1) * sizeof(*ids));
    size_t count = 0;

    for (size_t i = 0; i < set->old_count; i++) {
        if (set->old[i].wanted)
            continue;
        ids[count++] = rv_vint(set->old[i].id);
        rv_feed_add(feed, kind, set->old[i].id, 0, RV_DELETED, NULL);
    }
    *deleted += count;
    return count ? rv_store_delete_rows(store, kind->table, "id", ids, count, err) : 0;
}

int
rv_ae_plan_apply(const struct rv_ae_plan *plan, const struct rv_datastore *ds, struct rv_feed *feed,
                 struct rv_ae_imported *out, rv_err *err)
{
    for (int i = RV_AE_SETS - 1; i >= 0; i--)
        if (delete_old(&plan->sets[i], ds->store, feed, &out->deleted, err) < 0)
            return err->code;
    for (int i = 0; i < RV_AE_SETS; i++) {
        const struct rv_ae_rowset *set = &plan->sets[i];
        for (size_t j = 0; j < set->count; j++) {
            if (set->rows[j].state != RV_AE_ROW_CHANGED)
                continue;
            out->changed++;
            if (update_row(set, &set->rows[j], ds, feed, err) < 0)
                return err->code;
        }
        int made = rv_ae_set_insert(set, 0, SIZE_MAX, ds, feed, err);
        if (made < 0)
            return made;
        out->created += (size_t)made;
    }
    return 0;
}

static int
clear_table(struct rv_store *store, struct rv_feed *feed, const char *kind_name, int64_t domain_id,
            int most, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind(kind_name);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT id FROM %s WHERE domain_id = $1 LIMIT $2", kind->table);
    RV_AUTO_FREE rv_value *ids = rv_alloc(((size_t)most + 1) * sizeof(*ids));
    const rv_value *row, params[] = { rv_vint(domain_id), rv_vint(most) };
    struct rv_rows *rows = NULL;
    int count = 0, rc;

    if (rv_store_query(store, &rows, sql, params, 2, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = rv_vint(row[0].v.i);
    rv_rows_close(rows);
    for (int i = 0; i < count; i++)
        rv_feed_add(feed, kind, ids[i].v.i, 0, RV_DELETED, NULL);
    if (rc == 0 && count)
        rc = rv_store_delete_rows(store, kind->table, "id", ids, (size_t)count, err);
    return rc < 0 ? rc : count;
}

int
rv_datastore_clear(struct rv_store *store, struct rv_feed *feed, int64_t domain_id, int most,
                   rv_err *err)
{
    static const char *const kinds[] = { "miq_ae_value",  "miq_ae_field", "miq_ae_instance",
                                         "miq_ae_method", "miq_ae_class", "miq_ae_namespace" };
    int done = 0;

    for (size_t i = 0; i < RV_COUNT(kinds) && done < most; i++) {
        int count = clear_table(store, feed, kinds[i], domain_id, most - done, err);
        if (count < 0)
            return count;
        done += count;
    }
    return done;
}
