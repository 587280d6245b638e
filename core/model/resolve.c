/* SPDX-License-Identifier: Apache-2.0
 *
 * From a description to a kind that can be used: core's columns ahead of the declared ones,
 * names turned into indices, and everything checked once, so that nobody after has to.
 */
#include "model/model_internal.h"
#include <string.h>
#include "base/text.h"

/* PostgreSQL cuts names at 63 bytes; some room is left for those of indices. */
#define MAX_NAME 60
#define MAX_COLUMNS 500

#define KIND_FLAGS (REEVE_KIND_CHILD | REEVE_KIND_SERVER)
#define COLUMN_FLAGS                                                                               \
    (REEVE_COL_REQUIRED | REEVE_COL_INDEX | REEVE_COL_VOLATILE | REEVE_COL_SECRET |                \
     REEVE_COL_INTERNAL | REEVE_COL_CORE)

static const struct reeve_column id_column = { "id", REEVE_INT, REEVE_COL_REQUIRED | REEVE_COL_CORE,
                                               NULL, "Id" };
static const struct reeve_column ems_id_column = { "ems_id", REEVE_REF,
                                                   REEVE_COL_REQUIRED | REEVE_COL_INDEX |
                                                       REEVE_COL_CORE,
                                                   "provider", "The provider that it is from" };
static const struct reeve_column content_hash_column = { "content_hash", REEVE_INT,
                                                         REEVE_COL_INTERNAL | REEVE_COL_CORE, NULL,
                                                         "Hash of what the provider last said" };
static const struct reeve_column created_on_column = { "created_on", REEVE_TIME, REEVE_COL_CORE,
                                                       NULL, "When it was first seen" };
static const struct reeve_column updated_on_column = { "updated_on", REEVE_TIME, REEVE_COL_CORE,
                                                       NULL, "When its row was last changed" };
static const struct reeve_column deleted_on_column = { "deleted_on", REEVE_TIME,
                                                       REEVE_COL_CORE | REEVE_COL_INDEX, NULL,
                                                       "When it was gone; null while it is there" };
static const char *const core_names[] = { "id",         "ems_id",     "content_hash",
                                          "created_on", "updated_on", "deleted_on" };

static int
is_name(const char *text)
{
    if (!text || *text < 'a' || *text > 'z' || strlen(text) > MAX_NAME)
        return 0;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

int
rv_word_in(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t here = strcspn(at, " ");
        if (here == len && memcmp(at, word, len) == 0)
            return 1;
        at += here;
    }
    return 0;
}

static int
check_names(const struct reeve_kind *def, rv_err *err)
{
    if (!is_name(def->table) || !is_name(def->api_name))
        return rv_fail(err, RV_E_INVALID, "table or api_name is no name of a-z, 0-9 and _");
    if (!def->title || !def->help || !def->columns || !def->key)
        return rv_fail(err, RV_E_INVALID, "title, help, columns or key is missing");
    if (def->flags & ~KIND_FLAGS)
        return rv_fail(err, RV_E_INVALID, "unknown flags 0x%x", (unsigned)def->flags);
    if (def->archive != REEVE_DELETE && def->archive != REEVE_ARCHIVE)
        return rv_fail(err, RV_E_INVALID, "unknown archive rule %d", (int)def->archive);
    for (const char *const *alias = def->aliases; alias && *alias; alias++) {
        if (!is_name(*alias))
            return rv_fail(err, RV_E_INVALID, "alias '%s' is no name of a-z, 0-9 and _", *alias);
    }
    return RV_OK;
}

static int
check_column(const struct reeve_column *column, rv_err *err)
{
    if (!is_name(column->name))
        return rv_fail(err, RV_E_INVALID, "column '%s' is no name of a-z, 0-9 and _", column->name);
    if (column->type < REEVE_STRING || column->type > REEVE_REF)
        return rv_fail(err, RV_E_INVALID, "column %s: unknown type %d", column->name,
                       (int)column->type);
    if (column->flags & ~COLUMN_FLAGS)
        return rv_fail(err, RV_E_INVALID, "column %s: unknown flags 0x%x", column->name,
                       (unsigned)column->flags);
    if ((column->flags & REEVE_COL_SECRET) && column->type != REEVE_STRING)
        return rv_fail(err, RV_E_INVALID, "column %s: only a string can be secret", column->name);
    if (column->target && column->type != REEVE_REF && column->type != REEVE_STRING)
        return rv_fail(err, RV_E_INVALID, "column %s: only a reference has a target", column->name);
    if (!column->help)
        return rv_fail(err, RV_E_INVALID, "column %s: help is missing", column->name);
    return RV_OK;
}

static void
add_column(struct rv_kind *kind, const struct reeve_column *def)
{
    kind->columns[kind->column_count++] = (struct rv_column){
        .name = def->name,
        .type = def->type,
        .flags = def->flags,
        .target = def->target,
        .help = def->help ? def->help : "",
        .type_column = -1,
    };
}

static void
add_core_columns(struct rv_kind *kind)
{
    add_column(kind, &id_column);
    if (kind->server)
        return;
    add_column(kind, &ems_id_column);
    if (!kind->child)
        add_column(kind, &content_hash_column);
    add_column(kind, &created_on_column);
    add_column(kind, &updated_on_column);
    if (kind->archived)
        add_column(kind, &deleted_on_column);
}

/* A reference without a target comes after the column with its kind: owner_type, owner_id. */
static int
pair_type_column(struct rv_kind *kind, int at, rv_err *err)
{
    struct rv_column *column = &kind->columns[at];
    const struct rv_column *before = at > 0 ? column - 1 : NULL;
    size_t stem = strlen(column->name);

    if (column->type != REEVE_REF || column->target)
        return RV_OK;
    stem = stem > 3 && rv_streq(column->name + stem - 3, "_id") ? stem - 3 : 0;
    if (stem == 0 || !before || before->type != REEVE_STRING ||
        strncmp(before->name, column->name, stem) != 0 || !rv_streq(before->name + stem, "_type"))
        return rv_fail(err, RV_E_INVALID,
                       "column %s: a polymorphic reference is named NAME_id and follows a string "
                       "NAME_type",
                       column->name);
    column->type_column = at - 1;
    return RV_OK;
}

/* 0, or INVALID when another column has the name. */
static int
enter_column(struct rv_entry *entry, int index, rv_err *err)
{
    const struct rv_kind *kind = &entry->kind;
    const char *name = kind->columns[index].name;
    uint32_t at = rv_names_hash(name) & (entry->slot_count - 1);

    for (; entry->slots[at]; at = (at + 1) & (entry->slot_count - 1))
        if (strcmp(kind->columns[entry->slots[at] - 1].name, name) == 0)
            return rv_fail(err, RV_E_INVALID, "column %s is there twice", name);
    entry->slots[at] = (uint16_t)(index + 1);
    return RV_OK;
}

static void
make_slots(struct rv_entry *entry, struct rv_arena *arena, int most)
{
    entry->slot_count = 16;
    while (entry->slot_count < 2 * (uint32_t)most)
        entry->slot_count *= 2;
    entry->slots = rv_arena_alloc(arena, entry->slot_count * sizeof(*entry->slots));
    memset(entry->slots, 0, entry->slot_count * sizeof(*entry->slots));
}

static int
resolve_columns(struct rv_entry *entry, struct rv_arena *arena, rv_err *err)
{
    struct rv_kind *kind = &entry->kind;
    int declared = 0;

    while (kind->def->columns[declared].name) {
        if (++declared > MAX_COLUMNS)
            return rv_fail(err, RV_E_INVALID, "more than %d columns", MAX_COLUMNS);
    }
    kind->columns =
        rv_arena_alloc(arena, ((size_t)declared + RV_COUNT(core_names)) * sizeof(*kind->columns));
    add_core_columns(kind);
    for (int i = 0; i < declared; i++) {
        if (check_column(&kind->def->columns[i], err))
            return err->code;
        add_column(kind, &kind->def->columns[i]);
    }
    make_slots(entry, arena, kind->column_count);
    for (int i = 0; i < kind->column_count; i++) {
        if (enter_column(entry, i, err) || pair_type_column(kind, i, err))
            return err->code;
    }
    return RV_OK;
}

/* Names to indices; at most max of them. */
static int
resolve_key(const struct rv_kind *kind, const char *const *names, int *out, int max, rv_err *err)
{
    int count = 0;

    for (; names && names[count]; count++) {
        if (count == max)
            return rv_fail(err, RV_E_INVALID, "a key of more than %d columns", max);
        out[count] = rv_kind_column(kind, names[count]);
        if (out[count] < 0)
            return rv_fail(err, RV_E_INVALID, "key column %s is not there", names[count]);
    }
    return count;
}

static int
resolve_keys(struct rv_kind *kind, rv_err *err)
{
    kind->key_count = resolve_key(kind, kind->def->key, kind->key, (int)RV_COUNT(kind->key), err);
    if (kind->key_count < 0)
        return err->code;
    if (kind->key_count == 0 && !kind->child)
        return rv_fail(err, RV_E_INVALID, "an empty key; only a child may have one");
    if (!kind->child && !kind->server && kind->columns[kind->key[0]].type != REEVE_STRING)
        return rv_fail(err, RV_E_INVALID, "the first key column must be a string");
    kind->name_key_count =
        resolve_key(kind, kind->def->name_key, kind->name_key, (int)RV_COUNT(kind->name_key), err);
    if (kind->name_key_count < 0)
        return err->code;
    for (int i = 0; i < kind->name_key_count; i++) {
        if (kind->columns[kind->name_key[i]].type != REEVE_STRING)
            return rv_fail(err, RV_E_INVALID, "name_key column %s is no string",
                           kind->def->name_key[i]);
    }
    return RV_OK;
}

static int
resolve_owner(struct rv_kind *kind, rv_err *err)
{
    const char *name = kind->def->owner_column;

    kind->owner_column = -1;
    if (!name && !kind->child)
        return RV_OK;
    if (!name || !kind->child || kind->server)
        return rv_fail(err, RV_E_INVALID, "a child, and no other kind, has an owner_column");
    kind->owner_column = rv_kind_column(kind, name);
    if (kind->owner_column < 0 || kind->columns[kind->owner_column].type != REEVE_REF)
        return rv_fail(err, RV_E_INVALID, "owner_column %s is no reference of this kind", name);
    return RV_OK;
}

static int
resolve_steps(struct rv_entry *entry, struct rv_arena *arena, rv_err *err)
{
    if (check_names(entry->kind.def, err) || resolve_columns(entry, arena, err) ||
        resolve_keys(&entry->kind, err) || resolve_owner(&entry->kind, err))
        return err->code;
    return RV_OK;
}

int
rv_kind_resolve(struct rv_entry *entry, const struct reeve_kind *def, struct rv_arena *arena,
                rv_err *err)
{
    struct rv_kind *kind = &entry->kind;

    if (!is_name(def->name))
        return rv_fail(err, RV_E_INVALID, "kind '%s' is no name of a-z, 0-9 and _",
                       def->name ? def->name : "");
    *entry = (struct rv_entry){ 0 };
    kind->def = def;
    kind->name = def->name;
    kind->table = def->table;
    kind->api_name = def->api_name;
    kind->archived = def->archive == REEVE_ARCHIVE;
    kind->child = (def->flags & REEVE_KIND_CHILD) != 0;
    kind->server = (def->flags & REEVE_KIND_SERVER) != 0;
    kind->kept_by_kind = kind->kept_by_column = -1;
    if (resolve_steps(entry, arena, err))
        return rv_wrap(err, "kind %s", def->name);
    return RV_OK;
}

/* Targets of one column: a kind's name, or the list of a polymorphic reference's type column. */
static int
check_targets(const struct rv_column *column, rv_err *err)
{
    char name[MAX_NAME + 1];

    for (const char *at = column->target; at && *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len > MAX_NAME)
            return rv_fail(err, RV_E_INVALID, "column %s: target is too long", column->name);
        memcpy(name, at, len);
        name[len] = '\0';
        if (!rv_model_kind(name))
            return rv_fail(err, RV_E_INVALID, "column %s: unknown kind '%s'", column->name, name);
        at += len;
    }
    return RV_OK;
}

static int
connect_kept_by(struct rv_kind *kind, rv_err *err)
{
    const char *kept_by = kind->def->kept_by;
    const char *dot = kept_by ? strchr(kept_by, '.') : NULL;

    if (!kept_by)
        return RV_OK;
    RV_AUTO_FREE char *name = rv_strndup(kept_by, dot ? (size_t)(dot - kept_by) : strlen(kept_by));
    const struct rv_kind *keeper = rv_model_kind(name);
    int column = keeper && dot ? rv_kind_column(keeper, dot + 1) : -1;
    if (column < 0 || keeper->columns[column].type != REEVE_REF ||
        !rv_streq(keeper->columns[column].target, kind->name))
        return rv_fail(err, RV_E_INVALID, "kept_by '%s' is no KIND.COLUMN that refers to this kind",
                       kept_by);
    kind->kept_by_kind = keeper->index;
    kind->kept_by_column = column;
    return RV_OK;
}

int
rv_kind_connect(struct rv_kind *kind, rv_err *err)
{
    for (int i = 0; i < kind->column_count; i++) {
        if (check_targets(&kind->columns[i], err))
            return rv_wrap(err, "kind %s", kind->name);
    }
    if (connect_kept_by(kind, err))
        return rv_wrap(err, "kind %s", kind->name);
    return RV_OK;
}

int
rv_kind_check_foreign(const struct reeve_kind *def, rv_err *err)
{
    if (def->size < sizeof(struct reeve_kind))
        return rv_fail(err, RV_E_INVALID, "a kind of %llu bytes, expected at least %zu",
                       (unsigned long long)def->size, sizeof(struct reeve_kind));
    if (def->flags & REEVE_KIND_SERVER)
        return rv_fail(err, RV_E_INVALID, "kind %s: only core has kinds of the server", def->name);
    for (const struct reeve_column *column = def->columns; column && column->name; column++) {
        if (column->flags & REEVE_COL_CORE)
            return rv_fail(err, RV_E_INVALID, "kind %s: column %s: only core keeps columns itself",
                           def->name, column->name);
        for (size_t i = 0; i < RV_COUNT(core_names); i++) {
            if (rv_streq(column->name, core_names[i]))
                return rv_fail(err, RV_E_INVALID, "kind %s: column %s is core's own", def->name,
                               column->name);
        }
    }
    return RV_OK;
}
