/* SPDX-License-Identifier: Apache-2.0
 *
 * What a taker of one queue remembers between its looks, so that they need not read past all that
 * was taken while somebody holds a snapshot open. It stands where the taker stands, zeroed at
 * first; what is in it is the concern of this folder (and of tests) alone.
 */
#ifndef RV_QUEUE_FLOORS_H
#define RV_QUEUE_FLOORS_H

#include <stdint.h>

enum { RV_FLOORS = 4 };
struct rv_floors {
    struct {
        int priority;
        int64_t id;
    } at[RV_FLOORS];
    int count, partly;
    int64_t full_ended_us, full_took_us;
    /* What was taken last; while there is more, the next is claimed without a look. */
    struct {
        int found, with_others, priority;
        int64_t id;
        char class_name[64], method_name[64];
    } last;
};
/* Begin anew: something with a low id is ready again. NULL allowed. */
void rv_floors_forget(struct rv_floors *floors);

/* A look at everything must be taken; may be, when nothing was found above them; was. */
int rv_floors_full_is_due(const struct rv_floors *floors);
int rv_floors_full_is_allowed(const struct rv_floors *floors);
void rv_floors_full_done(struct rv_floors *floors, int64_t began_us);
void rv_floors_found(struct rv_floors *floors, int priority, int64_t id);
/* Whether the next claim may go without a look, which is neither due nor dear; what was taken last
 * (texts are borrowed); and noting it, NULL: nothing was. */
struct rv_first;
int rv_floors_look_is_spared(const struct rv_floors *floors);
struct rv_first rv_floors_last(struct rv_floors *floors);
void rv_floors_taken(struct rv_floors *floors, const struct rv_first *first);
/* ms until the look that was left out may be taken; -1: none was. */
int64_t rv_floors_wait_ms(const struct rv_floors *floors);

#endif
