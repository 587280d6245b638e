/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the module for traps, once a process.
 */
#include "net/trap.h"

#include <dlfcn.h>
#include <string.h>
#include "base/mem.h"

static int
load(const struct rv_trap_module **out, const char *module_dir, rv_err *err)
{
    const struct rv_trap_module *(*entry)(void) = NULL;
    RV_AUTO_FREE char *path = rv_format("%s/automate_snmp.so", module_dir);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        rv_fail(err, RV_E_UNAVAILABLE, "load the module for SNMP: %s", dlerror());
        return rv_hint(err, "is it installed, with the library it needs (libsnmp40)?");
    }
    void *symbol = dlsym(library, RV_TRAP_MODULE_ENTRY);
    if (!symbol)
        return rv_fail(err, RV_E_UNSUPPORTED, "'%s' is not a module for SNMP", path);
    memcpy(&entry, &symbol, sizeof(entry)); /* ISO C has no cast from object to function */
    const struct rv_trap_module *module = entry();
    if (module->version != RV_TRAP_MODULE_VERSION || module->size != (int32_t)sizeof(*module)) {
        rv_fail(err, RV_E_UNSUPPORTED, "module '%s' is of another version", path);
        return rv_hint(err, "install all parts of one release");
    }
    *out = module;
    return 0;
}

int
rv_trap_send(const char *module_dir, const struct rv_trap *trap, rv_err *err)
{
    static const struct rv_trap_module *loaded;
    if (!loaded && load(&loaded, module_dir, err) < 0)
        return err->code;
    return loaded->send(trap, err);
}
