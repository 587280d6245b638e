/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of test files, in Lua: it says itself what they do.
 */
#include "script/lua/expect.h"

#include <lauxlib.h>
#include "script/lua/value.h"

static const char prelude[] =
    "local ask = ...\n"
    "local function same(a, b)\n"
    "  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end\n"
    "  for k, v in pairs(a) do if not same(v, b[k]) then return false end end\n"
    "  for k in pairs(b) do if a[k] == nil then return false end end\n"
    "  return true\n"
    "end\n"
    "local function show(v)\n"
    "  if type(v) == 'string' then return \"'\" .. v .. \"'\" end\n"
    "  if type(v) ~= 'table' then return tostring(v) end\n"
    "  local ok, text = pcall(json.encode, v)\n"
    "  return ok and text or tostring(v)\n"
    "end\n"
    "local function has(whole, part)\n"
    "  if type(whole) == 'string' then return whole:find(part, 1, true) ~= nil end\n"
    "  for _, v in pairs(whole) do if same(v, part) then return true end end\n"
    "  return false\n"
    "end\n"
    "local function fail(...) error(table.concat({ ... }, ' '), 3) end\n"
    "local words = {}\n"
    "function words.is(v, x) if not same(v, x) then fail('expected', show(x) .. ', got', show(v)) "
    "end "
    "end\n"
    "function words.is_not(v, x) if same(v, x) then fail('did not expect', show(v)) end end\n"
    "function words.is_nil(v) if v ~= nil then fail('expected nil, got', show(v)) end end\n"
    "function words.is_true(v) if v ~= true then fail('expected true, got', show(v)) end end\n"
    "function words.is_false(v) if v ~= false then fail('expected false, got', show(v)) end end\n"
    "function words.has(v, x)\n"
    "  if type(v) ~= 'string' and type(v) ~= 'table' then fail(show(v), 'has nothing in it') end\n"
    "  if not has(v, x) then fail(show(x), 'is not in', show(v)) end\n"
    "end\n"
    "function words.has_not(v, x) if has(v, x) then fail(show(x), 'is in', show(v)) end end\n"
    "function words.matches(v, p)\n"
    "  if not tostring(v):match(p) then fail(show(v), 'does not match', show(p)) end\n"
    "end\n"
    "function words.raises(f, text)\n"
    "  local ok, e = pcall(f)\n"
    "  if ok then fail('expected an error') end\n"
    "  if text and not tostring(e):find(text, 1, true) then\n"
    "    fail('expected an error with', show(text) .. ', got', show(e))\n"
    "  end\n"
    "end\n"
    "local function expect(value)\n"
    "  return setmetatable({}, { __index = function(_, word)\n"
    "    local check = words[word]\n"
    "    if not check then error(\"expect has no '\" .. tostring(word) .. \"' (is, is_not, is_nil, "
    "\"\n"
    "      .. \"is_true, is_false, has, has_not, matches, raises)\", 2) end\n"
    "    return function(...) return check(value, ...) end\n"
    "  end })\n"
    "end\n"
    "local function test(name, f)\n"
    "  ask('test_world', {})\n"
    "  local ok, e = pcall(f)\n"
    "  ask('test_done', name, not ok and tostring(e) or nil)\n"
    "end\n"
    "return { test = test, expect = expect }, {\n"
    "  mock = function(world) ask('test_world', world) end,\n"
    "  run = function() return ask('test_run') end,\n"
    "  calls = function() return ask('test_calls') end,\n"
    "  lines = function() return ask('test_lines') end,\n"
    "  state_vars = function() return ask('test_state_vars') end,\n"
    "}\n";

static int
ask_host(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    const struct rv_script_host *host = run->host;
    const char *name = luaL_checkstring(L, 1);
    rv_lua_give_all(L, 2);
    RV_LUA_ASK(L, host->call(host->arg, run->spec->self, name, &run->given, &run->got, &err));
    rv_lua_push_value(L, &run->got);
    return 1;
}

/* All of the table on top goes into the one at index; takes it. */
static void
move_all(lua_State *L, int index)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, index);
    }
    lua_pop(L, 1);
}

/* The words see the environment through their own global table, before it is closed to others. */
void
rv_lua_add_expectations(lua_State *L)
{
    int environment = lua_gettop(L);
    lua_pushvalue(L, environment);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    if (luaL_loadbufferx(L, prelude, sizeof(prelude) - 1, "=expect", "t") != LUA_OK)
        lua_error(L);
    lua_pushcfunction(L, ask_host);
    lua_call(L, 1, 2);
    lua_getfield(L, environment, "evm");
    lua_insert(L, -2);
    move_all(L, lua_gettop(L) - 1);
    lua_pop(L, 1);
    move_all(L, environment);
}
