/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: making, copying and clearing them.
 */
#include "value.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/secret.h"

struct rv_ae_value
rv_ae_vbool(int flag)
{
    return (struct rv_ae_value){ .type = RV_AE_BOOL, .v.i = flag != 0 };
}

struct rv_ae_value
rv_ae_vint(int64_t i)
{
    return (struct rv_ae_value){ .type = RV_AE_INT, .v.i = i };
}

struct rv_ae_value
rv_ae_vdouble(double d)
{
    return (struct rv_ae_value){ .type = RV_AE_DOUBLE, .v.d = d };
}

struct rv_ae_value
rv_ae_vtext(const char *text)
{
    return text ? rv_ae_vtext_len(text, strlen(text)) : RV_AE_VNIL;
}

struct rv_ae_value
rv_ae_vtext_len(const char *text, size_t len)
{
    RV_ASSERT(len <= INT_MAX);
    return (struct rv_ae_value){ .type = RV_AE_TEXT,
                                 .len = (int32_t)len,
                                 .v.text = rv_strndup(text, len) };
}

struct rv_ae_value
rv_ae_vstamp(int64_t unix_ms)
{
    return (struct rv_ae_value){ .type = RV_AE_STAMP, .v.i = unix_ms };
}

struct rv_ae_value
rv_ae_vrow(const char *kind, int64_t id)
{
    return (struct rv_ae_value){ .type = RV_AE_ROW, .v.row = { kind, id } };
}

struct rv_ae_value
rv_ae_vnode(int64_t number)
{
    return (struct rv_ae_value){ .type = RV_AE_NODE, .v.i = number };
}

struct rv_ae_value
rv_ae_vlist(void)
{
    return (struct rv_ae_value){ .type = RV_AE_LIST };
}

struct rv_ae_value
rv_ae_vmap(void)
{
    return (struct rv_ae_value){ .type = RV_AE_MAP };
}

/* Room for one more; capacities are powers of two, so that none has to be kept. */
static struct rv_ae_value *
grow(struct rv_ae_value *list)
{
    size_t count = (size_t)list->len;
    if ((count & (count - 1)) == 0)
        list->v.items = rv_realloc(list->v.items, count ? count * 2 : 1, sizeof(*list->v.items));
    list->len++;
    return &list->v.items[count];
}

static void
move(struct rv_ae_value *to, struct rv_ae_value *from, char *key)
{
    free(from->key);
    *to = *from;
    to->key = key;
    *from = RV_AE_VNIL;
}

void
rv_ae_append(struct rv_ae_value *list, struct rv_ae_value *item)
{
    RV_ASSERT(list->type == RV_AE_LIST);
    move(grow(list), item, NULL);
}

void
rv_ae_set(struct rv_ae_value *map, const char *key, struct rv_ae_value *item)
{
    RV_ASSERT(map->type == RV_AE_MAP);
    char *own = rv_strdup(key);
    for (int32_t i = 0; i < map->len; i++) {
        struct rv_ae_value *slot = &map->v.items[i];
        if (strcmp(slot->key, key) == 0) {
            rv_ae_clear(slot);
            move(slot, item, own);
            return;
        }
    }
    move(grow(map), item, own);
}

void
rv_ae_put(struct rv_ae_value *map, const char *key, struct rv_ae_value *item)
{
    RV_ASSERT(map->type == RV_AE_MAP);
    char *own = rv_strdup(key);
    move(grow(map), item, own);
}

/* By key, and those of one key in their order. */
static int
by_key(const void *a, const void *b)
{
    const struct rv_ae_value *left = *(struct rv_ae_value *const *)a;
    const struct rv_ae_value *right = *(struct rv_ae_value *const *)b;
    int order = strcmp(left->key, right->key);
    return order ? order : (left > right) - (left < right);
}

/* sorted[i] takes the place of its first namesake, which has no key any more where it stood. */
static void
take_place(struct rv_ae_value **sorted, int32_t first, int32_t last)
{
    for (int32_t i = first; i < last; i++)
        rv_ae_clear(sorted[i]);
    *sorted[first] = *sorted[last];
    if (first != last)
        *sorted[last] = RV_AE_VNIL;
}

void
rv_ae_keep_last(struct rv_ae_value *map)
{
    RV_ASSERT(map->type == RV_AE_MAP);
    int32_t count = map->len, kept = 0;
    if (count < 2)
        return;
    RV_AUTO_FREE struct rv_ae_value **sorted = rv_realloc(NULL, (size_t)count, sizeof(*sorted));
    for (int32_t i = 0; i < count; i++)
        sorted[i] = &map->v.items[i];
    qsort(sorted, (size_t)count, sizeof(struct rv_ae_value *), by_key);
    for (int32_t first = 0, last; first < count; first = last + 1) {
        for (last = first; last + 1 < count; last++)
            if (strcmp(sorted[last + 1]->key, sorted[first]->key) != 0)
                break;
        take_place(sorted, first, last);
    }
    for (int32_t i = 0; i < count; i++)
        if (map->v.items[i].key)
            map->v.items[kept++] = map->v.items[i];
    map->len = kept;
}

const struct rv_ae_value *
rv_ae_get(const struct rv_ae_value *map, const char *key)
{
    if (!map || map->type != RV_AE_MAP)
        return NULL;
    for (int32_t i = 0; i < map->len; i++)
        if (strcmp(map->v.items[i].key, key) == 0)
            return &map->v.items[i];
    return NULL;
}

static int
holds_text(const struct rv_ae_value *value)
{
    return value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL || value->type == RV_AE_SECRET;
}

static int
holds_items(const struct rv_ae_value *value)
{
    return value->type == RV_AE_LIST || value->type == RV_AE_MAP;
}

struct rv_ae_value
rv_ae_copy(const struct rv_ae_value *value)
{
    struct rv_ae_value out = *value;
    out.key = NULL;
    if (holds_text(value))
        out.v.text = rv_strndup(value->v.text, (size_t)value->len);
    if (!holds_items(value))
        return out;
    out.len = 0;
    out.v.items = NULL;
    for (int32_t i = 0; i < value->len; i++) {
        struct rv_ae_value item = rv_ae_copy(&value->v.items[i]);
        move(grow(&out), &item, rv_strdup(value->v.items[i].key));
    }
    return out;
}

size_t
rv_ae_bytes(const struct rv_ae_value *value)
{
    size_t bytes = sizeof(*value) + (value->key ? strlen(value->key) : 0);
    if (holds_text(value))
        bytes += (size_t)value->len;
    for (int32_t i = 0; holds_items(value) && i < value->len; i++)
        bytes += rv_ae_bytes(&value->v.items[i]);
    return bytes;
}

void
rv_ae_clear(struct rv_ae_value *value)
{
    if (value->type == RV_AE_SECRET)
        rv_wipe(value->v.text, (size_t)value->len);
    if (holds_text(value))
        free(value->v.text);
    if (holds_items(value)) {
        for (int32_t i = 0; i < value->len; i++)
            rv_ae_clear(&value->v.items[i]);
        free(value->v.items);
    }
    free(value->key);
    *value = RV_AE_VNIL;
}
