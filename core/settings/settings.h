/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: declared defaults, over which lie those of the region, the zone and
 * the server (table settings_changes: only differences are stored). Unknown keys
 * and values out of range are refused with the nearest name. reeve.yaml of the
 * home lies on top of all, for what must be known before the store is open.
 */
#ifndef RV_SETTINGS_H
#define RV_SETTINGS_H

#include "store/store.h"
#include "base/json.h"

enum { RV_SET_INT = 1, RV_SET_DURATION, RV_SET_SIZE, RV_SET_FLAG, RV_SET_STRING };

struct rv_setting {
    const char *key; /* "workers.generic.count" */
    int type;
    const char *fallback; /* NULL: what the setting it inherits from has */
    int64_t min, max;     /* of the number; both 0: any */
    const char *help;
    /* Key of the setting whose value this one has while it has none of its own, neither set nor as
     * fallback: "workers.queue.poll". Of the same type and range; it stands before this one. */
    const char *inherits;
};
/* All of them; ends with a NULL key. */
const struct rv_setting *rv_settings_declared(void);

struct rv_settings;
/* From defaults alone. */
struct rv_settings *rv_settings_new(void);
void rv_settings_free(struct rv_settings *settings);
/* Lay a YAML file (nested keys) or a JSON object over; INVALID names file, key and nearest name. */
int rv_settings_file(struct rv_settings *settings, const char *path, rv_err *err);
int rv_settings_overlay(struct rv_settings *settings, const cJSON *object, const char *from,
                        rv_err *err);
/* INVALID when two that are in force do not fit each other; names both. */
int rv_settings_agree(const struct rv_settings *settings, rv_err *err);
/* Read settings_changes for this region, zone and server. */
int rv_settings_load(struct rv_settings *settings, struct rv_store *store, int64_t region_id,
                     int64_t zone_id, int64_t server_id, rv_err *err);
/* Keep a difference on a row of "miq_regions", "zones" or "miq_servers"; text NULL takes it away,
 * so that the layer below shows again. INVALID, and nothing is stored, when it does not fit, alone
 * or with what else is set there. Own transaction. */
int rv_settings_change(struct rv_store *store, const char *table, int64_t resource_id,
                       const char *key, const char *text, rv_err *err);
int64_t rv_settings_int(const struct rv_settings *settings,
                        const char *key); /* durations in ms, sizes in bytes */
/* How often the server worker writes that the server lives, and renews leases; at most one round of
 * server.monitor_poll later. */
int64_t rv_settings_heartbeat_ms(const struct rv_settings *settings);
/* As it was written, of whatever type. */
const char *rv_settings_string(const struct rv_settings *settings, const char *key);
/* What files and overlays have set, for rv_settings_overlay of another process; the caller's. */
cJSON *rv_settings_to_overlay(const struct rv_settings *settings);
/* Take away what files and overlays have set. */
void rv_settings_forget_overlay(struct rv_settings *settings);
/* All that is in force, nested; reads back as an overlay. The caller's. */
cJSON *rv_settings_to_json(const struct rv_settings *settings);

#endif
