/* SPDX-License-Identifier: Apache-2.0
 *
 * Children and their rows. Level by level, since children have children: the rows
 * of the owners are read, each finds its child by key, what finds none is gone with everything
 * below it, and children without a row get ids. Kinds of which the provider has no rows under such
 * owners are not asked for.
 */
#include "inventory/saver_internal.h"

#include <string.h>

struct level {
    struct rv_plan *plan;
    struct rv_nodes owners, next;
    struct rv_map by_id;  /* owners */
    struct rv_map by_key; /* their new children */
    struct rv_nodes keyed;
    struct family *families; /* what is read */
    struct rv_row_query *queries;
    size_t query_count, query_size;
    size_t depth; /* 0: the owners are objects */
};

/* The children of one kind that owners of one kind may have. */
struct family {
    struct level *level;
    const struct rv_kind *kind, *owner_kind;
    int kept; /* their rows are in the plan's arena already */
};

static struct rv_digest
id_key(const struct rv_kind *kind, int64_t id)
{
    return (struct rv_digest){ .low = (uint64_t)id, .high = (uint64_t)kind->index };
}

static uint64_t
hash_value(const rv_value *value, uint64_t seed)
{
    if (value->type == RV_TEXT)
        return rv_hash64(value->v.text, (size_t)value->len, seed + 1);
    if (value->type == RV_NULL)
        return rv_hash64("", 0, seed + 2);
    return rv_hash64(&value->v, sizeof(value->v), seed + 3);
}

/* What tells a child from the others of its owner. */
static struct rv_digest
child_key(const struct rv_kind *kind, int64_t owner_id, const rv_value *values)
{
    uint64_t low = rv_hash64(&owner_id, sizeof(owner_id), (uint64_t)kind->index), high = ~low;
    for (int i = 0; i < kind->key_count; i++) {
        low = hash_value(&values[kind->key[i]], low);
        high = hash_value(&values[kind->key[i]], high);
    }
    return (struct rv_digest){ .low = low, .high = high };
}

static void
set_owner(struct rv_node *child, const struct rv_node *owner)
{
    const struct rv_kind *kind = child->kind;
    int type_column = kind->columns[kind->owner_column].type_column;
    child->values[kind->owner_column] = rv_vint(owner->id);
    if (type_column >= 0)
        child->values[type_column] = rv_vtext(owner->kind->name);
}

/* The children that an owner was emitted with. Of two with one key the later counts: Kubernetes
 * does so with environment variables. */
static void
enter_children(struct level *level, struct rv_node *owner)
{
    for (struct rv_node *child = owner->children; child; child = child->next) {
        set_owner(child, owner);
        struct rv_digest key = child_key(child->kind, owner->id, child->values);
        int64_t before = rv_map_get(&level->by_key, key);
        if (before >= 0)
            level->keyed.at[before]->state = RV_NODE_DROPPED;
        rv_map_put(&level->by_key, key, (int64_t)level->keyed.count);
        rv_nodes_add(&level->keyed, child);
    }
}

static int
has_row(const struct rv_node *node)
{
    return node->old != NULL && !node->revived;
}

static int
row_archived(const struct rv_saver *saver, const struct rv_kind *kind, const rv_value *row)
{
    int column = saver->kinds[kind->index].deleted_on;
    return column >= 0 && row[column].type != RV_NULL;
}

static const rv_value *
keep(const struct family *family, const rv_value *row)
{
    return family->kept ? row
                        : rv_rows_copy(family->level->plan->arena, row, family->kind->column_count);
}

static void
add_gone(const struct family *family, struct rv_node *owner, const rv_value *row)
{
    struct level *level = family->level;
    struct rv_node *child = rv_plan_alloc(level->plan, sizeof(*child));
    child->kind = family->kind;
    child->state = RV_NODE_GONE;
    child->id = row[0].v.i;
    child->old = keep(family, row);
    child->ahead = owner->ahead && level->depth == 0;
    child->owner = owner;
    child->next = owner->children;
    owner->children = child;
    rv_nodes_add(&level->next, child);
}

static int
take_row(void *arg, const rv_value *row, rv_err *err)
{
    const struct family *family = arg;
    struct level *level = family->level;
    const struct rv_kind *kind = family->kind;
    struct rv_saver *saver = level->plan->saver;
    (void)err;
    int64_t owner_id = row[kind->owner_column].v.i;
    int64_t at = rv_map_get(&level->by_id, id_key(family->owner_kind, owner_id));
    if (at < 0)
        return 0;
    struct rv_node *owner = level->owners.at[at];
    int64_t found = rv_map_get(&level->by_key, child_key(kind, owner_id, row));
    if (found >= 0 && owner->state != RV_NODE_GONE) {
        struct rv_node *child = level->keyed.at[found];
        child->state = RV_NODE_KNOWN;
        child->id = row[0].v.i;
        child->old = keep(family, row);
        child->ahead = owner->ahead && level->depth == 0;
        return 0;
    }
    /* Rows of people (a custom attribute that a user gave) and what is archived already stay. */
    int ours = row[1].type == RV_INT && row[1].v.i == saver->config.ems_id;
    if (ours && !row_archived(saver, kind, row))
        add_gone(family, owner, row);
    return 0;
}

static void
add_family(struct level *level, const struct rv_kind *kind, const struct rv_kind *owner_kind,
           const rv_value *ids, size_t count)
{
    if (level->query_count == level->query_size) {
        level->query_size = level->query_size ? 2 * level->query_size : 16;
        level->families = rv_realloc(level->families, level->query_size, sizeof(*level->families));
        level->queries = rv_realloc(level->queries, level->query_size, sizeof(*level->queries));
    }
    struct rv_row_query *query = &level->queries[level->query_count];
    level->families[level->query_count++] =
        (struct family){ .level = level, .kind = kind, .owner_kind = owner_kind };
    *query = (struct rv_row_query){
        .kind = kind, .by = kind->owner_column, .keys = ids, .key_count = count, .row = take_row
    };
    if (kind->columns[kind->owner_column].type_column >= 0)
        query->type = owner_kind->name;
}

static int
wants_children(const struct rv_node *owner)
{
    return has_row(owner) && !owner->ahead;
}

/* Takes the ids from where *ids points to. */
static void
add_families_of(struct level *level, const struct rv_kind *owner_kind, rv_value **ids)
{
    const struct rv_saver *saver = level->plan->saver;
    const rv_value *first = *ids;
    for (size_t i = 0; i < level->owners.count; i++)
        if (level->owners.at[i]->kind == owner_kind && wants_children(level->owners.at[i]))
            *(*ids)++ = rv_vint(level->owners.at[i]->id);
    for (int k = 0; k < saver->kind_count; k++)
        if (saver->kinds[owner_kind->index].children[k])
            add_family(level, rv_model_at(k), owner_kind, first, (size_t)(*ids - first));
}

static int
take_ahead(struct level *level, rv_err *err)
{
    if (level->depth >= RV_COUNT(level->plan->ahead))
        return 0;
    const struct rv_ahead *ahead = &level->plan->ahead[level->depth];
    for (size_t i = 0; i < ahead->count; i++) {
        const struct rv_ahead_row *row = &ahead->rows[i];
        struct family family = {
            .level = level, .kind = row->kind, .owner_kind = row->owner_kind, .kept = 1
        };
        if (take_row(&family, row->values, err) < 0)
            return err->code;
    }
    return 0;
}

static int
read_level(struct level *level, rv_err *err)
{
    struct rv_saver *saver = level->plan->saver;
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)saver->kind_count);
    RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, level->owners.count, sizeof(*ids));
    rv_value *next = ids;
    level->query_count = 0;
    for (size_t i = 0; i < level->owners.count; i++) {
        const struct rv_node *owner = level->owners.at[i];
        if (done[owner->kind->index] || !wants_children(owner))
            continue;
        done[owner->kind->index] = 1;
        add_families_of(level, owner->kind, &next);
    }
    /* Only now: the arrays do not move any more. */
    for (size_t i = 0; i < level->query_count; i++)
        level->queries[i].arg = &level->families[i];
    return rv_rows_each(saver, level->queries, level->query_count, err);
}

static int
finish_level(struct level *level, rv_err *err)
{
    struct rv_saver *saver = level->plan->saver;
    for (size_t i = 0; i < level->keyed.count; i++) {
        struct rv_node *child = level->keyed.at[i];
        if (child->state == RV_NODE_DROPPED)
            continue;
        if (child->id == 0 && rv_store_new_id(saver->store, &child->id, err) < 0)
            return err->code;
        saver->kinds[child->owner->kind->index].children[child->kind->index] = 1;
        if (child->children || has_row(child))
            rv_nodes_add(&level->next, child);
    }
    return 0;
}

static int
match_level(struct level *level, rv_err *err)
{
    for (size_t i = 0; i < level->owners.count; i++) {
        struct rv_node *owner = level->owners.at[i];
        rv_map_put(&level->by_id, id_key(owner->kind, owner->id), (int64_t)i);
        if (owner->state != RV_NODE_GONE)
            enter_children(level, owner);
    }
    if (take_ahead(level, err) < 0 || read_level(level, err) < 0)
        return err->code;
    return finish_level(level, err);
}

static void
next_level(struct level *level)
{
    rv_nodes_free(&level->owners);
    rv_nodes_free(&level->keyed);
    rv_map_clear(&level->by_id);
    rv_map_clear(&level->by_key);
    level->owners = level->next;
    level->next = (struct rv_nodes){ 0 };
}

int
rv_children_match(struct rv_plan *plan, rv_err *err)
{
    struct level level = { .plan = plan };
    for (size_t i = 0; i < plan->tops.count; i++)
        if (plan->tops.at[i]->state != RV_NODE_DROPPED)
            rv_nodes_add(&level.next, plan->tops.at[i]);
    int rc = 0;
    for (; rc == 0 && level.next.count > 0; level.depth++) {
        next_level(&level);
        rc = match_level(&level, err);
    }
    rv_nodes_free(&level.owners);
    rv_nodes_free(&level.next);
    rv_nodes_free(&level.keyed);
    rv_map_free(&level.by_id);
    rv_map_free(&level.by_key);
    free(level.families);
    free(level.queries);
    return rc < 0 ? rv_wrap(err, "read children") : 0;
}
