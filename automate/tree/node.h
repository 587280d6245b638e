/* SPDX-License-Identifier: Apache-2.0
 *
 * A YAML document as it was written: every scalar keeps its own text, and every value the line at
 * which it stands, so that "001" stays what it is and a mistake can be shown in its file. Anchors
 * and aliases are refused: nothing expands.
 */
#ifndef RV_AE_NODE_H
#define RV_AE_NODE_H

#include <cjson/cJSON.h>
#include "base/buf.h"
#include "base/mem.h"

enum rv_ae_node_type {
    RV_AE_NODE_NULL = 0, /* nothing, ~ or null without quotes */
    RV_AE_NODE_TEXT = 1,
    RV_AE_NODE_MAP = 2,
    RV_AE_NODE_LIST = 3,
};

struct rv_ae_node {
    enum rv_ae_node_type type;
    int line;        /* from 1; in a map, of its key */
    int plain;       /* written without quotes: may mean a number or a flag */
    const char *key; /* in a map; else NULL */
    const char *text;
    size_t len;
    struct rv_ae_node *first, *last, *next; /* members; siblings */
    size_t count;
};

/* Everything lies in the arena. INVALID with line and column; LIMIT over max_bytes, 64 levels or
 * the arena's limit. A text without a document gives a null. */
int rv_ae_node_parse(struct rv_ae_node **out, struct rv_arena *arena, const char *text, size_t len,
                     size_t max_bytes, rv_err *err);
/* The member of a map, or NULL; also when node is NULL or no map. */
const struct rv_ae_node *rv_ae_node_get(const struct rv_ae_node *node, const char *key);
/* As JSON, by YAML's core schema. The caller's (cJSON_Delete). */
cJSON *rv_ae_node_json(const struct rv_ae_node *node);

#endif
