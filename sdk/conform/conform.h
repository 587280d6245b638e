/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of reeve-conform share: what was asked for, the checks, and the
 * report of one check.
 *
 * The program never loads the module itself: every check runs in a child of its own, which loads
 * it, so that a crash or an endless loop costs one check. The child writes its report into memory
 * that it shares with the parent. A broken module can write there as well: the parent takes what it
 * finds with a grain of salt.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <stdatomic.h>
#include "host/host.h"
#include "base/mem.h"

enum {
    GROUPS_MAX = 16,
    CHECKS_MAX = 16,
    REPORT_BYTES = 32 << 10,
    REPORT_LINES = 12,
    CALLBACK_BYTES = 32,
    LOST_KEYS = 32
};

/* What was asked for. */
struct conform {
    char *path;
    cJSON *given; /* options: names and texts */
    const char *groups[GROUPS_MAX];
    int group_count;                /* 0: all of them */
    const char *checks[CHECKS_MAX]; /* words of their titles */
    int check_count;                /* 0: all of them */
    int64_t limit_ms;               /* for one callback */
    int64_t prompt_ms; /* from a cancellation or a failed save to the end of the callback */
    int64_t watch_ms;  /* how long a watch is let run */
    int64_t peer_ms;   /* how long a callback may try to get over a bad peer */
    int verbose;
    int describe;
};

enum verdict { VERDICT_NONE, VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };

/* What makes many checks fail at once. */
enum cause { CAUSE_NONE, CAUSE_LOAD, CAUSE_REFRESH, CAUSES };

/* Hashes of what a check found lost, for the next process that runs it. */
struct lost {
    uint32_t count;
    uint64_t keys[LOST_KEYS];
};

/* Shared between parent and child. */
struct report {
    _Atomic int32_t verdict;
    _Atomic int32_t ended;    /* the check came to its end */
    _Atomic int32_t cause;    /* why so much fails that it is said once */
    _Atomic int32_t fault;    /* the signal that ended the child */
    _Atomic int64_t until_ms; /* when the callback must be back, monotonic; 0: none is running */
    /* Of the running callback: it was told to end; objects so far; when the last one or a wait
     * ended, monotonic, 0: never; it waits in the host. */
    _Atomic int32_t told;
    _Atomic int64_t emits, busy_ms;
    _Atomic int32_t waiting;
    _Atomic int32_t wanting;  /* it was skipped for lack of options */
    _Atomic int32_t doubtful; /* what it found has to be found again */
    struct lost lost;         /* of this process, or of the one before it */
    char callback[CALLBACK_BYTES];
    char overdue[160]; /* what to say when it is not back */
    char remark[200];  /* of a passed or skipped check */
    char advice[600];  /* what to do about what failed */
    int32_t lines, unsaid;
    uint32_t len;
    char text[REPORT_BYTES]; /* what failed, a line each */
};

struct trial;

/* What a check needs before it can run; each includes those before it. */
enum need { NEED_FILE, NEED_MODULE, NEED_INVENTORY };

struct check {
    const char *group;
    const char *title; /* a sentence about a good module */
    enum need need;
    void (*run)(struct trial *trial);
};

struct group {
    const char *name;
    const char *help;
};

extern const struct group conform_groups[]; /* end with NULL names */
extern const struct check conform_checks[];

#endif
