/* SPDX-License-Identifier: Apache-2.0
 *
 * A test of a watch in steps, which run between the waits of the module's call, in the same
 * process.
 */
#ifndef KUBE_TEST_STEPS_H
#define KUBE_TEST_STEPS_H

#include "kube_driver.h"

/* Each is called at every wait until it says that it is over (1); the list ends with NULL. */
struct steps {
    int (*const *step)(struct kube_driver *driver);
    int at;
    int began;
    int64_t began_ms;
    int timed_out;
};

int64_t steps_now_ms(void);
/* A driver's tick, with a struct steps as tick_arg: 1 when the last step is over or one took longer
 * than two minutes. */
int steps_walk(struct kube_driver *driver);
/* Watches until the last step is over; ends the test when one takes too long or the watch fails. */
void steps_follow(struct kube_driver *driver, int (*const *step)(struct kube_driver *driver));

#endif
