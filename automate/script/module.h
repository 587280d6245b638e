/* SPDX-License-Identifier: Apache-2.0
 *
 * Between load.c and the module: one exported function gives one table. Both are of one release;
 * version and size tell when they are not.
 */
#ifndef RV_SCRIPT_MODULE_H
#define RV_SCRIPT_MODULE_H

#include "script/script.h"

#define RV_SCRIPT_MODULE_VERSION 1
#define RV_SCRIPT_MODULE_ENTRY "rv_script_module_entry"

struct rv_lua; /* the module's */

struct rv_script_module {
    int version;
    size_t size;
    void (*open)(struct rv_lua **out, size_t cache_bytes);
    void (*close)(struct rv_lua *lua);
    int (*check)(struct rv_lua *lua, const char *name, const char *text, size_t len, rv_err *err);
    int (*globals)(struct rv_lua *lua, const char *name, const char *text, size_t len,
                   rv_script_remark fn, void *arg, rv_err *err);
    int (*run)(struct rv_lua *lua, const struct rv_script_run *run, struct rv_script_result *result,
               rv_err *err);
    void (*environment)(struct rv_lua *lua, rv_buf *out);
    const char *(*running)(void);
    void (*on_runaway)(void (*fn)(const char *place));
};

#endif
