/* SPDX-License-Identifier: Apache-2.0
 *
 * Landlock has rules for what is allowed only, so a folder with a secret in it is allowed by way of
 * what else is in it.
 */
#include "server/fence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"

/* Kernels know more than the headers that we are built with; they refuse what they do not know. */
#define FS_RIGHTS(count) ((1ULL << (count)) - 1)
#define TRUNCATE (1ULL << 14)
#define SCOPE_ABSTRACT_SOCKETS (1ULL << 0)
#define SCOPE_SIGNALS (1ULL << 1)

enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_IOCTL = 5, ABI_SCOPES = 6 };

static const uint64_t for_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_READ_FILE | TRUNCATE;

struct attributes {
    uint64_t handled_files, handled_network, scoped;
};

static uint64_t
known_rights(int abi)
{
    return abi >= ABI_IOCTL      ? FS_RIGHTS(16)
           : abi >= ABI_TRUNCATE ? FS_RIGHTS(15)
           : abi >= ABI_REFER    ? FS_RIGHTS(14)
                                 : FS_RIGHTS(13);
}

void
rv_fence_begin(struct rv_fence *out)
{
    *out = (struct rv_fence){ .fd = -1 };
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        out->failed = abi < 0 ? errno : ENOSYS;
        return;
    }
    out->handled = known_rights(abi);
    out->scoped = abi >= ABI_SCOPES ? SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS : 0;
    const struct attributes all = { out->handled, 0, out->scoped };
    out->fd = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (out->fd < 0)
        out->failed = errno;
}

void
rv_fence_never(struct rv_fence *fence, const char *path)
{
    int at = 0;
    while (at < RV_FENCE_NEVER_MAX && fence->never[at])
        at++;
    RV_ASSERT(at < RV_FENCE_NEVER_MAX);
    fence->never[at] = realpath(path, NULL);
}

static int
leads_to(const char *folder, const char *path)
{
    size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(folder, path, len) == 0 && path[len] == '/';
}

static void
add_rule(struct rv_fence *fence, const char *path, int rights)
{
    struct stat about;
    RV_AUTO_FD int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &about))
        return;
    uint64_t access = LANDLOCK_ACCESS_FS_READ_DIR;
    if (rights != RV_FENCE_LIST)
        access |= LANDLOCK_ACCESS_FS_READ_FILE;
    if (rights == RV_FENCE_WRITE)
        access |= LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE;
    if (!S_ISDIR(about.st_mode))
        access &= for_files;
    const struct landlock_path_beneath_attr rule = { .allowed_access = access & fence->handled,
                                                     .parent_fd = fd };
    /* What is not allowed shows soon enough. */
    (void)syscall(SYS_landlock_add_rule, fence->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Links in it are left: what they mean counts by its own place. */
static void
allow_others_in(struct rv_fence *fence, const char *folder, int rights)
{
    const struct dirent *entry;
    DIR *listing = opendir(folder);
    while (listing && (entry = readdir(listing)) != NULL) {
        struct stat about;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        RV_AUTO_FREE char *path = rv_format("%s/%s", folder, entry->d_name);
        if (lstat(path, &about) == 0 && !S_ISLNK(about.st_mode))
            rv_fence_allow(fence, path, rights);
    }
    if (listing)
        closedir(listing);
}

void
rv_fence_allow(struct rv_fence *fence, const char *path, int rights)
{
    char real[PATH_MAX];
    int around = 0;
    if (fence->fd < 0 || realpath(path, real) == NULL)
        return;
    for (int i = 0; rights != RV_FENCE_LIST && i < RV_FENCE_NEVER_MAX && fence->never[i]; i++) {
        if (strcmp(real, fence->never[i]) == 0)
            return;
        around |= leads_to(real, fence->never[i]);
    }
    if (around)
        allow_others_in(fence, real, rights);
    else
        add_rule(fence, real, rights);
}

int
rv_fence_raise(struct rv_fence *fence, rv_err *err)
{
    if (fence->fd >= 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
                           syscall(SYS_landlock_restrict_self, fence->fd, 0)))
        fence->failed = errno;
    if (fence->fd >= 0)
        close(fence->fd);
    fence->fd = -1;
    for (int i = 0; i < RV_FENCE_NEVER_MAX; i++)
        free(fence->never[i]);
    memset(fence->never, 0, sizeof(fence->never));
    if (fence->failed == 0)
        return 0;
    rv_fail(err, RV_E_UNSUPPORTED, "the kernel keeps no process from files (Landlock: %s)",
            strerror(fence->failed));
    return rv_hint(err, "use Linux 5.13 or later with landlock in its list of security modules "
                        "(/sys/kernel/security/lsm), and let containers have its system calls");
}
