/* SPDX-License-Identifier: Apache-2.0
 *
 * evm, as ManageIQ's $evm: what a method sees of its workspace and of the world. What takes no
 * argument and changes nothing is read without parentheses (evm.root, evm.current_class); the rest
 * is called, with a dot or a colon.
 */
#ifndef RV_LUA_EVM_H
#define RV_LUA_EVM_H

#include <lua.h>
#include "base/buf.h"

/* Puts evm into the environment on top of the stack. */
void rv_lua_evm_open(lua_State *L);
/* Names of evm, NULL at the end: those read and those called. */
extern const char *const rv_lua_evm_properties[], *const rv_lua_evm_functions[];

/* Pushes the object of that number; nil for 0. */
void rv_lua_push_object(lua_State *L, int64_t number);
/* Drops the argument before the others when a function was called with a colon: when it is what
 * stands at that upvalue. */
void rv_lua_drop_self(lua_State *L, int upvalue);
/* Members of an object beside its attributes; of a row beside its columns. NULL at the end. */
extern const char *const rv_lua_object_members[], *const rv_lua_row_members[];

#endif
