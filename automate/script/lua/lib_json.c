/* SPDX-License-Identifier: Apache-2.0
 *
 * json.encode, json.decode. [] and null come back as they went: an empty list carries a mark, null
 * is json.null where a table would have a hole.
 */
#include "script/lua/libs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "script/lua/json_tree.h"
#include "script/lua/lists.h"

enum { NODE_BYTES = 80 };

static char null_key, tree_key;

static int
free_tree(lua_State *L)
{
    cJSON **tree = lua_touserdata(L, 1);
    cJSON_Delete(*tree);
    *tree = NULL;
    return 0;
}

/* A place for a tree that outlives no error. */
static cJSON **
push_holder(lua_State *L)
{
    cJSON **tree = lua_newuserdatauv(L, sizeof(*tree), 0);
    *tree = NULL;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &tree_key) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 2);
        lua_pushcfunction(L, free_tree);
        lua_setfield(L, -2, "__gc");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &tree_key);
    }
    lua_setmetatable(L, -2);
    return tree;
}

void
rv_lua_push_null(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    rv_lua_push_handle(L, RV_HANDLE_NULL, 0);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
}

static void
push_number(lua_State *L, double number)
{
    if (number == floor(number) && fabs(number) <= 9007199254740992.0)
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushnumber(L, number);
}

static void
push_tree(lua_State *L, const cJSON *tree)
{
    int list = cJSON_IsArray(tree);
    luaL_checkstack(L, 4, "JSON is nested too deep");
    if (cJSON_IsNumber(tree))
        push_number(L, tree->valuedouble);
    else if (cJSON_IsBool(tree))
        lua_pushboolean(L, cJSON_IsTrue(tree));
    else if (cJSON_IsString(tree))
        lua_pushstring(L, tree->valuestring);
    else if (list || cJSON_IsObject(tree)) {
        lua_createtable(L, 0, 0);
        lua_Integer position = 0;
        for (const cJSON *item = tree->child; item; item = item->next) {
            push_tree(L, item);
            if (list)
                lua_rawseti(L, -2, ++position);
            else
                lua_setfield(L, -2, item->string);
        }
        if (list)
            rv_lua_mark_list(L);
    } else {
        rv_lua_push_null(L);
    }
}

/* What the tree of a text takes for the time of its conversion, at most. */
static size_t
tree_bytes(const char *text, size_t len)
{
    size_t nodes = 2;
    for (size_t i = 0; i < len; i++)
        nodes +=
            text[i] == ',' || text[i] == ':' || text[i] == '[' || text[i] == '{' || text[i] == '\n';
    return nodes * NODE_BYTES + len;
}

int
rv_lua_decode(lua_State *L, rv_lua_parser parse)
{
    size_t len;
    rv_err err = RV_ERR_INIT;
    const char *text = luaL_checklstring(L, 1, &len);
    rv_lua_charge(L, (int64_t)len);
    rv_lua_expect(L, tree_bytes(text, len));
    cJSON **tree = push_holder(L);
    if (parse(tree, text, len, &err))
        return rv_lua_raise(L, &err);
    push_tree(L, *tree);
    cJSON_Delete(*tree);
    *tree = NULL;
    return 1;
}

static int
parse_json(cJSON **out, const char *text, size_t len, rv_err *err)
{
    return rv_json_parse(out, text, len, RV_LUA_DOCUMENT_MAX, 0, err);
}

static int
json_decode(lua_State *L)
{
    return rv_lua_decode(L, parse_json);
}

static int
by_key(const void *a, const void *b)
{
    return strcmp(((const struct rv_ae_value *)a)->key, ((const struct rv_ae_value *)b)->key);
}

void
rv_lua_sort_map(struct rv_ae_value *map)
{
    if (map->len)
        qsort(map->v.items, (size_t)map->len, sizeof(*map->v.items), by_key);
}

static void
write_value(rv_json_writer *w, struct rv_ae_value *value)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    switch (value->type) {
    case RV_AE_NIL:
        rv_jw_null(w);
        return;
    case RV_AE_BOOL:
        rv_jw_flag(w, (int)value->v.i);
        return;
    case RV_AE_INT:
        rv_jw_int(w, value->v.i);
        return;
    case RV_AE_DOUBLE:
        rv_jw_double(w, value->v.d);
        return;
    case RV_AE_TEXT:
        rv_jw_string_len(w, value->v.text, (size_t)value->len);
        return;
    case RV_AE_LIST:
        rv_jw_array(w);
        for (int32_t i = 0; i < value->len; i++)
            write_value(w, &value->v.items[i]);
        rv_jw_end_array(w);
        return;
    case RV_AE_MAP:
        rv_lua_sort_map(value);
        rv_jw_object(w);
        for (int32_t i = 0; i < value->len; i++) {
            rv_jw_name(w, value->v.items[i].key);
            write_value(w, &value->v.items[i]);
        }
        rv_jw_end_object(w);
        return;
    default:
        rv_ae_show(&text, value);
        rv_jw_string(w, rv_buf_text(&text));
    }
}

void
rv_lua_write_json(rv_buf *out, struct rv_ae_value *value)
{
    rv_json_writer w = rv_json_to(out);
    write_value(&w, value);
}

static int
json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    struct rv_ae_value *value = rv_lua_give(L, 1);
    rv_lua_write_json(rv_lua_scratch(L), value);
    rv_lua_push_scratch(L);
    rv_lua_charge(L, (int64_t)rv_lua_run_of(L)->scratch.len);
    return 1;
}

/* json.array{...}: a list, also when it is empty. */
static int
json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_createtable(L, 0, 0);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (lua_getmetatable(L, 1) && !rv_lua_is_marked_list(L, 1))
        return luaL_error(L, "the table has a metatable");
    lua_settop(L, 1);
    rv_lua_mark_list(L);
    return 1;
}

void
rv_lua_push_json(lua_State *L)
{
    static const luaL_Reg functions[] = { { "array", json_array },
                                          { "decode", json_decode },
                                          { "encode", json_encode },
                                          { NULL, NULL } };
    lua_createtable(L, 0, 4);
    luaL_setfuncs(L, functions, 0);
    rv_lua_push_null(L);
    lua_setfield(L, -2, "null");
}
