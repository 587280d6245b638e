/* SPDX-License-Identifier: Apache-2.0
 *
 * The log as the settings want it.
 */
#ifndef RV_SERVER_LOGGING_H
#define RV_SERVER_LOGGING_H

#include "settings/settings.h"

/* Apply log.level and log.format to this process. */
void rv_server_log(const struct rv_settings *settings);

#endif
