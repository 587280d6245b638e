/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as texts for people: without the addresses that liblua puts into them, which are the
 * host's.
 */
#ifndef RV_LUA_SHOW_H
#define RV_LUA_SHOW_H

#include <lua.h>
#include <stddef.h>

/* Pushes the text of a value and gives it; as luaL_tolstring, by __tostring where there is one. A
 * value that has no text is the name of its type. len may be NULL. */
const char *rv_lua_show(lua_State *L, int index, size_t *len);
/* The values from `first` to the top as one text with tabs between them, pushed. */
const char *rv_lua_show_all(lua_State *L, int first);

/* tostring, string.format */
int rv_lua_tostring(lua_State *L);
int rv_lua_format(lua_State *L);

#endif
