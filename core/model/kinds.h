/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of built-in kinds, a file each; every table ends with a kind of size 0.
 * They may refer to each other in any order.
 */
#ifndef RV_MODEL_KINDS_H
#define RV_MODEL_KINDS_H

#include "reeve/kind.h"

extern const struct reeve_kind rv_kinds_provider[];
extern const struct reeve_kind rv_kinds_cluster[];
extern const struct reeve_kind rv_kinds_pod[];
extern const struct reeve_kind rv_kinds_image[];
extern const struct reeve_kind rv_kinds_workload[];
extern const struct reeve_kind rv_kinds_network[];
extern const struct reeve_kind rv_kinds_storage[];
extern const struct reeve_kind rv_kinds_config[];
extern const struct reeve_kind rv_kinds_quota[];
extern const struct reeve_kind rv_kinds_openshift[];
extern const struct reeve_kind rv_kinds_infra[];
extern const struct reeve_kind rv_kinds_hardware[];
extern const struct reeve_kind rv_kinds_tag[];
extern const struct reeve_kind rv_kinds_server[];
extern const struct reeve_kind rv_kinds_queue[];
extern const struct reeve_kind rv_kinds_user[];

#endif
