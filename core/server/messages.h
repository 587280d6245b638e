/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a worker that carries out messages.
 */
#ifndef RV_SERVER_MESSAGES_H
#define RV_SERVER_MESSAGES_H

#include "queue/dispatch.h"
#include "server/pace.h"
#include "server/worker.h"

enum { RV_MESSAGE_ROLES = 63 };

struct rv_message_loop {
    struct rv_worker *worker;
    struct rv_dispatcher dispatcher;
    const char *queues[2];
    char *roles[RV_MESSAGE_ROLES + 1]; /* that our server has; ends with NULL */
    int64_t failing_since_ms;
    struct rv_pace idle, trouble;
};

/* Serves one queue; commands as in a dispatcher. The loop must not be moved afterwards. */
void rv_message_loop_open(struct rv_message_loop *loop, struct rv_worker *worker, const char *queue,
                          const struct rv_command *commands, int count);
/* From now on quick messages are taken several at once, as the settings say. The loop has the
 * worker's on_wait. */
void rv_message_loop_at_once(struct rv_message_loop *loop);
void rv_message_loop_close(struct rv_message_loop *loop);
/* The server's roles may have changed. */
void rv_message_loop_renew(struct rv_message_loop *loop);
/* One message, if there is one. 1, 0, RV_E_STALE (end the worker), or another error, said and
 * waited for here. */
int rv_message_loop_once(struct rv_message_loop *loop);
/* Until the next message is due, a wake-up, or the poll interval. */
void rv_message_loop_wait(struct rv_message_loop *loop);

#endif
