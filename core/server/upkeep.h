/* SPDX-License-Identifier: Apache-2.0
 *
 * Maintenance of the database on its schedule: a message for the role database_operations, put by
 * whichever server finds it due.
 */
#ifndef RV_SERVER_UPKEEP_H
#define RV_SERVER_UPKEEP_H

#include "queue/dispatch.h"
#include "server/worker.h"

/* How often the notes in the store are to be looked at. */
int64_t rv_upkeep_look_ms(const struct rv_settings *settings);
/* Looks at them: what is due is asked for. */
int rv_upkeep_schedule(struct rv_worker *worker, rv_err *err);
/* The command that carries it out: class Database, method maintain. */
struct rv_command rv_upkeep_command(struct rv_worker *worker);

#endif
