/* SPDX-License-Identifier: Apache-2.0
 *
 * Virtual attributes: what the API shows beside columns. One table; those with an SQL form can
 * also be filtered and sorted by.
 */
#ifndef RV_QUERY_VIRTUAL_H
#define RV_QUERY_VIRTUAL_H

#include "query/sql.h"
#include "model/model.h"

/* How a provider does, of the row `of`; what keeps it from being read comes first. Workers' rows
 * tell of all servers of the region: whoever serves it has one. One that hangs is seen whichever it
 * is; its inventory is what a provider is served for. */
#define RV_PROVIDER_STATE(of)                                                                      \
    "(CASE WHEN NOT COALESCE(" of ".\"enabled\", TRUE) THEN 'paused'"                              \
    " WHEN " of ".\"quarantine_reason\" IS NOT NULL THEN 'quarantine'"                             \
    " WHEN EXISTS (SELECT 1 FROM \"authentications\" a WHERE a.\"resource_type\" = 'provider'"     \
    "  AND a.\"resource_id\" = " of ".\"id\" AND a.\"status\" = 'Invalid') THEN 'refused'"         \
    " WHEN EXISTS (SELECT 1 FROM \"miq_workers\" w WHERE w.\"ems_id\" = " of ".\"id\""             \
    "  AND w.\"status\" = 'silent') THEN 'hanging'"                                                \
    " WHEN NOT EXISTS (SELECT 1 FROM \"miq_workers\" w WHERE w.\"ems_id\" = " of ".\"id\""         \
    "  AND w.\"type\" = 'refresh') THEN 'unserved'"                                                \
    " WHEN " of ".\"last_refresh_error\" IS NOT NULL THEN 'failing'"                               \
    " WHEN " of ".\"last_refresh_date\" IS NULL THEN 'new' ELSE 'ok' END)"

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
