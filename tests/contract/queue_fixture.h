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
int64_t queue_count(const char *condition);
/* The children's exit codes; 1 when all are 0. */
int queue_all_ended_well(const pid_t *pids, int count);

#endif
