/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that say who this server is: region, zone, server, roles, and the
 * administrator. Written by the server worker.
 */
#ifndef RV_SERVER_IDENTITY_H
#define RV_SERVER_IDENTITY_H

#include "server/worker.h"

/* Makes what is missing and fills in the worker's server_id, zone_id, zone and region_id. The
 * server's status is "starting" then. */
int rv_identity_establish(struct rv_worker *worker, rv_err *err);
/* Whether the database still knows the server by the id it was given: 1, 0, or an error. One that
 * was restored, or has failed over to an older state, may not. */
int rv_identity_known(struct rv_worker *worker, rv_err *err);
/* User "admin", when there is none; the password is that of the home's admin-password, made when
 * absent. */
int rv_identity_admin(struct rv_worker *worker, rv_err *err);
/* "started", "quiesce", "stopped". */
int rv_identity_status(struct rv_worker *worker, const char *status, rv_err *err);

#endif
