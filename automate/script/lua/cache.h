/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled chunks, by what they were compiled from. What is in here was dumped by this process: the
 * only byte code that is ever loaded.
 */
#ifndef RV_LUA_CACHE_H
#define RV_LUA_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

struct rv_lua_chunk {
    struct rv_digest key;
    char *bytes;
    size_t len;
    struct rv_lua_chunk *newer, *older; /* by use */
    struct rv_lua_chunk *next;          /* of its slot */
};

enum { RV_LUA_SLOTS = 1024 };

struct rv_lua {
    size_t cache_bytes, used_bytes;
    struct rv_lua_chunk *newest, *oldest;
    struct rv_lua_chunk *slots[RV_LUA_SLOTS];
    int64_t hits, misses;
};

struct rv_digest rv_lua_chunk_key(const char *source, const char *text, size_t len);
/* NULL when it is not there. Good until the next put. */
const struct rv_lua_chunk *rv_lua_chunk_find(struct rv_lua *lua, struct rv_digest key);
/* Takes bytes; those that were not used for longest go. */
void rv_lua_chunk_put(struct rv_lua *lua, struct rv_digest key, char *bytes, size_t len);
void rv_lua_chunks_clear(struct rv_lua *lua);

#endif
