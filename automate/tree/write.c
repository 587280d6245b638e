/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a tree, listed once and sorted so that what lies in a folder follows it; the
 * carriers write that list.
 */
#include "tree/write.h"

#include <stdlib.h>
#include <string.h>
#include "tree/document.h"
#include "tree/names.h"
#include "tree/tar.h"
#include "tree/zip.h"

enum what { DOMAIN, NAMESPACE, CLASS, INSTANCE, METHOD, BODY };

struct file {
    const char *path;
    enum what what;
    const void *def;
};

struct listing {
    struct rv_arena *arena;
    struct file *files;
    size_t count, size;
};

static void
add(struct listing *l, enum what what, const void *def, const char *path)
{
    if (l->count == l->size) {
        l->size = l->size ? l->size * 2 : 256;
        l->files = rv_realloc(l->files, l->size, sizeof(*l->files));
    }
    RV_ASSERT(path);
    l->files[l->count++] = (struct file){ .path = path, .what = what, .def = def };
}

static const char *
file_name(struct listing *l, const char *name)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(RV_AE_NAME_MAX + 1);

    rv_ae_name_to_file(&out, name);
    return rv_arena_strdup(l->arena, rv_buf_text(&out));
}

static void
list_class(struct listing *l, const char *domain, const struct rv_ae_tree_class *class)
{
    const char *dir = rv_arena_format(l->arena, "%s/%s.class", domain, class->def.path);

    add(l, CLASS, &class->def, rv_arena_format(l->arena, "%s/__class__.yaml", dir));
    for (size_t i = 0; i < class->instance_count; i++)
        add(l, INSTANCE, &class->instances[i],
            rv_arena_format(l->arena, "%s/%s.yaml", dir, file_name(l, class->instances[i].name)));
    for (size_t i = 0; i < class->method_count; i++) {
        const struct rv_ae_method *method = &class->methods[i];
        const char *name = file_name(l, method->name);
        add(l, METHOD, method, rv_arena_format(l->arena, "%s/__methods__/%s.yaml", dir, name));
        if (rv_ae_has_body(method))
            add(l, BODY, method,
                rv_arena_format(
                    l->arena, "%s/__methods__/%s.%s", dir, name,
                    rv_ae_language_suffix(method->language ? method->language : "lua")));
    }
}

/* A slash before everything else: what is in a folder directly follows it. */
static int
by_path(const void *a, const void *b)
{
    const char *x = ((const struct file *)a)->path, *y = ((const struct file *)b)->path;

    while (*x && *x == *y) {
        x++;
        y++;
    }
    int left = *x == '/' ? 1 : (unsigned char)*x + 1, right = *y == '/' ? 1 : (unsigned char)*y + 1;
    return (*x ? left : 0) - (*y ? right : 0);
}

static void
list_files(struct listing *l, const struct rv_ae_tree *tree)
{
    l->arena = rv_arena_new(0);
    for (size_t i = 0; i < tree->domain_count; i++) {
        const struct rv_ae_tree_domain *domain = &tree->domains[i];
        const char *name = domain->def.name;
        add(l, DOMAIN, &domain->def, rv_arena_format(l->arena, "%s/__domain__.yaml", name));
        for (size_t j = 0; j < domain->namespace_count; j++)
            add(l, NAMESPACE, &domain->namespaces[j],
                rv_arena_format(l->arena, "%s/%s/__namespace__.yaml", name,
                                domain->namespaces[j].path));
        for (size_t j = 0; j < domain->class_count; j++)
            list_class(l, name, &domain->classes[j]);
    }
    if (l->count)
        qsort(l->files, l->count, sizeof(*l->files), by_path);
}

static void
free_listing(struct listing *l)
{
    rv_arena_free(l->arena);
    free(l->files);
}

static void
emit_file(struct rv_ae_emit *emit, const struct file *file)
{
    const struct rv_ae_method *method = file->def;

    switch (file->what) {
    case DOMAIN:
        rv_ae_emit_domain(emit, file->def);
        break;
    case NAMESPACE:
        rv_ae_emit_namespace(emit, file->def);
        break;
    case CLASS:
        rv_ae_emit_class(emit, file->def);
        break;
    case INSTANCE:
        rv_ae_emit_instance(emit, file->def);
        break;
    case METHOD:
        rv_ae_emit_method(emit, method);
        break;
    case BODY:
        rv_ae_emit_text(emit, method->data);
        break;
    }
}

int
rv_ae_tree_files(const struct rv_ae_tree *tree,
                 int (*fn)(void *arg, const char *path, const char *text, size_t len, rv_err *err),
                 void *arg, rv_err *err)
{
    struct listing l = { 0 };
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_FILE_MAX);
    int rc = 0;

    list_files(&l, tree);
    for (size_t i = 0; i < l.count && rc == 0; i++) {
        const struct file *file = &l.files[i];
        const struct rv_ae_method *method = file->def;
        if (file->what == BODY) {
            rc = fn(arg, file->path, method->data, method->data_len, err);
            continue;
        }
        rv_buf_reset(&text);
        struct rv_ae_emit *emit = rv_ae_emit_begin(&text);
        emit_file(emit, file);
        rc = rv_ae_emit_end(emit, err);
        rc = rc < 0 ? rv_wrap(err, "write '%s'", file->path)
                    : fn(arg, file->path, rv_buf_text(&text), text.len, err);
    }
    free_listing(&l);
    return rc;
}

static int
zip_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    return rv_ae_zip_add(arg, path, text, len, err);
}

int
rv_ae_tree_write_zip(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err)
{
    struct rv_ae_zip *zip = rv_ae_zip_begin(out);

    int rc = rv_ae_tree_files(tree, zip_file, zip, err);
    if (rc == 0)
        return rv_ae_zip_end(zip, err);
    rv_ae_zip_drop(zip);
    return rc;
}

static int
tar_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    return rv_ae_tar_add(arg, path, text, len, err);
}

int
rv_ae_tree_write_tar(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err)
{
    struct rv_ae_tar *tar = rv_ae_tar_begin(out);

    int rc = rv_ae_tree_files(tree, tar_file, tar, err);
    if (rc == 0)
        return rv_ae_tar_end(tar, err);
    rv_ae_tar_drop(tar);
    return rc;
}

/* How many whole folders two paths have in common, as bytes with the slash behind. */
static size_t
common(const char *x, const char *y)
{
    size_t slash = 0;

    for (size_t i = 0; x[i] && x[i] == y[i]; i++)
        if (x[i] == '/')
            slash = i + 1;
    return slash;
}

static void
close_folders(struct rv_ae_emit *emit, const char *rest)
{
    for (; (rest = strchr(rest, '/')) != NULL; rest++)
        rv_ae_emit_end_map(emit);
}

static void
emit_key(struct rv_ae_emit *emit, const char *text, size_t len)
{
    RV_AUTO_FREE char *key = rv_strndup(text, len);

    rv_ae_emit_text(emit, key);
}

static void
open_folders(struct rv_ae_emit *emit, const char *rest)
{
    const char *slash;

    for (; (slash = strchr(rest, '/')) != NULL; rest = slash + 1) {
        emit_key(emit, rest, (size_t)(slash - rest));
        rv_ae_emit_map(emit);
    }
    rv_ae_emit_text(emit, rest);
}

int
rv_ae_tree_write_single(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err)
{
    struct listing l = { 0 };
    struct rv_ae_emit *emit = rv_ae_emit_begin(out);
    const char *last = "";

    list_files(&l, tree);
    rv_ae_emit_map(emit);
    for (size_t i = 0; i < l.count; i++) {
        const char *path = l.files[i].path;
        size_t same = common(last, path);
        close_folders(emit, last + same);
        open_folders(emit, path + same);
        emit_file(emit, &l.files[i]);
        last = path;
    }
    close_folders(emit, last);
    rv_ae_emit_end_map(emit);
    free_listing(&l);
    return rv_ae_emit_end(emit, err);
}
