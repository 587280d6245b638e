/* SPDX-License-Identifier: Apache-2.0
 *
 * "/A/B/C/vm*": the instances of a class in all domains whose names match, each name once.
 */
#include "resolve/resolve_internal.h"

#include <stdlib.h>
#include <strings.h>
#include "base/mem.h"

/* .missing and the like are never meant. */
static int
add(void *arg, const struct rv_ae_instance *instance, rv_err *err)
{
    (void)err;
    if (instance->name[0] != '.') {
        struct rv_ae_value name = rv_ae_vtext(instance->name);
        rv_ae_append(arg, &name);
    }
    return 0;
}

static int
by_name(const void *a, const void *b)
{
    const struct rv_ae_value *left = a, *right = b;
    return strcasecmp(left->v.text, right->v.text);
}

static void
drop_doubles(struct rv_ae_value *names)
{
    struct rv_ae_value all = *names;
    *names = rv_ae_vlist();
    for (int32_t i = 0; i < all.len; i++)
        if (i == 0 || names->len == 0 || by_name(&names->v.items[names->len - 1], &all.v.items[i]))
            rv_ae_append(names, &all.v.items[i]);
    rv_ae_clear(&all);
}

int
ws_match(struct rv_ae_value *out, struct rv_ws *ws, const char *class_path, const char *pattern,
         rv_err *err)
{
    RV_AUTO_FREE const struct rv_ae_class **classes = NULL;
    size_t count;
    *out = rv_ae_vlist();
    if (ws_find_classes(&classes, &count, ws, class_path, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++)
        if (ws->source->match(ws->source->arg, classes[i], pattern, ws->limits.matches, add, out,
                              err) < 0)
            return err->code;
    if (out->len > 1)
        qsort(out->v.items, (size_t)out->len, sizeof(*out->v.items), by_name);
    drop_doubles(out);
    if (out->len > ws->limits.matches)
        return rv_fail(err, RV_E_LIMIT, "'%s/%s' matches more than %d instances", class_path,
                       pattern, ws->limits.matches);
    return 0;
}
