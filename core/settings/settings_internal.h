/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of this folder: the layers of a setting's value.
 */
#ifndef RV_SETTINGS_INTERNAL_H
#define RV_SETTINGS_INTERNAL_H

#include "settings/settings.h"

/* From the bottom up, over the declared default. */
enum { RV_LAYER_STORED, RV_LAYER_TOP, RV_LAYERS };

/* INVALID or LIMIT when there is no such key or the value does not fit. */
int rv_settings_check(const char *key, const char *text, rv_err *err);
int rv_settings_put(struct rv_settings *settings, int layer, const char *key, const char *text,
                    rv_err *err);
void rv_settings_clear(struct rv_settings *settings, int layer);
/* 1 when it was set in this layer. */
int rv_settings_unset(struct rv_settings *settings, int layer, const char *key);
/* Takes two stored values that do not fit out of force, which is INVALID; 0 when all fit. */
int rv_settings_drop_stored(struct rv_settings *settings, rv_err *err);

#endif
