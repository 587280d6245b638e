/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of one provider in memory, and the rows.
 */
#include "event/blacklist.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "store/notes.h"
#include "store/record.h"

enum { NAME_MAX_BYTES = 255, RULES_MAX = 10000 };

struct rule {
    char *name;
    size_t len; /* without the '*' */
    int any_end, level, enabled;
};

struct rv_blacklist {
    char *provider_type;
    int64_t ems_id;
    int64_t generation; /* -1: not read yet */
    struct rule *rules; /* what counts first stands first */
    int count;
};

struct rv_blacklist *
rv_blacklist_new(const char *provider_type, int64_t ems_id)
{
    struct rv_blacklist *list = rv_alloc(sizeof(*list));
    *list = (struct rv_blacklist){ .provider_type = rv_strdup(provider_type),
                                   .ems_id = ems_id,
                                   .generation = -1 };
    return list;
}

static void
forget(struct rv_blacklist *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->rules[i].name);
    free(list->rules);
    list->rules = NULL;
    list->count = 0;
}

void
rv_blacklist_free(struct rv_blacklist *list)
{
    if (list == NULL)
        return;
    forget(list);
    free(list->provider_type);
    free(list);
}

static int
compare(const void *one, const void *other)
{
    const struct rule *a = one, *b = other;
    if (a->level != b->level)
        return b->level - a->level;
    if (a->any_end != b->any_end)
        return a->any_end - b->any_end;
    return (a->len < b->len) - (a->len > b->len);
}

static void
add_rule(struct rv_blacklist *list, const rv_value *row)
{
    size_t len = (size_t)row[0].len;
    list->rules = rv_realloc(list->rules, (size_t)list->count + 1, sizeof(*list->rules));
    struct rule *rule = &list->rules[list->count++];
    *rule = (struct rule){ .name = rv_strndup(row[0].v.text, len),
                           .len = len,
                           .level = row[2].type == RV_INT ? 2 : row[1].type == RV_TEXT,
                           .enabled = row[3].type == RV_INT && row[3].v.i };
    if (len > 0 && rule->name[len - 1] == '*') {
        rule->any_end = 1;
        rule->len--;
    }
}

static int
read_rules(struct rv_blacklist *list, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vtext(list->provider_type), rv_vint(list->ems_id),
                                rv_vint(RULES_MAX) };
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(store, &rows,
                       "SELECT event_name, provider_model, ems_id, enabled FROM blacklisted_events"
                       " WHERE (provider_model IS NULL OR provider_model = $1)"
                       " AND (ems_id IS NULL OR ems_id = $2) ORDER BY id LIMIT $3",
                       params, (int)RV_COUNT(params), err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (row[0].type == RV_TEXT)
            add_rule(list, row);
    return more;
}

int
rv_blacklist_follow(struct rv_blacklist *list, struct rv_store *store, int64_t generation,
                    rv_err *err)
{
    if (generation == list->generation)
        return 0;
    forget(list);
    list->generation = -1;
    if (read_rules(list, store, err) < 0)
        return rv_wrap(err, "read which events are not kept");
    if (list->count)
        qsort(list->rules, (size_t)list->count, sizeof(*list->rules), compare);
    list->generation = generation;
    return 0;
}

int
rv_blacklist_has(const struct rv_blacklist *list, const char *event_type)
{
    size_t len = strlen(event_type);
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        if ((rule->any_end ? len >= rule->len : len == rule->len) &&
            memcmp(event_type, rule->name, rule->len) == 0)
            return rule->enabled;
    }
    return 0;
}

static int
bump(struct rv_store *store, rv_err *err)
{
    return rv_store_exec(store, NULL,
                         "INSERT INTO schema_info (name, value) VALUES ('" RV_NOTE_BLACKLIST "', 1)"
                         " ON CONFLICT (name) DO UPDATE SET value = schema_info.value + 1",
                         NULL, 0, err);
}

struct change {
    const struct rv_blacklist_rule *rule;
    int64_t id;
    int enabled;
};

/* 1 when there is a row about the same. */
static int
is_there(struct rv_store *store, const struct rv_blacklist_rule *rule, rv_err *err)
{
    const rv_value params[] = { rv_vtext(rule->event_name),
                                rv_vtext(rule->provider_model ? rule->provider_model : ""),
                                rv_vint(rule->ems_id) };
    rv_value found;
    return rv_store_one(store, &found, 1,
                        "SELECT id FROM blacklisted_events WHERE event_name = $1"
                        " AND COALESCE(provider_model, '') = $2 AND COALESCE(ems_id, 0) = $3",
                        params, (int)RV_COUNT(params), err);
}

static int
insert(struct rv_store *store, struct rv_feed *feed, const struct rv_blacklist_rule *rule,
       int64_t *id, rv_err *err)
{
    const struct rv_field fields[] = {
        { "event_name", rv_vtext(rule->event_name) },
        { "provider_model", rv_vtext(rule->provider_model) },
        { "ems_id", rule->ems_id ? rv_vint(rule->ems_id) : RV_VNULL },
        { "enabled", rv_vint(rule->enabled) },
        { "system", rv_vint(rule->system) },
    };
    return rv_record_insert(store, feed, rv_model_kind("blacklisted_event"), fields,
                            (int)RV_COUNT(fields), id, err);
}

static int
add_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    if (rv_store_lock(store, "reeve/blacklist", err) < 0)
        return err->code;
    int there = is_there(store, change->rule, err);
    if (there < 0)
        return there;
    if (there)
        return rv_fail(err, RV_E_CONFLICT, "'%.100s' is on the list already",
                       change->rule->event_name);
    if (insert(store, feed, change->rule, &change->id, err) < 0)
        return err->code;
    return bump(store, err);
}

static int
check_name(const char *name, rv_err *err)
{
    size_t len = name ? strlen(name) : 0;
    if (len == 0 || len > NAME_MAX_BYTES)
        return rv_fail(err, RV_E_INVALID, "event_name: a text of at most %d bytes is expected",
                       NAME_MAX_BYTES);
    if (strchr(name, '*') && strchr(name, '*') != name + len - 1)
        return rv_fail(err, RV_E_INVALID, "event_name: '*' may stand at the end only");
    if (strcmp(name, "*") == 0)
        return rv_fail(err, RV_E_INVALID, "event_name: '*' alone would be all events");
    return 0;
}

int
rv_blacklist_add(struct rv_store *store, const struct rv_blacklist_rule *rule, int64_t *id,
                 rv_err *err)
{
    struct change change = { .rule = rule };
    if (check_name(rule->event_name, err) < 0 || rv_store_reserve_ids(store, 1, err) < 0 ||
        rv_record_transaction(store, add_in, &change, err) < 0)
        return err->code;
    if (id)
        *id = change.id;
    return 0;
}

static int
enable_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct change *change = arg;
    const struct rv_field field = { "enabled", rv_vint(change->enabled) };
    if (rv_record_update(store, feed, rv_model_kind("blacklisted_event"), change->id, &field, 1,
                         err) < 0)
        return err->code;
    return bump(store, err);
}

int
rv_blacklist_enable(struct rv_store *store, int64_t id, int enabled, rv_err *err)
{
    struct change change = { .id = id, .enabled = enabled };
    return rv_record_transaction(store, enable_in, &change, err);
}

static int
remove_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct change *change = arg;
    const rv_value params[] = { rv_vint(change->id) };
    rv_value system;
    int found = rv_store_one(store, &system, 1,
                             "SELECT 1 FROM blacklisted_events WHERE id = $1 AND system = TRUE",
                             params, 1, err);
    if (found > 0) {
        rv_fail(err, RV_E_CONFLICT, "it came with the provider's plugin, and would come again");
        return rv_hint(err, "disable it: reevectl event blacklist disable");
    }
    if (found < 0 ||
        rv_record_delete(store, feed, rv_model_kind("blacklisted_event"), change->id, err) < 0)
        return err->code;
    return bump(store, err);
}

int
rv_blacklist_remove(struct rv_store *store, int64_t id, rv_err *err)
{
    struct change change = { .id = id };
    return rv_record_transaction(store, remove_in, &change, err);
}

struct seeding {
    const char *provider_type;
    const char *const *names;
    int count;
};

static int
seed_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct seeding *seeding = arg;
    int added = 0;
    if (rv_store_lock(store, "reeve/blacklist", err) < 0)
        return err->code;
    for (int i = 0; i < seeding->count; i++) {
        const struct rv_blacklist_rule rule = { .event_name = seeding->names[i],
                                                .provider_model = seeding->provider_type,
                                                .enabled = 1,
                                                .system = 1 };
        int there = is_there(store, &rule, err);
        if (there < 0 || (!there && insert(store, feed, &rule, NULL, err) < 0))
            return err->code;
        added += !there;
    }
    return added ? bump(store, err) : 0;
}

/* What is there is looked at before anything is begun: at most times it is all of them. */
static int
all_there(struct rv_store *store, const struct seeding *seeding, rv_err *err)
{
    for (int i = 0; i < seeding->count; i++) {
        int there =
            is_there(store,
                     &(struct rv_blacklist_rule){ .event_name = seeding->names[i],
                                                  .provider_model = seeding->provider_type },
                     err);
        if (there <= 0)
            return there;
    }
    return 1;
}

int
rv_blacklist_seed(struct rv_store *store, const char *provider_type, const char *const *names,
                  int count, rv_err *err)
{
    struct seeding seeding = { provider_type, names, count };
    int there = all_there(store, &seeding, err);
    if (there < 0 || (!there && (rv_store_reserve_ids(store, count, err) < 0 ||
                                 rv_record_transaction(store, seed_in, &seeding, err) < 0)))
        return rv_wrap(err, "list the events that are seldom wanted");
    return 0;
}
