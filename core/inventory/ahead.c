/* SPDX-License-Identifier: Apache-2.0
 *
 * The stored rows of a batch's objects, of their children, and of the children of those, all asked
 * for at once: a watch's save is short, and each round trip would be a fifth of it. What is
 * deeper, or turns out to be needed later, is read when it is.
 */
#include "inventory/saver_internal.h"

#include <string.h>

/* The objects of one kind whose rows are wanted. */
struct group {
    struct rv_plan *plan;
    const struct rv_kind *kind;
    struct rv_map by_id;
};

/* Rows of one kind that belong to rows of another, `depth` below the objects. */
struct branch {
    struct rv_plan *plan;
    const struct rv_kind *kind, *owner_kind;
    int depth;
};

struct reading {
    struct rv_plan *plan;
    struct group *groups; /* room for every kind */
    size_t group_count;
    rv_value *ids, *next_id; /* of all groups, one after the other */
    struct rv_row_query *queries;
    struct branch *branches; /* one a query, whether it needs one or not */
    size_t query_count, query_size;
};

static int
take_old(void *arg, const rv_value *row, rv_err *err)
{
    struct group *group = arg;
    (void)err;
    int64_t at = rv_map_get(&group->by_id, (struct rv_digest){ .low = (uint64_t)row[0].v.i });
    if (at >= 0)
        group->plan->tops.at[at]->old =
            rv_rows_copy(group->plan->arena, row, group->kind->column_count);
    return 0;
}

static int
take_below(void *arg, const rv_value *row, rv_err *err)
{
    const struct branch *branch = arg;
    struct rv_ahead *ahead = &branch->plan->ahead[branch->depth];
    (void)err;
    if (ahead->count == ahead->size) {
        ahead->size = ahead->size ? 2 * ahead->size : 64;
        ahead->rows = rv_realloc(ahead->rows, ahead->size, sizeof(*ahead->rows));
    }
    ahead->rows[ahead->count++] = (struct rv_ahead_row){
        .kind = branch->kind,
        .owner_kind = branch->owner_kind,
        .values = rv_rows_copy(branch->plan->arena, row, branch->kind->column_count),
    };
    return 0;
}

static struct rv_row_query *
add_query(struct reading *reading, const struct rv_row_query *query, const struct branch *branch)
{
    if (reading->query_count == reading->query_size) {
        reading->query_size = reading->query_size ? 2 * reading->query_size : 32;
        reading->queries =
            rv_realloc(reading->queries, reading->query_size, sizeof(*reading->queries));
        reading->branches =
            rv_realloc(reading->branches, reading->query_size, sizeof(*reading->branches));
    }
    reading->branches[reading->query_count] = *branch;
    reading->queries[reading->query_count] = *query;
    return &reading->queries[reading->query_count++];
}

static const char *
type_of(const struct rv_kind *kind, const struct rv_kind *owner)
{
    return kind->columns[kind->owner_column].type_column >= 0 ? owner->name : NULL;
}

/* The children of `kind`, whose owners are of kind `top`, have these children themselves. */
static void
add_second(struct reading *reading, const struct rv_kind *top, const struct rv_kind *kind,
           const rv_value *ids, size_t count)
{
    const struct rv_saver *saver = reading->plan->saver;
    for (int k = 0; k < saver->kind_count; k++) {
        const struct rv_kind *below = rv_model_at(k);
        if (!saver->kinds[kind->index].children[k])
            continue;
        struct rv_row_query query = { .kind = below,
                                      .by = below->owner_column,
                                      .keys = ids,
                                      .key_count = count,
                                      .type = type_of(below, kind),
                                      .through = kind,
                                      .through_type = type_of(kind, top),
                                      .row = take_below };
        add_query(reading, &query,
                  &(struct branch){
                      .plan = reading->plan, .kind = below, .owner_kind = kind, .depth = 1 });
    }
}

static void
add_first(struct reading *reading, const struct rv_kind *top, const rv_value *ids, size_t count)
{
    const struct rv_saver *saver = reading->plan->saver;
    for (int k = 0; k < saver->kind_count; k++) {
        const struct rv_kind *kind = rv_model_at(k);
        if (!saver->kinds[top->index].children[k])
            continue;
        struct rv_row_query query = { .kind = kind,
                                      .by = kind->owner_column,
                                      .keys = ids,
                                      .key_count = count,
                                      .type = type_of(kind, top),
                                      .row = take_below };
        add_query(reading, &query,
                  &(struct branch){ .plan = reading->plan, .kind = kind, .owner_kind = top });
        add_second(reading, top, kind, ids, count);
    }
}

static int
wants_old(const struct rv_node *node)
{
    return node->old == NULL && (node->state == RV_NODE_KNOWN || node->state == RV_NODE_GONE);
}

static void
add_group(struct reading *reading, size_t from, int with_children)
{
    struct rv_plan *plan = reading->plan;
    const struct rv_kind *kind = plan->tops.at[from]->kind;
    struct group *group = &reading->groups[reading->group_count++];
    const rv_value *ids = reading->next_id;
    *group = (struct group){ .plan = plan, .kind = kind };
    for (size_t i = from; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->kind != kind || !wants_old(node))
            continue;
        *reading->next_id++ = rv_vint(node->id);
        rv_map_put(&group->by_id, (struct rv_digest){ .low = (uint64_t)node->id }, (int64_t)i);
        node->ahead = with_children;
    }
    size_t count = (size_t)(reading->next_id - ids);
    struct rv_row_query query = { .kind = kind, .keys = ids, .key_count = count, .row = take_old };
    add_query(reading, &query, &(struct branch){ .plan = NULL })->arg = group;
    if (with_children)
        add_first(reading, kind, ids, count);
}

static void
add_groups(struct reading *reading, size_t from, int with_children)
{
    struct rv_plan *plan = reading->plan;
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)plan->saver->kind_count);
    for (size_t i = from; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        if (done[node->kind->index] || !wants_old(node))
            continue;
        done[node->kind->index] = 1;
        add_group(reading, i, with_children);
    }
    /* Only now: the array does not move any more. */
    for (size_t i = 0; i < reading->query_count; i++)
        if (reading->branches[i].plan)
            reading->queries[i].arg = &reading->branches[i];
}

/* A row that should be there and is not was deleted behind our back (by hand): what is to go is
 * gone already, what is there is new. */
static void
settle_missing(struct rv_plan *plan, size_t from)
{
    for (size_t i = from; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->old == NULL && node->state == RV_NODE_GONE)
            node->state = RV_NODE_DROPPED;
        else if (node->old == NULL && node->state == RV_NODE_KNOWN)
            node->state = node->values ? RV_NODE_NEW : RV_NODE_DROPPED;
    }
}

static int
read_rows(struct rv_plan *plan, size_t from, int with_children, rv_err *err)
{
    struct reading reading = { .plan = plan };
    reading.groups = rv_realloc(NULL, (size_t)plan->saver->kind_count, sizeof(*reading.groups));
    reading.ids = reading.next_id = rv_realloc(NULL, plan->tops.count + 1, sizeof(*reading.ids));
    add_groups(&reading, from, with_children);
    int rc = rv_rows_each(plan->saver, reading.queries, reading.query_count, err);
    for (size_t i = 0; i < reading.group_count; i++)
        rv_map_free(&reading.groups[i].by_id);
    free(reading.groups);
    free(reading.ids);
    free(reading.queries);
    free(reading.branches);
    if (rc == 0)
        settle_missing(plan, from);
    return rc;
}

int
rv_ahead_read(struct rv_plan *plan, rv_err *err)
{
    return read_rows(plan, 0, 1, err);
}

int
rv_ahead_read_late(struct rv_plan *plan, size_t from, rv_err *err)
{
    return read_rows(plan, from, 0, err);
}

void
rv_ahead_free(struct rv_plan *plan)
{
    for (size_t i = 0; i < RV_COUNT(plan->ahead); i++)
        free(plan->ahead[i].rows);
}
