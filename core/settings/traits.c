/* SPDX-License-Identifier: Apache-2.0
 *
 * What a setting's type is called, and what a change of it takes: most are in force at once,
 * wherever they are kept.
 */
#include "settings/settings_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

static const struct {
    const char *key;
    int traits;
} special[] = {
    { "listen", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "allow_plain_http", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "tls.certificate", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "tls.key", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "store", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "store_timeout", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "region", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "zone", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "server.name", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "core_dumps", RV_SET_AT_START | RV_SET_FILE_ONLY },
    { "modules.path", RV_SET_FILE_ONLY },
    /* Whoever took over an administrator's account does not get the key by it. */
    { "workers.fence", RV_SET_FILE_ONLY },
    { "workers.fence_read", RV_SET_FILE_ONLY },
    /* Who may write methods need not choose whom they talk to. */
    { "automate.http_hosts", RV_SET_FILE_ONLY },
    /* A path that the supervisor opens: whoever may use the API need not choose it. */
    { "server.memory_info", RV_SET_FILE_ONLY },
};

int
rv_settings_traits(const char *key)
{
    for (size_t i = 0; i < RV_COUNT(special); i++)
        if (rv_streq(special[i].key, key))
            return special[i].traits;
    return 0;
}

/* What a process holds when it has just started is some megabytes: a limit below that would end
 * whatever is started, for ever. */
int64_t
rv_settings_least(const struct rv_setting *setting)
{
    static const char limit[] = ".memory_threshold";
    size_t len = strlen(setting->key);
    if (len < sizeof(limit) || strcmp(setting->key + len - (sizeof(limit) - 1), limit) != 0)
        return 0;
    return 8LL * 1024 * 1024;
}

const char *
rv_settings_type_name(int type)
{
    static const char *const names[] = {
        "", "integer", "duration", "size", "flag", "text", "secret"
    };
    return names[type];
}

const struct rv_setting *
rv_settings_find(const char *key)
{
    int index = rv_settings_index(key);
    return index < 0 ? NULL : &rv_settings_declared()[index];
}
