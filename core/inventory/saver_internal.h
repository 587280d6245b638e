/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the saver share. The life of a batch:
 *
 *   saver.c     takes objects, drops those whose hash is known, copies the others
 *   plan.c      a batch (or a part of a deletion) from its objects to the commit
 *   resolve.c   ids of objects; links to ids, reserving those of what was not seen yet
 *   rows.c      reading rows by many keys
 *   ahead.c     the stored rows of the objects, read in one go with what hangs on them
 *   names.c     who a name belongs to, and what must be rewritten when that changes
 *   pointed.c   what is pointed to at all
 *   children.c  the stored children of the objects, matched by key
 *   diff.c      which columns differ, and the feed's rows of that
 *   write.c     rows in bulk
 *   keep.c      rows that live as long as something points to them
 *   life.c      machines and hosts that come back
 *   labels.c    labels that become tags; label_entries.c: those that are made for it
 *   relabel.c   the same for what is stored, when the mappings have changed
 *   warm.c      the reads of a save, for nothing, before a watch
 *   streams.c   resume tokens, and what else is remembered for a provider
 *
 * Everything up to the transaction only reads. The key table is changed along the way and put back
 * when the transaction fails.
 */
#ifndef RV_SAVER_INTERNAL_H
#define RV_SAVER_INTERNAL_H

#include "inventory/saver.h"
#include "inventory/keys.h"
#include "inventory/map.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/feed.h"
#include "store/record.h"

enum rv_node_state {
    RV_NODE_NEW,    /* has no row yet */
    RV_NODE_KNOWN,  /* has a row (perhaps an archived one) */
    RV_NODE_GONE,   /* its row is to go */
    RV_NODE_DROPPED /* a duplicate, or gone before it was ever saved */
};

/* An object or child of a batch, on its way to a row. Lives in the plan's arena. */
struct rv_node {
    const struct rv_kind *kind;
    enum rv_node_state state;
    int revived;     /* only its deleted_on is cleared: something points to it again */
    const char *ref; /* of an object that was emitted */
    struct rv_digest digest;
    int64_t id;
    rv_value *values; /* of all columns; NULL when gone */
    struct rv_link *links;
    int link_count;
    uint64_t hash;
    struct rv_node *owner, *children, *next;
    const rv_value *old;     /* its row, NULL when it has none */
    uint64_t *mask;          /* columns that differ; NULL: none */
    int changed;             /* it or a child of it is written */
    int ahead;               /* the rows of its children were read ahead */
    struct rv_node *written; /* next in the same list of a kind's writes */
};

struct rv_nodes {
    struct rv_node **at;
    size_t count, size;
};
void rv_nodes_add(struct rv_nodes *nodes, struct rv_node *node);
void rv_nodes_free(struct rv_nodes *nodes);

/* A reserved id, on its way into inventory_references. */
struct rv_reference {
    const struct rv_kind *kind;
    int form; /* 0: ref, 1: name */
    const char *ref;
    int64_t id;
};

/* What was pointed to as `from` by name is now `to`. */
struct rv_move {
    const struct rv_kind *kind;
    int64_t from, to;
};

/* A row that may have lost the last one that keeps it. */
struct rv_candidate {
    const struct rv_kind *kind;
    int64_t id;
};

/* A tagging that a label asks for (id 0), or asks for no more. */
struct rv_tag_change {
    const struct rv_node *node;
    int64_t tagging_id, tag_id;
};

/* A tag, with its entry in a category, that a label asks for. */
struct rv_new_tag {
    int64_t tag_id, classification_id, parent_id;
    const char *category, *value; /* category: its tag's path */
    const char *name;             /* NULL until it is written */
    struct rv_new_tag *next;
};

struct rv_writes {
    struct rv_node *inserts, *updates, *deletes;
    struct rv_node **last_insert, **last_update, **last_delete;
};

/* A child's row that was read before its turn came. */
struct rv_ahead_row {
    const struct rv_kind *kind, *owner_kind;
    const rv_value *values;
};

struct rv_ahead {
    struct rv_ahead_row *rows;
    size_t count, size;
};

/* What one transaction does. */
struct rv_plan {
    struct rv_saver *saver;
    struct rv_arena *arena;
    struct rv_nodes tops;     /* objects; children hang on them */
    struct rv_ahead ahead[2]; /* rows of their children, and of the children of those */
    struct rv_writes *writes; /* per kind */
    struct rv_reference *references;
    size_t reference_count, reference_size;
    rv_value *arrived; /* ids of references that are rows now */
    size_t arrived_count, arrived_size;
    struct rv_move *moves;
    size_t move_count, move_size;
    struct rv_candidate *candidates;
    size_t candidate_count, candidate_size;
    struct rv_nodes labelled;  /* objects whose labels changed */
    struct rv_nodes returning; /* rows that come back from the archive */
    struct rv_new_tag *new_tags;
    struct rv_tag_change *labels; /* taggings to add and remove */
    size_t label_count, label_size;
    int64_t now_ms;
    rv_buf json;
    int64_t created, updated, archived, deleted, restored, rows;
};

struct rv_keeper { /* column of a kind that keeps rows of another */
    int column;
    const struct rv_kind *kept;
};

struct rv_kind_state {
    uint8_t begun;
    uint8_t present;      /* there are objects of it, or were */
    uint8_t has_archived; /* there may be archived rows */
    uint8_t named;        /* some column may point to it by name */
    uint8_t *by_name;     /* per column: linked by name */
    uint8_t *children;    /* per kind index: rows of it may belong to rows of this kind */
    const char **columns; /* names */
    int64_t inserted;     /* rows since the store last looked at the table */
    struct rv_keeper *keepers;
    int keeper_count;
    int content_hash, created_on, updated_on, deleted_on; /* columns, -1 when it has none */
};

struct rv_saver_stream {
    char *name, *token;
    char *saved; /* what the store has, NULL for nothing */
    int dirty;
};

struct rv_saver {
    struct rv_saver_config config;
    struct rv_store *store;
    struct rv_sink sink;
    struct rv_keys *keys;
    struct rv_feed *feed;
    int kind_count;
    struct rv_kind_state *kinds;
    /* The batch. */
    struct rv_arena *arena;
    struct rv_nodes pending;
    struct rv_map pending_by_digest;
    int64_t pending_rows;
    int64_t pending_new; /* objects that have no row yet */
    int64_t pending_since_us;
    int pending_news;  /* some of it is no part of a listing */
    int64_t row_bound; /* rows a save may have, from how long the last ones took */
    struct rv_saver_stream *streams;
    size_t stream_count;
    int by_name_dirty;
    int warm;
    int64_t tokens_saved_ms;
    cJSON *warnings;
    int64_t *rejected; /* per kind, since all began */
    struct rv_save_counts counts;
    int64_t hash_us, save_us;
};

/* plan.c */
void rv_plan_begin(struct rv_plan *plan, struct rv_saver *saver, struct rv_arena *arena);
void rv_plan_end(struct rv_plan *plan);
void *rv_plan_alloc(struct rv_plan *plan, size_t bytes);
/* A row that is to go; its row is read later when old is NULL. */
struct rv_node *rv_plan_gone(struct rv_plan *plan, const struct rv_kind *kind, int64_t id,
                             const rv_value *old);
/* Carry out: reads, then one transaction. On failure the key table is as before. */
int rv_plan_run(struct rv_plan *plan, rv_err *err);
/* Only the labels of its tops, which are `labelled`, too: tags are given and taken. */
int rv_plan_run_labels(struct rv_plan *plan, rv_err *err);
/* The inner part, for rows found inside a transaction (keep.c): rows and children are read,
 * compared and written. */
int rv_plan_apply_gone(struct rv_plan *plan, rv_err *err);

/* rows.c */
struct rv_row_query {
    const struct rv_kind *kind;
    const int *columns; /* to read; NULL: all, in the kind's order */
    int column_count;
    int by; /* column that is compared */
    const rv_value *keys;
    size_t key_count;
    int of_provider;  /* only rows of this provider */
    const char *type; /* when `by` is polymorphic: the kind that it points to */
    int active;       /* only rows that are not archived */
    /* The keys are those of the owners of the rows of this kind that `by` points to. */
    const struct rv_kind *through;
    const char *through_type; /* as type, of its owner column */
    /* Called for each row, which is borrowed; must not use the store. */
    int (*row)(void *arg, const rv_value *row, rv_err *err);
    void *arg;
};
/* Queries that do not wait for each other's answers, in one round trip or few. */
int rv_rows_each(struct rv_saver *saver, const struct rv_row_query *queries, size_t count,
                 rv_err *err);
/* A copy of a row in the arena. */
rv_value *rv_rows_copy(struct rv_arena *arena, const rv_value *row, int count);

/* ahead.c: the rows of those tops that have one, and what children.c will ask for. */
int rv_ahead_read(struct rv_plan *plan, rv_err *err);
/* Of tops that came later, from this one on, their rows only. */
int rv_ahead_read_late(struct rv_plan *plan, size_t from, rv_err *err);
void rv_ahead_free(struct rv_plan *plan);

/* resolve.c */
int rv_resolve_objects(struct rv_plan *plan, rv_err *err);
int rv_resolve_links(struct rv_plan *plan, rv_err *err);
/* A reserved id for a name or ref, which is remembered. */
int rv_resolve_reserve(struct rv_plan *plan, const struct rv_kind *kind, int form, const char *ref,
                       int64_t *id, rv_err *err);
/* The same for an id that is there. */
void rv_resolve_remember(struct rv_plan *plan, const struct rv_kind *kind, int form,
                         const char *ref, int64_t id);
/* The key of a reference row by name. */
const char *rv_resolve_name_key(struct rv_plan *plan, const char *scope, const char *name);
/* A reserved id has its row now. */
void rv_resolve_arrived(struct rv_plan *plan, int64_t id);

/* names.c */
int rv_names_change(struct rv_plan *plan, rv_err *err);
int rv_names_move(struct rv_plan *plan, rv_err *err);
/* The row's name is no longer its own. */
void rv_names_forget(struct rv_saver *saver, const struct rv_kind *kind, int64_t id,
                     const rv_value *row);

/* pointed.c: of the rows with these ids, those that active rows of others point to are put into the
 * map, by rv_pointed_key. */
struct rv_digest rv_pointed_key(const struct rv_kind *kind, int64_t id);
int rv_pointed_find(struct rv_saver *saver, struct rv_map *out, const struct rv_kind *to,
                    const rv_value *ids, size_t count, rv_err *err);
/* Reserved ids that no active row points to any more are dropped. */
int rv_pointed_sweep(struct rv_plan *plan, rv_err *err);

/* children.c */
int rv_children_match(struct rv_plan *plan, rv_err *err);

/* diff.c */
void rv_diff_tops(struct rv_plan *plan);

/* write.c */
int rv_write_rows(struct rv_plan *plan, rv_err *err);
/* returning.c, in the transaction: UNAVAILABLE when a row that is to come back is not there. */
int rv_returning_check(struct rv_plan *plan, rv_err *err);
int rv_write_references(struct rv_plan *plan, rv_err *err);

/* keep.c */
int rv_keep_sweep(struct rv_plan *plan, rv_err *err);
/* All rows that nothing keeps become candidates. */
int rv_keep_find_all(struct rv_plan *plan, rv_err *err);
void rv_keep_candidate(struct rv_plan *plan, const struct rv_kind *kind, int64_t id);

/* life.c: columns that are cleared when the row is gone; returns how many. */
int rv_life_left_behind(const struct rv_node *node, int *columns, int most);
/* Objects without an id get that of a row that is gone and has their uid. */
int rv_life_reconnect(struct rv_plan *plan, rv_err *err);
/* In the transaction: rows that come back are still nobody else's. CONFLICT when not. */
int rv_life_claim(struct rv_plan *plan, rv_err *err);

/* saver.c: a warning on the provider's record; text NULL: no more. */
void rv_saver_warn(struct rv_saver *saver, const char *name, const char *text);

/* labels.c: what there is to do is found out before the transaction, and written in it. */
int rv_labels_prepare(struct rv_plan *plan, rv_err *err);
int rv_labels_write(struct rv_plan *plan, rv_err *err);

/* streams.c */
int rv_streams_load(struct rv_saver *saver, rv_err *err);
void rv_streams_free(struct rv_saver *saver);
int rv_streams_dirty(const struct rv_saver *saver);
void rv_streams_set(struct rv_saver *saver, const char *stream, const char *token);
const char *rv_streams_get(const struct rv_saver *saver, const char *stream);
int rv_streams_write(struct rv_saver *saver, rv_err *err);
void rv_streams_saved(struct rv_saver *saver);
/* Back to what the store has. */
void rv_streams_revert(struct rv_saver *saver);
/* This column is linked by name: remembered, so that a name that moves finds it again. */
void rv_streams_linked_by_name(struct rv_saver *saver, const struct rv_kind *kind, int column);

/* copy.c: *rows grows by the number of nodes. */
struct rv_node *rv_copy_object(struct rv_saver *saver, const struct rv_object *object,
                               int64_t *rows);

/* load.c */
int rv_load_all(struct rv_saver *saver, rv_err *err);

#endif
