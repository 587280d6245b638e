/* SPDX-License-Identifier: Apache-2.0
 *
 * Listings of a collection over as many pages as it takes, and one object by name or id.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "client.h"
#include "kind.h"

/* What a listing asks for. */
struct cli_query {
    const char *collection;
    const char *attributes;     /* "name,phase" or NULL: everything */
    const char *const *filters; /* ends with NULL; NULL: none */
    const char *sort_by;        /* NULL: by `order` */
    const char *order[3];       /* attributes to sort by when nobody says; ends with NULL */
    int descending;
    int latest;    /* the last `limit` of the order, which are listed in that order */
    int64_t limit; /* -1: all */
    int archived;
    const char *under, *above; /* "COLLECTION/ID"; NULL: anywhere */
    const char *tree, *levels; /* of those two; NULL: the server's choice */
};

/* The order that people expect of this kind, into query->order. */
void cli_query_order(struct cli_query *query, const struct cli_kind *kind);
/* Path and parameters, without paging; the caller's. */
char *cli_query_path(const struct cli_query *query);
/* Path of one page. With last_id pages go by id ("" for the first), else by offset; the caller's.
 */
char *cli_page_path(const struct cli_query *query, int64_t offset, int64_t limit,
                    const char *last_id);
/* *out: array, the caller's; *total (may be NULL): rows that fit on the server. */
int cli_list(struct cli_client *client, const struct cli_query *query, cJSON **out, int64_t *total,
             rv_err *err);
/* One by id or name among what the query's filters leave; *out is the caller's. NOT_FOUND, or
 * CONFLICT when the name is not unique. */
int cli_find(struct cli_client *client, const struct cli_kind *kind, const char *name,
             const struct cli_query *within, cJSON **out, rv_err *err);
/* "column=text" in the grammar of filter[], for exactly this text; the caller's. */
char *cli_filter_equal(const char *column, const char *text);
/* Attribute that holds what people call a row by; NULL when ids alone tell. */
const char *cli_name_attribute(const struct cli_kind *kind);

/* Messages by state, queue, zone and role: [{state, queue_name, zone, role, count, oldest_on}]; the
 * caller's, also when it fails. */
int cli_queue_counts(struct cli_client *client, cJSON **out, rv_err *err);

#endif
