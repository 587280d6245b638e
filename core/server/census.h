/* SPDX-License-Identifier: Apache-2.0
 *
 * The workers of this server, in the store: rows of those that live are kept up
 * to date and their leases renewed; what the dead ones held is freed.
 */
#ifndef RV_SERVER_CENSUS_H
#define RV_SERVER_CENSUS_H

#include "server/worker.h"

struct rv_census;

struct rv_census *rv_census_new(struct rv_worker *worker);
void rv_census_free(struct rv_census *census);
/* Whether a file system is nearly full: the server says so. */
void rv_census_disks(struct rv_census *census, int full);
/* How a worker ended, for the messages that it held. */
void rv_census_ended(struct rv_census *census, const char *guid, const char *reason);
/* Free what the dead ones held, and delete their rows. Cheap when nobody died. */
int rv_census_bury(struct rv_census *census, rv_err *err);
/* Renew leases, write heartbeats and figures. */
int rv_census_renew(struct rv_census *census, rv_err *err);
/* At the end: every worker of this server is gone, we too. */
int rv_census_close(struct rv_census *census, rv_err *err);

#endif
