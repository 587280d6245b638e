/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider's options, on their way into and out of its records. Those that every provider
 * may have go into endpoints and authentications; others into the record's options, as JSON; other
 * secrets get a row of authentications each, whose authtype is the option's name.
 */
#include "inventory/provider_internal.h"

#include <stdio.h>
#include <string.h>
#include <sodium.h>
#include "base/mem.h"
#include "base/text.h"

const char *const rv_endpoint_options[] = {
    "hostname", "port", "path", "security_protocol", "certificate_authority", NULL
};
const char *const rv_authentication_options[] = { "userid",     "password",
                                                  "auth_key",   "client_certificate",
                                                  "client_key", NULL };

static int
is_in(const char *const *names, const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return 0;
}

int
rv_option_place(const char *name)
{
    if (is_in(rv_endpoint_options, name))
        return RV_PLACE_ENDPOINT;
    return is_in(rv_authentication_options, name) ? RV_PLACE_AUTHENTICATION : RV_PLACE_NONE;
}

int
rv_provider_row_of(struct rv_store *store, const char *table, const char *role_column,
                   const char *role, int64_t provider_id, int64_t *id, rv_err *err)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM %s WHERE resource_type = 'provider'"
                                       " AND resource_id = $1 AND %s = $2",
                                       table, role_column);
    rv_value params[] = { rv_vint(provider_id), rv_vtext(role) }, out;
    int found = rv_store_one(store, &out, 1, sql, params, 2, err);
    *id = found > 0 ? out.v.i : 0;
    return found < 0 ? found : 0;
}

static void
add_value(cJSON *options, const char *name, const rv_value *value)
{
    if (value->type == RV_TEXT)
        cJSON_AddStringToObject(options, name, value->v.text);
    if (value->type != RV_INT)
        return;
    RV_AUTO_FREE char *number = rv_format("%lld", (long long)value->v.i);
    cJSON_AddStringToObject(options, name, number);
}

static int
read_endpoint(struct rv_store *store, int64_t id, cJSON *options, rv_err *err)
{
    rv_value param = rv_vint(id), out[5];
    int found = rv_store_one(store, out, 5,
                             "SELECT hostname, port, path, security_protocol, certificate_authority"
                             " FROM endpoints WHERE resource_type = 'provider' AND resource_id = $1"
                             " AND role = 'default'",
                             &param, 1, err);
    for (int i = 0; i < 5 && found > 0; i++)
        add_value(options, rv_endpoint_options[i], &out[i]);
    return found < 0 ? found : 0;
}

static int
read_rest(struct rv_store *store, int64_t id, cJSON *options, rv_err *err)
{
    rv_value param = rv_vint(id), out;
    int found = rv_store_one(
        store, &out, 1, "SELECT options FROM ext_management_systems WHERE id = $1", &param, 1, err);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no provider %lld", (long long)id);
    if (found < 0 || out.type != RV_TEXT)
        return found < 0 ? found : 0;
    RV_AUTO_JSON cJSON *rest = NULL;
    if (rv_json_parse(&rest, out.v.text, (size_t)out.len, 4 << 20, 0, err) < 0)
        return rv_wrap(err, "options of provider %lld", (long long)id);
    while (rest && rest->child) {
        cJSON *item = cJSON_DetachItemViaPointer(rest, rest->child);
        RV_AUTO_FREE char *name = rv_strdup(item->string);
        cJSON_AddItemToObject(options, name, item);
    }
    return 0;
}

/* A sealed column, as it is stored. */
struct sealed {
    int64_t row_id;
    char *option, *column, *envelope;
    struct sealed *next;
};

static void
free_sealed(struct sealed *list)
{
    while (list) {
        struct sealed *next = list->next;
        free(list->option);
        free(list->column);
        free(list->envelope);
        free(list);
        list = next;
    }
}

static void
add_sealed(struct sealed **list, int64_t row_id, const char *option, const char *column,
           const rv_value *value)
{
    if (value->type != RV_TEXT)
        return;
    struct sealed *one = rv_alloc(sizeof(*one));
    one->row_id = row_id;
    one->option = rv_strdup(option);
    one->column = rv_strdup(column);
    one->envelope = rv_strdup(value->v.text);
    one->next = *list;
    *list = one;
}

/* Row: id, authtype, userid, client_certificate, password, auth_key, client_key. */
static void
take_authentication(cJSON *options, struct sealed **sealed, const rv_value *row)
{
    const char *authtype = row[1].type == RV_TEXT ? row[1].v.text : "";
    if (strcmp(authtype, "default") != 0) {
        add_sealed(sealed, row[0].v.i, authtype, "auth_key", &row[5]);
        return;
    }
    add_value(options, "userid", &row[2]);
    add_value(options, "client_certificate", &row[3]);
    add_sealed(sealed, row[0].v.i, "password", "password", &row[4]);
    add_sealed(sealed, row[0].v.i, "auth_key", "auth_key", &row[5]);
    add_sealed(sealed, row[0].v.i, "client_key", "client_key", &row[6]);
}

static int
read_authentications(struct rv_store *store, int64_t id, cJSON *options, struct sealed **sealed,
                     rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(id);
    const rv_value *row;
    if (rv_store_query(
            store, &rows,
            "SELECT id, authtype, userid, client_certificate, password, auth_key, client_key"
            " FROM authentications WHERE resource_type = 'provider' AND resource_id = $1",
            &param, 1, err) < 0)
        return err->code;
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        take_authentication(options, sealed, row);
    return rc;
}

static int
open_sealed(const struct rv_vault *vault, int64_t provider_id, const struct sealed *sealed,
            cJSON *options, rv_err *err)
{
    for (; sealed; sealed = sealed->next) {
        RV_AUTO_FREE char *place =
            rv_format("authentications/%lld/%s/%lld", (long long)sealed->row_id, sealed->column,
                      (long long)provider_id);
        char *text = NULL;
        if (vault->open(vault->arg, &text, place, sealed->envelope, err) < 0)
            return rv_wrap(err, "open %s", sealed->option);
        cJSON_AddStringToObject(options, sealed->option, text);
        sodium_memzero(text, strlen(text));
        free(text);
    }
    return 0;
}

int
rv_provider_options(struct rv_store *store, const struct rv_vault *vault, int64_t id, cJSON **out,
                    rv_err *err)
{
    struct sealed *sealed = NULL;
    cJSON *options = cJSON_CreateObject();
    int rc = read_rest(store, id, options, err);
    if (rc == 0)
        rc = read_endpoint(store, id, options, err);
    if (rc == 0)
        rc = read_authentications(store, id, options, &sealed, err);
    if (rc == 0)
        rc = open_sealed(vault, id, sealed, options, err);
    free_sealed(sealed);
    if (rc == 0) {
        *out = options;
        return 0;
    }
    rv_json_wipe(options);
    cJSON_Delete(options);
    return rv_wrap(err, "options of provider %lld", (long long)id);
}
