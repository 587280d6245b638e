/* SPDX-License-Identifier: Apache-2.0
 *
 * Which class, instance or method a path means. Domains are looked through from the highest
 * priority down, and the first that has all of it wins; `.missing` answers only when no domain has
 * the instance itself. A path that begins with a domain's name is of that domain alone.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

enum { INHERITS_MAX = 16 };

/* NOT_FOUND is no error here: 1 when it was found. */
static int
found_or(int rc, rv_err *err)
{
    if (rc == RV_E_NOT_FOUND) {
        rv_err_clear(err);
        return 0;
    }
    return rc < 0 ? rc : 1;
}

static int
class_of(const struct rv_ae_class **out, struct rv_ws *ws, const struct rv_ae_domain *domain,
         const char *path, rv_err *err)
{
    return found_or(ws->source->find_class(ws->source->arg, domain, path, out, err), err);
}

/* The class of "Domain/Ns/Class": 1 when there is such a domain and it has it. */
static int
class_of_named_domain(const struct rv_ae_class **out, struct rv_ws *ws, const char *path,
                      rv_err *err)
{
    const char *rest = strchr(path, '/');
    for (size_t i = 0; rest && i < ws->domain_count; i++) {
        const char *name = ws->domains[i]->name;
        size_t len = strlen(name);
        if (len == (size_t)(rest - path) && strncasecmp(name, path, len) == 0)
            return class_of(out, ws, ws->domains[i], rest + 1, err);
    }
    return 0;
}

static int
add_from_all(const struct rv_ae_class **classes, size_t *count, struct rv_ws *ws, const char *path,
             rv_err *err)
{
    for (size_t i = 0; i < ws->domain_count; i++) {
        int rc = class_of(&classes[*count], ws, ws->domains[i], path, err);
        if (rc < 0)
            return rc;
        *count += (size_t)rc;
    }
    return 0;
}

int
ws_find_classes(const struct rv_ae_class ***out, size_t *count, struct rv_ws *ws,
                const char *class_path, rv_err *err)
{
    *out = NULL;
    *count = 0;
    RV_AUTO_FREE const struct rv_ae_class **classes =
        rv_alloc((2 * ws->domain_count + 1) * sizeof(*classes));
    int rc = class_of_named_domain(&classes[0], ws, class_path, err);
    if (rc > 0) {
        *count = 1;
    } else if (rc == 0 && ws->prepended) {
        RV_AUTO_FREE char *path = rv_format("%s/%s", ws->prepended, class_path);
        rc = add_from_all(classes, count, ws, path, err);
    }
    if (rc == 0)
        rc = add_from_all(classes, count, ws, class_path, err);
    if (rc < 0)
        return rc;
    if (*count == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "no enabled domain has class '%s'", class_path);
    *out = classes;
    classes = NULL;
    return 0;
}

static int
instance_of(const struct rv_ae_instance **out, struct rv_ws *ws,
            const struct rv_ae_class *const *classes, size_t count, const char *name, rv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        int rc = ws->source->find_instance(ws->source->arg, classes[i], name, out, err);
        if (found_or(rc, err))
            return err->code < 0 ? err->code : 1;
    }
    return 0;
}

int
ws_find_instance(struct found *out, struct rv_ws *ws, const char *class_path, const char *name,
                 rv_err *err)
{
    RV_AUTO_FREE const struct rv_ae_class **classes = NULL;
    size_t count;
    *out = (struct found){ 0 };
    if (ws_find_classes(&classes, &count, ws, class_path, err) < 0)
        return err->code;
    int rc = instance_of(&out->instance, ws, classes, count, name ? name : ".default", err);
    if (rc == 0) {
        out->missing = 1;
        rc = instance_of(&out->instance, ws, classes, count, ".missing", err);
    }
    if (rc == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "class '%s' has no instance '%s', and no .missing",
                       class_path, name ? name : ".default");
    return rc < 0 ? rc : 0;
}

static int
method_of(const struct rv_ae_method **out, struct rv_ws *ws,
          const struct rv_ae_class *const *classes, size_t count, const char *name, rv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        int rc = ws->source->find_method(ws->source->arg, classes[i], name, out, err);
        if (found_or(rc, err))
            return err->code < 0 ? err->code : 1;
    }
    return 0;
}

/* In the class, else in those that it inherits from. */
static int
find_method(const struct rv_ae_method **out, struct rv_ws *ws, const char *class_path,
            const char *name, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_strdup(class_path);
    for (int i = 0; path && i < INHERITS_MAX; i++) {
        RV_AUTO_FREE const struct rv_ae_class **classes = NULL;
        size_t count;
        if (ws_find_classes(&classes, &count, ws, path + strspn(path, "/"), err) < 0)
            return err->code;
        int rc = method_of(out, ws, classes, count, name, err);
        if (rc)
            return rc < 0 ? rc : 0;
        const char *inherits = classes[0]->inherits;
        free(path);
        path = inherits && *inherits ? rv_strdup(inherits) : NULL;
    }
    return rv_fail(err, RV_E_NOT_FOUND, "class '%s' has no method '%s'", class_path, name);
}

int
rv_ws_method(struct rv_ws *ws, struct rv_ws_object *self, const char *path,
             const struct rv_ae_method **out, rv_err *err)
{
    path += strspn(path, "/");
    const char *last = strrchr(path, '/');
    const char *name = last ? last + 1 : path;
    RV_AUTO_FREE char *class_path = NULL;
    if (last)
        class_path = rv_strndup(path, (size_t)(last - path));
    else if (self)
        class_path = rv_strdup(self->instance->class->path);
    else
        return rv_fail(err, RV_E_INVALID, "'%s' names no class", path);
    *out = NULL;
    if (find_method(out, ws, class_path, name, err) == 0)
        return 0;
    *out = err->code == RV_E_NOT_FOUND ? rv_ae_builtin(name) : NULL;
    if (*out == NULL)
        return err->code;
    rv_err_clear(err);
    return 0;
}
