/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker has in hand: messages that it took together and has not begun, and those that are
 * done and not yet acknowledged. Only quick ones are taken together, as it has learnt from those
 * before; when one runs long all the same, the rest goes back to the queue while it runs.
 */
#ifndef RV_HAND_H
#define RV_HAND_H

#include "queue/queue.h"

enum { RV_HAND_MOST = 64 };

struct rv_hand {
    struct rv_message *waiting[RV_HAND_MOST];
    int next, count; /* waiting[next] to waiting[count - 1] */
    struct rv_message *ended[RV_HAND_MOST];
    int ended_count;
    int64_t first_ended_ms;
    int64_t began_ms; /* of the message at work; 0: none */
    int going_back;
    /* The command that ran last, how long it takes, and how many of it ran. */
    char class_name[64], method_name[64];
    int64_t average_us;
    int runs;
};

/* How many of this command to take at once, at most `most`. */
int rv_hand_size(const struct rv_hand *hand, const char *class_name, const char *method_name,
                 int most);
/* A command has taken so long. */
void rv_hand_learn(struct rv_hand *hand, const struct rv_message *message, int64_t took_us);
/* The next one, the caller's; NULL when there is none. */
struct rv_message *rv_hand_next(struct rv_hand *hand);
/* Keeps the message (ended, without task and callback) to be acknowledged with others. */
void rv_hand_keep(struct rv_hand *hand, struct rv_message *message);
/* Whether it is time to acknowledge. */
int rv_hand_is_due(const struct rv_hand *hand);
int rv_hand_acknowledge(struct rv_hand *hand, struct rv_store *store, int64_t holder, rv_err *err);
/* Number of those that went back, or an error. */
int rv_hand_give_back(struct rv_hand *hand, struct rv_store *store, int64_t holder, rv_err *err);
/* Forgets all, without the store: somebody else returns what we hold. */
void rv_hand_drop(struct rv_hand *hand);

#endif
