/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server writes to its log every few minutes, for whoever looks for the reason later.
 */
#ifndef RV_SERVER_STATUS_LOG_H
#define RV_SERVER_STATUS_LOG_H

#include "server/worker.h"

/* Memory, disk, servers and workers: lines that all begin with log_system_status. */
int rv_status_log(struct rv_worker *worker, rv_err *err);

#endif
