/* SPDX-License-Identifier: Apache-2.0
 *
 * Which workers there should be, and when each may start: a slot for each that
 * is wanted. No processes and no clock in here; the supervisor brings both.
 */
#ifndef RV_SERVER_ROSTER_H
#define RV_SERVER_ROSTER_H

#include <stdint.h>

enum {
    RV_FIRST_DELAY_MS = 100, /* the first restart is at once, then this, doubling */
    RV_LAST_DELAY_MS = 5000,
    RV_LOOP_LIKELY = 3,     /* short lives in a row after which figures tell of it */
    RV_LOOP_FAILURES = 5,   /* those that make a crash loop */
    RV_GOOD_LIFE_MS = 30000 /* a worker that lived so long starts with a clean record */
};

struct rv_slot {
    char type[24];       /* "server", "generic", "refresh", "api" */
    int64_t provider;    /* 0: none */
    char *name;          /* of the provider, for logs; may be NULL */
    int index;           /* among those of the same type and provider */
    int wanted;          /* 0: goes away once its worker has ended */
    int failures;        /* ends of short-lived workers in a row */
    int64_t start_at_ms; /* monotonic */
    int crashes;         /* by a fault signal, in the same callback */
    char callback[64];
    int64_t young_bytes; /* what a worker of it held over its limit soon after its start; or 0 */
    void *child;         /* the supervisor's; NULL: not running */
};

struct rv_roster;

struct rv_roster *rv_roster_new(void);
void rv_roster_free(struct rv_roster *roster);
/* Have `count` slots of this sort. Surplus ones (the last made first) are no longer wanted. */
void rv_roster_set(struct rv_roster *roster, const char *type, int64_t provider, const char *name,
                   int count, int64_t now_ms);
/* Between begin and end every wanted sort is set; at the end those that were not are no longer
 * wanted. The server worker's slot is never touched by this. */
void rv_roster_begin(struct rv_roster *roster);
void rv_roster_end(struct rv_roster *roster);
/* The slots, those without child and wish dropped. The pointer holds until the next set or end. */
struct rv_slot **rv_roster_slots(struct rv_roster *roster, int *count);
/* Its worker has lived so long: whatever was before is over when that is long enough. */
void rv_slot_lives(struct rv_slot *slot, int64_t lived_ms);
/* Its worker has ended after lived_ms. Sets when the next may start; 1 when this end makes it a
 * crash loop: once, until one has lived long enough. */
int rv_slot_ended(struct rv_slot *slot, int64_t lived_ms, int64_t now_ms);
/* It crashed in this callback ("" outside of a provider). Returns how often in a row now. */
int rv_slot_crashed(struct rv_slot *slot, const char *callback);

#endif
