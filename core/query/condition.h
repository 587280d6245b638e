/* SPDX-License-Identifier: Apache-2.0
 *
 * filter[] values to a WHERE condition: attributes resolved, values checked against their types,
 * everything a client wrote bound as a parameter.
 */
#ifndef RV_QUERY_CONDITION_H
#define RV_QUERY_CONDITION_H

#include "query/filter.h"
#include "query/select.h"

/* Appends "(a AND b) OR c": plain filters together, each `or` filter beside them. May add hops to
 * select, so it must run before its FROM is written. INVALID names the attribute. */
int rv_condition_add(struct rv_sql *sql, struct rv_select *select, const struct rv_filter *filters,
                     int count, rv_err *err);
/* Appends that the row of this alias has the tag, by its whole name ("/managed/environment/prod",
 * which must outlive the statement). */
void rv_condition_tagged(struct rv_sql *sql, const struct rv_kind *kind, const char *alias,
                         const char *tag);
/* Whether a filter speaks of being gone, so that the default (rows that are there) does not hold.
 */
int rv_condition_about_life(const struct rv_filter *filters, int count);
/* Whether this column of the kind itself decides about the filter: it is the attribute, or the
 * virtual one is made from it, or the association goes by it. */
int rv_condition_uses(const struct rv_kind *kind, const struct rv_filter *filter,
                      const char *column);
/* Whether rows decide that no column of the kind itself leads to: a sub-collection's, or those that
 * a virtual attribute is made from. */
int rv_condition_of_others(const struct rv_kind *kind, const struct rv_filter *filter);

#endif
