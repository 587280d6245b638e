/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of this folder: the layers of a setting's value.
 */
#ifndef RV_SETTINGS_INTERNAL_H
#define RV_SETTINGS_INTERNAL_H

#include "settings/settings.h"

enum { RV_SETTINGS_MOST = 512 };

/* Of the declared table; -1 when there is none of this key. */
int rv_settings_index(const char *key);
/* The number that text stands for; 0 for texts. */
int rv_settings_number(int64_t *out, const struct rv_setting *setting, const char *text,
                       rv_err *err);
/* Whether both texts mean the same; NULL equals NULL only. */
int rv_settings_same(const char *key, const char *a, const char *b);
int rv_settings_check_value(const struct rv_setting *setting, const char *text, rv_err *err);
/* Nested keys and values laid out flat; a text is NULL where null was given. */
struct rv_flat {
    char **keys, **texts;
    int count;
};
int rv_flat_of(struct rv_flat *out, const cJSON *object, rv_err *err);
void rv_flat_free(struct rv_flat *flat);
/* INVALID or LIMIT when there is no such key or the value does not fit. */
int rv_settings_check(const char *key, const char *text, rv_err *err);
int rv_settings_put(struct rv_settings *settings, int layer, const char *key, const char *text,
                    rv_err *err);
void rv_settings_clear(struct rv_settings *settings, int layer);
/* Lay what is stored for a row of this table in this layer. */
int rv_settings_load_layer(struct rv_settings *settings, struct rv_store *store, int layer,
                           const char *table, int64_t resource_id, rv_err *err);
/* The kind of that table's rows: "server". */
const char *rv_settings_resource_type(const char *table);
/* 1 when it was set in this layer. */
int rv_settings_unset(struct rv_settings *settings, int layer, const char *key);
/* Takes two stored values that do not fit out of force, which is INVALID; 0 when all fit. */
int rv_settings_drop_stored(struct rv_settings *settings, rv_err *err);

/* The least that it may be unless it is 0, which is "no limit"; 0: no such least. */
int64_t rv_settings_least(const struct rv_setting *setting);

#endif
