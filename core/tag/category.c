/* SPDX-License-Identifier: Apache-2.0
 *
 * Categories and their entries: a row of tags (the path) and one of classifications each.
 */
#include "tag/tag_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

enum { ENTRIES_AT_ONCE = 500 };

/* "/managed/CATEGORY" or "/managed/CATEGORY/ENTRY" in lower case; the caller's to free. */
static char *
path_of(const char *category, const char *entry)
{
    char *path = entry ? rv_format("/managed/%.*s/%.*s", RV_TAG_PATH_BYTES, category,
                                   RV_TAG_PATH_BYTES, entry)
                       : rv_format("/managed/%.*s", RV_TAG_PATH_BYTES, category);
    rv_lower(path);
    return path;
}

int
rv_tag_find(struct rv_store *store, struct rv_tag_row *out, const char *category, const char *entry,
            rv_err *err)
{
    RV_AUTO_FREE char *path = path_of(category, entry);
    rv_value row[6], param = rv_vtext(path);
    int found = rv_store_one(store, row, 6,
                             "SELECT e.id, e.tag_id, c.id, c.tag_id,"
                             " COALESCE(c.single_value, e.single_value),"
                             " COALESCE(c.read_only, e.read_only)"
                             " FROM tags t JOIN classifications e ON e.tag_id = t.id"
                             " LEFT JOIN classifications c ON c.id = e.parent_id WHERE t.name = $1",
                             &param, 1, err);
    if (found <= 0 || (entry && row[2].type != RV_INT))
        return found < 0 ? found : 0;
    *out = (struct rv_tag_row){ .id = row[0].v.i,
                                .tag_id = row[1].v.i,
                                .parent_id = row[2].type == RV_INT ? row[2].v.i : 0,
                                .parent_tag_id = row[3].type == RV_INT ? row[3].v.i : 0,
                                .single_value = row[4].type == RV_INT && row[4].v.i,
                                .read_only = row[5].type == RV_INT && row[5].v.i };
    return 1;
}

int
rv_tag_must_find(struct rv_store *store, struct rv_tag_row *out, const char *category,
                 const char *entry, rv_err *err)
{
    int found = rv_tag_find(store, out, category, entry, err);
    if (found < 0)
        return found;
    if (found == 0 && entry)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no tag '%.80s' in category '%.80s'", entry,
                       category);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no category '%.80s' of tags", category);
    if (out->read_only)
        return rv_fail(err, RV_E_PERMISSION,
                       "category '%.80s' is kept by a mapping of labels, people cannot change it",
                       category);
    return 0;
}

int
rv_tag_category_exists(struct rv_store *store, const char *category, rv_err *err)
{
    struct rv_tag_row row;
    return rv_tag_find(store, &row, category, NULL, err);
}

int
rv_tag_exists(struct rv_store *store, const char *category, const char *entry, rv_err *err)
{
    struct rv_tag_row row;
    return rv_tag_find(store, &row, category, entry, err);
}

int
rv_tag_change(struct rv_store *store, rv_record_work work, void *arg, rv_err *err)
{
    if (!rv_store_in_transaction(store) && rv_store_reserve_ids(store, RV_TAG_IDS, err) < 0)
        return err->code;
    return rv_record_transaction(store, work, arg, err);
}

static int
check_name(const char *what, const char *name, rv_err *err)
{
    size_t len = name ? strlen(name) : 0;
    if (len == 0 || len > RV_TAG_NAME_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != len)
        return rv_fail(err, RV_E_INVALID,
                       "'%.80s' cannot be the name of a %s: 1 to %d letters, digits and '_'",
                       name ? name : "", what, RV_TAG_NAME_MAX);
    return 0;
}

static int
check_description(const char *text, rv_err *err)
{
    return text && strlen(text) > RV_TAG_DESCRIPTION_MAX
               ? rv_fail(err, RV_E_LIMIT, "a description has at most %d bytes",
                         RV_TAG_DESCRIPTION_MAX)
               : 0;
}

struct making {
    const struct rv_tag_category *category;
    const char *entry, *description; /* entry NULL: the category is made */
    int64_t id;
};

static int
insert_path(struct rv_store *store, struct rv_feed *feed, const char *category, const char *entry,
            int64_t *tag_id, rv_err *err)
{
    RV_AUTO_FREE char *path = path_of(category, entry);
    const struct rv_field fields[] = { { "name", rv_vtext(path) } };
    return rv_record_insert(store, feed, rv_model_kind("tag"), fields, 1, tag_id, err);
}

static int
insert_category(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *making = arg;
    const struct rv_tag_category *category = making->category;
    int64_t tag_id;
    int there = rv_store_lock(store, "tags", err) < 0
                    ? err->code
                    : rv_tag_category_exists(store, category->name, err);
    if (there)
        return there < 0 ? there
                         : rv_fail(err, RV_E_CONFLICT, "there is a category '%s' already",
                                   category->name);
    if (insert_path(store, feed, category->name, NULL, &tag_id, err) < 0)
        return err->code;
    RV_AUTO_FREE char *name = rv_strdup(category->name);
    rv_lower(name);
    const struct rv_field fields[] = {
        { "name", rv_vtext(name) },
        { "description", rv_vtext(category->description ? category->description : name) },
        { "tag_id", rv_vint(tag_id) },
        { "syntax", rv_vtext("string") },
        { "single_value", rv_vint((category->flags & RV_TAG_SINGLE_VALUE) != 0) },
        { "read_only", rv_vint(0) },
        { "show", rv_vint((category->flags & RV_TAG_HIDDEN) == 0) },
        { "perf_by_tag", rv_vint((category->flags & RV_TAG_PERF) != 0) },
        { "default", rv_vint(0) },
        { "example_text", rv_vtext(category->example) },
    };
    return rv_record_insert(store, feed, rv_model_kind("classification"), fields,
                            (int)RV_COUNT(fields), &making->id, err);
}

int
rv_tag_category_create(struct rv_store *store, const struct rv_tag_category *category, int64_t *id,
                       rv_err *err)
{
    struct making making = { .category = category };
    if (check_name("category", category->name, err) < 0 ||
        check_description(category->description, err) < 0 ||
        check_description(category->example, err) < 0 ||
        rv_tag_change(store, insert_category, &making, err) < 0)
        return err->code;
    if (id)
        *id = making.id;
    return 0;
}

static int
insert_entry(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *making = arg;
    const char *category = making->category->name;
    struct rv_tag_row row;
    int64_t tag_id;
    if (rv_store_lock(store, "tags", err) < 0 ||
        rv_tag_must_find(store, &row, category, NULL, err) < 0)
        return err->code;
    int64_t parent = row.id;
    int there = rv_tag_find(store, &row, category, making->entry, err);
    if (there)
        return there < 0 ? there
                         : rv_fail(err, RV_E_CONFLICT, "there is a tag '%s' in category '%s'",
                                   making->entry, category);
    if (insert_path(store, feed, category, making->entry, &tag_id, err) < 0)
        return err->code;
    RV_AUTO_FREE char *name = rv_strdup(making->entry);
    rv_lower(name);
    const struct rv_field fields[] = {
        { "name", rv_vtext(name) },
        { "description", rv_vtext(making->description ? making->description : name) },
        { "parent_id", rv_vint(parent) },
        { "tag_id", rv_vint(tag_id) },
        { "show", rv_vint(1) },
    };
    return rv_record_insert(store, feed, rv_model_kind("classification"), fields,
                            (int)RV_COUNT(fields), &making->id, err);
}

int
rv_tag_create(struct rv_store *store, const char *category, const char *entry,
              const char *description, int64_t *id, rv_err *err)
{
    struct making making = { .category = &(struct rv_tag_category){ .name = category },
                             .entry = entry,
                             .description = description };
    if (check_name("tag", entry, err) < 0 || check_description(description, err) < 0 ||
        rv_tag_change(store, insert_entry, &making, err) < 0)
        return err->code;
    if (id)
        *id = making.id;
    return 0;
}

/* A row of classifications with its tag and what has it. */
static int
delete_row(struct rv_store *store, struct rv_feed *feed, int64_t id, int64_t tag_id, rv_err *err)
{
    rv_value tag = rv_vint(tag_id);
    if (rv_store_exec(store, NULL, "DELETE FROM taggings WHERE tag_id = $1", &tag, 1, err) < 0 ||
        rv_record_delete(store, feed, rv_model_kind("classification"), id, err) < 0)
        return err->code;
    return rv_record_delete(store, feed, rv_model_kind("tag"), tag_id, err);
}

/* Some of a category's entries; how many, or an error. */
static int
delete_entries(struct rv_store *store, struct rv_feed *feed, int64_t category, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(category), rv_vint(ENTRIES_AT_ONCE) };
    int64_t found[ENTRIES_AT_ONCE][2];
    const rv_value *row;
    int count = 0, rc;
    if (rv_store_query(store, &rows,
                       "SELECT id, tag_id FROM classifications WHERE parent_id = $1"
                       " ORDER BY id LIMIT $2",
                       params, 2, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        found[count][0] = row[0].v.i;
        found[count++][1] = row[1].v.i;
    }
    for (int i = 0; i < count && rc == 0; i++)
        rc = delete_row(store, feed, found[i][0], found[i][1], err);
    return rc < 0 ? rc : count;
}

struct dropping {
    const char *category, *entry;
};

static int
drop(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct dropping *dropping = arg;
    struct rv_tag_row row;
    int count = 1;
    if (rv_store_lock(store, "tags", err) < 0 ||
        rv_tag_must_find(store, &row, dropping->category, dropping->entry, err) < 0)
        return err->code;
    while (!dropping->entry && count > 0)
        count = delete_entries(store, feed, row.id, err);
    return count < 0 ? count : delete_row(store, feed, row.id, row.tag_id, err);
}

int
rv_tag_delete(struct rv_store *store, const char *category, const char *entry, rv_err *err)
{
    return rv_tag_change(store, drop, &(struct dropping){ category, entry }, err);
}

int
rv_tag_category_delete(struct rv_store *store, const char *category, rv_err *err)
{
    return rv_tag_change(store, drop, &(struct dropping){ category, NULL }, err);
}
