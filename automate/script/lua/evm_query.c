/* SPDX-License-Identifier: Apache-2.0
 *
 * hash_to_query and query_to_hash: arguments of a path, "a=1&b=two%20words".
 */
#include "script/lua/evm_query.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "script/lua/evm.h"
#include "script/lua/show.h"

static int
is_plain(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~", c) != NULL;
}

static void
add_escaped(luaL_Buffer *out, const char *text, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c && is_plain(c)) {
            luaL_addchar(out, (char)c);
            continue;
        }
        luaL_addchar(out, '%');
        luaL_addchar(out, digits[c >> 4]);
        luaL_addchar(out, digits[c & 15]);
    }
}

static void
push_escaped(lua_State *L, int index)
{
    size_t len;
    const char *text = rv_lua_show(L, index, &len);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    add_escaped(&out, text, len);
    luaL_pushresult(&out);
    lua_remove(L, -2);
}

int
rv_lua_hash_to_query(lua_State *L)
{
    rv_lua_drop_self(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_createtable(L, 8, 0);
    lua_pushnil(L);
    for (lua_Integer i = 1; lua_next(L, 1); i++) {
        push_escaped(L, -2);
        lua_pushliteral(L, "=");
        push_escaped(L, -3);
        lua_concat(L, 3);
        lua_rawseti(L, 2, i);
        lua_pop(L, 1);
    }
    lua_getglobal(L, "table"); /* sorted, so that the same table gives the same text */
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, 2);
    lua_call(L, 1, 0);
    lua_getfield(L, -1, "concat");
    lua_pushvalue(L, 2);
    lua_pushliteral(L, "&");
    lua_call(L, 2, 1);
    return 1;
}

static int
digit_of(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
push_unescaped(lua_State *L, const char *text, size_t len)
{
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '+') {
            luaL_addchar(&out, ' ');
        } else if (text[i] == '%' && i + 2 < len && digit_of(text[i + 1]) >= 0 &&
                   digit_of(text[i + 2]) >= 0) {
            luaL_addchar(&out, (char)(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2])));
            i += 2;
        } else {
            luaL_addchar(&out, text[i]);
        }
    }
    luaL_pushresult(&out);
}

int
rv_lua_query_to_hash(lua_State *L)
{
    size_t len;
    rv_lua_drop_self(L, 1);
    const char *text = luaL_checklstring(L, 1, &len), *end = text + len;
    lua_createtable(L, 0, 8);
    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        stop = stop ? stop : end;
        const char *equals = memchr(text, '=', (size_t)(stop - text));
        if (stop > text) {
            const char *name_end = equals ? equals : stop;
            push_unescaped(L, text, (size_t)(name_end - text));
            push_unescaped(L, equals ? equals + 1 : stop, equals ? (size_t)(stop - equals - 1) : 0);
            lua_rawset(L, -3);
        }
        text = stop + 1;
    }
    return 1;
}
