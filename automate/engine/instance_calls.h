/* SPDX-License-Identifier: Apache-2.0
 *
 * evm.instance_NAME(path, ...): instances of the datastore, looked at and changed by methods.
 */
#ifndef RV_AE_INSTANCE_CALLS_H
#define RV_AE_INSTANCE_CALLS_H

#include "automate/live.h"

/* name: "instance_exists", "instance_create" ... What may not be changed, or is not there, gives
 * false, with the reason in the log, as in ManageIQ. */
int rv_live_instance(struct rv_live *live, const char *name, const struct rv_ae_value *args,
                     struct rv_ae_value *out, rv_err *err);

#endif
