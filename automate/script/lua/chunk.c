/* SPDX-License-Identifier: Apache-2.0
 *
 * From a method's text to a function. Text only: byte code that is not ours can crash any Lua. What
 * was compiled is dumped and kept, since reading a dump is several times faster.
 */
#include "script/lua/run.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"

enum { TEXT_MAX = 1 << 20 };

void
rv_lua_source(char *out, size_t size, const struct rv_ae_method *method, const char *domain)
{
    const struct rv_ae_class *class = method->class;
    if (class && class->domain)
        domain = class->domain->name;
    snprintf(out, size, "@%s%s%s%s%s", domain ? domain : "", domain ? "/" : "",
             class ? class->path : "", class ? "/" : "", method->name);
}

/* Lua cuts the name of a chunk in its messages: compiled again under a short one, for the line. */
static void
push_syntax_error(lua_State *L, const char *text, size_t len, const char *source)
{
    if (luaL_loadbufferx(L, text, len, "=?", "t") == LUA_OK)
        return;
    const char *message = lua_tostring(L, -1);
    if (strncmp(message, "?:", 2) == 0)
        lua_pushfstring(L, "%s:%s", source + 1, message + 2);
    else
        lua_pushfstring(L, "%s: %s", source + 1, message);
}

int
rv_lua_compile(lua_State *L, const char *text, size_t len, const char *source)
{
    if (len > TEXT_MAX) {
        lua_pushfstring(L, "%s: a text of more than %d KiB is not compiled", source + 1,
                        TEXT_MAX >> 10);
        return 1;
    }
    int status = luaL_loadbufferx(L, text, len, source, "t");
    if (status == LUA_ERRMEM)
        rv_lua_trip(L, RV_TRIP_MEMORY);
    if (status == LUA_OK)
        return 0;
    if (len && text[0] == LUA_SIGNATURE[0])
        lua_pushfstring(L, "%s: byte code is not run, only text", source + 1);
    else
        push_syntax_error(L, text, len, source);
    return 1;
}

static int
write_dump(lua_State *L, const void *bytes, size_t len, void *buf)
{
    (void)L;
    rv_buf_add(buf, bytes, len);
    return 0;
}

static void
keep(lua_State *L, struct rv_lua *lua, struct rv_digest key)
{
    rv_buf dump = rv_buf_limited(lua->cache_bytes);
    lua_dump(L, write_dump, &dump, 0);
    size_t len = dump.len;
    if (!dump.failed && len)
        rv_lua_chunk_put(lua, key, rv_buf_take_string(&dump), len);
    rv_buf_free(&dump);
}

void
rv_lua_push_chunk(lua_State *L, const struct rv_ae_method *method, const char *source)
{
    struct rv_lua *lua = rv_lua_run_of(L)->lua;
    const char *text = method->data ? method->data : "";
    struct rv_digest key = rv_lua_chunk_key(source, text, method->data_len);
    const struct rv_lua_chunk *chunk = rv_lua_chunk_find(lua, key);
    if (chunk) {
        if (luaL_loadbufferx(L, chunk->bytes, chunk->len, source, "b") != LUA_OK)
            rv_lua_trip(L, RV_TRIP_MEMORY); /* our own dump: nothing else can be wrong with it */
        return;
    }
    if (rv_lua_compile(L, text, method->data_len, source))
        lua_error(L);
    keep(L, lua, key);
}
