/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids, and who may look into a process. (Core files: the setting core_dumps.)
 */
#include "server/privilege.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"

void
rv_privilege_close_memory(void)
{
#ifndef __SANITIZE_ADDRESS__ /* it looks into the process when that ends */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

void
rv_privilege_worker(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The home and the files in it; folders below are modules and such, which he reads. */
static int
give_home(const char *home, const struct passwd *user, rv_err *err)
{
    const struct dirent *entry;
    int failed = 0;
    DIR *folder = opendir(home);
    if (folder == NULL)
        return rv_fail_errno(err, "give %s to user '%s'", home, user->pw_name);
    int fd = dirfd(folder);
    if (fchown(fd, user->pw_uid, user->pw_gid))
        failed = rv_fail_errno(err, "give %s to user '%s'", home, user->pw_name);
    while (!failed && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, "key") == 0 || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        if (fchownat(fd, entry->d_name, user->pw_uid, user->pw_gid, AT_SYMLINK_NOFOLLOW) &&
            errno != ENOENT)
            failed =
                rv_fail_errno(err, "give %s/%s to user '%s'", home, entry->d_name, user->pw_name);
    }
    if (!failed && fchownat(fd, "key", 0, 0, AT_SYMLINK_NOFOLLOW) && errno != ENOENT)
        failed = rv_fail_errno(err, "keep %s/key", home);
    closedir(folder);
    return failed;
}

static int
become(const struct passwd *user, rv_err *err)
{
    if (initgroups(user->pw_name, user->pw_gid) ||
        setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
        return rv_fail_errno(err, "become user '%s'", user->pw_name);
    if (user->pw_uid != 0 && setuid(0) == 0)
        return rv_fail(err, RV_E_INTERNAL, "root's rights could not be given up");
    return 0;
}

int
rv_privilege_drop(const char *home, const char *user, rv_err *err)
{
    if (user == NULL || user[0] == '\0')
        return 0;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        rv_fail(err, RV_E_INVALID, "there is no user '%s' to run as", user);
        return rv_hint(err, "make one: useradd --system --no-create-home %s", user);
    }
    if (geteuid() == entry->pw_uid)
        return 0;
    if (geteuid() != 0) {
        rv_fail(err, RV_E_INVALID, "only root can start reeved as user '%s'", user);
        return rv_hint(err, "start it as root, as '%s', or without --user", user);
    }
    if (give_home(home, entry, err) || become(entry, err))
        return err->code;
    rv_privilege_close_memory(); /* a change of ids opens it again on some kernels */
    rv_log(RV_INFO, "root's rights are given up", RV_F("user", RV_S(user)));
    return 0;
}
