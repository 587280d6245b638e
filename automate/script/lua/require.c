/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules are found by the host, so that a domain above may override them. A module is run once a
 * run; one that requires itself on the way is an error.
 */
#include "script/lua/require.h"

#include <lauxlib.h>
#include <string.h>
#include "script/lua/run.h"
#include "script/lua/value.h"

static char loaded_key; /* registry: source -> what it returned, false while it runs */

static void
push_loaded(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
}

/* Runs the module and puts what it gives into the table of those loaded, which is below. */
static void
run_module(lua_State *L, const struct rv_ae_method *method, const char *source)
{
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, source);
    rv_lua_push_chunk(L, method, source);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, source);
}

int
rv_lua_require(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const struct rv_ae_method *method = NULL;
    const char *path = luaL_checkstring(L, 1);
    char source[512];
    RV_LUA_ASK(L, host->library(host->arg, run->spec->self, path, &method, &err));
    rv_lua_source(source, sizeof(source), method, run->spec->domain);
    push_loaded(L);
    int type = lua_getfield(L, -1, source);
    if (type == LUA_TBOOLEAN && !lua_toboolean(L, -1))
        return luaL_error(L, "module '%s' requires itself", path);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        run_module(L, method, source);
    }
    return 1;
}

void
rv_lua_embed(lua_State *L, int environment)
{
    const struct rv_ae_method *method = rv_lua_run_of(L)->spec->method;
    for (size_t i = 0; i < method->embedded_count; i++) {
        const char *path = method->embedded[i], *slash = strrchr(path, '/');
        lua_pushstring(L, slash ? slash + 1 : path);
        lua_pushcfunction(L, rv_lua_require);
        lua_pushstring(L, path);
        lua_call(L, 1, 1);
        lua_rawset(L, environment);
    }
}
