/* SPDX-License-Identifier: Apache-2.0
 *
 * The rounds of the server worker: what it looks at again and again, and what it must remember of
 * it. A round does all that is due; frames that arrive in between are noted and done by the next.
 */
#ifndef RV_SERVER_ROUNDS_H
#define RV_SERVER_ROUNDS_H

#include "server/census.h"
#include "server/disks.h"
#include "server/happenings.h"
#include "server/worker.h"

enum { RV_ROUNDS_ROLES = 63, RV_ROUNDS_TYPES = 32 };

struct rv_rounds {
    struct rv_worker *worker;
    struct rv_census *census;
    struct rv_happenings *happenings;
    struct rv_disks disks;
    int64_t disks_ms, machine_ms, upkeep_ms; /* when they were last looked at; 0: never */
    int someone_died;
    int forgotten;       /* the database does not know the server any more */
    int quiescing;       /* 1: the server goes down; 2: and its row says so */
    cJSON *quarantines;  /* frames that wait: they arrive in the middle of other work */
    char *want, *limits; /* what was told last, as text */
    char *roles[RV_ROUNDS_ROLES + 1]; /* that we have; ends with NULL */
    int64_t work_ms[RV_ROUNDS_TYPES]; /* when the queue of a type last had messages; 0: never */
    int64_t renewed_ms, purged_ms, counted_ms;
    int64_t renewed_lease_ms; /* how long the leases hold that were renewed last */
    int due;                  /* the next round is not to wait */
    int woken;                /* it may wait a moment, for other messages that are put */
};

/* Not to be moved afterwards. */
void rv_rounds_open(struct rv_rounds *rounds, struct rv_worker *worker);
void rv_rounds_close(struct rv_rounds *rounds);
/* arg: rounds. Notes what a frame of the supervisor asks for: a worker's on_frame. */
void rv_rounds_note(void *arg, const cJSON *frame);
/* One round. A step that fails ends it, but for events, disks and the log of the status, which go
 * on; err says the first failure. Once it finds the server forgotten, no other is to follow. */
int rv_rounds_go(struct rv_rounds *rounds, rv_err *err);
/* The server goes down and all other workers have gone: nothing of it stays held. What can be
 * written of that is; the rest is logged. */
void rv_rounds_end(struct rv_rounds *rounds);

#endif
