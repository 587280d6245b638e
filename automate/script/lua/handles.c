/* SPDX-License-Identifier: Apache-2.0
 *
 * The small handles: passwords, which show stars, and null; the mark of lists.
 */
#include "script/lua/handles.h"

#include "script/lua/lists.h"
#include "script/lua/value.h"

static char list_mark;

static int
show_secret(lua_State *L)
{
    lua_pushliteral(L, "********");
    return 1;
}

static int
show_null(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

static const luaL_Reg secret_methods[] = { { "__tostring", show_secret }, { NULL, NULL } };
static const luaL_Reg null_methods[] = { { "__tostring", show_null }, { NULL, NULL } };

const luaL_Reg *const rv_lua_handle_methods[] = {
    [RV_HANDLE_OBJECT] = rv_lua_object_methods,
    [RV_HANDLE_ROW] = rv_lua_row_methods,
    [RV_HANDLE_MODEL] = rv_lua_model_methods,
    [RV_HANDLE_TIME] = rv_lua_time_methods,
    [RV_HANDLE_SECRET] = secret_methods,
    [RV_HANDLE_REGEX] = rv_lua_regex_methods,
    [RV_HANDLE_NULL] = null_methods,
};

void
rv_lua_mark_list(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &list_mark) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 0);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &list_mark);
    }
    lua_setmetatable(L, -2);
}

int
rv_lua_is_marked_list(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &list_mark);
    int marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}
