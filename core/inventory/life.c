/* SPDX-License-Identifier: Apache-2.0
 *
 * Machines and hosts come and go, and stay themselves: one that is gone keeps its row, off its host
 * and cluster; when it comes back under another ref, or at another provider, its UUID tells who it
 * is, and it gets its row again, with everything that was ever known of it. Of two providers that
 * see the same machine at once each has a row of its own: only rows that are gone are taken over.
 */
#include "inventory/saver_internal.h"

#include <string.h>

/* Kinds whose uid_ems stays the same wherever they are. */
static const char *const lasting[] = { "vm", "host" };

/* What a row that is gone is no part of any more. The last file of a machine lies on its storage
 * only if its provider said that it was not registered any more: then it is orphaned, else
 * archived. */
static const struct {
    const char *kind, *column, *unless_false;
} left_behind[] = {
    { "vm", "host_id", NULL },
    { "vm", "ems_cluster_id", NULL },
    { "vm", "orchestration_stack_id", NULL },
    { "vm", "storage_id", "registered" },
    { "host", "ems_cluster_id", NULL },
};

static int
is_lasting(const struct rv_kind *kind)
{
    for (size_t i = 0; i < RV_COUNT(lasting); i++)
        if (strcmp(lasting[i], kind->name) == 0)
            return 1;
    return 0;
}

int
rv_life_left_behind(const struct rv_node *node, int *columns, int most)
{
    const struct rv_kind *kind = node->kind;
    int count = 0;
    for (size_t i = 0; i < RV_COUNT(left_behind) && count < most; i++) {
        if (strcmp(left_behind[i].kind, kind->name) != 0)
            continue;
        int column = rv_kind_column(kind, left_behind[i].column);
        int unless =
            left_behind[i].unless_false ? rv_kind_column(kind, left_behind[i].unless_false) : -1;
        if (unless >= 0 && node->old[unless].type == RV_INT && node->old[unless].v.i == 0)
            continue;
        if (column >= 0)
            columns[count++] = column;
    }
    return count;
}

/* Rows that are gone, by their uid. */
struct search {
    struct rv_plan *plan;
    const struct rv_kind *kind;
    struct rv_map nodes; /* hash of the uid to the first such node of the tops */
    struct rv_map taken; /* ids that nodes of the batch have */
    int64_t *found;      /* per top: id of the row, 0: none */
    uint8_t *found_own;  /* ... and whether it was this provider's */
};

static struct rv_digest
uid_digest(const struct rv_kind *kind, const char *uid)
{
    RV_AUTO_FREE char *text = rv_format("%s %s", kind->name, uid);
    return rv_digest_of(text, strlen(text));
}

/* Row: id, ems_id, uid_ems, deleted_on. This provider's come before others', younger before older
 * ones. */
static int
take_gone(void *arg, const rv_value *row, rv_err *err)
{
    struct search *search = arg;
    (void)err;
    if (row[3].type == RV_NULL || row[2].type != RV_TEXT ||
        rv_map_get(&search->taken, (struct rv_digest){ .low = (uint64_t)row[0].v.i }) >= 0)
        return 0;
    int64_t at = rv_map_get(&search->nodes, uid_digest(search->kind, row[2].v.text));
    if (at < 0)
        return 0;
    uint8_t own = row[1].type == RV_INT && row[1].v.i == search->plan->saver->config.ems_id;
    if (own < search->found_own[at] ||
        (own == search->found_own[at] && row[0].v.i < search->found[at]))
        return 0;
    search->found[at] = row[0].v.i;
    search->found_own[at] = own;
    return 0;
}

static int
wants_row(const struct rv_node *node, const struct rv_kind *kind, int uid)
{
    return node->kind == kind && node->id == 0 && node->values && node->state != RV_NODE_DROPPED &&
           node->values[uid].type == RV_TEXT;
}

/* The uids that are looked for; of two nodes with one uid the first has it. */
static size_t
gather(struct search *search, int uid, rv_value *keys)
{
    struct rv_plan *plan = search->plan;
    size_t count = 0;
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        if (node->id)
            rv_map_put(&search->taken, (struct rv_digest){ .low = (uint64_t)node->id }, 1);
        if (!wants_row(node, search->kind, uid))
            continue;
        struct rv_digest digest = uid_digest(search->kind, node->values[uid].v.text);
        if (rv_map_get(&search->nodes, digest) >= 0)
            continue;
        rv_map_put(&search->nodes, digest, (int64_t)i);
        keys[count++] = node->values[uid];
    }
    return count;
}

/* Children may hang on a row that came from elsewhere. */
static void
expect_children(struct rv_saver *saver, const struct rv_kind *kind)
{
    for (int i = 0; i < saver->kind_count; i++) {
        const struct rv_kind *child = rv_model_at(i);
        if (child->child && rv_kind_accepts(child, child->owner_column, kind))
            saver->kinds[kind->index].children[i] = 1;
    }
}

static void
assign(struct search *search)
{
    struct rv_plan *plan = search->plan;
    for (size_t i = 0; i < plan->tops.count; i++) {
        if (search->found[i] == 0)
            continue;
        plan->tops.at[i]->id = search->found[i];
        plan->tops.at[i]->state = RV_NODE_KNOWN;
        expect_children(plan->saver, search->kind);
    }
}

static int
reconnect_kind(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    int uid = rv_kind_column(kind, "uid_ems");
    int columns[4] = { 0, rv_kind_column(kind, "ems_id"), uid, rv_kind_column(kind, "deleted_on") };
    RV_AUTO_FREE rv_value *keys = rv_alloc((plan->tops.count + 1) * sizeof(*keys));
    RV_AUTO_FREE int64_t *found = rv_alloc((plan->tops.count + 1) * sizeof(*found));
    RV_AUTO_FREE uint8_t *own = rv_alloc(plan->tops.count + 1);
    struct search search = { .plan = plan, .kind = kind, .found = found, .found_own = own };
    struct rv_row_query query = { .kind = kind,
                                  .columns = columns,
                                  .column_count = 4,
                                  .by = uid,
                                  .keys = keys,
                                  .row = take_gone,
                                  .arg = &search };
    query.key_count = gather(&search, uid, keys);
    int rc = query.key_count ? rv_rows_each(plan->saver, &query, 1, err) : 0;
    if (rc == 0)
        assign(&search);
    rv_map_free(&search.nodes);
    rv_map_free(&search.taken);
    return rc;
}

int
rv_life_reconnect(struct rv_plan *plan, rv_err *err)
{
    for (size_t i = 0; i < RV_COUNT(lasting); i++) {
        const struct rv_kind *kind = rv_model_kind(lasting[i]);
        if (kind && reconnect_kind(plan, kind, err) < 0)
            return rv_wrap(err, "find %s that were there before", kind->table);
    }
    return 0;
}

/* Another provider's saver may want the same row at the same time. */
static int
claim(struct rv_plan *plan, const struct rv_node *node, int deleted_on, rv_err *err)
{
    int64_t changed = 0;
    rv_value params[] = { rv_vint(plan->saver->config.ems_id), rv_vint(node->id), node->old[1],
                          node->old[deleted_on] };
    RV_AUTO_FREE char *sql =
        rv_format("UPDATE \"%s\" SET \"ems_id\" = $1 WHERE \"id\" = $2 AND \"ems_id\" = $3"
                  " AND \"deleted_on\" = $4",
                  node->kind->table);
    if (rv_store_exec(plan->saver->store, &changed, sql, params, RV_COUNT(params), err) < 0)
        return err->code;
    return changed == 1 ? 0
                        : rv_fail(err, RV_E_CONFLICT,
                                  "%s %lld came back at another provider at the same time",
                                  node->kind->name, (long long)node->id);
}

int
rv_life_claim(struct rv_plan *plan, rv_err *err)
{
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        int deleted_on = plan->saver->kinds[node->kind->index].deleted_on;
        if (node->state != RV_NODE_KNOWN || node->old == NULL || deleted_on < 0 ||
            node->old[deleted_on].type == RV_NULL || !is_lasting(node->kind))
            continue;
        if (claim(plan, node, deleted_on, err) < 0)
            return err->code;
    }
    return 0;
}
