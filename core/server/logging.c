/* SPDX-License-Identifier: Apache-2.0
 *
 * From the words of the settings to the log's numbers.
 */
#include "server/logging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"

/* Whether our stderr is a stream of systemd's journal, by the name that it has given to it. */
static int
is_journal(void)
{
    struct stat about;
    unsigned long long device = 0, inode = 0;
    const char *stream = getenv("JOURNAL_STREAM");
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &about) == 0 && about.st_dev == device && about.st_ino == inode;
}

void
rv_server_log(const struct rv_settings *settings)
{
    rv_err err = RV_ERR_INIT;
    const char *level = rv_settings_string(settings, "log.level");
    int json = strcmp(rv_settings_string(settings, "log.format"), "json") == 0;
    enum rv_log_level lowest = RV_INFO;
    for (int i = RV_DEBUG; i <= RV_ERROR; i++)
        if (strcmp(rv_log_level_name((enum rv_log_level)i), level) == 0)
            lowest = (enum rv_log_level)i;
    rv_log_setup(json ? RV_LOG_JSON : RV_LOG_LOGFMT, lowest, STDERR_FILENO);
    rv_log_journal(is_journal());
    if (rv_log_topics(rv_settings_string(settings, "log.topics"), &err))
        rv_log_err(RV_WARNING, "levels of topics not taken", &err);
}
