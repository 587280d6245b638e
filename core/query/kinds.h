/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds by all their names: ours, and those of ManageIQ's classes.
 */
#ifndef RV_QUERY_KINDS_H
#define RV_QUERY_KINDS_H

#include "model/model.h"

/* "vm", "Vm", "vms", "VmOrTemplate", "ManageIQ::Providers::...::Vm", "ext_management_system". NULL
 * when there is no such kind. */
const struct rv_kind *rv_query_kind(const char *name);

#endif
