/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the SDK finds the host's functions. Inside libreeve-sdk only.
 */
#ifndef RV_SDK_HOST_TABLE_H
#define RV_SDK_HOST_TABLE_H

#include "reeve/host.h"

/* Never NULL, and no slot of it is: what the host lacks (or all, before it has bound itself) does
 * nothing and answers "absent" or REEVE_E_INTERNAL. */
const struct reeve_host *rv_sdk_host(void);

#endif
