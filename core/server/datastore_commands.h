/* SPDX-License-Identifier: Apache-2.0
 *
 * What workers of messages do with the datastore of automate, and what the server asks of them when
 * it starts: the domains that Reeve ships, when the database has other ones.
 */
#ifndef RV_SERVER_DATASTORE_COMMANDS_H
#define RV_SERVER_DATASTORE_COMMANDS_H

#include "queue/dispatch.h"
#include "server/worker.h"

enum { RV_DATASTORE_COMMANDS = 3 };
/* Automate.import, Automate.import_shipped, Automate.delete. */
void rv_datastore_commands(struct rv_command out[RV_DATASTORE_COMMANDS], struct rv_worker *worker);
/* Asks for each shipped domain whose files are others than those that were imported. */
int rv_datastore_ship(struct rv_worker *worker, rv_err *err);
/* 1 while one of them was never imported: events would come to nothing. 0, or an error. */
int rv_datastore_awaited(struct rv_worker *worker, rv_err *err);

#endif
