/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk through YAML that builds nodes, without recursion. What a scalar means is left to whoever
 * asks: the datastore's values are texts, whatever they look like.
 */
#include "tree/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "base/yaml_walk.h"

#define BINARY_TAG "tag:yaml.org,2002:binary"
#define MOST_BINARY_BYTES (4u << 20)

struct reader {
    struct rv_yaml_calls calls;
    struct rv_arena *arena;
    struct rv_ae_node *open[RV_JSON_MAX_DEPTH];
    int depth;
    const char *key; /* of the open map, whose value comes next */
    int key_line;
    struct rv_ae_node *root;
};

static int
fail_memory(rv_err *err)
{
    return rv_fail(err, RV_E_LIMIT, "the document is larger than what is read at once");
}

static void
add(struct reader *r, struct rv_ae_node *node)
{
    struct rv_ae_node *parent = r->depth ? r->open[r->depth - 1] : NULL;

    if (parent == NULL) {
        r->root = node;
        return;
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
decode_binary(struct reader *r, struct rv_ae_node *node, const yaml_event_t *event, rv_err *err)
{
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(MOST_BINARY_BYTES);
    RV_AUTO_BUF rv_buf bytes = rv_buf_limited(MOST_BINARY_BYTES);
    rv_err why = RV_ERR_INIT;

    for (size_t i = 0; i < event->data.scalar.length; i++)
        if (!strchr(" \n\t\r", event->data.scalar.value[i]))
            rv_buf_add_char(&packed, (char)event->data.scalar.value[i]);
    if (rv_base64_decode(&bytes, rv_buf_text(&packed), packed.len, &why) < 0 ||
        rv_buf_check(&bytes, &why) < 0 || !rv_utf8_valid(rv_buf_text(&bytes), bytes.len))
        return rv_yaml_fail(&r->calls, event->start_mark, "!binary that is no base64 of UTF-8",
                            err);
    node->text = rv_arena_strndup(r->arena, rv_buf_text(&bytes), bytes.len);
    node->len = bytes.len;
    return node->text ? 0 : fail_memory(err);
}

static int
check_tag(const struct reader *r, const yaml_event_t *event, rv_err *err)
{
    static const char *const known[] = { YAML_NULL_TAG,  YAML_BOOL_TAG, YAML_INT_TAG,
                                         YAML_FLOAT_TAG, YAML_STR_TAG,  "!" };
    const char *tag = (const char *)event->data.scalar.tag;

    for (size_t i = 0; tag && i < RV_COUNT(known); i++)
        if (strcmp(tag, known[i]) == 0)
            return 0;
    return tag ? rv_yaml_fail(&r->calls, event->start_mark, "unknown tag", err) : 0;
}

static int
take_key(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    const char *text = (const char *)event->data.scalar.value;

    r->key_line = (int)event->start_mark.line + 1;
    r->key = rv_arena_strndup(r->arena, text, event->data.scalar.length);
    return r->key ? 0 : fail_memory(err);
}

static int
take_scalar(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    size_t len = event->data.scalar.length;
    struct rv_ae_node *node = new_node(r, RV_AE_NODE_TEXT, event->start_mark);

    if (node == NULL)
        return fail_memory(err);
    add(r, node);
    if (tag && strcmp(tag, BINARY_TAG) == 0)
        return decode_binary(r, node, event, err);
    if (check_tag(r, event, err) < 0)
        return err->code;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == NULL;
    if (node->plain && is_null_word(text))
        node->type = RV_AE_NODE_NULL;
    node->text = rv_arena_strndup(r->arena, text, len);
    node->len = len;
    return node->text ? 0 : fail_memory(err);
}

static int
take_open(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    int is_map = event->type == YAML_MAPPING_START_EVENT;
    struct rv_ae_node *node =
        new_node(r, is_map ? RV_AE_NODE_MAP : RV_AE_NODE_LIST, event->start_mark);

    if (node == NULL)
        return fail_memory(err);
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
check_keys(const struct rv_ae_node *map, rv_err *err)
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
            return rv_fail(err, RV_E_INVALID,
                           "line %d: key '%.64s' is here a second time (first in line %d)",
                           all[i]->line, all[i]->key, all[i - 1]->line);
    return 0;
}

static int
take_close(void *arg, rv_err *err)
{
    struct reader *r = arg;
    const struct rv_ae_node *node = r->open[--r->depth];

    return node->type == RV_AE_NODE_MAP ? check_keys(node, err) : 0;
}

int
rv_ae_node_parse(struct rv_ae_node **out, struct rv_arena *arena, const char *text, size_t len,
                 size_t max_bytes, rv_err *err)
{
    struct reader r = { .calls = { .key = take_key,
                                   .scalar = take_scalar,
                                   .open = take_open,
                                   .close = take_close,
                                   .prefix = "" },
                        .arena = arena };

    r.calls.arg = &r;
    *out = NULL;
    if (rv_yaml_walk(&r.calls, text, len, max_bytes, err) < 0)
        return err->code;
    *out = r.root ? r.root : new_node(&r, RV_AE_NODE_NULL, (yaml_mark_t){ 0 });
    return *out ? 0 : fail_memory(err);
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
    if (rv_parse_int(&whole, node->text, &ignored) == 0 && whole <= 1LL << 53 &&
        whole >= -(1LL << 53))
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
