/* SPDX-License-Identifier: Apache-2.0
 *
 * What the documents of parse.c share: which key fills which member, and how (parse_fill.c).
 */
#ifndef RV_AE_PARSE_INTERNAL_H
#define RV_AE_PARSE_INTERNAL_H

#include "tree/parse.h"

enum rv_ae_as {
    AS_PASSED_OVER = 0,
    AS_TEXT,
    AS_BODY, /* a text as long as the file */
    AS_INT,
    AS_FLAG,
    AS_SUBSTITUTE,
    AS_ONCE,
    AS_AETYPE,
    AS_DATATYPE,
    AS_SOURCE,
    AS_EMBEDDED,
    AS_OPTIONS,
};

struct rv_ae_key { /* a table of them ends with one without a name */
    const char *name;
    enum rv_ae_as how;
    size_t at; /* of the member that it fills */
};

/* In the tree's arena. */
const char *rv_ae_parse_keep(const struct rv_ae_parse *in, const char *text, size_t len);
struct rv_ae_place rv_ae_parse_place(const struct rv_ae_parse *in, const struct rv_ae_node *node);
/* INVALID for a text that is longer than a value may be. */
int rv_ae_parse_length(const struct rv_ae_parse *in, const struct rv_ae_node *node);
/* All of a map, by a table. Goes on behind a mistake when there are notes, so that each is told. */
int rv_ae_fill(const struct rv_ae_parse *in, const struct rv_ae_key *keys,
               const struct rv_ae_node *map, void *out);
/* The `object` of a document, which must be of this type, and its attributes. parts: what else may
 * stand in the object. */
int rv_ae_open_document(const struct rv_ae_parse *in, const struct rv_ae_node *node,
                        const char *type, const struct rv_ae_key *parts,
                        const struct rv_ae_node **object, const struct rv_ae_node **attributes);

#endif
