/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents of resources.
 */
#include "api/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "api/action.h"
#include "api/types.h"
#include "base/text.h"

int
rv_fail_row(const struct rv_kind *kind, const char *id, rv_err *err)
{
    return rv_fail(err, RV_E_NOT_FOUND, "Couldn't find %s with 'id'=%.40s",
                   kind->def->class_name ? kind->def->class_name : kind->name, id);
}

void
rv_document_id(rv_json_writer *w, int64_t id)
{
    char text[24];

    rv_jw_string_len(w, text, rv_format_int(text, id));
}

/* Who is told of a row that is found by its GUID has asked for it. */
static const char *
slug_of(const struct rv_request *req, const struct rv_kind *kind, int64_t id)
{
    if (req->guid && req->kind == kind)
        return rv_arena_format(req->arena, "%s/%s", kind->api_name, req->guid);
    return rv_arena_format(req->arena, "%s/%" PRId64, kind->api_name, id);
}

const char *
rv_document_href(const struct rv_request *req, const struct rv_kind *kind, int64_t id)
{
    return rv_arena_format(req->arena, "%s/%s", req->api_root, slug_of(req, kind, id));
}

static int
is_id(const struct rv_column *column)
{
    size_t len = strlen(column->name);

    return column->type == REEVE_REF || rv_streq(column->name, "id") ||
           (len > 3 && rv_streq(column->name + len - 3, "_id"));
}

/* A provider's type is kept as its plugin's name and shown as ManageIQ's class. */
static void
write_text(const struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind,
           const struct rv_column *column, const rv_value *value)
{
    const char *class_name = NULL;

    if (rv_streq(kind->name, "provider") && rv_streq(column->name, "type"))
        class_name = rv_types_class(req->api, value->v.text);
    if (class_name)
        rv_jw_string(w, class_name);
    else
        rv_jw_string_len(w, value->v.text, (size_t)value->len);
}

static void
write_value(const struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind,
            const struct rv_column *column, const rv_value *value)
{
    if (value->type == RV_INT && is_id(column))
        rv_document_id(w, value->v.i);
    else if (value->type == RV_INT && column->type == REEVE_FLAG)
        rv_jw_flag(w, value->v.i != 0);
    else if (value->type == RV_INT && column->type == REEVE_TIME)
        rv_jw_time(w, value->v.i);
    else if (value->type == RV_INT)
        rv_jw_int(w, value->v.i);
    else if (value->type == RV_DOUBLE)
        rv_jw_double(w, value->v.d);
    else if (value->type == RV_TEXT && column->type == REEVE_JSON)
        rv_jw_raw(w, value->v.text, (size_t)value->len);
    else if (value->type == RV_TEXT)
        write_text(req, w, kind, column, value);
    else
        rv_jw_null(w);
}

static void
write_virtual(const struct rv_document *doc, rv_json_writer *w, const struct rv_output *field,
              const rv_value *row, const rv_value *value)
{
    const struct rv_hop *hop = &doc->select->hops[field->hop];
    struct rv_column column = { .name = field->virtual->name, .type = field->virtual->type };

    if (!field->virtual->sql) {
        rv_jw_name(w, column.name);
        rv_jw_string(w, slug_of(doc->req, hop->kind, row[hop->id_at].v.i));
    } else if (value->type != RV_NULL) {
        rv_jw_name(w, column.name);
        write_value(doc->req, w, hop->kind, &column, value);
    }
}

static void
write_hop(const struct rv_document *doc, rv_json_writer *w, int hop, const rv_value *row)
{
    const struct rv_select *select = doc->select;
    const struct rv_kind *kind = select->hops[hop].kind;

    for (int i = 0; i < select->field_count; i++) {
        const struct rv_output *field = &select->fields[i];
        if (field->hop != hop || !field->shown)
            continue;
        if (field->virtual) {
            write_virtual(doc, w, field, row, &row[i]);
        } else if (row[i].type != RV_NULL) {
            rv_jw_name(w, kind->columns[field->column].name);
            write_value(doc->req, w, kind, &kind->columns[field->column], &row[i]);
        }
    }
    for (int i = hop + 1; i < select->hop_count; i++) {
        const struct rv_hop *next = &select->hops[i];
        if (next->parent != hop || !next->shown || row[next->id_at].type == RV_NULL)
            continue;
        rv_jw_name(w, next->name);
        rv_jw_object(w);
        write_hop(doc, w, i, row);
        rv_jw_end_object(w);
    }
}

void
rv_document_fields(const struct rv_document *doc, rv_json_writer *w, const rv_value *row)
{
    rv_jw_name(w, "href");
    rv_jw_string(w, rv_document_href(doc->req, doc->select->hops[0].kind, row[0].v.i));
    write_hop(doc, w, 0, row);
}

static void
write_action(rv_json_writer *w, const struct rv_action *action, const char *href)
{
    char method[16];

    snprintf(method, sizeof(method), "%s", rv_method_name(action->method));
    rv_lower(method);
    rv_jw_object(w);
    rv_jw_name(w, "name");
    rv_jw_string(w, action->name);
    rv_jw_name(w, "method");
    rv_jw_string(w, method);
    rv_jw_name(w, "href");
    rv_jw_string(w, href);
    rv_jw_end_object(w);
}

/* Splits "path=value|value" or "path!=value". */
static const char *
test_parts(const char *test, char path[64], int *equal)
{
    const char *at = strchr(test, '=');
    size_t len = (size_t)(at - test);

    *equal = test[len - 1] != '!';
    snprintf(path, 64, "%.*s", (int)(*equal ? len : len - 1), test);
    return at + 1;
}

static int
is_one_of(const char *is, const char *wanted)
{
    size_t len = strlen(is);

    for (const char *at = wanted;; at++) {
        size_t word = strcspn(at, "|");
        if (word == len && strncmp(at, is, len) == 0)
            return 1;
        at += word;
        if (*at == '\0')
            return 0;
    }
}

static int
test_holds(const struct rv_action *action, const rv_value *value)
{
    char path[64], text[32];
    int equal;
    const char *wanted = test_parts(action->test, path, &equal);

    if (value->type == RV_INT)
        snprintf(text, sizeof(text), "%" PRId64, value->v.i);
    const char *is = value->type == RV_INT ? text : value->type == RV_TEXT ? value->v.text : "";
    return is_one_of(is, wanted) == equal;
}

/* Field that a test reads; -1 when a client's own attributes left no room for its join: who uses
 * the action is told. */
static int
read_test(struct rv_select *select, const char *test)
{
    struct rv_ref ref;
    rv_err ignored = RV_ERR_INIT;
    char path[64];
    int equal;

    test_parts(test, path, &equal);
    if (rv_select_resolve(select, path, &ref, &ignored) < 0)
        return -1;
    return rv_select_read(select, ref.hop, ref.column);
}

void
rv_document_init(struct rv_document *doc, const struct rv_request *req, struct rv_select *select,
                 int actions)
{
    const struct rv_kind *kind = select->hops[0].kind;
    const struct rv_action *action;
    int test = 0;

    *doc = (struct rv_document){ .req = req, .select = select, .actions = actions };
    for (int at = 0; actions && (action = rv_action_next(kind, RV_ON_RESOURCE, &at)) != NULL;) {
        if (!action->test)
            continue;
        RV_ASSERT(test < RV_TESTS_MAX);
        doc->test_at[test++] = read_test(select, action->test);
    }
}

void
rv_document_actions(const struct rv_document *doc, rv_json_writer *w, const rv_value *row)
{
    const struct rv_kind *kind = doc->select->hops[0].kind;
    const char *href = rv_document_href(doc->req, kind, row[0].v.i);
    const struct rv_action *action;
    int test = 0;

    if (!doc->actions)
        return;
    rv_jw_name(w, "actions");
    rv_jw_array(w);
    for (int at = 0; (action = rv_action_next(kind, RV_ON_RESOURCE, &at)) != NULL;) {
        int at_field = action->test ? doc->test_at[test++] : -1;
        if (at_field < 0 || test_holds(action, &row[at_field]))
            write_action(w, action, href);
    }
    rv_jw_end_array(w);
}

void
rv_document_collection_actions(const struct rv_request *req, rv_json_writer *w,
                               const struct rv_kind *kind, const char *href)
{
    const struct rv_action *action;

    (void)req;
    rv_jw_name(w, "actions");
    rv_jw_array(w);
    for (int at = 0; (action = rv_action_next(kind, RV_ON_COLLECTION, &at)) != NULL;)
        write_action(w, action, href);
    rv_jw_end_array(w);
}

int
rv_document_one(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind, int64_t id,
                rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_select select;
    struct rv_document doc;
    const rv_value *row;

    rv_select_init(&select, req->arena, kind, "t");
    rv_select_show_all(&select, 0);
    rv_document_init(&doc, req, &select, 1);
    rv_sql_add(&sql, "SELECT ");
    rv_select_list_sql(&select, &sql);
    rv_select_from_sql(&select, &sql);
    rv_sql_add(&sql, " WHERE t.\"id\" = ");
    rv_sql_param(&sql, rv_vint(id));
    int rc = rv_store_query(req->api->config.store, &rows, rv_buf_text(&sql.text), sql.params,
                            sql.count, err);
    if (rc == 0)
        rc = rv_rows_next(rows, &row, err);
    if (rc < 0)
        return rc;
    if (rc == 0) {
        char text[24];
        snprintf(text, sizeof(text), "%" PRId64, id);
        return rv_fail_row(kind, text, err);
    }
    rv_jw_object(w);
    rv_document_fields(&doc, w, row);
    rv_document_actions(&doc, w, row);
    rv_jw_end_object(w);
    return 0;
}

int
rv_row_exists(struct rv_request *req, const struct rv_kind *kind, int64_t id, rv_err *err)
{
    rv_value found;
    char sql[160], text[24];

    snprintf(sql, sizeof(sql), "SELECT \"id\" FROM \"%s\" WHERE \"id\" = $1", kind->table);
    int rc =
        rv_store_one(req->api->config.store, &found, 1, sql, (rv_value[]){ rv_vint(id) }, 1, err);
    if (rc == 0) {
        snprintf(text, sizeof(text), "%" PRId64, id);
        return rv_fail_row(kind, text, err);
    }
    return rc < 0 ? rc : 0;
}
