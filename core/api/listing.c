/* SPDX-License-Identifier: Apache-2.0
 *
 * Collections and resources, read.
 */
#include "api/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/children.h"
#include "api/identify.h"
#include "api/links.h"
#include "api/scope.h"
#include "api/types.h"
#include "base/text.h"

#define RV_PAGE_BYTES (12u << 20) /* six times as much, and once more, are still an answer */

int
rv_listing_restrict(struct rv_listing *listing, rv_err *err)
{
    int rc = rv_scope_make(listing, err);

    if (rc < 0)
        return rc;
    listing->select.gone_too = listing->params.include_archived;
    rv_sql_begin_with(&listing->filtered, "", &listing->scope);
    if (listing->params.filter_count == 0 || listing->id)
        return 0;
    /* How many rows fit would tell the GUID letter by letter. */
    if (rv_kind_by_guid(listing->kind))
        return rv_fail(err, RV_E_INVALID, "%s are found by their guid alone, not by filters",
                       listing->kind->api_name);
    rv_sql_add(&listing->filtered, " AND (");
    rc = rv_condition_add(&listing->filtered, &listing->select, listing->params.filters,
                          listing->params.filter_count, err);
    rv_sql_add(&listing->filtered, ")");
    return rc;
}

int
rv_listing_open(struct rv_listing *listing, struct rv_request *req, const struct rv_kind *kind,
                const struct rv_sub *sub, int64_t parent_id, int64_t id, rv_err *err)
{
    *listing = (struct rv_listing){ .req = req,
                                    .kind = kind,
                                    .sub = sub,
                                    .parent_id = parent_id,
                                    .id = id,
                                    .scope = rv_sql_new(),
                                    .filtered = rv_sql_new() };
    rv_select_init(&listing->select, req->arena, kind, "t");
    listing->select.types = rv_types_list(req->api);
    int rc = rv_params_read(&listing->params, req, &listing->select, err);
    if (rc < 0)
        return rc;
    listing->params.hide_resources |= !id && rv_kind_by_guid(kind);
    listing->whole = id || listing->params.expand_resources;
    rv_document_init(&listing->doc, req, &listing->select, listing->params.show_actions);
    return rv_listing_restrict(listing, err);
}

void
rv_listing_free(struct rv_listing *listing)
{
    rv_sql_free(&listing->scope);
    rv_sql_free(&listing->filtered);
}

static int
run(const struct rv_listing *listing, struct rv_rows **rows, const struct rv_sql *sql, rv_err *err)
{
    int rc = rv_buf_check(&sql->text, err);

    if (rc == 0)
        rc = rv_store_query(listing->req->api->config.store, rows, rv_buf_text(&sql->text),
                            sql->params, sql->count, err);
    return rc < 0 ? rv_wrap(err, "read %s", listing->kind->api_name) : 0;
}

/* counts[0]: the collection's rows; counts[1]: those of them that fit the filters. */
static int
read_counts(struct rv_listing *listing, int64_t counts[2], rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_SQL struct rv_sql fitting = rv_sql_new();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;

    /* The filters' parameters are numbered behind the scope's, which stand first in both. */
    rv_sql_add(&fitting, "(SELECT COUNT(*)");
    rv_select_from_sql(&listing->select, &fitting);
    rv_sql_begin_with(&fitting, "", &listing->filtered);
    rv_sql_add(&fitting, ")");
    rv_sql_add(&sql, "SELECT (SELECT COUNT(*) FROM ");
    rv_sql_addf(&sql, "\"%s\" t", listing->kind->table);
    rv_sql_add(&sql, rv_buf_text(&listing->scope.text));
    rv_sql_add(&sql, "), ");
    if (listing->params.filter_count > 0) {
        rv_sql_begin_with(&sql, "", &fitting);
    } else {
        rv_sql_begin_with(
            &sql, "",
            &(struct rv_sql){ .params = listing->scope.params, .count = listing->scope.count });
        rv_sql_add(&sql, "-1");
    }
    int rc = run(listing, &rows, &sql, err);
    if (rc == 0)
        rc = rv_rows_next(rows, &row, err);
    if (rc < 0)
        return rc;
    counts[0] = row[0].v.i;
    counts[1] = listing->params.filter_count > 0 ? row[1].v.i : row[0].v.i;
    return 0;
}

static void
add_order(const struct rv_listing *listing, struct rv_sql *sql)
{
    rv_sql_add(sql, " ORDER BY ");
    for (int i = 0; i < listing->params.sort_count; i++) {
        const struct rv_sort *sort = &listing->params.sorts[i];
        if (sort->ignore_case)
            rv_sql_add(sql, "LOWER(");
        rv_select_expression(&listing->select, sql, &sort->ref);
        rv_sql_add(sql, sort->ignore_case ? ")" : "");
        rv_sql_add(sql, sort->descending ? " DESC NULLS LAST, " : " ASC NULLS LAST, ");
    }
    rv_sql_add(sql, "t.\"id\"");
}

static void
make_page(const struct rv_listing *listing, struct rv_sql *sql)
{
    rv_sql_add(sql, "SELECT ");
    if (listing->whole)
        rv_select_list_sql(&listing->select, sql);
    else
        rv_sql_add(sql, "t.\"id\"");
    rv_select_from_sql(&listing->select, sql);
    rv_sql_begin_with(sql, "", &listing->filtered);
    if (listing->id)
        return;
    add_order(listing, sql);
    rv_sql_add(sql, " LIMIT ");
    rv_sql_param(sql, rv_vint(listing->params.limit));
    rv_sql_add(sql, " OFFSET ");
    rv_sql_param(sql, rv_vint(listing->params.offset));
}

/* What was read of a page before its sub-collections: each document still open at its end, and its
 * actions, which come after them. */
struct page {
    rv_buf text, actions;
    int64_t *ids;
    size_t *ends, *action_ends;
    int count, size;
    int cut;
};

static void
free_page(struct page *page)
{
    rv_buf_free(&page->text);
    rv_buf_free(&page->actions);
    free(page->ends);
    free(page->action_ends);
    free(page->ids);
}

static void
grow_page(struct page *page)
{
    if (page->count < page->size)
        return;
    size_t size = page->size ? 2 * (size_t)page->size : 64;
    page->ends = rv_realloc(page->ends, size, sizeof(*page->ends));
    page->action_ends = rv_realloc(page->action_ends, size, sizeof(*page->action_ends));
    page->ids = rv_realloc(page->ids, size, sizeof(*page->ids));
    page->size = (int)size;
}

static void
write_bare(const struct rv_listing *listing, rv_json_writer *w, int64_t id)
{
    rv_jw_name(w, "href");
    rv_jw_string(w, rv_document_href(listing->req, listing->kind, id));
    rv_jw_name(w, "id");
    rv_document_id(w, id);
}

/* What a row takes before its texts are escaped, which may make six bytes of one. */
static int
is_too_large(const struct rv_listing *listing, const rv_value *row)
{
    size_t bytes = 0;

    for (int i = 0; i < listing->select.field_count; i++)
        bytes += row[i].type == RV_TEXT ? (size_t)row[i].len : 0;
    return listing->bare || (listing->bytes_max && bytes > listing->bytes_max);
}

static void
add_to_page(const struct rv_listing *listing, struct page *page, const rv_value *row)
{
    rv_json_writer w = rv_json_to(&page->text);

    grow_page(page);
    rv_jw_object(&w);
    if (listing->whole && is_too_large(listing, row)) {
        write_bare(listing, &w, row[0].v.i);
    } else if (listing->whole) {
        rv_json_writer actions = rv_json_to(&page->actions);
        rv_document_fields(&listing->doc, &w, row);
        rv_jw_object(&actions);
        rv_document_actions(&listing->doc, &actions, row);
    } else {
        rv_jw_name(&w, "href");
        rv_jw_string(&w, rv_document_href(listing->req, listing->kind, row[0].v.i));
    }
    page->ends[page->count] = page->text.len;
    page->action_ends[page->count] = page->actions.len;
    page->ids[page->count++] = row[0].v.i;
}

static int
read_page(const struct rv_listing *listing, struct page *page, const struct rv_sql *sql,
          rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc = run(listing, &rows, sql, err);

    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1 && !page->text.failed) {
        page->cut = listing->bytes_max && page->text.len >= listing->bytes_max;
        if (page->cut)
            break;
        add_to_page(listing, page, row);
    }
    if (rc >= 0)
        rc = rv_buf_check(&page->text, err);
    if (rc == RV_E_LIMIT)
        rv_hint(err, "ask for fewer rows or attributes");
    return rc < 0 ? rc : 0;
}

/* Members that were written to an object of their own ("{" and more) behind those of out. */
static void
append_members(rv_buf *out, const char *members, size_t len)
{
    if (len <= 1)
        return;
    rv_buf_add_char(out, ',');
    rv_buf_add(out, members + 1, len - 1);
}

/* One document: what was read, its expansions, its actions. */
static void
write_resource(const struct page *page, int index, const struct rv_children *children, int expands,
               rv_buf *out)
{
    size_t from = index ? page->ends[index - 1] : 0;
    size_t actions_from = index ? page->action_ends[index - 1] : 0;

    rv_buf_add(out, rv_buf_text(&page->text) + from, page->ends[index] - from);
    for (int i = 0; i < expands; i++) {
        rv_buf piece = rv_buf_limited(RV_ANSWER_MAX);
        rv_json_writer w = rv_json_to(&piece);
        rv_jw_object(&w);
        rv_children_write(&children[i], &w, page->ids[index]);
        append_members(out, rv_buf_text(&piece), piece.len);
        rv_buf_free(&piece);
    }
    append_members(out, rv_buf_text(&page->actions) + actions_from,
                   page->action_ends[index] - actions_from);
    rv_buf_add_char(out, '}');
}

static int
write_page(const struct rv_listing *listing, struct page *page, struct rv_documents *out,
           rv_err *err)
{
    struct rv_children children[RV_EXPANDS_MAX] = { 0 };
    const struct rv_list_params *params = &listing->params;
    int expands = listing->whole ? params->expand_count : 0, rc = 0;

    for (int i = 0; i < expands && rc == 0; i++)
        rc = rv_children_read(&children[i], listing->req, &params->expands[i], page->ids,
                              page->count, params->include_archived, err);
    for (int i = 0; i < page->count && rc == 0; i++) {
        if (i > 0)
            rv_buf_add_char(&out->text, ',');
        out->starts[i] = out->text.len;
        write_resource(page, i, children, expands, &out->text);
        out->ends[i] = out->text.len;
        out->ids[i] = page->ids[i];
    }
    for (int i = 0; i < expands; i++)
        rv_children_free(&children[i]);
    return rc < 0 ? rc : rv_buf_check(&out->text, err);
}

/* With fewer rows when what belongs to them takes too much, where that is allowed. */
static int
write_what_fits(const struct rv_listing *listing, struct page *page, struct rv_documents *out,
                rv_err *err)
{
    int rc = write_page(listing, page, out, err);

    while (rc == RV_E_LIMIT && listing->bytes_max && page->count > 1) {
        page->count /= 2;
        page->cut = 1;
        rv_err_clear(err);
        rv_buf_reset(&out->text);
        rc = write_page(listing, page, out, err);
    }
    out->count = page->count;
    out->cut = page->cut;
    return rc;
}

void
rv_documents_free(struct rv_documents *documents)
{
    rv_buf_free(&documents->text);
    free(documents->ids);
    free(documents->starts);
    free(documents->ends);
}

int
rv_compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

int
rv_documents_find(const struct rv_documents *documents, int64_t id)
{
    const int64_t *ids = documents->ids;
    const int64_t *found = documents->count == 0 ? NULL
                                                 : bsearch(&id, ids, (size_t)documents->count,
                                                           sizeof(ids[0]), rv_compare_ids);

    return found ? (int)(found - ids) : -1;
}

static int
read_documents(struct rv_listing *listing, const struct rv_sql *sql, struct rv_documents *out,
               rv_err *err)
{
    struct page page = { .text = rv_buf_limited(RV_ANSWER_MAX),
                         .actions = rv_buf_limited(RV_ANSWER_MAX) };
    int rc = read_page(listing, &page, sql, err);
    size_t count = (size_t)page.count + 1;

    *out = (struct rv_documents){ .text = rv_buf_limited(RV_ANSWER_MAX), .count = page.count };
    out->ids = rv_realloc(NULL, count, sizeof(*out->ids));
    out->starts = rv_realloc(NULL, count, sizeof(*out->starts));
    out->ends = rv_realloc(NULL, count, sizeof(*out->ends));
    if (rc == 0)
        rc = write_what_fits(listing, &page, out, err);
    free_page(&page);
    return rc;
}

int
rv_listing_documents(struct rv_listing *listing, const int64_t *ids, int count,
                     struct rv_documents *out, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();

    listing->whole = 1;
    rv_sql_add(&sql, "SELECT ");
    rv_select_list_sql(&listing->select, &sql);
    rv_select_from_sql(&listing->select, &sql);
    rv_sql_begin_with(&sql, "", &listing->filtered);
    rv_sql_add(&sql, " AND t.\"id\" ");
    rv_sql_in(&sql, ids, count);
    rv_sql_add(&sql, " ORDER BY t.\"id\"");
    return read_documents(listing, &sql, out, err);
}

static int64_t
smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void
write_head(const struct rv_listing *listing, rv_json_writer *w, const int64_t counts[2],
           int64_t rows)
{
    int64_t limit = listing->params.limit;

    rv_jw_name(w, "name");
    rv_jw_string(w, listing->sub ? listing->sub->name : listing->kind->api_name);
    rv_jw_name(w, "count");
    rv_jw_int(w, counts[0]);
    rv_jw_name(w, "subcount");
    rv_jw_int(w, rows);
    if (listing->params.filter_count > 0) {
        rv_jw_name(w, "subquery_count");
        rv_jw_int(w, counts[1]);
    }
    rv_jw_name(w, "pages");
    rv_jw_int(w, (counts[1] + limit - 1) / limit);
}

static const char *
collection_href(const struct rv_listing *listing)
{
    struct rv_arena *arena = listing->req->arena;
    const struct rv_sub *sub = listing->sub;

    if (!sub)
        return rv_arena_format(arena, "%s/%s", listing->req->api_root, listing->kind->api_name);
    return rv_arena_format(arena, "%s/%s/%" PRId64 "/%s", listing->req->api_root,
                           sub->parent->api_name, listing->parent_id, sub->name);
}

static int
answer_collection(struct rv_listing *listing, rv_err *err)
{
    RV_AUTO_DOCUMENTS struct rv_documents documents = { 0 };
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    int64_t counts[2];
    int rc = read_counts(listing, counts, err);

    if (rc < 0)
        return rc;
    listing->bytes_max = RV_PAGE_BYTES;
    make_page(listing, &sql);
    int64_t left = counts[1] - smaller(counts[1], listing->params.offset);
    if (!listing->params.hide_resources)
        rc = read_documents(listing, &sql, &documents, err);
    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(listing->req, 200);
    rv_jw_object(&w);
    int64_t shown =
        listing->params.hide_resources ? smaller(left, listing->params.limit) : documents.count;
    write_head(listing, &w, counts, shown);
    if (!listing->params.hide_resources) {
        rv_jw_name(&w, "resources");
        rv_jw_array(&w);
        if (documents.count > 0)
            rv_jw_raw(&w, documents.text.data, documents.text.len);
        rv_jw_end_array(&w);
    }
    if (listing->sub) {
        rv_jw_name(&w, "actions");
        rv_jw_array(&w);
        rv_jw_end_array(&w);
    } else {
        rv_document_collection_actions(listing->req, &w, listing->kind, collection_href(listing));
    }
    rv_links_write(listing->req, &w, listing->params.offset, listing->params.limit, shown,
                   counts[1]);
    rv_jw_end_object(&w);
    return rv_buf_check(&listing->req->answer.body, err);
}

int
rv_collection_get(struct rv_request *req, const struct rv_kind *kind, const struct rv_sub *sub,
                  int64_t parent_id, rv_err *err)
{
    RV_AUTO_LISTING struct rv_listing listing;
    int rc = rv_listing_open(&listing, req, kind, sub, parent_id, 0, err);

    if (rc == 0 && sub)
        rc = rv_row_exists(req, sub->parent, parent_id, err);
    return rc < 0 ? rc : answer_collection(&listing, err);
}

int
rv_resource_get(struct rv_request *req, const struct rv_kind *kind, const struct rv_sub *sub,
                int64_t parent_id, int64_t id, rv_err *err)
{
    RV_AUTO_LISTING struct rv_listing listing;
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_DOCUMENTS struct rv_documents documents = { 0 };
    int rc = rv_listing_open(&listing, req, kind, sub, parent_id, id, err);

    if (rc < 0)
        return rc;
    make_page(&listing, &sql);
    rc = read_documents(&listing, &sql, &documents, err);
    if (rc < 0)
        return rc;
    if (documents.count == 0)
        return rv_fail_row(kind, rv_arena_format(req->arena, "%" PRId64, id), err);
    rv_answer_json(req, 200);
    rv_buf_add(&req->answer.body, documents.text.data, documents.text.len);
    return rv_buf_check(&req->answer.body, err);
}
