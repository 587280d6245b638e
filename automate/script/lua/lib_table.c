/* SPDX-License-Identifier: Apache-2.0
 *
 * The table library. liblua's loops run in C as far as `#t` says, and a table of 63 entries can
 * make it say 2^62: here each step is paid for before it is taken, and metamethods of length have
 * no say. Sorting is a heap sort, whose work no order function can change.
 */
#include "script/lua/libs.h"

#include <limits.h>
#include <string.h>
#include "script/lua/run.h"

static lua_Integer
length_of(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    return (lua_Integer)lua_rawlen(L, index);
}

/* A loop from first to last; raises when the run cannot afford it. */
static void
charge_range(lua_State *L, lua_Integer first, lua_Integer last)
{
    if (last < first)
        return;
    lua_Unsigned steps = (lua_Unsigned)last - (lua_Unsigned)first;
    rv_lua_charge(L, steps > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)steps + 1);
}

static int
table_insert(lua_State *L)
{
    lua_Integer end = (lua_Integer)((lua_Unsigned)length_of(L, 1) + 1), at = end;
    int count = lua_gettop(L);
    if (count != 2 && count != 3)
        return luaL_error(L, "wrong number of arguments to 'insert'");
    if (count == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)at - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        charge_range(L, at, end);
        for (lua_Integer i = end; i > at; i--) {
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
    }
    lua_seti(L, 1, at);
    return 0;
}

static int
table_remove(lua_State *L)
{
    lua_Integer size = length_of(L, 1), at = luaL_optinteger(L, 2, size);
    if (at != size) /* one behind the last may be taken, too */
        luaL_argcheck(L, (lua_Unsigned)at - 1u <= (lua_Unsigned)size, 2, "position out of bounds");
    charge_range(L, at, size);
    lua_geti(L, 1, at);
    for (; at < size; at++) {
        lua_geti(L, 1, at + 1);
        lua_seti(L, 1, at);
    }
    lua_pushnil(L);
    lua_seti(L, 1, at);
    return 1;
}

static int
table_move(lua_State *L)
{
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, target, LUA_TTABLE);
    if (last >= first) {
        luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3,
                      "too many elements to move");
        lua_Integer count = last - first + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        charge_range(L, first, last);
        int forward = to > last || to <= first || (target != 1 && !lua_rawequal(L, 1, target));
        for (lua_Integer n = 0; n < count; n++) {
            lua_Integer i = forward ? n : count - 1 - n;
            lua_geti(L, 1, first + i);
            lua_seti(L, target, to + i);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static int
table_concat(lua_State *L)
{
    size_t separator_len;
    lua_Integer size = length_of(L, 1);
    const char *separator = luaL_optlstring(L, 2, "", &separator_len);
    lua_Integer first = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, size);
    charge_range(L, first, last);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (lua_Integer i = first; i <= last; i++) {
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1))
            return luaL_error(L, "invalid value (a %s, at index %I) in table for 'concat'",
                              luaL_typename(L, -1), (LUAI_UACINT)i);
        luaL_addvalue(&out);
        if (i == last)
            break; /* last may be the largest integer */
        luaL_addlstring(&out, separator, separator_len);
    }
    luaL_pushresult(&out);
    return 1;
}

static int
table_unpack(lua_State *L)
{
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? length_of(L, 1) : luaL_checkinteger(L, 3);
    if (first > last)
        return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
    if (count >= INT_MAX || !lua_checkstack(L, (int)++count))
        return luaL_error(L, "too many results to unpack");
    charge_range(L, first, last);
    for (lua_Unsigned i = 0; i < count; i++)
        lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    return (int)count;
}

static int
table_pack(lua_State *L)
{
    int count = lua_gettop(L);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int i = count; i >= 1; i--)
        lua_seti(L, 1, i);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

/* What stands on top is less than what is below it, or the other way round: by the function at 2,
 * or by "<". Long texts pay for their comparison. */
static int
less(lua_State *L, int a, int b)
{
    rv_lua_charge(L, 1);
    if (lua_isnoneornil(L, 2)) {
        if (lua_type(L, a) == LUA_TSTRING && lua_type(L, b) == LUA_TSTRING) {
            size_t x = lua_rawlen(L, a), y = lua_rawlen(L, b);
            rv_lua_charge(L, (int64_t)((x < y ? x : y) / 16));
        }
        return lua_compare(L, a, b, LUA_OPLT);
    }
    a = lua_absindex(L, a);
    b = lua_absindex(L, b);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a);
    lua_pushvalue(L, b);
    lua_call(L, 2, 1);
    int answer = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return answer;
}

/* The value on top goes down from `at`, to where no child is greater; takes it. */
static void
sift(lua_State *L, lua_Integer at, lua_Integer size)
{
    for (lua_Integer child = 2 * at; child <= size; at = child, child = 2 * at) {
        lua_geti(L, 1, child);
        if (child < size) {
            lua_geti(L, 1, child + 1);
            if (less(L, -2, -1)) {
                lua_remove(L, -2);
                child++;
            } else {
                lua_pop(L, 1);
            }
        }
        if (!less(L, -2, -1)) {
            lua_pop(L, 1);
            break;
        }
        lua_seti(L, 1, at);
    }
    lua_seti(L, 1, at);
}

static int
table_sort(lua_State *L)
{
    lua_Integer size = length_of(L, 1);
    luaL_argcheck(L, size < INT_MAX, 1, "array too big");
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    for (lua_Integer at = size / 2; at >= 1; at--) {
        lua_geti(L, 1, at);
        sift(L, at, size);
    }
    for (lua_Integer last = size; last > 1; last--) {
        lua_geti(L, 1, last);
        lua_geti(L, 1, 1);
        lua_seti(L, 1, last);
        sift(L, 1, last - 1);
    }
    return 0;
}

const luaL_Reg rv_lua_table[] = {
    { "concat", table_concat }, { "insert", table_insert },
    { "move", table_move },     { "pack", table_pack },
    { "remove", table_remove }, { "sort", table_sort },
    { "unpack", table_unpack }, { NULL, NULL },
};
