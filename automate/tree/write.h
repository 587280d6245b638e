/* SPDX-License-Identifier: Apache-2.0
 *
 * A tree written out: into a directory, an archive or one document. The same tree gives the
 * same bytes, and reading them gives the same tree.
 */
#ifndef RV_AE_WRITE_H
#define RV_AE_WRITE_H

#include "base/buf.h"
#include "tree/read.h"

/* fn gets every file; path and text are lent. A negative code, with err set, ends it. */
int rv_ae_tree_files(const struct rv_ae_tree *tree,
                     int (*fn)(void *arg, const char *path, const char *text, size_t len,
                               rv_err *err),
                     void *arg, rv_err *err);
/* Makes what is missing, writes what differs, and removes files of a tree that are no longer in
 * one of its domains; others stay. *changed (may be NULL): files written and removed. */
int rv_ae_tree_write_dir(const struct rv_ae_tree *tree, const char *path, int64_t *changed,
                         rv_err *err);
int rv_ae_tree_write_zip(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err);
/* tar.gz: for what is sent; small where there are many files. */
int rv_ae_tree_write_tar(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err);
int rv_ae_tree_write_single(const struct rv_ae_tree *tree, rv_buf *out, rv_err *err);

/* The document of one definition, as its file has it. */
int rv_ae_write_domain(const struct rv_ae_domain *domain, rv_buf *out, rv_err *err);
int rv_ae_write_namespace(const struct rv_ae_namespace *space, rv_buf *out, rv_err *err);
int rv_ae_write_class(const struct rv_ae_class *class, rv_buf *out, rv_err *err);
int rv_ae_write_instance(const struct rv_ae_instance *instance, rv_buf *out, rv_err *err);
int rv_ae_write_method(const struct rv_ae_method *method, rv_buf *out, rv_err *err);

#endif
