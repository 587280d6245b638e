/* SPDX-License-Identifier: Apache-2.0
 *
 * The dictionary: every entity kind, described once. Pure data plus look-ups;
 * no I/O. Built-in kinds are compiled in (kinds_*.c); a provider's own kinds are
 * added at run time, from its module or from their description in the store.
 *
 * Columns that core keeps by itself are added to each kind here, ahead of the
 * declared ones, so that nobody declares them:
 *   every kind:      id
 *   provider kinds:  ems_id, content_hash (internal; not for children),
 *                    created_on, updated_on, and deleted_on when archived
 * Kinds of the server itself (REEVE_KIND_SERVER) declare everything but id.
 *
 * Some columns have names that SQL reserves ("default", "from"): SQL quotes all of them.
 */
#ifndef RV_MODEL_H
#define RV_MODEL_H

#include <cjson/cJSON.h>
#include "reeve/kind.h"
#include "base/err.h"

struct rv_column {
    const char *name;
    int32_t type;       /* REEVE_STRING ... */
    int32_t flags;      /* REEVE_COL_... */
    const char *target; /* REEVE_REF: kind, or NULL when polymorphic. NAME_type of a polymorphic
                         * one: the kinds that it may name, blanks between; NULL: any */
    const char *help;
    int type_column; /* polymorphic REEVE_REF: index of its NAME_type column; else -1 */
};

/* A kind with its full column list, ready to use. Lives until rv_model_reset. */
struct rv_kind {
    const struct reeve_kind *def;
    int index;                           /* small and dense: 0 .. rv_model_count() - 1 */
    const char *name, *table, *api_name; /* from def */
    int archived;                        /* has deleted_on */
    int child, server;                   /* from def->flags */
    struct rv_column *columns;
    int column_count;
    int key[6], key_count; /* indices of the natural key (without ems_id / owner); 0 of them for
                            * a child that its owner has at most once */
    int name_key[2], name_key_count;
    int owner_column;                 /* index, -1 when not a child */
    int kept_by_kind, kept_by_column; /* kind index and its column index; -1 when none */
};

/* Sub-collections: the rows of `child_kind` that point to a row of `parent` by `column`. */
struct rv_relation {
    const char *name; /* as in the API path: "containers" in /api/container_groups/1/containers */
    const struct rv_kind *parent;
    const struct rv_kind *child;
    int column; /* of child */
    int single; /* at most one (a machine's hardware); the name is then the kind's */
};

/* Rows at the other side of a table of pairs: the pods of a service, the tags of anything. The
 * rows of `child` whose id stands in a row of `via` (child_column) that points to the parent
 * (parent_column, with its type_column when polymorphic). */
struct rv_join {
    const char *name; /* as in the API path; a direct relation of the same name comes first */
    const struct rv_kind *parent;
    const struct rv_kind *child;
    const struct rv_kind *via;
    int parent_column, child_column; /* of via */
};

/* Build the dictionary of built-in kinds; once a process, before everything else. A mistake in
 * the tables (unknown target, key column that is not there) is INTERNAL with the place. */
int rv_model_init(rv_err *err);
void rv_model_reset(void);
/* A provider's own kind: def is copied deeply. CONFLICT when the name is taken by another
 * description; adding the same again is fine (columns may have been appended). */
int rv_model_add(const struct reeve_kind *def, rv_err *err);
/* Several that may refer to each other in any order; ends with NULL. All or none. */
int rv_model_add_all(const struct reeve_kind *const *defs, rv_err *err);

int rv_model_count(void);
const struct rv_kind *rv_model_at(int index);
const struct rv_kind *rv_model_kind(const char *name); /* NULL when unknown, likewise below */
const struct rv_kind *rv_model_table(const char *table);
const struct rv_kind *rv_model_collection(const char *api_name);
/* By name, table, collection or alias, any case: what a person types. An alias wins over other
 * kinds' names: "endpoints" are those of services, as in kubectl. */
const struct rv_kind *rv_model_lookup(const char *word);
/* By ManageIQ's class, any case: "ContainerGroup", "VmOrTemplate". */
const struct rv_kind *rv_model_class(const char *class_name);
/* All names that rv_model_lookup takes, for suggestions; ends with NULL; until the next add. */
const char *const *rv_model_words(void);

int rv_kind_column(const struct rv_kind *kind, const char *name); /* index, -1 when unknown */
/* Relations whose parent is kind: every child or other kind with a REEVE_REF to it, polymorphic
 * ones included; a relation's name is the child's collection. A second reference of the same child
 * is COLLECTION_by_NAME (zones: providers, providers_by_zone_before_pause); a polymorphic one
 * beside a plain one gives none of its own. Good until the next add; joins likewise. */
const struct rv_relation *rv_kind_relations(const struct rv_kind *kind, int *count);
const struct rv_join *rv_kind_joins(const struct rv_kind *kind, int *count);
/* Whether the REEVE_REF column may point to a row of target. */
int rv_kind_accepts(const struct rv_kind *kind, int column, const struct rv_kind *target);
/* To-one: "container_node" for column container_node_id; "ext_management_system" and
 * "provider" for ems_id. -1 when there is none. */
int rv_kind_association(const struct rv_kind *kind, const char *name);

/* Description as JSON and back (for the store and `reeve-conform`). from_json: *out is freed with
 * rv_kind_def_free. */
cJSON *rv_kind_to_json(const struct reeve_kind *def);
int rv_kind_from_json(struct reeve_kind **out, const cJSON *json, rv_err *err);
void rv_kind_def_free(struct reeve_kind *def);

/* "string", "integer", "double", "flag", "time", "json", "reference". */
const char *rv_type_name(int32_t type);

/* Ids: region * 10^12 + n. */
#define RV_REGION_FACTOR 1000000000000LL

#endif
