/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events turned into a cJSON tree, without recursion: open
 * collections stand on a stack of limited height. Names of the open mappings lie
 * on one list, each mapping's behind its parent's, and are compared when the
 * mapping ends: sorting stays fast for any input, and no hash can be attacked.
 */
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml_internal.h"

struct level {
    cJSON *container;
    size_t first_key;
};

struct key {
    const char *name;
    yaml_mark_t at;
};

struct reader {
    yaml_parser_t parser;
    struct level levels[RV_JSON_MAX_DEPTH];
    int depth;
    struct key *keys;
    size_t key_count, key_size;
    char *name; /* a mapping's key whose value comes next */
    yaml_mark_t name_at;
    cJSON *root;
    rv_err *err;
};

static int
fail_at(struct reader *r, yaml_mark_t at, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "YAML at line %zu, column %zu: %s", at.line + 1,
                   at.column + 1, what);
}

static int
fail_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "malformed";
    if (p->error == YAML_MEMORY_ERROR)
        return rv_fail(r->err, RV_E_LIMIT, "out of memory for YAML");
    if (p->error == YAML_READER_ERROR)
        return rv_fail(r->err, RV_E_INVALID, "YAML at byte %zu: %s", p->problem_offset, problem);
    if (p->context == NULL)
        return fail_at(r, p->problem_mark, problem);
    return rv_fail(r->err, RV_E_INVALID, "YAML at line %zu, column %zu: %s (%s)",
                   p->problem_mark.line + 1, p->problem_mark.column + 1, problem, p->context);
}

static struct level *
top(struct reader *r)
{
    return r->depth ? &r->levels[r->depth - 1] : NULL;
}

static int
in_mapping(struct reader *r)
{
    return r->depth && cJSON_IsObject(top(r)->container);
}

/* Takes the name; it is compared with the others when the mapping ends. */
static void
add_member(struct reader *r, cJSON *value)
{
    cJSON_AddItemToObject(top(r)->container, r->name, value);
    if (r->key_count == r->key_size) {
        r->key_size = r->key_size ? r->key_size * 2 : 64;
        r->keys = rv_realloc(r->keys, r->key_size, sizeof(*r->keys));
    }
    r->keys[r->key_count++] = (struct key){ .name = value->string, .at = r->name_at };
    free(r->name);
    r->name = NULL;
}

static void
add_value(struct reader *r, cJSON *value)
{
    RV_ASSERT(value);
    if (r->depth == 0)
        r->root = value;
    else if (in_mapping(r))
        add_member(r, value);
    else
        cJSON_AddItemToArray(top(r)->container, value);
}

static int
take_scalar(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (event->data.scalar.anchor)
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    if (memchr(text, '\0', len))
        return fail_at(r, event->start_mark, "U+0000 is not allowed in a string");
    if (in_mapping(r) && r->name == NULL) {
        int plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        if (plain && strcmp(text, "<<") == 0)
            return fail_at(r, event->start_mark, "merge keys (<<) are not allowed");
        r->name = rv_strndup(text, len);
        r->name_at = event->start_mark;
        return 0;
    }
    const char *wrong = NULL;
    cJSON *value = rv_yaml_scalar(event, &wrong);
    if (value == NULL)
        return fail_at(r, event->start_mark, wrong);
    add_value(r, value);
    return 0;
}

static int
open_collection(struct reader *r, const yaml_event_t *event, cJSON *container, const char *tag,
                const char *allowed_tag)
{
    /* Before the checks, so that the tree owns the container whatever they say. */
    int as_key = in_mapping(r) && r->name == NULL;
    if (as_key) {
        cJSON_Delete(container);
        return fail_at(r, event->start_mark, "a key must be a scalar");
    }
    add_value(r, container);
    if (tag && strcmp(tag, allowed_tag) != 0)
        return fail_at(r, event->start_mark, "unknown tag");
    if (r->depth == RV_JSON_MAX_DEPTH)
        return rv_fail(r->err, RV_E_LIMIT, "YAML at line %zu: nested deeper than %d levels",
                       event->start_mark.line + 1, RV_JSON_MAX_DEPTH);
    r->levels[r->depth++] = (struct level){ .container = container, .first_key = r->key_count };
    return 0;
}

static int
take_mapping_start(struct reader *r, const yaml_event_t *event)
{
    if (event->data.mapping_start.anchor)
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    return open_collection(r, event, cJSON_CreateObject(),
                           (const char *)event->data.mapping_start.tag, YAML_MAP_TAG);
}

static int
take_sequence_start(struct reader *r, const yaml_event_t *event)
{
    if (event->data.sequence_start.anchor)
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    return open_collection(r, event, cJSON_CreateArray(),
                           (const char *)event->data.sequence_start.tag, YAML_SEQ_TAG);
}

static int
by_name_and_place(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (order != 0)
        return order;
    return x->at.index < y->at.index ? -1 : x->at.index > y->at.index;
}

static int
check_keys(struct reader *r, struct key *keys, size_t count)
{
    qsort(keys, count, sizeof(*keys), by_name_and_place);
    for (size_t i = 1; i < count; i++) {
        const struct key *earlier = &keys[i - 1], *later = &keys[i];
        if (strcmp(earlier->name, later->name) == 0)
            return rv_fail(r->err, RV_E_INVALID,
                           "YAML at line %zu, column %zu: key '%.64s' is here a second time "
                           "(first in line %zu)",
                           later->at.line + 1, later->at.column + 1, later->name,
                           earlier->at.line + 1);
    }
    return 0;
}

static int
take_mapping_end(struct reader *r)
{
    size_t first = top(r)->first_key;
    size_t count = r->key_count - first;
    r->key_count = first;
    r->depth--;
    return count > 1 ? check_keys(r, r->keys + first, count) : 0;
}

static int
take_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return r->root ? fail_at(r, event->start_mark, "more than one document") : 0;
    case YAML_ALIAS_EVENT:
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    case YAML_SCALAR_EVENT:
        return take_scalar(r, event);
    case YAML_MAPPING_START_EVENT:
        return take_mapping_start(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return take_sequence_start(r, event);
    case YAML_MAPPING_END_EVENT:
        return take_mapping_end(r);
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return 0;
    default:
        return 0;
    }
}

static int
read_events(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return fail_syntax(r);
        int ended = event.type == YAML_STREAM_END_EVENT;
        int failed = take_event(r, &event);
        yaml_event_delete(&event);
        if (failed || ended)
            return failed;
    }
}

int
rv_yaml_parse(cJSON **out, const char *text, size_t len, size_t max_bytes, rv_err *err)
{
    *out = NULL;
    if (len > max_bytes)
        return rv_fail(err, RV_E_LIMIT, "YAML of %zu bytes is larger than the limit of %zu", len,
                       max_bytes);
    size_t valid = rv_utf8_prefix(text, len);
    if (valid < len)
        return rv_fail(err, RV_E_INVALID, "YAML at byte %zu: %s", valid,
                       text[valid] ? "not UTF-8" : "a zero byte");
    struct reader r = { .err = err };
    if (!yaml_parser_initialize(&r.parser))
        return rv_fail(err, RV_E_LIMIT, "out of memory for YAML");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    int failed = read_events(&r);
    yaml_parser_delete(&r.parser);
    free(r.keys);
    free(r.name);
    if (failed) {
        cJSON_Delete(r.root);
        return failed;
    }
    *out = r.root ? r.root : cJSON_CreateNull();
    return 0;
}
