/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in any order become a tree: each carrier (directory, archive, single document) hands over
 * what it has, and the end puts it together.
 */
#ifndef RV_AE_BUILD_H
#define RV_AE_BUILD_H

#include "tree/node.h"
#include "tree/read.h"

struct rv_ae_build;

struct rv_ae_build *rv_ae_build_begin(const struct rv_ae_notes *notes);
void rv_ae_build_drop(struct rv_ae_build *build); /* instead of the end; NULL allowed */
/* Whether a file of this path is part of a tree. */
int rv_ae_build_wants(const char *path);
int rv_ae_build_file(struct rv_ae_build *build, const char *path, const char *bytes, size_t len,
                     rv_err *err);
/* As a file, of a document that was read already; `shown` is where a person finds it. */
int rv_ae_build_node(struct rv_ae_build *build, const char *path, const char *shown,
                     const struct rv_ae_node *node, rv_err *err);
/* Frees build, whatever it returns. */
int rv_ae_build_end(struct rv_ae_tree **out, struct rv_ae_build *build, rv_err *err);

#endif
