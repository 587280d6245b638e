/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of liblua are taken by address from a state made once, so that a run's state opens no
 * library: what is not named here is not in it. tests/lua/environment.txt is the whole of it.
 */
#include "script/lua/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "script/lua/evm.h"
#include "script/lua/expect.h"
#include "script/lua/libs.h"
#include "script/lua/require.h"
#include "script/lua/run.h"

struct borrowed {
    const char *library; /* NULL: a global */
    const char *name;
    lua_CFunction function;
};

/* Those without upvalues: a pointer is all of them. */
static struct borrowed borrowed[] = {
    { NULL, "assert", NULL },      { NULL, "error", NULL },       { NULL, "ipairs", NULL },
    { NULL, "next", NULL },        { NULL, "pairs", NULL },       { NULL, "rawequal", NULL },
    { NULL, "rawget", NULL },      { NULL, "rawlen", NULL },      { NULL, "select", NULL },
    { NULL, "tonumber", NULL },    { NULL, "type", NULL },        { "string", "byte", NULL },
    { "string", "char", NULL },    { "string", "format", NULL },  { "string", "len", NULL },
    { "string", "lower", NULL },   { "string", "pack", NULL },    { "string", "packsize", NULL },
    { "string", "reverse", NULL }, { "string", "sub", NULL },     { "string", "unpack", NULL },
    { "string", "upper", NULL },   { "math", "abs", NULL },       { "math", "acos", NULL },
    { "math", "asin", NULL },      { "math", "atan", NULL },      { "math", "ceil", NULL },
    { "math", "cos", NULL },       { "math", "deg", NULL },       { "math", "exp", NULL },
    { "math", "floor", NULL },     { "math", "fmod", NULL },      { "math", "log", NULL },
    { "math", "max", NULL },       { "math", "min", NULL },       { "math", "modf", NULL },
    { "math", "rad", NULL },       { "math", "sin", NULL },       { "math", "sqrt", NULL },
    { "math", "tan", NULL },       { "math", "tointeger", NULL }, { "math", "type", NULL },
    { "math", "ult", NULL },       { "utf8", "char", NULL },      { "utf8", "codepoint", NULL },
    { "utf8", "codes", NULL },     { "utf8", "len", NULL },       { "utf8", "offset", NULL },
};

/* "10" + 1: arithmetic on texts that are numbers is done by the metatable of strings. */
static struct borrowed arithmetic[] = {
    { NULL, "__add", NULL },  { NULL, "__sub", NULL }, { NULL, "__mul", NULL },
    { NULL, "__mod", NULL },  { NULL, "__pow", NULL }, { NULL, "__div", NULL },
    { NULL, "__idiv", NULL }, { NULL, "__unm", NULL },
};

static void
open_all(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 1);
    luaL_requiref(L, "string", luaopen_string, 1);
    luaL_requiref(L, "math", luaopen_math, 1);
    luaL_requiref(L, "utf8", luaopen_utf8, 1);
    lua_settop(L, 0);
}

void
rv_lua_sandbox_prepare(void)
{
    if (borrowed[0].function)
        return;
    lua_State *L = luaL_newstate();
    RV_ASSERT(L);
    open_all(L);
    for (size_t i = 0; i < RV_COUNT(borrowed); i++) {
        struct borrowed *b = &borrowed[i];
        lua_pushglobaltable(L);
        if (b->library)
            lua_getfield(L, -1, b->library);
        lua_getfield(L, -1, b->name);
        b->function = lua_tocfunction(L, -1);
        RV_ASSERT(b->function && !lua_getupvalue(L, -1, 1));
        lua_settop(L, 0);
    }
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    for (size_t i = 0; i < RV_COUNT(arithmetic); i++) {
        lua_getfield(L, 2, arithmetic[i].name);
        arithmetic[i].function = lua_tocfunction(L, -1);
        RV_ASSERT(arithmetic[i].function && !lua_getupvalue(L, -1, 1));
        lua_settop(L, 2);
    }
    lua_close(L);
}

lua_CFunction
rv_lua_borrowed(const char *library, const char *name)
{
    for (size_t i = 0; i < RV_COUNT(borrowed); i++)
        if (rv_streq(borrowed[i].library, library) && strcmp(borrowed[i].name, name) == 0)
            return borrowed[i].function;
    return NULL;
}

static void
add_borrowed(lua_State *L, const char *library)
{
    for (size_t i = 0; i < RV_COUNT(borrowed); i++) {
        if (!rv_streq(borrowed[i].library, library))
            continue;
        lua_pushcfunction(L, borrowed[i].function);
        lua_setfield(L, -2, borrowed[i].name);
    }
}

/* A table of liblua's functions and ours. */
static void
push_library(lua_State *L, const char *name, const luaL_Reg *own)
{
    lua_createtable(L, 0, 32);
    add_borrowed(L, name);
    luaL_setfuncs(L, own, 0);
}

static void
add_library(lua_State *L, const char *name, const luaL_Reg *own)
{
    push_library(L, name, own);
    lua_setfield(L, -2, name);
}

static void
add_strings(lua_State *L)
{
    add_library(L, "string", rv_lua_string);
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 10);
    lua_getfield(L, -3, "string");
    lua_setfield(L, -2, "__index");
    for (size_t i = 0; i < RV_COUNT(arithmetic); i++) {
        lua_pushcfunction(L, arithmetic[i].function);
        lua_setfield(L, -2, arithmetic[i].name);
    }
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

static void
push_math(lua_State *L)
{
    push_library(L, "math", rv_lua_math);
    lua_pushnumber(L, 3.141592653589793);
    lua_setfield(L, -2, "pi");
    lua_pushnumber(L, (lua_Number)HUGE_VAL);
    lua_setfield(L, -2, "huge");
    lua_pushinteger(L, LUA_MAXINTEGER);
    lua_setfield(L, -2, "maxinteger");
    lua_pushinteger(L, LUA_MININTEGER);
    lua_setfield(L, -2, "mininteger");
}

static void
push_utf8(lua_State *L)
{
    static const luaL_Reg none[] = { { NULL, NULL } };
    push_library(L, "utf8", none);
    lua_pushlstring(L, "[\0-\x7F\xC2-\xFD][\x80-\xBF]*", 14);
    lua_setfield(L, -2, "charpattern");
}

static void
add_constants(lua_State *L)
{
    static const struct {
        const char *name;
        int code;
    } codes[] = { { "MIQ_OK", 0 },
                  { "MIQ_WARN", 4 },
                  { "MIQ_ERROR", 4 },
                  { "MIQ_STOP", 8 },
                  { "MIQ_ABORT", 16 } };
    for (size_t i = 0; i < RV_COUNT(codes); i++) {
        lua_pushinteger(L, codes[i].code);
        lua_setfield(L, -2, codes[i].name);
    }
    lua_pushliteral(L, LUA_VERSION);
    lua_setfield(L, -2, "_VERSION");
}

const char *const rv_lua_late[] = { "base64", "email", "http", "json", "math",
                                    "regex",  "time",  "utf8", "yaml", NULL };

/* Pushes the library, or nothing. */
static int
push_late(lua_State *L, const char *name)
{
    static const struct {
        const char *name;
        void (*push)(lua_State *L);
    } late[] = {
        { "base64", rv_lua_push_base64 },
        { "email", rv_lua_push_email },
        { "http", rv_lua_push_http },
        { "json", rv_lua_push_json },
        { "math", push_math },
        { "regex", rv_lua_push_regex },
        { "time", rv_lua_push_time },
        { "utf8", push_utf8 },
        { "yaml", rv_lua_push_yaml },
    };
    for (size_t i = 0; i < RV_COUNT(late); i++) {
        if (strcmp(late[i].name, name) == 0) {
            late[i].push(L);
            return 1;
        }
    }
    return 0;
}

int
rv_lua_is_global(lua_State *L, int environment, const char *name)
{
    for (size_t i = 0; rv_lua_late[i]; i++)
        if (strcmp(rv_lua_late[i], name) == 0)
            return 1;
    environment = lua_absindex(L, environment);
    lua_pushstring(L, name);
    int known = lua_rawget(L, environment) != LUA_TNIL;
    lua_pop(L, 1);
    return known;
}

void
rv_lua_push_nearest(lua_State *L, const char *name)
{
    const char *names[256];
    size_t count = 0;
    while (rv_lua_late[count]) {
        names[count] = rv_lua_late[count];
        count++;
    }
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && count < RV_COUNT(names) - 1)
            names[count++] = lua_tostring(L, -1);
    }
    names[count] = NULL;
    lua_pushstring(L, rv_nearest(name, names));
}

/* Arguments: the environment, a name that it has not, or not yet. */
static int
miss_global(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);
    lua_settop(L, 2);
    if (push_late(L, name)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
        return 1;
    }
    lua_pushvalue(L, 1);
    rv_lua_push_nearest(L, name);
    if (lua_isnil(L, -1))
        return luaL_error(L, "'%s' is not declared", name);
    return luaL_error(L, "'%s' is not declared; did you mean '%s'?", name, lua_tostring(L, -1));
}

static int
refuse_global(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);
    return luaL_error(L, "'%s' is not declared: write 'local %s' where it is first set", name,
                      name);
}

void
rv_lua_sandbox_push(lua_State *L)
{
    static const luaL_Reg guard[] = { { "__index", miss_global },
                                      { "__newindex", refuse_global },
                                      { NULL, NULL } };
    lua_createtable(L, 0, 64);
    add_borrowed(L, NULL);
    luaL_setfuncs(L, rv_lua_base, 0);
    add_strings(L);
    add_library(L, "table", rv_lua_table);
    add_constants(L);
    lua_pushcfunction(L, rv_lua_require);
    lua_setfield(L, -2, "require");
    rv_lua_evm_open(L);
    if (rv_lua_run_of(L)->spec->flags & RV_SCRIPT_TEST)
        rv_lua_add_expectations(L);
    lua_createtable(L, 0, 3);
    luaL_setfuncs(L, guard, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}
