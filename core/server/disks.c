/* SPDX-License-Identifier: Apache-2.0
 *
 * The places that the original looks at, under its names.
 */
#include "server/disks.h"

#include <stddef.h>

/* NULL: the home. */
static const struct {
    const char *path, *event;
} places[RV_DISKS] = {
    { "/", "evm_server_system_disk_high_usage" },
    { "/boot", "evm_server_boot_disk_high_usage" },
    { "/home", "evm_server_home_disk_high_usage" },
    { "/var", "evm_server_var_disk_high_usage" },
    { "/var/log", "evm_server_var_log_disk_high_usage" },
    { "/var/log/audit", "evm_server_var_log_audit_disk_high_usage" },
    { "/tmp", "evm_server_tmp_disk_high_usage" },
    { "/var/tmp", "evm_server_miq_tmp_disk_high_usage" },
    { NULL, "evm_server_db_disk_high_usage" },
};

int
rv_disks_check(struct rv_disks *disks, const char *home, int most_percent,
               int (*used)(void *arg, const char *path),
               void (*tell)(void *arg, const char *event, const char *path, int percent), void *arg)
{
    int count = 0;
    for (int i = 0; i < RV_DISKS; i++) {
        const char *path = places[i].path ? places[i].path : home;
        int percent = most_percent ? used(arg, path) : -1; /* -1 is never too much */
        int full = percent > most_percent;
        if (full && !disks->full[i])
            tell(arg, places[i].event, path, percent);
        disks->full[i] = full;
        count += full;
    }
    return count;
}
