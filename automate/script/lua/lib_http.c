/* SPDX-License-Identifier: Apache-2.0
 *
 * http and email: the host does it, if an operator has allowed it.
 */
#include "script/lua/libs.h"

#include <string.h>
#include "base/clock.h"
#include "script/lua/json_tree.h"

enum { DEFAULT_TIMEOUT_MS = 30000 };

/* The one argument on top is the host's. */
static int
ask(lua_State *L, const char *name)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    rv_lua_give_all(L, lua_gettop(L));
    RV_LUA_ASK(L, host->call(host->arg, run->spec->self, name, &run->given, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

/* Never longer than the run has left. */
static void
set_timeout(lua_State *L, int options)
{
    int64_t left = rv_lua_run_of(L)->budget->ends_ms - rv_monotonic_ms();
    double ms = DEFAULT_TIMEOUT_MS; /* a script's number may be larger than any integer */
    if (lua_getfield(L, options, "timeout") != LUA_TNIL)
        ms = luaL_checknumber(L, -1) * 1000;
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_setfield(L, options, "timeout");
    if (ms >= (double)left)
        ms = (double)left;
    lua_pushinteger(L, ms >= 1 ? (lua_Integer)ms : 1);
    lua_setfield(L, options, "timeout_ms");
}

/* A table as body goes as JSON. */
static void
set_body(lua_State *L, int options)
{
    if (lua_getfield(L, options, "body") != LUA_TTABLE) {
        lua_pop(L, 1);
        return;
    }
    struct rv_ae_value *value = rv_lua_give(L, -1);
    rv_lua_write_json(rv_lua_scratch(L), value);
    rv_lua_push_scratch(L);
    lua_setfield(L, options, "body");
    lua_pop(L, 1);
    if (lua_getfield(L, options, "headers") == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, options, "headers");
    }
    lua_pushliteral(L, "content-type");
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushliteral(L, "application/json");
        lua_setfield(L, -3, "content-type");
    }
    lua_pop(L, 2);
}

static void
copy_options(lua_State *L, int from)
{
    lua_createtable(L, 0, 6);
    if (lua_isnoneornil(L, from))
        return;
    luaL_checktype(L, from, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, from)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

static int
send(lua_State *L, int options)
{
    if (lua_getfield(L, options, "url") != LUA_TSTRING)
        return luaL_error(L, "http: url is missing");
    lua_pop(L, 1);
    set_timeout(L, options);
    set_body(L, options);
    lua_pushvalue(L, options);
    return ask(L, "http");
}

/* http.request{ method = "PUT", url = ..., headers = {...}, body = text or table, timeout = s } */
static int
http_request(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    copy_options(L, 1);
    return send(L, lua_gettop(L));
}

static int
call_method(lua_State *L, const char *method, int options)
{
    luaL_checkstring(L, 1);
    lua_settop(L, options);
    copy_options(L, options);
    int made = lua_gettop(L);
    lua_pushstring(L, method);
    lua_setfield(L, made, "method");
    lua_pushvalue(L, 1);
    lua_setfield(L, made, "url");
    if (options == 3) {
        lua_pushvalue(L, 2);
        lua_setfield(L, made, "body");
    }
    return send(L, made);
}

static int
http_get(lua_State *L)
{
    return call_method(L, "GET", 2);
}

static int
http_delete(lua_State *L)
{
    return call_method(L, "DELETE", 2);
}

static int
http_post(lua_State *L)
{
    return call_method(L, "POST", 3);
}

static int
http_put(lua_State *L)
{
    return call_method(L, "PUT", 3);
}

static int
http_patch(lua_State *L)
{
    return call_method(L, "PATCH", 3);
}

/* email.send{ to = ..., from = ..., subject = ..., body = ... } */
static int
email_send(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    return ask(L, "email");
}

void
rv_lua_push_http(lua_State *L)
{
    static const luaL_Reg functions[] = { { "delete", http_delete },
                                          { "get", http_get },
                                          { "patch", http_patch },
                                          { "post", http_post },
                                          { "put", http_put },
                                          { "request", http_request },
                                          { NULL, NULL } };
    lua_createtable(L, 0, 6);
    luaL_setfuncs(L, functions, 0);
}

void
rv_lua_push_email(lua_State *L)
{
    static const luaL_Reg functions[] = { { "send", email_send }, { NULL, NULL } };
    lua_createtable(L, 0, 1);
    luaL_setfuncs(L, functions, 0);
}
