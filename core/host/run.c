/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs callbacks of a connection. Only one runs at a time in a process, so its
 * name is kept in one place, where a crash handler finds it.
 */
#include "host/run.h"

#include <string.h>
#include "base/log.h"
#include "base/text.h"

static char running[128];

static void
set_running(const struct rv_module *module, const char *callback)
{
    snprintf(running, sizeof(running), "%.64s.%s", module->name, callback);
}

static void
clear_running(void)
{
    running[0] = 0;
}

const char *
rv_host_running(void)
{
    return running;
}

void
rv_run_begin(struct rv_run *run, const struct rv_module *module, const char *callback,
             const struct rv_call_spec *spec)
{
    run->module = module;
    run->callback = callback;
    rv_call_begin(&run->call, spec);
    set_running(module, callback);
}

/* The class that a callback returned, INTERNAL when it is none. */
static int
class_of(struct rv_run *run, int result)
{
    if (result <= 0 && result >= REEVE_E_LIMIT)
        return result;
    rv_fail(&run->call.err, REEVE_E_INTERNAL, "returned %d, which is no error class", result);
    return REEVE_E_INTERNAL;
}

static void
tidy(rv_err *err)
{
    rv_mask_secrets(err->text);
    rv_mask_secrets(err->hint);
    rv_call_tidy(err->text);
    rv_call_tidy(err->hint);
}

int
rv_run_end(struct rv_run *run, int result, rv_err *err)
{
    clear_running();
    struct reeve_call *call = &run->call;
    if (call->spec->returned)
        *call->spec->returned = result;
    int error_class = class_of(run, result);
    if (call->sink_err.code) {
        /* Saving failed: whatever the provider made of it, that is the reason. */
        *err = call->sink_err;
        error_class = err->code;
    } else if (error_class != 0) {
        if (call->err.text[0] == 0)
            rv_fail(&call->err, error_class, "%s of provider '%s' failed: %s", run->callback,
                    run->module->name, rv_class_name(error_class));
        *err = call->err;
        err->code = error_class;
    }
    if (error_class != 0)
        tidy(err);
    rv_call_end(call);
    return error_class;
}

union identity_room {
    char bytes[RV_ROOM_BYTES];
    struct reeve_identity identity;
};
union scope_room {
    char bytes[RV_ROOM_BYTES];
    struct reeve_scope scope;
};

int
rv_connection_open(struct rv_connection **out, const struct rv_module *module,
                   const struct rv_config *config, const struct rv_call_spec *spec, rv_err *err)
{
    struct rv_connection *connection = rv_alloc(sizeof(*connection));
    connection->module = module;
    struct rv_run run;
    rv_run_begin(&run, module, "open", spec);
    int rc = module->provider.open(&run.call, &config->handle, &connection->conn);
    rc = rv_run_end(&run, rc, err);
    if (rc < 0)
        free(connection);
    else
        *out = connection;
    return rc;
}

void
rv_connection_close(struct rv_connection *connection)
{
    if (connection == NULL)
        return;
    set_running(connection->module, "close");
    connection->module->provider.close(connection->conn);
    clear_running();
    free(connection);
}

static void
copy_found(char *to, size_t size, const char *text)
{
    if (text == NULL)
        return;
    snprintf(to, size, "%s", text);
    to[rv_utf8_prefix(to, strlen(to))] = 0;
}

int
rv_connection_verify(struct rv_connection *connection, const struct rv_call_spec *spec,
                     struct rv_identity_found *out, rv_err *err)
{
    const struct reeve_provider *provider = &connection->module->provider;
    memset(out, 0, sizeof(*out));
    if (provider->verify == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' cannot verify credentials",
                       connection->module->name);
    struct rv_run run;
    rv_run_begin(&run, connection->module, "verify", spec);
    union identity_room room = { .bytes = { 0 } };
    struct reeve_identity *identity = &room.identity;
    identity->size = sizeof(*identity);
    int rc = provider->verify(&run.call, connection->conn, identity);
    if (rc == 0) {
        copy_found(out->uid, sizeof(out->uid), identity->uid);
        copy_found(out->api_version, sizeof(out->api_version), identity->api_version);
        copy_found(out->account, sizeof(out->account), identity->account);
    }
    return rv_run_end(&run, rc, err);
}

int
rv_connection_refresh(struct rv_connection *connection, const struct rv_call_spec *spec,
                      const struct reeve_scope *scope, rv_err *err)
{
    const struct rv_module *module = connection->module;
    struct rv_run run;
    struct reeve_inventory inventory;
    rv_run_begin(&run, module, "refresh", spec);
    rv_inventory_begin(&inventory, &run.call, module);
    if (scope->whole)
        rv_inventory_begun(&inventory);
    union scope_room room = { .bytes = { 0 } };
    room.scope = *scope;
    int rc = module->inventory.refresh(&run.call, connection->conn, &room.scope, &inventory);
    if (rc == 0) /* one that failed may well have left an object behind */
        rv_inventory_forgotten(&inventory);
    rv_inventory_end(&inventory);
    return rv_run_end(&run, rc, err);
}

int
rv_connection_watch(struct rv_connection *connection, const struct rv_call_spec *spec, rv_err *err)
{
    const struct rv_module *module = connection->module;
    if (module->inventory.watch == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' cannot watch for changes",
                       module->name);
    struct rv_run run;
    struct reeve_inventory inventory;
    rv_run_begin(&run, module, "watch", spec);
    rv_inventory_begin(&inventory, &run.call, module);
    int rc = module->inventory.watch(&run.call, connection->conn, &inventory);
    rv_inventory_end(&inventory);
    return rv_run_end(&run, rc, err);
}
