/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the module, once a process, and hands calls on to it. It stays loaded.
 */
#include "script/script.h"

#include <dlfcn.h>
#include <string.h>
#include "base/mem.h"
#include "script/module.h"

struct rv_script {
    struct rv_lua *lua;
};

static const struct rv_script_module *loaded;

static int
load(const struct rv_script_module **out, const char *module_dir, rv_err *err)
{
    const struct rv_script_module *(*entry)(void) = NULL;
    RV_AUTO_FREE char *path = rv_format("%s/script_lua.so", module_dir);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        rv_fail(err, RV_E_UNAVAILABLE, "load the script module: %s", dlerror());
        return rv_hint(err, "is it installed, with the libraries it needs (liblua5.4-0,"
                            " libpcre2-8-0)?");
    }
    void *symbol = dlsym(library, RV_SCRIPT_MODULE_ENTRY);
    if (!symbol)
        return rv_fail(err, RV_E_UNSUPPORTED, "'%s' is not a script module", path);
    memcpy(&entry, &symbol, sizeof(entry)); /* ISO C has no cast from object to function */
    *out = entry();
    if ((*out)->version == RV_SCRIPT_MODULE_VERSION &&
        (*out)->size == sizeof(struct rv_script_module))
        return 0;
    *out = NULL;
    rv_fail(err, RV_E_UNSUPPORTED, "script module '%s' is of another version", path);
    return rv_hint(err, "install all parts of one release");
}

int
rv_script_open(struct rv_script **out, const char *module_dir, size_t cache_bytes, rv_err *err)
{
    *out = NULL;
    if (!loaded && load(&loaded, module_dir, err))
        return err->code;
    *out = rv_alloc(sizeof(**out));
    loaded->open(&(*out)->lua, cache_bytes);
    return 0;
}

void
rv_script_close(struct rv_script *script)
{
    if (script)
        loaded->close(script->lua);
    free(script);
}

int
rv_script_check(struct rv_script *script, const char *name, const char *text, size_t len,
                rv_err *err)
{
    return loaded->check(script->lua, name, text, len, err);
}

int
rv_script_globals(struct rv_script *script, const char *name, const char *text, size_t len,
                  rv_script_remark fn, void *arg, rv_err *err)
{
    return loaded->globals(script->lua, name, text, len, fn, arg, err);
}

int
rv_script_run(struct rv_script *script, const struct rv_script_run *run,
              struct rv_script_result *result, rv_err *err)
{
    return loaded->run(script->lua, run, result, err);
}

void
rv_script_environment(struct rv_script *script, rv_buf *out)
{
    loaded->environment(script->lua, out);
}

const char *
rv_script_running(void)
{
    return loaded ? loaded->running() : "";
}

void
rv_script_on_runaway(void (*fn)(const char *place))
{
    if (loaded)
        loaded->on_runaway(fn);
}
