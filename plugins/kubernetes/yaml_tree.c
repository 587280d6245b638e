/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the tree from libyaml's events, with ceilings. Anchors and aliases are refused:
 * kubectl writes none, and a few lines of them unfold to gigabytes.
 */
#include "yaml_tree.h"

#include <string.h>
#include <yaml.h>

#define MAX_BYTES (1024 * 1024)
#define MAX_DEPTH 32
#define MAX_NODES 20000

struct builder {
    struct reeve_call *call;
    yaml_parser_t parser;
    struct kube_yaml *root;
    struct kube_yaml *open[MAX_DEPTH];
    struct kube_yaml *last[MAX_DEPTH]; /* newest child of open[i] */
    char *name;                        /* of the member whose value comes next */
    int depth;
    int nodes;
    int done;
};

static int
refuse(struct builder *b, size_t line, const char *why)
{
    return reeve_fail(b->call, REEVE_E_INVALID, "line %zu: %s", line + 1, why);
}

static int
is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return 0;
    return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
           strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

/* Hangs a new node below the open one. */
static int
add_node(struct builder *b, int what, size_t line, struct kube_yaml **out)
{
    struct kube_yaml *node, *parent = b->depth > 0 ? b->open[b->depth - 1] : NULL;

    if (++b->nodes > MAX_NODES)
        return reeve_fail(b->call, REEVE_E_LIMIT, "more than %d values", MAX_NODES);
    node = (struct kube_yaml *)reeve_alloc(b->call, sizeof(*node));
    if (!node)
        return REEVE_E_LIMIT;
    *node = (struct kube_yaml){ .what = what, .line = (int)line + 1, .name = b->name };
    b->name = NULL;
    if (!parent)
        b->root = node;
    else if (b->last[b->depth - 1])
        b->last[b->depth - 1]->next = node;
    else
        parent->first = node;
    if (parent)
        b->last[b->depth - 1] = node;
    *out = node;
    return 0;
}

static int
name_expected(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->what == KUBE_YAML_MAP && !b->name;
}

static int
take_scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    struct kube_yaml *node;
    char *copy;
    int rc;

    if (event->data.scalar.anchor)
        return refuse(b, event->start_mark.line, "anchors are not accepted");
    if (strlen(text) != event->data.scalar.length)
        return refuse(b, event->start_mark.line, "U+0000 in a text");
    copy = reeve_strdup(b->call, text);
    if (!copy)
        return REEVE_E_LIMIT;
    if (name_expected(b)) {
        b->name = copy;
        return 0;
    }
    rc = add_node(b, KUBE_YAML_SCALAR, event->start_mark.line, &node);
    if (rc)
        return rc;
    node->text = is_null(event) ? NULL : copy;
    return 0;
}

static int
begin_branch(struct builder *b, const yaml_event_t *event, int what, const void *anchor)
{
    struct kube_yaml *node;
    int rc;

    if (anchor)
        return refuse(b, event->start_mark.line, "anchors are not accepted");
    if (name_expected(b))
        return refuse(b, event->start_mark.line, "a list or map where a name should be");
    if (b->depth == MAX_DEPTH)
        return reeve_fail(b->call, REEVE_E_LIMIT, "line %zu: nested deeper than %d",
                          event->start_mark.line + 1, MAX_DEPTH);
    rc = add_node(b, what, event->start_mark.line, &node);
    if (rc)
        return rc;
    b->last[b->depth] = NULL;
    b->open[b->depth++] = node;
    return 0;
}

static int
take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return begin_branch(b, event, KUBE_YAML_LIST, event->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return begin_branch(b, event, KUBE_YAML_MAP, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return refuse(b, event->start_mark.line, "aliases are not accepted");
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        b->done = 1;
        return 0;
    default:
        return 0;
    }
}

static int
build(struct builder *b)
{
    int rc = 0;

    while (!rc && !b->done) {
        yaml_event_t event;

        if (!yaml_parser_parse(&b->parser, &event))
            return refuse(b, b->parser.problem_mark.line,
                          b->parser.problem ? b->parser.problem : "not YAML");
        rc = take_event(b, &event);
        yaml_event_delete(&event);
    }
    return rc;
}

int
kube_yaml_parse(struct reeve_call *call, const char *text, uint64_t len, struct kube_yaml **out)
{
    struct builder b = { .call = call };
    int rc;

    *out = NULL;
    if (len > MAX_BYTES)
        return reeve_fail(call, REEVE_E_LIMIT, "longer than %d bytes", MAX_BYTES);
    if (!yaml_parser_initialize(&b.parser))
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory");
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, len);
    rc = build(&b);
    yaml_parser_delete(&b.parser);
    if (!rc)
        *out = b.root;
    return rc;
}

const struct kube_yaml *
kube_yaml_member(const struct kube_yaml *map, const char *name)
{
    if (!map || map->what != KUBE_YAML_MAP)
        return NULL;
    for (const struct kube_yaml *at = map->first; at; at = at->next) {
        if (strcmp(at->name, name) == 0)
            return at->what == KUBE_YAML_SCALAR && !at->text ? NULL : at;
    }
    return NULL;
}

const char *
kube_yaml_string(const struct kube_yaml *map, const char *name)
{
    const struct kube_yaml *member = kube_yaml_member(map, name);

    return member && member->what == KUBE_YAML_SCALAR && *member->text ? member->text : NULL;
}
