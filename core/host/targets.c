/* SPDX-License-Identifier: Apache-2.0
 *
 * A refresh of few objects: by the provider's refresh_targets, or, of one that
 * offers refresh with refs, by a call for each kind.
 */
#include "host/run.h"

#include <string.h>

union target_room {
    char bytes[RV_ROOM_BYTES];
    struct reeve_inventory_target target;
};
union scope_room {
    char bytes[RV_ROOM_BYTES];
    struct reeve_scope scope;
};

int
rv_module_is_targeted(const struct rv_module *module)
{
    return module->inventory.refresh_targets != NULL ||
           (module->inventory.flags & REEVE_INVENTORY_TARGETED) != 0;
}

/* Kinds of children, and those that the provider does not emit, cannot be asked for. */
static int
check_targets(const struct rv_module *module, const struct rv_target *targets, int count,
              rv_err *err)
{
    const char *const *kinds = module->inventory.kinds;
    for (int i = 0; i < count; i++) {
        size_t at = 0;
        while (kinds && kinds[at] && strcmp(kinds[at], targets[i].kind->name) != 0)
            at++;
        if (kinds == NULL || kinds[at] == NULL || targets[i].kind->child)
            return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' cannot be asked for a %s alone",
                           module->name, targets[i].kind->name);
    }
    return 0;
}

static int
call_targets(struct rv_connection *connection, struct reeve_call *call,
             struct reeve_inventory *inventory, const struct rv_target *targets, int count)
{
    RV_AUTO_FREE union target_room *rooms = rv_alloc((size_t)count * sizeof(*rooms));
    RV_AUTO_FREE const struct reeve_inventory_target **list =
        rv_alloc(((size_t)count + 1) * sizeof(*list));
    for (int i = 0; i < count; i++) {
        rooms[i].target = (struct reeve_inventory_target){ .size = sizeof(rooms[i].target),
                                                           .kind = targets[i].kind->name,
                                                           .ref = targets[i].ref,
                                                           .scope = targets[i].scope,
                                                           .name = targets[i].name };
        list[i] = &rooms[i].target;
    }
    return connection->module->inventory.refresh_targets(call, connection->conn, list, inventory);
}

/* Refs of one kind; the others are left out. */
static int
call_scope(struct rv_connection *connection, struct reeve_call *call,
           struct reeve_inventory *inventory, const struct rv_kind *kind,
           const struct rv_target *targets, int count)
{
    RV_AUTO_FREE const char **refs = rv_alloc(((size_t)count + 1) * sizeof(*refs));
    union scope_room room = { .bytes = { 0 } };
    size_t found = 0;
    for (int i = 0; i < count; i++)
        if (targets[i].kind == kind && targets[i].ref)
            refs[found++] = targets[i].ref;
    room.scope =
        (struct reeve_scope){ .size = sizeof(room.scope), .kind = kind->name, .refs = refs };
    return connection->module->inventory.refresh(call, connection->conn, &room.scope, inventory);
}

static int
call_scopes(struct rv_connection *connection, struct reeve_call *call,
            struct reeve_inventory *inventory, const struct rv_target *targets, int count)
{
    for (int i = 0; i < count; i++) {
        int first = 1;
        for (int before = 0; before < i; before++)
            first &= targets[before].kind != targets[i].kind;
        int rc =
            first ? call_scope(connection, call, inventory, targets[i].kind, targets, count) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

/* By name alone only refresh_targets can be asked. */
static int
check_refs(const struct rv_module *module, const struct rv_target *targets, int count, rv_err *err)
{
    for (int i = 0; i < count; i++)
        if (targets[i].ref == NULL)
            return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' cannot be asked for a %s by name",
                           module->name, targets[i].kind->name);
    return 0;
}

int
rv_connection_targets(struct rv_connection *connection, const struct rv_call_spec *spec,
                      const struct rv_target *targets, int count, rv_err *err)
{
    const struct rv_module *module = connection->module;
    int by_refs = module->inventory.refresh_targets == NULL;
    if (!rv_module_is_targeted(module))
        return rv_fail(err, RV_E_UNSUPPORTED,
                       "provider '%s' cannot be asked for less than everything", module->name);
    if (check_targets(module, targets, count, err) < 0 ||
        (by_refs && check_refs(module, targets, count, err) < 0))
        return err->code;
    struct rv_run run;
    struct reeve_inventory inventory;
    rv_run_begin(&run, module, by_refs ? "refresh" : "refresh_targets", spec);
    rv_inventory_begin(&inventory, &run.call, module);
    inventory.targeted = 1;
    int rc = by_refs ? call_scopes(connection, &run.call, &inventory, targets, count)
                     : call_targets(connection, &run.call, &inventory, targets, count);
    if (rc == 0)
        rv_inventory_forgotten(&inventory);
    rv_inventory_end(&inventory);
    return rv_run_end(&run, rc, err);
}
