/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be done with each type of handle: its metamethods.
 */
#ifndef RV_LUA_HANDLES_H
#define RV_LUA_HANDLES_H

#include <lauxlib.h>

extern const luaL_Reg *const rv_lua_handle_methods[]; /* by enum rv_lua_handle_type */

extern const luaL_Reg rv_lua_object_methods[];
extern const luaL_Reg rv_lua_row_methods[];
extern const luaL_Reg rv_lua_model_methods[];
extern const luaL_Reg rv_lua_time_methods[];
extern const luaL_Reg rv_lua_regex_methods[];

#endif
