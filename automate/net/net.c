/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the module, once a process, and hands calls on to it. It stays loaded: libcurl does not
 * like to leave.
 */
#include "net/net.h"

#include <dlfcn.h>
#include <string.h>
#include "base/mem.h"
#include "base/wait.h"
#include "net/module.h"

enum { PULSE_MS = 250 };

struct rv_net {
    const struct rv_net_module *module;
    int (*pulse)(void *arg, rv_err *err);
    void *arg;
};

static const struct rv_net *at_work; /* a process does one thing at a time */

/* In pieces, so that whoever is to end it is heard. */
static int
wait_and_ask(struct pollfd *fds, size_t count, int64_t timeout_ms, rv_err *err)
{
    int64_t piece_ms = timeout_ms < 0 || timeout_ms > PULSE_MS ? PULSE_MS : timeout_ms;
    if (at_work && at_work->pulse && at_work->pulse(at_work->arg, err) < 0)
        return err->code;
    return rv_wait(fds, count, piece_ms, err);
}

static int
load(const struct rv_net_module **out, const char *module_dir, rv_err *err)
{
    const struct rv_net_module *(*entry)(void) = NULL;
    RV_AUTO_FREE char *path = rv_format("%s/automate_net.so", module_dir);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        rv_fail(err, RV_E_UNAVAILABLE, "load the module for HTTP and mail: %s", dlerror());
        return rv_hint(err, "is it installed, with the library it needs (libcurl4)?");
    }
    void *symbol = dlsym(library, RV_NET_MODULE_ENTRY);
    if (!symbol)
        return rv_fail(err, RV_E_UNSUPPORTED, "'%s' is not a module for HTTP and mail", path);
    memcpy(&entry, &symbol, sizeof(entry)); /* ISO C has no cast from object to function */
    const struct rv_net_module *module = entry();
    if (module == NULL)
        return rv_fail(err, RV_E_INTERNAL, "libcurl does not start");
    if (module->version != RV_NET_MODULE_VERSION || module->size != (int32_t)sizeof(*module)) {
        rv_fail(err, RV_E_UNSUPPORTED, "module '%s' is of another version", path);
        return rv_hint(err, "install all parts of one release");
    }
    *out = module;
    return 0;
}

int
rv_net_open(struct rv_net **out, const char *module_dir, rv_err *err)
{
    static const struct rv_net_module *loaded;
    if (!loaded && load(&loaded, module_dir, err) < 0)
        return err->code;
    *out = rv_alloc(sizeof(**out));
    (*out)->module = loaded;
    return 0;
}

void
rv_net_pulse(struct rv_net *net, int (*pulse)(void *arg, rv_err *err), void *arg)
{
    net->pulse = pulse;
    net->arg = arg;
}

void
rv_net_close(struct rv_net *net)
{
    free(net);
}

int
rv_net_http(struct rv_net *net, const struct rv_net_request *request,
            struct rv_net_response *response, rv_err *err)
{
    *response = (struct rv_net_response){ .headers = rv_buf_limited(RV_NET_HEADERS_MAX),
                                          .body = rv_buf_limited(RV_NET_BODY_MAX) };
    at_work = net;
    int code = net->module->http(request, response, wait_and_ask, err);
    at_work = NULL;
    return code;
}

void
rv_net_response_free(struct rv_net_response *response)
{
    rv_buf_free(&response->headers);
    rv_buf_free(&response->body);
}

int
rv_net_mail(struct rv_net *net, const struct rv_net_server *server, const struct rv_net_mail *mail,
            rv_err *err)
{
    at_work = net;
    int code = net->module->mail(server, mail, wait_and_ask, err);
    at_work = NULL;
    return code;
}
