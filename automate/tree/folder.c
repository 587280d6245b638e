/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory is walked without following links, so that nothing outside of it is read; each folder
 * by its open descriptor, so that it need not fit into a path.
 */
#include "tree/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/text.h"
#include "tree/build.h"
#include "tree/names.h"

enum { DEPTH_MAX = 32 };

struct walk {
    int (*fn)(void *arg, const char *path, const char *text, size_t len, rv_err *err);
    void *arg;
    rv_err *err;
    char path[RV_AE_PATH_MAX + 1];
    size_t len;
    size_t files;
};

static int
read_file(struct walk *w, int folder, const char *name)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_FILE_MAX);
    RV_AUTO_FD int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return rv_fail_errno(w->err, "open '%s'", w->path);
    if (++w->files > RV_AE_FILES_MAX)
        return rv_fail(w->err, RV_E_LIMIT, "more than %d files", RV_AE_FILES_MAX);
    if (rv_buf_read_fd(&text, fd, w->err) < 0)
        return rv_wrap(w->err, "read '%s'", w->path);
    return w->fn(w->arg, w->path, rv_buf_text(&text), text.len, w->err);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in order, so that mistakes are told in the same one each time. NULL at the end. */
static char **
names_in(DIR *dir, size_t *count)
{
    char **names = NULL;
    const struct dirent *entry;

    *count = 0;
    while (*count < RV_AE_FILES_MAX && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if ((*count & (*count - 1)) == 0)
            names = rv_realloc(names, *count ? *count * 2 : 1, sizeof(*names));
        names[(*count)++] = rv_strdup(entry->d_name);
    }
    if (*count)
        qsort(names, *count, sizeof(*names), by_text);
    return names;
}

/* w->path is the entry's. *folder is its descriptor when it is a folder, which is the caller's. */
static int
read_entry(struct walk *w, int parent, const char *name, int *folder)
{
    struct stat about;

    *folder = -1;
    if (fstatat(parent, name, &about, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : rv_fail_errno(w->err, "look at '%s'", w->path);
    if (S_ISREG(about.st_mode) && rv_ae_build_wants(w->path))
        return read_file(w, parent, name);
    if (!S_ISDIR(about.st_mode))
        return 0;
    *folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *folder < 0 ? rv_fail_errno(w->err, "open '%s'", w->path) : 0;
}

static int
add_to_path(struct walk *w, const char *name)
{
    if (w->len + strlen(name) + 1 > RV_AE_PATH_MAX)
        return rv_fail(w->err, RV_E_LIMIT, "a path longer than %d bytes below '%s'", RV_AE_PATH_MAX,
                       w->path);
    w->len += (size_t)snprintf(w->path + w->len, sizeof(w->path) - w->len, "%s%s",
                               w->len ? "/" : "", name);
    return 0;
}

/* Takes over fd. */
static int
read_folder(struct walk *w, int fd, int depth)
{
    size_t count = 0, before = w->len;
    DIR *dir = fdopendir(fd);

    if (dir == NULL) {
        close(fd);
        return rv_fail_errno(w->err, "read folder '%s'", w->path);
    }
    char **names = names_in(dir, &count);
    int rc = depth > DEPTH_MAX
                 ? rv_fail(w->err, RV_E_LIMIT, "folders deeper than %d at '%s'", DEPTH_MAX, w->path)
                 : 0;
    for (size_t i = 0; i < count; i++) {
        int folder = -1;
        if (rc == 0)
            rc = add_to_path(w, names[i]);
        if (rc == 0)
            rc = read_entry(w, dirfd(dir), names[i], &folder);
        if (folder >= 0)
            rc = read_folder(w, folder, depth + 1);
        w->len = before;
        w->path[before] = '\0';
        free(names[i]);
    }
    free(names);
    closedir(dir);
    return rc;
}

int
rv_ae_folder_read(int fd, rv_ae_file_work fn, void *arg, rv_err *err)
{
    struct walk walk = { .fn = fn, .arg = arg, .err = err };

    return read_folder(&walk, fd, 0);
}

static int
add_to_digest(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    struct rv_digest *digest = arg;
    struct rv_digest parts[3] = { *digest, rv_digest_of(path, strlen(path)),
                                  rv_digest_of(text, len) };

    (void)err;
    *digest = rv_digest_of(parts, sizeof(parts));
    return 0;
}

int
rv_ae_folder_digest(char out[33], const char *path, rv_err *err)
{
    struct rv_digest digest = { 0 };
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return rv_fail_errno(err, "open '%s'", path);
    if (rv_ae_folder_read(fd, add_to_digest, &digest, err) < 0)
        return err->code;
    rv_hex(out, &digest, sizeof(digest));
    return 0;
}
