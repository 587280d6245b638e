/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of the module.
 */
#include "script/module.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "script/lua/evm.h"
#include "script/lua/look.h"
#include "script/lua/run.h"
#include "script/lua/sandbox.h"

static void
open_lua(struct rv_lua **out, size_t cache_bytes)
{
    rv_lua_sandbox_prepare();
    *out = rv_alloc(sizeof(**out));
    (*out)->cache_bytes = cache_bytes;
}

static void
close_lua(struct rv_lua *lua)
{
    rv_lua_chunks_clear(lua);
    free(lua);
}

__attribute__((visibility("default"))) const struct rv_script_module *rv_script_module_entry(void);

const struct rv_script_module *
rv_script_module_entry(void)
{
    static const struct rv_script_module module = {
        .version = RV_SCRIPT_MODULE_VERSION,
        .size = sizeof(module),
        .open = open_lua,
        .close = close_lua,
        .check = rv_lua_check,
        .globals = rv_lua_globals,
        .run = rv_lua_run_method,
        .environment = rv_lua_environment,
        .running = rv_lua_running,
        .on_runaway = rv_lua_on_runaway,
    };
    return &module;
}
