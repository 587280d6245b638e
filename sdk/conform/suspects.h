/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found wrong in every one of several listings. The system behind a
 * provider lives: one difference between two listings proves nothing, one that is there each time
 * does.
 */
#ifndef CONFORM_SUSPECTS_H
#define CONFORM_SUSPECTS_H

#include "model/names.h"

struct suspect_set {
    char **keys;
    int count, size;
    struct rv_names by_key;
};

struct suspects {
    struct suspect_set kept; /* of all rounds that are over */
    struct suspect_set now;
    int rounds;
};

/* This key is wrong in the running round; what was not in an earlier one is let go. Nothing happens
 * when suspects is NULL. */
void suspects_name(struct suspects *suspects, const char *key);
/* The round is over; how many are left. */
int suspects_end_round(struct suspects *suspects);
int suspects_hold(const struct suspects *suspects, const char *key);
void suspects_free(struct suspects *suspects);

#endif
