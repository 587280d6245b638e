/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may read /metrics: anyone on the machine itself, Prometheus with its token, and who is logged
 * in.
 */
#ifndef RV_API_SCRAPE_H
#define RV_API_SCRAPE_H

#include "api/request.h"

/* With the token of setting api.metrics_token, or a login. 0: he may; 1 when a 401 or 429 was
 * answered; or an error. */
int rv_scrape_login(struct rv_request *req, rv_err *err);

#endif
