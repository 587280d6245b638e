/* SPDX-License-Identifier: Apache-2.0
 *
 * What test files have beside the environment of methods: test(), expect(), evm.mock, evm.run,
 * evm.calls, evm.lines, evm.state_vars.
 */
#ifndef RV_LUA_EXPECT_H
#define RV_LUA_EXPECT_H

#include <lua.h>

/* Into the environment on top of the stack. */
void rv_lua_add_expectations(lua_State *L);

#endif
