/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks from step to step.
 */
#include "steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

/* Scheduler and fake kubelet take their time to find a restarted API server again. */
enum { STEP_MAX_MS = 120000 };

int64_t
steps_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
steps_walk(struct kube_driver *driver)
{
    struct steps *steps = driver->tick_arg;

    while (steps->step[steps->at]) {
        if (!steps->began) {
            steps->began = 1;
            steps->began_ms = steps_now_ms();
        }
        if (!steps->step[steps->at](driver)) {
            steps->timed_out = steps_now_ms() - steps->began_ms > STEP_MAX_MS;
            return steps->timed_out;
        }
        steps->at++;
        steps->began = 0;
    }
    return 1;
}

void
steps_follow(struct kube_driver *driver, int (*const *step)(struct kube_driver *driver))
{
    struct steps steps = { .step = step };
    rv_err err = RV_ERR_INIT;
    int rc;

    driver->tick = steps_walk;
    driver->tick_arg = &steps;
    rc = kube_driver_watch(driver, &err);
    driver->tick = NULL;
    if (steps.timed_out)
        fail_msg("step %d did not come about", steps.at);
    if (rc != REEVE_E_CANCELLED)
        fail_msg("%s", err.text);
}
