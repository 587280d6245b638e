/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the model: evm.vmdb("vm") finds them, row.NAME is a column or what it is associated with,
 * row:verb() acts. What there is comes from the dictionary, by way of the host; a row is its kind
 * and its id, read anew each time.
 */
#include "script/lua/evm_query.h"

#include <lauxlib.h>
#include <string.h>
#include "base/text.h"
#include "script/lua/evm.h"
#include "script/lua/handles.h"
#include "script/lua/model.h"
#include "script/lua/show.h"
#include "script/lua/value.h"

/* What acts on any kind of row; the rest of the verbs are the host's. */
static const char *const verbs[] = { "tag_assign", "tag_unassign", "tagged_with", "tagged_with?",
                                     "tags",       "reload",       NULL };

const char *const rv_lua_row_members[] = {
    "associations", "class_name",   "columns",  "id",
    "inspect",      "inspect_all",  "kind",     "reload",
    "tag_assign",   "tag_unassign", "taggable", "taggable?",
    "tagged_with",  "tagged_with?", "tags",     "virtual_column_names",
    NULL,
};

static const struct rv_lua_handle *
self_of(lua_State *L)
{
    return rv_lua_check_handle(L, 1, RV_HANDLE_ROW);
}

/* Leaves what the kind has of a sort as a list on the stack. */
static void
push_names(lua_State *L, const char *kind, const char *what)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    RV_LUA_ASK(L, host->names(host->arg, kind, what, &run->got, &err));
    rv_lua_push_value(L, &run->got);
}

static int
in_list(lua_State *L, const char *name)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    int found = 0;
    for (lua_Integer i = 1; i <= count && !found; i++) {
        lua_rawgeti(L, -1, i);
        found = strcmp(lua_tostring(L, -1), name) == 0;
        lua_pop(L, 1);
    }
    return found;
}

/* Upvalue: the verb. */
static int
act(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const char *verb = lua_tostring(L, lua_upvalueindex(1));
    const struct rv_lua_handle *row = rv_lua_test_handle(L, 1, RV_HANDLE_ROW);
    if (!row)
        return luaL_error(L, "'%s' is called with a colon: row:%s()", verb, verb);
    rv_lua_give_all(L, 2);
    RV_LUA_ASK(L, host->act(host->arg, row->kind, row->id, verb, &run->given, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

/* Rows are read anew each time, so that there is nothing to do but to look whether it is there. */
static int
reload(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const struct rv_lua_handle *row = self_of(L);
    RV_LUA_ASK(L, host->column(host->arg, row->kind, row->id, "id", &run->got, &err));
    lua_settop(L, 1);
    return 1;
}

/* A table of all columns. */
static void
push_all_columns(lua_State *L, const struct rv_lua_handle *row)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    push_names(L, row->kind, "columns");
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    lua_createtable(L, 0, (int)count);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -2, i);
        const char *name = lua_tostring(L, -1);
        RV_LUA_ASK(L, host->column(host->arg, row->kind, row->id, name, &run->got, &err));
        rv_lua_push_value(L, &run->got);
        lua_rawset(L, -3);
    }
}

static void
push_inspection(lua_State *L, const struct rv_lua_handle *row)
{
    luaL_Buffer out;
    int named = lua_gettop(L) + 1, values = named + 1;
    push_all_columns(L, row);
    lua_pushfstring(L, "%s %I", row->kind, (LUAI_UACINT)row->id);
    lua_Integer count = (lua_Integer)lua_rawlen(L, named);
    luaL_buffinit(L, &out);
    luaL_addstring(&out, lua_tostring(L, values + 1));
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, named, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, values);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 2);
            continue;
        }
        rv_lua_show(L, -1, NULL);
        lua_remove(L, -2);
        lua_pushfstring(L, "%s%s=%s", i == 1 ? ": " : ", ", lua_tostring(L, -2),
                        lua_tostring(L, -1));
        lua_insert(L, -3);
        lua_pop(L, 2);
        luaL_addvalue(&out);
    }
    luaL_pushresult(&out);
}

static int
push_member(lua_State *L, const struct rv_lua_handle *row, const char *name)
{
    for (size_t i = 0; verbs[i]; i++) {
        if (strcmp(verbs[i], name) != 0)
            continue;
        lua_pushstring(L, strcmp(name, "tagged_with?") == 0 ? "tagged_with" : name);
        lua_pushcclosure(L, strcmp(name, "reload") == 0 ? reload : act, 1);
        return 1;
    }
    if (strcmp(name, "id") == 0)
        lua_pushinteger(L, row->id);
    else if (strcmp(name, "kind") == 0 || strcmp(name, "class_name") == 0)
        lua_pushstring(L, row->kind);
    else if (strcmp(name, "columns") == 0 || strcmp(name, "associations") == 0)
        push_names(L, row->kind, name);
    else if (strcmp(name, "virtual_column_names") == 0)
        push_names(L, row->kind, "virtual_columns");
    else if (strcmp(name, "taggable") == 0 || strcmp(name, "taggable?") == 0) {
        push_names(L, row->kind, "associations");
        lua_pushboolean(L, in_list(L, "tags"));
    } else if (strcmp(name, "inspect_all") == 0)
        push_all_columns(L, row);
    else if (strcmp(name, "inspect") == 0)
        push_inspection(L, row);
    else
        return 0;
    return 1;
}

/* Adds the list on top to names; leaves it there, since the names are its. */
static size_t
add_names(lua_State *L, const char **names, size_t count, size_t size)
{
    lua_Integer more = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= more && count < size; i++) {
        lua_rawgeti(L, -1, i);
        names[count++] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return count;
}

static int
miss_column(lua_State *L, const char *kind, const char *name)
{
    static const char *const sorts[] = { "columns", "virtual_columns", "associations", "verbs" };
    const char *names[512];
    size_t count = 0;
    for (size_t i = 0; i < RV_COUNT(sorts); i++) {
        push_names(L, kind, sorts[i]);
        count = add_names(L, names, count, RV_COUNT(names) - RV_COUNT(verbs) * 4);
    }
    for (size_t i = 0; rv_lua_row_members[i]; i++)
        names[count++] = rv_lua_row_members[i];
    names[count] = NULL;
    const char *nearest = rv_nearest(name, names);
    if (nearest)
        return luaL_error(L, "%s has no column, association or method '%s'; did you mean '%s'?",
                          kind, name, nearest);
    return luaL_error(L, "%s has no column, association or method '%s'", kind, name);
}

static int
index_row(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const struct rv_lua_handle *row = self_of(L);
    const char *name = luaL_checkstring(L, 2);
    if (push_member(L, row, name))
        return 1;
    rv_err err = RV_ERR_INIT;
    rv_lua_charge(L, RV_LUA_STEPS_AN_ASK);
    rv_ae_clear(&run->got);
    run->in_host++;
    int code = host->column(host->arg, row->kind, row->id, name, &run->got, &err);
    run->in_host--;
    if (code != RV_E_NOT_FOUND) {
        rv_lua_asked(L, code, &err);
        rv_lua_push_value(L, &run->got);
        return 1;
    }
    push_names(L, row->kind, "verbs");
    if (!in_list(L, name))
        return miss_column(L, row->kind, name);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, act, 1);
    return 1;
}

/* vm.owner = user: a verb "owner=" */
static int
set_row(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const struct rv_lua_handle *row = self_of(L);
    const char *name = luaL_checkstring(L, 2);
    const char *verb = lua_pushfstring(L, "%s=", name);
    push_names(L, row->kind, "verbs");
    if (!in_list(L, verb))
        return luaL_error(L, "%s of %s is read-only", name, row->kind);
    lua_pushvalue(L, 3);
    rv_lua_give_all(L, lua_gettop(L));
    RV_LUA_ASK(L, host->act(host->arg, row->kind, row->id, verb, &run->given, &run->got, &err));
    return 0;
}

static int
same_row(lua_State *L)
{
    const struct rv_lua_handle *a = rv_lua_test_handle(L, 1, RV_HANDLE_ROW);
    const struct rv_lua_handle *b = rv_lua_test_handle(L, 2, RV_HANDLE_ROW);
    lua_pushboolean(L, a && b && a->id == b->id && strcmp(a->kind, b->kind) == 0);
    return 1;
}

static int
show_row(lua_State *L)
{
    const struct rv_lua_handle *row = self_of(L);
    lua_pushfstring(L, "%s %I", row->kind, (LUAI_UACINT)row->id);
    return 1;
}

const luaL_Reg rv_lua_row_methods[] = {
    { "__index", index_row }, { "__newindex", set_row },
    { "__eq", same_row },     { "__tostring", show_row },
    { NULL, NULL },
};
