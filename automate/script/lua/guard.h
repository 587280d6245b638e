/* SPDX-License-Identifier: Apache-2.0
 *
 * Base functions that could be used against the host, as they are given to scripts.
 */
#ifndef RV_LUA_GUARD_H
#define RV_LUA_GUARD_H

#include <lua.h>

/* The error value by which exit() leaves; its code is in the run. */
void *rv_lua_exit_key(void);
/* Message handler of pcall: puts the whole place in front of a text. */
int rv_lua_explain(lua_State *L);

#endif
