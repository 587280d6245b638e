/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the module, once a process, and hands calls on to it. It stays loaded: OpenSSL does not
 * like to leave.
 */
#include "tls/tls.h"

#include <dlfcn.h>
#include <string.h>
#include "base/mem.h"
#include "tls/module.h"

struct rv_tls {
    const struct rv_tls_module *module;
    struct rv_tls_pair *pair;
};

static int
load(const struct rv_tls_module **out, const char *module_dir, rv_err *err)
{
    const struct rv_tls_module *(*entry)(void) = NULL;
    RV_AUTO_FREE char *path = rv_format("%s/tls_openssl.so", module_dir);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        rv_fail(err, RV_E_UNAVAILABLE, "load the TLS module: %s", dlerror());
        return rv_hint(err, "is it installed, with the libraries it needs (libevent-openssl-2.1-7,"
                            " libssl3)?");
    }
    void *symbol = dlsym(library, RV_TLS_MODULE_ENTRY);
    if (!symbol)
        return rv_fail(err, RV_E_UNSUPPORTED, "'%s' is not a TLS module", path);
    memcpy(&entry, &symbol, sizeof(entry)); /* ISO C has no cast from object to function */
    *out = entry();
    if ((*out)->version == RV_TLS_MODULE_VERSION && (*out)->size == sizeof(struct rv_tls_module))
        return 0;
    rv_fail(err, RV_E_UNSUPPORTED, "TLS module '%s' is of another version", path);
    return rv_hint(err, "install all parts of one release");
}

int
rv_tls_open(struct rv_tls **out, const struct rv_tls_config *config, rv_err *err)
{
    static const struct rv_tls_module *loaded;
    struct rv_tls_pair *pair = NULL;
    if (!loaded && load(&loaded, config->module_dir, err)) {
        loaded = NULL;
        return err->code;
    }
    if (loaded->open(&pair, config, err))
        return err->code;
    *out = rv_alloc(sizeof(**out));
    (*out)->module = loaded;
    (*out)->pair = pair;
    return 0;
}

void
rv_tls_close(struct rv_tls *tls)
{
    if (tls)
        tls->module->close(tls->pair);
    free(tls);
}

void
rv_tls_info(const struct rv_tls *tls, struct rv_tls_info *out)
{
    tls->module->info(tls->pair, out);
}

struct bufferevent *
rv_tls_connection(struct rv_tls *tls, struct event_base *base)
{
    return tls->module->connection(tls->pair, base);
}

void
rv_tls_patience(struct rv_tls *tls, int64_t handshake_ms)
{
    tls->module->patience(tls->pair, handshake_ms);
}

int
rv_tls_refresh(struct rv_tls *tls, int flags, rv_err *err)
{
    return tls->module->refresh(tls->pair, flags, err);
}
