/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in bulk, kind by kind. An update writes the columns in which any row of the
 * batch differs, so that indexes of the others are left alone.
 */
#include "inventory/saver_internal.h"

#include <string.h>

enum { VALUES_AT_ONCE = 1 << 15, MOST_WORDS = 16 };

static size_t
rows_at_once(int columns)
{
    size_t rows = VALUES_AT_ONCE / (size_t)columns;
    return rows ? rows : 1;
}

static int
insert_all(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    const struct rv_kind_state *state = &plan->saver->kinds[kind->index];
    size_t columns = (size_t)kind->column_count, most = rows_at_once(kind->column_count);
    RV_AUTO_FREE rv_value *values = NULL;
    for (struct rv_node *node = plan->writes[kind->index].inserts; node;) {
        if (values == NULL)
            values = rv_realloc(NULL, most * columns, sizeof(*values));
        size_t rows = 0;
        for (; node && rows < most; node = node->written)
            memcpy(values + rows++ * columns, node->values, columns * sizeof(*values));
        if (rv_store_insert_rows(plan->saver->store, kind->table, state->columns,
                                 kind->column_count, values, rows, err) < 0)
            return err->code;
        plan->rows += (int64_t)rows;
        plan->saver->kinds[kind->index].inserted += (int64_t)rows;
        plan->saver->kinds[kind->index].present |= !kind->child;
    }
    return 0;
}

/* The columns in which any of the rows differs, after the id; returns how many. */
static int
changed_columns(int *out, const struct rv_kind *kind, const struct rv_node *first)
{
    uint64_t mask[MOST_WORDS] = { 0 };
    int words = kind->column_count / 64 + 1, count = 1;
    RV_ASSERT(words <= MOST_WORDS);
    for (const struct rv_node *node = first; node; node = node->written)
        for (int i = 0; i < words; i++)
            mask[i] |= node->mask[i];
    out[0] = 0;
    for (int i = 1; i < kind->column_count; i++)
        if (mask[i / 64] >> (i % 64) & 1)
            out[count++] = i;
    return count;
}

static int
update_all(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    struct rv_node *node = plan->writes[kind->index].updates;
    if (node == NULL)
        return 0;
    RV_AUTO_FREE int *columns = rv_realloc(NULL, (size_t)kind->column_count, sizeof(*columns));
    RV_AUTO_FREE const char **names = rv_realloc(NULL, (size_t)kind->column_count, sizeof(*names));
    int count = changed_columns(columns, kind, node);
    for (int i = 0; i < count; i++)
        names[i] = kind->columns[columns[i]].name;
    size_t most = rows_at_once(count);
    RV_AUTO_FREE rv_value *values = rv_realloc(NULL, most * (size_t)count, sizeof(*values));
    while (node) {
        rv_value *at = values;
        size_t rows = 0;
        for (; node && rows < most; node = node->written, rows++) {
            node->values[0] = rv_vint(node->id);
            for (int i = 0; i < count; i++)
                *at++ = node->values[columns[i]];
        }
        if (rv_store_update_rows(plan->saver->store, kind->table, names, count, values, rows, err) <
            0)
            return err->code;
        plan->rows += (int64_t)rows;
    }
    return 0;
}

static int
delete_all(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    size_t count = 0;
    for (struct rv_node *node = plan->writes[kind->index].deletes; node; node = node->written)
        count++;
    if (count == 0)
        return 0;
    RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, count, sizeof(*ids));
    count = 0;
    for (struct rv_node *node = plan->writes[kind->index].deletes; node; node = node->written)
        ids[count++] = rv_vint(node->id);
    plan->rows += (int64_t)count;
    return rv_store_delete_rows(plan->saver->store, kind->table, "id", ids, count, err);
}

int
rv_write_rows(struct rv_plan *plan, rv_err *err)
{
    for (int i = 0; i < plan->saver->kind_count; i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (delete_all(plan, kind, err) < 0 || update_all(plan, kind, err) < 0 ||
            insert_all(plan, kind, err) < 0)
            return rv_wrap(err, "save %s", kind->table);
    }
    return 0;
}

int
rv_write_references(struct rv_plan *plan, rv_err *err)
{
    static const char *const columns[] = {
        "ems_id", "kind", "form", "ref", "row_id", "created_at"
    };
    if (rv_store_delete_rows(plan->saver->store, "inventory_references", "row_id", plan->arrived,
                             plan->arrived_count, err) < 0)
        return rv_wrap(err, "save references");
    if (plan->reference_count == 0)
        return 0;
    RV_AUTO_FREE rv_value *values =
        rv_realloc(NULL, plan->reference_count * RV_COUNT(columns), sizeof(*values));
    rv_value *at = values;
    for (size_t i = 0; i < plan->reference_count; i++) {
        const struct rv_reference *reference = &plan->references[i];
        *at++ = rv_vint(plan->saver->config.ems_id);
        *at++ = rv_vtext(reference->kind->name);
        *at++ = rv_vint(reference->form);
        *at++ = rv_vtext(reference->ref);
        *at++ = rv_vint(reference->id);
        *at++ = rv_vint(plan->now_ms);
    }
    if (rv_store_insert_rows(plan->saver->store, "inventory_references", columns,
                             (int)RV_COUNT(columns), values, plan->reference_count, err) < 0)
        return rv_wrap(err, "save references");
    return 0;
}
