/* SPDX-License-Identifier: Apache-2.0
 *
 * Definitions read from outside: a directory in ManageIQ's layout, a zip or tar.gz archive
 * of one, or a single YAML document that nests what the directory's paths do. All of them carry the
 * same, and come out as the same tree.
 *
 *   Domain/__domain__.yaml
 *   Domain/Namespace/__namespace__.yaml         nested at will
 *   Domain/Namespace/Class.class/__class__.yaml
 *   Domain/Namespace/Class.class/instance.yaml  a leading dot of its name is an underscore
 *   Domain/Namespace/Class.class/__methods__/method.yaml, with method.lua or method.rb beside it
 *
 * What is read may be the folder above the domains, or that of one domain.
 */
#ifndef RV_AE_READ_H
#define RV_AE_READ_H

#include "base/mem.h"
#include "tree/tree.h"

/* Arrays are sorted by name (path) without regard to case. */
struct rv_ae_tree_class {
    struct rv_ae_class def;
    struct rv_ae_instance *instances;
    size_t instance_count;
    struct rv_ae_method *methods;
    size_t method_count;
};

struct rv_ae_tree_domain {
    struct rv_ae_domain def;
    struct rv_ae_namespace *namespaces; /* a parent before its children */
    size_t namespace_count;
    struct rv_ae_tree_class *classes;
    size_t class_count;
};

struct rv_ae_tree {
    struct rv_arena *arena; /* everything lies in it */
    struct rv_ae_tree_domain *domains;
    size_t domain_count;
};

enum rv_ae_note_level { RV_AE_NOTE_ERROR, RV_AE_NOTE_WARNING };

/* What is told about what was read. file is the path below what was read, line 0 when it is about
 * the whole file. */
struct rv_ae_notes {
    void (*note)(void *arg, enum rv_ae_note_level level, const char *file, int line,
                 const char *text);
    void *arg;
};

enum {
    RV_AE_FILE_MAX = 4 << 20,     /* bytes of one file */
    RV_AE_SINGLE_MAX = 64 << 20,  /* of a document that holds everything */
    RV_AE_ARCHIVE_MAX = 64 << 20, /* of an archive, packed */
    RV_AE_FILES_MAX = 200000,
};

/* Reads a folder, an archive or a single document, whatever `path` is. notes NULL: the first error
 * ends it (INVALID, "FILE:LINE: what"), warnings are not told. With notes, errors are told, what
 * they are about is left out, and the tree holds the rest. *out is the caller's. */
int rv_ae_tree_read(struct rv_ae_tree **out, const char *path, const struct rv_ae_notes *notes,
                    rv_err *err);
/* The same of an archive or a single document in memory. */
int rv_ae_tree_parse(struct rv_ae_tree **out, const char *bytes, size_t len,
                     const struct rv_ae_notes *notes, rv_err *err);
void rv_ae_tree_free(struct rv_ae_tree *tree); /* NULL allowed */
void rv_ae_tree_free_p(struct rv_ae_tree **tree);
#define RV_AUTO_AE_TREE __attribute__((cleanup(rv_ae_tree_free_p)))

/* Without regard to case; NULL when there is none. */
struct rv_ae_tree_domain *rv_ae_tree_domain(const struct rv_ae_tree *tree, const char *name);
struct rv_ae_tree_class *rv_ae_tree_class(const struct rv_ae_tree_domain *domain, const char *path);
struct rv_ae_instance *rv_ae_tree_instance(const struct rv_ae_tree_class *class, const char *name);
struct rv_ae_method *rv_ae_tree_method(const struct rv_ae_tree_class *class, const char *name);

/* The tree as what the resolver asks. Close before the tree is freed. */
struct rv_ae_source *rv_ae_tree_source(const struct rv_ae_tree *tree);
void rv_ae_tree_source_close(struct rv_ae_source *source); /* NULL allowed */

/* Whether a name matches a pattern of * and ?, without regard to case. */
int rv_ae_glob(const char *pattern, const char *name);

#endif
