/* SPDX-License-Identifier: Apache-2.0
 *
 * A table without members is a list or a map only by a mark: what was [] stays [].
 */
#ifndef RV_LUA_LISTS_H
#define RV_LUA_LISTS_H

#include <lua.h>

/* Of the table on top. */
void rv_lua_mark_list(lua_State *L);
int rv_lua_is_marked_list(lua_State *L, int index);

#endif
