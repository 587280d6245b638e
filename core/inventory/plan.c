/* SPDX-License-Identifier: Apache-2.0
 *
 * One transaction's work, from objects to commit. All reading comes first: the lease,
 * checked in the transaction, says that nobody else wrote in between.
 */
#include "inventory/saver_internal.h"

#include "base/clock.h"

enum { JSON_BYTES = 64 << 20 };

void
rv_nodes_add(struct rv_nodes *nodes, struct rv_node *node)
{
    if (nodes->count == nodes->size) {
        nodes->size = nodes->size ? 2 * nodes->size : 64;
        nodes->at = rv_realloc(nodes->at, nodes->size, sizeof(*nodes->at));
    }
    nodes->at[nodes->count++] = node;
}

void
rv_nodes_free(struct rv_nodes *nodes)
{
    free(nodes->at);
    *nodes = (struct rv_nodes){ 0 };
}

void
rv_plan_begin(struct rv_plan *plan, struct rv_saver *saver, struct rv_arena *arena)
{
    *plan = (struct rv_plan){ .saver = saver, .arena = arena, .now_ms = rv_now_ms() };
    plan->json = rv_buf_limited(JSON_BYTES);
    plan->writes = rv_alloc((size_t)saver->kind_count * sizeof(*plan->writes));
    for (int i = 0; i < saver->kind_count; i++) {
        plan->writes[i].last_insert = &plan->writes[i].inserts;
        plan->writes[i].last_update = &plan->writes[i].updates;
        plan->writes[i].last_delete = &plan->writes[i].deletes;
    }
}

void
rv_plan_end(struct rv_plan *plan)
{
    rv_nodes_free(&plan->tops);
    rv_nodes_free(&plan->labelled);
    rv_nodes_free(&plan->returning);
    rv_ahead_free(plan);
    rv_buf_free(&plan->json);
    free(plan->writes);
    free(plan->references);
    free(plan->arrived);
    free(plan->moves);
    free(plan->candidates);
    free(plan->labels);
}

void *
rv_plan_alloc(struct rv_plan *plan, size_t bytes)
{
    void *memory = rv_arena_alloc(plan->arena, bytes);
    RV_ASSERT(memory != NULL);
    return memory;
}

struct rv_node *
rv_plan_gone(struct rv_plan *plan, const struct rv_kind *kind, int64_t id, const rv_value *old)
{
    struct rv_node *node = rv_plan_alloc(plan, sizeof(*node));
    node->kind = kind;
    node->state = RV_NODE_GONE;
    node->id = id;
    node->old = old;
    rv_nodes_add(&plan->tops, node);
    return node;
}

int
rv_plan_apply_gone(struct rv_plan *plan, rv_err *err)
{
    if (rv_children_match(plan, err) < 0)
        return err->code;
    rv_diff_tops(plan);
    return rv_write_rows(plan, err);
}

static int
prepare(struct rv_plan *plan, rv_err *err)
{
    if (rv_resolve_objects(plan, err) < 0 || rv_ahead_read(plan, err) < 0 ||
        rv_names_change(plan, err) < 0)
        return err->code;
    size_t count = plan->tops.count;
    if (rv_resolve_links(plan, err) < 0 || rv_ahead_read_late(plan, count, err) < 0 ||
        rv_children_match(plan, err) < 0)
        return err->code;
    rv_diff_tops(plan);
    return rv_labels_prepare(plan, err);
}

static int
writes_rows(const struct rv_plan *plan)
{
    for (int i = 0; i < plan->saver->kind_count; i++)
        if (plan->writes[i].inserts || plan->writes[i].updates || plan->writes[i].deletes)
            return 1;
    return 0;
}

static int
has_work(const struct rv_plan *plan)
{
    return writes_rows(plan) || plan->reference_count || plan->arrived_count || plan->move_count ||
           plan->candidate_count || rv_streams_dirty(plan->saver) || plan->saver->by_name_dirty;
}

static int
write_all(struct rv_plan *plan, rv_err *err)
{
    struct rv_saver *saver = plan->saver;
    if (saver->config.lease && rv_lease_guard(saver->store, saver->config.lease, err) < 0)
        return err->code;
    if (rv_returning_check(plan, err) < 0 || rv_life_claim(plan, err) < 0 ||
        rv_write_rows(plan, err) < 0 || rv_write_references(plan, err) < 0 ||
        rv_names_move(plan, err) < 0 || rv_keep_sweep(plan, err) < 0 ||
        rv_labels_write(plan, err) < 0 || rv_streams_write(saver, err) < 0)
        return err->code;
    return rv_feed_flush(saver->feed, saver->store, err);
}

static int
transact(struct rv_plan *plan, rv_err *err)
{
    const struct rv_saver_config *config = &plan->saver->config;
    struct rv_store *store = plan->saver->store;
    if (rv_store_begin_later(store, err) < 0)
        return err->code;
    if (write_all(plan, err) == 0 && rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    if (config->lease)
        rv_lease_blame(store, config->lease, err);
    return err->code;
}

static void
count(struct rv_plan *plan)
{
    struct rv_save_counts *counts = &plan->saver->counts;
    counts->created += plan->created;
    counts->updated += plan->updated;
    counts->archived += plan->archived;
    counts->deleted += plan->deleted;
    counts->restored += plan->restored;
    counts->rows += plan->rows;
    counts->transactions++;
}

int
rv_plan_run(struct rv_plan *plan, rv_err *err)
{
    struct rv_saver *saver = plan->saver;
    rv_feed_reset(saver->feed);
    int rc = prepare(plan, err);
    if (rc == 0 && has_work(plan)) {
        rc = transact(plan, err);
        if (rc == 0) {
            count(plan);
            rv_streams_saved(saver);
        }
    }
    if (rc == 0)
        rv_keys_keep(saver->keys);
    else
        rv_keys_undo(saver->keys);
    rv_feed_reset(saver->feed);
    return rc;
}

int
rv_plan_run_labels(struct rv_plan *plan, rv_err *err)
{
    struct rv_saver *saver = plan->saver;
    rv_feed_reset(saver->feed);
    int rc = plan->labelled.count ? rv_labels_prepare(plan, err) : 0;
    if (rc == 0 && plan->label_count > 0)
        rc = transact(plan, err);
    rv_feed_reset(saver->feed);
    return rc;
}
