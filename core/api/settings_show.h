/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings as answers: nested as ManageIQ shows them, or as a list that tells of each what it may
 * be and where it comes from.
 */
#ifndef RV_API_SETTINGS_SHOW_H
#define RV_API_SETTINGS_SHOW_H

#include "api/request.h"
#include "settings/settings.h"

/* 1 when key is that section, or below it; "" is above all. */
int rv_settings_below(const char *key, const char *section);
void rv_settings_show_nested(struct rv_request *req, const struct rv_settings *settings,
                             const char *section);
void rv_settings_show_list(struct rv_request *req, const struct rv_settings *settings,
                           const char *section);

#endif
