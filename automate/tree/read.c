/* SPDX-License-Identifier: Apache-2.0
 *
 * The three carriers of a tree. A directory is walked without following links, so that nothing
 * outside of it is read; each folder by its open descriptor, so that it need not fit into a path.
 */
#include "tree/read.h"

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
#include "tree/zip.h"

enum { DEPTH_MAX = 32 };

struct walk {
    struct rv_ae_build *build;
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
    return rv_ae_build_file(w->build, w->path, rv_buf_text(&text), text.len, w->err);
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

static int
take_file(void *arg, const char *path, const char *data, size_t len, rv_err *err)
{
    return rv_ae_build_file(arg, path, data, len, err);
}

/* A document that nests what a directory's paths do: a key with a dot in its last part is a file,
 * unless it is a folder "X.class". */
struct nest {
    struct rv_ae_build *build;
    const char *shown;
    char path[RV_AE_PATH_MAX + 1];
    size_t len;
    rv_err *err;
};

static int
read_nest(struct nest *n, const struct rv_ae_node *node)
{
    for (const struct rv_ae_node *one = node->first; one; one = one->next) {
        size_t before = n->len, key_len = strlen(one->key);
        if (n->len + key_len + 1 > RV_AE_PATH_MAX)
            return rv_fail(n->err, RV_E_LIMIT, "%s:%d: a path longer than %d bytes", n->shown,
                           one->line, RV_AE_PATH_MAX);
        n->len += (size_t)snprintf(n->path + n->len, sizeof(n->path) - n->len, "%s%s",
                                   n->len ? "/" : "", one->key);
        int rc = 0;
        if (rv_ae_build_wants(n->path))
            rc = rv_ae_build_node(n->build, n->path, n->shown, one, n->err);
        else if (one->type == RV_AE_NODE_MAP)
            rc = read_nest(n, one);
        n->len = before;
        n->path[before] = '\0';
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
read_single(struct rv_ae_build *build, const char *shown, const char *bytes, size_t len,
            rv_err *err)
{
    struct rv_arena *arena = rv_arena_new((size_t)1 << 30);
    struct nest nest = { .build = build, .shown = shown, .err = err };
    struct rv_ae_node *node = NULL;

    int rc = rv_ae_node_parse(&node, arena, bytes, len, RV_AE_SINGLE_MAX, err);
    if (rc < 0)
        rv_wrap(err, "%s", shown);
    else if (node->type != RV_AE_NODE_MAP)
        rc = rv_fail(err, RV_E_INVALID, "%s: neither a zip archive nor a document with domains",
                     shown);
    else
        rc = read_nest(&nest, node);
    rv_arena_free(arena);
    return rc;
}

static int
read_bytes(struct rv_ae_build *build, const char *shown, const char *bytes, size_t len, rv_err *err)
{
    if (rv_ae_zip_is(bytes, len))
        return rv_ae_zip_read(bytes, len, &rv_ae_zip_default_limits, take_file, build, err);
    return read_single(build, shown, bytes, len, err);
}

static int
end(struct rv_ae_tree **out, struct rv_ae_build *build, int rc, rv_err *err)
{
    if (rc < 0) {
        rv_ae_build_drop(build);
        return rc;
    }
    if (rv_ae_build_end(out, build, err) < 0)
        return err->code;
    if ((*out)->domain_count)
        return 0;
    rv_ae_tree_free(*out);
    *out = NULL;
    rv_fail(err, RV_E_INVALID, "there is no domain: no folder has a __domain__.yaml");
    return rv_hint(err, "give the folder of a domain, or the one above it");
}

static int
read_path(struct rv_ae_build *build, const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) < 0)
        return rv_fail_errno(err, "open '%s'", path);
    if (S_ISDIR(about.st_mode)) {
        struct walk walk = { .build = build, .err = err };
        int folder = fd;
        fd = -1;
        return read_folder(&walk, folder, 0);
    }
    RV_AUTO_BUF rv_buf bytes = rv_buf_limited(RV_AE_ARCHIVE_MAX);
    if (rv_buf_read_fd(&bytes, fd, err) < 0)
        return rv_wrap(err, "read '%s'", path);
    return read_bytes(build, path, rv_buf_text(&bytes), bytes.len, err);
}

int
rv_ae_tree_read(struct rv_ae_tree **out, const char *path, const struct rv_ae_notes *notes,
                rv_err *err)
{
    struct rv_ae_build *build = rv_ae_build_begin(notes);

    *out = NULL;
    return end(out, build, read_path(build, path, err), err);
}

int
rv_ae_tree_parse(struct rv_ae_tree **out, const char *bytes, size_t len,
                 const struct rv_ae_notes *notes, rv_err *err)
{
    struct rv_ae_build *build = rv_ae_build_begin(notes);

    *out = NULL;
    return end(out, build, read_bytes(build, "document", bytes, len, err), err);
}
