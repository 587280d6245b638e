/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents become definitions: for each kind a table of its keys, and what is beside them.
 */
#include "tree/parse_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "tree/names.h"

#define AT(type, member) offsetof(struct rv_ae_##type, member)
#define STAMPS                                                                                     \
    { "created_on", 0, 0 }, { "updated_on", 0, 0 }, { "updated_by", 0, 0 },                        \
        { "updated_by_user_id", 0, 0 },                                                            \
    {                                                                                              \
        "id", 0, 0                                                                                 \
    }

static const struct rv_ae_key only_attributes[] = { { "attributes", 0, 0 }, { NULL, 0, 0 } };

static const struct rv_ae_key domain_keys[] = {
    { "name", AS_TEXT, AT(domain, name) },
    { "display_name", AS_TEXT, AT(domain, display_name) },
    { "description", AS_TEXT, AT(domain, description) },
    { "priority", AS_INT, AT(domain, priority) },
    { "enabled", AS_FLAG, AT(domain, enabled) },
    { "source", AS_SOURCE, AT(domain, source) },
    { "tenant_id", 0, 0 },
    { "system", 0, 0 },
    { "top_level_namespace", 0, 0 },
    { "parent_id", 0, 0 },
    { "ref", 0, 0 },
    { "ref_type", 0, 0 },
    { "git_repository_id", 0, 0 },
    { "commit_sha", 0, 0 },
    { "commit_message", 0, 0 },
    { "commit_time", 0, 0 },
    { "last_import_on", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_domain(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                   struct rv_ae_domain *out)
{
    const struct rv_ae_node *object, *attributes;

    if (rv_ae_open_document(in, node, "domain", only_attributes, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_domain){ .name = name,
                                  .enabled = 1,
                                  .at = rv_ae_parse_place(in, attributes) };
    return rv_ae_fill(in, domain_keys, attributes, out);
}

static const struct rv_ae_key namespace_keys[] = {
    { "name", AS_TEXT, AT(namespace, path) },
    { "display_name", AS_TEXT, AT(namespace, display_name) },
    { "description", AS_TEXT, AT(namespace, description) },
    { "parent_id", 0, 0 },
    { "priority", 0, 0 },
    { "enabled", 0, 0 },
    { "source", 0, 0 },
    { "tenant_id", 0, 0 },
    { "top_level_namespace", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_namespace(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                      struct rv_ae_namespace *out)
{
    const struct rv_ae_node *object, *attributes;

    if (rv_ae_open_document(in, node, "namespace", only_attributes, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_namespace){ .path = name, .at = rv_ae_parse_place(in, attributes) };
    return rv_ae_fill(in, namespace_keys, attributes, out);
}

static const struct rv_ae_key field_keys[] = {
    { "name", AS_TEXT, AT(field, name) },
    { "aetype", AS_AETYPE, AT(field, aetype) },
    { "datatype", AS_DATATYPE, AT(field, datatype) },
    { "priority", AS_INT, AT(field, priority) },
    { "substitute", AS_SUBSTITUTE, 0 },
    { "once", AS_ONCE, 0 },
    { "default_value", AS_TEXT, AT(field, default_value) },
    { "message", AS_TEXT, AT(field, message) },
    { "collect", AS_TEXT, AT(field, collect) },
    { "scope", AS_TEXT, AT(field, scope) },
    { "condition", AS_TEXT, AT(field, condition) },
    { "display_name", AS_TEXT, AT(field, display_name) },
    { "description", AS_TEXT, AT(field, description) },
    { "on_entry", AS_TEXT, AT(field, on_entry) },
    { "on_exit", AS_TEXT, AT(field, on_exit) },
    { "on_error", AS_TEXT, AT(field, on_error) },
    { "max_retries", AS_TEXT, AT(field, max_retries) },
    { "max_time", AS_TEXT, AT(field, max_time) },
    { "visibility", AS_TEXT, AT(field, visibility) },
    { "owner", AS_TEXT, AT(field, owner) },
    { "class_id", 0, 0 },
    { "method_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

/* A name that must not be there a second time, and where it is. */
struct named {
    const char *name;
    int line;
};

static int
by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcasecmp(x->name, y->name);

    return order ? order : x->line - y->line;
}

static int
check_doubles(const struct rv_ae_parse *in, struct named *all, size_t count)
{
    int rc = 0;

    if (count)
        qsort(all, count, sizeof(*all), by_name);
    for (size_t i = 1; i < count && (rc == 0 || in->notes); i++)
        if (strcasecmp(all[i - 1].name, all[i].name) == 0)
            rc = rv_ae_parse_fail(in, all[i].line,
                                  "field '%.80s' is here a second time (first in line %d)",
                                  all[i].name, all[i - 1].line);
    return rc;
}

static int
by_priority(const void *a, const void *b)
{
    const struct rv_ae_field *x = a, *y = b;

    return x->priority != y->priority ? (x->priority < y->priority ? -1 : 1)
                                      : x->at.line - y->at.line;
}

static int
check_fields(const struct rv_ae_parse *in, const struct rv_ae_field *fields, size_t count)
{
    RV_AUTO_FREE struct named *all = rv_realloc(NULL, count + 1, sizeof(*all));

    for (size_t i = 0; i < count; i++) {
        rv_err why = RV_ERR_INIT;
        all[i] = (struct named){ fields[i].name, fields[i].at.line };
        if (rv_ae_name_check(RV_AE_NAMED_FIELD, fields[i].name, &why) < 0)
            return rv_ae_parse_fail(in, fields[i].at.line, "%s", why.text);
    }
    return check_doubles(in, all, count);
}

/* A list of maps with the one key `field`. */
static int
read_fields(const struct rv_ae_parse *in, const struct rv_ae_node *list,
            const struct rv_ae_field **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    if (list == NULL || list->type == RV_AE_NODE_NULL)
        return 0;
    if (list->type != RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, list->line, "%s: a list of fields is expected", list->key);
    struct rv_ae_field *fields = rv_arena_alloc(in->arena, (list->count + 1) * sizeof(*fields));
    RV_ASSERT(fields);
    int rc = 0;
    for (const struct rv_ae_node *one = list->first; one; one = one->next) {
        const struct rv_ae_node *map = rv_ae_node_get(one, "field");
        if (map == NULL || map->type != RV_AE_NODE_MAP)
            return rv_ae_parse_fail(in, one->line, "%s: 'field' with its keys is expected",
                                    list->key);
        struct rv_ae_field *field = &fields[*count];
        *field = (struct rv_ae_field){ .flags = RV_AE_SUBSTITUTE,
                                       .priority = (int32_t)*count + 1,
                                       .at = rv_ae_parse_place(in, map) };
        if (rv_ae_fill(in, field_keys, map, field) < 0)
            rc = RV_E_INVALID;
        else
            ++*count;
        if (rc < 0 && in->notes == NULL)
            return rc;
    }
    *out = fields;
    if (rc == 0 && *count) {
        rc = check_fields(in, fields, *count);
        qsort(fields, *count, sizeof(*fields), by_priority);
    }
    return rc;
}

static const struct rv_ae_key class_parts[] = { { "attributes", 0, 0 },
                                                { "schema", 0, 0 },
                                                { NULL, 0, 0 } };

static const struct rv_ae_key class_keys[] = {
    { "name", AS_TEXT, AT(class, name) },
    { "display_name", AS_TEXT, AT(class, display_name) },
    { "description", AS_TEXT, AT(class, description) },
    { "inherits", AS_TEXT, AT(class, inherits) },
    { "type", AS_TEXT, AT(class, type) },
    { "visibility", AS_TEXT, AT(class, visibility) },
    { "owner", AS_TEXT, AT(class, owner) },
    { "namespace_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_class(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                  struct rv_ae_class *out)
{
    const struct rv_ae_node *object, *attributes;

    if (rv_ae_open_document(in, node, "class", class_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_class){ .name = name, .at = rv_ae_parse_place(in, attributes) };
    int filled = rv_ae_fill(in, class_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    int read = read_fields(in, rv_ae_node_get(object, "schema"), &out->fields, &out->field_count);
    return filled < 0 ? filled : read;
}

static const struct rv_ae_key entry_keys[] = {
    { "value", AS_TEXT, AT(entry, value) },
    { "collect", AS_TEXT, AT(entry, collect) },
    { "condition", AS_TEXT, AT(entry, condition) },
    { "display_name", AS_TEXT, AT(entry, display_name) },
    { "on_entry", AS_TEXT, AT(entry, on_entry) },
    { "on_exit", AS_TEXT, AT(entry, on_exit) },
    { "on_error", AS_TEXT, AT(entry, on_error) },
    { "max_retries", AS_TEXT, AT(entry, max_retries) },
    { "max_time", AS_TEXT, AT(entry, max_time) },
    { "datatype", 0, 0 },
    { "field_id", 0, 0 },
    { "instance_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

static int
read_entry(const struct rv_ae_parse *in, const struct rv_ae_node *one, struct rv_ae_entry *out)
{
    const struct rv_ae_node *said = one->type == RV_AE_NODE_MAP ? one->first : NULL;

    if (said == NULL || one->count != 1)
        return rv_ae_parse_fail(in, one->line, "fields: one name with its value is expected");
    *out = (struct rv_ae_entry){ .name = rv_ae_parse_keep(in, said->key, strlen(said->key)),
                                 .at = rv_ae_parse_place(in, said) };
    if (said->type == RV_AE_NODE_TEXT && rv_ae_parse_length(in, said) < 0)
        return RV_E_INVALID;
    if (said->type == RV_AE_NODE_TEXT)
        out->value = rv_ae_parse_keep(in, said->text, said->len);
    if (said->type == RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, said->line, "%s: a value is expected, not a list", said->key);
    return said->type == RV_AE_NODE_MAP ? rv_ae_fill(in, entry_keys, said, out) : 0;
}

static int
check_entries(const struct rv_ae_parse *in, const struct rv_ae_entry *entries, size_t count)
{
    RV_AUTO_FREE struct named *all = rv_realloc(NULL, count + 1, sizeof(*all));

    for (size_t i = 0; i < count; i++)
        all[i] = (struct named){ entries[i].name, entries[i].at.line };
    return check_doubles(in, all, count);
}

static int
read_entries(const struct rv_ae_parse *in, const struct rv_ae_node *list,
             struct rv_ae_instance *out)
{
    if (list == NULL || list->type == RV_AE_NODE_NULL)
        return 0;
    if (list->type != RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, list->line, "fields: a list is expected");
    struct rv_ae_entry *entries = rv_arena_alloc(in->arena, (list->count + 1) * sizeof(*entries));
    RV_ASSERT(entries);
    out->entries = entries;
    int rc = 0;
    for (const struct rv_ae_node *one = list->first; one; one = one->next) {
        if (read_entry(in, one, &entries[out->entry_count]) < 0)
            rc = RV_E_INVALID;
        else
            out->entry_count++;
        if (rc < 0 && in->notes == NULL)
            return rc;
    }
    return rc < 0 ? rc : check_entries(in, entries, out->entry_count);
}

static const struct rv_ae_key instance_parts[] = { { "attributes", 0, 0 },
                                                   { "fields", 0, 0 },
                                                   { NULL, 0, 0 } };

static const struct rv_ae_key instance_keys[] = {
    { "name", AS_TEXT, AT(instance, name) },
    { "display_name", AS_TEXT, AT(instance, display_name) },
    { "description", AS_TEXT, AT(instance, description) },
    { "inherits", AS_TEXT, AT(instance, inherits) },
    { "class_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_instance(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                     struct rv_ae_instance *out)
{
    const struct rv_ae_node *object, *attributes;

    if (rv_ae_open_document(in, node, "instance", instance_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_instance){ .name = name, .at = rv_ae_parse_place(in, attributes) };
    int filled = rv_ae_fill(in, instance_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    int read = read_entries(in, rv_ae_node_get(object, "fields"), out);
    return filled < 0 ? filled : read;
}

static const struct rv_ae_key method_parts[] = { { "attributes", 0, 0 },
                                                 { "inputs", 0, 0 },
                                                 { NULL, 0, 0 } };

static const struct rv_ae_key method_keys[] = {
    { "name", AS_TEXT, AT(method, name) },
    { "display_name", AS_TEXT, AT(method, display_name) },
    { "description", AS_TEXT, AT(method, description) },
    { "scope", AS_TEXT, AT(method, scope) },
    { "language", AS_TEXT, AT(method, language) },
    { "location", AS_TEXT, AT(method, location) },
    { "data", AS_BODY, AT(method, data) },
    { "embedded_methods", AS_EMBEDDED, 0 },
    { "options", AS_OPTIONS, 0 },
    { "class_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_method(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                   struct rv_ae_method *out)
{
    const struct rv_ae_node *object, *attributes;

    if (rv_ae_open_document(in, node, "method", method_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_method){ .name = name, .at = rv_ae_parse_place(in, attributes) };
    int filled = rv_ae_fill(in, method_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    out->data_len = out->data ? strlen(out->data) : 0;
    int read = read_fields(in, rv_ae_node_get(object, "inputs"), &out->inputs, &out->input_count);
    return filled < 0 ? filled : read;
}
