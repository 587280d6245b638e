/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of certificates and keys. What is checked is what is read: the open file, not its name.
 */
#include "pem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"

static void
take_stamp(struct rv_pem_stamp *out, const struct stat *info)
{
    *out = (struct rv_pem_stamp){ .device = info->st_dev,
                                  .inode = info->st_ino,
                                  .size = info->st_size,
                                  .modified_s = info->st_mtim.tv_sec,
                                  .modified_ns = info->st_mtim.tv_nsec,
                                  .changed_s = info->st_ctim.tv_sec,
                                  .changed_ns = info->st_ctim.tv_nsec };
}

static int
check_private(const struct stat *info, const char *what, const char *path, rv_err *err)
{
    mode_t open_to = info->st_uid == 0 ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG;
    if ((info->st_mode & open_to) == 0)
        return 0;
    rv_fail(err, RV_E_PERMISSION, "%s '%s' is open to others (mode %04o)", what, path,
            (unsigned)(info->st_mode & 07777));
    return rv_hint(err, "chmod 600 '%s'", path);
}

static int
fail_open(const char *what, const char *path, rv_err *err)
{
    int missing = errno == ENOENT;
    rv_fail_errno(err, "read %s '%s'", what, path);
    if (!missing)
        return rv_hint(err, "the user that reeved runs as must be able to read it");
    return rv_hint(err,
                   "a self-signed pair to begin with: openssl req -x509 -newkey rsa:3072 -nodes"
                   " -days 365 -subj /CN=HOST -addext subjectAltName=DNS:HOST"
                   " -keyout KEYFILE -out CERTIFICATEFILE");
}

int
rv_pem_read(rv_buf *out, struct rv_pem_stamp *stamp, const char *what, const char *path, int flags,
            rv_err *err)
{
    struct stat info;
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail_open(what, path, err);
    if (fstat(fd, &info))
        return rv_fail_errno(err, "%s '%s'", what, path);
    take_stamp(stamp, &info);
    if (!S_ISREG(info.st_mode))
        return rv_fail(err, RV_E_INVALID, "%s '%s' is not a file", what, path);
    if ((flags & RV_PEM_PRIVATE) && check_private(&info, what, path, err))
        return err->code;
    if (rv_buf_read_fd(out, fd, err))
        return rv_wrap(err, "read %s '%s'", what, path);
    return 0;
}

void
rv_pem_look(struct rv_pem_stamp *out, const char *path)
{
    struct stat info;
    memset(out, 0, sizeof(*out));
    if (stat(path, &info) == 0)
        take_stamp(out, &info);
}

int
rv_pem_same(const struct rv_pem_stamp *a, const struct rv_pem_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified_s == b->modified_s && a->modified_ns == b->modified_ns &&
           a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}
