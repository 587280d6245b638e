/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of one scanned JSON value to a tree. Inside libreeve-sdk only.
 */
#ifndef RV_SDK_JSON_BUILD_H
#define RV_SDK_JSON_BUILD_H

#include "json_arena.h"
#include "json_scan.h"
#include "reeve/json.h"

static inline const cJSON *
rv_sdk_json_node(const struct reeve_json *json)
{
    return (const void *)json;
}

static inline const struct reeve_json *
rv_sdk_json_of(const cJSON *node)
{
    return (const void *)node;
}

/* bytes are exactly one value that a scanner has gone through; offset is where they begin in the
 * whole, for the error. *out lives in the arena, which is empty before. */
int rv_sdk_json_build(struct reeve_call *call, struct rv_sdk_json_arena *arena, const char *bytes,
                      uint64_t len, uint64_t offset, cJSON **out);

#endif
