/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the store is there, asked with little patience.
 */
#ifndef RV_API_HEALTH_H
#define RV_API_HEALTH_H

#include "api/api_internal.h"

/* 0, or why not. Never asks while something else waits for it (api->blind). */
int rv_store_answers(struct rv_api *api, rv_err *err);

/* This worker ends: /metrics tells no more of its connections. */
void rv_api_measure_end(const struct rv_api *api);

#endif
