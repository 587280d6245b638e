/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry: which kinds there are, and finding them by any of their names. One dictionary a
 * process, filled at its start; kinds keep their address until the reset.
 */
#include "model/model_internal.h"
#include <string.h>
#include "base/text.h"
#include "model/kinds.h"

/* What rv_model_lookup takes: longer words are nobody's name. */
#define MAX_WORD 64
#define MAX_KINDS 4096

static struct {
    struct rv_arena *arena;
    struct rv_entry **entries; /* by index */
    int count, built_in;
    struct reeve_kind **copies; /* descriptions of added kinds, older versions too */
    int copy_count;
    struct rv_names by_name, by_table, by_api, by_word;
    const char **words;
} model;

static const struct reeve_kind *const tables[] = {
    rv_kinds_provider,      rv_kinds_cluster,
    rv_kinds_pod,           rv_kinds_image,
    rv_kinds_workload,      rv_kinds_network,
    rv_kinds_storage,       rv_kinds_config,
    rv_kinds_quota,         rv_kinds_openshift,
    rv_kinds_infra,         rv_kinds_hardware,
    rv_kinds_infra_parts,   rv_kinds_device,
    rv_kinds_physical,      rv_kinds_virtual_network,
    rv_kinds_cloud,         rv_kinds_orchestration,
    rv_kinds_cloud_network, rv_kinds_security_group,
    rv_kinds_load_balancer, rv_kinds_cloud_storage,
    rv_kinds_configuration, rv_kinds_configuration_script,
    rv_kinds_relationship,  rv_kinds_tag,
    rv_kinds_server,        rv_kinds_queue,
    rv_kinds_event,         rv_kinds_user,
    rv_kinds_automate,      rv_kinds_automate_run,
};

static int
taken(struct rv_names *names, const char *what, const char *name, int index, rv_err *err)
{
    int holder = rv_names_add(names, name, index);

    if (holder == index)
        return RV_OK;
    return rv_fail(err, RV_E_CONFLICT, "kind %s: %s '%s' is taken by kind %s",
                   model.entries[index]->kind.name, what, name, model.entries[holder]->kind.name);
}

/* An alias wins over other kinds' names ("services" means Kubernetes's); among aliases the first
 * one wins, so that a plugin cannot take a word of core. */
static void
index_words(void)
{
    for (int i = 0; i < model.count; i++) {
        for (const char *const *a = model.entries[i]->kind.def->aliases; a && *a; a++)
            rv_names_add(&model.by_word, *a, i);
    }
    for (int i = 0; i < model.count; i++) {
        rv_names_add(&model.by_word, model.entries[i]->kind.name, i);
        rv_names_add(&model.by_word, model.entries[i]->kind.table, i);
        rv_names_add(&model.by_word, model.entries[i]->kind.api_name, i);
    }
    free(model.words);
    model.words = rv_alloc(((size_t)model.by_word.count + 1) * sizeof(*model.words));
    for (uint32_t s = 0, at = 0; s < model.by_word.size; s++) {
        if (model.by_word.slots[s].name)
            model.words[at++] = model.by_word.slots[s].name;
    }
}

static void
forget_indices(void)
{
    rv_names_clear(&model.by_name);
    rv_names_clear(&model.by_table);
    rv_names_clear(&model.by_api);
    rv_names_clear(&model.by_word);
}

/* All look-ups anew, and relations when next asked for. */
static int
index_all(rv_err *err)
{
    forget_indices();
    for (int i = 0; i < model.count; i++) {
        struct rv_entry *entry = model.entries[i];
        entry->kind.index = i;
        entry->related = 0;
        if (taken(&model.by_name, "name", entry->kind.name, i, err) ||
            taken(&model.by_table, "table", entry->kind.table, i, err) ||
            taken(&model.by_api, "collection", entry->kind.api_name, i, err))
            return err->code;
    }
    index_words();
    return RV_OK;
}

static int
connect_all(rv_err *err)
{
    for (int i = 0; i < model.count; i++) {
        if (rv_kind_connect(&model.entries[i]->kind, err))
            return err->code;
    }
    return RV_OK;
}

static int
append(const struct reeve_kind *def, rv_err *err)
{
    if (model.count == MAX_KINDS)
        return rv_fail(err, RV_E_LIMIT, "more than %d kinds", MAX_KINDS);
    struct rv_entry *entry = rv_arena_alloc(model.arena, sizeof(*entry));
    if (rv_kind_resolve(entry, def, model.arena, err))
        return err->code;
    model.entries = rv_realloc(model.entries, (size_t)model.count + 1, sizeof(*model.entries));
    model.entries[model.count++] = entry;
    return RV_OK;
}

/* Back to the first count kinds. */
static void
truncate_to(int count)
{
    rv_err ignored = RV_ERR_INIT;

    model.count = count;
    (void)index_all(&ignored);
}

static int
fill_built_in(rv_err *err)
{
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        for (const struct reeve_kind *def = tables[i]; def->size; def++) {
            if (append(def, err))
                return err->code;
        }
    }
    if (index_all(err) || connect_all(err))
        return err->code;
    model.built_in = model.count;
    return RV_OK;
}

int
rv_model_init(rv_err *err)
{
    if (model.arena)
        return RV_OK;
    model.arena = rv_arena_new(0);
    if (fill_built_in(err) == RV_OK)
        return RV_OK;
    rv_model_reset();
    err->code = RV_E_INTERNAL;
    return rv_wrap(err, "dictionary");
}

void
rv_model_reset(void)
{
    if (!model.arena)
        return;
    forget_indices();
    for (int i = 0; i < model.copy_count; i++)
        rv_kind_def_free(model.copies[i]);
    free(model.copies);
    free(model.entries);
    free(model.words);
    rv_arena_free(model.arena);
    memset(&model, 0, sizeof(model));
}

static int
same_list(const char *const *a, const char *const *b)
{
    if (!a || !b)
        return (!a || !*a) && (!b || !*b);
    for (; *a && *b; a++, b++) {
        if (!rv_streq(*a, *b))
            return 0;
    }
    return *a == *b;
}

static int
column_count(const struct reeve_kind *def)
{
    int count = 0;

    while (def->columns && def->columns[count].name)
        count++;
    return count;
}

/* Texts for people and aliases may differ, columns may follow; all that tables and rows depend
 * on must not. */
static int
compatible(const struct reeve_kind *a, const struct reeve_kind *b)
{
    const struct reeve_column *x = a->columns, *y = b->columns;

    if (!rv_streq(a->table, b->table) || !rv_streq(a->api_name, b->api_name) ||
        a->flags != b->flags || a->archive != b->archive || !same_list(a->key, b->key) ||
        !same_list(a->name_key, b->name_key) || !rv_streq(a->owner_column, b->owner_column) ||
        !rv_streq(a->kept_by, b->kept_by))
        return 0;
    for (; x->name && y->name; x++, y++) {
        if (!rv_streq(x->name, y->name) || x->type != y->type || x->flags != y->flags ||
            (x->type == REEVE_REF && !rv_streq(x->target, y->target)))
            return 0;
    }
    return 1;
}

/* The description outlives its module: copied the way that it goes into the store. */
static int
copy_def(struct reeve_kind **out, const struct reeve_kind *def, rv_err *err)
{
    cJSON *json = rv_kind_to_json(def);
    int rc = rv_kind_from_json(out, json, err);

    cJSON_Delete(json);
    if (rc)
        return rc;
    model.copies = rv_realloc(model.copies, (size_t)model.copy_count + 1, sizeof(*model.copies));
    model.copies[model.copy_count++] = *out;
    return RV_OK;
}

/* The same kind again: the longer list of columns holds. In place, since others have its
 * address; their column arrays stay in the arena. */
static int
replace(struct rv_entry *entry, const struct reeve_kind *def, rv_err *err)
{
    struct rv_entry fresh, old = *entry;
    struct reeve_kind *copy;

    if (entry->kind.index < model.built_in || !compatible(entry->kind.def, def))
        return rv_fail(err, RV_E_CONFLICT, "kind %s is there with another description", def->name);
    if (column_count(def) < column_count(entry->kind.def))
        return RV_OK;
    if (copy_def(&copy, def, err))
        return err->code;
    if (rv_kind_resolve(&fresh, copy, model.arena, err) == RV_OK) {
        *entry = fresh;
        entry->kind.index = old.kind.index;
        if (index_all(err) == RV_OK && rv_kind_connect(&entry->kind, err) == RV_OK)
            return RV_OK;
        *entry = old;
        truncate_to(model.count);
    }
    return err->code;
}

/* Before it is copied, so that errors name what its author wrote. */
static int
check(const struct reeve_kind *def, rv_err *err)
{
    struct rv_entry trial = { 0 };

    if (rv_kind_check_foreign(def, err) == RV_OK)
        (void)rv_kind_resolve(&trial, def, model.arena, err);
    return err->code;
}

/* Read from the store again, most times: copied anew each time it would take memory for ever. */
static int
is_there(int at, const struct reeve_kind *def)
{
    if (at < model.built_in || def->size < sizeof(*def))
        return 0;
    cJSON *json = rv_kind_to_json(def);
    cJSON *there = rv_kind_to_json(model.entries[at]->kind.def);
    int same = cJSON_Compare(json, there, 1);

    cJSON_Delete(json);
    cJSON_Delete(there);
    return same;
}

static int
add_one(const struct reeve_kind *def, rv_err *err)
{
    struct reeve_kind *copy;
    int at = def->name ? rv_names_find(&model.by_name, def->name) : -1;

    if (is_there(at, def))
        return RV_OK;
    if (check(def, err))
        return err->code;
    if (at >= 0)
        return replace(model.entries[at], def, err);
    if (copy_def(&copy, def, err) || append(copy, err))
        return err->code;
    return RV_OK;
}

int
rv_model_add_all(const struct reeve_kind *const *defs, rv_err *err)
{
    int before = model.count;

    RV_ASSERT(model.arena);
    for (; *defs; defs++) {
        if (add_one(*defs, err))
            break;
    }
    if (*defs || index_all(err) || connect_all(err)) {
        truncate_to(before);
        return err->code;
    }
    return RV_OK;
}

int
rv_model_add(const struct reeve_kind *def, rv_err *err)
{
    const struct reeve_kind *const defs[] = { def, NULL };

    return rv_model_add_all(defs, err);
}

int
rv_model_count(void)
{
    return model.count;
}

const struct rv_kind *
rv_model_at(int index)
{
    return index >= 0 && index < model.count ? &model.entries[index]->kind : NULL;
}

const struct rv_kind *
rv_model_kind(const char *name)
{
    return rv_model_at(rv_names_find(&model.by_name, name));
}

const struct rv_kind *
rv_model_table(const char *table)
{
    return rv_model_at(rv_names_find(&model.by_table, table));
}

const struct rv_kind *
rv_model_collection(const char *api_name)
{
    return rv_model_at(rv_names_find(&model.by_api, api_name));
}

const struct rv_kind *
rv_model_lookup(const char *word)
{
    char lower[MAX_WORD + 1];

    if (!word || strlen(word) > MAX_WORD)
        return NULL;
    memcpy(lower, word, strlen(word) + 1);
    rv_lower(lower);
    return rv_model_at(rv_names_find(&model.by_word, lower));
}

const char *const *
rv_model_words(void)
{
    return model.words;
}

static struct rv_entry *
entry_with_relations(const struct rv_kind *kind)
{
    struct rv_entry *entry = model.entries[kind->index];

    if (!entry->related)
        rv_relations_make(entry, model.arena);
    return entry;
}

int
rv_kind_column(const struct rv_kind *kind, const char *name)
{
    const struct rv_entry *entry = (const struct rv_entry *)kind;

    if (!name || entry->slot_count == 0)
        return -1;
    for (uint32_t at = rv_names_hash(name) & (entry->slot_count - 1); entry->slots[at];
         at = (at + 1) & (entry->slot_count - 1))
        if (strcmp(kind->columns[entry->slots[at] - 1].name, name) == 0)
            return entry->slots[at] - 1;
    return -1;
}

const struct rv_relation *
rv_kind_relations(const struct rv_kind *kind, int *count)
{
    const struct rv_entry *entry = entry_with_relations(kind);

    *count = entry->relation_count;
    return entry->relations;
}

const struct rv_join *
rv_kind_joins(const struct rv_kind *kind, int *count)
{
    const struct rv_entry *entry = entry_with_relations(kind);

    *count = entry->join_count;
    return entry->joins;
}
