/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events turned into nodes, without recursion. What a scalar means is left to whoever
 * asks: the datastore's values are texts, whatever they look like.
 */
#include "tree/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/json.h"
#include "base/text.h"

#define BINARY_TAG "tag:yaml.org,2002:binary"
#define MOST_BINARY_BYTES (4u << 20)

struct reader {
    yaml_parser_t parser;
    struct rv_arena *arena;
    struct rv_ae_node *open[RV_JSON_MAX_DEPTH];
    int depth;
    const char *key; /* of the open map, whose value comes next */
    int key_line;
    struct rv_ae_node *root;
    rv_err *err;
};

static int
fail_at(struct reader *r, yaml_mark_t at, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "line %zu, column %zu: %s", at.line + 1, at.column + 1,
                   what);
}

static int
fail_memory(struct reader *r)
{
    return rv_fail(r->err, RV_E_LIMIT, "the document is larger than what is read at once");
}

static int
fail_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "malformed";

    if (p->error == YAML_MEMORY_ERROR)
        return fail_memory(r);
    if (p->error == YAML_READER_ERROR)
        return rv_fail(r->err, RV_E_INVALID, "byte %zu: %s", p->problem_offset, problem);
    return fail_at(r, p->problem_mark, problem);
}

static int
add(struct reader *r, struct rv_ae_node *node)
{
    struct rv_ae_node *parent = r->depth ? r->open[r->depth - 1] : NULL;

    if (parent == NULL) {
        r->root = node;
        return 0;
    }
    if (parent->type == RV_AE_NODE_MAP) {
        node->key = r->key;
        node->line = r->key_line;
        r->key = NULL;
    }
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return 0;
}

static struct rv_ae_node *
new_node(struct reader *r, enum rv_ae_node_type type, yaml_mark_t at)
{
    struct rv_ae_node *node = rv_arena_alloc(r->arena, sizeof(*node));

    if (node)
        *node = (struct rv_ae_node){ .type = type, .line = (int)at.line + 1 };
    return node;
}

static int
wants_key(const struct reader *r)
{
    return r->depth && r->open[r->depth - 1]->type == RV_AE_NODE_MAP && r->key == NULL;
}

static int
is_null_word(const char *text)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };

    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (strcmp(text, words[i]) == 0)
            return 1;
    return 0;
}

/* ManageIQ writes texts that are not ASCII in this way. */
static int
decode_binary(struct reader *r, struct rv_ae_node *node, const yaml_event_t *event)
{
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(MOST_BINARY_BYTES);
    RV_AUTO_BUF rv_buf bytes = rv_buf_limited(MOST_BINARY_BYTES);
    rv_err why = RV_ERR_INIT;

    for (size_t i = 0; i < event->data.scalar.length; i++)
        if (!strchr(" \n\t\r", event->data.scalar.value[i]))
            rv_buf_add_char(&packed, (char)event->data.scalar.value[i]);
    if (rv_base64_decode(&bytes, rv_buf_text(&packed), packed.len, &why) < 0 ||
        rv_buf_check(&bytes, &why) < 0 || !rv_utf8_valid(rv_buf_text(&bytes), bytes.len))
        return fail_at(r, event->start_mark, "!binary that is no base64 of UTF-8");
    node->text = rv_arena_strndup(r->arena, rv_buf_text(&bytes), bytes.len);
    node->len = bytes.len;
    return node->text ? 0 : fail_memory(r);
}

static int
check_tag(struct reader *r, const yaml_event_t *event)
{
    static const char *const known[] = { YAML_NULL_TAG,  YAML_BOOL_TAG, YAML_INT_TAG,
                                         YAML_FLOAT_TAG, YAML_STR_TAG,  "!" };
    const char *tag = (const char *)event->data.scalar.tag;

    for (size_t i = 0; tag && i < RV_COUNT(known); i++)
        if (strcmp(tag, known[i]) == 0)
            return 0;
    return tag ? fail_at(r, event->start_mark, "unknown tag") : 0;
}

static int
take_key(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0)
        return fail_at(r, event->start_mark, "merge keys (<<) are not allowed");
    r->key_line = (int)event->start_mark.line + 1;
    r->key = rv_arena_strndup(r->arena, text, event->data.scalar.length);
    return r->key ? 0 : fail_memory(r);
}

static int
take_scalar(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    size_t len = event->data.scalar.length;

    if (event->data.scalar.anchor)
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    if (memchr(text, '\0', len))
        return fail_at(r, event->start_mark, "U+0000 is not allowed in a text");
    if (wants_key(r))
        return take_key(r, event);
    struct rv_ae_node *node = new_node(r, RV_AE_NODE_TEXT, event->start_mark);
    if (node == NULL)
        return fail_memory(r);
    add(r, node);
    if (tag && strcmp(tag, BINARY_TAG) == 0)
        return decode_binary(r, node, event);
    if (check_tag(r, event) < 0)
        return r->err->code;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == NULL;
    if (node->plain && is_null_word(text))
        node->type = RV_AE_NODE_NULL;
    node->text = rv_arena_strndup(r->arena, text, len);
    node->len = len;
    return node->text ? 0 : fail_memory(r);
}

static int
take_open(struct reader *r, const yaml_event_t *event, enum rv_ae_node_type type,
          const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return fail_at(r, event->start_mark, "anchors and aliases are not allowed");
    if (tag && strcmp((const char *)tag, YAML_MAP_TAG) != 0 &&
        strcmp((const char *)tag, YAML_SEQ_TAG) != 0)
        return fail_at(r, event->start_mark, "unknown tag");
    if (wants_key(r))
        return fail_at(r, event->start_mark, "a key must be a scalar");
    if (r->depth == RV_JSON_MAX_DEPTH)
        return rv_fail(r->err, RV_E_LIMIT, "line %zu: nested deeper than %d levels",
                       event->start_mark.line + 1, RV_JSON_MAX_DEPTH);
    struct rv_ae_node *node = new_node(r, type, event->start_mark);
    if (node == NULL)
        return fail_memory(r);
    add(r, node);
    r->open[r->depth++] = node;
    return 0;
}

static int
by_key(const void *a, const void *b)
{
    const struct rv_ae_node *x = *(struct rv_ae_node *const *)a,
                            *y = *(struct rv_ae_node *const *)b;
    int order = strcmp(x->key, y->key);

    return order ? order : x->line - y->line;
}

static int
check_keys(struct reader *r, const struct rv_ae_node *map)
{
    RV_AUTO_FREE const struct rv_ae_node **all = NULL;
    size_t count = 0;

    if (map->count < 2)
        return 0;
    all = rv_realloc(NULL, map->count, sizeof(const struct rv_ae_node *));
    for (const struct rv_ae_node *one = map->first; one; one = one->next)
        all[count++] = one;
    qsort(all, count, sizeof(const struct rv_ae_node *), by_key);
    for (size_t i = 1; i < count; i++)
        if (strcmp(all[i - 1]->key, all[i]->key) == 0)
            return rv_fail(r->err, RV_E_INVALID,
                           "line %d: key '%.64s' is here a second time (first in line %d)",
                           all[i]->line, all[i]->key, all[i - 1]->line);
    return 0;
}

static int
take_close(struct reader *r)
{
    const struct rv_ae_node *node = r->open[--r->depth];

    r->key = NULL;
    return node->type == RV_AE_NODE_MAP ? check_keys(r, node) : 0;
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
        return take_open(r, event, RV_AE_NODE_MAP, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag);
    case YAML_SEQUENCE_START_EVENT:
        return take_open(r, event, RV_AE_NODE_LIST, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return take_close(r);
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
rv_ae_node_parse(struct rv_ae_node **out, struct rv_arena *arena, const char *text, size_t len,
                 size_t max_bytes, rv_err *err)
{
    struct reader r = { .arena = arena, .err = err };

    *out = NULL;
    if (len > max_bytes)
        return rv_fail(err, RV_E_LIMIT, "YAML of %zu bytes is larger than the limit of %zu", len,
                       max_bytes);
    size_t valid = rv_utf8_prefix(text, len);
    if (valid < len)
        return rv_fail(err, RV_E_INVALID, "byte %zu: %s", valid,
                       text[valid] ? "not UTF-8" : "a zero byte");
    if (!yaml_parser_initialize(&r.parser))
        return fail_memory(&r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    int failed = read_events(&r);
    yaml_parser_delete(&r.parser);
    if (failed)
        return failed;
    *out = r.root ? r.root : new_node(&r, RV_AE_NODE_NULL, (yaml_mark_t){ 0 });
    return *out ? 0 : fail_memory(&r);
}

const struct rv_ae_node *
rv_ae_node_get(const struct rv_ae_node *node, const char *key)
{
    if (node == NULL || node->type != RV_AE_NODE_MAP)
        return NULL;
    for (const struct rv_ae_node *one = node->first; one; one = one->next)
        if (strcmp(one->key, key) == 0)
            return one;
    return NULL;
}

static cJSON *
scalar_json(const struct rv_ae_node *node)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t whole;
    double number;
    const char *digits = node->text + (*node->text == '-');

    if (!node->plain)
        return cJSON_CreateString(node->text);
    if (rv_strcaseeq(node->text, "true"))
        return cJSON_CreateTrue();
    if (rv_strcaseeq(node->text, "false"))
        return cJSON_CreateFalse();
    if (*digits < '0' || *digits > '9' || (digits[0] == '0' && digits[1] && digits[1] != '.'))
        return cJSON_CreateString(node->text);
    if (rv_parse_int(&whole, node->text, &ignored) == 0 && llabs(whole) <= 1LL << 53)
        return cJSON_CreateNumber((double)whole);
    if (strspn(digits, "0123456789.eE+-") == strlen(digits) && strpbrk(digits, ".eE") &&
        rv_parse_double(&number, node->text, &ignored) == 0 && isfinite(number))
        return cJSON_CreateNumber(number);
    return cJSON_CreateString(node->text);
}

/* As deep as the parser let it be: 64 levels. */
cJSON *
rv_ae_node_json(const struct rv_ae_node *node)
{
    if (node == NULL || node->type == RV_AE_NODE_NULL)
        return cJSON_CreateNull();
    if (node->type == RV_AE_NODE_TEXT)
        return scalar_json(node);
    int is_map = node->type == RV_AE_NODE_MAP;
    cJSON *json = is_map ? cJSON_CreateObject() : cJSON_CreateArray();
    for (const struct rv_ae_node *one = node->first; one; one = one->next) {
        if (is_map)
            cJSON_AddItemToObject(json, one->key, rv_ae_node_json(one));
        else
            cJSON_AddItemToArray(json, rv_ae_node_json(one));
    }
    return json;
}
