/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the forms of a provider.
 */
#include "api/provider_form.h"

#include <string.h>
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "model/model.h"

#include "api/api_internal.h"

#define NAME_MAX 255 /* characters */
/* Far more than a plugin declares; looking for one among them costs as many steps. */
enum { OPTIONS_MAX = 256 };

/* Keys that are understood at each place. */
static const char *const top_keys[] = {
    "action",
    "id",
    "href",
    "guid",
    "name",
    "type",
    "zone",
    "zone_id",
    "options",
    "credentials",
    "connection_configurations",
    "hostname",
    "ipaddress",
    "port",
    "path",
    "security_protocol",
    "verify_ssl",
    "certificate_authority",
    "http_proxy",
    "provider_region",
    "tenant_mapping_enabled",
    "uid_ems",
    "realm",
    "project",
    "subscription",
    NULL,
};
static const char *const configuration_keys[] = { "endpoint", "authentication", NULL };
static const char *const endpoint_keys[] = {
    "role",       "hostname",
    "ipaddress",  "port",
    "path",       "security_protocol",
    "verify_ssl", "certificate_authority",
    "http_proxy", NULL,
};
static const char *const authentication_keys[] = {
    "authtype", "auth_type",          "role",       "name", "userid", "password",
    "auth_key", "client_certificate", "client_key", NULL,
};
/* Those of them that are options of a plugin by the same name. */
static const char *const option_keys[] = {
    "hostname",   "port",   "path",     "security_protocol", "certificate_authority",
    "http_proxy", "userid", "password", "auth_key",          "client_certificate",
    "client_key", NULL,
};
static const char *const column_keys[] = {
    "provider_region", "tenant_mapping_enabled", "uid_ems", "realm",
    "project",         "subscription",           NULL,
};

static int
is_in(const char *const *list, const char *word)
{
    for (; *list; list++) {
        if (rv_streq(*list, word))
            return 1;
    }
    return 0;
}

static int
check_keys(const cJSON *object, const char *const *keys, const char *where, rv_err *err)
{
    if (!cJSON_IsObject(object))
        return rv_fail(err, RV_E_INVALID, "%s must be an object", where);
    return rv_json_check_keys(object, keys, where, err);
}

static int
give(struct rv_provider_form *form, const char *name, const cJSON *value, rv_err *err)
{
    if (!cJSON_IsString(value) && !cJSON_IsNumber(value) && !cJSON_IsBool(value) &&
        !cJSON_IsNull(value))
        return rv_fail(err, RV_E_INVALID, "'%.100s' must be a text, number or flag", name);
    if (++form->given_count > OPTIONS_MAX)
        return rv_fail(err, RV_E_INVALID, "more than %d options of a provider", OPTIONS_MAX);
    if (!form->given)
        form->given = cJSON_CreateObject();
    cJSON_DeleteItemFromObjectCaseSensitive(form->given, name);
    cJSON_AddItemToObject(form->given, name, cJSON_Duplicate(value, 0));
    return 0;
}

/* verify_ssl 0 or 1 says security_protocol, unless that is given itself; null takes it away. */
static int
give_verify_ssl(struct rv_provider_form *form, const cJSON *object, rv_err *err)
{
    const cJSON *flag = cJSON_GetObjectItemCaseSensitive(object, "verify_ssl");
    int checked = cJSON_IsTrue(flag) || (cJSON_IsNumber(flag) && flag->valuedouble == 1);
    int unchecked = cJSON_IsFalse(flag) || (cJSON_IsNumber(flag) && flag->valuedouble == 0);

    if (!flag || rv_json_string(object, "security_protocol"))
        return 0;
    if (cJSON_IsNull(flag))
        return cJSON_HasObjectItem(object, "security_protocol")
                   ? 0
                   : give(form, "security_protocol", flag, err);
    if (!checked && !unchecked)
        return rv_fail(err, RV_E_INVALID, "'verify_ssl' is 0 or 1");
    const char *ca = rv_json_string(object, "certificate_authority");
    cJSON *word = cJSON_CreateString(unchecked   ? "ssl-without-validation"
                                     : ca && *ca ? "ssl-with-validation-custom-ca"
                                                 : "ssl-with-validation");
    int rc = give(form, "security_protocol", word, err);
    cJSON_Delete(word);
    return rc;
}

static int
give_all(struct rv_provider_form *form, const cJSON *object, rv_err *err)
{
    const cJSON *item, *address = cJSON_GetObjectItemCaseSensitive(object, "ipaddress");
    int rc = 0;

    if (address && !cJSON_HasObjectItem(object, "hostname"))
        rc = give(form, "hostname", address, err);
    cJSON_ArrayForEach(item, object)
    {
        if (rc == 0 && is_in(option_keys, item->string))
            rc = give(form, item->string, item, err);
    }
    return rc < 0 ? rc : give_verify_ssl(form, object, err);
}

/* There is one endpoint and one set of credentials so far: the default ones. */
static int
check_role(const cJSON *object, const char *key, rv_err *err)
{
    static const char *const defaults[] = { "default", "bearer", "kubernetes", NULL };
    const char *role = rv_json_string(object, key);

    if (!role || !*role || is_in(defaults, role))
        return 0;
    rv_fail(err, RV_E_INVALID, "%s '%.100s' is not supported", key, role);
    return rv_hint(err, "leave it out, or give the one of role default");
}

static int
read_endpoint(struct rv_provider_form *form, const cJSON *endpoint, rv_err *err)
{
    int rc = check_keys(endpoint, endpoint_keys, "endpoint", err);

    if (rc == 0)
        rc = check_role(endpoint, "role", err);
    return rc < 0 ? rc : give_all(form, endpoint, err);
}

static int
read_authentication(struct rv_provider_form *form, const cJSON *authentication, const char *where,
                    rv_err *err)
{
    int rc = check_keys(authentication, authentication_keys, where, err);

    if (rc == 0)
        rc = check_role(authentication, "authtype", err);
    if (rc == 0)
        rc = check_role(authentication, "role", err);
    return rc < 0 ? rc : give_all(form, authentication, err);
}

static int
read_configuration(struct rv_provider_form *form, const cJSON *configuration, rv_err *err)
{
    const cJSON *endpoint = cJSON_GetObjectItemCaseSensitive(configuration, "endpoint");
    const cJSON *authentication = cJSON_GetObjectItemCaseSensitive(configuration, "authentication");
    int rc = check_keys(configuration, configuration_keys, "connection_configurations", err);

    if (rc == 0 && endpoint)
        rc = read_endpoint(form, endpoint, err);
    if (rc == 0 && authentication)
        rc = read_authentication(form, authentication, "authentication", err);
    return rc;
}

/* A list, or one object. */
static int
read_each(struct rv_provider_form *form, const cJSON *value, const char *name,
          int (*read)(struct rv_provider_form *form, const cJSON *item, rv_err *err), rv_err *err)
{
    const cJSON *item;
    int rc = 0;

    if (!value)
        return 0;
    if (cJSON_IsObject(value))
        return read(form, value, err);
    if (!cJSON_IsArray(value))
        return rv_fail(err, RV_E_INVALID, "'%s' must be a list of objects", name);
    cJSON_ArrayForEach(item, value)
    {
        if (rc == 0)
            rc = read(form, item, err);
    }
    return rc;
}

static int
read_credentials(struct rv_provider_form *form, const cJSON *credentials, rv_err *err)
{
    return read_authentication(form, credentials, "credentials", err);
}

static int
read_options(struct rv_provider_form *form, const cJSON *options, rv_err *err)
{
    const cJSON *item;
    int rc = 0;

    if (!options)
        return 0;
    if (!cJSON_IsObject(options))
        return rv_fail(err, RV_E_INVALID, "'options' must be an object");
    cJSON_ArrayForEach(item, options)
    {
        if (rc == 0)
            rc = give(form, item->string, item, err);
    }
    return rc;
}

static int
read_columns(struct rv_provider_form *form, const cJSON *body, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind("provider");

    form->columns = cJSON_CreateObject();
    for (const char *const *key = column_keys; *key; key++) {
        cJSON *value = cJSON_GetObjectItemCaseSensitive(body, *key);
        int column = rv_kind_column(kind, *key);
        if (!value || column < 0)
            continue;
        int flag = kind->columns[column].type == REEVE_FLAG;
        if (!cJSON_IsNull(value) && (flag ? !cJSON_IsBool(value) : !cJSON_IsString(value)))
            return rv_fail(err, RV_E_INVALID, "'%s' must be a %s", *key, flag ? "flag" : "text");
        cJSON_AddItemReferenceToObject(form->columns, *key, value);
    }
    return 0;
}

static size_t
characters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static int
read_text(const cJSON *body, const char *name, const char **out, rv_err *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, name);

    *out = NULL;
    if (!value)
        return 0;
    if (!cJSON_IsString(value))
        return rv_fail(err, RV_E_INVALID, "'%s' must be a text", name);
    if (value->valuestring[0] == '\0' || characters(value->valuestring) > NAME_MAX)
        return rv_fail(err, RV_E_INVALID, "'%s' must have 1 to %d characters", name, NAME_MAX);
    *out = value->valuestring;
    return 0;
}

static int
check_purpose(const struct rv_provider_form *form, const cJSON *body, int purpose, rv_err *err)
{
    if (purpose != RV_FORM_CREATE)
        return 0;
    if (cJSON_HasObjectItem(body, "id") || cJSON_HasObjectItem(body, "href") ||
        cJSON_HasObjectItem(body, "guid"))
        return rv_fail(err, RV_E_INVALID,
                       "Resource id or href should not be specified for creating a new providers");
    if (!form->name)
        return rv_fail(err, RV_E_INVALID, "a provider needs a 'name'");
    if (!form->type)
        return rv_fail(err, RV_E_INVALID, "a provider needs a 'type'");
    return 0;
}

/* What a provider cannot be without: a null would pass unseen. */
static int
check_nulls(const cJSON *body, int purpose, rv_err *err)
{
    static const char *const kept[] = { "id", "href", "guid", "zone", "zone_id" };

    for (size_t i = 0; purpose == RV_FORM_EDIT && i < RV_COUNT(kept); i++) {
        if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(body, kept[i])))
            return rv_fail(err, RV_E_INVALID, "'%s' of a provider cannot be taken away", kept[i]);
    }
    return 0;
}

/* There is nothing yet that a null could take away. */
static void
drop_nulls(cJSON *given)
{
    for (cJSON *item = given ? given->child : NULL, *next; item; item = next) {
        next = item->next;
        if (cJSON_IsNull(item))
            cJSON_Delete(cJSON_DetachItemViaPointer(given, item));
    }
}

int
rv_provider_form_read(struct rv_provider_form *out, const cJSON *body, int purpose, rv_err *err)
{
    *out = (struct rv_provider_form){ 0 };
    int rc = check_keys(body, top_keys, "the provider", err);

    if (rc == 0 && purpose != RV_FORM_VERIFY) /* there it only says which provider is meant */
        rc = read_text(body, "name", &out->name, err);
    if (rc == 0)
        rc = read_text(body, "type", &out->type, err);
    if (rc == 0)
        rc = check_purpose(out, body, purpose, err);
    if (rc == 0)
        rc = check_nulls(body, purpose, err);
    if (rc == 0)
        rc = give_all(out, body, err);
    if (rc == 0)
        rc = read_each(out, cJSON_GetObjectItemCaseSensitive(body, "credentials"), "credentials",
                       read_credentials, err);
    if (rc == 0)
        rc = read_each(out, cJSON_GetObjectItemCaseSensitive(body, "connection_configurations"),
                       "connection_configurations", read_configuration, err);
    if (rc == 0)
        rc = read_options(out, cJSON_GetObjectItemCaseSensitive(body, "options"), err);
    if (rc == 0 && purpose == RV_FORM_CREATE)
        drop_nulls(out->given);
    return rc < 0 ? rc : read_columns(out, body, err);
}

static int
check_zone(const cJSON *zone, rv_err *err)
{
    static const char *const keys[] = { "id", "href", "name", NULL };

    if (!zone || cJSON_IsNull(zone))
        return 0;
    if (!cJSON_IsObject(zone) || !zone->child)
        return rv_fail(err, RV_E_INVALID, "'zone' must be an object with id, href or name");
    return check_keys(zone, keys, "zone", err);
}

static int
zone_by(struct rv_request *req, const char *sql, rv_value key, int64_t *zone_id, rv_err *err)
{
    rv_value row[1];
    int rc = rv_store_one(req->api->config.store, row, 1, sql, &key, 1, err);

    if (rc == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "Couldn't find Zone: there is no such zone");
    *zone_id = rc > 0 ? row[0].v.i : 0;
    return rc < 0 ? rc : 0;
}

int
rv_provider_form_zone(struct rv_request *req, const cJSON *body, int64_t *zone_id, rv_err *err)
{
    const cJSON *zone = cJSON_GetObjectItemCaseSensitive(body, "zone");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(body, "zone_id");
    const char *href = rv_json_string(zone, "href"), *name = rv_json_string(zone, "name"), *text;
    int64_t number;

    *zone_id = 0;
    if (check_zone(zone, err) < 0)
        return err->code;
    if (cJSON_IsObject(zone))
        id = cJSON_GetObjectItemCaseSensitive(zone, "id");
    if (!id && name)
        return zone_by(req, "SELECT id FROM zones WHERE name = $1", rv_vtext(name), zone_id, err);
    if (!id && !href)
        return 0;
    text = href && strrchr(href, '/') ? strrchr(href, '/') + 1 : href;
    if (id && !cJSON_IsString(id) && !cJSON_IsNumber(id))
        return rv_fail(err, RV_E_INVALID, "the zone's id is a string of digits");
    text = id ? (cJSON_IsString(id) ? id->valuestring
                                    : rv_arena_format(req->arena, "%.0f", id->valuedouble))
              : text;
    int rc = rv_request_id(&number, text, err);
    return rc < 0
               ? rc
               : zone_by(req, "SELECT id FROM zones WHERE id = $1", rv_vint(number), zone_id, err);
}

int
rv_provider_form_patch(cJSON **out, const cJSON *list, rv_err *err)
{
    const cJSON *item;

    *out = cJSON_CreateObject();
    if (cJSON_GetArraySize(list) > OPTIONS_MAX)
        return rv_fail(err, RV_E_INVALID, "PATCH: more than %d entries", OPTIONS_MAX);
    cJSON_ArrayForEach(item, list)
    {
        const char *action = rv_json_string(item, "action"), *path = rv_json_string(item, "path");
        cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "value");
        int removes = rv_streq(action, "remove");
        if (!path || (!removes && !rv_streq(action, "edit") && !rv_streq(action, "add")))
            return rv_fail(err, RV_E_INVALID,
                           "an entry of PATCH has an action (add, edit or remove) and a path");
        if (!removes && !value)
            return rv_fail(err, RV_E_INVALID, "PATCH: '%.100s' has no value", path);
        if (strchr(path, '/')) {
            rv_log(RV_WARNING, "PATCH: a path with a slash is left out", RV_F("path", RV_S(path)));
            continue;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(*out, path);
        cJSON_AddItemToObject(*out, path, removes ? cJSON_CreateNull() : cJSON_Duplicate(value, 1));
    }
    return 0;
}

void
rv_wipe_json(cJSON *json)
{
    rv_json_wipe(json);
    cJSON_Delete(json);
}

void
rv_provider_form_free(struct rv_provider_form *form)
{
    rv_wipe_json(form->given);
    cJSON_Delete(form->columns);
    *form = (struct rv_provider_form){ 0 };
}
