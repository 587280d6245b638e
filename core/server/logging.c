/* SPDX-License-Identifier: Apache-2.0
 *
 * From the words of the settings to the log's numbers.
 */
#include "server/logging.h"

#include <string.h>
#include <unistd.h>
#include "base/log.h"

void
rv_server_log(const struct rv_settings *settings)
{
    static const char *const levels[] = { "debug", "info", "warning", "error" };
    const char *level = rv_settings_string(settings, "log.level");
    int json = strcmp(rv_settings_string(settings, "log.format"), "json") == 0;
    enum rv_log_level lowest = RV_INFO;
    for (size_t i = 0; i < RV_COUNT(levels); i++)
        if (strcmp(levels[i], level) == 0)
            lowest = (enum rv_log_level)i;
    rv_log_setup(json ? RV_LOG_JSON : RV_LOG_LOGFMT, lowest, STDERR_FILENO);
}
