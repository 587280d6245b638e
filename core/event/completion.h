/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks of vSphere and what ends them: a task that began (PowerOnVM_Task) is complete when the
 * event has come that it was for (VmPoweredOnEvent). Then an event PowerOnVM_Task_Complete is made,
 * of source EVM, about what both were about.
 */
#ifndef RV_EVENT_COMPLETION_H
#define RV_EVENT_COMPLETION_H

struct rv_completion {
    const char *task;  /* "PowerOnVM_Task" */
    const char *final; /* "VmPoweredOnEvent" */
    int swaps; /* the task is told of where it began, its completion of where it went: source
                * and destination change places */
};

/* Those that an event of this type may end: begin with *at = 0; NULL at the end. */
const struct rv_completion *rv_completion_next(const char *event_type, int *at);
/* All of them, NULL behind the last. */
const struct rv_completion *rv_completion_at(int index);

#endif
