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
#include "base/vault.h"

enum {
    RV_SET_INT = 1,
    RV_SET_DURATION,
    RV_SET_SIZE,
    RV_SET_FLAG,
    RV_SET_STRING,
    RV_SET_SECRET /* sealed where it is kept; shown as RV_SETTINGS_MASK */
};
#define RV_SETTINGS_MASK "********"

/* From the bottom up; each lies over those before it. FILE is reeve.yaml and the command line. */
enum {
    RV_LAYER_DEFAULT,
    RV_LAYER_REGION,
    RV_LAYER_ZONE,
    RV_LAYER_SERVER,
    RV_LAYER_FILE,
    RV_LAYERS
};

struct rv_setting {
    const char *key; /* "workers.generic.count" */
    int type;
    const char *fallback; /* NULL: what the setting it inherits from has */
    int64_t min, max;     /* of the number, of a secret its least length; both 0: any */
    const char *help;
    /* Key of the setting whose value this one has while it has none of its own, neither set nor as
     * fallback: "workers.queue.poll". Of the same type and range; it stands before this one. */
    const char *inherits;
};
/* All of them; ends with a NULL key. */
const struct rv_setting *rv_settings_declared(void);
const struct rv_setting *rv_settings_find(const char *key); /* NULL: there is none */
/* What a change of it takes. */
enum {
    RV_SET_AT_START = 1 << 0, /* read when reeved starts */
    RV_SET_FILE_ONLY = 1 << 1 /* kept in reeve.yaml alone: see traits.c */
};
int rv_settings_traits(const char *key);
/* "integer", "duration", ...; the unit that min and max are in: "ms", "bytes" or "". */
const char *rv_settings_type_name(int type);
const char *rv_settings_unit(int type);
const char *rv_settings_layer_name(int layer); /* "default", "region", ... */

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
/* What a layer says of a key, as it was written; NULL: nothing. */
const char *rv_settings_at(const struct rv_settings *settings, int layer, const char *key);
/* The layer that the value in force comes from, and the key: that of another setting when it is
 * inherited. */
int rv_settings_origin(const struct rv_settings *settings, const char *key);
const char *rv_settings_source(const struct rv_settings *settings, const char *key);
/* Read settings_changes for this region, zone and server. */
int rv_settings_load(struct rv_settings *settings, struct rv_store *store, int64_t region_id,
                     int64_t zone_id, int64_t server_id, rv_err *err);
/* Those in force for a row of "miq_regions", "zones" or "miq_servers", as far as the store has
 * them; the caller's. */
int rv_settings_load_for(struct rv_settings **out, struct rv_store *store, const char *table,
                         int64_t resource_id, rv_err *err);

struct rv_settings_edit {
    const char *key;
    const char *text; /* NULL: take the difference away, so that the layer below shows again */
};
struct rv_settings_edits {
    const char *table; /* "miq_regions", "zones" or "miq_servers" */
    int64_t resource_id;
    const struct rv_settings_edit *list;
    int count;
    const char *userid;           /* for the audit trail; NULL: the server itself */
    const struct rv_vault *vault; /* seals secrets; NULL where none is changed */
};
/* All or none of them, in a transaction of its own: INVALID names key, value and range (or the
 * nearest key) when one does not fit, alone or with what is in force beside it. Only differences
 * are kept: the value of the layer below takes the row away. Each change is in the audit trail, as
 * event RV_SETTINGS_EVENT with details {"key", "layer", "old", "new"}. */
#define RV_SETTINGS_EVENT "vmdb_config_update"
int rv_settings_change_all(struct rv_store *store, const struct rv_settings_edits *edits,
                           rv_err *err);
/* Edits of a nested JSON object, null for what is to be taken away (a section: all below it), in
 * the place of `list`; the texts are *out's, which the caller frees with rv_settings_edits_free.
 */
struct rv_settings_edit_list;
int rv_settings_edits_of(struct rv_settings_edit_list **out, struct rv_settings_edits *edits,
                         const cJSON *object, rv_err *err);
void rv_settings_edits_free(struct rv_settings_edit_list *list);
/* A secret as it is kept, for the worker that needs it: 1 with the envelope and its place
 * (base/vault.h), both the caller's, 0 when none is set, or an error. */
struct rv_settings_scope {
    int64_t region_id, zone_id, server_id;
};
int rv_settings_sealed(char **envelope, char **place, struct rv_store *store,
                       const struct rv_settings_scope *scope, const char *key, rv_err *err);
/* Where the envelope of a secret belongs (base/vault.h): table/kind/row/key. */
char *rv_settings_place(const char *table, int64_t resource_id, const char *key);
int64_t rv_settings_int(const struct rv_settings *settings,
                        const char *key); /* durations in ms, sizes in bytes */
/* How often the server worker writes that the server lives, and renews leases; at most one round of
 * server.monitor_poll later. */
int64_t rv_settings_heartbeat_ms(const struct rv_settings *settings);
/* As it was written, of whatever type but a secret. */
const char *rv_settings_string(const struct rv_settings *settings, const char *key);
/* What files and overlays have set, for rv_settings_overlay of another process; the caller's. */
cJSON *rv_settings_to_overlay(const struct rv_settings *settings);
/* Take away what files and overlays have set. */
void rv_settings_forget_overlay(struct rv_settings *settings);
/* The object that holds the last part of a dotted key in a nested one, made on the way; *last is
 * that part. */
cJSON *rv_settings_object_of(cJSON *top, const char *key, const char **last);
/* All that is in force, nested, without secrets; reads back as an overlay. The caller's. */
cJSON *rv_settings_to_json(const struct rv_settings *settings);

#endif
