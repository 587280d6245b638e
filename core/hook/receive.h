/* SPDX-License-Identifier: Apache-2.0
 *
 * Events that came become rows, in the lane of their receiver.
 */
#ifndef RV_HOOK_RECEIVE_H
#define RV_HOOK_RECEIVE_H

#include "hook/body.h"
#include "hook/receiver.h"

/* Writes those that are not there yet, all or none; *written (may be NULL) is how many. refused is
 * added to what the receiver has refused. RATE_LIMITED when more than backlog_max of its events
 * wait for their handler. */
int rv_hook_receive(struct rv_store *store, const struct rv_receiver *receiver,
                    const struct rv_hook_events *events, int64_t refused, int64_t backlog_max,
                    int64_t *written, rv_err *err);

#endif
