/* SPDX-License-Identifier: Apache-2.0
 *
 * Virtual attributes: what the API shows beside columns. One table; those with an SQL form can
 * also be filtered and sorted by.
 */
#ifndef RV_API_VIRTUAL_H
#define RV_API_VIRTUAL_H

#include "api/sql.h"
#include "model/model.h"

struct rv_virtual {
    const char *kind; /* NULL: every kind; "*archived": every kind that is archived */
    const char *name;
    int32_t type;     /* REEVE_STRING ... */
    const char *sql;  /* '@' stands for the row's alias; NULL: made from the row's id */
    const char *uses; /* columns of the row that it is made from, a blank between; NULL: none */
    const char *of;   /* kind of the rows of its own that it is made from; NULL: none */
    const char *help;
};

/* Those of a kind, one after the other: start with *at = 0, ends with NULL. */
const struct rv_virtual *rv_virtual_next(const struct rv_kind *kind, int *at);
const struct rv_virtual *rv_virtual_find(const struct rv_kind *kind, const char *name);
/* Whether it is made from this column of the row. */
int rv_virtual_uses(const struct rv_virtual *virtual, const char *column);
void rv_virtual_sql(struct rv_sql *sql, const struct rv_virtual *virtual, const char *alias);

#endif
