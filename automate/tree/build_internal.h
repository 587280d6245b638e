/* SPDX-License-Identifier: Apache-2.0
 *
 * What building a tree collects (build.c) and puts together (build_end.c).
 */
#ifndef RV_AE_BUILD_INTERNAL_H
#define RV_AE_BUILD_INTERNAL_H

#include "tree/build.h"
#include "tree/parse.h"

enum rv_ae_part {
    RV_AE_PART_DOMAIN = 0,
    RV_AE_PART_NAMESPACE,
    RV_AE_PART_CLASS,
    RV_AE_PART_INSTANCE,
    RV_AE_PART_METHOD,
    RV_AE_PART_BODY, /* the text of a method */
    RV_AE_PARTS,
};

struct rv_ae_item {
    const char *file; /* where a person finds it */
    const char *dir;  /* of its path; of a method or body: of its class. Without ".class" */
    const char *stem; /* of its file's name */
    int32_t domain;   /* its index, known at the end */
    const char *path; /* below the domain, likewise */
    const char *path_key, *name_key; /* folded, likewise */
    union {
        struct rv_ae_domain domain;
        struct rv_ae_namespace namespace;
        struct rv_ae_class class;
        struct rv_ae_instance instance;
        struct rv_ae_method method;
        struct {
            const char *text, *suffix;
            size_t len;
        } body;
    } def;
};

struct rv_ae_items {
    struct rv_ae_item *list;
    size_t count, size;
};

struct rv_ae_build {
    struct rv_arena *arena;   /* the tree's */
    struct rv_arena *scratch; /* of one file's nodes */
    const struct rv_ae_notes *notes;
    struct rv_ae_items parts[RV_AE_PARTS];
    size_t taken;               /* files so far */
    size_t failed[RV_AE_PARTS]; /* files whose mistakes were told: they are there, but not read */
};

#endif
