/* SPDX-License-Identifier: Apache-2.0
 *
 * ManageIQ's class names of the managers that plugins are made for, known also where
 * no module is at hand.
 */
#include "model/provider_types.h"

#include <string.h>

static const struct {
    const char *type, *class_name;
} types[] = {
    { "kubernetes", "ManageIQ::Providers::Kubernetes::ContainerManager" },
    { "openshift", "ManageIQ::Providers::Openshift::ContainerManager" },
    { "vmware", "ManageIQ::Providers::Vmware::InfraManager" },
    { "redhat", "ManageIQ::Providers::Redhat::InfraManager" },
    { "scvmm", "ManageIQ::Providers::Microsoft::InfraManager" },
    { "amazon", "ManageIQ::Providers::Amazon::CloudManager" },
    { "azure", "ManageIQ::Providers::Azure::CloudManager" },
    { "google", "ManageIQ::Providers::Google::CloudManager" },
    { "openstack", "ManageIQ::Providers::Openstack::CloudManager" },
    { "openstack_infra", "ManageIQ::Providers::Openstack::InfraManager" },
};

const char *
rv_provider_type_of(const char *type_or_class)
{
    for (size_t i = 0; type_or_class && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type_or_class) == 0 ||
            strcmp(types[i].class_name, type_or_class) == 0)
            return types[i].type;
    return NULL;
}

const char *
rv_provider_class_of(const char *type)
{
    for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].class_name;
    return NULL;
}

const char *
rv_provider_type_at(int index)
{
    return index < (int)(sizeof(types) / sizeof(types[0])) ? types[index].type : NULL;
}
