/* SPDX-License-Identifier: Apache-2.0
 *
 * What is over is dropped: old changes, tokens, finished tasks.
 */
#ifndef RV_SERVER_PURGE_H
#define RV_SERVER_PURGE_H

#include "server/worker.h"

/* A bounded piece of each. 1: there is more to do. */
int rv_purge_run(struct rv_worker *worker, rv_err *err);

#endif
