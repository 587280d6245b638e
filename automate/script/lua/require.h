/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules: methods of the datastore that others load.
 */
#ifndef RV_LUA_REQUIRE_H
#define RV_LUA_REQUIRE_H

#include <lua.h>

/* require("/Common/util"): the method of that path, with override, is run once in a run; what it
 * returns (true when nothing) is what each require gives. */
int rv_lua_require(lua_State *L);
/* Those that the method embeds: each a global by the last part of its path. */
void rv_lua_embed(lua_State *L, int environment);

#endif
