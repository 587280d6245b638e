/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls cJSON, and works around three of its habits: a string is cut short by
 * the escape \u0000, bytes behind the value are ignored, and a number of many
 * digits is rounded.
 */
#include "json_build.h"

#include <stdlib.h>
#include <string.h>

/* \u0000 becomes \ufffd, the replacement character: nothing behind it is lost, and no store has
 * to keep U+0000. */
static void
replace_nul_escapes(char *bytes, uint64_t len)
{
    char *at = bytes, *end = bytes + len;

    while ((at = memchr(at, '\\', (size_t)(end - at))) && end - at >= 6) {
        if (memcmp(at, "\\u0000", 6) == 0)
            memcpy(at + 2, "fffd", 4);
        at += 2;
    }
}

/* The numbers of a text in their order. */
struct numbers {
    struct rv_sdk_json_arena *arena;
    const char *at, *end;
};

/* Behind the string that begins here. */
static const char *
skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

static const char *
next_number(struct numbers *numbers, size_t *len)
{
    const char *at = numbers->at, *end = numbers->end;

    while (at < end && *at != '-' && (*at < '0' || *at > '9'))
        at = *at == '"' ? skip_string(at, end) : at + 1;
    const char *from = at;
    while (at < end && ((*at >= '0' && *at <= '9') || strchr("+-.eE", *at)))
        at++;
    numbers->at = at;
    *len = (size_t)(at - from);
    return from;
}

/* Whole, written without an exponent, and of so many digits that a double may have lost some. */
static int
is_long(const char *number, size_t len)
{
    size_t sign = len > 0 && number[0] == '-';

    if (len < sign + RV_SDK_JSON_LONG_DIGITS || number[sign] == '0')
        return 0;
    for (size_t i = sign; i < len; i++) {
        if (number[i] < '0' || number[i] > '9')
            return 0;
    }
    return 1;
}

/* Long numbers become raw values, which keep their text, and print it. The parser went through the
 * same text, so the how manieth number of it is the how manieth of the tree. */
static int
keep_numbers(struct numbers *numbers, cJSON *node)
{
    for (; node; node = node->next) {
        size_t len;
        if (cJSON_IsNumber(node)) {
            const char *number = next_number(numbers, &len);
            if (!is_long(number, len))
                continue;
            node->valuestring = rv_sdk_json_arena_copy(numbers->arena, number, len);
            if (!node->valuestring)
                return -1;
            node->type = cJSON_Raw;
        } else if (node->child && keep_numbers(numbers, node->child) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
build(struct reeve_call *call, struct rv_sdk_json_arena *arena, const struct rv_sdk_scan *scan,
      const char *bytes, uint64_t len, uint64_t offset, cJSON **out)
{
    const char *stop = NULL;
    cJSON *tree = rv_sdk_json_arena_parse(arena, bytes, len, &stop);

    if (tree && stop == bytes + len) {
        struct numbers numbers = { arena, bytes, bytes + len };
        *out = tree;
        return !scan->has_long_number || keep_numbers(&numbers, tree) == 0
                   ? 0
                   : reeve_fail(call, REEVE_E_INTERNAL, "out of memory for JSON");
    }
    if (stop >= bytes && stop <= bytes + len)
        offset += (uint64_t)(stop - bytes);
    return reeve_fail(call, REEVE_E_PROTOCOL, "not JSON: it goes wrong at byte %llu",
                      (unsigned long long)offset);
}

int
rv_sdk_json_build_in(struct reeve_call *call, struct rv_sdk_json_arena *arena,
                     const struct rv_sdk_scan *scan, char *bytes, uint64_t len, uint64_t offset,
                     cJSON **out)
{
    if (scan->has_nul_escape)
        replace_nul_escapes(bytes, len);
    return build(call, arena, scan, bytes, len, offset, out);
}

int
rv_sdk_json_build(struct reeve_call *call, struct rv_sdk_json_arena *arena,
                  const struct rv_sdk_scan *scan, const char *bytes, uint64_t len, uint64_t offset,
                  cJSON **out)
{
    if (!scan->has_nul_escape)
        return build(call, arena, scan, bytes, len, offset, out);
    char *copy = malloc(len);
    if (!copy)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for %llu bytes of JSON",
                          (unsigned long long)len);
    memcpy(copy, bytes, len);
    int status = rv_sdk_json_build_in(call, arena, scan, copy, len, offset, out);
    free(copy);
    return status;
}
