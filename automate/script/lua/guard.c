/* SPDX-License-Identifier: Apache-2.0
 *
 * pcall that lets pass what ends the run, setmetatable without the keys that the collector and the
 * host believe, print into the log, exit.
 */
#include "script/lua/guard.h"

#include <string.h>
#include "script/lua/libs.h"
#include "script/lua/lists.h"
#include "script/lua/run.h"
#include "script/lua/show.h"

enum { STEPS_A_FAILURE = 200 }; /* what an error with its text and place costs */

static char exit_key;

void *
rv_lua_exit_key(void)
{
    return &exit_key;
}

/* After a protected call that failed; its error is on top. */
static int
answer_failure(lua_State *L, int status)
{
    rv_lua_check_trip(L);
    if (status == LUA_ERRMEM)
        return rv_lua_trip(L, RV_TRIP_MEMORY);
    if (lua_touserdata(L, -1) == &exit_key)
        return lua_error(L);
    rv_lua_charge(L, STEPS_A_FAILURE);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int
guarded_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushcfunction(L, rv_lua_explain);
    lua_insert(L, 1);
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    if (status != LUA_OK)
        return answer_failure(L, status);
    lua_pushboolean(L, 1);
    lua_replace(L, 1);
    return lua_gettop(L);
}

/* Upvalue: the script's handler. */
static int
call_handler(lua_State *L)
{
    if (rv_lua_run_of(L)->budget->tripped || lua_touserdata(L, 1) == &exit_key)
        return 1;
    rv_lua_explain(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    return 1;
}

static int
guarded_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, call_handler, 1);
    lua_replace(L, 2);
    lua_pushvalue(L, 1);
    lua_insert(L, 3);
    int status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 2);
    if (status != LUA_OK)
        return answer_failure(L, status);
    lua_pushboolean(L, 1);
    lua_replace(L, 2);
    return lua_gettop(L) - 1;
}

/* Of tables only, and those that the script gave them: the tables behind strings, host objects and
 * lists are nobody's business. What is set in one of those would be there for all that come later.
 */
static int
guarded_getmetatable(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) != LUA_TTABLE || rv_lua_is_marked_list(L, 1) || !lua_getmetatable(L, 1))
        lua_pushnil(L);
    else if (luaL_getmetafield(L, 1, "__metatable"))
        return 1;
    return 1;
}

static int
guarded_setmetatable(lua_State *L)
{
    static const char *const refused[] = { "__gc",   "__close",     "__mode", "__len",
                                           "__name", "__metatable", NULL };
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    for (int i = 0; type == LUA_TTABLE && refused[i]; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "setmetatable: '%s' is not allowed in a method", refused[i]);
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int
print(lua_State *L)
{
    rv_lua_log(L, "info", rv_lua_show_all(L, 1));
    return 0;
}

/* exit(), exit(MIQ_STOP), exit("stop") */
static int
leave(lua_State *L)
{
    static const char *const words[] = { "ok", "warn", "stop", "abort", NULL };
    static const int codes[] = { 0, 4, 8, 16 };
    struct rv_lua_run *run = rv_lua_run_of(L);
    if (lua_type(L, 1) == LUA_TSTRING)
        run->exit_code = codes[luaL_checkoption(L, 1, NULL, words)];
    else
        run->exit_code = (int32_t)luaL_optinteger(L, 1, 0);
    lua_pushlightuserdata(L, &exit_key);
    return lua_error(L);
}

const luaL_Reg rv_lua_base[] = {
    { "exit", leave },
    { "getmetatable", guarded_getmetatable },
    { "pcall", guarded_pcall },
    { "print", print },
    { "setmetatable", guarded_setmetatable },
    { "xpcall", guarded_xpcall },
    { "tostring", rv_lua_tostring },
    { NULL, NULL },
};
