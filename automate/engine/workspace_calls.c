/* SPDX-License-Identifier: Apache-2.0
 *
 * A run as JSON, and the answer to it back in the run. Rows are "href_slug::vms/12", as in
 * ManageIQ.
 */
#include "automate/workspace_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "automate/workspace.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

#define GUID_VAR "automate_workspace_guid"
#define SLUG "href_slug::"
#define EXACT_MOST (1LL << 53) /* whole numbers beyond are texts */

static cJSON *
pack_text(const struct rv_ae_value *value, const struct rv_ws *ws)
{
    const struct rv_ws_object *node =
        value->type == RV_AE_NODE ? rv_ws_by_number(ws, value->v.i) : NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_WORKSPACE_BYTES_MAX);
    if (node)
        rv_buf_add_string(&text, rv_ws_path(node));
    else if (value->type == RV_AE_ROW)
        rv_buf_addf(&text, SLUG "%s/%lld", rv_model_kind(value->v.row.kind)->api_name,
                    (long long)value->v.row.id);
    else
        rv_ae_show(&text, value);
    return cJSON_CreateString(rv_buf_text(&text));
}

static cJSON *
pack(const struct rv_ae_value *value, const struct rv_ws *ws)
{
    cJSON *out;
    switch (value->type) {
    case RV_AE_NIL:
        return cJSON_CreateNull();
    case RV_AE_BOOL:
        return cJSON_CreateBool(value->v.i != 0);
    case RV_AE_DOUBLE:
        return cJSON_CreateNumber(value->v.d);
    case RV_AE_INT:
        return value->v.i <= EXACT_MOST && value->v.i >= -EXACT_MOST
                   ? cJSON_CreateNumber((double)value->v.i)
                   : pack_text(value, ws);
    case RV_AE_SECRET:
        return cJSON_CreateString(RV_WORKSPACE_STARS);
    case RV_AE_LIST:
        out = cJSON_CreateArray();
        for (int32_t i = 0; i < value->len; i++)
            cJSON_AddItemToArray(out, pack(&value->v.items[i], ws));
        return out;
    case RV_AE_MAP:
        out = cJSON_CreateObject();
        for (int32_t i = 0; i < value->len; i++)
            cJSON_AddItemToObject(out, value->v.items[i].key, pack(&value->v.items[i], ws));
        return out;
    default:
        return pack_text(value, ws);
    }
}

struct packing {
    struct rv_live *live;
    cJSON *input, *secrets;
};

static int
keep_secret(const struct packing *packing, cJSON *secrets, const char *name,
            const struct rv_ae_value *value, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value clear = RV_AE_VNIL;
    if (rv_live_decrypt(packing->live, value, &clear, err) < 0)
        return rv_wrap(err, "'%s'", name);
    cJSON_AddStringToObject(secrets, name, clear.v.text);
    rv_wipe(clear.v.text, (size_t)clear.len);
    return 0;
}

/* A map's members under this name, with what its passwords are beside; within a value of a member a
 * password is no more than stars. */
static int
pack_map(const struct packing *packing, cJSON *into, cJSON *secrets_into, const char *name,
         const struct rv_ae_value *map, rv_err *err)
{
    cJSON *secrets = NULL;
    if (cJSON_GetObjectItemCaseSensitive(into, name))
        return 0; /* of two objects of one path the first counts */
    cJSON_AddItemToObject(into, name, pack(map, packing->live->ws));
    for (int32_t i = 0; i < map->len; i++) {
        const struct rv_ae_value *item = &map->v.items[i];
        if (item->type != RV_AE_SECRET)
            continue;
        if (secrets == NULL)
            secrets = cJSON_AddObjectToObject(secrets_into, name);
        if (keep_secret(packing, secrets, item->key, item, err) < 0)
            return err->code;
    }
    return 0;
}

/* Itself and all below it; they lie no deeper than objects may. */
static int
pack_objects(const struct packing *packing, cJSON *into, cJSON *secrets,
             const struct rv_ws_object *object, rv_err *err)
{
    const char *name = rv_ws_parent(object) ? rv_ws_path(object) : "root";
    if (pack_map(packing, into, secrets, name, rv_ws_attributes(object), err) < 0)
        return err->code;
    for (size_t i = 0; i < rv_ws_child_count(object); i++)
        if (pack_objects(packing, into, secrets, rv_ws_child(object, i), err) < 0)
            return err->code;
    return 0;
}

static void
add_current(const struct packing *packing, const struct rv_ws_object *self)
{
    const struct rv_ae_instance *instance = rv_ws_instance(self);
    cJSON *current = cJSON_AddObjectToObject(packing->input, "current");
    cJSON_AddStringToObject(current, "object", rv_ws_parent(self) ? rv_ws_path(self) : "root");
    cJSON_AddStringToObject(current, "message", rv_ws_message(self));
    if (rv_ws_field(self))
        cJSON_AddStringToObject(current, "field", rv_ws_field(self));
    if (instance == NULL)
        return;
    const char *path = instance->class->path, *slash = strrchr(path, '/');
    RV_AUTO_FREE char *space = rv_strndup(path, slash ? (size_t)(slash - path) : 0);
    RV_AUTO_FREE char *whole = rv_format("%s/%s", instance->class->domain->name, space);
    cJSON_AddStringToObject(current, "namespace", whole);
    cJSON_AddStringToObject(current, "class", instance->class->name);
    cJSON_AddStringToObject(current, "instance", instance->name);
}

static int
pack_run(const struct packing *packing, const struct rv_ws_object *self,
         const struct rv_ae_value *parameters, rv_err *err)
{
    const struct rv_ws *ws = packing->live->ws;
    RV_AUTO_AE_VALUE struct rv_ae_value none = rv_ae_vmap();
    if (pack_objects(packing, cJSON_AddObjectToObject(packing->input, "objects"),
                     cJSON_AddObjectToObject(packing->secrets, "objects"), rv_ws_root(ws),
                     err) < 0 ||
        pack_map(packing, packing->input, packing->secrets, "method_parameters",
                 parameters ? parameters : &none, err) < 0 ||
        pack_map(packing, packing->input, packing->secrets, "state_vars", rv_ws_state_vars(ws),
                 err) < 0)
        return err->code;
    add_current(packing, self);
    cJSON *objects = cJSON_GetObjectItemCaseSensitive(packing->secrets, "objects");
    if (objects->child == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(packing->secrets, "objects");
    return 0;
}

static int
store_packed(const struct packing *packing, char guid[37], rv_err *err)
{
    struct rv_live *live = packing->live;
    char *input = cJSON_PrintUnformatted(packing->input);
    RV_ASSERT(input);
    int code = rv_workspace_create(live->store, live->vault, live->run_id, input, packing->secrets,
                                   guid, err);
    cJSON_free(input);
    return code;
}

int
rv_live_publish(struct rv_live *live, struct rv_ws_object *self,
                const struct rv_ae_value *parameters, struct rv_ae_value *out, rv_err *err)
{
    const struct packing packing = { live, cJSON_CreateObject(), cJSON_CreateObject() };
    char guid[37];
    int code = live->show ? live->show(live->arg, err) : 0;
    if (code == 0)
        code = pack_run(&packing, self, parameters, err);
    if (code == 0)
        code = store_packed(&packing, guid, err);
    cJSON_Delete(packing.input);
    rv_json_wipe(packing.secrets);
    cJSON_Delete(packing.secrets);
    if (code < 0)
        return rv_wrap(err, "publish_workspace");
    struct rv_ae_value text = rv_ae_vtext(guid);
    rv_ws_set_state_var(live->ws, GUID_VAR, &text);
    RV_AUTO_FREE char *slug = rv_format("automate_workspaces/%s", guid);
    *out = rv_ae_vmap();
    text = rv_ae_vtext(guid);
    rv_ae_set(out, "guid", &text);
    text = rv_ae_vtext(slug);
    rv_ae_set(out, "href_slug", &text);
    return rv_ws_check(live->ws, err);
}

/* "href_slug::vms/12" becomes the row, also within lists and maps. */
static void
find_rows(struct rv_ae_value *value)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t id = 0;
    for (int32_t i = 0; (value->type == RV_AE_LIST || value->type == RV_AE_MAP) && i < value->len;
         i++)
        find_rows(&value->v.items[i]);
    if (value->type != RV_AE_TEXT || strncmp(value->v.text, SLUG, strlen(SLUG)) != 0)
        return;
    const char *from = value->v.text + strlen(SLUG), *slash = strchr(from, '/');
    RV_AUTO_FREE char *name = rv_strndup(from, slash ? (size_t)(slash - from) : 0);
    const struct rv_kind *kind = rv_model_collection(name);
    if (kind == NULL || rv_parse_int(&id, slash + 1, &ignored) < 0 || id <= 0)
        return;
    char *key = value->key;
    value->key = NULL;
    rv_ae_clear(value);
    *value = rv_ae_vrow(kind->name, id);
    value->key = key;
}

struct taking {
    struct rv_live *live;
    int64_t id;     /* of the workspace */
    cJSON *secrets; /* of its output */
    int count;      /* passwords that were taken */
};

/* Sealed by itself, as every password of a run is. */
static int
take_secret(struct taking *taking, struct rv_ae_value *out, const char *text, rv_err *err)
{
    const struct rv_vault *vault = taking->live->vault;
    RV_AUTO_FREE char *place =
        rv_format(RV_WORKSPACE_PLACE "%lld/taken/%d", (long long)taking->id, ++taking->count);
    char *envelope = NULL;
    if (vault == NULL || vault->seal == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "passwords are not sealed here");
    if (vault->seal(vault->arg, &envelope, place, text, err) < 0)
        return err->code;
    RV_AUTO_FREE char *joined = rv_format("%s|%s", place, envelope);
    free(envelope);
    *out = rv_ae_vtext(joined);
    out->type = RV_AE_SECRET;
    return 0;
}

/* One attribute or variable. 1: stars of a password that nobody gave. */
static int
take_value(struct taking *taking, struct rv_ae_value *out, const cJSON *item, const cJSON *secrets,
           rv_err *err)
{
    const char *secret = rv_json_string(secrets, item->string);
    if (cJSON_IsString(item) && strcmp(item->valuestring, RV_WORKSPACE_STARS) == 0)
        return secret ? take_secret(taking, out, secret, err) : 1;
    if (rv_ae_from_plain_json(out, item, err) < 0)
        return rv_wrap(err, "'%.100s'", item->string);
    find_rows(out);
    return 0;
}

static struct rv_ws_object *
find_object(struct rv_ws_object *from, const char *path)
{
    if (from && rv_strcaseeq(rv_ws_path(from), path))
        return from;
    for (size_t i = 0; from && i < rv_ws_child_count(from); i++) {
        struct rv_ws_object *found = find_object(rv_ws_child(from, i), path);
        if (found)
            return found;
    }
    return NULL;
}

static int
take_object(struct taking *taking, const cJSON *attributes, rv_err *err)
{
    struct rv_ws *ws = taking->live->ws;
    const char *name = attributes->string;
    const cJSON *secrets = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(taking->secrets, "objects"), name);
    struct rv_ws_object *object =
        strcmp(name, "root") == 0 ? rv_ws_root(ws) : find_object(rv_ws_root(ws), name);
    const cJSON *item;
    if (object == NULL) {
        RV_AUTO_FREE char *text =
            rv_format("answer about '%.200s', which is not in this run", name);
        rv_trace_log(taking->live->trace, "warn", text);
        return 0;
    }
    cJSON_ArrayForEach(item, attributes)
    {
        struct rv_ae_value value = RV_AE_VNIL;
        int code = take_value(taking, &value, item, secrets, err);
        if (code < 0)
            return code;
        RV_AUTO_FREE char *lower = rv_strdup(item->string);
        rv_lower(lower);
        if (code == 0)
            rv_ws_set(object, lower, &value);
    }
    return rv_ws_check(ws, err);
}

static int
take_all(struct taking *taking, const cJSON *output, rv_err *err)
{
    const cJSON *objects = cJSON_GetObjectItemCaseSensitive(output, "objects"), *one;
    const cJSON *state_vars = cJSON_GetObjectItemCaseSensitive(output, "state_vars");
    cJSON_ArrayForEach(one, objects)
    {
        if (take_object(taking, one, err) < 0)
            return err->code;
    }
    cJSON_ArrayForEach(one, state_vars)
    {
        struct rv_ae_value value = RV_AE_VNIL;
        int code = take_value(taking, &value, one, NULL, err);
        if (code < 0)
            return code;
        if (code == 0)
            rv_ws_set_state_var(taking->live->ws, one->string, &value);
    }
    return rv_ws_check(taking->live->ws, err);
}

int
rv_live_take(struct rv_live *live, struct rv_ws_object *self, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *guid = rv_ae_get(rv_ws_state_vars(live->ws), GUID_VAR);
    struct taking taking = { .live = live };
    cJSON *output = NULL, *secrets = NULL;
    (void)self;
    *out = RV_AE_VNIL;
    if (guid == NULL || guid->type != RV_AE_TEXT)
        return rv_fail(err, RV_E_NOT_FOUND, "take_workspace: this run has published none");
    int code = rv_workspace_output(live->store, live->vault, guid->v.text, &taking.id, &output,
                                   &secrets, err);
    taking.secrets = cJSON_GetObjectItemCaseSensitive(secrets, "output");
    if (code == 0 && output)
        code = take_all(&taking, output, err);
    if (code == 0 && output)
        code = rv_ae_from_plain_json(out, output, err);
    /* The row stays with its run: a worker that dies now has it taken again. */
    struct rv_ae_value nothing = RV_AE_VNIL;
    if (code == 0 && output)
        rv_ws_set_state_var(live->ws, GUID_VAR, &nothing);
    cJSON_Delete(output);
    rv_json_wipe(secrets);
    cJSON_Delete(secrets);
    return code < 0 ? rv_wrap(err, "take_workspace") : 0;
}
