/* SPDX-License-Identifier: Apache-2.0
 *
 * A child process that may crash, hang or print without end, and does the parent
 * no harm by it.
 */
#ifndef CONFORM_CHILD_H
#define CONFORM_CHILD_H

#include <sys/types.h>
#include "base/buf.h"
#include "conform.h"

struct ending {
    int overdue;   /* it was killed because its time was over */
    int status;    /* as from waitpid */
    rv_buf output; /* its standard output and error: the beginning and the end */
};

/* Runs fn(arg) in a child until it ends. 0, or an error when there can be no child. The ending is
 * the caller's, freed with child_free. */
int child_run(struct ending *ending, struct report *report, void (*fn)(void *arg), void *arg,
              int own_output, rv_err *err);
void child_free(struct ending *ending);

#endif
