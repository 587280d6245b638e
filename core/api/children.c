/* SPDX-License-Identifier: Apache-2.0
 *
 * Expanding sub-collections.
 */
#include "api/children.h"

#include <stdlib.h>
#include "api/api_internal.h"
#include "api/document.h"

static void
make_statement(struct rv_sql *sql, const struct rv_select *select, const struct rv_sub *sub,
               const int64_t *parents, int count, int archived_too)
{
    rv_sql_add(sql, "SELECT ");
    rv_sub_parent_column(sql, sub);
    rv_sql_add(sql, ", ");
    rv_select_list_sql(select, sql);
    rv_sub_from(sql, sub);
    rv_sql_add(sql, " WHERE ");
    rv_sub_parent_column(sql, sub);
    rv_sql_add(sql, " ");
    rv_sql_in(sql, parents, count);
    rv_sub_type_condition(sql, sub);
    if (sub->child->archived && !archived_too)
        rv_sql_add(sql, " AND c.\"deleted_on\" IS NULL");
    rv_sql_add(sql, " ORDER BY ");
    rv_sub_parent_column(sql, sub);
    rv_sql_add(sql, ", c.\"id\"");
}

static struct rv_children_slice *
slice_for(struct rv_children *children, int64_t parent)
{
    if (children->count > 0 && children->slices[children->count - 1].parent == parent)
        return &children->slices[children->count - 1];
    if (children->count == children->size) {
        children->size = children->size ? 2 * children->size : 64;
        children->slices =
            rv_realloc(children->slices, (size_t)children->size, sizeof(*children->slices));
    }
    struct rv_children_slice *slice = &children->slices[children->count++];
    *slice = (struct rv_children_slice){ parent, children->text.len, children->text.len };
    return slice;
}

static void
add_row(struct rv_children *children, const struct rv_document *doc, const rv_value *row)
{
    struct rv_children_slice *slice = slice_for(children, row[0].v.i);

    if (slice->to > slice->from) {
        if (rv_sub_single(children->sub))
            return;
        rv_buf_add_char(&children->text, ',');
    }
    rv_json_writer w = rv_json_to(&children->text);
    rv_jw_object(&w);
    rv_document_fields(doc, &w, row + 1);
    rv_jw_end_object(&w);
    slice->to = children->text.len;
}

int
rv_children_read(struct rv_children *out, struct rv_request *req, const struct rv_sub *sub,
                 const int64_t *parents, int count, int archived_too, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_select select;
    struct rv_document doc;
    const rv_value *row;

    *out = (struct rv_children){ .sub = sub, .text = rv_buf_limited(RV_ANSWER_MAX) };
    if (count == 0)
        return 0;
    rv_select_init(&select, req->arena, sub->child, "c");
    rv_select_show_all(&select, 0);
    rv_document_init(&doc, req, &select, 0);
    make_statement(&sql, &select, sub, parents, count, archived_too);
    int rc = rv_store_query(req->api->config.store, &rows, rv_buf_text(&sql.text), sql.params,
                            sql.count, err);
    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1 && !out->text.failed)
        add_row(out, &doc, row);
    if (rc >= 0)
        rc = rv_buf_check(&out->text, err);
    return rc < 0 ? rv_wrap(err, "expand %s", sub->name) : 0;
}

void
rv_children_free(struct rv_children *children)
{
    rv_buf_free(&children->text);
    free(children->slices);
}

static int
compare_parent(const void *key, const void *slice)
{
    int64_t wanted = *(const int64_t *)key;
    int64_t parent = ((const struct rv_children_slice *)slice)->parent;

    return wanted < parent ? -1 : wanted > parent;
}

void
rv_children_write(const struct rv_children *children, rv_json_writer *w, int64_t parent)
{
    const struct rv_children_slice *slice =
        children->count == 0 ? NULL
                             : bsearch(&parent, children->slices, (size_t)children->count,
                                       sizeof(*children->slices), compare_parent);
    const char *text = rv_buf_text(&children->text);

    if (rv_sub_single(children->sub)) {
        if (!slice)
            return;
        rv_jw_name(w, children->sub->name);
        rv_jw_raw(w, text + slice->from, slice->to - slice->from);
        return;
    }
    rv_jw_name(w, children->sub->name);
    rv_jw_array(w);
    if (slice)
        rv_jw_raw(w, text + slice->from, slice->to - slice->from);
    rv_jw_end_array(w);
}
