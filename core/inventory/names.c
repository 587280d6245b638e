/* SPDX-License-Identifier: Apache-2.0
 *
 * Names pass from one object to another: a namespace is deleted and made again, a
 * node comes back under its old name with a new uid. Objects that are linked to the name are not
 * emitted again then, so their rows are rewritten here, from the id that the name had to the
 * one that it has now:
 *
 *   the new holder comes     its rows follow it, from the holder before (which may be archived)
 *   the holder is deleted    what pointed to it points to an id reserved for the name, which the
 *                            next holder finds; an archived holder keeps its place until then
 *   the holder is renamed    likewise
 *
 * Only columns that were ever linked by name take part, and only active rows.
 *
 * A row that is deleted while others point to it keeps its id for its ref, as a reference: should
 * it come back, they are right without being written.
 */
#include "inventory/saver_internal.h"

#include <string.h>

struct claim {
    struct rv_node *node;
    struct rv_digest digest;
};

struct names {
    struct rv_plan *plan;
    struct claim *claims, *releases;
    size_t claim_count, release_count;
    struct rv_map claimed; /* digest to the claim */
    struct rv_map pointed; /* ids (with their kind) that some active row points to */
    const struct rv_kind *reading;
};

/* The digest of a row's name: 1 when it has one. */
static int
name_digest(const struct rv_saver *saver, const struct rv_kind *kind, const rv_value *row,
            struct rv_digest *out)
{
    if (kind->name_key_count == 0 || row == NULL)
        return 0;
    const rv_value *first = &row[kind->name_key[0]];
    const rv_value *second = kind->name_key_count == 2 ? &row[kind->name_key[1]] : NULL;
    if (first->type != RV_TEXT || (second && second->type != RV_TEXT))
        return 0;
    *out = second ? rv_keys_name_digest(saver->keys, kind, first->v.text, second->v.text)
                  : rv_keys_name_digest(saver->keys, kind, NULL, first->v.text);
    return 1;
}

static const char *
name_text(struct rv_plan *plan, const struct rv_kind *kind, const rv_value *row)
{
    const char *first = row[kind->name_key[0]].v.text;
    if (kind->name_key_count == 1)
        return first;
    return rv_resolve_name_key(plan, first, row[kind->name_key[1]].v.text);
}

static int
same(struct rv_digest a, struct rv_digest b)
{
    return a.low == b.low && a.high == b.high;
}

static int
is_archived(const struct rv_saver *saver, const struct rv_node *node)
{
    int column = saver->kinds[node->kind->index].deleted_on;
    return node->old && column >= 0 && node->old[column].type != RV_NULL;
}

void
rv_names_forget(struct rv_saver *saver, const struct rv_kind *kind, int64_t id, const rv_value *row)
{
    struct rv_digest digest;
    struct rv_name name;
    if (name_digest(saver, kind, row, &digest) && rv_keys_name(saver->keys, digest, &name) &&
        name.id == id)
        rv_keys_remove_name(saver->keys, digest);
}

static void
move(struct rv_plan *plan, const struct rv_kind *kind, int64_t from, int64_t to)
{
    if (from == to || !plan->saver->kinds[kind->index].named)
        return;
    if (plan->move_count == plan->move_size) {
        plan->move_size = plan->move_size ? 2 * plan->move_size : 32;
        plan->moves = rv_realloc(plan->moves, plan->move_size, sizeof(*plan->moves));
    }
    plan->moves[plan->move_count++] = (struct rv_move){ .kind = kind, .from = from, .to = to };
}

/* Who gives up a name, and who takes one. */
static void
collect(struct names *names)
{
    struct rv_plan *plan = names->plan;
    const struct rv_saver *saver = plan->saver;
    for (size_t i = 0; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->kind->name_key_count == 0 || node->state == RV_NODE_DROPPED || node->revived)
            continue;
        struct rv_digest before, after;
        int had = !is_archived(saver, node) && name_digest(saver, node->kind, node->old, &before);
        int has =
            node->state != RV_NODE_GONE && name_digest(saver, node->kind, node->values, &after);
        if (had && has && same(before, after))
            continue;
        if (had)
            names->releases[names->release_count++] =
                (struct claim){ .node = node, .digest = before };
        if (has) {
            rv_map_put(&names->claimed, after, (int64_t)names->claim_count);
            names->claims[names->claim_count++] = (struct claim){ .node = node, .digest = after };
        }
    }
}

/* Deleted rows leave nothing behind, so whether something points to them is asked now. */
static int
find_pointed(struct names *names, rv_err *err)
{
    struct rv_plan *plan = names->plan;
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)plan->saver->kind_count);
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_kind *kind = plan->tops.at[i]->kind;
        if (plan->tops.at[i]->state != RV_NODE_GONE || kind->archived || done[kind->index])
            continue;
        done[kind->index] = 1;
        RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, plan->tops.count, sizeof(*ids));
        size_t count = 0;
        for (size_t n = i; n < plan->tops.count; n++)
            if (plan->tops.at[n]->kind == kind && plan->tops.at[n]->state == RV_NODE_GONE)
                ids[count++] = rv_vint(plan->tops.at[n]->id);
        if (rv_pointed_find(plan->saver, &names->pointed, kind, ids, count, err) < 0)
            return err->code;
    }
    return 0;
}

/* The next holder of the name finds what pointed to this one. */
static int
leave_name(struct names *names, const struct claim *release, rv_err *err)
{
    struct rv_plan *plan = names->plan;
    struct rv_node *node = release->node;
    int64_t id;
    if (rv_resolve_reserve(plan, node->kind, 1, name_text(plan, node->kind, node->old), &id, err) <
        0)
        return err->code;
    rv_keys_put_name(plan->saver->keys, release->digest,
                     (struct rv_name){ .id = id, .reserved = 1 });
    move(plan, node->kind, node->id, id);
    return 0;
}

static int
release_one(struct names *names, const struct claim *release, rv_err *err)
{
    struct rv_saver *saver = names->plan->saver;
    struct rv_node *node = release->node;
    struct rv_name name;
    if (!rv_keys_name(saver->keys, release->digest, &name) || name.id != node->id)
        return 0;
    int64_t next = rv_map_get(&names->claimed, release->digest);
    if (next >= 0)
        return 0; /* it passes on, below */
    rv_keys_remove_name(saver->keys, release->digest);
    if (!saver->kinds[node->kind->index].named)
        return 0;
    int gone = node->state == RV_NODE_GONE;
    if (gone && (node->kind->archived ||
                 rv_map_get(&names->pointed, rv_pointed_key(node->kind, node->id)) < 0))
        return 0;
    return leave_name(names, release, err);
}

static void
claim_one(struct names *names, const struct claim *claim)
{
    struct rv_plan *plan = names->plan;
    struct rv_node *node = claim->node;
    struct rv_name name;
    if (rv_keys_name(plan->saver->keys, claim->digest, &name)) {
        if (name.reserved)
            rv_resolve_arrived(plan, name.id);
        move(plan, node->kind, name.id, node->id);
    }
    rv_keys_put_name(plan->saver->keys, claim->digest, (struct rv_name){ .id = node->id });
}

/* Row: id, then the name_key's columns. An archived row has the name of an object of this batch. */
static int
take_holder(void *arg, const rv_value *row, rv_err *err)
{
    struct names *names = arg;
    const struct rv_kind *kind = names->reading;
    const struct rv_keys *keys = names->plan->saver->keys;
    (void)err;
    if (row[1].type != RV_TEXT || (kind->name_key_count == 2 && row[2].type != RV_TEXT))
        return 0;
    struct rv_digest digest = kind->name_key_count == 2
                                  ? rv_keys_name_digest(keys, kind, row[1].v.text, row[2].v.text)
                                  : rv_keys_name_digest(keys, kind, NULL, row[1].v.text);
    int64_t at = rv_map_get(&names->claimed, digest);
    if (at >= 0)
        move(names->plan, kind, row[0].v.i, names->claims[at].node->id);
    return 0;
}

/* Archived rows that had these names: what points to them by name is to follow. */
static int
find_former_holders(struct names *names, const struct rv_kind *kind, rv_err *err)
{
    RV_AUTO_FREE rv_value *texts = rv_realloc(NULL, names->claim_count, sizeof(*texts));
    int by = kind->name_key[kind->name_key_count - 1];
    size_t count = 0;
    for (size_t i = 0; i < names->claim_count; i++)
        if (names->claims[i].node->kind == kind)
            texts[count++] = names->claims[i].node->values[by];
    int columns[3] = { 0 };
    for (int i = 0; i < kind->name_key_count; i++)
        columns[1 + i] = kind->name_key[i];
    struct rv_row_query query = { .kind = kind,
                                  .columns = columns,
                                  .column_count = 1 + kind->name_key_count,
                                  .by = by,
                                  .keys = texts,
                                  .key_count = count,
                                  .of_provider = 1,
                                  .row = take_holder,
                                  .arg = names };
    names->reading = kind;
    return rv_rows_each(names->plan->saver, &query, 1, err);
}

static int
find_all_former_holders(struct names *names, rv_err *err)
{
    struct rv_saver *saver = names->plan->saver;
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)saver->kind_count);
    for (size_t i = 0; i < names->claim_count; i++) {
        const struct rv_kind *kind = names->claims[i].node->kind;
        const struct rv_kind_state *state = &saver->kinds[kind->index];
        if (done[kind->index] || !state->named || !state->has_archived)
            continue;
        done[kind->index] = 1;
        if (find_former_holders(names, kind, err) < 0)
            return err->code;
    }
    return 0;
}

/* Rows that are deleted while something points to them keep their id for their ref. */
static void
keep_refs(struct names *names)
{
    struct rv_plan *plan = names->plan;
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        if (node->state != RV_NODE_GONE || node->kind->archived || node->old == NULL ||
            rv_map_get(&names->pointed, rv_pointed_key(node->kind, node->id)) < 0)
            continue;
        const rv_value *ref = &node->old[node->kind->key[0]];
        if (ref->type != RV_TEXT)
            continue;
        struct rv_known key = { .id = node->id,
                                .kind = node->kind->index,
                                .flags = RV_KEY_RESERVED };
        rv_keys_put(plan->saver->keys, rv_keys_digest(plan->saver->keys, node->kind, ref->v.text),
                    &key);
        rv_resolve_remember(plan, node->kind, 0, ref->v.text, node->id);
    }
}

static int
change(struct names *names, rv_err *err)
{
    collect(names);
    if (find_pointed(names, err) < 0 || find_all_former_holders(names, err) < 0)
        return err->code;
    for (size_t i = 0; i < names->release_count; i++)
        if (release_one(names, &names->releases[i], err) < 0)
            return err->code;
    for (size_t i = 0; i < names->claim_count; i++)
        claim_one(names, &names->claims[i]);
    keep_refs(names);
    return 0;
}

int
rv_names_change(struct rv_plan *plan, rv_err *err)
{
    struct names names = { .plan = plan };
    names.claims = rv_realloc(NULL, plan->tops.count + 1, sizeof(*names.claims));
    names.releases = rv_realloc(NULL, plan->tops.count + 1, sizeof(*names.releases));
    int rc = change(&names, err);
    free(names.claims);
    free(names.releases);
    rv_map_free(&names.claimed);
    rv_map_free(&names.pointed);
    return rc;
}

/* Rows of one column that follow the moves of one kind. */
struct follow {
    struct rv_plan *plan;
    const struct rv_kind *kind, *to;
    int column;
    rv_value *values; /* id, reference, updated_on */
    size_t count, size;
};

static int64_t
moved_to(const struct rv_plan *plan, const struct rv_kind *kind, int64_t id)
{
    /* Two objects may have swapped names, so a move is not followed by another. */
    for (size_t i = 0; i < plan->move_count; i++)
        if (plan->moves[i].kind == kind && plan->moves[i].from == id)
            return plan->moves[i].to;
    return id;
}

/* Row: id, the reference. */
static int
take_follower(void *arg, const rv_value *row, rv_err *err)
{
    struct follow *follow = arg;
    struct rv_plan *plan = follow->plan;
    (void)err;
    int64_t to = moved_to(plan, follow->to, row[1].v.i);
    if (to == row[1].v.i)
        return 0;
    if (follow->count == follow->size) {
        follow->size = follow->size ? 2 * follow->size : 64;
        follow->values = rv_realloc(follow->values, 3 * follow->size, sizeof(*follow->values));
    }
    rv_value *values = &follow->values[3 * follow->count++];
    values[0] = row[0];
    values[1] = rv_vint(to);
    values[2] = rv_vint(plan->now_ms);
    rv_buf_reset(&plan->json);
    rv_json_writer json = rv_json_to(&plan->json);
    rv_jw_object(&json);
    rv_feed_write_value(&json, &follow->kind->columns[follow->column], &row[1]);
    rv_jw_end_object(&json);
    rv_feed_add(plan->saver->feed, follow->kind, row[0].v.i, plan->saver->config.ems_id, RV_UPDATED,
                rv_buf_text(&plan->json));
    return 0;
}

static int
follow_column(struct follow *follow, const rv_value *ids, size_t count, rv_err *err)
{
    struct rv_saver *saver = follow->plan->saver;
    int columns[2] = { 0, follow->column };
    struct rv_row_query query = { .kind = follow->kind,
                                  .columns = columns,
                                  .column_count = 2,
                                  .by = follow->column,
                                  .keys = ids,
                                  .key_count = count,
                                  .of_provider = 1,
                                  .active = 1,
                                  .row = take_follower,
                                  .arg = follow };
    if (follow->kind->columns[follow->column].type_column >= 0)
        query.type = follow->to->name;
    if (rv_rows_each(saver, &query, 1, err) < 0)
        return err->code;
    if (follow->count == 0)
        return 0;
    const char *names[3] = { "id", follow->kind->columns[follow->column].name, "updated_on" };
    follow->plan->rows += (int64_t)follow->count;
    return rv_store_update_rows(saver->store, follow->kind->table, names, 3, follow->values,
                                follow->count, err);
}

static int
follow_kind(struct rv_plan *plan, const struct rv_kind *to, rv_err *err)
{
    RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, plan->move_count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        if (plan->moves[i].kind == to)
            ids[count++] = rv_vint(plan->moves[i].from);
    for (int k = 0; k < plan->saver->kind_count; k++) {
        const struct rv_kind *kind = rv_model_at(k);
        for (int c = 0; c < kind->column_count; c++) {
            if (!plan->saver->kinds[k].by_name[c] || !rv_kind_accepts(kind, c, to))
                continue;
            struct follow follow = { .plan = plan, .kind = kind, .to = to, .column = c };
            int rc = follow_column(&follow, ids, count, err);
            free(follow.values);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

int
rv_names_move(struct rv_plan *plan, rv_err *err)
{
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)plan->saver->kind_count);
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct rv_kind *kind = plan->moves[i].kind;
        if (done[kind->index])
            continue;
        done[kind->index] = 1;
        if (follow_kind(plan, kind, err) < 0)
            return rv_wrap(err, "follow the names of %s", kind->table);
    }
    return 0;
}
