/* SPDX-License-Identifier: Apache-2.0
 *
 * Random numbers: a generator for each run, since liblua's keeps its state in a closure.
 */
#include "script/lua/libs.h"

#include "base/clock.h"
#include "script/lua/run.h"

/* splitmix64 */
static uint64_t
next(struct rv_lua_run *run)
{
    if (run->random == 0)
        run->random = (uint64_t)rv_monotonic_us() * 0x9E3779B97F4A7C15u ^ (uintptr_t)run;
    uint64_t z = run->random += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* random(): [0,1); random(n): 1 to n; random(m, n); random(0): all bits. */
static int
math_random(lua_State *L)
{
    uint64_t bits = next(rv_lua_run_of(L));
    lua_Integer low = 1, high;
    int count = lua_gettop(L);
    if (count == 0) {
        lua_pushnumber(L, (lua_Number)(bits >> 11) * 0x1p-53);
        return 1;
    }
    high = luaL_checkinteger(L, count == 1 ? 1 : 2);
    if (count == 1 && high == 0) {
        lua_pushinteger(L, (lua_Integer)bits);
        return 1;
    }
    if (count > 1)
        low = luaL_checkinteger(L, 1);
    luaL_argcheck(L, low <= high, count == 1 ? 1 : 2, "interval is empty");
    uint64_t span = (uint64_t)high - (uint64_t)low + 1;
    if (span)
        bits = (uint64_t)(((unsigned __int128)bits * span) >> 64);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + bits));
    return 1;
}

static int
math_randomseed(lua_State *L)
{
    lua_Integer seed = luaL_optinteger(L, 1, 0);
    rv_lua_run_of(L)->random = (uint64_t)seed * 2 + 1;
    return 0;
}

const luaL_Reg rv_lua_math[] = {
    { "random", math_random },
    { "randomseed", math_randomseed },
    { NULL, NULL },
};
