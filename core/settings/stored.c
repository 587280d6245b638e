/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings kept in the store: only what differs, on a region, a zone or a
 * server. A row that this version does not understand is skipped with a warning: a
 * server must start although a newer one has written here.
 */
#include "settings/settings_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "model/model.h"

const char *
rv_settings_resource_type(const char *table)
{
    const struct rv_kind *kind = rv_model_table(table);
    RV_ASSERT(kind);
    return kind->name;
}

/* Whoever can write to the database does not choose by that which files a server opens, which code
 * it loads and what guards it. */
static int
take_row(struct rv_settings *settings, int layer, const char *key, const char *value, rv_err *err)
{
    if (rv_settings_traits(key) & RV_SET_FILE_ONLY)
        return rv_fail(err, RV_E_PERMISSION, "setting '%s' counts in reeve.yaml only", key);
    return rv_settings_put(settings, layer, key, value, err);
}

/* Once all are read: those of before count as long as the store cannot be had. */
static void
take_all(struct rv_settings *settings, int layer, const cJSON *found)
{
    const cJSON *one = NULL;
    rv_settings_clear(settings, layer);
    cJSON_ArrayForEach(one, found)
    {
        rv_err bad = RV_ERR_INIT;
        if (take_row(settings, layer, one->string, one->valuestring, &bad))
            rv_log_err(RV_WARNING, "stored setting skipped", &bad);
    }
}

int
rv_settings_load_layer(struct rv_settings *settings, struct rv_store *store, int layer,
                       const char *table, int64_t resource_id, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vtext(rv_settings_resource_type(table)), rv_vint(resource_id) };
    if (resource_id == 0) {
        rv_settings_clear(settings, layer);
        return 0;
    }
    if (rv_store_query(store, &rows,
                       "SELECT key, value FROM settings_changes"
                       " WHERE resource_type = $1 AND resource_id = $2 ORDER BY id",
                       params, 2, err))
        return err->code;
    RV_AUTO_JSON cJSON *found = cJSON_CreateObject();
    const rv_value *row = NULL;
    int more;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (row[0].type == RV_TEXT && row[1].type == RV_TEXT)
            cJSON_AddStringToObject(found, row[0].v.text, row[1].v.text);
    if (more == 0)
        take_all(settings, layer, found);
    return more;
}

/* Each look at the store finds them again: said when they are others. */
static void
skip_misfits(struct rv_settings *settings)
{
    static char said[sizeof(((rv_err *)NULL)->text)];
    char first[sizeof(said)] = "";
    rv_err misfit = RV_ERR_INIT;
    while (rv_settings_drop_stored(settings, &misfit)) {
        if (first[0] == '\0')
            snprintf(first, sizeof(first), "%s", misfit.text);
        if (strcmp(said, first) != 0)
            rv_log_err(RV_WARNING, "stored settings skipped", &misfit);
        rv_err_clear(&misfit);
    }
    snprintf(said, sizeof(said), "%s", first);
}

int
rv_settings_load(struct rv_settings *settings, struct rv_store *store, int64_t region_id,
                 int64_t zone_id, int64_t server_id, rv_err *err)
{
    if (rv_settings_load_layer(settings, store, RV_LAYER_REGION, "miq_regions", region_id, err) ||
        rv_settings_load_layer(settings, store, RV_LAYER_ZONE, "zones", zone_id, err) ||
        rv_settings_load_layer(settings, store, RV_LAYER_SERVER, "miq_servers", server_id, err))
        return rv_wrap(err, "load settings");
    skip_misfits(settings);
    return 0;
}

/* 0 in *out when there is none. */
static int
find_id(struct rv_store *store, int64_t *out, const char *sql, int64_t param, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(store, row, 1, sql, (rv_value[]){ rv_vint(param) }, 1, err);
    *out = found > 0 && row[0].type == RV_INT ? row[0].v.i : 0;
    return found < 0 ? found : 0;
}

int
rv_settings_load_for(struct rv_settings **out, struct rv_store *store, const char *table,
                     int64_t resource_id, rv_err *err)
{
    int64_t region = 0, zone = strcmp(table, "zones") == 0 ? resource_id : 0, server = 0;
    int failed = 0;
    if (strcmp(table, "miq_servers") == 0) {
        server = resource_id;
        failed =
            find_id(store, &zone, "SELECT zone_id FROM miq_servers WHERE id = $1", server, err);
    }
    if (strcmp(table, "miq_regions") == 0)
        region = resource_id;
    else if (!failed)
        failed = find_id(store, &region, "SELECT id FROM miq_regions WHERE region = $1",
                         resource_id / RV_REGION_FACTOR, err);
    if (failed)
        return rv_wrap(err, "load settings");
    *out = rv_settings_new();
    if (rv_settings_load(*out, store, region, zone, server, err)) {
        rv_settings_free(*out);
        *out = NULL;
    }
    return err->code;
}
