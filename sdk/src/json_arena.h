/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of one parsed value: its nodes and strings lie side by side and go
 * away together. A parse and release cost a few allocations instead of two for
 * every member. Inside libreeve-sdk only.
 */
#ifndef RV_SDK_JSON_ARENA_H
#define RV_SDK_JSON_ARENA_H

#include <cjson/cJSON.h>
#include <stddef.h>

struct rv_sdk_json_block;

/* Zeroed is empty. */
struct rv_sdk_json_arena {
    struct rv_sdk_json_block *first;
    struct rv_sdk_json_block *last;
};

/* cJSON_ParseWithLengthOpts into an empty arena. NULL when it is no JSON or memory is out: the
 * arena is to be reset or freed all the same. The tree must not be given to cJSON_Delete. */
cJSON *rv_sdk_json_arena_parse(struct rv_sdk_json_arena *arena, const char *bytes, size_t len,
                               const char **stop);
/* A NUL-terminated copy in it; NULL when memory is out. */
char *rv_sdk_json_arena_copy(struct rv_sdk_json_arena *arena, const char *bytes, size_t len);
/* Forget what is in it; keeps a block for the next value. */
void rv_sdk_json_arena_reset(struct rv_sdk_json_arena *arena);
void rv_sdk_json_arena_free(struct rv_sdk_json_arena *arena);
/* The arena that the root of a tree lies in. */
struct rv_sdk_json_arena rv_sdk_json_arena_of(cJSON *root);

#endif
