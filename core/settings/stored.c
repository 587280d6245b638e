/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings kept in the store: only what differs, on a region, a zone or a
 * server. A row that this version does not understand is skipped with a warning: a
 * server must start although a newer one has written here.
 */
#include "settings/settings_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "model/model.h"
#include "store/record.h"

static const char *
resource_type(const char *table)
{
    const struct rv_kind *kind = rv_model_table(table);
    RV_ASSERT(kind);
    return kind->name;
}

static int
load_layer(struct rv_settings *settings, struct rv_store *store, const char *table,
           int64_t resource_id, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vtext(resource_type(table)), rv_vint(resource_id) };
    if (rv_store_query(store, &rows,
                       "SELECT key, value FROM settings_changes"
                       " WHERE resource_type = $1 AND resource_id = $2 ORDER BY id",
                       params, 2, err))
        return err->code;
    const rv_value *row = NULL;
    int more;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        rv_err bad = RV_ERR_INIT;
        if (row[0].type != RV_TEXT || row[1].type != RV_TEXT)
            continue;
        if (rv_settings_put(settings, RV_LAYER_STORED, row[0].v.text, row[1].v.text, &bad))
            rv_log_err(RV_WARNING, "stored setting skipped", &bad);
    }
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
    rv_settings_clear(settings, RV_LAYER_STORED);
    if (load_layer(settings, store, "miq_regions", region_id, err) ||
        load_layer(settings, store, "zones", zone_id, err) ||
        load_layer(settings, store, "miq_servers", server_id, err))
        return rv_wrap(err, "load settings");
    skip_misfits(settings);
    return 0;
}

static int
find_row(struct rv_store *store, int64_t *id, const char *type, int64_t resource_id,
         const char *key, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vtext(type), rv_vint(resource_id), rv_vtext(key) };
    int found = rv_store_one(store, row, 1,
                             "SELECT id FROM settings_changes"
                             " WHERE resource_type = $1 AND resource_id = $2 AND key = $3",
                             params, 3, err);
    if (found > 0)
        *id = row[0].v.i;
    return found;
}

/* With what else is set there, over the defaults. */
static int
check_beside(struct rv_store *store, const char *table, int64_t resource_id, const char *key,
             const char *text, rv_err *err)
{
    struct rv_settings *settings = rv_settings_new();
    int failed = load_layer(settings, store, table, resource_id, err);
    if (!failed)
        failed = rv_settings_put(settings, RV_LAYER_STORED, key, text, err);
    if (!failed)
        failed = rv_settings_agree(settings, err);
    rv_settings_free(settings);
    return failed;
}

struct change {
    const char *type;
    int64_t resource_id;
    const char *key, *text;
};

static int
change_row(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct change *change = arg;
    const struct rv_kind *kind = rv_model_table("settings_changes");
    int64_t id = 0;
    /* One at a time, so that two callers do not both insert. */
    if (rv_store_lock(store, "settings", err))
        return err->code;
    int found = find_row(store, &id, change->type, change->resource_id, change->key, err);
    if (found < 0)
        return found;
    const struct rv_field fields[] = { { "value", rv_vtext(change->text) },
                                       { "key", rv_vtext(change->key) },
                                       { "resource_type", rv_vtext(change->type) },
                                       { "resource_id", rv_vint(change->resource_id) } };
    if (change->text == NULL)
        return found ? rv_record_delete(store, feed, kind, id, err) : 0;
    if (found)
        return rv_record_update(store, feed, kind, id, fields, 1, err);
    return rv_record_insert(store, feed, kind, fields, 4, NULL, err);
}

int
rv_settings_change(struct rv_store *store, const char *table, int64_t resource_id, const char *key,
                   const char *text, rv_err *err)
{
    if (text && (rv_settings_check(key, text, err) ||
                 check_beside(store, table, resource_id, key, text, err)))
        return err->code;
    struct change change = { resource_type(table), resource_id, key, text };
    if (rv_store_reserve_ids(store, 1, err) ||
        rv_record_transaction(store, change_row, &change, err))
        return rv_wrap(err, "change setting '%s'", key);
    return 0;
}
