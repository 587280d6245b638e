/* SPDX-License-Identifier: Apache-2.0
 *
 * Following a relationship: to one instance, to all that match, or to what another scheme means.
 * Arguments that it does not name, and its message, are those of the object that has it.
 */
#include "resolve/resolve_internal.h"

#include <string.h>

/* What it does not say itself is borrowed from the caller; the arguments go back before it is
 * freed. */
static int
make_one(struct rv_ws_object *object, struct rv_ws_uri *uri, const struct rv_ws_uri *caller,
         rv_err *err)
{
    struct rv_ws_uri effective = *uri;
    struct rv_ws_object *child;
    if (!uri->has_query) {
        effective.args = caller->args;
        effective.arg_count = caller->arg_count;
    }
    if (effective.message == NULL)
        effective.message = object->message;
    return ws_instantiate(&child, object->ws, object, &effective, err);
}

static int
make_all(struct rv_ws_object *object, struct rv_ws_uri *uri, const struct rv_ws_uri *caller,
         rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value names = RV_AE_VNIL;
    if (ws_match(&names, object->ws, uri->class_path, uri->name, err) < 0)
        return err->code;
    int rc = 0;
    for (int32_t i = 0; i < names.len && rc == 0; i++) {
        uri->name = names.v.items[i].v.text;
        rc = make_one(object, uri, caller, err);
    }
    return rc;
}

static int
make(struct rv_ws_object *object, struct rv_ws_uri *uri, const struct rv_ws_uri *caller,
     rv_err *err)
{
    if (uri->class_path == NULL)
        return rv_fail(err, RV_E_INVALID, "path '%s' names no class", uri->name);
    return uri->is_pattern ? make_all(object, uri, caller, err)
                           : make_one(object, uri, caller, err);
}

/* miqaews: an object that is there already; only gathering has a use for it. */
static int
collect_from(struct rv_ws_object *object, const char *path, const char *collect, rv_err *err)
{
    struct rv_ws_object *found = rv_ws_find(object->ws, object, path);
    if (found == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no object '%s' in the workspace", path);
    return ws_is_blank(collect) ? 0 : ws_collect(object, collect, &found, 1, err);
}

int
ws_relate(struct rv_ws_object *object, const char *value, const struct rv_ws_uri *caller,
          const char *collect, rv_err *err)
{
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    const char *field = object->field;
    if (rv_ws_uri_parse(&uri, value + strspn(value, " \t\r\n"), err) < 0)
        return rv_wrap(err, "field '%s' of %s", field, object->path);
    if (uri.scheme == RV_WS_METHOD)
        return ws_call_method(object, value, 0, err);
    if (uri.scheme == RV_WS_WORKSPACE)
        return collect_from(object, uri.name, collect, err);
    size_t before = object->child_count;
    int rc = make(object, &uri, caller, err);
    if (rc < 0)
        return rv_wrap(err, "%s of %s", field, object->path);
    if (rc == 0 && !ws_is_blank(collect))
        rc = ws_collect(object, collect, &object->children[before], object->child_count - before,
                        err);
    return rc;
}
