/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing over cJSON, getters and the canonical form.
 */
#include "base/json_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

/* Beyond it a double no longer holds every whole number. */
#define LARGEST_EXACT 9007199254740992.0

struct member {
    const cJSON *item;
    size_t position;
};

int
rv_json_parse(cJSON **out, const char *text, size_t len, size_t max_bytes, int max_depth,
              rv_err *err)
{
    *out = NULL;
    if (len > max_bytes)
        return rv_fail(err, RV_E_LIMIT, "JSON of %zu bytes is larger than the limit of %zu", len,
                       max_bytes);
    if (max_depth <= 0)
        max_depth = RV_JSON_MAX_DEPTH;
    if (max_depth > RV_JSON_DEEPEST)
        max_depth = RV_JSON_DEEPEST;
    int failed = rv_json_check_text(text, len, max_depth, err);
    if (failed)
        return failed;
    *out = cJSON_ParseWithLength(text, len);
    if (*out == NULL)
        return rv_fail(err, RV_E_LIMIT, "out of memory for %zu bytes of JSON", len);
    return 0;
}

void
rv_json_delete_p(cJSON **json)
{
    cJSON_Delete(*json);
    *json = NULL;
}

void
rv_json_wipe(cJSON *json)
{
    if (json == NULL || (json->type & cJSON_IsReference))
        return;
    if (json->valuestring)
        explicit_bzero(json->valuestring, strlen(json->valuestring));
    for (cJSON *item = json->child; item; item = item->next)
        rv_json_wipe(item);
}

const char *
rv_json_string(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

int64_t
rv_json_int(const cJSON *object, const char *name, int64_t fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || fabs(item->valuedouble) > LARGEST_EXACT ||
        item->valuedouble != trunc(item->valuedouble))
        return fallback;
    return (int64_t)item->valuedouble;
}

int
rv_json_flag(const cJSON *object, const char *name, int fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : fallback;
}

int
rv_json_check_keys(const cJSON *object, const char *const *keys, const char *where, rv_err *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        int known = 0;
        for (int i = 0; keys[i] && !known; i++)
            known = rv_streq(keys[i], item->string);
        if (known)
            continue;
        rv_fail(err, RV_E_INVALID, "unknown key '%.100s' in %s", item->string, where);
        const char *nearest = rv_nearest(item->string, keys);
        return nearest ? rv_hint(err, "did you mean '%s'?", nearest) : err->code;
    }
    return 0;
}

static int
by_name(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = strcmp(x->item->string, y->item->string);
    if (order != 0)
        return order;
    return x->position < y->position ? -1 : 1;
}

/* The children in the order in which they are written: *count of them, the caller's to free. Of
 * a name that comes twice the last counts, as in most readers. */
static struct member *
order_children(const cJSON *json, size_t *count)
{
    struct member *members = rv_realloc(NULL, (size_t)cJSON_GetArraySize(json), sizeof(*members));
    size_t used = 0;
    for (const cJSON *item = json->child; item; item = item->next, used++)
        members[used] = (struct member){ .item = item, .position = used };
    *count = used;
    if (!cJSON_IsObject(json) || used < 2)
        return members;
    qsort(members, used, sizeof(*members), by_name);
    size_t kept = 0;
    for (size_t i = 0; i < used; i++) {
        int repeated =
            i + 1 < used && strcmp(members[i].item->string, members[i + 1].item->string) == 0;
        if (!repeated)
            members[kept++] = members[i];
    }
    *count = kept;
    return members;
}

static int
add_scalar(rv_buf *out, const cJSON *json)
{
    switch (json->type & 0xff) {
    case cJSON_String:
        rv_json_add_string(out, json->valuestring, strlen(json->valuestring));
        return 0;
    case cJSON_Number:
        if (!isfinite(json->valuedouble))
            return RV_E_INVALID;
        rv_json_add_double(out, json->valuedouble);
        return 0;
    case cJSON_True:
        rv_buf_add_string(out, "true");
        return 0;
    case cJSON_False:
        rv_buf_add_string(out, "false");
        return 0;
    case cJSON_NULL:
        rv_buf_add_string(out, "null");
        return 0;
    default:
        return RV_E_INVALID;
    }
}

static int
add_canonical(rv_buf *out, const cJSON *json, int depth)
{
    int is_object = cJSON_IsObject(json);
    if (!is_object && !cJSON_IsArray(json))
        return add_scalar(out, json);
    if (depth == RV_JSON_DEEPEST)
        return RV_E_LIMIT;
    size_t count;
    RV_AUTO_FREE struct member *members = order_children(json, &count);
    rv_buf_add_char(out, is_object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        const cJSON *item = members[i].item;
        if (i > 0)
            rv_buf_add_char(out, ',');
        if (is_object) {
            rv_json_add_string(out, item->string, strlen(item->string));
            rv_buf_add_char(out, ':');
        }
        int failed = add_canonical(out, item, depth + 1);
        if (failed)
            return failed;
    }
    rv_buf_add_char(out, is_object ? '}' : ']');
    return 0;
}

int
rv_json_canonical(rv_buf *out, const cJSON *json)
{
    int failed = add_canonical(out, json, 0);
    if (failed)
        return failed;
    return out->failed ? RV_E_LIMIT : 0;
}
