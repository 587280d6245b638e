/* SPDX-License-Identifier: Apache-2.0
 *
 * The three carriers of a tree.
 */
#include "tree/read.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "tree/build.h"
#include "tree/folder.h"
#include "tree/names.h"
#include "tree/tar.h"
#include "tree/zip.h"

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
        rc = rv_fail(err, RV_E_INVALID,
                     "%s: neither a zip or tar.gz archive nor a document with domains", shown);
    else
        rc = read_nest(&nest, node);
    rv_arena_free(arena);
    return rc;
}

static int
read_bytes(struct rv_ae_build *build, const char *shown, const char *bytes, size_t len, rv_err *err)
{
    if (rv_ae_tar_is(bytes, len))
        return rv_ae_tar_read(bytes, len, &rv_ae_zip_default_limits, take_file, build, err);
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
        int folder = fd;
        fd = -1;
        return rv_ae_folder_read(folder, take_file, build, err);
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
