/* SPDX-License-Identifier: Apache-2.0
 *
 * A SELECT made from the dictionary: a kind, the to-one hops from it (left joins), and the fields
 * that are read. Attribute paths of clients ("container_project.name") are resolved here.
 */
#ifndef RV_QUERY_SELECT_H
#define RV_QUERY_SELECT_H

#include <cjson/cJSON.h>
#include "query/sql.h"
#include "query/sub.h"
#include "query/virtual.h"
#include "base/mem.h"

#define RV_HOPS_MAX 16 /* the row itself included */
#define RV_DEPTH_MAX 4 /* parts of a dotted path before the attribute */

/* hops[0] is the row itself. */
struct rv_hop {
    const struct rv_kind *kind;
    const char *name; /* key of the object in documents */
    int parent;       /* index of the hop it starts from */
    int via;          /* column of the parent's kind, -1 when through single */
    struct rv_sub single;
    char alias[8];
    int id_at; /* field with its id */
    int shown; /* stands in documents */
};

struct rv_output {
    int hop;
    int column; /* -1: virtual */
    const struct rv_virtual *virtual;
    int shown;
};

struct rv_select {
    const cJSON *types; /* manifests of provider types; NULL: only those that are known anyway */
    struct rv_arena *arena;
    int gone_too; /* filters over sub-collections see rows that are gone */
    struct rv_hop hops[RV_HOPS_MAX];
    int hop_count;
    struct rv_output *fields; /* as many as columns of the statement; field 0 is the row's id */
    int field_count, field_size;
    int plain; /* all public columns of the row and nothing else */
};

/* What a path names. */
struct rv_ref {
    int hop;
    int column; /* -1: virtual, or whole */
    const struct rv_virtual *virtual;
    int whole; /* the hop itself: an object */
};

/* alias: of the row itself, "t" or "c". */
void rv_select_init(struct rv_select *select, struct rv_arena *arena, const struct rv_kind *kind,
                    const char *alias);
/* INVALID, naming path and nearest attribute, when there is no such thing. Adds the hops needed. */
int rv_select_resolve(struct rv_select *select, const char *path, struct rv_ref *out, rv_err *err);
/* Read and show it (once). */
void rv_select_show(struct rv_select *select, const struct rv_ref *ref);
/* Read without showing; returns the field's index. */
int rv_select_read(struct rv_select *select, int hop, int column);
/* Show every public column of a hop. */
void rv_select_show_all(struct rv_select *select, int hop);

/* "SELECT ...", and " FROM ... LEFT JOIN ...". */
void rv_select_list_sql(const struct rv_select *select, struct rv_sql *sql);
void rv_select_from_sql(const struct rv_select *select, struct rv_sql *sql);
void rv_select_joins_sql(const struct rv_select *select, struct rv_sql *sql);
/* An attribute as an expression. */
void rv_select_expression(const struct rv_select *select, struct rv_sql *sql,
                          const struct rv_ref *ref);
int32_t rv_select_type(const struct rv_select *select, const struct rv_ref *ref);

/* Not secret, not internal. */
int rv_column_public(const struct rv_column *column);

#endif
