/* SPDX-License-Identifier: Apache-2.0
 *
 * Content hashes. This is what an unchanged object costs, so names are hashed once
 * a process, not once a value.
 */
#include "inventory/hash.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

struct kind_seeds {
    const struct rv_kind *kind;
    uint64_t own;
    uint64_t *columns; /* 0: does not count */
    int column_count;
};

/* By the kind's index; a kind keeps its address as long as there is a dictionary. */
static struct kind_seeds *known;
static int known_count;

static void
make_seeds(struct kind_seeds *seeds, const struct rv_kind *kind)
{
    free(seeds->columns);
    seeds->kind = kind;
    seeds->own = rv_hash64(kind->name, strlen(kind->name), 1);
    seeds->columns = rv_alloc((size_t)kind->column_count * sizeof(*seeds->columns));
    seeds->column_count = kind->column_count;
    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (!(column->flags & (REEVE_COL_VOLATILE | REEVE_COL_CORE)))
            seeds->columns[i] = rv_hash64(column->name, strlen(column->name), 2) | 1;
    }
}

static const struct kind_seeds *
seeds_of(const struct rv_kind *kind)
{
    if (kind->index >= known_count) {
        int count = rv_model_count();
        known = rv_realloc(known, (size_t)count, sizeof(*known));
        memset(known + known_count, 0, (size_t)(count - known_count) * sizeof(*known));
        known_count = count;
    }
    struct kind_seeds *seeds = &known[kind->index];
    if (seeds->kind != kind || seeds->column_count != kind->column_count)
        make_seeds(seeds, kind);
    return seeds;
}

static uint64_t
hash_value(const rv_value *value, uint64_t seed)
{
    if (value->type == RV_TEXT)
        return rv_hash64(value->v.text, (size_t)value->len, seed);
    return rv_hash64(&value->v, sizeof(value->v), seed + (uint64_t)value->type);
}

static uint64_t
hash_link(const struct rv_link *link, uint64_t seed)
{
    uint64_t hash = rv_hash64(link->kind->name, strlen(link->kind->name), seed);
    if (link->ref)
        return rv_hash64(link->ref, strlen(link->ref), hash + 1);
    if (link->scope)
        hash = rv_hash64(link->scope, strlen(link->scope), hash + 2);
    return rv_hash64(link->name, strlen(link->name), hash + 3);
}

static uint64_t
hash_object(const struct rv_object *object)
{
    const struct kind_seeds *seeds = seeds_of(object->kind);
    uint64_t sum = 0;
    for (int i = 0; i < object->kind->column_count; i++)
        if (seeds->columns[i] && object->values[i].type != RV_NULL)
            sum += hash_value(&object->values[i], seeds->columns[i]);
    for (int i = 0; i < object->link_count; i++)
        if (seeds->columns[object->links[i].column])
            sum += hash_link(&object->links[i], seeds->columns[object->links[i].column]);
    for (const struct rv_object *child = object->children; child; child = child->next)
        sum += hash_object(child);
    return rv_hash64(&sum, sizeof(sum), seeds->own);
}

uint64_t
rv_content_hash(const struct rv_object *object)
{
    uint64_t hash = hash_object(object);
    return hash ? hash : 1;
}
