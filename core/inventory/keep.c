/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that live as long as an active row points to them: an image while a container
 * runs from it, a registry while an image comes from it. Looked at are those only that lost a
 * pointer in this transaction; what goes may leave others alone in turn.
 */
#include "inventory/saver_internal.h"

struct kept {
    struct rv_plan *plan;
    const struct rv_kind *kind;
    struct rv_map pointed;
};

void
rv_keep_candidate(struct rv_plan *plan, const struct rv_kind *kind, int64_t id)
{
    for (size_t i = 0; i < plan->candidate_count && i < 64; i++)
        if (plan->candidates[plan->candidate_count - 1 - i].id == id)
            return;
    if (plan->candidate_count == plan->candidate_size) {
        plan->candidate_size = plan->candidate_size ? 2 * plan->candidate_size : 64;
        plan->candidates =
            rv_realloc(plan->candidates, plan->candidate_size, sizeof(*plan->candidates));
    }
    plan->candidates[plan->candidate_count++] = (struct rv_candidate){ .kind = kind, .id = id };
}

static int
take_pointed(void *arg, const rv_value *row, rv_err *err)
{
    struct kept *kept = arg;
    (void)err;
    if (row[0].type == RV_INT)
        rv_map_put(&kept->pointed, (struct rv_digest){ .low = (uint64_t)row[0].v.i }, 1);
    return 0;
}

static int
take_lonely(void *arg, const rv_value *row, rv_err *err)
{
    struct kept *kept = arg;
    (void)err;
    struct rv_digest key = { .low = (uint64_t)row[0].v.i };
    if (rv_map_get(&kept->pointed, key) >= 0)
        return 0;
    rv_map_put(&kept->pointed, key, 1); /* a candidate may be named twice */
    rv_plan_gone(kept->plan, kept->kind, row[0].v.i,
                 rv_rows_copy(kept->plan->arena, row, kept->kind->column_count));
    return 0;
}

static int
find_lonely(struct kept *kept, const rv_value *ids, size_t count, rv_err *err)
{
    struct rv_saver *saver = kept->plan->saver;
    const struct rv_kind *keeper = rv_model_at(kept->kind->kept_by_kind);
    int column = kept->kind->kept_by_column;
    /* In this order: what is pointed to is known when the rows come. */
    struct rv_row_query queries[] = { { .kind = keeper,
                                        .columns = &column,
                                        .column_count = 1,
                                        .by = column,
                                        .keys = ids,
                                        .key_count = count,
                                        .active = 1,
                                        .row = take_pointed,
                                        .arg = kept },
                                      { .kind = kept->kind,
                                        .keys = ids,
                                        .key_count = count,
                                        .active = 1,
                                        .row = take_lonely,
                                        .arg = kept } };
    return rv_rows_each(saver, queries, RV_COUNT(queries), err);
}

static void
forget_keys(struct rv_plan *plan)
{
    struct rv_saver *saver = plan->saver;
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        const rv_value *ref = &node->old[node->kind->key[0]];
        if (ref->type == RV_TEXT)
            rv_keys_remove(saver->keys, rv_keys_digest(saver->keys, node->kind, ref->v.text));
        rv_names_forget(saver, node->kind, node->id, node->old);
        saver->kinds[node->kind->index].has_archived |= node->kind->archived;
    }
}

static void
add_counts(struct rv_plan *plan, const struct rv_plan *part)
{
    plan->archived += part->archived;
    plan->deleted += part->deleted;
    plan->rows += part->rows;
    for (size_t i = 0; i < part->candidate_count; i++)
        rv_keep_candidate(plan, part->candidates[i].kind, part->candidates[i].id);
}

static int
sweep_kind(struct rv_plan *plan, const struct rv_kind *kind, const rv_value *ids, size_t count,
           rv_err *err)
{
    struct rv_plan part;
    rv_plan_begin(&part, plan->saver, plan->arena);
    part.now_ms = plan->now_ms;
    struct kept kept = { .plan = &part, .kind = kind };
    int rc = find_lonely(&kept, ids, count, err);
    if (rc == 0 && part.tops.count > 0) {
        forget_keys(&part);
        rc = rv_plan_apply_gone(&part, err);
        add_counts(plan, &part);
    }
    rv_map_free(&kept.pointed);
    rv_plan_end(&part);
    return rc;
}

int
rv_keep_sweep(struct rv_plan *plan, rv_err *err)
{
    while (plan->candidate_count > 0) {
        const struct rv_kind *kind = plan->candidates[0].kind;
        RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, plan->candidate_count, sizeof(*ids));
        size_t count = 0, left = 0;
        for (size_t i = 0; i < plan->candidate_count; i++) {
            if (plan->candidates[i].kind == kind)
                ids[count++] = rv_vint(plan->candidates[i].id);
            else
                plan->candidates[left++] = plan->candidates[i];
        }
        plan->candidate_count = left;
        if (sweep_kind(plan, kind, ids, count, err) < 0)
            return rv_wrap(err, "sweep %s", kind->table);
    }
    return 0;
}

static int
find_kind(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    const struct rv_kind *keeper = rv_model_at(kind->kept_by_kind);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT t.\"id\" FROM \"%s\" t WHERE t.\"ems_id\" = $1%s AND NOT EXISTS"
                  " (SELECT 1 FROM \"%s\" k WHERE k.\"%s\" = t.\"id\"%s)",
                  kind->table, kind->archived ? " AND t.\"deleted_on\" IS NULL" : "", keeper->table,
                  keeper->columns[kind->kept_by_column].name,
                  keeper->archived ? " AND k.\"deleted_on\" IS NULL" : "");
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(plan->saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(plan->saver->store, &rows, sql, &param, 1, err) < 0)
        return rv_wrap(err, "sweep %s", kind->table);
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        rv_keep_candidate(plan, kind, row[0].v.i);
    return rc;
}

int
rv_keep_find_all(struct rv_plan *plan, rv_err *err)
{
    for (int i = 0; i < plan->saver->kind_count; i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (kind->kept_by_kind >= 0 && find_kind(plan, kind, err) < 0)
            return err->code;
    }
    return 0;
}
