/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a domain, table after table: the rows of one know their parents by ids, so that those
 * have theirs before.
 */
#include "datastore/plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/text.h"
#include "datastore/secret.h"
#include "tree/names.h"

static const char *const namespace_columns[] = { "name",      "display_name", "description",
                                                 "domain_id", "parent_id",    "relative_path",
                                                 "path_key" };
static const char *const class_columns[] = { "name",       "display_name", "description",
                                             "domain_id",  "namespace_id", "relative_path",
                                             "path_key",   "inherits",     "type",
                                             "visibility", "owner" };
static const char *const instance_columns[] = { "name",     "display_name", "description",
                                                "class_id", "domain_id",    "name_key",
                                                "inherits", "relative_path" };
static const char *const method_columns[] = { "name",          "display_name", "description",
                                              "class_id",      "domain_id",    "name_key",
                                              "relative_path", "scope",        "language",
                                              "location",      "data",         "embedded_methods",
                                              "options" };
static const char *const field_columns[] = {
    "name",        "display_name", "description", "domain_id",     "class_id",   "method_id",
    "aetype",      "datatype",     "priority",    "default_value", "substitute", "message",
    "collect",     "scope",        "condition",   "on_entry",      "on_exit",    "on_error",
    "max_retries", "max_time",     "once",        "visibility",    "owner"
};
static const char *const value_columns[] = {
    "instance_id", "field_id", "domain_id", "value",    "display_name", "collect",
    "condition",   "on_entry", "on_exit",   "on_error", "max_retries",  "max_time"
};

#define COLUMNS(list) .columns = list, .column_count = RV_COUNT(list)

static const struct rv_ae_table tables[RV_AE_SETS] = {
    [RV_AE_SET_NAMESPACES] = { "miq_ae_namespace", COLUMNS(namespace_columns),
                               .key_sql = "0, 0, path_key" },
    [RV_AE_SET_CLASSES] = { "miq_ae_class", COLUMNS(class_columns), .key_sql = "0, 0, path_key" },
    [RV_AE_SET_INSTANCES] = { "miq_ae_instance", COLUMNS(instance_columns),
                              .key_sql = "class_id, 0, name_key" },
    [RV_AE_SET_METHODS] = { "miq_ae_method", COLUMNS(method_columns),
                            .key_sql = "class_id, 0, name_key" },
    [RV_AE_SET_FIELDS] = { "miq_ae_field", COLUMNS(field_columns), .has_secret = 1,
                           .key_sql = "class_id, method_id, name" },
    [RV_AE_SET_VALUES] = { "miq_ae_value", COLUMNS(value_columns), .has_secret = 1,
                           .key_sql = "instance_id, field_id, ''" },
};

struct planning {
    struct rv_ae_plan *plan;
    struct rv_store *store;
    const struct rv_ae_tree_domain *domain;
    rv_err *err;
};

static rv_value *
new_values(struct planning *p, enum rv_ae_set set)
{
    rv_value *values =
        rv_arena_alloc(p->plan->arena, (size_t)tables[set].column_count * sizeof(rv_value));

    RV_ASSERT(values);
    return values;
}

static rv_value
folded(struct planning *p, const char *text)
{
    char *copy = rv_arena_strdup(p->plan->arena, text);

    RV_ASSERT(copy);
    rv_lower(copy);
    return rv_vtext(copy);
}

static rv_value
id_or_null(int64_t id)
{
    return id ? rv_vint(id) : RV_VNULL;
}

static int64_t
id_at(const struct planning *p, enum rv_ae_set set, size_t index)
{
    return p->plan->sets[set].rows[index].id;
}

static int
by_path(const void *key, const void *item)
{
    return strcasecmp(key, ((const struct rv_ae_namespace *)item)->path);
}

/* The namespace in which something of this path lies; 0: at the top. */
static int64_t
parent_of(const struct planning *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    RV_AUTO_FREE char *above = slash ? rv_strndup(path, (size_t)(slash - path)) : NULL;
    const struct rv_ae_namespace *found =
        above ? bsearch(above, p->domain->namespaces, p->domain->namespace_count,
                        sizeof(*p->domain->namespaces), by_path)
              : NULL;

    return found ? id_at(p, RV_AE_SET_NAMESPACES, (size_t)(found - p->domain->namespaces)) : 0;
}

static int
match(struct planning *p, enum rv_ae_set set)
{
    return rv_ae_rowset_match(&p->plan->sets[set], p->store, p->err);
}

static int
plan_namespaces(struct planning *p)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_NAMESPACES];
    const struct rv_ae_namespace *spaces = p->domain->namespaces;

    for (size_t i = 0; i < p->domain->namespace_count; i++)
        rv_ae_rowset_add(set, 0, 0, spaces[i].path);
    if (match(p, RV_AE_SET_NAMESPACES) < 0)
        return p->err->code;
    for (size_t i = 0; i < p->domain->namespace_count; i++) {
        const char *path = spaces[i].path, *slash = strrchr(path, '/');
        rv_value *v = new_values(p, RV_AE_SET_NAMESPACES);
        v[0] = rv_vtext(slash ? slash + 1 : path);
        v[1] = rv_vtext(spaces[i].display_name);
        v[2] = rv_vtext(spaces[i].description);
        v[3] = rv_vint(p->plan->domain_id);
        v[4] = id_or_null(parent_of(p, path));
        v[5] = rv_vtext(path);
        v[6] = folded(p, path);
        rv_ae_rowset_fill(set, i, v);
    }
    return 0;
}

static int
plan_classes(struct planning *p)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_CLASSES];

    for (size_t i = 0; i < p->domain->class_count; i++)
        rv_ae_rowset_add(set, 0, 0, p->domain->classes[i].def.path);
    if (match(p, RV_AE_SET_CLASSES) < 0)
        return p->err->code;
    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_class *class = &p->domain->classes[i].def;
        rv_value *v = new_values(p, RV_AE_SET_CLASSES);
        v[0] = rv_vtext(class->name);
        v[1] = rv_vtext(class->display_name);
        v[2] = rv_vtext(class->description);
        v[3] = rv_vint(p->plan->domain_id);
        v[4] = id_or_null(parent_of(p, class->path));
        v[5] = rv_vtext(class->path);
        v[6] = folded(p, class->path);
        v[7] = rv_vtext(class->inherits);
        v[8] = rv_vtext(class->type);
        v[9] = rv_vtext(class->visibility);
        v[10] = rv_vtext(class->owner);
        rv_ae_rowset_fill(set, i, v);
    }
    return 0;
}

static rv_value
path_below(struct planning *p, const struct rv_ae_class *class, const char *name)
{
    return rv_vtext(rv_arena_format(p->plan->arena, "%s/%s", class->path, name));
}

static int
plan_instances(struct planning *p)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_INSTANCES];
    size_t at = 0;

    for (size_t i = 0; i < p->domain->class_count; i++)
        for (size_t j = 0; j < p->domain->classes[i].instance_count; j++)
            rv_ae_rowset_add(set, id_at(p, RV_AE_SET_CLASSES, i), 0,
                             p->domain->classes[i].instances[j].name);
    if (match(p, RV_AE_SET_INSTANCES) < 0)
        return p->err->code;
    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_tree_class *class = &p->domain->classes[i];
        for (size_t j = 0; j < class->instance_count; j++) {
            const struct rv_ae_instance *instance = &class->instances[j];
            rv_value *v = new_values(p, RV_AE_SET_INSTANCES);
            v[0] = rv_vtext(instance->name);
            v[1] = rv_vtext(instance->display_name);
            v[2] = rv_vtext(instance->description);
            v[3] = rv_vint(id_at(p, RV_AE_SET_CLASSES, i));
            v[4] = rv_vint(p->plan->domain_id);
            v[5] = folded(p, instance->name);
            v[6] = rv_vtext(instance->inherits);
            v[7] = path_below(p, &class->def, instance->name);
            rv_ae_rowset_fill(set, at++, v);
        }
    }
    return 0;
}

static rv_value
embedded_of(struct planning *p, const struct rv_ae_method *method)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_FILE_MAX);
    rv_json_writer w = rv_json_to(&text);

    if (method->embedded_count == 0)
        return RV_VNULL;
    rv_jw_array(&w);
    for (size_t i = 0; i < method->embedded_count; i++)
        rv_jw_string(&w, method->embedded[i]);
    rv_jw_end_array(&w);
    return rv_vtext(rv_arena_strdup(p->plan->arena, rv_buf_text(&text)));
}

static void
fill_method(struct planning *p, size_t index, int64_t class_id, const struct rv_ae_method *method)
{
    rv_value *v = new_values(p, RV_AE_SET_METHODS);

    v[0] = rv_vtext(method->name);
    v[1] = rv_vtext(method->display_name);
    v[2] = rv_vtext(method->description);
    v[3] = rv_vint(class_id);
    v[4] = rv_vint(p->plan->domain_id);
    v[5] = folded(p, method->name);
    v[6] = path_below(p, method->class, method->name);
    v[7] = rv_vtext(method->scope);
    v[8] = rv_vtext(method->language);
    v[9] = rv_vtext(method->location);
    v[10] = method->data ? rv_vtext_len(method->data, method->data_len) : RV_VNULL;
    v[11] = embedded_of(p, method);
    v[12] = rv_vtext(method->options);
    rv_ae_rowset_fill(&p->plan->sets[RV_AE_SET_METHODS], index, v);
}

static int
plan_methods(struct planning *p)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_METHODS];
    size_t at = 0;

    for (size_t i = 0; i < p->domain->class_count; i++)
        for (size_t j = 0; j < p->domain->classes[i].method_count; j++)
            rv_ae_rowset_add(set, id_at(p, RV_AE_SET_CLASSES, i), 0,
                             p->domain->classes[i].methods[j].name);
    if (match(p, RV_AE_SET_METHODS) < 0)
        return p->err->code;
    for (size_t i = 0; i < p->domain->class_count; i++)
        for (size_t j = 0; j < p->domain->classes[i].method_count; j++)
            fill_method(p, at++, id_at(p, RV_AE_SET_CLASSES, i), &p->domain->classes[i].methods[j]);
    return 0;
}

/* Stars where the row is shown, the password for its envelope. */
static rv_value
hidden(struct rv_ae_row *row, const char *text)
{
    if (text == NULL || *text == '\0')
        return rv_vtext(text);
    row->secret = text;
    return rv_vtext(RV_AE_STARS);
}

static void
fill_field(struct planning *p, size_t index, const struct rv_ae_field *field, int64_t class_id,
           int64_t method_id)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_FIELDS];
    rv_value *v = new_values(p, RV_AE_SET_FIELDS);

    v[0] = rv_vtext(field->name);
    v[1] = rv_vtext(field->display_name);
    v[2] = rv_vtext(field->description);
    v[3] = rv_vint(p->plan->domain_id);
    v[4] = id_or_null(class_id);
    v[5] = id_or_null(method_id);
    v[6] = rv_vtext(rv_ae_aetype_name(field->aetype));
    v[7] = rv_vtext(field->datatype == RV_AE_DATA_OBJECT ? field->object_class
                                                         : rv_ae_datatype_name(field->datatype));
    v[8] = rv_vint(field->priority);
    v[9] = field->datatype == RV_AE_DATA_PASSWORD ? hidden(&set->rows[index], field->default_value)
                                                  : rv_vtext(field->default_value);
    v[10] = rv_vint((field->flags & RV_AE_SUBSTITUTE) != 0);
    v[11] = rv_vtext(field->message);
    v[12] = rv_vtext(field->collect);
    v[13] = rv_vtext(field->scope);
    v[14] = rv_vtext(field->condition);
    v[15] = rv_vtext(field->on_entry);
    v[16] = rv_vtext(field->on_exit);
    v[17] = rv_vtext(field->on_error);
    v[18] = rv_vtext(field->max_retries);
    v[19] = rv_vtext(field->max_time);
    v[20] = field->flags & RV_AE_ONCE ? rv_vint(1) : RV_VNULL;
    v[21] = rv_vtext(field->visibility);
    v[22] = rv_vtext(field->owner);
    rv_ae_rowset_fill(set, index, v);
}

/* What is done to each field of the domain: those of classes first, then those of methods. */
typedef void (*field_work)(struct planning *p, size_t index, const struct rv_ae_field *field,
                           int64_t class_id, int64_t method_id);

static void
each_field(struct planning *p, field_work work)
{
    size_t at = 0, method = 0;

    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_class *class = &p->domain->classes[i].def;
        for (size_t j = 0; j < class->field_count; j++)
            work(p, at++, &class->fields[j], id_at(p, RV_AE_SET_CLASSES, i), 0);
    }
    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_tree_class *class = &p->domain->classes[i];
        for (size_t m = 0; m < class->method_count; m++, method++)
            for (size_t j = 0; j < class->methods[m].input_count; j++)
                work(p, at++, &class->methods[m].inputs[j], 0, id_at(p, RV_AE_SET_METHODS, method));
    }
}

static void
add_field(struct planning *p, size_t index, const struct rv_ae_field *field, int64_t class_id,
          int64_t method_id)
{
    (void)index;
    rv_ae_rowset_add(&p->plan->sets[RV_AE_SET_FIELDS], class_id, method_id, field->name);
}

static int
plan_fields(struct planning *p)
{
    each_field(p, add_field);
    if (match(p, RV_AE_SET_FIELDS) < 0)
        return p->err->code;
    each_field(p, fill_field);
    return 0;
}

/* Where the fields of each class begin among the rows of all. */
static size_t *
field_starts(const struct planning *p)
{
    size_t *starts = rv_alloc((p->domain->class_count + 1) * sizeof(*starts));

    for (size_t i = 0; i < p->domain->class_count; i++)
        starts[i + 1] = starts[i] + p->domain->classes[i].def.field_count;
    return starts;
}

static int
add_values(struct planning *p, const size_t *starts)
{
    size_t instance = 0;

    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_tree_class *class = &p->domain->classes[i];
        for (size_t j = 0; j < class->instance_count; j++, instance++) {
            for (size_t k = 0; k < class->instances[j].entry_count; k++) {
                const struct rv_ae_entry *entry = &class->instances[j].entries[k];
                const struct rv_ae_field *field = rv_ae_class_field(&class->def, entry->name);
                if (field == NULL)
                    return rv_fail(p->err, RV_E_INVALID, "%s:%d: class %s has no field '%.80s'",
                                   entry->at.file ? entry->at.file : class->instances[j].name,
                                   entry->at.line, class->def.path, entry->name);
                rv_ae_rowset_add(
                    &p->plan->sets[RV_AE_SET_VALUES], id_at(p, RV_AE_SET_INSTANCES, instance),
                    id_at(p, RV_AE_SET_FIELDS, starts[i] + (size_t)(field - class->def.fields)),
                    "");
            }
        }
    }
    return 0;
}

static void
fill_value(struct planning *p, size_t index, const struct rv_ae_class *class,
           const struct rv_ae_entry *entry)
{
    struct rv_ae_rowset *set = &p->plan->sets[RV_AE_SET_VALUES];
    const struct rv_ae_field *field = rv_ae_class_field(class, entry->name);
    rv_value *v = new_values(p, RV_AE_SET_VALUES);

    v[0] = rv_vint(set->rows[index].a);
    v[1] = rv_vint(set->rows[index].b);
    v[2] = rv_vint(p->plan->domain_id);
    v[3] = field->datatype == RV_AE_DATA_PASSWORD ? hidden(&set->rows[index], entry->value)
                                                  : rv_vtext(entry->value);
    v[4] = rv_vtext(entry->display_name);
    v[5] = rv_vtext(entry->collect);
    v[6] = rv_vtext(entry->condition);
    v[7] = rv_vtext(entry->on_entry);
    v[8] = rv_vtext(entry->on_exit);
    v[9] = rv_vtext(entry->on_error);
    v[10] = rv_vtext(entry->max_retries);
    v[11] = rv_vtext(entry->max_time);
    rv_ae_rowset_fill(set, index, v);
}

static int
plan_values(struct planning *p)
{
    RV_AUTO_FREE size_t *starts = field_starts(p);
    size_t at = 0;

    if (add_values(p, starts) < 0 || match(p, RV_AE_SET_VALUES) < 0)
        return p->err->code;
    for (size_t i = 0; i < p->domain->class_count; i++) {
        const struct rv_ae_tree_class *class = &p->domain->classes[i];
        for (size_t j = 0; j < class->instance_count; j++)
            for (size_t k = 0; k < class->instances[j].entry_count; k++)
                fill_value(p, at++, &class->def, &class->instances[j].entries[k]);
    }
    return 0;
}

int
rv_ae_plan_make(struct rv_ae_plan *plan, struct rv_store *store,
                const struct rv_ae_tree_domain *domain, int64_t domain_id, int64_t old_id,
                rv_err *err)
{
    struct planning p = { .plan = plan, .store = store, .domain = domain, .err = err };

    *plan = (struct rv_ae_plan){ .arena = rv_arena_new(0), .domain_id = domain_id };
    for (int i = 0; i < RV_AE_SETS; i++) {
        plan->sets[i] = (struct rv_ae_rowset){ .table = &tables[i], .arena = plan->arena };
        if (rv_ae_rowset_load(&plan->sets[i], store, old_id, err) < 0)
            return err->code;
    }
    if (plan_namespaces(&p) < 0 || plan_classes(&p) < 0 || plan_instances(&p) < 0 ||
        plan_methods(&p) < 0 || plan_fields(&p) < 0)
        return err->code;
    return plan_values(&p);
}

size_t
rv_ae_plan_changes(const struct rv_ae_plan *plan)
{
    size_t count = 0;

    for (int i = 0; i < RV_AE_SETS; i++)
        count += rv_ae_rowset_changes(&plan->sets[i]);
    return count;
}

void
rv_ae_plan_free(struct rv_ae_plan *plan)
{
    for (int i = 0; i < RV_AE_SETS; i++)
        rv_ae_rowset_free(&plan->sets[i]);
    rv_arena_free(plan->arena);
    plan->arena = NULL;
}
