/* SPDX-License-Identifier: Apache-2.0
 *
 * A kind's description as JSON and back: how a provider's own kinds are kept in the store, and
 * known without opening their module.
 */
#include "model/model_internal.h"
#include <string.h>
#include "base/text.h"

/* A description read from JSON, with the memory of its texts. */
struct owned_def {
    struct reeve_kind def; /* first: what others see */
    struct rv_arena *arena;
};

struct flag_name {
    int32_t flag;
    const char *name;
};

/* By type: index 0 is none. */
static const char *const type_names[] = { NULL,   "string", "integer", "double",
                                          "flag", "time",   "json",    "reference" };
static const struct flag_name column_flags[] = {
    { REEVE_COL_REQUIRED, "required" },
    { REEVE_COL_INDEX, "index" },
    { REEVE_COL_VOLATILE, "volatile" },
    { REEVE_COL_SECRET, "secret" },
    { REEVE_COL_INTERNAL, "internal" },
    { REEVE_COL_CORE, "core" },
    { 0, NULL },
};
static const struct flag_name kind_flags[] = {
    { REEVE_KIND_CHILD, "child" },
    { REEVE_KIND_SERVER, "server" },
    { 0, NULL },
};

const char *
rv_type_name(int32_t type)
{
    return type > 0 && (size_t)type < RV_COUNT(type_names) ? type_names[type] : "unknown";
}

static void
put_string(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

static void
put_list(cJSON *object, const char *name, const char *const *list)
{
    if (!list)
        return;
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (; *list; list++)
        cJSON_AddItemToArray(array, cJSON_CreateString(*list));
}

static void
put_flags(cJSON *object, int32_t flags, const struct flag_name *names)
{
    if (!flags)
        return;
    cJSON *array = cJSON_AddArrayToObject(object, "flags");
    for (; names->name; names++) {
        if (flags & names->flag)
            cJSON_AddItemToArray(array, cJSON_CreateString(names->name));
    }
}

cJSON *
rv_kind_to_json(const struct reeve_kind *def)
{
    cJSON *json = cJSON_CreateObject();

    put_string(json, "name", def->name);
    put_string(json, "table", def->table);
    put_string(json, "api_name", def->api_name);
    put_string(json, "title", def->title);
    put_string(json, "help", def->help);
    put_string(json, "class_name", def->class_name);
    put_flags(json, def->flags, kind_flags);
    put_string(json, "archive", def->archive == REEVE_ARCHIVE ? "archive" : "delete");
    put_list(json, "key", def->key);
    put_list(json, "name_key", def->name_key);
    put_string(json, "owner_column", def->owner_column);
    put_string(json, "kept_by", def->kept_by);
    put_list(json, "aliases", def->aliases);
    cJSON *columns = cJSON_AddArrayToObject(json, "columns");
    for (const struct reeve_column *c = def->columns; c && c->name; c++) {
        cJSON *column = cJSON_CreateObject();
        put_string(column, "name", c->name);
        put_string(column, "type", rv_type_name(c->type));
        put_flags(column, c->flags, column_flags);
        put_string(column, "target", c->target);
        put_string(column, "help", c->help);
        cJSON_AddItemToArray(columns, column);
    }
    return json;
}

/* *out stays NULL when the member is absent. */
static int
get_string(const char **out, const cJSON *object, const char *name, struct rv_arena *arena,
           rv_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!item)
        return RV_OK;
    if (!cJSON_IsString(item))
        return rv_fail(err, RV_E_INVALID, "%s is no string", name);
    *out = rv_arena_strdup(arena, item->valuestring);
    return RV_OK;
}

static int
get_list(const char *const **out, const cJSON *object, const char *name, struct rv_arena *arena,
         rv_err *err)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name), *item;
    int count = 0;

    if (!array)
        return RV_OK;
    if (!cJSON_IsArray(array))
        return rv_fail(err, RV_E_INVALID, "%s is no array", name);
    const char **list =
        rv_arena_alloc(arena, ((size_t)cJSON_GetArraySize(array) + 1) * sizeof(*list));
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item))
            return rv_fail(err, RV_E_INVALID, "%s: item %d is no string", name, count);
        list[count++] = rv_arena_strdup(arena, item->valuestring);
    }
    *out = list;
    return RV_OK;
}

static int
get_flags(int32_t *out, const cJSON *object, const struct flag_name *names, rv_err *err)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, "flags"), *item;

    if (array && !cJSON_IsArray(array))
        return rv_fail(err, RV_E_INVALID, "flags is no array");
    cJSON_ArrayForEach(item, array)
    {
        const struct flag_name *found = names;
        while (found->name && !rv_streq(found->name, cJSON_GetStringValue(item)))
            found++;
        if (!found->name)
            return rv_fail(err, RV_E_INVALID, "unknown flag");
        *out |= found->flag;
    }
    return RV_OK;
}

static int
get_type(int32_t *out, const cJSON *object, rv_err *err)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "type"));

    for (size_t i = 1; i < RV_COUNT(type_names); i++) {
        if (rv_streq(text, type_names[i])) {
            *out = (int32_t)i;
            return RV_OK;
        }
    }
    return rv_fail(err, RV_E_INVALID, "unknown type '%s'", text ? text : "");
}

static int
get_column(struct reeve_column *out, const cJSON *json, struct rv_arena *arena, rv_err *err)
{
    if (get_string(&out->name, json, "name", arena, err) || get_type(&out->type, json, err) ||
        get_flags(&out->flags, json, column_flags, err) ||
        get_string(&out->target, json, "target", arena, err) ||
        get_string(&out->help, json, "help", arena, err))
        return err->code;
    if (!out->name)
        return rv_fail(err, RV_E_INVALID, "name is missing");
    return RV_OK;
}

static int
get_columns(struct reeve_kind *def, const cJSON *json, struct rv_arena *arena, rv_err *err)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(json, "columns"), *item;
    int count = 0;

    if (!cJSON_IsArray(array))
        return rv_fail(err, RV_E_INVALID, "columns is no array");
    struct reeve_column *columns =
        rv_arena_alloc(arena, ((size_t)cJSON_GetArraySize(array) + 1) * sizeof(*columns));
    cJSON_ArrayForEach(item, array)
    {
        if (get_column(&columns[count], item, arena, err))
            return rv_wrap(err, "column %d", count);
        count++;
    }
    def->columns = columns;
    return RV_OK;
}

static int
get_archive(int32_t *out, const cJSON *json, rv_err *err)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "archive"));

    if (!rv_streq(text, "archive") && !rv_streq(text, "delete"))
        return rv_fail(err, RV_E_INVALID, "archive is neither archive nor delete");
    *out = rv_streq(text, "archive") ? REEVE_ARCHIVE : REEVE_DELETE;
    return RV_OK;
}

static int
get_def(struct reeve_kind *def, const cJSON *json, struct rv_arena *arena, rv_err *err)
{
    if (!cJSON_IsObject(json))
        return rv_fail(err, RV_E_INVALID, "is no object");
    if (get_string(&def->name, json, "name", arena, err) ||
        get_string(&def->table, json, "table", arena, err) ||
        get_string(&def->api_name, json, "api_name", arena, err) ||
        get_string(&def->title, json, "title", arena, err) ||
        get_string(&def->help, json, "help", arena, err) ||
        get_string(&def->class_name, json, "class_name", arena, err) ||
        get_string(&def->owner_column, json, "owner_column", arena, err) ||
        get_string(&def->kept_by, json, "kept_by", arena, err) ||
        get_flags(&def->flags, json, kind_flags, err) || get_archive(&def->archive, json, err) ||
        get_list(&def->key, json, "key", arena, err) ||
        get_list(&def->name_key, json, "name_key", arena, err) ||
        get_list(&def->aliases, json, "aliases", arena, err))
        return err->code;
    return get_columns(def, json, arena, err);
}

int
rv_kind_from_json(struct reeve_kind **out, const cJSON *json, rv_err *err)
{
    struct owned_def *owned = rv_alloc(sizeof(*owned));

    owned->arena = rv_arena_new(0);
    owned->def.size = sizeof(owned->def);
    if (get_def(&owned->def, json, owned->arena, err)) {
        rv_kind_def_free(&owned->def);
        return rv_wrap(err, "description of a kind");
    }
    *out = &owned->def;
    return RV_OK;
}

void
rv_kind_def_free(struct reeve_kind *def)
{
    struct owned_def *owned = (struct owned_def *)def;

    if (!owned)
        return;
    rv_arena_free(owned->arena);
    free(owned);
}
