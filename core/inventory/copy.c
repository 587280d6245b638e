/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of what was emitted, in the batch's memory.
 */
#include "inventory/saver_internal.h"

#include <string.h>

static void *
take(struct rv_saver *saver, size_t bytes)
{
    void *memory = rv_arena_alloc(saver->arena, bytes ? bytes : 1);
    RV_ASSERT(memory != NULL);
    return memory;
}

static const char *
copy_text(struct rv_saver *saver, const char *text)
{
    return text ? rv_arena_strdup(saver->arena, text) : NULL;
}

static void
copy_links(struct rv_saver *saver, struct rv_node *node, const struct rv_object *object)
{
    node->links = take(saver, (size_t)object->link_count * sizeof(*node->links));
    node->link_count = object->link_count;
    for (int i = 0; i < object->link_count; i++) {
        const struct rv_link *link = &object->links[i];
        node->links[i] = (struct rv_link){ .column = link->column,
                                           .kind = link->kind,
                                           .ref = copy_text(saver, link->ref),
                                           .scope = copy_text(saver, link->scope),
                                           .name = copy_text(saver, link->name) };
    }
}

static struct rv_node *
copy_node(struct rv_saver *saver, const struct rv_object *object, struct rv_node *owner,
          int64_t *rows)
{
    struct rv_node *node = take(saver, sizeof(*node));
    node->kind = object->kind;
    node->owner = owner;
    node->ref = copy_text(saver, object->ref);
    node->values = rv_rows_copy(saver->arena, object->values, object->kind->column_count);
    copy_links(saver, node, object);
    ++*rows;
    struct rv_node **last = &node->children;
    for (const struct rv_object *child = object->children; child; child = child->next) {
        *last = copy_node(saver, child, node, rows);
        last = &(*last)->next;
    }
    return node;
}

struct rv_node *
rv_copy_object(struct rv_saver *saver, const struct rv_object *object, int64_t *rows)
{
    return copy_node(saver, object, NULL, rows);
}
