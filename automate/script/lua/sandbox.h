/* SPDX-License-Identifier: Apache-2.0
 *
 * The environment of a method, by a list of what is allowed.
 */
#ifndef RV_LUA_SANDBOX_H
#define RV_LUA_SANDBOX_H

#include <lua.h>
#include "base/buf.h"

/* Once a process: where liblua has the functions that are let through. */
void rv_lua_sandbox_prepare(void);
/* One of those, by its name. */
lua_CFunction rv_lua_borrowed(const char *library, const char *name);
/* Leaves the table of globals on the stack. */
void rv_lua_sandbox_push(lua_State *L);
/* Whether a method has a global of this name; environment: index of the table of globals. */
int rv_lua_is_global(lua_State *L, int environment, const char *name);
/* Names of the libraries that are made when they are first asked for, NULL at the end. */
extern const char *const rv_lua_late[];
/* The name in the table on top that is nearest to this one, pushed; nil when none is near. */
void rv_lua_push_nearest(lua_State *L, const char *name);

#endif
