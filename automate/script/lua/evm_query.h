/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of evm with a file of their own.
 */
#ifndef RV_LUA_EVM_QUERY_H
#define RV_LUA_EVM_QUERY_H

#include <lua.h>

int rv_lua_evm_vmdb(lua_State *L);
int rv_lua_hash_to_query(lua_State *L);
int rv_lua_query_to_hash(lua_State *L);

#endif
