/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the model: a kind with what is kept about it, and the steps from a
 * description to a kind that can be used.
 */
#ifndef RV_MODEL_INTERNAL_H
#define RV_MODEL_INTERNAL_H

#include "base/mem.h"
#include "model/model.h"
#include "model/names.h"

struct rv_entry {
    struct rv_kind kind; /* first: a kind leads back to its entry */
    /* Columns by name: indices plus one, by a hash of the name; at most half full. As small as that
     * because every process has them, for every kind. */
    uint16_t *slots;
    uint32_t slot_count; /* a power of two */
    int related;         /* the two lists below are made */
    struct rv_relation *relations;
    int relation_count;
    struct rv_join *joins;
    int join_count;
};

/* The first step looks at the description alone: columns, keys, owner. INVALID. What
 * it needs comes from the arena. */
int rv_kind_resolve(struct rv_entry *entry, const struct reeve_kind *def, struct rv_arena *arena,
                    rv_err *err);
/* The second looks at other kinds: targets, kept_by. */
int rv_kind_connect(struct rv_kind *kind, rv_err *err);
/* Rules for those who are not built in: no server kinds, no core columns. */
int rv_kind_check_foreign(const struct reeve_kind *def, rv_err *err);
/* Whether a blank-separated list has the word. */
int rv_word_in(const char *list, const char *word);
/* Makes relations and joins of one kind. */
void rv_relations_make(struct rv_entry *entry, struct rv_arena *arena);

#endif
