/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking things up in a tree that was read, and the tree as the resolver's source.
 */
#include "tree/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "tree/read.h"

void
rv_ae_method_sign(struct rv_ae_method *method)
{
    struct rv_digest digest = rv_digest_of(method->data ? method->data : "", method->data_len);

    rv_hex(method->digest, &digest, sizeof(digest));
}

const struct rv_ae_field *
rv_ae_class_field(const struct rv_ae_class *class, const char *name)
{
    for (size_t i = 0; i < class->field_count; i++)
        if (rv_strcaseeq(class->fields[i].name, name))
            return &class->fields[i];
    return NULL;
}

int
rv_ae_is_machine(const struct rv_ae_class *class)
{
    for (size_t i = 0; i < class->field_count; i++)
        if (class->fields[i].aetype == RV_AE_STATE)
            return 1;
    return 0;
}

void
rv_ae_tree_free(struct rv_ae_tree *tree)
{
    if (tree == NULL)
        return;
    rv_arena_free(tree->arena);
    free(tree);
}

void
rv_ae_tree_free_p(struct rv_ae_tree **tree)
{
    rv_ae_tree_free(*tree);
}

struct rv_ae_tree_domain *
rv_ae_tree_domain(const struct rv_ae_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->domain_count; i++)
        if (rv_strcaseeq(tree->domains[i].def.name, name))
            return &tree->domains[i];
    return NULL;
}

static int
to_class(const void *key, const void *item)
{
    return strcasecmp(key, ((const struct rv_ae_tree_class *)item)->def.path);
}

static int
to_instance(const void *key, const void *item)
{
    return strcasecmp(key, ((const struct rv_ae_instance *)item)->name);
}

static int
to_method(const void *key, const void *item)
{
    return strcasecmp(key, ((const struct rv_ae_method *)item)->name);
}

struct rv_ae_tree_class *
rv_ae_tree_class(const struct rv_ae_tree_domain *domain, const char *path)
{
    return bsearch(path, domain->classes, domain->class_count, sizeof(*domain->classes), to_class);
}

struct rv_ae_instance *
rv_ae_tree_instance(const struct rv_ae_tree_class *class, const char *name)
{
    return bsearch(name, class->instances, class->instance_count, sizeof(*class->instances),
                   to_instance);
}

struct rv_ae_method *
rv_ae_tree_method(const struct rv_ae_tree_class *class, const char *name)
{
    return bsearch(name, class->methods, class->method_count, sizeof(*class->methods), to_method);
}

static char
fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Goes back to the last star only: never more than pattern times name steps. */
int
rv_ae_glob(const char *pattern, const char *name)
{
    const char *star = NULL, *from = NULL;

    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            from = name;
        } else if (*pattern == '?' || (*pattern && fold(*pattern) == fold(*name))) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++from;
        } else {
            return 0;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

struct tree_source {
    struct rv_ae_source source; /* first: what is given out */
    const struct rv_ae_tree *tree;
    const struct rv_ae_domain **domains;
    size_t domain_count;
};

static int
give_domains(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err)
{
    struct tree_source *source = arg;

    (void)err;
    *out = source->domains;
    *count = source->domain_count;
    return 0;
}

static int
find_class(void *arg, const struct rv_ae_domain *domain, const char *path,
           const struct rv_ae_class **out, rv_err *err)
{
    struct tree_source *source = arg;
    const struct rv_ae_tree_domain *home = rv_ae_tree_domain(source->tree, domain->name);
    const struct rv_ae_tree_class *class = home ? rv_ae_tree_class(home, path) : NULL;

    if (class == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "no class '%s'", path);
    *out = &class->def;
    return 0;
}

/* A class that was given out is the first member of what the tree has of it. */
static const struct rv_ae_tree_class *
home_of(const struct rv_ae_class *class)
{
    return (const struct rv_ae_tree_class *)class;
}

static int
find_instance(void *arg, const struct rv_ae_class *class, const char *name,
              const struct rv_ae_instance **out, rv_err *err)
{
    (void)arg;
    *out = rv_ae_tree_instance(home_of(class), name);
    return *out ? 0 : rv_fail(err, RV_E_NOT_FOUND, "no instance '%s'", name);
}

static int
match(void *arg, const struct rv_ae_class *class, const char *pattern, int most,
      int (*fn)(void *fn_arg, const struct rv_ae_instance *instance, rv_err *err), void *fn_arg,
      rv_err *err)
{
    const struct rv_ae_tree_class *home = home_of(class);
    int found = 0;

    (void)arg;
    for (size_t i = 0; i < home->instance_count; i++) {
        if (!rv_ae_glob(pattern, home->instances[i].name))
            continue;
        if (found++ == most)
            return rv_fail(err, RV_E_LIMIT, "'%s' matches more than %d instances of %s", pattern,
                           most, class->path);
        int rc = fn(fn_arg, &home->instances[i], err);
        if (rc)
            return rc;
    }
    return 0;
}

static int
find_method(void *arg, const struct rv_ae_class *class, const char *name,
            const struct rv_ae_method **out, rv_err *err)
{
    (void)arg;
    *out = rv_ae_tree_method(home_of(class), name);
    return *out ? 0 : rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", name);
}

static int
by_rank(const void *a, const void *b)
{
    const struct rv_ae_domain *x = *(const struct rv_ae_domain *const *)a;
    const struct rv_ae_domain *y = *(const struct rv_ae_domain *const *)b;

    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return strcasecmp(x->name, y->name);
}

struct rv_ae_source *
rv_ae_tree_source(const struct rv_ae_tree *tree)
{
    struct tree_source *source = rv_alloc(sizeof(*source));

    source->tree = tree;
    source->domains = rv_alloc((tree->domain_count + 1) * sizeof(*source->domains));
    for (size_t i = 0; i < tree->domain_count; i++)
        if (tree->domains[i].def.enabled)
            source->domains[source->domain_count++] = &tree->domains[i].def;
    qsort(source->domains, source->domain_count, sizeof(const struct rv_ae_domain *), by_rank);
    source->source = (struct rv_ae_source){ .arg = source,
                                            .generation = 1,
                                            .domains = give_domains,
                                            .find_class = find_class,
                                            .find_instance = find_instance,
                                            .match = match,
                                            .find_method = find_method };
    return &source->source;
}

void
rv_ae_tree_source_close(struct rv_ae_source *source)
{
    struct tree_source *mine = (struct tree_source *)source;

    if (mine)
        free(mine->domains);
    free(mine);
}
