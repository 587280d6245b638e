/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of mappings, and the categories that are made for it.
 */
#include "inventory/mapping.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "queue/queue.h"

enum {
    NAME_MAX_BYTES = 250,
    VALUE_MAX_BYTES = 1000, /* an index of PostgreSQL takes no more than 2,700 */
    IDS = 8,
    ENTRIES_AT_ONCE = 500,
    APPLY_MS = 2 * 3600 * 1000,
    ATTEMPTS = 10
};

static const struct rv_kind *
mapping_kind(void)
{
    return rv_model_kind("container_label_tag_mapping");
}

static int
check_length(const char *what, const char *text, size_t most, rv_err *err)
{
    return text && strlen(text) > most
               ? rv_fail(err, RV_E_LIMIT, "a %s has at most %zu bytes", what, most)
               : 0;
}

static int
check(const struct rv_mapping *mapping, rv_err *err)
{
    const struct rv_kind *kind = mapping->kind ? rv_model_kind(mapping->kind) : NULL;
    if (mapping->label_name == NULL || mapping->label_name[0] == '\0')
        return rv_fail(err, RV_E_INVALID, "a mapping needs a label_name");
    if (mapping->kind && (kind == NULL || kind->server))
        return rv_fail(err, RV_E_INVALID, "'%.80s' is no kind of inventory", mapping->kind);
    if (check_length("label_name", mapping->label_name, NAME_MAX_BYTES, err) < 0 ||
        check_length("label_value", mapping->label_value, VALUE_MAX_BYTES, err) < 0 ||
        check_length("category", mapping->category, NAME_MAX_BYTES, err) < 0)
        return err->code;
    return check_length("prefix", mapping->prefix, NAME_MAX_BYTES, err);
}

/* Letters, digits, '_' and ':' as in a tag's path. */
static char *
category_name(const struct rv_mapping *mapping)
{
    const char *prefix = mapping->prefix ? mapping->prefix : "kubernetes";
    char *name = mapping->kind ? rv_format("%s:%s:%s", prefix, mapping->kind, mapping->label_name)
                               : rv_format("%s:%s", prefix, mapping->label_name);
    rv_lower(name);
    for (char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == ':'))
            *c = '_';
    return name;
}

struct making {
    const struct rv_mapping *mapping;
    int64_t id, tag_id; /* of the row that is edited; of its tag */
};

static int
check_unique(struct rv_store *store, const struct making *making, rv_err *err)
{
    const struct rv_mapping *mapping = making->mapping;
    rv_value out,
        params[] = { rv_vtext(mapping->label_name), rv_vtext(mapping->kind ? mapping->kind : ""),
                     rv_vtext(mapping->label_value ? mapping->label_value : ""),
                     rv_vint(making->id) };
    int found = rv_store_one(store, &out, 1,
                             "SELECT id FROM container_label_tag_mappings WHERE label_name = $1"
                             " AND COALESCE(labeled_resource_type, '') = $2"
                             " AND COALESCE(label_value, '') = $3 AND id <> $4",
                             params, RV_COUNT(params), err);
    return found <= 0 ? found
                      : rv_fail(err, RV_E_CONFLICT, "label '%s' is mapped already, by mapping %lld",
                                mapping->label_name, (long long)out.v.i);
}

/* One that is there and people's own is not taken: they would lose what they tagged. */
static int
make_category(struct making *making, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct rv_mapping *mapping = making->mapping;
    RV_AUTO_FREE char *name = category_name(mapping);
    RV_AUTO_FREE char *path = rv_format("/managed/%s", name);
    rv_value row[2], param = rv_vtext(path);
    int found = rv_store_one(store, row, 2,
                             "SELECT t.id, c.read_only FROM tags t"
                             " LEFT JOIN classifications c ON c.tag_id = t.id WHERE t.name = $1",
                             &param, 1, err);
    if (found < 0)
        return found;
    if (found > 0 && row[1].type == RV_INT && row[1].v.i) {
        making->tag_id = row[0].v.i;
        return 0;
    }
    if (found > 0)
        return rv_fail(err, RV_E_CONFLICT, "category '%s' is there, and is assigned by people",
                       name);
    const struct rv_field tag = { "name", rv_vtext(path) };
    if (rv_record_insert(store, feed, rv_model_kind("tag"), &tag, 1, &making->tag_id, err) < 0)
        return err->code;
    const struct rv_field fields[] = {
        { "name", rv_vtext(name) },
        { "description", rv_vtext(mapping->category ? mapping->category : mapping->label_name) },
        { "tag_id", rv_vint(making->tag_id) },
        { "single_value", rv_vint(1) },
        { "read_only", rv_vint(1) },
        { "show", rv_vint(1) },
    };
    return rv_record_insert(store, feed, rv_model_kind("classification"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

static int
check_tag(struct rv_store *store, int64_t tag_id, rv_err *err)
{
    rv_value out, param = rv_vint(tag_id);
    int found = rv_store_one(store, &out, 1, "SELECT id FROM classifications WHERE tag_id = $1",
                             &param, 1, err);
    return found ? (found < 0 ? found : 0)
                 : rv_fail(err, RV_E_INVALID, "tag %lld is no category, and no entry of one",
                           (long long)tag_id);
}

static int
create(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *making = arg;
    const struct rv_mapping *mapping = making->mapping;
    making->tag_id = mapping->tag_id;
    if (rv_store_lock(store, "label mappings", err) < 0 || check_unique(store, making, err) < 0 ||
        (making->tag_id ? check_tag(store, making->tag_id, err)
                        : make_category(making, store, feed, err)) < 0)
        return err->code;
    const struct rv_field fields[] = {
        { "labeled_resource_type", rv_vtext(mapping->kind) },
        { "label_name", rv_vtext(mapping->label_name) },
        { "label_value", rv_vtext(mapping->label_value) },
        { "tag_id", rv_vint(making->tag_id) },
    };
    return rv_record_insert(store, feed, mapping_kind(), fields, (int)RV_COUNT(fields), &making->id,
                            err);
}

int
rv_mapping_create(struct rv_store *store, const struct rv_mapping *mapping, int64_t *id,
                  rv_err *err)
{
    struct making making = { .mapping = mapping };
    if (check(mapping, err) < 0 || rv_store_reserve_ids(store, IDS, err) < 0 ||
        rv_record_transaction(store, create, &making, err) < 0)
        return err->code;
    *id = making.id;
    return 0;
}

static int
tag_of(struct rv_store *store, int64_t id, int64_t *tag_id, rv_err *err)
{
    rv_value out, param = rv_vint(id);
    int found = rv_store_one(store, &out, 1,
                             "SELECT tag_id FROM container_label_tag_mappings WHERE id = $1",
                             &param, 1, err);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no label mapping %lld", (long long)id);
    *tag_id = found > 0 ? out.v.i : 0;
    return found < 0 ? found : 0;
}

/* The category of a mapping, when it is one that the server keeps: its row, else 0. */
static int
own_category(struct rv_store *store, int64_t tag_id, int64_t *id, rv_err *err)
{
    rv_value out, param = rv_vint(tag_id);
    int found = rv_store_one(store, &out, 1,
                             "SELECT id FROM classifications WHERE tag_id = $1"
                             " AND parent_id IS NULL AND read_only IS TRUE",
                             &param, 1, err);
    *id = found > 0 ? out.v.i : 0;
    return found < 0 ? found : 0;
}

static int
edit(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *making = arg;
    const struct rv_mapping *mapping = making->mapping;
    int64_t category = 0;
    if (rv_store_lock(store, "label mappings", err) < 0 ||
        tag_of(store, making->id, &making->tag_id, err) < 0 ||
        check_unique(store, making, err) < 0 ||
        own_category(store, making->tag_id, &category, err) < 0)
        return err->code;
    const struct rv_field title = { "description", rv_vtext(mapping->category) };
    if (category && mapping->category &&
        rv_record_update(store, feed, rv_model_kind("classification"), category, &title, 1, err) <
            0)
        return err->code;
    const struct rv_field fields[] = {
        { "labeled_resource_type", rv_vtext(mapping->kind) },
        { "label_name", rv_vtext(mapping->label_name) },
        { "label_value", rv_vtext(mapping->label_value) },
    };
    return rv_record_update(store, feed, mapping_kind(), making->id, fields, (int)RV_COUNT(fields),
                            err);
}

int
rv_mapping_edit(struct rv_store *store, int64_t id, const struct rv_mapping *mapping, rv_err *err)
{
    struct making making = { .mapping = mapping, .id = id };
    return check(mapping, err) < 0 ? err->code : rv_record_transaction(store, edit, &making, err);
}

/* Up to ENTRIES_AT_ONCE rows of two ids; returns how many. */
static int
read_entries(struct rv_store *store, int64_t category, int64_t (*out)[2], rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(category), rv_vint(ENTRIES_AT_ONCE) };
    const rv_value *row;
    int count = 0, rc = 0;
    if (rv_store_query(store, &rows,
                       "SELECT id, tag_id FROM classifications WHERE id = $1 OR parent_id = $1"
                       " ORDER BY id = $1, id LIMIT $2",
                       params, 2, err) < 0)
        return err->code;
    while (count < ENTRIES_AT_ONCE && (rc = rv_rows_next(rows, &row, err)) > 0) {
        out[count][0] = row[0].v.i;
        out[count++][1] = row[1].v.i;
    }
    return rc < 0 ? rc : count;
}

/* The entries first, the category itself last. */
static int
delete_category(struct rv_store *store, struct rv_feed *feed, int64_t category, rv_err *err)
{
    int64_t entries[ENTRIES_AT_ONCE][2];
    int count;
    while ((count = read_entries(store, category, entries, err)) > 0) {
        for (int i = 0; i < count; i++) {
            rv_value tag = rv_vint(entries[i][1]);
            if (rv_store_exec(store, NULL, "DELETE FROM taggings WHERE tag_id = $1", &tag, 1, err) <
                    0 ||
                rv_record_delete(store, feed, rv_model_kind("classification"), entries[i][0], err) <
                    0 ||
                rv_record_delete(store, feed, rv_model_kind("tag"), entries[i][1], err) < 0)
                return err->code;
        }
    }
    return count;
}

static int
take_away(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *making = arg;
    int64_t category = 0;
    rv_value out, param;
    if (rv_store_lock(store, "label mappings", err) < 0 ||
        tag_of(store, making->id, &making->tag_id, err) < 0 ||
        rv_record_delete(store, feed, mapping_kind(), making->id, err) < 0 ||
        own_category(store, making->tag_id, &category, err) < 0)
        return err->code;
    param = rv_vint(making->tag_id);
    int others = category ? rv_store_one(store, &out, 1,
                                         "SELECT 1 FROM container_label_tag_mappings m WHERE"
                                         " m.tag_id = $1 OR m.tag_id IN (SELECT e.tag_id FROM"
                                         " classifications e JOIN classifications c"
                                         " ON c.id = e.parent_id WHERE c.tag_id = $1) LIMIT 1",
                                         &param, 1, err)
                          : 1;
    return others ? (others < 0 ? others : 0) : delete_category(store, feed, category, err);
}

int
rv_mapping_delete(struct rv_store *store, int64_t id, rv_err *err)
{
    struct making making = { .id = id };
    return rv_record_transaction(store, take_away, &making, err);
}

static int
announce_to(struct rv_store *store, int64_t provider_id, char queue[40], rv_err *err)
{
    rv_queue_of_provider(queue, provider_id);
    const struct rv_message_spec spec = { .queue_name = queue,
                                          .class_name = "Provider",
                                          .method_name = "map_labels",
                                          .target_id = provider_id,
                                          .timeout_ms = APPLY_MS,
                                          .max_attempts = ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN };
    return rv_queue_put_unless_exists(store, &spec, NULL, err);
}

int
rv_mapping_announce(struct rv_store *store, void (*wake)(void *arg, const char *queue), void *arg,
                    rv_err *err)
{
    RV_AUTO_FREE int64_t *ids = NULL;
    struct rv_rows *rows = NULL;
    const rv_value *row;
    size_t count = 0;
    int rc;
    /* Others do it when they are resumed or verified: their worker looks when it begins. */
    if (rv_store_query(store, &rows,
                       "SELECT e.id FROM ext_management_systems e WHERE e.enabled"
                       " AND e.quarantine_reason IS NULL AND NOT EXISTS (SELECT 1 FROM"
                       " authentications a WHERE a.resource_type = 'provider'"
                       " AND a.resource_id = e.id AND a.status = 'Invalid') ORDER BY e.id",
                       NULL, 0, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        ids = rv_realloc(ids, count + 1, sizeof(*ids));
        ids[count++] = row[0].v.i;
    }
    rv_rows_close(rows);
    for (size_t i = 0; i < count && rc >= 0; i++) {
        char queue[40];
        rc = announce_to(store, ids[i], queue, err);
        if (rc >= 0)
            wake(arg, queue);
    }
    return rc < 0 ? rc : 0;
}
