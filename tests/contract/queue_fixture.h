/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of the queue share: a fresh store, one taker, short words for puts and takes.
 */
#ifndef RV_QUEUE_FIXTURE_H
#define RV_QUEUE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/mem.h"
#include "queue/dispatch.h"
#include "queue/floors.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "support/support.h"

extern struct rv_test_db queue_db;
extern struct rv_store *queue_store;

int queue_setup(void **state);
int queue_teardown(void **state);
#define QUEUE_TEST(name) cmocka_unit_test_setup_teardown(name, queue_setup, queue_teardown)

/* Of queue "generic", zone "default", server "me". */
struct rv_taker queue_taker(int64_t holder);
int64_t queue_put(const struct rv_message_spec *spec);
/* NULL when there is none. */
struct rv_message *queue_take(const struct rv_taker *who);
/* Method of the message that this taker gets now ("" for none), and its end. */
const char *queue_take_method(const struct rv_taker *who);
int64_t queue_new_task(void);
/* Of the only task; message: a part of it, or NULL. */
void queue_task_is(const char *state, const char *status, const char *message);
int64_t queue_count(const char *condition);
/* So many children, each of which works (0: well) with a connection of its own: the fixture's is
 * closed meanwhile, since none survives a fork. */
void queue_fork(pid_t *pids, int count, int (*work)(void *arg, int index), void *arg);
/* For such a child: takes, tells each (0: well) and ends until there is nothing for a while. */
int queue_take_until_empty(int64_t holder, int (*each)(int out, const struct rv_message *message),
                           int out);
/* Waits until they have ended, all of them well; the fixture's connection is open again. */
void queue_join(const pid_t *pids, int count);

#endif
