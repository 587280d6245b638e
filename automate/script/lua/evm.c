/* SPDX-License-Identifier: Apache-2.0
 *
 * The table evm. Its members are made when they are first asked for: most methods use four of them.
 */
#include "script/lua/evm.h"

#include <lauxlib.h>
#include <string.h>
#include "base/text.h"
#include "script/lua/sandbox.h"
#include "script/lua/show.h"
#include "script/lua/value.h"
#include "script/lua/evm_query.h"

const char *const rv_lua_evm_properties[] = {
    "root",           "object",
    "current",        "current_object",
    "parent",         "objects",
    "inputs",         "current_namespace",
    "current_class",  "current_instance",
    "current_method", "current_message",
    "logger",         NULL,
};

/* Those that the host answers, in any order; what the host calls them. */
static const struct {
    const char *name, *call;
} asked[] = {
    { "instantiate", "instantiate" },
    { "execute", "execute" },
    { "execute_with_user", "execute_with_user" },
    { "set_state_var", "set_state_var" },
    { "get_state_var", "get_state_var" },
    { "state_var_exist", "state_var_exist" },
    { "state_var_exist?", "state_var_exist" },
    { "delete_state_var", "delete_state_var" },
    { "get_state_vars", "get_state_vars" },
    { "set_service_var", "set_service_var" },
    { "get_service_var", "get_service_var" },
    { "service_var_exists", "service_var_exists" },
    { "service_var_exists?", "service_var_exists" },
    { "delete_service_var", "delete_service_var" },
    { "instance_exists", "instance_exists" },
    { "instance_exists?", "instance_exists" },
    { "instance_create", "instance_create" },
    { "instance_get", "instance_get" },
    { "instance_find", "instance_find" },
    { "instance_update", "instance_update" },
    { "instance_delete", "instance_delete" },
    { "instance_get_display_name", "instance_get_display_name" },
    { "instance_set_display_name", "instance_set_display_name" },
    { "create_notification_or_raise", "create_notification" },
    { "create_notification!", "create_notification" },
    { "enable_rbac", "enable_rbac" },
    { "disable_rbac", "disable_rbac" },
    { "rbac_enabled", "rbac_enabled" },
    { "rbac_enabled?", "rbac_enabled" },
    { "field_timeout", "field_timeout" },
    { "ansible_stats_vars", "ansible_stats_vars" },
    { "publish_workspace", "publish_workspace" },
    { "take_workspace", "take_workspace" },
};

const char *const rv_lua_evm_functions[] = {
    "log",
    "vmdb",
    "create_notification",
    "hash_to_query",
    "query_to_hash",
    "datastore",
    "ldap",
    "instantiate",
    "execute",
    "execute_with_user",
    "set_state_var",
    "get_state_var",
    "state_var_exist",
    "state_var_exist?",
    "delete_state_var",
    "get_state_vars",
    "set_service_var",
    "get_service_var",
    "service_var_exists",
    "service_var_exists?",
    "delete_service_var",
    "instance_exists",
    "instance_exists?",
    "instance_create",
    "instance_get",
    "instance_find",
    "instance_update",
    "instance_delete",
    "instance_get_display_name",
    "instance_set_display_name",
    "create_notification_or_raise",
    "create_notification!",
    "enable_rbac",
    "disable_rbac",
    "rbac_enabled",
    "rbac_enabled?",
    "field_timeout",
    "ansible_stats_vars",
    "publish_workspace",
    "take_workspace",
    NULL,
};

void
rv_lua_drop_self(lua_State *L, int upvalue)
{
    if (lua_gettop(L) > 0 && lua_rawequal(L, 1, lua_upvalueindex(upvalue)))
        lua_remove(L, 1);
}

/* Upvalues: evm, the host's name. */
static int
ask_host(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    rv_lua_drop_self(L, 1);
    const char *name = lua_tostring(L, lua_upvalueindex(2));
    rv_lua_give_all(L, 1);
    RV_LUA_ASK(L, host->call(host->arg, run->spec->self, name, &run->given, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

/* What went wrong is in the log; the method goes on. */
static int
create_notification(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    rv_err err = RV_ERR_INIT;
    rv_lua_drop_self(L, 1);
    rv_lua_give_all(L, 1);
    rv_lua_charge(L, RV_LUA_STEPS_AN_ASK);
    rv_ae_clear(&run->got);
    run->in_host++;
    int code =
        host->call(host->arg, run->spec->self, "create_notification", &run->given, &run->got, &err);
    run->in_host--;
    rv_lua_check_trip(L);
    if (code < 0)
        rv_lua_log(L, "warn", err.text);
    lua_pushboolean(L, code >= 0);
    return 1;
}

static const char *
level_of(lua_State *L, const char *word)
{
    static const struct {
        const char *word, *level;
    } levels[] = { { "debug", "debug" },  { "info", "info" },   { "warn", "warn" },
                   { "warning", "warn" }, { "error", "error" }, { "err", "error" },
                   { "fatal", "error" },  { "unknown", "info" } };
    for (size_t i = 0; i < RV_COUNT(levels); i++)
        if (rv_strcaseeq(levels[i].word, word))
            return levels[i].level;
    luaL_error(L, "no log level '%s' (debug, info, warn, error)", word);
    return NULL;
}

/* level, values ...: as print does */
static int
write_log(lua_State *L, const char *level, int first)
{
    rv_lua_log(L, level, rv_lua_show_all(L, first));
    return 0;
}

static int
evm_log(lua_State *L)
{
    rv_lua_drop_self(L, 1);
    return write_log(L, level_of(L, luaL_checkstring(L, 1)), 2);
}

/* Upvalues: the logger, the level. */
static int
logger_log(lua_State *L)
{
    rv_lua_drop_self(L, 1);
    return write_log(L, lua_tostring(L, lua_upvalueindex(2)), 1);
}

static int
evm_nothing(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static void
push_logger(lua_State *L)
{
    static const char *const levels[] = { "debug", "info", "warn", "error" };
    lua_createtable(L, 0, 4);
    for (size_t i = 0; i < RV_COUNT(levels); i++) {
        lua_pushvalue(L, -1);
        lua_pushstring(L, levels[i]);
        lua_pushcclosure(L, logger_log, 2);
        lua_setfield(L, -2, levels[i]);
    }
}

/* The functions that are not the host's alone. */
static int
push_own(lua_State *L, const char *name)
{
    static const luaL_Reg own[] = {
        { "log", evm_log },
        { "vmdb", rv_lua_evm_vmdb },
        { "datastore", evm_nothing },
        { "ldap", evm_nothing },
        { "hash_to_query", rv_lua_hash_to_query },
        { "query_to_hash", rv_lua_query_to_hash },
        { "create_notification", create_notification },
    };
    for (size_t i = 0; i < RV_COUNT(own); i++) {
        if (strcmp(own[i].name, name) == 0) {
            lua_pushvalue(L, 1);
            lua_pushcclosure(L, own[i].func, 1);
            return 1;
        }
    }
    return 0;
}

static int
push_asked(lua_State *L, const char *name)
{
    for (size_t i = 0; i < RV_COUNT(asked); i++) {
        if (strcmp(asked[i].name, name) == 0) {
            lua_pushvalue(L, 1);
            lua_pushstring(L, asked[i].call);
            lua_pushcclosure(L, ask_host, 2);
            return 1;
        }
    }
    return 0;
}

static void
push_found(lua_State *L, const char *path)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    int64_t number = 0;
    RV_LUA_ASK(L, host->find(host->arg, run->spec->self, path, &number, &err));
    rv_lua_push_object(L, number);
}

/* All objects below the one on top, itself first, into the list below it; takes it. */
static void
collect_objects(lua_State *L, int list)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    lua_pushvalue(L, -1);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
    int64_t number = rv_lua_check_handle(L, -1, RV_HANDLE_OBJECT)->id;
    luaL_checkstack(L, 6, "objects are nested too deep");
    RV_LUA_ASK(L, host->children(host->arg, number, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        collect_objects(L, list);
    }
    lua_pop(L, 2);
}

static void
push_objects(lua_State *L)
{
    lua_createtable(L, 8, 0);
    int list = lua_gettop(L);
    push_found(L, "/");
    if (lua_isnil(L, -1))
        lua_pop(L, 1);
    else
        collect_objects(L, list);
}

static int
push_place(lua_State *L, const char *name)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    struct rv_script_object object = { 0 };
    RV_LUA_ASK(L, host->describe(host->arg, run->spec->self, &object, &err));
    if (strcmp(name, "current_namespace") == 0)
        lua_pushstring(L, object.namespace_path);
    else if (strcmp(name, "current_class") == 0)
        lua_pushstring(L, object.class_name);
    else if (strcmp(name, "current_instance") == 0)
        lua_pushstring(L, object.instance_name);
    else if (strcmp(name, "current_message") == 0)
        lua_pushstring(L, object.message);
    else
        return 0;
    return 1;
}

/* What may differ from one look to the next is not kept. */
static int
push_property(lua_State *L, const char *name)
{
    const struct rv_lua_run *run = rv_lua_run_of(L);
    if (strcmp(name, "root") == 0)
        push_found(L, "/");
    else if (strcmp(name, "object") == 0 || strcmp(name, "current") == 0 ||
             strcmp(name, "current_object") == 0)
        rv_lua_push_object(L, run->spec->self);
    else if (strcmp(name, "parent") == 0)
        push_found(L, "..");
    else if (strcmp(name, "objects") == 0)
        push_objects(L);
    else if (strcmp(name, "current_method") == 0)
        lua_pushstring(L, run->spec->method->name);
    else
        return push_place(L, name);
    return 1;
}

static void
push_inputs(lua_State *L)
{
    const struct rv_script_run *spec = rv_lua_run_of(L)->spec;
    if (spec->inputs && spec->inputs->type == RV_AE_MAP)
        rv_lua_push_value(L, spec->inputs);
    else
        lua_createtable(L, 0, 0);
}

static int
miss_member(lua_State *L, const char *name)
{
    const char *names[RV_COUNT(rv_lua_evm_properties) + RV_COUNT(rv_lua_evm_functions)];
    size_t count = 0;
    for (size_t i = 0; rv_lua_evm_properties[i]; i++)
        names[count++] = rv_lua_evm_properties[i];
    for (size_t i = 0; rv_lua_evm_functions[i]; i++)
        names[count++] = rv_lua_evm_functions[i];
    names[count] = NULL;
    const char *nearest = rv_nearest(name, names);
    if (nearest)
        return luaL_error(L, "evm has no '%s'; did you mean '%s'?", name, nearest);
    return luaL_error(L, "evm has no '%s'", name);
}

static int
index_evm(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);
    lua_settop(L, 2);
    if (push_property(L, name))
        return 1;
    if (strcmp(name, "inputs") == 0)
        push_inputs(L);
    else if (strcmp(name, "logger") == 0)
        push_logger(L);
    else if (!push_own(L, name) && !push_asked(L, name))
        return miss_member(L, name);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    return 1;
}

static int
set_evm(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const char *name = luaL_checkstring(L, 2);
    if (strcmp(name, "prepend_namespace") != 0)
        return luaL_error(L, "evm.%s cannot be set", name);
    rv_lua_give_all(L, 3);
    RV_LUA_ASK(L, host->call(host->arg, run->spec->self, name, &run->given, &run->got, &err));
    return 0;
}

void
rv_lua_evm_open(lua_State *L)
{
    static const luaL_Reg methods[] = { { "__index", index_evm },
                                        { "__newindex", set_evm },
                                        { NULL, NULL } };
    lua_createtable(L, 0, 8);
    lua_createtable(L, 0, 3);
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "evm");
}
