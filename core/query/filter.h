/* SPDX-License-Identifier: Apache-2.0
 *
 * One filter[] value: "[or ]ATTRIBUTE OPERATOR VALUE", ManageIQ's grammar. Parsing knows no
 * dictionary; what a value means for its attribute is decided in condition.c.
 */
#ifndef RV_QUERY_FILTER_H
#define RV_QUERY_FILTER_H

#include "base/err.h"
#include "base/mem.h"

#define RV_FILTER_BYTES_MAX 8192 /* of one filter */
#define RV_FILTERS_MAX 64        /* of one request */
#define RV_FILTERS_OF_SUBS_MAX 4 /* of them over sub-collections, which are read for each row */

enum rv_filter_op { RV_EQ, RV_NE, RV_LT, RV_LE, RV_GT, RV_GE };

enum rv_filter_match {
    RV_MATCH_WRITTEN = 0, /* as in filter[]: by quotes, NULL and wildcards */
    RV_MATCH_LITERAL,     /* the value itself */
    RV_MATCH_LIKE,        /* it is a pattern of LIKE, with ESCAPE '\\' */
    RV_MATCH_NULL,        /* whether there is a value */
    RV_MATCH_EMPTY        /* likewise; an empty text is none */
};

struct rv_filter {
    int is_or;
    enum rv_filter_op op;
    int quoted; /* the value stood in quotes: text, and % and * are wildcards */
    enum rv_filter_match match;
    int64_t now_ms;        /* not 0: "today" and "2 days ago" are times, from here */
    const char *attribute; /* arena's */
    const char *value;     /* without quotes; arena's */
};

int rv_filter_parse(struct rv_filter *out, struct rv_arena *arena, const char *text, rv_err *err);
const char *rv_filter_op_text(enum rv_filter_op op);
/* NULL or nil without quotes, any case. */
int rv_filter_is_null(const struct rv_filter *filter);
/* Quoted, = or !=, and with % or * in it. */
int rv_filter_is_wildcard(const struct rv_filter *filter);
/* The LIKE pattern of a wildcard value, to be used with ESCAPE '\'. Arena's. */
const char *rv_filter_like(const struct rv_filter *filter, struct rv_arena *arena);

#endif
