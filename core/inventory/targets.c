/* SPDX-License-Identifier: Apache-2.0
 *
 * From what is asked for to what a provider is asked for.
 */
#include "inventory/targets.h"

#include <limits.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

enum { ARGS_BYTES = 1 << 20, OWNERS_DEEP = 8 };

static int
parse_args(cJSON **out, const char *args, rv_err *err)
{
    return rv_json_parse(out, args, strlen(args), ARGS_BYTES, 0, err) < 0
               ? rv_wrap(err, "what is to be refreshed")
               : 0;
}

static cJSON *
list_of(const cJSON *args)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(args, "targets");
    return cJSON_IsArray(list) ? list : NULL;
}

static void
add_text(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *
json_of(const struct rv_ask *ask)
{
    cJSON *object = cJSON_CreateObject();
    add_text(object, "kind", ask->kind->name);
    if (ask->id) {
        cJSON_AddNumberToObject(object, "id", (double)ask->id);
        return object;
    }
    add_text(object, "ref", ask->ref);
    add_text(object, "scope", ask->scope);
    add_text(object, "name", ask->name);
    return object;
}

static void
add_once(cJSON *list, const struct rv_ask *ask)
{
    cJSON *object = json_of(ask), *there;
    cJSON_ArrayForEach(there, list)
    {
        if (cJSON_Compare(there, object, 1)) {
            cJSON_Delete(object);
            return;
        }
    }
    cJSON_AddItemToArray(list, object);
}

int
rv_targets_merge(char **out, const char *args, const struct rv_ask *asks, int count, int most,
                 rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    if (parse_args(&json, args ? args : "{\"targets\":[]}", err) < 0)
        return err->code;
    cJSON *list = list_of(json);
    int limit = most > 0 ? most : INT_MAX;
    for (int i = 0; list && i < count && cJSON_GetArraySize(list) < limit; i++)
        add_once(list, &asks[i]);
    int whole = list == NULL || count == 0 || cJSON_GetArraySize(list) >= limit;
    *out = whole ? rv_strdup("{}") : cJSON_PrintUnformatted(json);
    return 0;
}

static const char *
keep(struct rv_targets *targets, const rv_value *value)
{
    return value->type == RV_TEXT
               ? rv_arena_strndup(targets->arena, value->v.text, (size_t)value->len)
               : NULL;
}

/* The owner of a row in place of it. 1, 0 when there is none, or an error. */
static int
step_up(struct rv_store *store, const struct rv_kind **kind, int64_t *id, rv_err *err)
{
    const struct rv_column *owner = &(*kind)->columns[(*kind)->owner_column];
    const char *type = owner->type_column < 0 ? "id" : (*kind)->columns[owner->type_column].name;
    rv_value param = rv_vint(*id), row[2];
    RV_AUTO_FREE char *sql = rv_format("SELECT \"%s\", \"%s\" FROM \"%s\" WHERE \"id\" = $1",
                                       owner->name, type, (*kind)->table);
    int found = rv_store_one(store, row, 2, sql, &param, 1, err);
    if (found <= 0 || row[0].type != RV_INT)
        return found < 0 ? found : 0;
    *id = row[0].v.i;
    *kind = owner->type_column < 0   ? rv_model_kind(owner->target)
            : row[1].type == RV_TEXT ? rv_model_kind(row[1].v.text)
                                     : NULL;
    return *kind != NULL;
}

/* 1 with *out, 0 when the row is not there, or not this provider's. */
static int
look_up(struct rv_targets *targets, struct rv_store *store, int64_t ems_id, struct rv_target *out,
        int64_t id, rv_err *err)
{
    const struct rv_kind *kind = out->kind;
    int found = 1;
    for (int i = 0; found > 0 && kind->child && i < OWNERS_DEEP; i++)
        found = step_up(store, &kind, &id, err);
    if (found <= 0 || kind->child || kind->server)
        return found < 0 ? found : 0;
    const char *first =
        kind->columns[kind->name_key_count > 0 ? kind->name_key[0] : kind->key[0]].name;
    const char *last =
        kind->columns[kind->name_key_count > 1 ? kind->name_key[1] : kind->key[0]].name;
    rv_value param = rv_vint(id), row[4];
    RV_AUTO_FREE char *sql =
        rv_format("SELECT \"ems_id\", \"%s\", \"%s\", \"%s\" FROM \"%s\" WHERE \"id\" = $1",
                  kind->columns[kind->key[0]].name, first, last, kind->table);
    found = rv_store_one(store, row, 4, sql, &param, 1, err);
    if (found <= 0 || row[0].type != RV_INT || row[0].v.i != ems_id || row[1].type != RV_TEXT)
        return found < 0 ? found : 0;
    *out = (struct rv_target){ .kind = kind, .ref = keep(targets, &row[1]) };
    if (kind->name_key_count == 1)
        out->name = keep(targets, &row[2]);
    if (kind->name_key_count == 2) {
        out->scope = keep(targets, &row[2]);
        out->name = keep(targets, &row[3]);
    }
    return 1;
}

static int
same(const struct rv_target *a, const struct rv_target *b)
{
    return a->kind == b->kind && rv_streq(a->ref, b->ref) &&
           (a->ref || (rv_streq(a->scope, b->scope) && rv_streq(a->name, b->name)));
}

static const char *
member(struct rv_targets *targets, const cJSON *object, const char *name)
{
    const char *text = rv_json_string(object, name);
    return text ? rv_arena_strdup(targets->arena, text) : NULL;
}

static int
add_target(struct rv_targets *targets, struct rv_store *store, int64_t ems_id, const cJSON *object,
           rv_err *err)
{
    const char *kind = rv_json_string(object, "kind");
    struct rv_target target = { .kind = kind ? rv_model_kind(kind) : NULL };
    int64_t id = rv_json_int(object, "id", 0);
    if (target.kind == NULL)
        return rv_fail(err, RV_E_INVALID, "what is to be refreshed: unknown kind '%.80s'",
                       kind ? kind : "");
    if (id) {
        int found = look_up(targets, store, ems_id, &target, id, err);
        if (found <= 0) {
            targets->unknown += found == 0;
            return found;
        }
    } else {
        target.ref = member(targets, object, "ref");
        target.scope = member(targets, object, "scope");
        target.name = member(targets, object, "name");
    }
    for (int i = 0; i < targets->count; i++)
        if (same(&targets->at[i], &target))
            return 0;
    targets->at[targets->count++] = target;
    return 0;
}

int
rv_targets_resolve(struct rv_targets *out, struct rv_store *store, int64_t ems_id, const char *args,
                   rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    *out = (struct rv_targets){ 0 };
    if (args && parse_args(&json, args, err) < 0)
        return err->code;
    const cJSON *list = list_of(json), *object;
    if (list == NULL) {
        out->whole = 1;
        return 0;
    }
    out->arena = rv_arena_new(0);
    out->at = rv_alloc(((size_t)cJSON_GetArraySize(list) + 1) * sizeof(*out->at));
    cJSON_ArrayForEach(object, list)
    {
        if (add_target(out, store, ems_id, object, err) < 0) {
            rv_targets_free(out);
            return err->code;
        }
    }
    return 0;
}

void
rv_targets_free(struct rv_targets *targets)
{
    if (targets->arena)
        rv_arena_free(targets->arena);
    free(targets->at);
    *targets = (struct rv_targets){ 0 };
}
