/* SPDX-License-Identifier: Apache-2.0
 *
 * Sub-collections: rows of one kind that belong to a row of another, directly by a reference or
 * over a table of pairs. One view of rv_relation and rv_join for those who list and expand.
 */
#ifndef RV_QUERY_SUB_H
#define RV_QUERY_SUB_H

#include "query/sql.h"
#include "model/model.h"

struct rv_sub {
    const char *name;
    const struct rv_kind *parent, *child;
    const struct rv_relation *relation; /* or */
    const struct rv_join *join;
};

int rv_sub_count(const struct rv_kind *parent);
struct rv_sub rv_sub_at(const struct rv_kind *parent, int index);
/* 1 when there is one of this name. */
int rv_sub_find(struct rv_sub *out, const struct rv_kind *parent, const char *name);
/* At most one row: shown as an object, and can be joined. */
int rv_sub_single(const struct rv_sub *sub);

/* `FROM child c` or `FROM via v JOIN child c ON ...`. */
void rv_sub_from(struct rv_sql *sql, const struct rv_sub *sub);
/* The parent's id, as an expression for the FROM above. */
void rv_sub_parent_column(struct rv_sql *sql, const struct rv_sub *sub);
/* " AND v.type = 'kind'" when the reference is polymorphic; else nothing. */
void rv_sub_type_condition(struct rv_sql *sql, const struct rv_sub *sub);
/* FROM and WHERE of the children of the row with this alias. */
void rv_sub_of_row(struct rv_sql *sql, const struct rv_sub *sub, const char *alias, int gone_too);

#endif
