/* SPDX-License-Identifier: Apache-2.0
 *
 * What the environment of a method is made of. Each opener pushes one table; each list of functions
 * takes the place of liblua's of the same names, or stands beside them.
 */
#ifndef RV_LUA_LIBS_H
#define RV_LUA_LIBS_H

#include <lauxlib.h>
#include <lua.h>

extern const luaL_Reg rv_lua_base[];
extern const luaL_Reg rv_lua_string[];
extern const luaL_Reg rv_lua_table[];
extern const luaL_Reg rv_lua_math[];

void rv_lua_push_base64(lua_State *L);
void rv_lua_push_email(lua_State *L);
void rv_lua_push_http(lua_State *L);
void rv_lua_push_json(lua_State *L);
void rv_lua_push_regex(lua_State *L);
void rv_lua_push_time(lua_State *L);
void rv_lua_push_yaml(lua_State *L);

#endif
