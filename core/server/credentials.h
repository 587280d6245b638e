/* SPDX-License-Identifier: Apache-2.0
 *
 * When the credentials of providers are looked at.
 */
#ifndef RV_SERVER_CREDENTIALS_H
#define RV_SERVER_CREDENTIALS_H

#include "server/worker.h"

/* Asks the refresh workers of our zone to prove those whose time has come. */
int rv_credentials_check(struct rv_worker *worker, rv_err *err);

#endif
