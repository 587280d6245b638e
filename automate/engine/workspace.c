/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of workspaces. A password is opened and sealed by the supervisor, which takes its time: that
 * is done between two transactions, and the second one looks whether anything changed.
 */
#include "automate/workspace.h"

#include <stdlib.h>
#include <string.h>
#include "base/guid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "model/model.h"
#include "store/record.h"

enum { TRIES = 5, NAME_MAX_BYTES = 1000 };

struct row {
    int64_t id;
    char *input, *output, *sealed; /* NULL: none */
};

static void
row_clear(struct row *row)
{
    free(row->input);
    free(row->output);
    free(row->sealed);
    *row = (struct row){ 0 };
}

static char *
text_of(const rv_value *value)
{
    return value->type == RV_TEXT ? rv_strndup(value->v.text, (size_t)value->len) : NULL;
}

/* By guid, or (NULL) by id. */
static int
load(struct row *row, struct rv_store *store, const char *guid, int64_t id, rv_err *err)
{
    rv_value values[4];
    const rv_value key = guid ? rv_vtext(guid) : rv_vint(id);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT id, input, output, sealed_value FROM miq_ae_workspaces WHERE %s = $1",
                  guid ? "guid" : "id");
    int found = rv_store_one(store, values, 4, sql, &key, 1, err);
    if (found < 0)
        return found;
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "this workspace of automate is not there any more");
    *row = (struct row){ values[0].v.i, text_of(&values[1]), text_of(&values[2]),
                         text_of(&values[3]) };
    return 0;
}

static int
parse(cJSON **out, const char *text, rv_err *err)
{
    *out = NULL;
    return text ? rv_json_parse(out, text, strlen(text), RV_WORKSPACE_BYTES_MAX, 0, err) : 0;
}

static char *
place_of(int64_t id)
{
    return rv_format(RV_WORKSPACE_PLACE "%lld/value", (long long)id);
}

/* *out is the caller's: wipe and delete it. NULL when there are none. */
static int
open_secrets(cJSON **out, const struct row *row, const struct rv_vault *vault, rv_err *err)
{
    RV_AUTO_FREE char *place = place_of(row->id);
    char *text = NULL;
    *out = NULL;
    if (row->sealed == NULL)
        return 0;
    if (vault == NULL || vault->open == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "passwords are not opened here");
    if (vault->open(vault->arg, &text, place, row->sealed, err) < 0)
        return rv_wrap(err, "passwords of a workspace");
    int code = parse(out, text, err);
    rv_wipe(text, strlen(text));
    free(text);
    return code;
}

/* *out NULL when there are none. */
static int
seal_secrets(char **out, int64_t id, const struct rv_vault *vault, const cJSON *secrets,
             rv_err *err)
{
    RV_AUTO_FREE char *place = place_of(id);
    *out = NULL;
    if (secrets == NULL || secrets->child == NULL)
        return 0;
    if (vault == NULL || vault->seal == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "passwords are not sealed here");
    char *text = cJSON_PrintUnformatted(secrets);
    RV_ASSERT(text);
    int code =
        strlen(text) > RV_WORKSPACE_BYTES_MAX
            ? rv_fail(err, RV_E_LIMIT, "passwords of more than %d bytes", RV_WORKSPACE_BYTES_MAX)
            : vault->seal(vault->arg, out, place, text, err);
    rv_wipe(text, strlen(text));
    cJSON_free(text);
    return code;
}

struct writing {
    int64_t id, run_id;
    const char *guid, *input, *sealed;
    const char *sealed_before; /* what it was looked up with */
    const cJSON *given;        /* for the output; NULL: as it is */
    int conflict;              /* somebody else was there meanwhile */
};

static int
create_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct writing *writing = arg;
    const struct rv_field fields[] = { { "guid", rv_vtext(writing->guid) },
                                       { "input", rv_vtext(writing->input) },
                                       { "run_id", rv_vint(writing->run_id) } };
    (void)feed; /* it is read by those alone who know its guid */
    return rv_record_insert(store, NULL, rv_model_kind("automate_workspace"), fields,
                            writing->run_id ? 3 : 2, &writing->id, err);
}

/* Into an object, what another says: objects in both are one, anything else is replaced. */
static void
merge(cJSON *into, const cJSON *from)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, from)
    {
        cJSON *old = cJSON_GetObjectItemCaseSensitive(into, item->string);
        if (cJSON_IsObject(old) && cJSON_IsObject(item))
            merge(old, item);
        else if (old)
            cJSON_ReplaceItemInObjectCaseSensitive(into, item->string, cJSON_Duplicate(item, 1));
        else
            cJSON_AddItemToObject(into, item->string, cJSON_Duplicate(item, 1));
    }
}

static int
merge_output(char **out, const struct row *row, const cJSON *given, rv_err *err)
{
    RV_AUTO_JSON cJSON *output = NULL;
    if (parse(&output, row->output, err) < 0)
        return err->code;
    if (output == NULL)
        output = cJSON_CreateObject();
    merge(output, given);
    *out = cJSON_PrintUnformatted(output);
    RV_ASSERT(*out);
    if (strlen(*out) > RV_WORKSPACE_BYTES_MAX)
        return rv_fail(err, RV_E_LIMIT, "an output of more than %d bytes", RV_WORKSPACE_BYTES_MAX);
    return 0;
}

static int
change_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct writing *writing = arg;
    struct row row = { 0 };
    RV_AUTO_FREE char *lock = rv_format("automate workspace %lld", (long long)writing->id);
    char *output = NULL;
    struct rv_field fields[2];
    int count = 0;
    (void)feed;
    if (rv_store_lock(store, lock, err) < 0 || load(&row, store, NULL, writing->id, err) < 0)
        return err->code;
    writing->conflict = writing->sealed && !rv_streq(row.sealed, writing->sealed_before);
    int code =
        writing->given && !writing->conflict ? merge_output(&output, &row, writing->given, err) : 0;
    if (output)
        fields[count++] = (struct rv_field){ "output", rv_vtext(output) };
    if (writing->sealed)
        fields[count++] = (struct rv_field){ "sealed_value", rv_vtext(writing->sealed) };
    if (code == 0 && count && !writing->conflict)
        code = rv_record_update(store, NULL, rv_model_kind("automate_workspace"), writing->id,
                                fields, count, err);
    cJSON_free(output);
    row_clear(&row);
    return code;
}

int
rv_workspace_create(struct rv_store *store, const struct rv_vault *vault, int64_t run_id,
                    const char *input, const cJSON *secrets, char guid[37], rv_err *err)
{
    struct writing writing = { .guid = guid, .input = input, .run_id = run_id };
    char *sealed = NULL;
    rv_guid(guid);
    if (strlen(input) > RV_WORKSPACE_BYTES_MAX)
        return rv_fail(err, RV_E_LIMIT, "a workspace of more than %d bytes",
                       RV_WORKSPACE_BYTES_MAX);
    if (rv_store_reserve_ids(store, RV_WORKSPACE_IDS, err) < 0 ||
        rv_record_transaction(store, create_in, &writing, err) < 0 ||
        seal_secrets(&sealed, writing.id, vault, secrets, err) < 0)
        return err->code;
    writing.sealed = sealed;
    int code = sealed ? rv_record_transaction(store, change_in, &writing, err) : 0;
    free(sealed);
    return code;
}

int
rv_workspace_output(struct rv_store *store, const struct rv_vault *vault, const char *guid,
                    int64_t *id, cJSON **output, cJSON **secrets, rv_err *err)
{
    struct row row = { 0 };
    *output = *secrets = NULL;
    int code = load(&row, store, guid, 0, err);
    *id = row.id;
    if (code == 0)
        code = parse(output, row.output, err);
    if (code == 0 && *output)
        code = open_secrets(secrets, &row, vault, err);
    row_clear(&row);
    return code;
}

static int
check_names(const cJSON *map, rv_err *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, map)
    {
        if (*item->string == '\0' || strlen(item->string) > NAME_MAX_BYTES)
            return rv_fail(err, RV_E_INVALID, "'%.40s' is no name of an object or attribute",
                           item->string);
        if (cJSON_IsString(item) && strncmp(item->valuestring, "password::", 10) == 0 &&
            !rv_streq(item->valuestring, RV_WORKSPACE_STARS)) {
            rv_fail(err, RV_E_INVALID, "'%.100s': a password is not written so", item->string);
            return rv_hint(err, "the action encrypt takes object, attribute and value");
        }
    }
    return 0;
}

/* Stars are what a client was shown: they change nothing. */
static void
drop_stars(cJSON *map)
{
    for (cJSON *item = map ? map->child : NULL, *next; item; item = next) {
        next = item->next;
        if (cJSON_IsString(item) && rv_streq(item->valuestring, RV_WORKSPACE_STARS))
            cJSON_Delete(cJSON_DetachItemViaPointer(map, item));
    }
}

static int
check_given(cJSON *given, rv_err *err)
{
    cJSON *objects = cJSON_GetObjectItemCaseSensitive(given, "objects"), *one;
    cJSON *state_vars = cJSON_GetObjectItemCaseSensitive(given, "state_vars");
    if (objects == NULL && state_vars == NULL)
        return rv_fail(err, RV_E_INVALID, "'objects' or 'state_vars' is expected");
    if ((objects && !cJSON_IsObject(objects)) || (state_vars && !cJSON_IsObject(state_vars)))
        return rv_fail(err, RV_E_INVALID, "objects and state_vars: an object of names and values");
    if (check_names(objects, err) < 0 || check_names(state_vars, err) < 0)
        return err->code;
    drop_stars(state_vars);
    cJSON_ArrayForEach(one, objects)
    {
        if (!cJSON_IsObject(one))
            return rv_fail(err, RV_E_INVALID, "objects: '%.200s' is no object of attributes",
                           one->string);
        if (check_names(one, err) < 0)
            return err->code;
        drop_stars(one);
    }
    return 0;
}

int
rv_workspace_edit(struct rv_store *store, int64_t id, const cJSON *given, rv_err *err)
{
    RV_AUTO_JSON cJSON *own = cJSON_Duplicate(given, 1);
    struct writing writing = { .id = id, .given = own };
    if (check_given(own, err) < 0)
        return err->code;
    return rv_record_transaction(store, change_in, &writing, err);
}

static cJSON *
member(cJSON *map, const char *name)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(map, name);
    return found ? found : cJSON_AddObjectToObject(map, name);
}

static void
set_text(cJSON *map, const char *name, const char *text)
{
    cJSON *old = cJSON_GetObjectItemCaseSensitive(map, name);
    rv_json_wipe(old);
    cJSON_DeleteItemFromObjectCaseSensitive(map, name);
    cJSON_AddStringToObject(map, name, text);
}

static int
encrypt_once(struct rv_store *store, const struct rv_vault *vault, struct writing *writing,
             const char *object, const char *attribute, const char *text, rv_err *err)
{
    struct row row = { 0 };
    cJSON *secrets = NULL;
    char *sealed = NULL;
    int code = load(&row, store, NULL, writing->id, err);
    if (code == 0)
        code = open_secrets(&secrets, &row, vault, err);
    if (code == 0) {
        if (secrets == NULL)
            secrets = cJSON_CreateObject();
        set_text(member(member(member(secrets, "output"), "objects"), object), attribute, text);
        code = seal_secrets(&sealed, row.id, vault, secrets, err);
    }
    writing->sealed = sealed;
    writing->sealed_before = row.sealed;
    if (code == 0)
        code = rv_record_transaction(store, change_in, writing, err);
    rv_json_wipe(secrets);
    cJSON_Delete(secrets);
    free(sealed);
    row_clear(&row);
    return code;
}

int
rv_workspace_encrypt(struct rv_store *store, const struct rv_vault *vault, int64_t id,
                     const char *object, const char *attribute, const char *text, rv_err *err)
{
    RV_AUTO_JSON cJSON *given = cJSON_CreateObject();
    struct writing writing = { .id = id, .given = given };
    cJSON *into = member(member(given, "objects"), object);
    cJSON_AddStringToObject(into, attribute, RV_WORKSPACE_STARS);
    if (check_names(member(given, "objects"), err) < 0 || check_names(into, err) < 0)
        return err->code;
    for (int i = 0; i < TRIES; i++) {
        if (encrypt_once(store, vault, &writing, object, attribute, text, err) < 0)
            return err->code;
        if (!writing.conflict)
            return 0;
    }
    return rv_fail(err, RV_E_CONFLICT, "others give this workspace passwords at the same time");
}

int
rv_workspace_decrypt(char **out, struct rv_store *store, const struct rv_vault *vault, int64_t id,
                     const char *object, const char *attribute, rv_err *err)
{
    struct row row = { 0 };
    cJSON *secrets = NULL;
    int code = load(&row, store, NULL, id, err);
    if (code == 0)
        code = open_secrets(&secrets, &row, vault, err);
    const cJSON *map = cJSON_GetObjectItemCaseSensitive(secrets, object);
    if (!rv_streq(object, "method_parameters") && !rv_streq(object, "state_vars"))
        map = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(secrets, "objects"),
                                               object);
    const char *text = rv_json_string(map, attribute);
    if (code == 0 && text == NULL)
        code = rv_fail(err, RV_E_NOT_FOUND, "'%.200s' has no password '%.100s'", object, attribute);
    if (code == 0)
        *out = rv_strdup(text);
    rv_json_wipe(secrets);
    cJSON_Delete(secrets);
    row_clear(&row);
    return code;
}
