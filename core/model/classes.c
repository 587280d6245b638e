/* SPDX-License-Identifier: Apache-2.0
 *
 * ManageIQ's class names: each kind's own, and those of base classes that have no table of their
 * name.
 */
#include "model/model.h"

#include "base/text.h"

static const struct {
    const char *class_name, *kind;
} bases[] = {
    { "VmOrTemplate", "vm" },
    { "VmInfra", "vm" },
    { "VmCloud", "vm" },
    { "Template", "vm" },
    { "MiqTemplate", "vm" },
    { "ManageIQ::Providers::BaseManager", "provider" },
    { "ManageIQ::Providers::ContainerManager", "provider" },
    { "ManageIQ::Providers::CloudManager", "provider" },
    { "ManageIQ::Providers::InfraManager", "provider" },
    { "EmsEvent", "event_stream" },
    { "MiqEvent", "event_stream" },
    { "CustomEvent", "event_stream" },
};

const struct rv_kind *
rv_model_class(const char *class_name)
{
    for (size_t i = 0; i < RV_COUNT(bases); i++)
        if (rv_strcaseeq(bases[i].class_name, class_name))
            return rv_model_kind(bases[i].kind);
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (kind->def->class_name && rv_strcaseeq(kind->def->class_name, class_name))
            return kind;
    }
    return NULL;
}
