/* SPDX-License-Identifier: Apache-2.0
 *
 * A setting that is a secret, as it is kept: sealed. Who needs the value has it opened.
 */
#include "settings/settings_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

/* The tables from the top layer down. */
static const char *const tables[] = { "miq_servers", "zones", "miq_regions" };

static int
read_layer(struct rv_store *store, const char *table, int64_t id, const char *key, char **envelope,
           rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vtext(rv_settings_resource_type(table)), rv_vint(id),
                                rv_vtext(key) };
    int found = rv_store_one(store, row, 1,
                             "SELECT sealed_value FROM settings_changes"
                             " WHERE resource_type = $1 AND resource_id = $2 AND key = $3",
                             params, 3, err);
    if (found > 0 && row[0].type == RV_TEXT)
        *envelope = rv_strdup(row[0].v.text);
    return found < 0 ? found : 0;
}

int
rv_settings_sealed(char **envelope, char **place, struct rv_store *store,
                   const struct rv_settings_scope *scope, const char *key, rv_err *err)
{
    const int64_t ids[] = { scope->server_id, scope->zone_id, scope->region_id };
    const struct rv_setting *setting = rv_settings_find(key);

    RV_ASSERT(setting && setting->type == RV_SET_SECRET);
    *envelope = *place = NULL;
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        if (ids[i] == 0)
            continue;
        if (read_layer(store, tables[i], ids[i], key, envelope, err))
            return rv_wrap(err, "read setting '%s'", key);
        if (*envelope == NULL)
            continue;
        *place = rv_settings_place(tables[i], ids[i], key);
        return 1;
    }
    return 0;
}
