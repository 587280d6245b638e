/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of the workspace: object.NAME is an attribute, and where there is none of that name, a
 * member (id, name, parent ...). object:get(NAME) is the attribute in any case.
 */
#include "script/lua/evm.h"

#include <lauxlib.h>
#include <string.h>
#include "base/text.h"
#include "script/lua/handles.h"
#include "script/lua/value.h"

const char *const rv_lua_object_members[] = {
    "attributes",
    "children",
    "class_name",
    "current_field_name",
    "current_field_type",
    "decrypt",
    "current_message",
    "domain",
    "get",
    "id",
    "instance_name",
    "name",
    "namespace",
    "parent",
    "path",
    "set",
    NULL,
};

void
rv_lua_push_object(lua_State *L, int64_t number)
{
    if (number)
        rv_lua_push_handle(L, RV_HANDLE_OBJECT, 0)->id = number;
    else
        lua_pushnil(L);
}

static int64_t
self_of(lua_State *L)
{
    return rv_lua_check_handle(L, 1, RV_HANDLE_OBJECT)->id;
}

/* Names of attributes are lower case, whoever writes them. Leaves the text on the stack. */
static const char *
push_name(lua_State *L, int index)
{
    size_t len;
    const char *name = luaL_checklstring(L, index, &len);
    luaL_Buffer out;
    char *to = luaL_buffinitsize(L, &out, len);
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    luaL_pushresultsize(&out, len);
    return lua_tostring(L, -1);
}

static int
object_get(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_lua_run *run = rv_lua_run_of(L);
    int64_t number = self_of(L);
    const char *name = push_name(L, 2);
    RV_LUA_ASK(L, host->get(host->arg, number, name, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

static int
object_set(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_lua_run *run = rv_lua_run_of(L);
    int64_t number = self_of(L);
    luaL_checkany(L, 3);
    const char *name = push_name(L, 2);
    rv_lua_give(L, 3);
    RV_LUA_ASK(L, host->set(host->arg, number, name, &run->given, &err));
    return 0;
}

static int
object_decrypt(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_lua_run *run = rv_lua_run_of(L);
    int64_t number = self_of(L);
    const char *name = push_name(L, 2);
    RV_LUA_ASK(L, host->decrypt(host->arg, number, name, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

/* All, or those of one relationship: always a list. */
static int
object_children(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_lua_run *run = rv_lua_run_of(L);
    int64_t number = self_of(L);
    if (lua_isnoneornil(L, 2)) {
        RV_LUA_ASK(L, host->children(host->arg, number, &run->got, &err));
        rv_lua_push_value(L, &run->got);
        return 1;
    }
    object_get(L);
    if (lua_istable(L, -1))
        return 1;
    lua_createtable(L, 1, 0);
    lua_insert(L, -2);
    if (rv_lua_test_handle(L, -1, RV_HANDLE_OBJECT))
        lua_rawseti(L, -2, 1);
    else
        lua_pop(L, 1);
    return 1;
}

static void
push_attributes(lua_State *L, int64_t number)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_lua_run *run = rv_lua_run_of(L);
    RV_LUA_ASK(L, host->attributes(host->arg, number, &run->got, &err));
    rv_lua_push_value(L, &run->got);
}

static void
push_namespace(lua_State *L, const struct rv_script_object *object)
{
    if (object->namespace_path && object->namespace_path[0])
        lua_pushfstring(L, "%s/%s", object->domain ? object->domain : "", object->namespace_path);
    else
        lua_pushstring(L, object->domain);
}

static void
push_described(lua_State *L, int64_t number, const char *name)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    struct rv_script_object object = { 0 };
    RV_LUA_ASK(L, host->describe(host->arg, number, &object, &err));
    if (strcmp(name, "parent") == 0)
        rv_lua_push_object(L, object.parent);
    else if (strcmp(name, "name") == 0 || strcmp(name, "path") == 0)
        lua_pushstring(L, object.path);
    else if (strcmp(name, "namespace") == 0)
        push_namespace(L, &object);
    else if (strcmp(name, "domain") == 0)
        lua_pushstring(L, object.domain);
    else if (strcmp(name, "class_name") == 0)
        lua_pushstring(L, object.class_name);
    else if (strcmp(name, "instance_name") == 0)
        lua_pushstring(L, object.instance_name);
    else if (strcmp(name, "current_field_name") == 0)
        lua_pushstring(L, object.field_name);
    else if (strcmp(name, "current_field_type") == 0)
        lua_pushstring(L, object.field_type);
    else if (strcmp(name, "current_message") == 0)
        lua_pushstring(L, object.message);
    else
        lua_pushnil(L);
}

static int
index_object(lua_State *L)
{
    static const luaL_Reg functions[] = { { "get", object_get },
                                          { "set", object_set },
                                          { "decrypt", object_decrypt },
                                          { "children", object_children } };
    int64_t number = self_of(L);
    object_get(L);
    if (!lua_isnil(L, -1))
        return 1;
    const char *name = lua_tostring(L, 2);
    for (size_t i = 0; i < RV_COUNT(functions); i++) {
        if (strcmp(functions[i].name, name) == 0) {
            lua_pushcfunction(L, functions[i].func);
            return 1;
        }
    }
    if (strcmp(name, "attributes") == 0)
        push_attributes(L, number);
    else if (strcmp(name, "id") == 0)
        lua_pushinteger(L, number);
    else
        push_described(L, number, name);
    return 1;
}

/* object.attributes = { ... } sets all of them. */
static int
set_object(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "attributes") != 0)
        return object_set(L);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, 3)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            return luaL_error(L, "names of attributes are texts");
        lua_pushcfunction(L, object_set);
        lua_pushvalue(L, 1);
        lua_pushvalue(L, -4);
        lua_pushvalue(L, -4);
        lua_call(L, 3, 0);
        lua_pop(L, 1);
    }
    return 0;
}

/* evm.object("../") */
static int
call_object(lua_State *L)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    int64_t from = self_of(L), number = 0;
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        return 1;
    }
    const char *path = luaL_checkstring(L, 2);
    RV_LUA_ASK(L, host->find(host->arg, from, path, &number, &err));
    rv_lua_push_object(L, number);
    return 1;
}

static int
same_object(lua_State *L)
{
    const struct rv_lua_handle *a = rv_lua_test_handle(L, 1, RV_HANDLE_OBJECT);
    const struct rv_lua_handle *b = rv_lua_test_handle(L, 2, RV_HANDLE_OBJECT);
    lua_pushboolean(L, a && b && a->id == b->id);
    return 1;
}

static int
show_object(lua_State *L)
{
    push_described(L, self_of(L), "path");
    return 1;
}

static int
next_attribute(lua_State *L)
{
    lua_settop(L, 2);
    return lua_next(L, 1) ? 2 : (lua_pushnil(L), 1);
}

static int
pairs_of_object(lua_State *L)
{
    int64_t number = self_of(L);
    lua_pushcfunction(L, next_attribute);
    push_attributes(L, number);
    lua_pushnil(L);
    return 3;
}

const luaL_Reg rv_lua_object_methods[] = {
    { "__index", index_object },
    { "__newindex", set_object },
    { "__call", call_object },
    { "__eq", same_object },
    { "__tostring", show_object },
    { "__pairs", pairs_of_object },
    { NULL, NULL },
};
