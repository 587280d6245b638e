/* SPDX-License-Identifier: Apache-2.0
 *
 * What a batch changes: for each node the columns that differ from its row, and
 * the feed's row about it. An owner whose children changed counts as changed itself, since to those
 * who watch it its containers and labels are part of it. What differs in nothing but the hash gets
 * its hash, and no row in the feed.
 */
#include "inventory/saver_internal.h"

#include <string.h>

enum { MOST_LEFT = 16 };

static int
same_value(const rv_value *a, const rv_value *b)
{
    if (a->type != b->type) {
        if (a->type == RV_INT && b->type == RV_DOUBLE)
            return (double)a->v.i == b->v.d;
        if (a->type == RV_DOUBLE && b->type == RV_INT)
            return a->v.d == (double)b->v.i;
        return 0;
    }
    if (a->type == RV_TEXT)
        return a->len == b->len && memcmp(a->v.text, b->v.text, (size_t)a->len) == 0;
    if (a->type == RV_DOUBLE)
        return a->v.d == b->v.d;
    return a->type == RV_NULL || a->v.i == b->v.i;
}

static void
set_bit(struct rv_plan *plan, struct rv_node *node, int column)
{
    if (node->mask == NULL)
        node->mask = rv_plan_alloc(plan, ((size_t)node->kind->column_count / 64 + 1) * 8);
    node->mask[column / 64] |= 1ull << (column % 64);
}

static int
has_bit(const struct rv_node *node, int column)
{
    return node->mask && (node->mask[column / 64] >> (column % 64) & 1);
}

static void
set_column(struct rv_plan *plan, struct rv_node *node, int column, rv_value value)
{
    if (column < 0)
        return;
    node->values[column] = value;
    if (node->old && !same_value(&node->old[column], &value))
        set_bit(plan, node, column);
}

/* Compares what the provider sets. 1 when something that counts differs, with volatile columns
 * then among the changes. */
static int
compare(struct rv_plan *plan, struct rv_node *node)
{
    const struct rv_kind *kind = node->kind;
    int differs = 0;
    for (int i = 0; i < kind->column_count; i++) {
        int flags = kind->columns[i].flags;
        if (flags & REEVE_COL_CORE) {
            node->values[i] = node->old[i];
        } else if (!same_value(&node->values[i], &node->old[i])) {
            set_bit(plan, node, i);
            differs |= !(flags & REEVE_COL_VOLATILE);
        }
    }
    return differs;
}

static const char *
old_values(struct rv_plan *plan, const struct rv_node *node, int all)
{
    const struct rv_kind *kind = node->kind;
    int updated_on = plan->saver->kinds[kind->index].updated_on;
    rv_buf_reset(&plan->json);
    rv_json_writer json = rv_json_to(&plan->json);
    rv_jw_object(&json);
    for (int i = 0; i < kind->column_count; i++)
        if (all || (has_bit(node, i) && i != updated_on))
            rv_feed_write_value(&json, &kind->columns[i], &node->old[i]);
    rv_jw_end_object(&json);
    return rv_buf_text(&plan->json);
}

static void
feed(struct rv_plan *plan, const struct rv_node *node, int op, const char *old)
{
    rv_feed_add(plan->saver->feed, node->kind, node->id, plan->saver->config.ems_id, op, old);
}

static void
list_insert(struct rv_plan *plan, struct rv_node *node)
{
    struct rv_writes *writes = &plan->writes[node->kind->index];
    *writes->last_insert = node;
    writes->last_insert = &node->written;
}

static void
list_update(struct rv_plan *plan, struct rv_node *node)
{
    struct rv_writes *writes = &plan->writes[node->kind->index];
    *writes->last_update = node;
    writes->last_update = &node->written;
}

static void
list_delete(struct rv_plan *plan, struct rv_node *node)
{
    struct rv_writes *writes = &plan->writes[node->kind->index];
    *writes->last_delete = node;
    writes->last_delete = &node->written;
}

/* What this node kept may be kept by nobody now. */
static void
note_kept(struct rv_plan *plan, const struct rv_node *node)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    for (int i = 0; i < state->keeper_count; i++) {
        const struct rv_keeper *keeper = &state->keepers[i];
        const rv_value *old = &node->old[keeper->column];
        if (old->type == RV_INT && (node->state == RV_NODE_GONE || has_bit(node, keeper->column)))
            rv_keep_candidate(plan, keeper->kept, old->v.i);
    }
}

static void
insert(struct rv_plan *plan, struct rv_node *node)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    node->values[0] = rv_vint(node->id);
    node->values[1] = rv_vint(plan->saver->config.ems_id);
    set_column(plan, node, state->content_hash, rv_vint((int64_t)node->hash));
    set_column(plan, node, state->created_on, rv_vint(plan->now_ms));
    set_column(plan, node, state->updated_on, rv_vint(plan->now_ms));
    node->changed = 1;
    list_insert(plan, node);
    feed(plan, node, RV_CREATED, NULL);
    if (node->owner == NULL)
        plan->created++;
}

static void
update(struct rv_plan *plan, struct rv_node *node, int children_changed)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    int differs = compare(plan, node) | children_changed;
    int restored = state->deleted_on >= 0 && node->old[state->deleted_on].type != RV_NULL;
    set_column(plan, node, 1, rv_vint(plan->saver->config.ems_id));
    if (restored) {
        set_column(plan, node, state->deleted_on, RV_VNULL);
        rv_nodes_add(&plan->returning, node);
    }
    set_column(plan, node, state->content_hash, rv_vint((int64_t)node->hash));
    if (differs || restored) {
        feed(plan, node, restored ? RV_RESTORED : RV_UPDATED, old_values(plan, node, 0));
        set_column(plan, node, state->updated_on, rv_vint(plan->now_ms));
        note_kept(plan, node);
        node->changed = 1;
        if (node->owner == NULL)
            (*(restored ? &plan->restored : &plan->updated))++;
    }
    if (node->mask)
        list_update(plan, node);
}

static void
revive(struct rv_plan *plan, struct rv_node *node)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    node->values = rv_plan_alloc(plan, (size_t)node->kind->column_count * sizeof(rv_value));
    memcpy(node->values, node->old, (size_t)node->kind->column_count * sizeof(rv_value));
    set_column(plan, node, state->deleted_on, RV_VNULL);
    set_column(plan, node, state->content_hash, RV_VNULL);
    feed(plan, node, RV_RESTORED, old_values(plan, node, 0));
    set_column(plan, node, state->updated_on, rv_vint(plan->now_ms));
    plan->restored++;
    rv_nodes_add(&plan->returning, node);
    if (node->mask)
        list_update(plan, node);
}

static void
archive(struct rv_plan *plan, struct rv_node *node)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    node->values = rv_plan_alloc(plan, (size_t)node->kind->column_count * sizeof(rv_value));
    memcpy(node->values, node->old, (size_t)node->kind->column_count * sizeof(rv_value));
    int left[MOST_LEFT], count = rv_life_left_behind(node, left, MOST_LEFT);
    for (int i = 0; i < count; i++)
        set_column(plan, node, left[i], RV_VNULL);
    set_column(plan, node, state->deleted_on, rv_vint(plan->now_ms));
    feed(plan, node, RV_ARCHIVED, old_values(plan, node, 0));
    set_column(plan, node, state->updated_on, rv_vint(plan->now_ms));
    list_update(plan, node);
    plan->saver->kinds[node->kind->index].has_archived = 1;
    if (node->owner == NULL)
        plan->archived++;
}

static void
take_away(struct rv_plan *plan, struct rv_node *node)
{
    const struct rv_kind_state *state = &plan->saver->kinds[node->kind->index];
    if (state->deleted_on >= 0 && node->old[state->deleted_on].type != RV_NULL) {
        node->state = RV_NODE_DROPPED; /* archived already */
        return;
    }
    node->changed = 1;
    note_kept(plan, node);
    if (node->kind->archived) {
        archive(plan, node);
        return;
    }
    feed(plan, node, RV_DELETED, old_values(plan, node, 1));
    list_delete(plan, node);
    if (node->owner == NULL)
        plan->deleted++;
}

static int
is_label(const struct rv_node *node)
{
    int section = strcmp(node->kind->name, "custom_attribute") == 0
                      ? rv_kind_column(node->kind, "section")
                      : -1;
    if (section < 0)
        return 0;
    const rv_value *values = node->values ? node->values : node->old;
    return values && values[section].type == RV_TEXT &&
           strcmp(values[section].v.text, "labels") == 0;
}

static void
diff(struct rv_plan *plan, struct rv_node *node, struct rv_node *top)
{
    int children_changed = 0;
    /* Of a batch that creates owner and child the owner comes first in the feed. */
    if (node->state == RV_NODE_NEW)
        insert(plan, node);
    for (struct rv_node *child = node->children; child; child = child->next) {
        if (child->state == RV_NODE_DROPPED)
            continue;
        diff(plan, child, top);
        children_changed |= child->changed;
        if (child->changed && child->owner == top && is_label(child) &&
            (plan->labelled.count == 0 || plan->labelled.at[plan->labelled.count - 1] != top))
            rv_nodes_add(&plan->labelled, top);
    }
    if (node->state == RV_NODE_GONE)
        take_away(plan, node);
    else if (node->revived)
        revive(plan, node);
    else if (node->state == RV_NODE_KNOWN)
        update(plan, node, children_changed);
}

void
rv_diff_tops(struct rv_plan *plan)
{
    for (size_t i = 0; i < plan->tops.count; i++)
        if (plan->tops.at[i]->state != RV_NODE_DROPPED)
            diff(plan, plan->tops.at[i], plan->tops.at[i]);
}
