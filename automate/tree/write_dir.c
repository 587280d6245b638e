/* SPDX-License-Identifier: Apache-2.0
 *
 * A tree into a directory that may hold an older one: people keep it in git, so a file that says
 * the same already is not touched, and a definition that is gone takes its file along. A file is
 * replaced in one step.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "tree/build.h"
#include "tree/names.h"
#include "tree/write.h"

enum { DEPTH_MAX = 32, FULL_PATH_MAX = 4096 };

struct writing {
    const char *root;
    int64_t changed;
    struct rv_digest *written; /* of paths */
    size_t count;
    rv_err *err;
};

static int
full_path(struct writing *w, char out[FULL_PATH_MAX], const char *path)
{
    int len = snprintf(out, FULL_PATH_MAX, "%s/%s", w->root, path);

    return len < FULL_PATH_MAX ? 0
                               : rv_fail(w->err, RV_E_LIMIT, "the path is too long: '%s'", path);
}

static int
make_folders(struct writing *w, char *full)
{
    for (char *at = full + strlen(w->root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        int failed = mkdir(full, 0777) < 0 && errno != EEXIST;
        if (failed)
            return rv_fail_errno(w->err, "make folder '%s'", full);
        *at = '/';
    }
    return 0;
}

static int
says_that(const char *full, const char *text, size_t len)
{
    RV_AUTO_BUF rv_buf now = rv_buf_limited(RV_AE_FILE_MAX);
    rv_err ignored = RV_ERR_INIT;

    return rv_buf_read_file(&now, full, &ignored) == 0 && now.len == len &&
           memcmp(rv_buf_text(&now), text, len) == 0;
}

static int
write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t done = write(fd, text, len);
        if (done < 0 && errno != EINTR)
            return -1;
        if (done > 0) {
            text += done;
            len -= (size_t)done;
        }
    }
    return 0;
}

static int
replace(struct writing *w, const char *full, const char *text, size_t len)
{
    RV_AUTO_FREE char *beside = rv_format("%s.new", full);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);

    if (fd < 0)
        return rv_fail_errno(w->err, "write '%s'", beside);
    int failed = write_all(fd, text, len);
    if (failed)
        rv_fail_errno(w->err, "write '%s'", beside);
    if (close(fd) < 0 && !failed)
        failed = rv_fail_errno(w->err, "write '%s'", beside);
    if (!failed && rename(beside, full) < 0)
        failed = rv_fail_errno(w->err, "write '%s'", full);
    if (failed)
        unlink(beside);
    return failed ? w->err->code : 0;
}

static int
write_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    struct writing *w = arg;
    char full[FULL_PATH_MAX];

    (void)err;
    if ((w->count & (w->count - 1)) == 0)
        w->written = rv_realloc(w->written, w->count ? w->count * 2 : 1, sizeof(*w->written));
    w->written[w->count++] = rv_digest_of(path, strlen(path));
    if (full_path(w, full, path) < 0)
        return w->err->code;
    if (says_that(full, text, len))
        return 0;
    w->changed++;
    if (make_folders(w, full) < 0)
        return w->err->code;
    return replace(w, full, text, len);
}

static int
by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct rv_digest));
}

static int
was_written(const struct writing *w, const char *path)
{
    struct rv_digest digest = rv_digest_of(path, strlen(path));

    return bsearch(&digest, w->written, w->count, sizeof(digest), by_digest) != NULL;
}

static int
is_folder(const char *full)
{
    struct stat about;

    return lstat(full, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Files of a tree that were not written now; a folder that is empty then, too. */
static int
remove_others(struct writing *w, const char *path, int depth)
{
    char full[FULL_PATH_MAX];
    const struct dirent *entry;

    if (full_path(w, full, path) < 0)
        return w->err->code;
    DIR *dir = depth < DEPTH_MAX ? opendir(full) : NULL;
    if (dir == NULL)
        return rv_fail_errno(w->err, "read folder '%s'", full);
    int rc = 0;
    while (rc == 0 && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        RV_AUTO_FREE char *below = rv_format("%s/%s", path, entry->d_name);
        if (full_path(w, full, below) < 0)
            rc = w->err->code;
        else if (is_folder(full))
            rc = remove_others(w, below, depth + 1);
        else if (rv_ae_build_wants(below) && !was_written(w, below)) {
            rc = unlink(full) < 0 ? rv_fail_errno(w->err, "remove '%s'", full) : 0;
            w->changed++;
        }
    }
    closedir(dir);
    if (rc == 0 && depth && full_path(w, full, path) == 0)
        rmdir(full); /* stays when something is in it */
    return rc;
}

int
rv_ae_tree_write_dir(const struct rv_ae_tree *tree, const char *path, int64_t *changed, rv_err *err)
{
    struct writing w = { .root = path, .err = err };

    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return rv_fail_errno(err, "make folder '%s'", path);
    int rc = rv_ae_tree_files(tree, write_file, &w, err);
    if (rc == 0 && w.count)
        qsort(w.written, w.count, sizeof(*w.written), by_digest);
    for (size_t i = 0; rc == 0 && i < tree->domain_count; i++)
        rc = remove_others(&w, tree->domains[i].def.name, 0);
    free(w.written);
    if (changed)
        *changed = w.changed;
    return rc;
}
