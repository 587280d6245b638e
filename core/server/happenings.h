/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of the server and its workers, as the server worker writes them down.
 */
#ifndef RV_SERVER_HAPPENINGS_H
#define RV_SERVER_HAPPENINGS_H

#include "server/worker.h"

struct rv_happenings; /* those that wait; they arrive in the middle of other work */

struct rv_happenings *rv_happenings_new(struct rv_worker *worker);
void rv_happenings_free(struct rv_happenings *happenings);
/* A frame "event". When too many wait the oldest is dropped. */
void rv_happenings_add(struct rv_happenings *happenings, const cJSON *frame);
/* One of the server itself. */
void rv_happenings_server(struct rv_happenings *happenings, const char *event, const char *reason);
/* Write them all, in one transaction; what failed is tried again the next time. */
int rv_happenings_write(struct rv_happenings *happenings, rv_err *err);

#endif
