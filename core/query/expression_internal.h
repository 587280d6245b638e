/* SPDX-License-Identifier: Apache-2.0
 *
 * An expression as a tree, between its parser and its SQL.
 */
#ifndef RV_QUERY_EXPRESSION_INTERNAL_H
#define RV_QUERY_EXPRESSION_INTERNAL_H

#include "query/expression.h"
#include "query/filter.h"

enum expression_sort {
    EXPRESSION_AND,
    EXPRESSION_OR,
    EXPRESSION_NOT,
    EXPRESSION_COMPARE,
    EXPRESSION_LIKE,    /* with `before` and `behind` of the pattern */
    EXPRESSION_BETWEEN, /* from a time to a time */
    EXPRESSION_NULL,
    EXPRESSION_EMPTY,
    EXPRESSION_TAGGED
};

struct expression_op {
    const char *name;
    enum expression_sort sort;
    enum rv_filter_op op;
    const char *before, *behind;
};

struct expression_value {
    const char *text; /* NULL: open */
    int input;        /* number of the open value */
    int is_null;
};

struct expression_node {
    const struct expression_op *op;
    struct expression_node *first, *next; /* of AND, OR, NOT */
    const char *attribute;                /* "name", "host.name"; of TAGGED "" or "host" */
    const char *category;                 /* of TAGGED */
    int counts; /* the attribute is an association, its rows are counted */
    struct expression_value value, until;
};

struct rv_expression {
    const struct rv_kind *kind;
    struct expression_node *root;
    int inputs, nodes;
};

#endif
