/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking at texts without running them, and at what texts may use.
 */
#ifndef RV_LUA_LOOK_H
#define RV_LUA_LOOK_H

#include "script/lua/run.h"

int rv_lua_check(struct rv_lua *lua, const char *name, const char *text, size_t len, rv_err *err);
int rv_lua_globals(struct rv_lua *lua, const char *name, const char *text, size_t len,
                   rv_script_remark fn, void *arg, rv_err *err);
void rv_lua_environment(struct rv_lua *lua, rv_buf *out);

#endif
