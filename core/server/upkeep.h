/* SPDX-License-Identifier: Apache-2.0
 *
 * Maintenance of the database on its schedule: a message for the role database_operations, put by
 * whichever server finds it due.
 */
#ifndef RV_SERVER_UPKEEP_H
#define RV_SERVER_UPKEEP_H

#include "queue/dispatch.h"
#include "server/worker.h"

/* The server worker asks now and then; looks at the notes in the store once a minute at most. */
int rv_upkeep_schedule(struct rv_worker *worker, rv_err *err);
/* The command that carries it out: class Database, method maintain. */
struct rv_command rv_upkeep_command(struct rv_worker *worker);

#endif
