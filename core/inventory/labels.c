/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels that become tags, as table container_label_tag_mappings says: a label of a
 * mapped name gives its object the mapped tag, or an entry of the mapped category that is named
 * after the label's value and made when it is not there. Only tags under the control of a
 * mapping (of a read-only category) are taken away again; what people tagged stays.
 *
 * Looked at are the objects of the batch whose labels changed. Objects that are deleted lose all
 * their taggings.
 */
#include "inventory/label_entries.h"

#include <string.h>
#include "base/text.h"

struct mapping {
    const char *kind, *name, *value; /* kind and value NULL: any */
    int64_t tag_id;
};

/* A tag that an object is to have. */
struct want {
    const struct rv_node *node;
    int64_t tag_id;
};

struct rv_label_work {
    struct rv_plan *plan;
    struct mapping *mappings;
    size_t mapping_count;
    struct rv_label_entries entries;
    struct want *wants;
    size_t want_count, want_size;
    struct rv_map wanted;     /* (object, tag) to 1, or 2 when it is there */
    struct rv_map controlled; /* tags */
    struct rv_map objects;    /* ids to the plan's tops */
    int deleted;              /* the objects are gone: all taggings go */
};

static struct rv_digest
pair(int64_t object_id, int64_t tag_id)
{
    return (struct rv_digest){ .low = (uint64_t)object_id, .high = (uint64_t)tag_id };
}

static const char *
keep_text(struct rv_plan *plan, const rv_value *value)
{
    if (value->type != RV_TEXT)
        return NULL;
    return rv_arena_strndup(plan->arena, value->v.text, (size_t)value->len);
}

static int
load_mappings(struct rv_label_work *work, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    if (rv_store_query(work->plan->saver->store, &rows,
                       "SELECT labeled_resource_type, label_name, label_value, tag_id"
                       " FROM container_label_tag_mappings ORDER BY id",
                       NULL, 0, err) < 0)
        return err->code;
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        if (row[1].type != RV_TEXT || row[3].type != RV_INT)
            continue;
        work->mappings =
            rv_realloc(work->mappings, work->mapping_count + 1, sizeof(*work->mappings));
        work->mappings[work->mapping_count++] =
            (struct mapping){ .kind = keep_text(work->plan, &row[0]),
                              .name = keep_text(work->plan, &row[1]),
                              .value = keep_text(work->plan, &row[2]),
                              .tag_id = row[3].v.i };
    }
    return rc;
}

static int
load_controlled(struct rv_label_work *work, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    if (rv_store_query(work->plan->saver->store, &rows,
                       "SELECT e.tag_id FROM classifications e"
                       " JOIN classifications c ON e.parent_id = c.id WHERE c.read_only IS TRUE"
                       " AND (e.tag_id IN (SELECT tag_id FROM container_label_tag_mappings)"
                       " OR c.tag_id IN (SELECT tag_id FROM container_label_tag_mappings"
                       " WHERE label_value IS NULL))",
                       NULL, 0, err) < 0)
        return err->code;
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        rv_map_put(&work->controlled, pair(0, row[0].v.i), 1);
    return rc;
}

static int
applies(const struct mapping *mapping, const struct rv_kind *kind, const char *name)
{
    return strcmp(mapping->name, name) == 0 &&
           (mapping->kind == NULL || strcmp(mapping->kind, kind->name) == 0);
}

static void
want(struct rv_label_work *work, const struct rv_node *node, int64_t tag_id)
{
    struct rv_digest key = pair(node->id, tag_id);
    if (rv_map_get(&work->wanted, key) >= 0)
        return;
    rv_map_put(&work->wanted, key, 1);
    if (work->want_count == work->want_size) {
        work->want_size = work->want_size ? 2 * work->want_size : 64;
        work->wants = rv_realloc(work->wants, work->want_size, sizeof(*work->wants));
    }
    work->wants[work->want_count++] = (struct want){ node, tag_id };
}

/* The tags of one label. A mapping of just this value comes before those of any value. */
static int
want_label(struct rv_label_work *work, const struct rv_node *node, const char *name,
           const char *value, rv_err *err)
{
    int exact = 0;
    for (size_t i = 0; i < work->mapping_count; i++) {
        const struct mapping *mapping = &work->mappings[i];
        if (!applies(mapping, node->kind, name) || !rv_streq(mapping->value, value))
            continue;
        exact = 1;
        want(work, node, mapping->tag_id);
    }
    for (size_t i = 0; i < work->mapping_count && !exact; i++) {
        const struct mapping *mapping = &work->mappings[i];
        if (!applies(mapping, node->kind, name) || mapping->value)
            continue;
        int64_t tag_id = rv_label_entry(&work->entries, mapping->tag_id, value, err);
        if (tag_id < 0)
            return err->code;
        if (tag_id > 0)
            want(work, node, tag_id);
    }
    return 0;
}

static int
want_labels(struct rv_label_work *work, const struct rv_node *node, rv_err *err)
{
    for (const struct rv_node *child = node->children; child; child = child->next) {
        if (child->state == RV_NODE_DROPPED || child->state == RV_NODE_GONE ||
            strcmp(child->kind->name, "custom_attribute") != 0)
            continue;
        const rv_value *section = &child->values[rv_kind_column(child->kind, "section")];
        const rv_value *name = &child->values[rv_kind_column(child->kind, "name")];
        const rv_value *value = &child->values[rv_kind_column(child->kind, "value")];
        if (section->type != RV_TEXT || strcmp(section->v.text, "labels") != 0)
            continue;
        if (want_label(work, node, name->v.text, value->type == RV_TEXT ? value->v.text : "", err) <
            0)
            return err->code;
    }
    return 0;
}

static void
add_change(struct rv_plan *plan, const struct rv_node *node, int64_t tagging_id, int64_t tag_id)
{
    if (plan->label_count == plan->label_size) {
        plan->label_size = plan->label_size ? 2 * plan->label_size : 64;
        plan->labels = rv_realloc(plan->labels, plan->label_size, sizeof(*plan->labels));
    }
    plan->labels[plan->label_count++] =
        (struct rv_tag_change){ .node = node, .tagging_id = tagging_id, .tag_id = tag_id };
}

/* Row: id, taggable_id, tag_id. */
static int
take_tagging(void *arg, const rv_value *row, rv_err *err)
{
    struct rv_label_work *work = arg;
    (void)err;
    int64_t object_id = row[1].v.i, tag_id = row[2].v.i;
    int64_t at = rv_map_get(&work->objects, pair(object_id, 0));
    struct rv_digest key = pair(object_id, tag_id);
    if (at < 0)
        return 0;
    if (work->deleted)
        add_change(work->plan, work->plan->tops.at[at], row[0].v.i, tag_id);
    else if (rv_map_get(&work->wanted, key) >= 0)
        rv_map_put(&work->wanted, key, 2);
    else if (rv_map_get(&work->controlled, pair(0, tag_id)) >= 0)
        add_change(work->plan, work->plan->tops.at[at], row[0].v.i, tag_id);
    return 0;
}

static int
is_concerned(const struct rv_label_work *work, const struct rv_node *node)
{
    if (node->state == RV_NODE_DROPPED)
        return 0;
    int deleted = node->state == RV_NODE_GONE;
    return work->deleted ? deleted && !node->kind->archived : !deleted;
}

/* Taggings of the nodes of one kind. */
static int
read_taggings(struct rv_label_work *work, const struct rv_nodes *nodes, const struct rv_kind *kind,
              rv_err *err)
{
    const struct rv_kind *tagging = rv_model_kind("tagging");
    int columns[3] = { 0, rv_kind_column(tagging, "taggable_id"),
                       rv_kind_column(tagging, "tag_id") };
    RV_AUTO_FREE rv_value *ids = rv_realloc(NULL, nodes->count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < nodes->count; i++)
        if (nodes->at[i]->kind == kind && is_concerned(work, nodes->at[i]))
            ids[count++] = rv_vint(nodes->at[i]->id);
    struct rv_row_query query = { .kind = tagging,
                                  .columns = columns,
                                  .column_count = 3,
                                  .by = columns[1],
                                  .keys = ids,
                                  .key_count = count,
                                  .type = kind->name,
                                  .row = take_tagging,
                                  .arg = work };
    return rv_rows_each(work->plan->saver, &query, 1, err);
}

static int
read_all_taggings(struct rv_label_work *work, const struct rv_nodes *nodes, rv_err *err)
{
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)work->plan->saver->kind_count);
    for (size_t i = 0; i < nodes->count; i++) {
        const struct rv_kind *kind = nodes->at[i]->kind;
        if (done[kind->index] || !is_concerned(work, nodes->at[i]))
            continue;
        done[kind->index] = 1;
        if (read_taggings(work, nodes, kind, err) < 0)
            return err->code;
    }
    return 0;
}

static void
index_tops(struct rv_label_work *work)
{
    for (size_t i = 0; i < work->plan->tops.count; i++)
        rv_map_put(&work->objects, pair(work->plan->tops.at[i]->id, 0), (int64_t)i);
}

/* What is wanted and not there becomes a tagging. */
static void
add_missing(struct rv_label_work *work)
{
    for (size_t i = 0; i < work->want_count; i++) {
        const struct want *missing = &work->wants[i];
        if (rv_map_get(&work->wanted, pair(missing->node->id, missing->tag_id)) == 1)
            add_change(work->plan, missing->node, 0, missing->tag_id);
    }
}

static int
prepare_labelled(struct rv_label_work *work, rv_err *err)
{
    struct rv_plan *plan = work->plan;
    if (load_mappings(work, err) < 0)
        return err->code;
    if (work->mapping_count == 0)
        return 0;
    if (load_controlled(work, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan->labelled.count; i++)
        if (is_concerned(work, plan->labelled.at[i]) &&
            want_labels(work, plan->labelled.at[i], err) < 0)
            return err->code;
    if (read_all_taggings(work, &plan->labelled, err) < 0)
        return err->code;
    add_missing(work);
    return 0;
}

static int
reserve_taggings(struct rv_plan *plan, rv_err *err)
{
    int64_t count = 0;
    for (size_t i = 0; i < plan->label_count; i++)
        count += plan->labels[i].tagging_id == 0;
    return count ? rv_store_reserve_ids(plan->saver->store, count, err) : 0;
}

int
rv_labels_prepare(struct rv_plan *plan, rv_err *err)
{
    struct rv_label_work work = { .plan = plan, .entries = { .plan = plan } };
    int rc = 0;
    index_tops(&work);
    if (plan->labelled.count > 0)
        rc = prepare_labelled(&work, err);
    if (rc == 0) {
        work.deleted = 1;
        rc = read_all_taggings(&work, &plan->tops, err);
    }
    free(work.mappings);
    free(work.wants);
    rv_label_entries_free(&work.entries);
    rv_map_free(&work.wanted);
    rv_map_free(&work.controlled);
    rv_map_free(&work.objects);
    if (rc == 0)
        rc = reserve_taggings(plan, err);
    return rc < 0 ? rv_wrap(err, "map labels to tags") : 0;
}

static const char *
tagging_json(struct rv_plan *plan, const struct rv_tag_change *change)
{
    rv_buf_reset(&plan->json);
    rv_json_writer json = rv_json_to(&plan->json);
    rv_jw_object(&json);
    rv_jw_name(&json, "taggable_type");
    rv_jw_string(&json, change->node->kind->name);
    rv_jw_name(&json, "taggable_id");
    rv_jw_int(&json, change->node->id);
    rv_jw_name(&json, "tag_id");
    rv_jw_int(&json, change->tag_id);
    rv_jw_end_object(&json);
    return rv_buf_text(&plan->json);
}

int
rv_labels_write(struct rv_plan *plan, rv_err *err)
{
    static const char *const columns[] = { "id", "taggable_type", "taggable_id", "tag_id" };
    struct rv_saver *saver = plan->saver;
    const struct rv_kind *tagging = rv_model_kind("tagging");
    if (plan->label_count == 0)
        return 0;
    RV_AUTO_FREE rv_value *added = rv_realloc(NULL, 4 * plan->label_count, sizeof(*added));
    RV_AUTO_FREE rv_value *removed = rv_realloc(NULL, plan->label_count, sizeof(*removed));
    size_t add_count = 0, remove_count = 0;
    if (rv_label_entries_write(plan, err) < 0)
        return rv_wrap(err, "map labels to tags");
    for (size_t i = 0; i < plan->label_count; i++) {
        const struct rv_tag_change *change = &plan->labels[i];
        int64_t id = change->tagging_id;
        if (change->tag_id == 0)
            continue;
        if (id) {
            removed[remove_count++] = rv_vint(id);
            rv_feed_add(saver->feed, tagging, id, 0, RV_DELETED, tagging_json(plan, change));
            continue;
        }
        if (rv_store_new_id(saver->store, &id, err) < 0)
            return err->code;
        rv_value *values = &added[4 * add_count++];
        values[0] = rv_vint(id);
        values[1] = rv_vtext(change->node->kind->name);
        values[2] = rv_vint(change->node->id);
        values[3] = rv_vint(change->tag_id);
        rv_feed_add(saver->feed, tagging, id, 0, RV_CREATED, NULL);
    }
    if (rv_store_delete_rows(saver->store, "taggings", "id", removed, remove_count, err) < 0 ||
        (add_count > 0 &&
         rv_store_insert_rows(saver->store, "taggings", columns, 4, added, add_count, err) < 0))
        return rv_wrap(err, "map labels to tags");
    return 0;
}
