/* SPDX-License-Identifier: Apache-2.0
 *
 * Roles that one server of a region has at a time (scheduler, notifier): whoever holds the role's
 * lease. When that server ends, or is seen no more, another that was given the role takes it.
 */
#ifndef RV_SERVER_SOLE_ROLES_H
#define RV_SERVER_SOLE_ROLES_H

#include "server/worker.h"

/* Takes those that are free and sees to it that assigned_server_roles.active says who has them.
 * Reads only while nothing changes. */
int rv_sole_roles_look(struct rv_worker *worker, rv_err *err);

#endif
