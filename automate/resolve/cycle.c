/* SPDX-License-Identifier: Apache-2.0
 *
 * An instance that is met again below itself, with the same message, would go on for ever.
 */
#include "resolve/resolve_internal.h"

#include "base/text.h"

static int
is_same(const struct rv_ws_object *object, const struct rv_ae_instance *instance,
        const char *message)
{
    return rv_strcaseeq(object->instance->name, instance->name) &&
           rv_strcaseeq(object->instance->class->path, instance->class->path) &&
           rv_strcaseeq(object->message, message);
}

/* "/A/x -> /B/y", from the outer one in. */
static void
add_way(rv_buf *out, const struct rv_ws_object *object, const struct rv_ws_object *until)
{
    if (object != until)
        add_way(out, object->parent, until);
    rv_buf_addf(out, "%s -> ", object->path);
}

int
ws_check_cycle(struct rv_ws_object *parent, const struct rv_ae_instance *instance,
               const char *message, rv_err *err)
{
    for (const struct rv_ws_object *at = parent; at; at = at->parent) {
        if (!is_same(at, instance, message))
            continue;
        RV_AUTO_BUF rv_buf way = rv_buf_limited(1024);
        add_way(&way, parent, at);
        rv_fail(err, RV_E_CONFLICT, "a cycle: %s%s/%s#%s", rv_buf_text(&way), instance->class->path,
                instance->name, message);
        return rv_hint(err, "relationships must not lead back to where they began");
    }
    return 0;
}
