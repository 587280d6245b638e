/* SPDX-License-Identifier: Apache-2.0
 *
 * What the query parameters of a collection or resource ask for.
 */
#ifndef RV_API_PARAMS_H
#define RV_API_PARAMS_H

#include "query/condition.h"
#include "api/request.h"

#define RV_EXPANDS_MAX 16
#define RV_SORTS_MAX 8

struct rv_sort {
    struct rv_ref ref;
    int descending;
    int ignore_case;
};

struct rv_tree_row {
    const struct rv_kind *kind; /* NULL: not asked for */
    int64_t id;
};

/* tree.h */
struct rv_tree_params {
    struct rv_tree_row under, above;
    const char *tree;
    int64_t levels; /* most steps from there */
};

struct rv_list_params {
    int expand_resources;
    struct rv_sub expands[RV_EXPANDS_MAX]; /* by expand= or attributes= */
    int expand_count;
    int show_actions; /* actions were asked for by name, or nothing was narrowed */
    int hide_resources;
    int64_t offset, limit;
    int include_archived;
    int gone_too; /* rows that are gone as well, whatever `archived` says; not those that belong to
                   * them */
    struct rv_filter *filters;
    int filter_count;
    struct rv_sort sorts[RV_SORTS_MAX];
    int sort_count;
    const char *collection_class; /* NULL: none */
    const char *by_tag;
    struct rv_tree_params tree;
};

/* Reads them all, resolves attributes and sort keys in select (made for kind), and checks every
 * one; INVALID names the parameter. */
int rv_params_read(struct rv_list_params *out, struct rv_request *req, struct rv_select *select,
                   rv_err *err);
/* Next item of a comma list, trimmed; 0 at the end. *at starts at the list's text. */
int rv_params_item(struct rv_arena *arena, const char **at, const char **item);

#endif
