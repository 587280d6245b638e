/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappings that were changed since they were last applied: what is stored of labels is looked at
 * again, object by object, as if each had just come. Which mappings were applied is remembered
 * beside the resume tokens, so that it is not lost with a worker.
 */
#include "inventory/saver_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/wait.h"

/* The host keeps providers from names that begin so. */
#define APPLIED_STREAM "reeve:label-mappings"

enum { ROWS_AT_ONCE = 5000, DIGEST_BYTES = 1 << 20 };

/* What the table says, and how many entries may be made for it, as a word; "" when there is none.
 */
static int
digest_mappings(const struct rv_saver *saver, char out[40], rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(DIGEST_BYTES);
    const rv_value *row;
    int rc;
    if (rv_store_query(saver->store, &rows,
                       "SELECT m.labeled_resource_type, m.label_name, m.label_value, m.tag_id,"
                       " c.read_only FROM container_label_tag_mappings m"
                       " LEFT JOIN classifications c ON c.tag_id = m.tag_id ORDER BY m.id",
                       NULL, 0, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        for (int i = 0; i < 5; i++)
            if (row[i].type == RV_TEXT)
                rv_buf_addf(&text, "%d:%s\x1f", (int)row[i].len, row[i].v.text);
            else
                rv_buf_addf(&text, "%lld\x1f", row[i].type == RV_INT ? (long long)row[i].v.i : -1);
    out[0] = '\0';
    if (rc == 0 && text.len > 0)
        snprintf(out, 40, "%016llx",
                 (unsigned long long)rv_hash64(rv_buf_text(&text), text.len,
                                               (uint64_t)saver->config.label_entries_max));
    return rc;
}

/* A page of labels, as objects with what they are labelled. */
struct page {
    struct rv_plan plan;
    const struct rv_kind *label;
    int section, name, value;
    char last_type[128]; /* of the object before the last one, behind which the next page begins */
    int64_t last_id;
    int rows;
};

static struct rv_node *
object_of(struct page *page, const rv_value *row)
{
    struct rv_nodes *tops = &page->plan.tops;
    struct rv_node *last = tops->count ? tops->at[tops->count - 1] : NULL;
    const struct rv_kind *kind = rv_model_kind(row[0].v.text);
    if (kind == NULL)
        return NULL;
    if (last && last->kind == kind && last->id == row[1].v.i)
        return last;
    struct rv_node *node = rv_plan_alloc(&page->plan, sizeof(*node));
    node->kind = kind;
    node->id = row[1].v.i;
    node->state = RV_NODE_KNOWN;
    rv_nodes_add(tops, node);
    return node;
}

/* Row: resource_type, resource_id, name, value. */
static void
take_label(struct page *page, const rv_value *row)
{
    struct rv_node *owner = object_of(page, row);
    if (owner == NULL)
        return;
    struct rv_node *label = rv_plan_alloc(&page->plan, sizeof(*label));
    label->kind = page->label;
    label->state = RV_NODE_KNOWN;
    label->owner = owner;
    label->values =
        rv_plan_alloc(&page->plan, (size_t)page->label->column_count * sizeof(rv_value));
    label->values[page->section] = rv_vtext("labels");
    for (int i = 0; i < 2; i++) {
        const rv_value *from = &row[2 + i];
        if (from->type == RV_TEXT)
            label->values[i ? page->value : page->name] =
                rv_vtext(rv_arena_strndup(page->plan.arena, from->v.text, (size_t)from->len));
    }
    label->next = owner->children;
    owner->children = label;
}

static int
read_page(struct page *page, struct rv_saver *saver, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(saver->config.ems_id), rv_vtext(page->last_type),
                                rv_vint(page->last_id), rv_vint(ROWS_AT_ONCE) };
    const rv_value *row;
    int rc;
    page->rows = 0;
    if (rv_store_query(saver->store, &rows,
                       "SELECT resource_type, resource_id, name, value FROM custom_attributes"
                       " WHERE ems_id = $1 AND section = 'labels' AND (resource_type > $2 OR"
                       " (resource_type = $2 AND resource_id > $3))"
                       " ORDER BY resource_type, resource_id, id LIMIT $4",
                       params, RV_COUNT(params), err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        page->rows++;
        take_label(page, row);
    }
    return rc;
}

/* The last object of a full page may have more labels: it comes again with the next. */
static void
end_page(struct page *page)
{
    struct rv_nodes *tops = &page->plan.tops;
    if (page->rows == ROWS_AT_ONCE && tops->count > 1)
        tops->count--;
    if (tops->count == 0)
        return;
    const struct rv_node *last = tops->at[tops->count - 1];
    snprintf(page->last_type, sizeof(page->last_type), "%s", last->kind->name);
    page->last_id = last->id;
    for (size_t i = 0; i < tops->count; i++)
        rv_nodes_add(&page->plan.labelled, tops->at[i]);
}

static int
apply_page(struct page *page, struct rv_saver *saver, rv_err *err)
{
    rv_plan_begin(&page->plan, saver, saver->arena);
    int rc = read_page(page, saver, err);
    if (rc == 0) {
        end_page(page);
        rc = rv_plan_run_labels(&page->plan, err);
    }
    rv_plan_end(&page->plan);
    rv_arena_reset(saver->arena);
    return rc;
}

static int
apply_all(struct rv_saver *saver, rv_err *err)
{
    const struct rv_kind *label = rv_model_kind("custom_attribute");
    struct page page = { .label = label,
                         .section = rv_kind_column(label, "section"),
                         .name = rv_kind_column(label, "name"),
                         .value = rv_kind_column(label, "value") };
    do {
        if (apply_page(&page, saver, err) < 0 || rv_wait_poll(err) < 0)
            return err->code;
    } while (page.rows == ROWS_AT_ONCE);
    return 0;
}

int
rv_saver_relabel(struct rv_saver *saver, rv_err *err)
{
    char digest[40];
    if (rv_saver_flush(saver, err) < 0 || digest_mappings(saver, digest, err) < 0)
        return rv_wrap(err, "apply label mappings");
    const char *applied = rv_streams_get(saver, APPLIED_STREAM);
    if (strcmp(applied ? applied : "", digest) == 0)
        return 0;
    if (apply_all(saver, err) < 0)
        return rv_wrap(err, "apply label mappings");
    rv_streams_set(saver, APPLIED_STREAM, digest);
    return rv_saver_flush(saver, err) < 0 ? err->code : 1;
}
