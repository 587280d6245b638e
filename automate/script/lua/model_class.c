/* SPDX-License-Identifier: Apache-2.0
 *
 * evm.vmdb("vm"): what finds rows of a kind. find raises when there is none, find_by and first give
 * nil; where and all give lists. Conditions are columns and values, joined by "and"; a list as
 * value is "one of".
 */
#include "script/lua/evm_query.h"

#include <lauxlib.h>
#include <string.h>
#include "script/lua/evm.h"
#include "script/lua/handles.h"
#include "script/lua/model.h"
#include "script/lua/value.h"

const char *const rv_lua_model_functions[] = { "all",   "count", "find", "find_by",
                                               "first", "where", NULL };

/* Asks with the query on top of the stack; leaves the answer in its place. */
static void
ask(lua_State *L, const char *kind, const char *verb)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    rv_lua_give(L, -1);
    if (run->given.type == RV_AE_LIST) { /* no condition at all */
        rv_ae_clear(&run->given);
        run->given = rv_ae_vmap();
    }
    RV_LUA_ASK(L, host->rows(host->arg, kind, verb, &run->given, &run->got, &err));
    lua_pop(L, 1);
    rv_lua_push_value(L, &run->got);
}

/* The first of the list on top, or nil, in its place. */
static int
keep_first(lua_State *L)
{
    if (lua_istable(L, -1)) {
        lua_rawgeti(L, -1, 1);
        lua_remove(L, -2);
    }
    return 1;
}

/* {"where": the conditions at index, "limit": n} */
static void
push_query(lua_State *L, int index)
{
    lua_settop(L, index + 1);
    lua_createtable(L, 0, 2);
    if (lua_isnil(L, index))
        return;
    luaL_checktype(L, index, LUA_TTABLE);
    lua_pushvalue(L, index);
    lua_setfield(L, -2, "where");
    if (lua_isinteger(L, index + 1)) {
        lua_pushvalue(L, index + 1);
        lua_setfield(L, -2, "limit");
    }
}

static void
ask_one(lua_State *L, const char *kind, int index)
{
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, luaL_checkinteger(L, index));
    lua_setfield(L, -2, "id");
    ask(L, kind, "find");
    keep_first(L);
}

/* find(id), find({id, id}) */
static int
model_find(lua_State *L, const char *kind)
{
    if (lua_type(L, 1) != LUA_TTABLE) {
        ask_one(L, kind, 1);
        if (lua_isnil(L, -1))
            return luaL_error(L, "no %s with id %s", kind, lua_tostring(L, 1));
        return 1;
    }
    lua_settop(L, 1);
    lua_createtable(L, 0, 1);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "id");
    lua_setfield(L, -2, "where");
    ask(L, kind, "where");
    return 1;
}

/* Upvalues: the class, the function's name. */
static int
call_model(lua_State *L)
{
    const char *kind = rv_lua_check_handle(L, lua_upvalueindex(1), RV_HANDLE_MODEL)->kind;
    const char *name = lua_tostring(L, lua_upvalueindex(2));
    rv_lua_drop_self(L, 1);
    if (strcmp(name, "find") == 0)
        return model_find(L, kind);
    if (strncmp(name, "find_by_", 8) == 0) {
        lua_settop(L, 1);
        lua_createtable(L, 0, 1);
        lua_insert(L, 1);
        lua_setfield(L, 1, name + 8);
        name = "find_by";
    }
    push_query(L, 1);
    if (strcmp(name, "find_by") == 0)
        name = "first";
    ask(L, kind, strcmp(name, "all") == 0 ? "where" : name);
    return strcmp(name, "first") == 0 ? keep_first(L) : 1;
}

static int
index_model(lua_State *L)
{
    rv_lua_check_handle(L, 1, RV_HANDLE_MODEL);
    const char *name = luaL_checkstring(L, 2);
    int known = strncmp(name, "find_by_", 8) == 0;
    for (size_t i = 0; rv_lua_model_functions[i] && !known; i++)
        known = strcmp(rv_lua_model_functions[i], name) == 0;
    if (!known)
        return luaL_error(L, "a class has no '%s' (find, find_by, where, all, first, count)", name);
    lua_pushcclosure(L, call_model, 2);
    return 1;
}

static int
show_model(lua_State *L)
{
    lua_pushstring(L, rv_lua_check_handle(L, 1, RV_HANDLE_MODEL)->kind);
    return 1;
}

const luaL_Reg rv_lua_model_methods[] = { { "__index", index_model },
                                          { "__tostring", show_model },
                                          { NULL, NULL } };

/* vmdb("vm"), vmdb("vm", id) */
int
rv_lua_evm_vmdb(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    const char *kind = NULL;
    rv_lua_drop_self(L, 1);
    const char *name = luaL_checkstring(L, 1);
    RV_LUA_ASK(L, host->model(host->arg, name, &kind, &err));
    if (!lua_isnoneornil(L, 2)) {
        ask_one(L, kind, 2);
        return 1;
    }
    rv_lua_push_handle(L, RV_HANDLE_MODEL, 0)->kind = kind;
    return 1;
}
