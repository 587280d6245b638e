/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls cJSON, and works around two of its habits: a string is cut short by
 * the escape \u0000, and bytes behind the value are ignored.
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

static int
build(struct reeve_call *call, struct rv_sdk_json_arena *arena, const char *bytes, uint64_t len,
      uint64_t offset, cJSON **out)
{
    const char *stop = NULL;
    cJSON *tree = rv_sdk_json_arena_parse(arena, bytes, len, &stop);

    if (tree && stop == bytes + len) {
        *out = tree;
        return 0;
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
    return build(call, arena, bytes, len, offset, out);
}

int
rv_sdk_json_build(struct reeve_call *call, struct rv_sdk_json_arena *arena,
                  const struct rv_sdk_scan *scan, const char *bytes, uint64_t len, uint64_t offset,
                  cJSON **out)
{
    if (!scan->has_nul_escape)
        return build(call, arena, bytes, len, offset, out);
    char *copy = malloc(len);
    if (!copy)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for %llu bytes of JSON",
                          (unsigned long long)len);
    memcpy(copy, bytes, len);
    int status = rv_sdk_json_build_in(call, arena, scan, copy, len, offset, out);
    free(copy);
    return status;
}
