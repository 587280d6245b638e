/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows are pointed to by active rows of others, and the reserved ids that no
 * longer are: an object that was mentioned and never came must not be remembered for ever.
 */
#include "inventory/saver_internal.h"

#include <string.h>

struct pointed {
    struct rv_map *map;
    const struct rv_kind *kind;
};

struct rv_digest
rv_pointed_key(const struct rv_kind *kind, int64_t id)
{
    return (struct rv_digest){ .low = (uint64_t)id, .high = (uint64_t)kind->index };
}

static int
take_pointed(void *arg, const rv_value *row, rv_err *err)
{
    const struct pointed *pointed = arg;
    (void)err;
    if (row[0].type == RV_INT)
        rv_map_put(pointed->map, rv_pointed_key(pointed->kind, row[0].v.i), 1);
    return 0;
}

/* Columns of other rows in which a row of this kind may be pointed to. */
static int
may_point(const struct rv_kind *from, int column, const struct rv_kind *to)
{
    return !from->server && column != from->owner_column &&
           !(from->columns[column].flags & REEVE_COL_CORE) && rv_kind_accepts(from, column, to);
}

/* Every column in which a row of this kind may be pointed to: its kind, and its number. */
struct pointers {
    int *columns;
    const struct rv_kind **kinds;
    size_t count;
};

static struct pointers
find_pointers(const struct rv_saver *saver, const struct rv_kind *to)
{
    struct pointers found = { .count = 0 };
    size_t size = 0;
    for (int k = 0; k < saver->kind_count; k++) {
        const struct rv_kind *from = rv_model_at(k);
        for (int c = 0; c < from->column_count; c++) {
            if (!may_point(from, c, to))
                continue;
            if (found.count == size) {
                size = size ? 2 * size : 16;
                found.columns = rv_realloc(found.columns, size, sizeof(*found.columns));
                found.kinds = rv_realloc(found.kinds, size, sizeof(*found.kinds));
            }
            found.columns[found.count] = c;
            found.kinds[found.count++] = from;
        }
    }
    return found;
}

int
rv_pointed_find(struct rv_saver *saver, struct rv_map *out, const struct rv_kind *to,
                const rv_value *ids, size_t count, rv_err *err)
{
    struct pointed pointed = { .map = out, .kind = to };
    struct pointers from = find_pointers(saver, to);
    struct rv_row_query *queries = rv_realloc(NULL, from.count + 1, sizeof(*queries));
    for (size_t i = 0; i < from.count; i++) {
        int column = from.columns[i], typed = from.kinds[i]->columns[column].type_column >= 0;
        queries[i] = (struct rv_row_query){ .kind = from.kinds[i],
                                            .columns = &from.columns[i],
                                            .column_count = 1,
                                            .by = column,
                                            .keys = ids,
                                            .key_count = count,
                                            .active = 1,
                                            .type = typed ? to->name : NULL,
                                            .row = take_pointed,
                                            .arg = &pointed };
    }
    int rc = rv_rows_each(saver, queries, from.count, err);
    free(queries);
    free(from.columns);
    free(from.kinds);
    return rc;
}

/* A reserved id as it is kept. */
struct reserved {
    const struct rv_kind *kind;
    int form;
    const char *ref;
    int64_t id;
};

static int
load_reserved(struct rv_plan *plan, struct reserved **out, size_t *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(plan->saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(plan->saver->store, &rows,
                       "SELECT kind, form, ref, row_id FROM inventory_references WHERE ems_id = $1",
                       &param, 1, err) < 0)
        return err->code;
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        const struct rv_kind *kind = rv_model_kind(row[0].v.text);
        if (kind == NULL)
            continue;
        *out = rv_realloc(*out, *count + 1, sizeof(**out));
        (*out)[(*count)++] = (struct reserved){ .kind = kind,
                                                .form = (int)row[1].v.i,
                                                .ref = rv_arena_strndup(plan->arena, row[2].v.text,
                                                                        (size_t)row[2].len),
                                                .id = row[3].v.i };
    }
    return rc;
}

static int
find_all_pointed(struct rv_plan *plan, struct rv_map *pointed, const struct reserved *reserved,
                 size_t count, rv_err *err)
{
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)plan->saver->kind_count);
    RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, count, sizeof(*ids));
    for (size_t i = 0; i < count; i++) {
        const struct rv_kind *kind = reserved[i].kind;
        size_t id_count = 0;
        if (done[kind->index])
            continue;
        done[kind->index] = 1;
        for (size_t n = i; n < count; n++)
            if (reserved[n].kind == kind)
                ids[id_count++] = rv_vint(reserved[n].id);
        if (rv_pointed_find(plan->saver, pointed, kind, ids, id_count, err) < 0)
            return err->code;
    }
    return 0;
}

static void
drop_reserved(struct rv_plan *plan, const struct reserved *one)
{
    struct rv_keys *keys = plan->saver->keys;
    rv_resolve_arrived(plan, one->id);
    if (one->form == 0) {
        rv_keys_remove(keys, rv_keys_digest(keys, one->kind, one->ref));
        return;
    }
    const char *cut = strchr(one->ref, '\x1f');
    const char *scope =
        cut ? rv_arena_strndup(plan->arena, one->ref, (size_t)(cut - one->ref)) : NULL;
    rv_keys_remove_name(keys,
                        rv_keys_name_digest(keys, one->kind, scope, cut ? cut + 1 : one->ref));
}

int
rv_pointed_sweep(struct rv_plan *plan, rv_err *err)
{
    struct rv_map pointed = { 0 };
    RV_AUTO_FREE struct reserved *reserved = NULL;
    size_t count = 0;
    if (rv_keys_reserved(plan->saver->keys) == 0)
        return 0;
    int rc = load_reserved(plan, &reserved, &count, err);
    if (rc == 0 && count > 0)
        rc = find_all_pointed(plan, &pointed, reserved, count, err);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (rv_map_get(&pointed, rv_pointed_key(reserved[i].kind, reserved[i].id)) < 0)
            drop_reserved(plan, &reserved[i]);
    rv_map_free(&pointed);
    return rc < 0 ? rv_wrap(err, "sweep references") : 0;
}
