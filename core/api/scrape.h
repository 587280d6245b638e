/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may read /metrics: anyone on the machine itself, Prometheus with its token, and who is logged
 * in.
 */
#ifndef RV_API_SCRAPE_H
#define RV_API_SCRAPE_H

#include "api/request.h"

/* 1 when the request carries the token of setting api.metrics_token, 0 when not; an error when it
 * cannot be told. */
int rv_scrape_token(struct rv_request *req, rv_err *err);

#endif
