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
extern const struct reeve_kind rv_kinds_infra_parts[];
extern const struct reeve_kind rv_kinds_hardware[];
extern const struct reeve_kind rv_kinds_device[];
extern const struct reeve_kind rv_kinds_physical[];
extern const struct reeve_kind rv_kinds_virtual_network[];
extern const struct reeve_kind rv_kinds_cloud[];
extern const struct reeve_kind rv_kinds_orchestration[];
extern const struct reeve_kind rv_kinds_cloud_network[];
extern const struct reeve_kind rv_kinds_security_group[];
extern const struct reeve_kind rv_kinds_load_balancer[];
extern const struct reeve_kind rv_kinds_cloud_storage[];
extern const struct reeve_kind rv_kinds_configuration[];
extern const struct reeve_kind rv_kinds_configuration_script[];
extern const struct reeve_kind rv_kinds_relationship[];
extern const struct reeve_kind rv_kinds_tag[];
extern const struct reeve_kind rv_kinds_server[];
extern const struct reeve_kind rv_kinds_queue[];
extern const struct reeve_kind rv_kinds_event[];
extern const struct reeve_kind rv_kinds_user[];
extern const struct reeve_kind rv_kinds_automate[];
extern const struct reeve_kind rv_kinds_automate_run[];

#endif
