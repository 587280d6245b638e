/* SPDX-License-Identifier: Apache-2.0
 *
 * Query parameters of the OpenAPI document. Patterns say exactly which names a collection has.
 */
#include "api/openapi.h"

#include <stdio.h>
#include <string.h>
#include "api/identify.h"
#include "api/scope.h"
#include "api/tree.h"
#include "base/text.h"

#define PATTERN_MAX (256u << 10)

void
rv_openapi_pair(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    rv_jw_string(w, text);
}

void
rv_openapi_json(rv_json_writer *w, const char *json)
{
    rv_jw_raw(w, json, strlen(json));
}

static void
begin(rv_json_writer *w, const char *name, const char *help)
{
    rv_jw_object(w);
    rv_openapi_pair(w, "name", name);
    rv_openapi_pair(w, "in", "query");
    rv_openapi_pair(w, "description", help);
    rv_jw_name(w, "schema");
}

static void
text_parameter(rv_json_writer *w, const char *name, const char *help, const char *pattern)
{
    begin(w, name, help);
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "string");
    rv_openapi_pair(w, "pattern", pattern);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
word_parameter(rv_json_writer *w, const char *name, const char *help, const char *const *words)
{
    begin(w, name, help);
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "string");
    rv_jw_name(w, "enum");
    rv_jw_array(w);
    for (; *words; words++)
        rv_jw_string(w, *words);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
number_parameter(rv_json_writer *w, const char *name, const char *help, int64_t lowest)
{
    begin(w, name, help);
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "integer");
    rv_jw_name(w, "minimum");
    rv_jw_int(w, lowest);
    rv_jw_name(w, "maximum");
    rv_jw_int(w, INT64_MAX);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
add_word(rv_buf *out, const char *word)
{
    rv_buf_addf(out, "%s%s", out->len ? "|" : "", word);
}

/* Columns of these types (a bit each), and virtual attributes that have SQL. */
static void
add_attributes(rv_buf *out, const struct rv_kind *kind, unsigned types)
{
    const struct rv_virtual *virtual;

    for (int i = 0; i < kind->column_count; i++) {
        if (rv_column_public(&kind->columns[i]) && (types & 1u << kind->columns[i].type))
            add_word(out, kind->columns[i].name);
    }
    for (int at = 0; (virtual = rv_virtual_next(kind, &at)) != NULL;) {
        if (virtual->sql && (types & 1u << virtual->type))
            add_word(out, virtual->name);
    }
}

#define ALL_TYPES 0xffffu
#define BIT(type) (1u << (type))

static void
list_pattern(rv_buf *out, const char *words, int most)
{
    rv_buf_addf(out, "^(%s)(,(%s)){0,%d}$", words, words, most - 1);
}

/* Attributes of these types compared with such a value, or with none. */
static void
add_form(rv_buf *out, const struct rv_kind *kind, unsigned types, const char *operators,
         const char *value)
{
    rv_buf words = rv_buf_limited(PATTERN_MAX);

    add_attributes(&words, kind, types);
    if (words.len > 0)
        rv_buf_addf(out, "%s(%s) ?((%s) ?%s|!?= ?(NULL|nil))", out->len ? "|" : "", words.data,
                    operators, value);
    rv_buf_free(&words);
}

static void
filter_parameter(rv_json_writer *w, const struct rv_kind *kind)
{
    static const char six[] = "=|!=|<|<=|>|>=";
    rv_buf forms = rv_buf_limited(PATTERN_MAX), pattern = rv_buf_limited(PATTERN_MAX);

    add_form(&forms, kind, BIT(REEVE_STRING), six, "('[^'\\u0000]{0,40}'|\"[^\"\\u0000]{0,40}\")");
    add_form(&forms, kind, BIT(REEVE_INT) | BIT(REEVE_DOUBLE) | BIT(REEVE_REF), six,
             "-?[0-9]{1,18}");
    add_form(&forms, kind, BIT(REEVE_FLAG), "=|!=", "(true|false)");
    add_form(&forms, kind, BIT(REEVE_TIME), "=|<|>", "20[0-9]{2}-(0[1-9]|1[0-2])-[01][1-9]");
    rv_buf_addf(&pattern, "^(or )?(%s)$", rv_buf_text(&forms));
    begin(w, "filter[]", "ATTRIBUTE OPERATOR VALUE, as the document's description says");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "array");
    rv_jw_name(w, "maxItems");
    rv_jw_int(w, RV_FILTERS_MAX);
    rv_jw_name(w, "items");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "string");
    rv_openapi_pair(w, "pattern", rv_buf_text(&pattern));
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_openapi_pair(w, "style", "form");
    rv_jw_name(w, "explode");
    rv_jw_flag(w, 1);
    rv_jw_end_object(w);
    rv_buf_free(&forms);
    rv_buf_free(&pattern);
}

static void
expand_parameter(rv_json_writer *w, const struct rv_kind *kind)
{
    rv_buf words = rv_buf_limited(PATTERN_MAX), pattern = rv_buf_limited(PATTERN_MAX);

    add_word(&words, "resources");
    for (int i = 0; i < rv_sub_count(kind); i++)
        add_word(&words, rv_sub_at(kind, i).name);
    list_pattern(&pattern, rv_buf_text(&words), RV_EXPANDS_MAX);
    text_parameter(w, "expand", "resources: whole rows; a sub-collection: its rows in each",
                   rv_buf_text(&pattern));
    rv_buf_free(&words);
    rv_buf_free(&pattern);
}

/* A to-one association, alone or with one of the attributes that most kinds have. */
static void
add_association(rv_buf *out, const struct rv_column *column)
{
    static const char *const common[] = { "name", "created_on" };
    const struct rv_kind *target = rv_model_kind(column->target);

    rv_buf_addf(out, "|%.*s(\\.(id", (int)strlen(column->name) - 3, column->name);
    for (size_t i = 0; i < RV_COUNT(common); i++) {
        if (rv_kind_column(target, common[i]) >= 0)
            rv_buf_addf(out, "|%s", common[i]);
    }
    rv_buf_add_string(out, "))?");
}

static void
attributes_parameter(rv_json_writer *w, const struct rv_kind *kind)
{
    rv_buf words = rv_buf_limited(PATTERN_MAX), pattern = rv_buf_limited(PATTERN_MAX);

    add_attributes(&words, kind, ALL_TYPES);
    add_word(&words, "href_slug");
    add_word(&words, "actions");
    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (column->type == REEVE_REF && column->target && rv_column_public(column))
            add_association(&words, column);
    }
    list_pattern(&pattern, rv_buf_text(&words), 12);
    rv_buf_add_string(&pattern, "|^$"); /* none are named: all columns */
    text_parameter(w, "attributes", "Only these; virtual and dotted ones beside all",
                   rv_buf_text(&pattern));
    rv_buf_free(&words);
    rv_buf_free(&pattern);
}

static void
sort_parameter(rv_json_writer *w, const struct rv_kind *kind)
{
    rv_buf words = rv_buf_limited(PATTERN_MAX), pattern = rv_buf_limited(PATTERN_MAX);

    add_attributes(&words, kind, ALL_TYPES);
    list_pattern(&pattern, rv_buf_text(&words), RV_SORTS_MAX);
    text_parameter(w, "sort_by", "Keys, the first one first; nulls come last",
                   rv_buf_text(&pattern));
    rv_buf_free(&words);
    rv_buf_free(&pattern);
}

static void
write_class(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    word_parameter(w, "collection_class", "Rows of this class only",
                   rv_scope_classes(req->arena, kind, req->api));
}

static void
tree_parameter(rv_json_writer *w, const struct rv_kind *kind, const char *name, const char *help,
               enum rv_tree_direction direction)
{
    rv_buf pattern = rv_buf_limited(PATTERN_MAX);
    int count = 0;

    rv_buf_add_string(&pattern, "^(");
    for (int i = 0; i < rv_model_count(); i++)
        if (rv_tree_accepts(kind, rv_model_at(i), direction))
            rv_buf_addf(&pattern, "%s%s", count++ ? "|" : "", rv_model_at(i)->api_name);
    rv_buf_add_string(&pattern, ")/[0-9]{1,18}$");
    text_parameter(w, name, help, rv_buf_text(&pattern));
    rv_buf_free(&pattern);
}

static void
write_under(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    tree_parameter(w, kind, "under", "What lies in this row, at any depth", RV_TREE_UNDER);
}

static void
write_above(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    tree_parameter(w, kind, "above", "What this row lies in, at any depth", RV_TREE_ABOVE);
}

static void
write_expand(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    expand_parameter(w, kind);
}

static void
write_attributes(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    attributes_parameter(w, kind);
}

static void
write_filter(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    filter_parameter(w, kind);
}

static void
write_sort(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind)
{
    (void)req;
    sort_parameter(w, kind);
}

/* Parameters whose values are names of a kind: written once, referred to by each path. */
static const struct {
    const char *name;
    int forms;
    void (*write)(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind);
} of_kind[] = {
    { "expand", RV_OPENAPI_LIST | RV_OPENAPI_ONE, write_expand },
    { "attributes", RV_OPENAPI_LIST | RV_OPENAPI_ONE, write_attributes },
    { "filter", RV_OPENAPI_LIST, write_filter },
    { "sort_by", RV_OPENAPI_LIST, write_sort },
    { "collection_class", RV_OPENAPI_LIST, write_class },
    { "under", RV_OPENAPI_LIST, write_under },
    { "above", RV_OPENAPI_LIST, write_above },
};

static int
in_a_tree(const struct rv_kind *kind, enum rv_tree_direction direction)
{
    for (int i = 0; i < rv_model_count(); i++)
        if (rv_tree_accepts(kind, rv_model_at(i), direction))
            return 1;
    return 0;
}

/* Some kinds have no class, most are in no tree, and what a GUID finds is not filtered. */
static int
applies(size_t parameter, const struct rv_kind *kind)
{
    if (of_kind[parameter].write == write_filter)
        return !rv_kind_by_guid(kind);
    if (of_kind[parameter].write == write_under)
        return in_a_tree(kind, RV_TREE_UNDER);
    if (of_kind[parameter].write == write_above)
        return in_a_tree(kind, RV_TREE_ABOVE);
    return of_kind[parameter].write != write_class || kind->def->class_name != NULL;
}

static void
parameter_name(char out[160], const struct rv_kind *kind, const char *name)
{
    char title[128];

    rv_openapi_name(title, kind->name);
    snprintf(out, 160, "%s.%s", title, name);
}

void
rv_openapi_query(rv_json_writer *w, const struct rv_kind *kind, int form)
{
    static const char *const common[] = { "sort_order", "sort_options", "offset", "limit",
                                          "hide",       "archived",     "by_tag" };
    char name[160];

    for (size_t i = 0; i < RV_COUNT(of_kind); i++) {
        if (!(of_kind[i].forms & form) || !applies(i, kind))
            continue;
        parameter_name(name, kind, of_kind[i].name);
        rv_openapi_ref(w, "parameters", name);
    }
    for (size_t i = 0; form == RV_OPENAPI_LIST && i < RV_COUNT(common); i++)
        rv_openapi_ref(w, "parameters", common[i]);
    if (form == RV_OPENAPI_LIST &&
        (in_a_tree(kind, RV_TREE_UNDER) || in_a_tree(kind, RV_TREE_ABOVE))) {
        rv_openapi_ref(w, "parameters", "tree");
        rv_openapi_ref(w, "parameters", "levels");
    }
}

static void
write_parameters_of_kinds(struct rv_request *req, rv_json_writer *w)
{
    char name[160];

    for (int i = 0; i < rv_model_count(); i++) {
        for (size_t k = 0; k < RV_COUNT(of_kind); k++) {
            if (!applies(k, rv_model_at(i)))
                continue;
            parameter_name(name, rv_model_at(i), of_kind[k].name);
            rv_jw_name(w, name);
            of_kind[k].write(req, w, rv_model_at(i));
        }
    }
}

void
rv_openapi_parameters(struct rv_request *req, rv_json_writer *w)
{
    static const char *const resources[] = { "resources", NULL };
    static const char *const ignore_case[] = { "ignore_case", NULL };
    static const char *const trees[] = { "ems_metadata", "genealogy", NULL };

    static const char id_schema[] = "\"in\":\"path\",\"required\":true,\"schema\":{\"type\":"
                                    "\"string\",\"pattern\":\"^[0-9]{1,19}$\"}}";
    static const char *const ids[] = { "id", "sub_id" };

    for (size_t i = 0; i < RV_COUNT(ids); i++) {
        RV_AUTO_FREE char *id = rv_format("{\"name\":\"%s\",%s", ids[i], id_schema);
        rv_jw_name(w, ids[i]);
        rv_openapi_json(w, id);
    }
    static const char guid[] =
        "{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"description\":\"Its GUID\","
        "\"schema\":{\"type\":\"string\",\"format\":\"uuid\"}}";
    rv_jw_name(w, "guid");
    rv_openapi_json(w, guid);
    rv_jw_name(w, "sort_order");
    text_parameter(w, "sort_order", "An order a key",
                   "^(asc|desc|ascending|descending)(,(asc|desc|ascending|descending)){0,7}$");
    rv_jw_name(w, "sort_options");
    word_parameter(w, "sort_options", "Whether upper and lower case are the same", ignore_case);
    rv_jw_name(w, "offset");
    number_parameter(w, "offset", "Rows to leave out before the page", 0);
    rv_jw_name(w, "limit");
    number_parameter(w, "limit", "Most rows of the page; the server has a limit of its own", 1);
    rv_jw_name(w, "hide");
    word_parameter(w, "hide", "Counts without rows", resources);
    rv_jw_name(w, "archived");
    begin(w, "archived", "Whether rows that are gone are listed as well");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "boolean");
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_name(w, "by_tag");
    text_parameter(w, "by_tag", "Rows that have all of these tags",
                   "^/[^,\\u0000]{0,60}(,/[^,\\u0000]{0,60}){0,4}$");
    rv_jw_name(w, "tree");
    word_parameter(w, "tree", "Which tree under and above go by", trees);
    rv_jw_name(w, "levels");
    begin(w, "levels", "How far under and above look; 1: children or parents alone");
    rv_openapi_json(w, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":20}");
    rv_jw_end_object(w);
    write_parameters_of_kinds(req, w);
}
