/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the driver module of a URL and loads it, once a process. A module stays
 * loaded: the libraries under it do not like to leave.
 */
#include "store_internal.h"

#include <dlfcn.h>
#include <string.h>
#include "base/log.h"
#include "base/wait.h"
#include "store/url.h"

static void
warn(const char *message, const char *detail)
{
    rv_log(RV_WARNING, message, RV_F("detail", RV_S(detail)));
}

static void
info(const char *message, const char *detail)
{
    rv_log(RV_INFO, message, RV_F("detail", RV_S(detail)));
}

static const struct rv_store_host host = {
    .version = RV_STORE_DRIVER_VERSION,
    .size = sizeof(struct rv_store_host),
    .wait_fd = rv_wait_fd,
    .sleep = rv_sleep,
    .poll = rv_wait_poll,
    .warn = warn,
    .info = info,
};

static const struct rv_store_driver *loaded[4];

static int
check_driver(const struct rv_store_driver *driver, const char *path, rv_err *err)
{
    if (!driver || driver->version != RV_STORE_DRIVER_VERSION ||
        driver->size != sizeof(struct rv_store_driver)) {
        rv_fail(err, RV_E_UNSUPPORTED, "store module '%s' is of another version", path);
        return rv_hint(err, "install all parts of one release");
    }
    return 0;
}

static int
load_module(const struct rv_store_driver **out, const char *path, rv_err *err)
{
    const struct rv_store_driver *(*entry)(const struct rv_store_host *) = NULL;
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!module) {
        rv_fail(err, RV_E_UNAVAILABLE, "load store module: %s", dlerror());
        return rv_hint(err, "is it installed, with the library it needs (libsqlite3, libpq)?");
    }
    void *symbol = dlsym(module, "rv_store_driver_entry");
    if (!symbol)
        return rv_fail(err, RV_E_UNSUPPORTED, "'%s' is not a store module", path);
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function */
    *out = entry(&host);
    return check_driver(*out, path, err);
}

int
rv_driver_load(const struct rv_store_driver **out, const struct rv_store_config *config,
               rv_err *err)
{
    const char *module = rv_store_url_driver(config->url);
    size_t i;

    if (!module) {
        RV_AUTO_FREE char *shown = rv_store_url_public(config->url);
        rv_fail(err, RV_E_INVALID, "store '%s' is of no known kind", shown);
        return rv_hint(err, "write sqlite:PATH or postgresql://USER@HOST/DATABASE");
    }
    for (i = 0; i < RV_COUNT(loaded) && loaded[i]; i++) {
        if (strcmp(loaded[i]->name, module) == 0) {
            *out = loaded[i];
            return 0;
        }
    }
    RV_ASSERT(i < RV_COUNT(loaded));
    RV_AUTO_FREE char *path = rv_format("%s/store_%s.so", config->module_dir, module);
    if (load_module(out, path, err) < 0)
        return err->code;
    loaded[i] = *out;
    return 0;
}
