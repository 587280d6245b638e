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

/* Memory that is not set to anything; NULL when there is none. */
void *rv_sdk_json_arena_take(struct rv_sdk_json_arena *arena, size_t bytes);
/* Forget what is in it; keeps a block for the next value. */
void rv_sdk_json_arena_reset(struct rv_sdk_json_arena *arena);
void rv_sdk_json_arena_free(struct rv_sdk_json_arena *arena);
/* The arena that the root of a tree lies in. */
struct rv_sdk_json_arena rv_sdk_json_arena_of(cJSON *root);

#endif
