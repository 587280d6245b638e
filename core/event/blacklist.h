/* SPDX-License-Identifier: Apache-2.0
 *
 * Which events are not kept: rows of blacklisted_events, each about a type of event (which may end
 * in '*') of one provider, of all providers of a type, or of all. Of several that fit, what is said
 * of the one provider counts before what is said of its type, and that before the rest; then the
 * longer name. A row that is not enabled says that these events are wanted.
 *
 * Every change raises the note RV_NOTE_BLACKLIST in its transaction: whoever keeps a copy asks for
 * that.
 */
#ifndef RV_EVENT_BLACKLIST_H
#define RV_EVENT_BLACKLIST_H

#include "store/store.h"

#define RV_NOTE_BLACKLIST "blacklist_generation"

/* What is said of one provider's events. */
struct rv_blacklist;
struct rv_blacklist *rv_blacklist_new(const char *provider_type, int64_t ems_id);
void rv_blacklist_free(struct rv_blacklist *list); /* NULL allowed */
/* Read again when the note is another than the last time. */
int rv_blacklist_follow(struct rv_blacklist *list, struct rv_store *store, int64_t generation,
                        rv_err *err);
/* 1: it is not kept. 0: it is, or nothing is said of it. */
int rv_blacklist_has(const struct rv_blacklist *list, const char *event_type);

struct rv_blacklist_rule {
    const char *event_name;
    const char *provider_model; /* NULL: of any type */
    int64_t ems_id;             /* 0: of any provider */
    int enabled, system;
};
/* INVALID for a name that is none; CONFLICT when there is a row about the same already. */
int rv_blacklist_add(struct rv_store *store, const struct rv_blacklist_rule *rule, int64_t *id,
                     rv_err *err);
/* NOT_FOUND. */
int rv_blacklist_enable(struct rv_store *store, int64_t id, int enabled, rv_err *err);
/* CONFLICT for a system row, which would come again: disable that. */
int rv_blacklist_remove(struct rv_store *store, int64_t id, rv_err *err);
/* What a module says is seldom wanted: system rows about its type, of which those that there are
 * already stay as they are. */
int rv_blacklist_seed(struct rv_store *store, const char *provider_type, const char *const *names,
                      int count, rv_err *err);

#endif
