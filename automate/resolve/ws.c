/* SPDX-License-Identifier: Apache-2.0
 *
 * A workspace's life, and the making of an object with all that is below it.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

static const struct rv_ws_limits defaults = {
    .depth = 64, .objects = 10000, .matches = 10000, .bytes = 1 << 20, .total = 64 << 20
};

int
rv_ws_open(struct rv_ws **out, const struct rv_ae_source *source, const struct rv_ws_calls *calls,
           const struct rv_ws_limits *limits, rv_err *err)
{
    struct rv_ws *ws = rv_alloc(sizeof(*ws));
    ws->source = source;
    if (calls)
        ws->calls = *calls;
    ws->limits = limits ? *limits : defaults;
    if (ws->limits.depth <= 0)
        ws->limits.depth = defaults.depth;
    if (ws->limits.objects <= 0)
        ws->limits.objects = defaults.objects;
    if (ws->limits.matches <= 0)
        ws->limits.matches = defaults.matches;
    if (ws->limits.bytes == 0)
        ws->limits.bytes = defaults.bytes;
    if (ws->limits.total == 0)
        ws->limits.total = defaults.total;
    ws->seeds = rv_ae_vmap();
    ws->state_vars = rv_ae_vmap();
    ws->machines = rv_ae_vmap();
    ws->met = rv_ae_vmap();
    if (source->domains(source->arg, &ws->domains, &ws->domain_count, err) < 0) {
        rv_ws_close(ws);
        return err->code;
    }
    *out = ws;
    return 0;
}

static void
free_object(struct rv_ws_object *object)
{
    free(object->children);
    free(object->path);
    free(object->message);
    rv_ae_clear(&object->attributes);
    free(object);
}

void
rv_ws_close(struct rv_ws *ws)
{
    if (ws == NULL)
        return;
    for (size_t i = 0; i < ws->object_count; i++)
        free_object(ws->objects[i]);
    free(ws->objects);
    free(ws->prepended);
    rv_ae_clear(&ws->seeds);
    rv_ae_clear(&ws->state_vars);
    rv_ae_clear(&ws->machines);
    rv_ae_clear(&ws->met);
    free(ws);
}

void
rv_ws_seed(struct rv_ws *ws, const char *name, struct rv_ae_value *value)
{
    RV_AUTO_FREE char *lower = rv_strdup(name);
    rv_lower(lower);
    ws_keep(ws, &ws->seeds, lower, value);
}

void
rv_ws_seed_all(struct rv_ws *ws, struct rv_ae_value *map)
{
    RV_ASSERT(map->type == RV_AE_MAP);
    ws_charge(ws, rv_ae_bytes(map));
    for (int32_t i = 0; i < map->len; i++) {
        RV_AUTO_FREE char *lower = rv_strdup(map->v.items[i].key);
        rv_lower(lower);
        rv_ae_put(&ws->seeds, lower, &map->v.items[i]);
    }
    rv_ae_keep_last(&ws->seeds);
    ws_check_names(ws, &ws->seeds);
    rv_ae_clear(map);
}

void
rv_ws_prepend_namespace(struct rv_ws *ws, const char *namespace_path)
{
    free(ws->prepended);
    ws->prepended = NULL;
    if (ws_is_blank(namespace_path))
        return;
    const char *from = namespace_path + strspn(namespace_path, "/");
    size_t len = strlen(from);
    while (len && from[len - 1] == '/')
        len--;
    ws->prepended = rv_strndup(from, len);
}

const struct rv_ae_value *
rv_ws_state_vars(const struct rv_ws *ws)
{
    return &ws->state_vars;
}

void
rv_ws_set_state_var(struct rv_ws *ws, const char *name, struct rv_ae_value *value)
{
    ws_keep(ws, &ws->state_vars, name, value);
}

static int
check_room(const struct rv_ws *ws, const struct rv_ws_object *parent, rv_err *err)
{
    if (parent && parent->depth + 1 >= ws->limits.depth) {
        rv_fail(err, RV_E_LIMIT, "%d objects below each other", ws->limits.depth);
        return rv_hint(err, "the setting is automate.depth");
    }
    if (ws->object_count >= (size_t)ws->limits.objects)
        return rv_fail(err, RV_E_LIMIT, "more than %d objects in one run", ws->limits.objects);
    return 0;
}

/* All below it; a stop or a false assertion drops it. */
static int
fill(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err)
{
    struct rv_ws *ws = object->ws;
    struct rv_ws_object *before = ws->current;
    ws->current = object;
    int rc = ws_process_fields(object, uri, err);
    ws->current = before;
    ws_trace(object, RV_WS_STEP_END, rc < 0 ? err->text : NULL, NULL, NULL, rc, 0);
    return rc;
}

int
ws_instantiate(struct rv_ws_object **out, struct rv_ws *ws, struct rv_ws_object *parent,
               const struct rv_ws_uri *uri, rv_err *err)
{
    struct found found;
    const char *message = uri->message ? uri->message : "create";
    *out = NULL;
    if (ws_pulse(ws, err) < 0 || check_room(ws, parent, err) < 0 ||
        ws_find_instance(&found, ws, uri->class_path, uri->name, err) < 0)
        return err->code;
    if (ws_check_cycle(parent, found.instance, message, err) < 0)
        return err->code;
    struct rv_ws_object *object = ws_object_new(ws, parent, found.instance, message);
    object->made_by = parent ? parent->field : NULL;
    if (found.missing)
        ws_set_text(object, "_missing_instance", uri->name ? uri->name : ".default");
    ws_trace(object, RV_WS_STEP_OBJECT, object->path, found.missing ? uri->name : NULL, NULL, 0, 0);
    int rc = fill(object, uri, err);
    if (rc == FLOW_STOP || rc < 0) { /* a method that asked for it may go on without */
        ws_object_drop(object);
        return rc < 0 ? rc : 0;
    }
    *out = object;
    return rc;
}

int
rv_ws_instantiate(struct rv_ws *ws, struct rv_ws_object *parent, const char *uri_text,
                  struct rv_ws_object **out, rv_err *err)
{
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    struct rv_ws_object *object = NULL;
    if (out)
        *out = NULL;
    if (rv_ws_uri_parse(&uri, uri_text + strspn(uri_text, " \t\r\n"), err) < 0)
        return err->code;
    if (uri.scheme != RV_WS_DATASTORE || uri.class_path == NULL)
        return rv_fail(err, RV_E_INVALID, "path '%.200s' names no class and instance", uri_text);
    int rc = ws_instantiate(&object, ws, parent, &uri, err);
    if (rc == FLOW_ABORT) {
        ws->aborted = 1;
        rc = 0;
    }
    if (out)
        *out = rc < 0 ? NULL : object;
    return rc;
}
