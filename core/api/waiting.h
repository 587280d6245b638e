/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for the API while its worker has no database yet: whoever asks hears why, at once,
 * instead of nothing until his patience ends.
 */
#ifndef RV_API_WAITING_H
#define RV_API_WAITING_H

#include "base/err.h"

struct event_base;
struct rv_tls;
struct rv_waiting;

/* Answers on a listening socket that stays the caller's, from turns of the caller's loop: /healthz
 * with 200, /readyz and all else with 503, /metrics to this machine. tls, NULL for plain HTTP, must
 * outlive it. */
int rv_waiting_open(struct rv_waiting **out, struct event_base *base, int listen_fd,
                    struct rv_tls *tls, rv_err *err);
/* Why it is waited for now; near callers alone hear it in full. */
void rv_waiting_say(struct rv_waiting *waiting, const rv_err *why);
/* Nobody new is let in, and those who are have a moment for their answers. NULL allowed. */
void rv_waiting_close(struct rv_waiting *waiting);

#endif
