/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas of the OpenAPI document: one for each kind and its list, and those that all share. Every
 * schema of an answer is closed: what is not in it is a mistake.
 */
#include "api/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "api/action.h"
#include "query/select.h"
#include "base/text.h"

void
rv_openapi_name(char out[128], const char *kind_name)
{
    size_t used = 0;
    int upper = 1;

    for (const char *c = kind_name; *c && used < 127; c++) {
        if (*c == '_') {
            upper = 1;
            continue;
        }
        out[used++] = (char)(upper ? toupper((unsigned char)*c) : *c);
        upper = 0;
    }
    out[used] = '\0';
}

void
rv_openapi_ref(rv_json_writer *w, const char *section, const char *name)
{
    char text[256];

    snprintf(text, sizeof(text), "#/components/%s/%s", section, name);
    rv_jw_object(w);
    rv_openapi_pair(w, "$ref", text);
    rv_jw_end_object(w);
}

static void
write_type(rv_json_writer *w, const struct rv_column *column)
{
    size_t len = strlen(column->name);
    int is_id = column->type == REEVE_REF || rv_streq(column->name, "id") ||
                (column->type == REEVE_INT && len > 3 && rv_streq(column->name + len - 3, "_id"));
    static const char *const names[] = { "",        "string", "integer", "number",
                                         "boolean", "string", "",        "string" };

    rv_jw_object(w);
    if (is_id)
        rv_openapi_pair(w, "$ref", "#/components/schemas/Id");
    else if (*names[column->type])
        rv_openapi_pair(w, "type", names[column->type]);
    if (column->type == REEVE_TIME)
        rv_openapi_pair(w, "format", "date-time");
    if (column->help)
        rv_openapi_pair(w, "description", column->help);
    rv_jw_end_object(w);
}

static void
write_columns(rv_json_writer *w, const struct rv_kind *kind)
{
    const struct rv_virtual *virtual;

    for (int i = 0; i < kind->column_count; i++) {
        if (!rv_column_public(&kind->columns[i]))
            continue;
        rv_jw_name(w, kind->columns[i].name);
        write_type(w, &kind->columns[i]);
    }
    for (int at = 0; (virtual = rv_virtual_next(kind, &at)) != NULL;) {
        struct rv_column column = { virtual->name, virtual->type, 0, NULL, virtual->help, -1 };
        rv_jw_name(w, virtual->name);
        write_type(w, &column);
    }
}

/* A row within a row. Tools that walk into nested objects (schemathesis does) would otherwise
 * follow associations of associations, billions of them; none walks into alternatives.
 */
static void
write_nested(rv_json_writer *w, const char *schema)
{
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    rv_openapi_ref(w, "schemas", schema);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
}

/* To-one associations, under each name that they go by, unless a column has that name. */
static void
write_ones(rv_json_writer *w, const struct rv_kind *kind)
{
    static const char *const others[] = { "ext_management_system", "provider" };
    char target[128];

    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        char name[128];
        if (column->type != REEVE_REF || !column->target || !rv_column_public(column))
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)strlen(column->name) - 3, column->name);
        rv_openapi_name(target, column->target);
        if (rv_kind_column(kind, name) < 0) {
            rv_jw_name(w, name);
            write_nested(w, target);
        }
        for (size_t k = 0; rv_streq(column->name, "ems_id") && k < RV_COUNT(others); k++) {
            rv_jw_name(w, others[k]);
            write_nested(w, target);
        }
    }
}

static int
is_taken(const struct rv_kind *kind, const char *name)
{
    return rv_kind_column(kind, name) >= 0 || rv_kind_association(kind, name) >= 0;
}

static void
write_subs(rv_json_writer *w, const struct rv_kind *kind)
{
    char target[128];

    for (int i = 0; i < rv_sub_count(kind); i++) {
        struct rv_sub sub = rv_sub_at(kind, i);
        if (is_taken(kind, sub.name))
            continue;
        rv_openapi_name(target, sub.child->name);
        rv_jw_name(w, sub.name);
        if (rv_sub_single(&sub)) {
            write_nested(w, target);
            continue;
        }
        rv_jw_object(w);
        rv_openapi_pair(w, "type", "array");
        rv_jw_name(w, "items");
        write_nested(w, target);
        rv_jw_end_object(w);
    }
}

static void
begin_closed(rv_json_writer *w, const char *title)
{
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "object");
    if (title)
        rv_openapi_pair(w, "description", title);
    rv_jw_name(w, "additionalProperties");
    rv_jw_flag(w, 0);
}

static void
write_kind(rv_json_writer *w, const struct rv_kind *kind)
{
    char name[128];

    rv_openapi_name(name, kind->name);
    rv_jw_name(w, name);
    begin_closed(w, kind->def->help);
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "href");
    rv_openapi_json(w, "{\"type\":\"string\"}");
    write_columns(w, kind);
    write_ones(w, kind);
    write_subs(w, kind);
    rv_jw_name(w, "actions");
    rv_openapi_ref(w, "schemas", "Actions");
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_list(rv_json_writer *w, const struct rv_kind *kind)
{
    static const char head[] = "{\"type\":\"integer\",\"minimum\":0}";
    static const char *const counts[] = { "count", "subcount", "subquery_count", "pages" };
    char name[128], list[160];

    rv_openapi_name(name, kind->name);
    snprintf(list, sizeof(list), "%sList", name);
    rv_jw_name(w, list);
    begin_closed(w, NULL);
    rv_jw_name(w, "required");
    static const char required[] =
        "[\"name\",\"count\",\"subcount\",\"pages\",\"actions\",\"links\"]";
    rv_openapi_json(w, required);
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "name");
    rv_openapi_json(w, "{\"type\":\"string\"}");
    for (size_t i = 0; i < RV_COUNT(counts); i++) {
        rv_jw_name(w, counts[i]);
        rv_openapi_json(w, head);
    }
    rv_jw_name(w, "resources");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "array");
    rv_jw_name(w, "items");
    rv_openapi_ref(w, "schemas", name);
    rv_jw_end_object(w);
    rv_jw_name(w, "actions");
    rv_openapi_ref(w, "schemas", "Actions");
    rv_jw_name(w, "links");
    rv_openapi_ref(w, "schemas", "Links");
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* What a POST to the collection answers. */
static void
write_results(rv_json_writer *w, const struct rv_kind *kind)
{
    char name[128], results[160];

    rv_openapi_name(name, kind->name);
    snprintf(results, sizeof(results), "%sResults", name);
    rv_jw_name(w, results);
    begin_closed(w, NULL);
    rv_jw_name(w, "required");
    rv_openapi_json(w, "[\"results\"]");
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "results");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "array");
    rv_jw_name(w, "items");
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    rv_openapi_ref(w, "schemas", name);
    rv_openapi_ref(w, "schemas", "ActionResult");
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

void
rv_openapi_schemas(struct rv_request *req, rv_json_writer *w)
{
    rv_openapi_common(w);
    rv_openapi_settings_schema(w);
    rv_openapi_bodies(req, w);
    for (int i = 0; i < rv_model_count(); i++) {
        write_kind(w, rv_model_at(i));
        write_list(w, rv_model_at(i));
        write_results(w, rv_model_at(i));
    }
}
