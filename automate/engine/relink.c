/* SPDX-License-Identifier: Apache-2.0
 *
 * One question a kind for all events of a range. Of several objects of a name the one that is there
 * counts, else the one that went last; of several that are there none, since none is meant for
 * sure.
 */
#include "automate/relink.h"

#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "model/names.h"

enum { SQL_BYTES = 64 << 10, KEY_BYTES = 4096, NAMES_MAX = 500, POD_COLUMNS = 3 };

static const struct target {
    const char *id, *name; /* columns of event_stream */
    const char *kind;
    int namespaced;
} targets[] = {
    { "container_group_id", "container_group_name", "container_group", 1 },
    { "container_replicator_id", "container_replicator_name", "container_replicator", 1 },
    { "container_project_id", "container_namespace", "container_project", 0 },
    { "container_node_id", "container_node_name", "container_node", 0 },
    { "vm_or_template_id", "vm_name", "vm", 0 },
    { "dest_vm_or_template_id", "dest_vm_name", "vm", 0 },
    { "host_id", "host_name", "host", 0 },
    { "dest_host_id", "dest_host_name", "host", 0 },
    { "ems_cluster_id", "ems_cluster_name", "ems_cluster", 0 },
    { "dest_ems_cluster_id", "dest_ems_cluster_name", "ems_cluster", 0 },
};

static const char *const pod_columns[POD_COLUMNS] = { "container_node_id",
                                                      "container_replicator_id",
                                                      "container_project_id" };

struct found {
    int64_t id, gone_ms; /* gone_ms 0: it is there */
    int64_t of_pod[POD_COLUMNS];
    int ambiguous;
};

struct search {
    struct rv_store *store;
    struct rv_event_row *rows;
    struct rv_effects *effects;
    int64_t ems_id, wait_until_ms;
    int *ready;
    struct rv_arena *arena;
    /* Of the target at work. */
    const struct target *target;
    const struct rv_kind *kind;
    int id, name, namespace;
    struct rv_names keys;
    struct found *found; /* one a key */
    const char **names;  /* that are asked for */
    int count;
};

static const char *
text_at(const struct rv_event_row *row, int column)
{
    return row->values[column].type == RV_TEXT && row->values[column].len > 0
               ? row->values[column].v.text
               : NULL;
}

/* NULL: nothing to look for. */
static const char *
key_of(struct search *search, const struct rv_event_row *row)
{
    const char *name = text_at(row, search->name);
    const char *namespace = search->target->namespaced ? text_at(row, search->namespace) : "";
    if (row->values[search->id].type != RV_NULL || name == NULL || namespace == NULL)
        return NULL;
    return rv_arena_format(search->arena, "%s\x1f%s", namespace, name);
}

static void
take_row(struct search *search, const rv_value *row)
{
    const char *namespace = row[2].type == RV_TEXT ? row[2].v.text : "";
    const char *key = rv_arena_format(search->arena, "%s\x1f%s", namespace, row[1].v.text);
    int at = rv_names_find(&search->keys, key);
    int64_t gone_ms = row[3].type == RV_INT ? row[3].v.i : 0;
    if (at < 0)
        return;
    struct found *found = &search->found[at];
    if (found->id && found->gone_ms == 0 && gone_ms == 0) {
        found->ambiguous = 1;
        return;
    }
    if (found->id && (found->gone_ms == 0 || (gone_ms && gone_ms < found->gone_ms)))
        return;
    *found = (struct found){ .id = row[0].v.i, .gone_ms = gone_ms };
    for (int i = 0; search->target == &targets[0] && i < POD_COLUMNS; i++)
        found->of_pod[i] = row[4 + i].type == RV_INT ? row[4 + i].v.i : 0;
}

static int
ask(struct search *search, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_BYTES);
    rv_value params[NAMES_MAX + 1] = { rv_vint(search->ems_id) };
    const rv_value *row = NULL;
    int size = 1, more;
    while (size < search->count) /* a few sizes only: the statement is found prepared */
        size *= 8;
    size = size > NAMES_MAX ? NAMES_MAX : size;
    rv_buf_addf(&sql, "SELECT id, name, %s, %s%s FROM \"%s\" WHERE ems_id = $1 AND name IN (",
                search->target->namespaced ? "namespace" : "NULL",
                search->kind->archived ? "deleted_on" : "NULL",
                search->target == &targets[0]
                    ? ", container_node_id, container_replicator_id, container_project_id"
                    : "",
                search->kind->table);
    for (int i = 0; i < size; i++) {
        rv_buf_addf(&sql, "%s$%d", i ? "," : "", i + 2);
        params[i + 1] = rv_vtext(search->names[i < search->count ? i : search->count - 1]);
    }
    rv_buf_add_char(&sql, ')');
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_query(search->store, &rows, rv_buf_text(&sql), params, size + 1, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        take_row(search, row);
    return more;
}

/* The row of the range is ours: keep_row made its values. */
static void
set(struct search *search, struct rv_event_row *row, int column, int64_t id)
{
    rv_value *value = (rv_value *)(uintptr_t)&row->values[column];
    if (id == 0 || value->type != RV_NULL)
        return;
    *value = rv_vint(id);
    rv_effects_set(search->effects, row->kind, row->id, row->kind->columns[column].name, *value);
}

static void
fill(struct search *search, int index, const char *key)
{
    struct rv_event_row *row = &search->rows[index];
    const struct found *found = &search->found[rv_names_find(&search->keys, key)];
    rv_value seen = rv_event_row_value(row, "created_on");
    if (found->id == 0 || found->ambiguous) {
        if (found->id == 0 && seen.type == RV_INT && seen.v.i > search->wait_until_ms &&
            index < *search->ready)
            *search->ready = index;
        return;
    }
    set(search, row, search->id, found->id);
    for (int i = 0; search->target == &targets[0] && i < POD_COLUMNS; i++)
        set(search, row, rv_kind_column(row->kind, pod_columns[i]), found->of_pod[i]);
}

static void
collect(struct search *search, int count)
{
    search->count = 0;
    for (int i = 0; i < count && search->count < NAMES_MAX; i++) {
        const char *key = key_of(search, &search->rows[i]);
        if (key && rv_names_add(&search->keys, key, search->count) == search->count)
            search->names[search->count++] = text_at(&search->rows[i], search->name);
    }
}

static int
look_for(struct search *search, int count, rv_err *err)
{
    const struct rv_kind *events = search->rows[0].kind;
    search->kind = rv_model_kind(search->target->kind);
    search->id = rv_kind_column(events, search->target->id);
    search->name = rv_kind_column(events, search->target->name);
    search->namespace = rv_kind_column(events, "container_namespace");
    collect(search, count);
    if (search->count == 0)
        return 0;
    search->found = rv_arena_alloc(search->arena, (size_t)search->count * sizeof(*search->found));
    if (ask(search, err) < 0)
        return err->code;
    for (int i = 0; i < count; i++) {
        const char *key = key_of(search, &search->rows[i]);
        if (key && rv_names_find(&search->keys, key) >= 0)
            fill(search, i, key);
    }
    return 0;
}

int
rv_automate_relink(struct rv_store *store, int64_t ems_id, struct rv_event_row *rows, int count,
                   int64_t wait_ms, struct rv_effects *effects, int *ready, rv_err *err)
{
    struct search search = { .store = store,
                             .rows = rows,
                             .effects = effects,
                             .ems_id = ems_id,
                             .wait_until_ms = rv_now_ms() - wait_ms,
                             .ready = ready };
    *ready = count;
    if (ems_id == 0 || count == 0)
        return 0;
    search.arena = rv_arena_new(0);
    search.names = rv_arena_alloc(search.arena, NAMES_MAX * sizeof(*search.names));
    for (size_t i = 0; i < RV_COUNT(targets) && err->code == 0; i++) {
        search.target = &targets[i];
        look_for(&search, count, err);
        rv_names_clear(&search.keys);
    }
    rv_arena_free(search.arena);
    return err->code ? rv_wrap(err, "look for what events are about") : 0;
}
