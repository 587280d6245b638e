/* SPDX-License-Identifier: Apache-2.0
 *
 * ManageIQ's class name to the module's name and back: type "kubernetes" and
 * "ManageIQ::Providers::Kubernetes::ContainerManager".
 */
#ifndef RV_MODEL_PROVIDER_TYPES_H
#define RV_MODEL_PROVIDER_TYPES_H

const char *rv_provider_type_of(const char *type_or_class);
const char *rv_provider_class_of(const char *type);
/* The types that are known so, one after the other from 0; NULL at the end. */
const char *rv_provider_type_at(int index);

#endif
