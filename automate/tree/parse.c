/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents become definitions by tables: which key fills which member, and how. Keys that ManageIQ
 * writes and nothing here needs (stamps, a domain's git data) are known and passed over; others are
 * warned of.
 */
#include "tree/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/text.h"
#include "tree/names.h"

enum how {
    PASSED_OVER = 0,
    TEXT,
    BODY, /* a text as long as the file */
    INT,
    FLAG,
    SUBSTITUTE,
    ONCE,
    AETYPE,
    DATATYPE,
    SOURCE,
    EMBEDDED,
    OPTIONS,
};

struct key {
    const char *name;
    enum how how;
    size_t at; /* of the member that it fills */
};

enum { MOST_KEYS = 32, OPTIONS_MAX = 1 << 20 };

static void
tell(const struct rv_ae_parse *in, enum rv_ae_note_level level, int line, const char *text)
{
    if (in->notes)
        in->notes->note(in->notes->arg, level, in->file, line, text);
    else if (level == RV_AE_NOTE_ERROR && line)
        rv_fail(in->err, RV_E_INVALID, "%s:%d: %s", in->file, line, text);
    else if (level == RV_AE_NOTE_ERROR)
        rv_fail(in->err, RV_E_INVALID, "%s: %s", in->file, text);
}

int
rv_ae_parse_fail(const struct rv_ae_parse *in, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    tell(in, RV_AE_NOTE_ERROR, line, text);
    return RV_E_INVALID;
}

void
rv_ae_parse_warn(const struct rv_ae_parse *in, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (in->notes == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    tell(in, RV_AE_NOTE_WARNING, line, text);
}

static const char *
keep(const struct rv_ae_parse *in, const char *text, size_t len)
{
    const char *copy = rv_arena_strndup(in->arena, text, len);

    RV_ASSERT(copy);
    return copy;
}

static struct rv_ae_place
place(const struct rv_ae_parse *in, const struct rv_ae_node *node)
{
    return (struct rv_ae_place){ .file = in->file, .line = node->line };
}

static int
read_int(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t number;

    if (rv_parse_int(&number, node->text, &ignored) < 0 || number < INT32_MIN || number > INT32_MAX)
        return rv_ae_parse_fail(in, node->line, "%s: '%.40s' is no whole number", node->key,
                                node->text);
    *out = (int32_t)number;
    return 0;
}

static int
read_flag(const struct rv_ae_parse *in, const struct rv_ae_node *node, int *out)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t flag;

    if (rv_parse_flag(&flag, node->text, &ignored) < 0)
        return rv_ae_parse_fail(in, node->line, "%s: true or false is expected, not '%.40s'",
                                node->key, node->text);
    *out = (int)flag;
    return 0;
}

static int
read_bit(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t bit, int32_t *flags)
{
    int on = 0;

    if (read_flag(in, node, &on) < 0)
        return RV_E_INVALID;
    *flags = on ? *flags | bit : *flags & ~bit;
    return 0;
}

static int
read_aetype(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    int found = rv_ae_aetype(node->text);

    if (found < 0)
        return rv_ae_parse_fail(in, node->line,
                                "aetype '%.40s' is none of attribute, assertion, method, "
                                "relationship and state",
                                node->text);
    *out = found;
    return 0;
}

static int
read_source(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    int found = rv_ae_source_of(node->text);

    if (found < 0)
        rv_ae_parse_warn(in, node->line,
                         "source '%.40s' is none of user, user_locked, remote and "
                         "system",
                         node->text);
    *out = found < 0 ? RV_AE_USER : found;
    return 0;
}

static int
read_embedded(const struct rv_ae_parse *in, const struct rv_ae_node *node, struct rv_ae_method *out)
{
    size_t count = 0;

    if (node->type != RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, node->line, "%s: a list of paths is expected", node->key);
    const char **paths = rv_arena_alloc(in->arena, (node->count + 1) * sizeof(*paths));
    RV_ASSERT(paths);
    for (const struct rv_ae_node *one = node->first; one; one = one->next) {
        if (one->type != RV_AE_NODE_TEXT)
            return rv_ae_parse_fail(in, one->line, "%s: a path is expected", node->key);
        paths[count++] = keep(in, one->text, one->len);
    }
    out->embedded = paths;
    out->embedded_count = count;
    return 0;
}

static int
read_options(const struct rv_ae_parse *in, const struct rv_ae_node *node, struct rv_ae_method *out)
{
    RV_AUTO_JSON cJSON *json = rv_ae_node_json(node);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(OPTIONS_MAX);

    if (node->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "options: keys and values are expected");
    if (node->count == 0)
        return 0;
    if (rv_json_canonical(&text, json) < 0)
        return rv_ae_parse_fail(in, node->line, "options: more than %d bytes", OPTIONS_MAX);
    out->options = keep(in, rv_buf_text(&text), text.len);
    return 0;
}

static int
check_length(const struct rv_ae_parse *in, const struct rv_ae_node *node)
{
    return node->len > RV_AE_VALUE_MAX
               ? rv_ae_parse_fail(in, node->line, "%.80s: a value has at most %d bytes", node->key,
                                  RV_AE_VALUE_MAX)
               : 0;
}

static int
fill(const struct rv_ae_parse *in, const struct key *key, const struct rv_ae_node *node, void *out)
{
    void *member = (char *)out + key->at;
    struct rv_ae_field *field = out;

    if (key->how == PASSED_OVER || node->type == RV_AE_NODE_NULL)
        return 0;
    if (key->how == EMBEDDED)
        return read_embedded(in, node, out);
    if (key->how == OPTIONS)
        return read_options(in, node, out);
    if (node->type != RV_AE_NODE_TEXT)
        return rv_ae_parse_fail(in, node->line, "%s: a text is expected", node->key);
    if (key->how == TEXT && check_length(in, node) < 0)
        return RV_E_INVALID;
    switch (key->how) {
    case INT:
        return read_int(in, node, member);
    case FLAG:
        return read_flag(in, node, member);
    case SUBSTITUTE:
        return read_bit(in, node, RV_AE_SUBSTITUTE, &field->flags);
    case ONCE:
        return read_bit(in, node, RV_AE_ONCE, &field->flags);
    case AETYPE:
        return read_aetype(in, node, member);
    case SOURCE:
        return read_source(in, node, member);
    case DATATYPE:
        field->datatype = rv_ae_datatype(node->text);
        if (field->datatype == RV_AE_DATA_OBJECT)
            field->object_class = keep(in, node->text, node->len);
        return 0;
    default:
        *(const char **)member = keep(in, node->text, node->len);
        return 0;
    }
}

static void
warn_unknown(const struct rv_ae_parse *in, const struct key *keys, const struct rv_ae_node *node)
{
    const char *names[MOST_KEYS + 1];
    size_t count = 0;

    for (; keys[count].name && count < MOST_KEYS; count++)
        names[count] = keys[count].name;
    names[count] = NULL;
    const char *nearest = rv_nearest(node->key, names);
    if (nearest)
        rv_ae_parse_warn(in, node->line, "unknown key '%.60s': do you mean '%s'?", node->key,
                         nearest);
    else
        rv_ae_parse_warn(in, node->line, "unknown key '%.60s'", node->key);
}

/* All of a map, by a table. Goes on behind a mistake, so that each is told. */
static int
fill_all(const struct rv_ae_parse *in, const struct key *keys, const struct rv_ae_node *map,
         void *out)
{
    int rc = 0;

    for (const struct rv_ae_node *node = map->first; node; node = node->next) {
        const struct key *key = keys;
        while (key->name && strcmp(key->name, node->key) != 0)
            key++;
        if (key->name == NULL)
            warn_unknown(in, keys, node);
        else if (fill(in, key, node, out) < 0)
            rc = RV_E_INVALID;
        if (rc < 0 && in->notes == NULL)
            return rc;
    }
    return rc;
}

static const struct key document_keys[] = {
    { "object_type", 0, 0 }, { "version", 0, 0 }, { "object", 0, 0 }, { NULL, 0, 0 }
};

/* The `object` of a document, which must be of this type. */
static int
open_document(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *type,
              const struct key *parts, const struct rv_ae_node **object,
              const struct rv_ae_node **attributes)
{
    const struct rv_ae_node *said = rv_ae_node_get(node, "object_type");

    if (node->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "no document of a %s: keys are expected", type);
    if (said == NULL || said->type != RV_AE_NODE_TEXT)
        return rv_ae_parse_fail(in, node->line, "object_type is missing: '%s' is expected", type);
    if (strcmp(said->text, type) != 0)
        return rv_ae_parse_fail(in, said->line, "object_type is '%.40s': '%s' is expected here",
                                said->text, type);
    *object = rv_ae_node_get(node, "object");
    if (*object == NULL || (*object)->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "'object' with its attributes is missing");
    *attributes = rv_ae_node_get(*object, "attributes");
    if (*attributes == NULL || (*attributes)->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, (*object)->line, "'attributes' is missing");
    for (const struct rv_ae_node *one = node->first; one; one = one->next)
        if (rv_ae_node_get(node, one->key) == one && strcmp(one->key, "object_type") != 0 &&
            strcmp(one->key, "version") != 0 && strcmp(one->key, "object") != 0)
            warn_unknown(in, document_keys, one);
    for (const struct rv_ae_node *one = (*object)->first; one; one = one->next) {
        const struct key *key = parts;
        while (key->name && strcmp(key->name, one->key) != 0)
            key++;
        if (key->name == NULL)
            warn_unknown(in, parts, one);
    }
    return 0;
}

#define AT(type, member) offsetof(struct rv_ae_##type, member)
#define STAMPS                                                                                     \
    { "created_on", 0, 0 }, { "updated_on", 0, 0 }, { "updated_by", 0, 0 },                        \
        { "updated_by_user_id", 0, 0 },                                                            \
    {                                                                                              \
        "id", 0, 0                                                                                 \
    }

static const struct key only_attributes[] = { { "attributes", 0, 0 }, { NULL, 0, 0 } };

static const struct key domain_keys[] = {
    { "name", TEXT, AT(domain, name) },
    { "display_name", TEXT, AT(domain, display_name) },
    { "description", TEXT, AT(domain, description) },
    { "priority", INT, AT(domain, priority) },
    { "enabled", FLAG, AT(domain, enabled) },
    { "source", SOURCE, AT(domain, source) },
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

    if (open_document(in, node, "domain", only_attributes, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_domain){ .name = name, .enabled = 1, .at = place(in, attributes) };
    return fill_all(in, domain_keys, attributes, out);
}

static const struct key namespace_keys[] = {
    { "name", TEXT, AT(namespace, path) },
    { "display_name", TEXT, AT(namespace, display_name) },
    { "description", TEXT, AT(namespace, description) },
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

    if (open_document(in, node, "namespace", only_attributes, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_namespace){ .path = name, .at = place(in, attributes) };
    return fill_all(in, namespace_keys, attributes, out);
}

static const struct key field_keys[] = {
    { "name", TEXT, AT(field, name) },
    { "aetype", AETYPE, AT(field, aetype) },
    { "datatype", DATATYPE, AT(field, datatype) },
    { "priority", INT, AT(field, priority) },
    { "substitute", SUBSTITUTE, 0 },
    { "once", ONCE, 0 },
    { "default_value", TEXT, AT(field, default_value) },
    { "message", TEXT, AT(field, message) },
    { "collect", TEXT, AT(field, collect) },
    { "scope", TEXT, AT(field, scope) },
    { "condition", TEXT, AT(field, condition) },
    { "display_name", TEXT, AT(field, display_name) },
    { "description", TEXT, AT(field, description) },
    { "on_entry", TEXT, AT(field, on_entry) },
    { "on_exit", TEXT, AT(field, on_exit) },
    { "on_error", TEXT, AT(field, on_error) },
    { "max_retries", TEXT, AT(field, max_retries) },
    { "max_time", TEXT, AT(field, max_time) },
    { "visibility", TEXT, AT(field, visibility) },
    { "owner", TEXT, AT(field, owner) },
    { "class_id", 0, 0 },
    { "method_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

static int
by_name(const void *a, const void *b)
{
    const struct rv_ae_field *x = *(const struct rv_ae_field *const *)a;
    const struct rv_ae_field *y = *(const struct rv_ae_field *const *)b;
    int order = strcasecmp(x->name, y->name);

    return order ? order : x->at.line - y->at.line;
}

static int
by_priority(const void *a, const void *b)
{
    const struct rv_ae_field *x = a, *y = b;

    return x->priority != y->priority ? (x->priority < y->priority ? -1 : 1)
                                      : x->at.line - y->at.line;
}

/* Every field has a name of its own. */
static int
check_fields(const struct rv_ae_parse *in, const struct rv_ae_field *fields, size_t count)
{
    RV_AUTO_FREE const struct rv_ae_field **all = NULL;
    int rc = 0;

    all = rv_realloc(NULL, count + 1, sizeof(const struct rv_ae_field *));
    for (size_t i = 0; i < count; i++) {
        rv_err why = RV_ERR_INIT;
        all[i] = &fields[i];
        if (rv_ae_name_check(RV_AE_NAMED_FIELD, fields[i].name, &why) < 0)
            return rv_ae_parse_fail(in, fields[i].at.line, "%s", why.text);
    }
    qsort(all, count, sizeof(const struct rv_ae_field *), by_name);
    for (size_t i = 1; i < count && (rc == 0 || in->notes); i++)
        if (strcasecmp(all[i - 1]->name, all[i]->name) == 0)
            rc = rv_ae_parse_fail(in, all[i]->at.line,
                                  "field '%s' is here a second time (first in line %d)",
                                  all[i]->name, all[i - 1]->at.line);
    return rc;
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
                                       .at = place(in, map) };
        if (fill_all(in, field_keys, map, field) < 0)
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

static const struct key class_parts[] = { { "attributes", 0, 0 },
                                          { "schema", 0, 0 },
                                          { NULL, 0, 0 } };

static const struct key class_keys[] = {
    { "name", TEXT, AT(class, name) },
    { "display_name", TEXT, AT(class, display_name) },
    { "description", TEXT, AT(class, description) },
    { "inherits", TEXT, AT(class, inherits) },
    { "type", TEXT, AT(class, type) },
    { "visibility", TEXT, AT(class, visibility) },
    { "owner", TEXT, AT(class, owner) },
    { "namespace_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_class(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                  struct rv_ae_class *out)
{
    const struct rv_ae_node *object, *attributes;

    if (open_document(in, node, "class", class_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_class){ .name = name, .at = place(in, attributes) };
    int filled = fill_all(in, class_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    int read = read_fields(in, rv_ae_node_get(object, "schema"), &out->fields, &out->field_count);
    return filled < 0 ? filled : read;
}

static const struct key entry_keys[] = {
    { "value", TEXT, AT(entry, value) },
    { "collect", TEXT, AT(entry, collect) },
    { "condition", TEXT, AT(entry, condition) },
    { "display_name", TEXT, AT(entry, display_name) },
    { "on_entry", TEXT, AT(entry, on_entry) },
    { "on_exit", TEXT, AT(entry, on_exit) },
    { "on_error", TEXT, AT(entry, on_error) },
    { "max_retries", TEXT, AT(entry, max_retries) },
    { "max_time", TEXT, AT(entry, max_time) },
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
    *out = (struct rv_ae_entry){ .name = keep(in, said->key, strlen(said->key)),
                                 .at = place(in, said) };
    if (said->type == RV_AE_NODE_TEXT && check_length(in, said) < 0)
        return RV_E_INVALID;
    if (said->type == RV_AE_NODE_TEXT)
        out->value = keep(in, said->text, said->len);
    if (said->type == RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, said->line, "%s: a value is expected, not a list", said->key);
    return said->type == RV_AE_NODE_MAP ? fill_all(in, entry_keys, said, out) : 0;
}

static int
by_entry_name(const void *a, const void *b)
{
    const struct rv_ae_entry *x = *(const struct rv_ae_entry *const *)a;
    const struct rv_ae_entry *y = *(const struct rv_ae_entry *const *)b;
    int order = strcasecmp(x->name, y->name);

    return order ? order : x->at.line - y->at.line;
}

static int
check_entries(const struct rv_ae_parse *in, const struct rv_ae_entry *entries, size_t count)
{
    RV_AUTO_FREE const struct rv_ae_entry **all = NULL;
    int rc = 0;

    all = rv_realloc(NULL, count + 1, sizeof(const struct rv_ae_entry *));
    for (size_t i = 0; i < count; i++)
        all[i] = &entries[i];
    qsort(all, count, sizeof(const struct rv_ae_entry *), by_entry_name);
    for (size_t i = 1; i < count && (rc == 0 || in->notes); i++)
        if (strcasecmp(all[i - 1]->name, all[i]->name) == 0)
            rc = rv_ae_parse_fail(in, all[i]->at.line,
                                  "field '%.80s' is here a second time (first in line %d)",
                                  all[i]->name, all[i - 1]->at.line);
    return rc;
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

static const struct key instance_parts[] = { { "attributes", 0, 0 },
                                             { "fields", 0, 0 },
                                             { NULL, 0, 0 } };

static const struct key instance_keys[] = {
    { "name", TEXT, AT(instance, name) },
    { "display_name", TEXT, AT(instance, display_name) },
    { "description", TEXT, AT(instance, description) },
    { "inherits", TEXT, AT(instance, inherits) },
    { "class_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_instance(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                     struct rv_ae_instance *out)
{
    const struct rv_ae_node *object, *attributes;

    if (open_document(in, node, "instance", instance_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_instance){ .name = name, .at = place(in, attributes) };
    int filled = fill_all(in, instance_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    int read = read_entries(in, rv_ae_node_get(object, "fields"), out);
    return filled < 0 ? filled : read;
}

static const struct key method_parts[] = { { "attributes", 0, 0 },
                                           { "inputs", 0, 0 },
                                           { NULL, 0, 0 } };

static const struct key method_keys[] = {
    { "name", TEXT, AT(method, name) },
    { "display_name", TEXT, AT(method, display_name) },
    { "description", TEXT, AT(method, description) },
    { "scope", TEXT, AT(method, scope) },
    { "language", TEXT, AT(method, language) },
    { "location", TEXT, AT(method, location) },
    { "data", BODY, AT(method, data) },
    { "embedded_methods", EMBEDDED, 0 },
    { "options", OPTIONS, 0 },
    { "class_id", 0, 0 },
    STAMPS,
    { NULL, 0, 0 },
};

int
rv_ae_parse_method(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                   struct rv_ae_method *out)
{
    const struct rv_ae_node *object, *attributes;

    if (open_document(in, node, "method", method_parts, &object, &attributes) < 0)
        return RV_E_INVALID;
    *out = (struct rv_ae_method){ .name = name, .at = place(in, attributes) };
    int filled = fill_all(in, method_keys, attributes, out);
    if (filled < 0 && in->notes == NULL)
        return filled;
    out->data_len = out->data ? strlen(out->data) : 0;
    int read = read_fields(in, rv_ae_node_get(object, "inputs"), &out->inputs, &out->input_count);
    return filled < 0 ? filled : read;
}
