/* SPDX-License-Identifier: Apache-2.0
 *
 * What each document says, with ManageIQ's keys in ManageIQ's order. `once` is ours, and there only
 * when it is set.
 */
#include "tree/document.h"

#include <string.h>
#include "base/text.h"
#include "tree/names.h"
#include "tree/write.h"

static void
open_document(struct rv_ae_emit *emit, const char *type)
{
    rv_ae_emit_map(emit);
    rv_ae_emit_pair(emit, "object_type", type);
    rv_ae_emit_text(emit, "version");
    rv_ae_emit_plain(emit, "1.0");
    rv_ae_emit_text(emit, "object");
    rv_ae_emit_map(emit);
    rv_ae_emit_text(emit, "attributes");
    rv_ae_emit_map(emit);
}

static void
close_document(struct rv_ae_emit *emit)
{
    rv_ae_emit_end_map(emit);
    rv_ae_emit_end_map(emit);
}

static void
emit_int(struct rv_ae_emit *emit, const char *key, int64_t number)
{
    rv_ae_emit_text(emit, key);
    rv_ae_emit_int(emit, number);
}

static void
emit_flag(struct rv_ae_emit *emit, const char *key, int flag)
{
    rv_ae_emit_text(emit, key);
    rv_ae_emit_flag(emit, flag);
}

void
rv_ae_emit_domain(struct rv_ae_emit *emit, const struct rv_ae_domain *domain)
{
    open_document(emit, "domain");
    rv_ae_emit_pair(emit, "name", domain->name);
    rv_ae_emit_pair(emit, "description", domain->description);
    rv_ae_emit_pair(emit, "display_name", domain->display_name);
    emit_int(emit, "priority", domain->priority);
    emit_flag(emit, "enabled", domain->enabled);
    rv_ae_emit_pair(emit, "source", rv_ae_source_name(domain->source));
    rv_ae_emit_pair(emit, "top_level_namespace", NULL);
    rv_ae_emit_end_map(emit);
    close_document(emit);
}

void
rv_ae_emit_namespace(struct rv_ae_emit *emit, const struct rv_ae_namespace *space)
{
    const char *slash = strrchr(space->path, '/');

    open_document(emit, "namespace");
    rv_ae_emit_pair(emit, "name", slash ? slash + 1 : space->path);
    rv_ae_emit_pair(emit, "description", space->description);
    rv_ae_emit_pair(emit, "display_name", space->display_name);
    rv_ae_emit_end_map(emit);
    close_document(emit);
}

static void
emit_field(struct rv_ae_emit *emit, const struct rv_ae_field *field)
{
    const char *datatype = field->datatype == RV_AE_DATA_OBJECT
                               ? field->object_class
                               : rv_ae_datatype_name(field->datatype);

    rv_ae_emit_map(emit);
    rv_ae_emit_text(emit, "field");
    rv_ae_emit_map(emit);
    rv_ae_emit_pair(emit, "aetype", rv_ae_aetype_name(field->aetype));
    rv_ae_emit_pair(emit, "name", field->name);
    rv_ae_emit_pair(emit, "display_name", field->display_name);
    rv_ae_emit_pair(emit, "datatype", datatype);
    emit_int(emit, "priority", field->priority);
    rv_ae_emit_pair(emit, "owner", field->owner);
    rv_ae_emit_pair(emit, "default_value", field->default_value);
    emit_flag(emit, "substitute", (field->flags & RV_AE_SUBSTITUTE) != 0);
    rv_ae_emit_pair(emit, "message", field->message);
    rv_ae_emit_pair(emit, "visibility", field->visibility);
    rv_ae_emit_pair(emit, "collect", field->collect);
    rv_ae_emit_pair(emit, "scope", field->scope);
    rv_ae_emit_pair(emit, "description", field->description);
    rv_ae_emit_pair(emit, "condition", field->condition);
    rv_ae_emit_pair(emit, "on_entry", field->on_entry);
    rv_ae_emit_pair(emit, "on_exit", field->on_exit);
    rv_ae_emit_pair(emit, "on_error", field->on_error);
    rv_ae_emit_pair(emit, "max_retries", field->max_retries);
    rv_ae_emit_pair(emit, "max_time", field->max_time);
    if (field->flags & RV_AE_ONCE)
        emit_flag(emit, "once", 1);
    rv_ae_emit_end_map(emit);
    rv_ae_emit_end_map(emit);
}

static void
emit_fields(struct rv_ae_emit *emit, const char *key, const struct rv_ae_field *fields,
            size_t count)
{
    rv_ae_emit_text(emit, key);
    rv_ae_emit_list(emit);
    for (size_t i = 0; i < count; i++)
        emit_field(emit, &fields[i]);
    rv_ae_emit_end_list(emit);
}

void
rv_ae_emit_class(struct rv_ae_emit *emit, const struct rv_ae_class *class)
{
    open_document(emit, "class");
    rv_ae_emit_pair(emit, "description", class->description);
    rv_ae_emit_pair(emit, "display_name", class->display_name);
    rv_ae_emit_pair(emit, "name", class->name);
    rv_ae_emit_pair(emit, "type", class->type);
    rv_ae_emit_pair(emit, "inherits", class->inherits);
    rv_ae_emit_pair(emit, "visibility", class->visibility);
    rv_ae_emit_pair(emit, "owner", class->owner);
    rv_ae_emit_end_map(emit);
    emit_fields(emit, "schema", class->fields, class->field_count);
    close_document(emit);
}

static void
emit_said(struct rv_ae_emit *emit, const char *key, const char *text)
{
    if (text)
        rv_ae_emit_pair(emit, key, text);
}

static void
emit_entry(struct rv_ae_emit *emit, const struct rv_ae_entry *entry)
{
    rv_ae_emit_map(emit);
    rv_ae_emit_text(emit, entry->name);
    rv_ae_emit_map(emit);
    emit_said(emit, "value", entry->value);
    emit_said(emit, "collect", entry->collect);
    emit_said(emit, "condition", entry->condition);
    emit_said(emit, "display_name", entry->display_name);
    emit_said(emit, "on_entry", entry->on_entry);
    emit_said(emit, "on_exit", entry->on_exit);
    emit_said(emit, "on_error", entry->on_error);
    emit_said(emit, "max_retries", entry->max_retries);
    emit_said(emit, "max_time", entry->max_time);
    rv_ae_emit_end_map(emit);
    rv_ae_emit_end_map(emit);
}

void
rv_ae_emit_instance(struct rv_ae_emit *emit, const struct rv_ae_instance *instance)
{
    open_document(emit, "instance");
    rv_ae_emit_pair(emit, "display_name", instance->display_name);
    rv_ae_emit_pair(emit, "name", instance->name);
    rv_ae_emit_pair(emit, "inherits", instance->inherits);
    rv_ae_emit_pair(emit, "description", instance->description);
    rv_ae_emit_end_map(emit);
    rv_ae_emit_text(emit, "fields");
    rv_ae_emit_list(emit);
    for (size_t i = 0; i < instance->entry_count; i++)
        emit_entry(emit, &instance->entries[i]);
    rv_ae_emit_end_list(emit);
    close_document(emit);
}

int
rv_ae_has_body(const struct rv_ae_method *method)
{
    int is_inline = method->location == NULL || rv_strcaseeq(method->location, "inline");

    return is_inline && method->data &&
           rv_ae_language_suffix(method->language ? method->language : "lua") != NULL;
}

static void
emit_embedded(struct rv_ae_emit *emit, const struct rv_ae_method *method)
{
    rv_ae_emit_text(emit, "embedded_methods");
    rv_ae_emit_list(emit);
    for (size_t i = 0; i < method->embedded_count; i++)
        rv_ae_emit_text(emit, method->embedded[i]);
    rv_ae_emit_end_list(emit);
}

void
rv_ae_emit_method(struct rv_ae_emit *emit, const struct rv_ae_method *method)
{
    RV_AUTO_JSON cJSON *options = method->options ? cJSON_Parse(method->options) : NULL;

    open_document(emit, "method");
    rv_ae_emit_pair(emit, "name", method->name);
    rv_ae_emit_pair(emit, "display_name", method->display_name);
    rv_ae_emit_pair(emit, "description", method->description);
    rv_ae_emit_pair(emit, "scope", method->scope);
    rv_ae_emit_pair(emit, "language", method->language);
    rv_ae_emit_pair(emit, "location", method->location);
    emit_embedded(emit, method);
    if (options) {
        rv_ae_emit_text(emit, "options");
        rv_ae_emit_json(emit, options);
    }
    if (method->data && !rv_ae_has_body(method))
        rv_ae_emit_pair(emit, "data", method->data);
    rv_ae_emit_end_map(emit);
    emit_fields(emit, "inputs", method->inputs, method->input_count);
    close_document(emit);
}

int
rv_ae_write_domain(const struct rv_ae_domain *domain, rv_buf *out, rv_err *err)
{
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);

    rv_ae_emit_domain(emit, domain);
    return rv_ae_emit_end(emit, err);
}

int
rv_ae_write_namespace(const struct rv_ae_namespace *space, rv_buf *out, rv_err *err)
{
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);

    rv_ae_emit_namespace(emit, space);
    return rv_ae_emit_end(emit, err);
}

int
rv_ae_write_class(const struct rv_ae_class *class, rv_buf *out, rv_err *err)
{
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);

    rv_ae_emit_class(emit, class);
    return rv_ae_emit_end(emit, err);
}

int
rv_ae_write_instance(const struct rv_ae_instance *instance, rv_buf *out, rv_err *err)
{
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);

    rv_ae_emit_instance(emit, instance);
    return rv_ae_emit_end(emit, err);
}

int
rv_ae_write_method(const struct rv_ae_method *method, rv_buf *out, rv_err *err)
{
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);

    rv_ae_emit_method(emit, method);
    return rv_ae_emit_end(emit, err);
}
