/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider's record: made, changed, looked at. Secrets are sealed before the
 * transaction begins, since the supervisor is asked for that.
 */
#include "inventory/provider_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/guid.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

enum { NAME_BYTES = 255, MOST_FIELDS = 16, MOST_SECRETS = 64, TEXT_BYTES = 4 << 20 };
enum { OWN_FIELDS = 7, MORE_FIELDS = 16 }; /* of a new record */

/* One secret on its way into a row of authentications. */
struct sealed {
    const char *option, *column;
    int64_t row_id; /* 0: its row is to be made */
    int64_t new_id;
    char *envelope;
};

struct change {
    struct rv_store *store;
    const struct rv_vault *vault;
    struct rv_feed *feed;
    int64_t id;
    const char *name, *type;                /* NULL: as it is */
    int64_t zone_id;                        /* 0: as it is */
    const cJSON *plain, *secrets;           /* NULL: as it is */
    int64_t endpoint_id, authentication_id; /* rows that are there, or ids of those to be made */
    int has_endpoint, has_authentication;
    struct sealed sealed[MOST_SECRETS];
    int sealed_count;
    const struct rv_field *fields; /* further columns of a new record */
    int field_count;
};

void
rv_provider_free(struct rv_provider *provider)
{
    if (provider == NULL)
        return;
    free(provider->name);
    free(provider->type);
    free(provider->guid);
    free(provider);
}

static char *
text_of(const rv_value *value)
{
    return value->type == RV_TEXT ? rv_strdup(value->v.text) : rv_strdup("");
}

int
rv_provider_load(struct rv_provider **out, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value param = rv_vint(id), row[5];
    int found = rv_store_one(store, row, 5,
                             "SELECT name, type, guid, zone_id, enabled FROM ext_management_systems"
                             " WHERE id = $1",
                             &param, 1, err);
    if (found < 0)
        return rv_wrap(err, "read provider %lld", (long long)id);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no provider %lld", (long long)id);
    struct rv_provider *provider = rv_alloc(sizeof(*provider));
    provider->id = id;
    provider->name = text_of(&row[0]);
    provider->type = text_of(&row[1]);
    provider->guid = text_of(&row[2]);
    provider->zone_id = row[3].type == RV_INT ? row[3].v.i : 0;
    provider->enabled = row[4].type != RV_INT || row[4].v.i != 0;
    *out = provider;
    return 0;
}

static int
check_name(struct rv_store *store, const char *name, int64_t own_id, rv_err *err)
{
    size_t len = strlen(name);
    if (len == 0 || strspn(name, " \t\r\n") == len)
        return rv_fail(err, RV_E_INVALID, "a provider needs a name");
    if (len > NAME_BYTES || !rv_utf8_valid(name, len))
        return rv_fail(err, RV_E_INVALID, "a provider's name is UTF-8 of at most %d bytes",
                       NAME_BYTES);
    rv_value params[] = { rv_vtext(name), rv_vint(own_id) }, out;
    int found = rv_store_one(store, &out, 1,
                             "SELECT id FROM ext_management_systems WHERE name = $1 AND id <> $2",
                             params, 2, err);
    if (found > 0)
        return rv_fail(err, RV_E_CONFLICT, "there is a provider '%s' already", name);
    return found;
}

/* The lowest zone, which is the default one, unless one is named. 0 when there is none. */
static int
find_zone(struct rv_store *store, int64_t wanted, int64_t *zone_id, rv_err *err)
{
    rv_value param = rv_vint(wanted), out;
    int found =
        wanted ? rv_store_one(store, &out, 1, "SELECT id FROM zones WHERE id = $1", &param, 1, err)
               : rv_store_one(store, &out, 1, "SELECT id FROM zones ORDER BY id LIMIT 1", NULL, 0,
                              err);
    if (found == 0 && wanted)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no zone %lld", (long long)wanted);
    *zone_id = found > 0 ? out.v.i : 0;
    return found < 0 ? found : 0;
}

static const char *
string_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static int
find_rows(struct change *change, rv_err *err)
{
    struct rv_store *store = change->store;
    if (rv_provider_row_of(store, "endpoints", "role", "default", change->id, &change->endpoint_id,
                           err) < 0 ||
        rv_provider_row_of(store, "authentications", "authtype", "default", change->id,
                           &change->authentication_id, err) < 0)
        return err->code;
    change->has_endpoint = change->endpoint_id != 0;
    change->has_authentication = change->authentication_id != 0;
    if (!change->has_endpoint && rv_store_new_id(store, &change->endpoint_id, err) < 0)
        return err->code;
    if (!change->has_authentication && rv_store_new_id(store, &change->authentication_id, err) < 0)
        return err->code;
    return 0;
}

static int
seal_one(struct change *change, const cJSON *secret, rv_err *err)
{
    if (change->sealed_count == MOST_SECRETS)
        return rv_fail(err, RV_E_LIMIT, "more than %d secrets", MOST_SECRETS);
    struct sealed *sealed = &change->sealed[change->sealed_count];
    sealed->option = secret->string;
    int usual = rv_option_place(secret->string) == RV_PLACE_AUTHENTICATION;
    sealed->column = usual ? secret->string : "auth_key";
    int64_t row = change->authentication_id;
    if (!usual) {
        if (rv_provider_row_of(change->store, "authentications", "authtype", secret->string,
                               change->id, &sealed->row_id, err) < 0)
            return err->code;
        if (sealed->row_id == 0 && rv_store_new_id(change->store, &sealed->new_id, err) < 0)
            return err->code;
        row = sealed->row_id ? sealed->row_id : sealed->new_id;
    }
    RV_AUTO_FREE char *place = rv_format("authentications/%lld/%s/%lld", (long long)row,
                                         sealed->column, (long long)change->id);
    if (change->vault->seal(change->vault->arg, &sealed->envelope, place, secret->valuestring,
                            err) < 0)
        return rv_wrap(err, "seal %s", secret->string);
    change->sealed_count++;
    return 0;
}

static int
seal_all(struct change *change, rv_err *err)
{
    const cJSON *secret;
    cJSON_ArrayForEach(secret, change->secrets)
    {
        if (cJSON_IsString(secret) && secret->valuestring[0] && seal_one(change, secret, err) < 0)
            return err->code;
    }
    return 0;
}

static rv_value
port_value(const char *text)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t port;
    return text && rv_parse_int(&port, text, &ignored) == 0 ? rv_vint(port) : RV_VNULL;
}

static int
insert_or_update(struct change *change, const char *kind_name, int there, int64_t id,
                 struct rv_field *fields, int count, const char *role, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind(kind_name);
    if (there)
        return rv_record_update(change->store, change->feed, kind, id, fields, count, err);
    RV_ASSERT(count + 4 <= MOST_FIELDS);
    fields[count++] = (struct rv_field){ "id", rv_vint(id) };
    fields[count++] = (struct rv_field){ "resource_type", rv_vtext("provider") };
    fields[count++] = (struct rv_field){ "resource_id", rv_vint(change->id) };
    fields[count++] = (struct rv_field){ strcmp(kind_name, "endpoint") == 0 ? "role" : "authtype",
                                         rv_vtext(role) };
    return rv_record_insert(change->store, change->feed, kind, fields, count, NULL, err);
}

static int
write_endpoint(struct change *change, rv_err *err)
{
    struct rv_field fields[MOST_FIELDS];
    int count = 0;
    for (size_t i = 0; rv_endpoint_options[i]; i++) {
        const char *name = rv_endpoint_options[i], *text = string_of(change->plain, name);
        rv_value value = strcmp(name, "port") == 0 ? port_value(text) : rv_vtext(text);
        fields[count++] = (struct rv_field){ name, value };
    }
    const char *protocol = string_of(change->plain, "security_protocol");
    fields[count++] =
        (struct rv_field){ "verify_ssl", rv_vint(!rv_streq(protocol, "ssl-without-validation")) };
    return insert_or_update(change, "endpoint", change->has_endpoint, change->endpoint_id, fields,
                            count, "default", err);
}

static const char *
envelope_of(const struct change *change, const char *option)
{
    for (int i = 0; i < change->sealed_count; i++)
        if (strcmp(change->sealed[i].option, option) == 0)
            return change->sealed[i].envelope;
    return NULL;
}

static int
write_authentication(struct change *change, rv_err *err)
{
    struct rv_field fields[MOST_FIELDS];
    int count = 0;
    if (change->plain) {
        fields[count++] =
            (struct rv_field){ "userid", rv_vtext(string_of(change->plain, "userid")) };
        fields[count++] =
            (struct rv_field){ "client_certificate",
                               rv_vtext(string_of(change->plain, "client_certificate")) };
    }
    static const char *const secrets[] = { "password", "auth_key", "client_key" };
    for (size_t i = 0; i < RV_COUNT(secrets) && change->secrets; i++)
        fields[count++] =
            (struct rv_field){ secrets[i], rv_vtext(envelope_of(change, secrets[i])) };
    if (change->secrets)
        fields[count++] = (struct rv_field){ "credentials_changed_on", rv_vint(rv_now_ms()) };
    return insert_or_update(change, "authentication", change->has_authentication,
                            change->authentication_id, fields, count, "default", err);
}

/* Secrets that no column is for have a row each. */
static int
write_other_secrets(struct change *change, rv_err *err)
{
    for (int i = 0; i < change->sealed_count; i++) {
        const struct sealed *sealed = &change->sealed[i];
        if (sealed->row_id == 0 && sealed->new_id == 0)
            continue;
        struct rv_field fields[MOST_FIELDS] = {
            { "auth_key", rv_vtext(sealed->envelope) },
            { "credentials_changed_on", rv_vint(rv_now_ms()) },
        };
        if (insert_or_update(change, "authentication", sealed->row_id != 0,
                             sealed->row_id ? sealed->row_id : sealed->new_id, fields, 2,
                             sealed->option, err) < 0)
            return err->code;
    }
    return 0;
}

/* What is given replaces what was: other rows of secrets go. */
static int
delete_other_secrets(struct change *change, rv_err *err)
{
    int64_t ids[MOST_SECRETS];
    int count = 0, rc;
    struct rv_rows *rows = NULL;
    rv_value param = rv_vint(change->id);
    const rv_value *row;
    if (rv_store_query(change->store, &rows,
                       "SELECT id, authtype FROM authentications WHERE resource_type = 'provider'"
                       " AND resource_id = $1 AND authtype <> 'default'",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        if (count < MOST_SECRETS && envelope_of(change, row[1].v.text) == NULL)
            ids[count++] = row[0].v.i;
    rv_rows_close(rows);
    for (int i = 0; i < count && rc == 0; i++)
        rc = rv_record_delete(change->store, change->feed, rv_model_kind("authentication"), ids[i],
                              err);
    return rc;
}

/* Options that have no column, as canonical JSON; the caller's to free. */
static char *
rest_of(const cJSON *plain)
{
    cJSON *rest = cJSON_CreateObject();
    const cJSON *item;
    cJSON_ArrayForEach(item, plain)
    {
        if (cJSON_IsString(item) && rv_option_place(item->string) == RV_PLACE_NONE)
            cJSON_AddStringToObject(rest, item->string, item->valuestring);
    }
    rv_buf text = rv_buf_limited(TEXT_BYTES);
    rv_json_canonical(&text, rest);
    cJSON_Delete(rest);
    return rv_buf_take_string(&text);
}

static int
write_parts(struct change *change, rv_err *err)
{
    if (change->plain && write_endpoint(change, err) < 0)
        return err->code;
    if ((change->plain || change->secrets) && write_authentication(change, err) < 0)
        return err->code;
    if (change->secrets &&
        (delete_other_secrets(change, err) < 0 || write_other_secrets(change, err) < 0))
        return err->code;
    return 0;
}

/* Another address is another system: what was learned by its old tokens does not go on there. */
static int
forget_streams(struct change *change, rv_err *err)
{
    rv_value param = rv_vint(change->id);
    return rv_store_exec(
        change->store, NULL,
        "DELETE FROM inventory_streams WHERE ems_id = $1 AND stream NOT LIKE 'reeve:%'", &param, 1,
        err);
}

static int
address_changed(struct change *change, rv_err *err)
{
    rv_value param = rv_vint(change->id), out[3];
    int found =
        rv_store_one(change->store, out, 3,
                     "SELECT hostname, port, path FROM endpoints WHERE resource_type = 'provider'"
                     " AND resource_id = $1 AND role = 'default'",
                     &param, 1, err);
    if (found <= 0)
        return found;
    rv_value port = port_value(string_of(change->plain, "port"));
    return !rv_streq(out[0].type == RV_TEXT ? out[0].v.text : NULL,
                     string_of(change->plain, "hostname")) ||
           !rv_streq(out[2].type == RV_TEXT ? out[2].v.text : NULL,
                     string_of(change->plain, "path")) ||
           out[1].type != port.type || (port.type == RV_INT && out[1].v.i != port.v.i);
}

static void
change_end(struct change *change)
{
    for (int i = 0; i < change->sealed_count; i++)
        free(change->sealed[i].envelope);
}

static int
create(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    char guid[37];
    change->feed = feed;
    rv_guid(guid);
    RV_AUTO_FREE char *rest = rest_of(change->plain);
    struct rv_field fields[OWN_FIELDS + MORE_FIELDS] = {
        { "id", rv_vint(change->id) },
        { "name", rv_vtext(change->name) },
        { "type", rv_vtext(change->type) },
        { "guid", rv_vtext(guid) },
        { "enabled", rv_vint(1) },
        { "options", rv_vtext(rest) },
        { "zone_id", change->zone_id ? rv_vint(change->zone_id) : RV_VNULL },
    };
    for (int i = 0; i < change->field_count; i++)
        fields[OWN_FIELDS + i] = change->fields[i];
    int rc = rv_record_insert(store, feed, rv_model_kind("provider"), fields,
                              OWN_FIELDS + change->field_count, NULL, err);
    return rc == 0 ? write_parts(change, err) : rc;
}

int
rv_provider_create_with(struct rv_store *store, const struct rv_vault *vault,
                        const struct rv_provider_new *made, int64_t *id, rv_err *err)
{
    const char *name = made->name;
    struct change change = { .store = store,
                             .vault = vault,
                             .name = name,
                             .type = made->type,
                             .plain = made->plain,
                             .secrets = made->secrets,
                             .fields = made->fields,
                             .field_count = made->field_count };
    RV_ASSERT(made->field_count <= MORE_FIELDS);
    if (name == NULL || made->type == NULL)
        rv_fail(err, RV_E_INVALID, "a provider needs a name and a type");
    else if (check_name(store, name, 0, err) == 0 &&
             find_zone(store, made->zone_id, &change.zone_id, err) == 0 &&
             rv_store_new_id(store, &change.id, err) == 0 && find_rows(&change, err) == 0 &&
             seal_all(&change, err) == 0 && rv_record_transaction(store, create, &change, err) == 0)
        *id = change.id;
    change_end(&change);
    return err->code ? rv_wrap(err, "add provider '%s'", name ? name : "") : 0;
}

int
rv_provider_create(struct rv_store *store, const struct rv_vault *vault, const char *name,
                   const char *type, int64_t zone_id, const cJSON *plain, const cJSON *secrets,
                   int64_t *id, rv_err *err)
{
    const struct rv_provider_new made = {
        .name = name, .type = type, .zone_id = zone_id, .plain = plain, .secrets = secrets
    };
    return rv_provider_create_with(store, vault, &made, id, err);
}

static int
edit(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct rv_field fields[4];
    int count = 0, moved = 0;
    RV_AUTO_FREE char *rest = change->plain ? rest_of(change->plain) : NULL;
    change->feed = feed;
    if (change->name)
        fields[count++] = (struct rv_field){ "name", rv_vtext(change->name) };
    if (change->zone_id)
        fields[count++] = (struct rv_field){ "zone_id", rv_vint(change->zone_id) };
    if (rest)
        fields[count++] = (struct rv_field){ "options", rv_vtext(rest) };
    int rc = change->plain ? (moved = address_changed(change, err)) : 0;
    if (moved > 0) {
        rc = forget_streams(change, err);
        fields[count++] = (struct rv_field){ "last_refresh_success_date", RV_VNULL };
    }
    if (rc == 0)
        rc = rv_record_update(store, feed, rv_model_kind("provider"), change->id, fields, count,
                              err);
    return rc == 0 ? write_parts(change, err) : rc;
}

int
rv_provider_edit(struct rv_store *store, const struct rv_vault *vault, int64_t id, const char *name,
                 int64_t zone_id, const cJSON *plain, const cJSON *secrets, rv_err *err)
{
    struct change change = {
        .store = store, .vault = vault, .id = id, .name = name, .plain = plain, .secrets = secrets
    };
    struct rv_provider *provider = NULL;
    if (rv_provider_load(&provider, store, id, err) < 0)
        return err->code;
    if ((name == NULL || check_name(store, name, id, err) == 0) &&
        (zone_id == 0 || find_zone(store, zone_id, &change.zone_id, err) == 0) &&
        find_rows(&change, err) == 0 && seal_all(&change, err) == 0)
        rv_record_transaction(store, edit, &change, err);
    change_end(&change);
    if (err->code)
        rv_wrap(err, "change provider '%s'", provider->name);
    rv_provider_free(provider);
    return err->code;
}
