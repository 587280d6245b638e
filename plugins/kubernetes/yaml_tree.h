/* SPDX-License-Identifier: Apache-2.0
 *
 * One YAML document (JSON is YAML too) as a tree, for kubeconfig files. Everything
 * is scratch memory of the call.
 */
#ifndef KUBE_YAML_TREE_H
#define KUBE_YAML_TREE_H

#include "reeve/call.h"

enum { KUBE_YAML_SCALAR = 1, KUBE_YAML_LIST, KUBE_YAML_MAP };

struct kube_yaml {
    int what;
    int line;                /* from 1 */
    const char *name;        /* in a map: the member's; NULL in a list */
    const char *text;        /* of a scalar; NULL for null */
    struct kube_yaml *first; /* of a list or map */
    struct kube_yaml *next;  /* sibling */
};

/* The first document of text. INVALID with the line: not YAML, anchors or aliases, U+0000;
 * LIMIT: longer than 1 MiB, deeper than 32, more than 20,000 nodes. *out is NULL for an empty
 * document. */
int kube_yaml_parse(struct reeve_call *call, const char *text, uint64_t len,
                    struct kube_yaml **out);

/* NULL for what is absent or null, at every step. */
const struct kube_yaml *kube_yaml_member(const struct kube_yaml *map, const char *name);
const char *kube_yaml_string(const struct kube_yaml *map, const char *name);

#endif
