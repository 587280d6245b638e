/* SPDX-License-Identifier: Apache-2.0
 *
 * What has which tag: rows of taggings.
 */
#include "tag/tag_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

struct assigning {
    const struct rv_kind *kind;
    int64_t id;
    const char *category, *entry;
    int changed;
};

/* The tagging's row: 1 with *id, 0 when there is none, or an error. */
static int
find_tagging(struct rv_store *store, const struct assigning *on, int64_t tag_id, int64_t *id,
             rv_err *err)
{
    const rv_value params[] = { rv_vtext(on->kind->name), rv_vint(on->id), rv_vint(tag_id) };
    rv_value out;
    int found = rv_store_one(store, &out, 1,
                             "SELECT id FROM taggings WHERE taggable_type = $1"
                             " AND taggable_id = $2 AND tag_id = $3",
                             params, RV_COUNT(params), err);
    if (found > 0)
        *id = out.v.i;
    return found;
}

static int
object_is_there(struct rv_store *store, const struct assigning *on, rv_err *err)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM \"%s\" WHERE id = $1", on->kind->table);
    rv_value out, param = rv_vint(on->id);
    int found = rv_store_one(store, &out, 1, sql, &param, 1, err);
    return found ? found
                 : rv_fail(err, RV_E_NOT_FOUND, "there is no %s %lld", on->kind->name,
                           (long long)on->id);
}

/* Another entry of the same category goes: there is one at most. */
static int
take_others(struct rv_store *store, struct rv_feed *feed, const struct assigning *on,
            const struct rv_tag_row *tag, rv_err *err)
{
    const rv_value params[] = { rv_vtext(on->kind->name), rv_vint(on->id),
                                rv_vint(tag->parent_id) };
    rv_value out;
    int found;
    while ((found = rv_store_one(store, &out, 1,
                                 "SELECT g.id FROM taggings g"
                                 " JOIN classifications e ON e.tag_id = g.tag_id"
                                 " WHERE g.taggable_type = $1 AND g.taggable_id = $2"
                                 " AND e.parent_id = $3",
                                 params, RV_COUNT(params), err)) > 0)
        if (rv_record_delete(store, feed, rv_model_kind("tagging"), out.v.i, err) < 0)
            return err->code;
    return found;
}

static int
assign(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct assigning *on = arg;
    struct rv_tag_row tag;
    int64_t tagging;
    if (rv_store_lock(store, "tags", err) < 0 ||
        rv_tag_must_find(store, &tag, on->category, on->entry, err) < 0 ||
        object_is_there(store, on, err) < 0)
        return err->code;
    int found = find_tagging(store, on, tag.tag_id, &tagging, err);
    if (found)
        return found < 0 ? found : 0;
    if (tag.single_value && take_others(store, feed, on, &tag, err) < 0)
        return err->code;
    const struct rv_field fields[] = {
        { "taggable_type", rv_vtext(on->kind->name) },
        { "taggable_id", rv_vint(on->id) },
        { "tag_id", rv_vint(tag.tag_id) },
    };
    on->changed = 1;
    return rv_record_insert(store, feed, rv_model_kind("tagging"), fields, (int)RV_COUNT(fields),
                            NULL, err);
}

static int
unassign(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct assigning *on = arg;
    struct rv_tag_row tag;
    int64_t tagging;
    if (rv_store_lock(store, "tags", err) < 0 ||
        rv_tag_must_find(store, &tag, on->category, on->entry, err) < 0)
        return err->code;
    int found = find_tagging(store, on, tag.tag_id, &tagging, err);
    if (found <= 0)
        return found;
    on->changed = 1;
    return rv_record_delete(store, feed, rv_model_kind("tagging"), tagging, err);
}

int
rv_tag_assign(struct rv_store *store, const struct rv_kind *kind, int64_t id, const char *category,
              const char *entry, rv_err *err)
{
    struct assigning on = { .kind = kind, .id = id, .category = category, .entry = entry };
    int code = rv_tag_change(store, assign, &on, err);
    return code < 0 ? code : on.changed;
}

int
rv_tag_unassign(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                const char *category, const char *entry, rv_err *err)
{
    struct assigning on = { .kind = kind, .id = id, .category = category, .entry = entry };
    int code = rv_tag_change(store, unassign, &on, err);
    return code < 0 ? code : on.changed;
}

int
rv_tag_has(struct rv_store *store, const struct rv_kind *kind, int64_t id, const char *category,
           const char *entry, rv_err *err)
{
    struct assigning on = { .kind = kind, .id = id };
    struct rv_tag_row tag;
    int64_t tagging;
    int found = rv_tag_find(store, &tag, category, entry, err);
    return found <= 0 ? found : find_tagging(store, &on, tag.tag_id, &tagging, err);
}

int
rv_tag_list(struct rv_store *store, const struct rv_kind *kind, int64_t id, const char *category,
            int (*fn)(void *arg, const char *path, rv_err *err), void *arg, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE char *folded = rv_strdup(category ? category : "");
    rv_lower(folded);
    const rv_value params[] = { rv_vtext(kind->name), rv_vint(id), rv_vtext(folded) };
    const rv_value *row;
    int rc;
    if (rv_store_query(store, &rows,
                       "SELECT c.name, e.name FROM taggings g"
                       " JOIN classifications e ON e.tag_id = g.tag_id"
                       " JOIN classifications c ON c.id = e.parent_id"
                       " WHERE g.taggable_type = $1 AND g.taggable_id = $2"
                       " AND ($3 = '' OR c.name = $3) ORDER BY c.name, e.name, g.id",
                       params, RV_COUNT(params), err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        RV_AUTO_FREE char *path = rv_format("%s/%s", row[0].v.text, row[1].v.text);
        if (fn(arg, path, err))
            return err->code;
    }
    return rc;
}
