/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing of a whole document, and the getters. A value is a cJSON node under
 * another name; walking a path allocates nothing.
 */
#include "json_build.h"

#include <stdlib.h>
#include <string.h>

static const char *
skip_space(const char *at, const char *end)
{
    while (at < end && rv_sdk_is_space(*at))
        at++;
    return at;
}

int
reeve_json_parse(struct reeve_call *call, const char *text, uint64_t len, int max_depth,
                 struct reeve_json **out)
{
    struct rv_sdk_scan scan;
    enum rv_sdk_scan_result result = RV_SDK_SCAN_MORE;
    const char *end = text + len;
    const char *from = skip_space(text, end);
    struct rv_sdk_json_arena arena = { 0 };
    cJSON *tree = NULL;

    *out = NULL;
    if (from == end)
        return reeve_fail(call, REEVE_E_PROTOCOL, "nothing where JSON was expected");
    rv_sdk_scan_begin(&scan, max_depth);
    const char *stop = rv_sdk_scan_value(&scan, from, end, &result);
    if (result == RV_SDK_SCAN_FAULT)
        return rv_sdk_scan_fail(call, &scan, (uint64_t)(stop - text));
    if (result == RV_SDK_SCAN_MORE && !rv_sdk_scan_in_word(&scan))
        return reeve_fail(call, REEVE_E_PROTOCOL, "JSON is cut off after %llu bytes",
                          (unsigned long long)len);
    const char *rest = skip_space(stop, end);
    if (rest < end)
        return reeve_fail(call, REEVE_E_PROTOCOL, "not JSON: more follows the value at byte %llu",
                          (unsigned long long)(rest - text));
    int status = rv_sdk_json_build(call, &arena, from, (uint64_t)(stop - from),
                                   (uint64_t)(from - text), &tree);
    if (status < 0)
        rv_sdk_json_arena_free(&arena);
    *out = (struct reeve_json *)tree;
    return status;
}

void
reeve_json_free(struct reeve_json *json)
{
    if (!json)
        return;
    struct rv_sdk_json_arena arena = rv_sdk_json_arena_of((cJSON *)json);
    rv_sdk_json_arena_free(&arena);
}

static const cJSON *
member(const cJSON *object, const char *name, size_t len)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *child = object->child; child; child = child->next) {
        const char *its = child->string;

        /* Most names differ in their first byte, which saves most of the calls. */
        if (its && its[0] == name[0] && strncmp(its, name, len) == 0 && its[len] == 0)
            return child;
    }
    return NULL;
}

/* "[N]" at *path. */
static const cJSON *
element(const cJSON *array, const char **path)
{
    const char *at = *path + 1;
    uint64_t index = 0;

    if (!cJSON_IsArray(array) || *at == ']')
        return NULL;
    for (; *at >= '0' && *at <= '9' && index < RV_SDK_JSON_MAX_VALUES; at++)
        index = index * 10 + (uint64_t)(*at - '0');
    if (*at != ']')
        return NULL;
    *path = at + 1;
    const cJSON *child = array->child;
    while (child && index-- > 0)
        child = child->next;
    return child;
}

/* One step of the walk. NULL when there is nothing; *path is then where it failed. */
static const cJSON *
step(const cJSON *node, const char **path)
{
    const char *at = *path;

    if (*at == '[')
        return element(node, path);
    if (*at == '.')
        at++;
    size_t len = strcspn(at, ".[");
    const cJSON *found = member(node, at, len);
    if (found)
        *path = at + len;
    return found;
}

static const cJSON *
walk(const cJSON *node, const char *path)
{
    while (node && path && *path)
        node = step(node, &path);
    return node && !cJSON_IsNull(node) ? node : NULL;
}

const struct reeve_json *
reeve_json_get(const struct reeve_json *json, const char *path)
{
    return rv_sdk_json_of(walk(rv_sdk_json_node(json), path));
}

const struct reeve_json *
reeve_json_member(const struct reeve_json *json, const char *name)
{
    const cJSON *found = member(rv_sdk_json_node(json), name, strlen(name));

    return rv_sdk_json_of(cJSON_IsNull(found) ? NULL : found);
}

const char *
reeve_json_string(const struct reeve_json *json, const char *path, const char *fallback)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    return cJSON_IsString(node) ? node->valuestring : fallback;
}

/* Long numbers are raw values that keep their text; see json_build.c. */
static int
is_number(const cJSON *node)
{
    return cJSON_IsNumber(node) || cJSON_IsRaw(node);
}

/* Exactly what is written there. */
static int
long_value(const char *text, int64_t *out)
{
    int negative = *text == '-';
    int64_t value = 0;

    /* Downwards, where there is one number more. */
    for (const char *at = text + negative; *at; at++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *at - '0', &value))
            return 0;
    }
    if (!negative && value == INT64_MIN)
        return 0;
    *out = negative ? value : -value;
    return 1;
}

static int
whole_value(const cJSON *node, int64_t *out)
{
    if (cJSON_IsRaw(node))
        return long_value(node->valuestring, out);
    double value = node->valuedouble;
    /* 2^63 is the first double beyond the range. */
    if (!(value >= -0x1p63 && value < 0x1p63) || (double)(int64_t)value != value)
        return 0;
    *out = (int64_t)value;
    return 1;
}

int64_t
reeve_json_int(const struct reeve_json *json, const char *path, int64_t fallback)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    int64_t value;

    return is_number(node) && whole_value(node, &value) ? value : fallback;
}

double
reeve_json_double(const struct reeve_json *json, const char *path, double fallback)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    return is_number(node) ? node->valuedouble : fallback;
}

int
reeve_json_flag(const struct reeve_json *json, const char *path, int fallback)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    return cJSON_IsBool(node) ? cJSON_IsTrue(node) : fallback;
}

int
reeve_json_has(const struct reeve_json *json, const char *path)
{
    return walk(rv_sdk_json_node(json), path) != NULL;
}

int
reeve_json_type(const struct reeve_json *json)
{
    const cJSON *node = rv_sdk_json_node(json);

    switch (node ? node->type & 0xFF : cJSON_NULL) {
    case cJSON_False:
    case cJSON_True:
        return REEVE_JSON_FLAG;
    case cJSON_Number:
    case cJSON_Raw:
        return REEVE_JSON_NUMBER;
    case cJSON_String:
        return REEVE_JSON_STRING;
    case cJSON_Array:
        return REEVE_JSON_ARRAY;
    case cJSON_Object:
        return REEVE_JSON_OBJECT;
    default:
        return REEVE_JSON_NULL;
    }
}

static const char *
type_title(const cJSON *node)
{
    static const char *const titles[] = { "null",     "true or false", "a number",
                                          "a string", "a list",        "an object" };

    return titles[reeve_json_type(rv_sdk_json_of(node))];
}

/* Say which step of the path found nothing. */
static int
fail_absent(struct reeve_call *call, const cJSON *node, const char *path)
{
    const char *at = path;

    for (const cJSON *next; *at && (next = step(node, &at)); node = next)
        ;
    int known = (int)(at - path);
    if (known == 0 || *at == 0)
        return reeve_fail(call, REEVE_E_PROTOCOL, "'%s' is %s in the answer", path,
                          *at ? "missing" : "null");
    return reeve_fail(call, REEVE_E_PROTOCOL, "'%s' is missing: '%.*s' is %s without it", path,
                      known, path, type_title(node));
}

static int
fail_type(struct reeve_call *call, const cJSON *node, const char *path, const char *wanted)
{
    return reeve_fail(call, REEVE_E_PROTOCOL, "'%s' is %s where %s was expected",
                      path && *path ? path : "the whole", type_title(node), wanted);
}

int
reeve_json_need_string(struct reeve_call *call, const struct reeve_json *json, const char *path,
                       const char **out)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    *out = NULL;
    if (!node)
        return fail_absent(call, rv_sdk_json_node(json), path ? path : "");
    if (!cJSON_IsString(node))
        return fail_type(call, node, path, "a string");
    *out = node->valuestring;
    return 0;
}

int
reeve_json_need_object(struct reeve_call *call, const struct reeve_json *json, const char *path,
                       const struct reeve_json **out)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    *out = NULL;
    if (!node)
        return fail_absent(call, rv_sdk_json_node(json), path ? path : "");
    if (!cJSON_IsObject(node))
        return fail_type(call, node, path, "an object");
    *out = rv_sdk_json_of(node);
    return 0;
}

/* From 2^53 on a number that was written with a point or an exponent has lost digits. */
static int
is_exact(const cJSON *node)
{
    return cJSON_IsRaw(node) || (node->valuedouble > -0x1p53 && node->valuedouble < 0x1p53);
}

static int
fail_number(struct reeve_call *call, const cJSON *node, const char *path, const char *wanted)
{
    return reeve_fail(call, REEVE_E_PROTOCOL, "'%s' is the number %.*g where %s was expected",
                      path && *path ? path : "the whole", 17, node->valuedouble, wanted);
}

int
reeve_json_need_int(struct reeve_call *call, const struct reeve_json *json, const char *path,
                    int64_t *out)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    *out = 0;
    if (!node)
        return fail_absent(call, rv_sdk_json_node(json), path ? path : "");
    if (!is_number(node))
        return fail_type(call, node, path, "a whole number");
    if (!is_exact(node) || !whole_value(node, out))
        return fail_number(call, node, path, "a whole number of 64 bits");
    return 0;
}

int
reeve_json_need_id(struct reeve_call *call, const struct reeve_json *json, const char *path,
                   const char **out)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);
    int64_t value;

    *out = NULL;
    if (!node)
        return fail_absent(call, rv_sdk_json_node(json), path ? path : "");
    if (!cJSON_IsString(node) && !is_number(node))
        return fail_type(call, node, path, "an id, a string or whole number,");
    if (cJSON_IsString(node) || cJSON_IsRaw(node)) {
        *out = node->valuestring;
        return 0;
    }
    if (!is_exact(node) || !whole_value(node, &value))
        return fail_number(call, node, path, "an id, a string or whole number,");
    *out = reeve_format(call, "%lld", (long long)value);
    return *out ? 0 : reeve_wrap(call, REEVE_E_LIMIT, "keep '%s'", path ? path : "");
}

const struct reeve_json *
reeve_json_first(const struct reeve_json *json, const char *path)
{
    const cJSON *node = walk(rv_sdk_json_node(json), path);

    return cJSON_IsArray(node) || cJSON_IsObject(node) ? rv_sdk_json_of(node->child) : NULL;
}

const struct reeve_json *
reeve_json_next(const struct reeve_json *item)
{
    return item ? rv_sdk_json_of(rv_sdk_json_node(item)->next) : NULL;
}

const char *
reeve_json_name(const struct reeve_json *item)
{
    return item ? rv_sdk_json_node(item)->string : NULL;
}

uint64_t
reeve_json_count(const struct reeve_json *json, const char *path)
{
    uint64_t count = 0;

    for (const struct reeve_json *item = reeve_json_first(json, path); item;
         item = reeve_json_next(item))
        count++;
    return count;
}

char *
reeve_json_text(struct reeve_call *call, const struct reeve_json *json)
{
    char *printed = json ? cJSON_PrintUnformatted(rv_sdk_json_node(json)) : NULL;

    if (json && !printed) {
        reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a JSON text");
        return NULL;
    }
    char *text = reeve_strdup(call, printed ? printed : "null");
    cJSON_free(printed);
    return text;
}

struct quoted {
    char *out;
    uint64_t size, len;
};

static void
put(struct quoted *quoted, char c)
{
    if (quoted->len + 1 < quoted->size)
        quoted->out[quoted->len] = c;
    quoted->len++;
}

static void
put_escaped(struct quoted *quoted, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    if (c == '"' || c == '\\') {
        put(quoted, '\\');
        put(quoted, (char)c);
    } else if (c < 0x20) {
        for (const char *at = "\\u00"; *at; at++)
            put(quoted, *at);
        put(quoted, hex[c >> 4]);
        put(quoted, hex[c & 15]);
    } else {
        put(quoted, (char)c);
    }
}

uint64_t
reeve_json_quote(char *out, uint64_t size, const char *bytes, uint64_t len)
{
    struct quoted quoted = { .out = out, .size = size };

    put(&quoted, '"');
    for (uint64_t i = 0; i < len; i++)
        put_escaped(&quoted, (unsigned char)bytes[i]);
    put(&quoted, '"');
    if (size > 0)
        out[quoted.len < size ? quoted.len : size - 1] = 0;
    return quoted.len;
}
