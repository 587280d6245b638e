/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids. An object has the id of its row, of its archived row, or the one that was
 * reserved when a link first mentioned it; else it gets a new one. A link has that of its target,
 * found in the same places; what was never seen gets an id reserved, kept in inventory_references,
 * so that the link is right when the other comes, whenever that is.
 */
#include "inventory/saver_internal.h"

#include <string.h>

/* Something that the key table does not know, and may be an archived row. */
struct unknown {
    const struct rv_kind *kind;
    int form;
    const char *ref; /* or the name */
    const char *scope;
    struct rv_digest digest;
    int64_t id; /* of the archived row; 0: none */
};

struct unknowns {
    struct rv_plan *plan;
    struct unknown *at;
    size_t count, size;
    struct rv_map by_digest;
    const struct rv_kind *reading; /* whose rows come in */
    int form;
};

static void
unknowns_free(struct unknowns *unknowns)
{
    free(unknowns->at);
    rv_map_free(&unknowns->by_digest);
}

static void
unknowns_add(struct unknowns *unknowns, const struct unknown *one)
{
    if (rv_map_get(&unknowns->by_digest, one->digest) >= 0)
        return;
    if (unknowns->count == unknowns->size) {
        unknowns->size = unknowns->size ? 2 * unknowns->size : 64;
        unknowns->at = rv_realloc(unknowns->at, unknowns->size, sizeof(*unknowns->at));
    }
    rv_map_put(&unknowns->by_digest, one->digest, (int64_t)unknowns->count);
    unknowns->at[unknowns->count++] = *one;
}

/* Row: id, then the key's first column, or the name_key's columns. */
static int
take_archived(void *arg, const rv_value *row, rv_err *err)
{
    struct unknowns *unknowns = arg;
    const struct rv_kind *kind = unknowns->reading;
    const struct rv_keys *keys = unknowns->plan->saver->keys;
    struct rv_digest digest;
    (void)err;
    if (row[1].type != RV_TEXT)
        return 0;
    if (unknowns->form == 0)
        digest = rv_keys_digest(keys, kind, row[1].v.text);
    else if (kind->name_key_count == 1)
        digest = rv_keys_name_digest(keys, kind, NULL, row[1].v.text);
    else if (row[2].type == RV_TEXT)
        digest = rv_keys_name_digest(keys, kind, row[1].v.text, row[2].v.text);
    else
        return 0;
    int64_t at = rv_map_get(&unknowns->by_digest, digest);
    /* Of several archived rows of one name the last one is meant. */
    if (at >= 0 && row[0].v.i > unknowns->at[at].id)
        unknowns->at[at].id = row[0].v.i;
    return 0;
}

static int
read_archived_of(struct unknowns *unknowns, const struct rv_kind *kind, int form, rv_err *err)
{
    RV_AUTO_FREE rv_value *texts = rv_realloc(NULL, unknowns->count + 1, sizeof(*texts));
    size_t count = 0;
    for (size_t i = 0; i < unknowns->count; i++)
        if (unknowns->at[i].kind == kind && unknowns->at[i].form == form)
            texts[count++] = rv_vtext(unknowns->at[i].ref);
    int columns[3] = { 0, kind->key[0] };
    int column_count = 2, by = kind->key[0];
    if (form == 1) {
        by = kind->name_key[kind->name_key_count - 1];
        for (int i = 0; i < kind->name_key_count; i++)
            columns[1 + i] = kind->name_key[i];
        column_count = 1 + kind->name_key_count;
    }
    struct rv_row_query query = { .kind = kind,
                                  .columns = columns,
                                  .column_count = column_count,
                                  .by = by,
                                  .keys = texts,
                                  .key_count = count,
                                  .of_provider = 1,
                                  .row = take_archived,
                                  .arg = unknowns };
    unknowns->reading = kind;
    unknowns->form = form;
    return rv_rows_each(unknowns->plan->saver, &query, 1, err);
}

static int
read_archived(struct unknowns *unknowns, rv_err *err)
{
    struct rv_saver *saver = unknowns->plan->saver;
    RV_AUTO_FREE uint8_t *done = rv_alloc(2 * (size_t)saver->kind_count);
    for (size_t i = 0; i < unknowns->count; i++) {
        const struct unknown *one = &unknowns->at[i];
        uint8_t *mark = &done[2 * one->kind->index + one->form];
        if (*mark || !saver->kinds[one->kind->index].has_archived)
            continue;
        *mark = 1;
        if (read_archived_of(unknowns, one->kind, one->form, err) < 0)
            return err->code;
    }
    return 0;
}

void
rv_resolve_arrived(struct rv_plan *plan, int64_t id)
{
    if (plan->arrived_count == plan->arrived_size) {
        plan->arrived_size = plan->arrived_size ? 2 * plan->arrived_size : 64;
        plan->arrived = rv_realloc(plan->arrived, plan->arrived_size, sizeof(*plan->arrived));
    }
    plan->arrived[plan->arrived_count++] = rv_vint(id);
}

const char *
rv_resolve_name_key(struct rv_plan *plan, const char *scope, const char *name)
{
    return scope ? rv_arena_format(plan->arena, "%s\x1f%s", scope, name) : name;
}

void
rv_resolve_remember(struct rv_plan *plan, const struct rv_kind *kind, int form, const char *ref,
                    int64_t id)
{
    if (plan->reference_count == plan->reference_size) {
        plan->reference_size = plan->reference_size ? 2 * plan->reference_size : 64;
        plan->references =
            rv_realloc(plan->references, plan->reference_size, sizeof(*plan->references));
    }
    plan->references[plan->reference_count++] =
        (struct rv_reference){ .kind = kind, .form = form, .ref = ref, .id = id };
}

int
rv_resolve_reserve(struct rv_plan *plan, const struct rv_kind *kind, int form, const char *ref,
                   int64_t *id, rv_err *err)
{
    if (rv_store_new_id(plan->saver->store, id, err) < 0)
        return err->code;
    rv_resolve_remember(plan, kind, form, ref, *id);
    return 0;
}

/* The name of an object, when it is linked by names and has one: 1 with the digest. */
static int
name_of(const struct rv_saver *saver, const struct rv_node *node, struct rv_digest *out)
{
    const struct rv_kind *kind = node->kind;
    const rv_value *first = kind->name_key_count > 0 ? &node->values[kind->name_key[0]] : NULL;
    const rv_value *second = kind->name_key_count > 1 ? &node->values[kind->name_key[1]] : NULL;
    if (first == NULL || first->type != RV_TEXT || (second && second->type != RV_TEXT))
        return 0;
    *out = second ? rv_keys_name_digest(saver->keys, kind, first->v.text, second->v.text)
                  : rv_keys_name_digest(saver->keys, kind, NULL, first->v.text);
    return 1;
}

/* An object that nobody has seen: it takes the id that a link by its name has reserved. */
static int
new_object_id(struct rv_plan *plan, struct rv_node *node, rv_err *err)
{
    struct rv_digest digest;
    struct rv_name name;
    if (name_of(plan->saver, node, &digest) && rv_keys_name(plan->saver->keys, digest, &name) &&
        name.reserved) {
        node->id = name.id;
        rv_keys_put_name(plan->saver->keys, digest, (struct rv_name){ .id = name.id });
        rv_resolve_arrived(plan, name.id);
        return 0;
    }
    return rv_store_new_id(plan->saver->store, &node->id, err);
}

/* What the table says of the object. 0: nothing. */
static int
known_object(struct rv_plan *plan, struct rv_node *node)
{
    struct rv_known key;
    if (!rv_keys_get(plan->saver->keys, node->digest, &key))
        return 0;
    int reserved = (key.flags & RV_KEY_RESERVED) != 0;
    node->id = key.id;
    if (node->state == RV_NODE_GONE) {
        if (reserved)
            node->state = RV_NODE_DROPPED;
        return 1;
    }
    node->state = reserved ? RV_NODE_NEW : RV_NODE_KNOWN;
    if (reserved)
        rv_resolve_arrived(plan, key.id);
    return 1;
}

static int
find_ids(struct rv_plan *plan, struct unknowns *unknowns, rv_err *err)
{
    struct rv_saver *saver = plan->saver;
    for (size_t i = 0; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->id || node->state == RV_NODE_DROPPED || known_object(plan, node))
            continue;
        if (node->state == RV_NODE_GONE)
            node->state = RV_NODE_DROPPED;
        else if (saver->kinds[node->kind->index].has_archived)
            unknowns_add(
                unknowns,
                &(struct unknown){ .kind = node->kind, .ref = node->ref, .digest = node->digest });
    }
    return read_archived(unknowns, err);
}

static void
give_archived_ids(struct rv_plan *plan, const struct unknowns *unknowns)
{
    for (size_t i = 0; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->id || node->state == RV_NODE_DROPPED)
            continue;
        int64_t at = rv_map_get(&unknowns->by_digest, node->digest);
        if (at < 0 || unknowns->at[at].id == 0)
            continue;
        node->id = unknowns->at[at].id;
        node->state = RV_NODE_KNOWN;
    }
}

static int
give_new_ids(struct rv_plan *plan, rv_err *err)
{
    for (size_t i = 0; i < plan->tops.count; i++) {
        struct rv_node *node = plan->tops.at[i];
        if (node->id || node->state == RV_NODE_DROPPED)
            continue;
        node->state = RV_NODE_NEW;
        if (new_object_id(plan, node, err) < 0)
            return err->code;
    }
    return 0;
}

static void
enter(struct rv_plan *plan)
{
    struct rv_saver *saver = plan->saver;
    for (size_t i = 0; i < plan->tops.count; i++) {
        const struct rv_node *node = plan->tops.at[i];
        struct rv_known key = {
            .id = node->id, .hash = node->hash, .kind = node->kind->index, .flags = RV_KEY_SEEN
        };
        if (node->state == RV_NODE_GONE) {
            rv_keys_remove(saver->keys, node->digest);
            saver->kinds[node->kind->index].has_archived |= node->kind->archived;
        } else if (node->state != RV_NODE_DROPPED) {
            rv_keys_put(saver->keys, node->digest, &key);
        }
    }
}

int
rv_resolve_objects(struct rv_plan *plan, rv_err *err)
{
    struct unknowns unknowns = { .plan = plan };
    int rc = find_ids(plan, &unknowns, err);
    if (rc == 0) {
        give_archived_ids(plan, &unknowns);
        rc = rv_life_reconnect(plan, err);
    }
    if (rc == 0)
        rc = give_new_ids(plan, err);
    unknowns_free(&unknowns);
    if (rc == 0)
        enter(plan);
    return rc;
}

static struct rv_digest
link_digest(const struct rv_saver *saver, const struct rv_link *link)
{
    return link->ref ? rv_keys_digest(saver->keys, link->kind, link->ref)
                     : rv_keys_name_digest(saver->keys, link->kind, link->scope, link->name);
}

/* The id that the table has for a link's target, 0 for none. */
static int64_t
known_target(const struct rv_saver *saver, const struct rv_link *link, struct rv_digest digest)
{
    struct rv_known key;
    struct rv_name name;
    if (link->ref)
        return rv_keys_get(saver->keys, digest, &key) ? key.id : 0;
    return rv_keys_name(saver->keys, digest, &name) ? name.id : 0;
}

static void
find_links(struct unknowns *unknowns, const struct rv_node *node)
{
    struct rv_saver *saver = unknowns->plan->saver;
    for (int i = 0; i < node->link_count; i++) {
        const struct rv_link *link = &node->links[i];
        struct rv_digest digest = link_digest(saver, link);
        if (link->ref == NULL)
            rv_streams_linked_by_name(saver, node->kind, link->column);
        if (known_target(saver, link, digest) == 0)
            unknowns_add(unknowns, &(struct unknown){ .kind = link->kind,
                                                      .form = link->ref == NULL,
                                                      .ref = link->ref ? link->ref : link->name,
                                                      .scope = link->scope,
                                                      .digest = digest });
    }
    for (const struct rv_node *child = node->children; child; child = child->next)
        find_links(unknowns, child);
}

/* What is neither in the table nor archived: from now on the table knows it as reserved. */
static int
reserve_rest(struct rv_plan *plan, struct unknowns *unknowns, rv_err *err)
{
    for (size_t i = 0; i < unknowns->count; i++) {
        struct unknown *one = &unknowns->at[i];
        if (one->id)
            continue;
        const char *ref =
            one->form == 0 ? one->ref : rv_resolve_name_key(plan, one->scope, one->ref);
        if (rv_resolve_reserve(plan, one->kind, one->form, ref, &one->id, err) < 0)
            return err->code;
        struct rv_known key = { .id = one->id, .kind = one->kind->index, .flags = RV_KEY_RESERVED };
        if (one->form == 0)
            rv_keys_put(plan->saver->keys, one->digest, &key);
        else
            rv_keys_put_name(plan->saver->keys, one->digest,
                             (struct rv_name){ .id = one->id, .reserved = 1 });
    }
    return 0;
}

/* An archived row that is pointed to by what keeps it is alive again. Its content hash is
 * forgotten: what it lost when it was archived (its children) comes with its next emission. */
static void
revive(struct rv_plan *plan, const struct unknown *target)
{
    for (size_t i = 0; i < plan->tops.count; i++)
        if (plan->tops.at[i]->kind == target->kind && plan->tops.at[i]->id == target->id)
            return;
    struct rv_node *node = rv_plan_alloc(plan, sizeof(*node));
    node->kind = target->kind;
    node->state = RV_NODE_KNOWN;
    node->revived = 1;
    node->ref = target->ref;
    node->digest = target->digest;
    node->id = target->id;
    rv_nodes_add(&plan->tops, node);
    struct rv_known key = { .id = node->id, .kind = node->kind->index, .flags = RV_KEY_SEEN };
    rv_keys_put(plan->saver->keys, node->digest, &key);
}

static int
keeps(const struct rv_kind *kind, const struct rv_link *link)
{
    return link->kind->kept_by_kind == kind->index && link->kind->kept_by_column == link->column;
}

static void
set_links(struct rv_plan *plan, const struct unknowns *unknowns, struct rv_node *node)
{
    for (int i = 0; i < node->link_count; i++) {
        const struct rv_link *link = &node->links[i];
        struct rv_digest digest = link_digest(plan->saver, link);
        int64_t id = known_target(plan->saver, link, digest);
        int64_t at = id ? -1 : rv_map_get(&unknowns->by_digest, digest);
        if (at >= 0) {
            id = unknowns->at[at].id;
            if (link->ref && keeps(node->kind, link))
                revive(plan, &unknowns->at[at]);
        }
        RV_ASSERT(id != 0);
        node->values[link->column] = rv_vint(id);
    }
    for (struct rv_node *child = node->children; child; child = child->next)
        set_links(plan, unknowns, child);
}

static int
emitted(const struct rv_node *node)
{
    return node->values && node->state != RV_NODE_DROPPED && node->state != RV_NODE_GONE;
}

int
rv_resolve_links(struct rv_plan *plan, rv_err *err)
{
    struct unknowns unknowns = { .plan = plan };
    size_t count = plan->tops.count; /* revived ones come after */
    for (size_t i = 0; i < count; i++)
        if (emitted(plan->tops.at[i]))
            find_links(&unknowns, plan->tops.at[i]);
    int rc = read_archived(&unknowns, err);
    if (rc == 0)
        rc = reserve_rest(plan, &unknowns, err);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (emitted(plan->tops.at[i]))
            set_links(plan, &unknowns, plan->tops.at[i]);
    unknowns_free(&unknowns);
    return rc;
}
