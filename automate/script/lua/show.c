/* SPDX-License-Identifier: Apache-2.0
 *
 * tostring, and what else makes texts of values.
 */
#include "script/lua/show.h"

#include <lauxlib.h>
#include <string.h>
#include "script/lua/sandbox.h"

const char *
rv_lua_show(lua_State *L, int index, size_t *len)
{
    int type = lua_type(L, index);
    if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING)
        return luaL_tolstring(L, index, len);
    int named = luaL_getmetafield(L, index, "__tostring");
    if (named != LUA_TNIL) {
        lua_pop(L, 1);
        return luaL_tolstring(L, index, len);
    }
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tolstring(L, -1, len);
    lua_pushstring(L, lua_typename(L, type));
    return lua_tolstring(L, -1, len);
}

const char *
rv_lua_show_all(lua_State *L, int first)
{
    int last = lua_gettop(L);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (int i = first; i <= last; i++) {
        if (i > first)
            luaL_addchar(&out, '\t');
        rv_lua_show(L, i, NULL);
        luaL_addvalue(&out);
    }
    luaL_pushresult(&out);
    return lua_tostring(L, -1);
}

int
rv_lua_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    rv_lua_show(L, 1, NULL);
    return 1;
}

/* What %s is given becomes a text here, so that liblua's finds no table to show. */
int
rv_lua_format(lua_State *L)
{
    int last = lua_gettop(L), argument = 1;
    for (const char *c = luaL_checkstring(L, 1); (c = strchr(c, '%')); c++) {
        if (*++c == '%')
            continue;
        c += strspn(c, "-+ #0123456789.");
        argument++;
        if (*c == 'p')
            return luaL_error(L, "invalid conversion '%%p' to 'format'");
        if (*c == 's' && argument <= last) {
            rv_lua_show(L, argument, NULL);
            lua_replace(L, argument);
        }
        if (*c == '\0')
            break;
    }
    return rv_lua_borrowed("string", "format")(L);
}
