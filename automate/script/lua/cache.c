/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash of chunks and a list by use.
 */
#include "script/lua/cache.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

struct rv_digest
rv_lua_chunk_key(const char *source, const char *text, size_t len)
{
    /* The source's name is part of the chunk: it is in its errors. */
    struct rv_digest key = rv_digest_of(text, len);
    struct rv_digest name = rv_digest_of(source, strlen(source));
    key.low ^= name.low * 31;
    key.high += name.high;
    return key;
}

static int
is(const struct rv_lua_chunk *chunk, struct rv_digest key)
{
    return chunk->key.low == key.low && chunk->key.high == key.high;
}

static struct rv_lua_chunk **
slot_of(struct rv_lua *lua, struct rv_digest key)
{
    return &lua->slots[key.low % RV_LUA_SLOTS];
}

static void
unlink_use(struct rv_lua *lua, struct rv_lua_chunk *chunk)
{
    *(chunk->newer ? &chunk->newer->older : &lua->newest) = chunk->older;
    *(chunk->older ? &chunk->older->newer : &lua->oldest) = chunk->newer;
}

static void
link_newest(struct rv_lua *lua, struct rv_lua_chunk *chunk)
{
    chunk->newer = NULL;
    chunk->older = lua->newest;
    *(lua->newest ? &lua->newest->newer : &lua->oldest) = chunk;
    lua->newest = chunk;
}

static void
drop(struct rv_lua *lua, struct rv_lua_chunk *chunk)
{
    struct rv_lua_chunk **at = slot_of(lua, chunk->key);
    while (*at != chunk)
        at = &(*at)->next;
    *at = chunk->next;
    unlink_use(lua, chunk);
    lua->used_bytes -= chunk->len;
    free(chunk->bytes);
    free(chunk);
}

const struct rv_lua_chunk *
rv_lua_chunk_find(struct rv_lua *lua, struct rv_digest key)
{
    struct rv_lua_chunk *chunk = *slot_of(lua, key);
    while (chunk && !is(chunk, key))
        chunk = chunk->next;
    if (!chunk) {
        lua->misses++;
        return NULL;
    }
    lua->hits++;
    unlink_use(lua, chunk);
    link_newest(lua, chunk);
    return chunk;
}

void
rv_lua_chunk_put(struct rv_lua *lua, struct rv_digest key, char *bytes, size_t len)
{
    if (len > lua->cache_bytes) {
        free(bytes);
        return;
    }
    while (lua->oldest && lua->used_bytes + len > lua->cache_bytes)
        drop(lua, lua->oldest);
    struct rv_lua_chunk *chunk = rv_alloc(sizeof(*chunk)), **slot = slot_of(lua, key);
    *chunk = (struct rv_lua_chunk){ .key = key, .bytes = bytes, .len = len, .next = *slot };
    *slot = chunk;
    link_newest(lua, chunk);
    lua->used_bytes += len;
}

void
rv_lua_chunks_clear(struct rv_lua *lua)
{
    while (lua->oldest)
        drop(lua, lua->oldest);
}
