/* SPDX-License-Identifier: Apache-2.0
 *
 * How an entity kind is described. Core describes its own kinds with these
 * structs, a provider those that it adds. Tables, SQL, API documents, filters
 * and the OpenAPI description are made from them. Everything here is constant
 * data that lives as long as the module.
 */
#ifndef REEVE_KIND_H
#define REEVE_KIND_H

#include <stdint.h>

/* What a column holds. NULL ("not known") is always allowed unless REEVE_COL_REQUIRED. */
enum {
    REEVE_STRING = 1, /* UTF-8, no U+0000 */
    REEVE_INT = 2,    /* int64_t */
    REEVE_DOUBLE = 3,
    REEVE_FLAG = 4, /* 0 or 1 */
    REEVE_TIME = 5, /* int64_t milliseconds UTC since 1970; ISO 8601 in the API */
    REEVE_JSON = 6, /* canonical text of one JSON value */
    REEVE_REF = 7   /* id of a row; `target` names the kind, or is NULL for a polymorphic
                     * reference: then the column before it is NAME_type, a REEVE_STRING
                     * that holds the kind's name, and this one is NAME_id */
};

/* Column flags. */
#define REEVE_COL_REQUIRED (1 << 0)
#define REEVE_COL_INDEX (1 << 1) /* filtered or joined often: core makes an index */
#define REEVE_COL_VOLATILE                                                                         \
    (1 << 2) /* left out of the content hash; written along with a real change */
#define REEVE_COL_SECRET (1 << 3)   /* encrypted at rest; never in the API, feed or log */
#define REEVE_COL_INTERNAL (1 << 4) /* not in the API */
#define REEVE_COL_CORE                                                                             \
    (1 << 5) /* kept by core (id, ems_id, created_on, ...): a provider may not set it */

/* Lies in an array: struct reeve_sizes says how long it is. */
struct reeve_column {
    const char *name;
    int32_t type;
    int32_t flags;
    const char *target; /* REEVE_REF: the kind that it points to. NAME_type of a polymorphic one:
                         * the kinds that it may name, blanks between; NULL: any */
    const char *help;   /* one line, no full stop */
};

/* What happens to a row that the provider no longer has. */
enum {
    REEVE_DELETE = 0, /* the row is deleted */
    REEVE_ARCHIVE = 1 /* deleted_on is set; the same key coming back is the same row */
};

/* Kind flags. */
#define REEVE_KIND_CHILD (1 << 0)  /* belongs to an owner; emitted with it, replaced as a set */
#define REEVE_KIND_SERVER (1 << 1) /* of the server itself, never emitted by a provider */

struct reeve_kind {
    uint64_t size;        /* sizeof(struct reeve_kind) */
    const char *name;     /* singular: "container_group". A provider's own kinds start with
                           * the provider's name and an underscore */
    const char *table;    /* plural: "container_groups" */
    const char *api_name; /* collection: ManageIQ's API name where there is one, else the table's */
    const char *title;    /* for people: "Pod" */
    const char *help;     /* one line */
    int32_t flags;
    int32_t archive;
    const struct reeve_column *columns; /* ends with REEVE_COLUMNS_END */
    /* Columns that identify a row among those of one provider (of one owner, for a
     * child), at most 6; ends with NULL. Usually { "ems_ref" }. Empty for a child that its
     * owner has at most once (a machine's hardware). */
    const char *const *key;
    /* A second, human key by which others may refer to it (reeve_link_name): NULL, or
     * { "name", NULL } or { "namespace", "name", NULL }. String columns of this kind. */
    const char *const *name_key;
    /* For a child: the column (REEVE_REF) that holds its owner's id. When polymorphic,
     * the column before it holds the owner's kind. NULL for others. */
    const char *owner_column;
    /* NULL, or "kind.column": a row lives as long as an active row of that kind points
     * to it (an image, while a container runs from it). Such a kind needs no
     * reeve_complete. */
    const char *kept_by;
    /* kubectl's or other short names for the CLI, ends with NULL; may be NULL. */
    const char *const *aliases;
    const char *class_name; /* ManageIQ's class ("ContainerGroup"), NULL when it has none */
};

#define REEVE_COLUMNS_END                                                                          \
    {                                                                                              \
        0, 0, 0, 0, 0                                                                              \
    }

#endif
