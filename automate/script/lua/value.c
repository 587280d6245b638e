/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of Lua become values of automate and back. No metamethod is called on the way, so that
 * nothing of the script runs while a value is half made; depth, number and bytes have ceilings, so
 * that a table which contains itself is an error.
 */
#include "script/lua/value.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "script/lua/handles.h"
#include "script/lua/lists.h"

enum { BYTES_MAX = 4 << 20 };

static const char *const type_names[] = { "object",   "row",   "model", "time",
                                          "password", "regex", "null" };

struct rv_lua_handle *
rv_lua_push_handle(lua_State *L, enum rv_lua_handle_type type, size_t extra)
{
    struct rv_lua_handle *handle = lua_newuserdatauv(L, sizeof(*handle) + extra, 0);
    *handle = (struct rv_lua_handle){ .type = (int)type };
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &type_names[type]) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 8);
        luaL_setfuncs(L, rv_lua_handle_methods[type], 0);
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pushstring(L, type_names[type]);
        lua_setfield(L, -2, "__name");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &type_names[type]);
    }
    lua_setmetatable(L, -2);
    return handle;
}

struct rv_lua_handle *
rv_lua_test_handle(lua_State *L, int index, enum rv_lua_handle_type type)
{
    struct rv_lua_handle *handle = lua_touserdata(L, index);
    if (!handle || lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &type_names[type]);
    int same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? handle : NULL;
}

struct rv_lua_handle *
rv_lua_check_handle(lua_State *L, int index, enum rv_lua_handle_type type)
{
    struct rv_lua_handle *handle = rv_lua_test_handle(L, index, type);
    if (!handle)
        luaL_typeerror(L, index, type_names[type]);
    return handle;
}

static void
push_items(lua_State *L, const struct rv_ae_value *value)
{
    int list = value->type == RV_AE_LIST;
    luaL_checkstack(L, 4, "values are nested too deep");
    lua_createtable(L, list ? value->len : 0, list ? 0 : value->len);
    for (int32_t i = 0; i < value->len; i++) {
        if (!list)
            lua_pushstring(L, value->v.items[i].key);
        rv_lua_push_value(L, &value->v.items[i]);
        if (list)
            lua_rawseti(L, -2, i + 1);
        else
            lua_rawset(L, -3);
    }
    if (list && value->len == 0)
        rv_lua_mark_list(L);
}

void
rv_lua_push_value(lua_State *L, const struct rv_ae_value *value)
{
    struct rv_lua_handle *handle;
    switch (value->type) {
    case RV_AE_BOOL:
        lua_pushboolean(L, (int)value->v.i);
        return;
    case RV_AE_INT:
        lua_pushinteger(L, value->v.i);
        return;
    case RV_AE_DOUBLE:
        lua_pushnumber(L, value->v.d);
        return;
    case RV_AE_TEXT:
    case RV_AE_SYMBOL:
        lua_pushlstring(L, value->v.text, (size_t)value->len);
        return;
    case RV_AE_LIST:
    case RV_AE_MAP:
        push_items(L, value);
        return;
    case RV_AE_STAMP:
        rv_lua_push_handle(L, RV_HANDLE_TIME, 0)->id = value->v.i;
        return;
    case RV_AE_NODE:
        rv_lua_push_handle(L, RV_HANDLE_OBJECT, 0)->id = value->v.i;
        return;
    case RV_AE_ROW:
        handle = rv_lua_push_handle(L, RV_HANDLE_ROW, 0);
        handle->kind = value->v.row.kind;
        handle->id = value->v.row.id;
        return;
    case RV_AE_SECRET:
        handle = rv_lua_push_handle(L, RV_HANDLE_SECRET, (size_t)value->len + 1);
        memcpy(rv_lua_handle_text(handle), value->v.text, (size_t)value->len);
        rv_lua_handle_text(handle)[value->len] = '\0';
        handle->id = value->len;
        return;
    default:
        lua_pushnil(L);
        return;
    }
}

struct giver {
    lua_State *L;
    int depth;
    int64_t items, bytes;
};

static void
count_bytes(struct giver *g, size_t bytes)
{
    g->bytes += (int64_t)bytes;
    if (g->bytes > BYTES_MAX)
        luaL_error(g->L, "a value of more than %d MiB cannot be handed over", BYTES_MAX >> 20);
}

static void
give_text(struct giver *g, struct rv_ae_value *out)
{
    size_t len;
    const char *text = lua_tolstring(g->L, -1, &len);
    count_bytes(g, len);
    if (!rv_utf8_valid(text, len))
        luaL_error(g->L, "a text that is not UTF-8 cannot be handed over (base64.encode makes it "
                         "one)");
    *out = rv_ae_vtext_len(text, len);
}

static void
give_number(struct giver *g, struct rv_ae_value *out)
{
    if (lua_isinteger(g->L, -1)) {
        *out = rv_ae_vint(lua_tointeger(g->L, -1));
        return;
    }
    double number = lua_tonumber(g->L, -1);
    if (!isfinite(number))
        luaL_error(g->L, "%s cannot be handed over", isnan(number) ? "nan" : "an infinite number");
    *out = rv_ae_vdouble(number);
}

static void
give_handle(struct giver *g, struct rv_ae_value *out)
{
    struct rv_lua_handle *handle;
    if ((handle = rv_lua_test_handle(g->L, -1, RV_HANDLE_OBJECT)))
        *out = rv_ae_vnode(handle->id);
    else if ((handle = rv_lua_test_handle(g->L, -1, RV_HANDLE_ROW)))
        *out = rv_ae_vrow(handle->kind, handle->id);
    else if ((handle = rv_lua_test_handle(g->L, -1, RV_HANDLE_TIME)))
        *out = rv_ae_vstamp(handle->id);
    else if ((handle = rv_lua_test_handle(g->L, -1, RV_HANDLE_SECRET))) {
        *out = rv_ae_vtext_len(rv_lua_handle_text(handle), (size_t)handle->id);
        out->type = RV_AE_SECRET;
    } else if (!rv_lua_test_handle(g->L, -1, RV_HANDLE_NULL))
        luaL_error(g->L, "a %s cannot be handed over", luaL_typename(g->L, -1));
}

int
rv_lua_is_list(lua_State *L, int index, int64_t *count)
{
    index = lua_absindex(L, index);
    int64_t named = 0, counted = 0, highest = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_isinteger(L, -1) && lua_tointeger(L, -1) > 0) {
            counted++;
            if (lua_tointeger(L, -1) > highest)
                highest = lua_tointeger(L, -1);
        } else if (lua_type(L, -1) == LUA_TSTRING) {
            named++;
        } else {
            return luaL_error(L, "a table with a %s as key cannot be handed over",
                              luaL_typename(L, -1));
        }
        if (named + counted > RV_AE_ITEMS_MAX)
            return luaL_error(L, "more than %d values cannot be handed over", RV_AE_ITEMS_MAX);
    }
    if (named && counted)
        return luaL_error(L, "a table with names and positions cannot be handed over");
    if (counted != highest)
        return luaL_error(L, "a list with holes cannot be handed over (position %I of %I)",
                          (LUAI_UACINT)highest, (LUAI_UACINT)counted);
    *count = counted;
    return counted > 0 || (named == 0 && rv_lua_is_marked_list(L, index));
}

static void give_top(struct giver *g, struct rv_ae_value *out);

/* A map is filled as a list, whose items get their keys: keys of a table differ. */
static void
give_table(struct giver *g, struct rv_ae_value *out)
{
    lua_State *L = g->L;
    int64_t count;
    int list = rv_lua_is_list(L, -1, &count);
    if (++g->depth > RV_AE_DEPTH_MAX)
        luaL_error(L,
                   "a table nested deeper than %d cannot be handed over (does it contain "
                   "itself?)",
                   RV_AE_DEPTH_MAX);
    luaL_checkstack(L, 4, "tables are nested too deep");
    char *key = out->key;
    *out = rv_ae_vlist();
    out->key = key;
    lua_pushnil(L);
    for (int64_t i = 1; list ? i <= count : lua_next(L, -2); i++) {
        struct rv_ae_value none = RV_AE_VNIL;
        if (!list && i > RV_AE_NAMES_MAX)
            luaL_error(L, "a table with more than %d names cannot be handed over", RV_AE_NAMES_MAX);
        if (list)
            lua_rawgeti(L, -2, i);
        rv_ae_append(out, &none);
        struct rv_ae_value *item = &out->v.items[out->len - 1];
        if (!list) {
            size_t len;
            const char *name = lua_tolstring(L, -2, &len);
            count_bytes(g, len);
            if (!rv_utf8_valid(name, len))
                luaL_error(L, "a name that is not UTF-8 cannot be handed over");
            item->key = rv_strndup(name, len);
        }
        give_top(g, item);
        lua_pop(L, 1);
    }
    if (list)
        lua_pop(L, 1);
    else
        out->type = RV_AE_MAP;
    g->depth--;
}

/* *out is reachable from run->given from the start, so that an error leaves nothing behind. */
static void
give_top(struct giver *g, struct rv_ae_value *out)
{
    char *key = out->key;
    if (++g->items > RV_AE_ITEMS_MAX)
        luaL_error(g->L, "more than %d values cannot be handed over", RV_AE_ITEMS_MAX);
    switch (lua_type(g->L, -1)) {
    case LUA_TNIL:
        break;
    case LUA_TBOOLEAN:
        *out = rv_ae_vbool(lua_toboolean(g->L, -1));
        break;
    case LUA_TNUMBER:
        give_number(g, out);
        break;
    case LUA_TSTRING:
        give_text(g, out);
        break;
    case LUA_TTABLE:
        give_table(g, out);
        break;
    case LUA_TUSERDATA:
        give_handle(g, out);
        break;
    default:
        luaL_error(g->L, "a %s cannot be handed over", luaL_typename(g->L, -1));
    }
    out->key = key;
}

struct rv_ae_value *
rv_lua_give(lua_State *L, int index)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    struct giver g = { .L = L };
    rv_ae_clear(&run->given);
    lua_pushvalue(L, index);
    give_top(&g, &run->given);
    lua_pop(L, 1);
    return &run->given;
}

struct rv_ae_value *
rv_lua_give_all(lua_State *L, int first)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    struct giver g = { .L = L };
    int last = lua_gettop(L);
    rv_ae_clear(&run->given);
    run->given = rv_ae_vlist();
    for (int i = first; i <= last; i++) {
        struct rv_ae_value none = RV_AE_VNIL;
        rv_ae_append(&run->given, &none);
        lua_pushvalue(L, i);
        give_top(&g, &run->given.v.items[run->given.len - 1]);
        lua_pop(L, 1);
    }
    return &run->given;
}

void
rv_lua_asked(lua_State *L, int code, const rv_err *err)
{
    if (code < 0)
        rv_lua_raise(L, err);
    rv_lua_check_trip(L);
}

enum { SCRATCH_MAX = 16 << 20 };

rv_buf *
rv_lua_scratch(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    if (run->scratch.limit == 0)
        run->scratch = rv_buf_limited(SCRATCH_MAX);
    rv_buf_reset(&run->scratch);
    return &run->scratch;
}

void
rv_lua_push_scratch(lua_State *L)
{
    const rv_buf *out = &rv_lua_run_of(L)->scratch;
    if (out->failed)
        luaL_error(L, "a text of more than %d MiB", SCRATCH_MAX >> 20);
    lua_pushlstring(L, rv_buf_text(out), out->len);
}
