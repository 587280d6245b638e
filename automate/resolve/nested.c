/* SPDX-License-Identifier: Apache-2.0
 *
 * Machines within machines. Each has a record under its key: where it is, since when, how often it
 * tried. The root's ae_ attributes show the innermost; when it ends, the one around it is shown
 * again. A machine that has ended is not run again when another one makes the run come back, unless
 * the state that it belongs to begins anew.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

struct rv_ae_value *
ws_machine_record(struct rv_ws *ws, const char *key)
{
    for (int32_t i = 0; i < ws->machines.len; i++)
        if (strcmp(ws->machines.v.items[i].key, key) == 0)
            return &ws->machines.v.items[i];
    return NULL;
}

void
ws_machine_note(struct rv_ws *ws, const char *key, const char *name, struct rv_ae_value value)
{
    struct rv_ae_value *record = ws_machine_record(ws, key);
    if (record == NULL) {
        struct rv_ae_value fresh = rv_ae_vmap();
        rv_ae_set(&ws->machines, key, &fresh);
        record = ws_machine_record(ws, key);
    }
    rv_ae_set(record, name, &value);
}

int64_t
ws_machine_int(struct rv_ws *ws, const char *key, const char *name)
{
    const struct rv_ae_value *record = ws_machine_record(ws, key);
    const struct rv_ae_value *value = record ? rv_ae_get(record, name) : NULL;
    return value && (value->type == RV_AE_INT || value->type == RV_AE_BOOL) ? value->v.i : 0;
}

const char *
ws_machine_text(struct rv_ws *ws, const char *key, const char *name)
{
    const struct rv_ae_value *record = ws_machine_record(ws, key);
    const struct rv_ae_value *value = record ? rv_ae_get(record, name) : NULL;
    return value && value->type == RV_AE_TEXT ? value->v.text : "";
}

static void
forget(struct rv_ws *ws, const char *key)
{
    struct rv_ae_value all = ws->machines;
    ws->machines = rv_ae_vmap();
    for (int32_t i = 0; i < all.len; i++) {
        if (strcmp(all.v.items[i].key, key) == 0)
            continue;
        RV_AUTO_FREE char *kept = rv_strdup(all.v.items[i].key);
        rv_ae_set(&ws->machines, kept, &all.v.items[i]);
    }
    rv_ae_clear(&all);
}

/* One that belongs to this machine; NULL when there is none left. */
static const char *
one_within(struct rv_ws *ws, const char *outer_key)
{
    for (int32_t i = 0; i < ws->machines.len; i++) {
        const char *key = ws->machines.v.items[i].key;
        if (strcmp(ws_machine_text(ws, key, "outer"), outer_key) == 0)
            return key;
    }
    return NULL;
}

void
ws_machine_end_all(struct rv_ws *ws, const char *outer_key)
{
    for (const char *found; (found = one_within(ws, outer_key)) != NULL;) {
        RV_AUTO_FREE char *key = rv_strdup(found);
        forget(ws, key);
        ws_machine_end_all(ws, key);
    }
}

void
ws_machine_show(struct rv_ws *ws)
{
    struct rv_ws_object *root = rv_ws_root(ws);
    const char *key = ws->machine->key;
    char started[32] = "";
    int64_t started_ms = ws_machine_int(ws, key, "started");
    if (started_ms)
        rv_format_time(started, started_ms);
    struct rv_ae_value retries = rv_ae_vint(ws_machine_int(ws, key, "retries"));
    ws_set_text(root, "ae_state", ws_machine_text(ws, key, "state"));
    ws_set_text(root, "ae_state_started", started);
    rv_ws_set(root, "ae_state_retries", &retries);
}

/* "Ns/Class/instance", and "#2" behind it the second time. Without the domain: another may be the
 * one that has it when the run comes back. */
static char *
key_of(struct rv_ws *ws, const struct rv_ae_instance *instance)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", instance->class->path, instance->name);
    rv_lower(path);
    const struct rv_ae_value *met = rv_ae_get(&ws->met, path);
    int64_t count = met ? met->v.i + 1 : 1;
    struct rv_ae_value counted = rv_ae_vint(count);
    rv_ae_set(&ws->met, path, &counted);
    return count == 1 ? rv_strdup(path) : rv_format("%s#%lld", path, (long long)count);
}

void
ws_machine_enter(struct machine *machine, struct rv_ws_object *object)
{
    struct rv_ws *ws = object->ws;
    *machine = (struct machine){ .outer = ws->machine,
                                 .object = object,
                                 .key = key_of(ws, object->instance) };
    if (machine->outer)
        ws_machine_note(ws, machine->key, "outer", rv_ae_vtext(machine->outer->key));
    ws->machine = machine;
    ws_machine_show(ws);
    if (*ws_text(rv_ws_root(ws), "ae_result") == '\0')
        ws_set_text(rv_ws_root(ws), "ae_result", "ok");
}

void
ws_machine_leave(struct machine *machine)
{
    struct rv_ws *ws = machine->object->ws;
    const char *result = ws_text(rv_ws_root(ws), "ae_result");
    int retries = strcmp(result, "retry") == 0;
    if (retries && machine->outer)
        machine->outer->inner_retries = 1;
    if (!retries)
        ws_machine_end_all(ws, machine->key);
    if (!retries && strcmp(result, "ok") != 0)
        forget(ws, machine->key);
    ws->machine = machine->outer;
    if (ws->machine)
        ws_machine_show(ws);
    free(machine->key);
    machine->key = NULL;
}
