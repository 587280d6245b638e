/* SPDX-License-Identifier: Apache-2.0
 *
 * One file of a tree: what a YAML document says becomes a definition.
 */
#ifndef RV_AE_PARSE_H
#define RV_AE_PARSE_H

#include "tree/node.h"
#include "tree/read.h"

struct rv_ae_parse {
    struct rv_arena *arena;          /* where definitions go; it has no limit of its own */
    const char *file;                /* in that arena */
    const struct rv_ae_notes *notes; /* may be NULL */
    rv_err *err;
};

/* An error at a line: told to the notes, or put into err. Returns INVALID. */
int rv_ae_parse_fail(const struct rv_ae_parse *in, int line, const char *format, ...)
    RV_PRINTF(3, 4);
void rv_ae_parse_warn(const struct rv_ae_parse *in, int line, const char *format, ...)
    RV_PRINTF(3, 4);

/* node: the whole document. All return 0 or INVALID. `name` is what the file is called, for a
 * document that does not say; texts end up in the arena. */
int rv_ae_parse_domain(const struct rv_ae_parse *in, const struct rv_ae_node *node,
                       const char *name, struct rv_ae_domain *out);
int rv_ae_parse_namespace(const struct rv_ae_parse *in, const struct rv_ae_node *node,
                          const char *name, struct rv_ae_namespace *out);
int rv_ae_parse_class(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *name,
                      struct rv_ae_class *out);
int rv_ae_parse_instance(const struct rv_ae_parse *in, const struct rv_ae_node *node,
                         const char *name, struct rv_ae_instance *out);
int rv_ae_parse_method(const struct rv_ae_parse *in, const struct rv_ae_node *node,
                       const char *name, struct rv_ae_method *out);

#endif
