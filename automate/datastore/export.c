/* SPDX-License-Identifier: Apache-2.0
 *
 * What the database has becomes a tree, read in one snapshot.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "datastore/datastore.h"
#include "datastore/domain_rows.h"
#include "datastore/load.h"
#include "datastore/secret.h"

struct reading {
    struct rv_ae_tree *tree;
    struct rv_store *store;
    const struct rv_datastore *ds;
    const char *name;
    struct rv_ae_tree_domain *domain; /* at work */
    size_t size;
};

static void *
grown(void *list, size_t count, size_t item)
{
    return (count & (count - 1)) == 0 ? rv_realloc(list, count ? count * 2 : 1, item) : list;
}

static void *
settled(struct rv_arena *arena, void *list, size_t bytes)
{
    void *kept = rv_arena_alloc(arena, bytes + 1);

    RV_ASSERT(kept);
    if (bytes)
        memcpy(kept, list, bytes);
    free(list);
    return kept;
}

static int
take_domain(void *arg, const struct rv_ae_domain *domain, rv_err *err)
{
    struct reading *r = arg;
    struct rv_ae_tree *tree = r->tree;
    int wanted = r->name ? rv_strcaseeq(domain->name, r->name) : domain->source != RV_AE_SYSTEM;

    (void)err;
    if (!wanted || (r->ds->sees_tenant && !r->ds->sees_tenant(r->ds->arg, domain->tenant_id)))
        return 0;
    tree->domains = grown(tree->domains, tree->domain_count, sizeof(*tree->domains));
    tree->domains[tree->domain_count++] = (struct rv_ae_tree_domain){ .def = *domain };
    return 0;
}

static int
take_class(void *arg, const struct rv_ae_class *class, int64_t domain_id, const char *key,
           rv_err *err)
{
    struct reading *r = arg;
    struct rv_ae_tree_domain *domain = r->domain;

    (void)domain_id, (void)key, (void)err;
    domain->classes = grown(domain->classes, domain->class_count, sizeof(*domain->classes));
    domain->classes[domain->class_count++] = (struct rv_ae_tree_class){ .def = *class };
    return 0;
}

static int
read_namespaces(struct reading *r, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_arena *arena = r->tree->arena;
    struct rv_ae_tree_domain *domain = r->domain;
    const rv_value *row, param = rv_vint(domain->def.id);
    int rc;

    if (rv_store_query(r->store, &rows,
                       "SELECT id, relative_path, display_name, description"
                       " FROM miq_ae_namespaces WHERE domain_id = $1 ORDER BY path_key",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        domain->namespaces =
            grown(domain->namespaces, domain->namespace_count, sizeof(*domain->namespaces));
        domain->namespaces[domain->namespace_count++] = (struct rv_ae_namespace){
            .id = row[0].v.i,
            .path = rv_arena_strdup(arena, row[1].v.text),
            .display_name = row[2].type == RV_TEXT ? rv_arena_strdup(arena, row[2].v.text) : NULL,
            .description = row[3].type == RV_TEXT ? rv_arena_strdup(arena, row[3].v.text) : NULL
        };
    }
    domain->namespaces =
        settled(arena, domain->namespaces, domain->namespace_count * sizeof(*domain->namespaces));
    return rc;
}

/* Names of a class's rows: each is read by its name then. */
struct names {
    struct rv_arena *arena;
    char **list;
    size_t count;
};

static int
take_name(void *arg, const char *name, rv_err *err)
{
    struct names *names = arg;

    (void)err;
    names->list = grown(names->list, names->count, sizeof(*names->list));
    names->list[names->count] = rv_arena_strdup(names->arena, name);
    rv_lower(names->list[names->count++]);
    return 0;
}

static void
star_fields(const struct rv_ae_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rv_ae_field *field = (struct rv_ae_field *)(uintptr_t)&fields[i];
        if (field->datatype == RV_AE_DATA_PASSWORD && field->default_value)
            field->default_value = RV_AE_STARS;
    }
}

static void
star_entries(const struct rv_ae_class *class, const struct rv_ae_instance *instance)
{
    for (size_t i = 0; i < instance->entry_count; i++) {
        struct rv_ae_entry *entry = (struct rv_ae_entry *)(uintptr_t)&instance->entries[i];
        const struct rv_ae_field *field = rv_ae_class_field(class, entry->name);
        if (field && field->datatype == RV_AE_DATA_PASSWORD && entry->value)
            entry->value = RV_AE_STARS;
    }
}

/* Listed and not found by its name: its row was written by somebody else than the datastore. */
static int
not_there(const char *what, const char *name, const struct rv_ae_tree_class *class, rv_err *err)
{
    return rv_fail(err, RV_E_NOT_FOUND, "%s '%.200s' of class '%.200s' is not found by its name",
                   what, name, class->def.name);
}

static int
read_instances(struct reading *r, struct rv_ae_tree_class *class, rv_err *err)
{
    struct rv_arena *arena = r->tree->arena;
    struct names names = { .arena = arena };
    int rc = rv_datastore_each_instance_name(r->store, class->def.id, take_name, &names, err);

    class->instances = rv_arena_alloc(arena, (names.count + 1) * sizeof(*class->instances));
    for (size_t i = 0; rc == 0 && i < names.count; i++) {
        struct rv_ae_instance *one = NULL;
        rc = rv_datastore_instance(r->store, arena, &class->def, names.list[i], &one, err);
        if (rc == RV_E_NOT_FOUND)
            rc = not_there("instance", names.list[i], class, err);
        if (rc == 0) {
            star_entries(&class->def, one);
            class->instances[class->instance_count++] = *one;
        }
    }
    free(names.list);
    return rc;
}

static int
read_method_names(struct reading *r, int64_t class_id, struct names *names, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(class_id);
    int rc;

    if (rv_store_query(r->store, &rows,
                       "SELECT name FROM miq_ae_methods WHERE class_id = $1 ORDER BY name_key",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        take_name(names, row[0].v.text, err);
    return rc;
}

static int
read_methods(struct reading *r, struct rv_ae_tree_class *class, rv_err *err)
{
    struct rv_arena *arena = r->tree->arena;
    struct names names = { .arena = arena };
    int rc = read_method_names(r, class->def.id, &names, err);

    class->methods = rv_arena_alloc(arena, (names.count + 1) * sizeof(*class->methods));
    for (size_t i = 0; rc == 0 && i < names.count; i++) {
        struct rv_ae_method *one = NULL;
        rc = rv_datastore_method(r->store, arena, &class->def, names.list[i], &one, err);
        if (rc == RV_E_NOT_FOUND)
            rc = not_there("method", names.list[i], class, err);
        if (rc == 0) {
            star_fields(one->inputs, one->input_count);
            class->methods[class->method_count++] = *one;
        }
    }
    free(names.list);
    return rc;
}

static int
read_class(struct reading *r, struct rv_ae_tree_class *class, rv_err *err)
{
    class->def.domain = &r->domain->def;
    if (rv_datastore_fields(r->store, r->tree->arena, RV_DATASTORE_OF_CLASS, class->def.id,
                            &class->def.fields, &class->def.field_count, err) < 0)
        return err->code;
    int rc = read_instances(r, class, err);
    if (rc == 0)
        rc = read_methods(r, class, err);
    star_fields(class->def.fields, class->def.field_count);
    return rc;
}

static int
read_domain(struct reading *r, rv_err *err)
{
    struct rv_ae_tree_domain *domain = r->domain;

    if (read_namespaces(r, err) < 0)
        return err->code;
    int rc = rv_datastore_each_class(r->store, r->tree->arena, domain->def.id, take_class, r, err);
    domain->classes =
        settled(r->tree->arena, domain->classes, domain->class_count * sizeof(*domain->classes));
    for (size_t i = 0; rc == 0 && i < domain->class_count; i++)
        rc = read_class(r, &domain->classes[i], err);
    return rc;
}

static int
by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct rv_ae_tree_domain *)a)->def.name,
                      ((const struct rv_ae_tree_domain *)b)->def.name);
}

static int
read_all(struct reading *r, rv_err *err)
{
    struct rv_ae_tree *tree = r->tree;
    int rc = rv_datastore_each_domain(r->store, tree->arena, RV_DATASTORE_ALL, take_domain, r, err);

    if (tree->domain_count)
        qsort(tree->domains, tree->domain_count, sizeof(*tree->domains), by_name);
    tree->domains =
        settled(tree->arena, tree->domains, tree->domain_count * sizeof(*tree->domains));
    if (rc == 0 && r->name && tree->domain_count == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no domain '%.200s'", r->name);
    for (size_t i = 0; rc == 0 && i < tree->domain_count; i++) {
        r->domain = &tree->domains[i];
        rc = read_domain(r, err);
    }
    return rc;
}

int
rv_datastore_export(struct rv_ae_tree **out, const struct rv_datastore *ds, const char *name,
                    rv_err *err)
{
    struct reading r = {
        .tree = rv_alloc(sizeof(*r.tree)), .store = ds->store, .ds = ds, .name = name
    };

    r.tree->arena = rv_arena_new(0);
    int rc = rv_store_begin_snapshot(ds->store, err);
    if (rc == 0) {
        rc = read_all(&r, err);
        rv_store_rollback(ds->store);
    }
    if (rc < 0) {
        rv_ae_tree_free(r.tree);
        return rc;
    }
    *out = r.tree;
    return 0;
}
