/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that have come and are carried out outside of the event loop, one after the other, so
 * that the loop can turn while one of them waits for the store. Then nothing but the loop's own
 * work and probes (/healthz, /readyz, /metrics) may be done, without the store.
 */
#ifndef RV_API_BACKLOG_H
#define RV_API_BACKLOG_H

#include "api/api_internal.h"
#include "api/request.h"

void rv_backlog_add(struct rv_request *req);
/* Frees what waits, unanswered. */
void rv_backlog_drop(struct rv_api *api);

#endif
