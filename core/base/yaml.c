/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk through YAML that builds a cJSON tree, without recursion: open
 * collections stand on a stack of limited height. Names of the open mappings lie
 * on one list, each mapping's behind its parent's, and are compared when the
 * mapping ends: sorting stays fast for any input, and no hash can be attacked.
 */
#include "base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/yaml_internal.h"
#include "base/yaml_walk.h"

struct level {
    cJSON *container;
    size_t first_key;
};

struct key {
    const char *name;
    yaml_mark_t at;
};

struct reader {
    struct rv_yaml_calls calls;
    struct level levels[RV_JSON_MAX_DEPTH];
    int depth;
    struct key *keys;
    size_t key_count, key_size;
    char *name; /* a mapping's key whose value comes next */
    yaml_mark_t name_at;
    cJSON *root;
};

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
take_key(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    (void)err;
    r->name = rv_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
    r->name_at = event->start_mark;
    return 0;
}

static int
take_scalar(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    const char *wrong = NULL;
    cJSON *value = rv_yaml_scalar(event, &wrong);
    if (value == NULL)
        return rv_yaml_fail(&r->calls, event->start_mark, wrong, err);
    add_value(r, value);
    return 0;
}

static int
take_open(void *arg, const yaml_event_t *event, rv_err *err)
{
    struct reader *r = arg;
    int is_map = event->type == YAML_MAPPING_START_EVENT;
    cJSON *container = is_map ? cJSON_CreateObject() : cJSON_CreateArray();
    (void)err;
    add_value(r, container);
    r->levels[r->depth++] = (struct level){ .container = container, .first_key = r->key_count };
    return 0;
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
check_keys(const struct reader *r, struct key *keys, size_t count, rv_err *err)
{
    char what[128];
    qsort(keys, count, sizeof(*keys), by_name_and_place);
    for (size_t i = 1; i < count; i++) {
        const struct key *earlier = &keys[i - 1], *later = &keys[i];
        if (strcmp(earlier->name, later->name) != 0)
            continue;
        snprintf(what, sizeof(what), "key '%.64s' is here a second time (first in line %zu)",
                 later->name, earlier->at.line + 1);
        return rv_yaml_fail(&r->calls, later->at, what, err);
    }
    return 0;
}

static int
take_close(void *arg, rv_err *err)
{
    struct reader *r = arg;
    size_t first = top(r)->first_key;
    size_t count = r->key_count - first;
    r->key_count = first;
    r->depth--;
    return count > 1 ? check_keys(r, r->keys + first, count, err) : 0;
}

int
rv_yaml_parse(cJSON **out, const char *text, size_t len, size_t max_bytes, rv_err *err)
{
    struct reader r = { .calls = { .key = take_key,
                                   .scalar = take_scalar,
                                   .open = take_open,
                                   .close = take_close,
                                   .prefix = "YAML at " } };
    r.calls.arg = &r;
    *out = NULL;
    int failed = rv_yaml_walk(&r.calls, text, len, max_bytes, err);
    free(r.keys);
    free(r.name);
    if (failed) {
        cJSON_Delete(r.root);
        return failed;
    }
    *out = r.root ? r.root : cJSON_CreateNull();
    return 0;
}
