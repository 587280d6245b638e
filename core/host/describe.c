/* SPDX-License-Identifier: Apache-2.0
 *
 * A module's manifest: what it is and offers, without connecting to anything.
 */
#include "host/internal.h"

#include <string.h>

static void
add_text(cJSON *to, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(to, name, text);
}

static cJSON *
list_of(const char *const *words)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; words && words[i]; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(words[i]));
    return list;
}

static const char *
option_type(int32_t type)
{
    static const char *const words[] = { "",     "string", "integer", "flag",   "duration",
                                         "size", "url",    "enum",    "secret", "text" };
    return type > 0 && type < (int32_t)RV_COUNT(words) ? words[type] : "";
}

static cJSON *
describe_option(const struct reeve_option *option)
{
    cJSON *out = cJSON_CreateObject();
    add_text(out, "name", option->name);
    add_text(out, "type", option_type(option->type));
    if (option->flags & REEVE_OPT_REQUIRED)
        cJSON_AddTrueToObject(out, "required");
    if (option->flags & REEVE_OPT_ADVANCED)
        cJSON_AddTrueToObject(out, "advanced");
    add_text(out, "default", option->fallback);
    if (option->min || option->max) {
        cJSON_AddNumberToObject(out, "min", (double)option->min);
        cJSON_AddNumberToObject(out, "max", (double)option->max);
    }
    if (option->choices)
        cJSON_AddItemToObject(out, "choices", list_of(option->choices));
    add_text(out, "help", option->help);
    return out;
}

static cJSON *
describe_options(const struct reeve_option *options)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; options && options[i].name; i++)
        cJSON_AddItemToArray(list, describe_option(&options[i]));
    return list;
}

static cJSON *
describe_kinds(const struct rv_module *module)
{
    cJSON *list = cJSON_CreateArray();
    const struct reeve_kind *const *kinds = module->provider.kinds;
    for (size_t i = 0; kinds && kinds[i]; i++) {
        const struct rv_kind *kind = rv_model_kind(kinds[i]->name);
        if (kind)
            cJSON_AddItemToArray(list, rv_kind_to_json(kind->def));
    }
    return list;
}

static cJSON *
describe_inventory(const struct rv_module *module)
{
    if (module->provider.inventory == NULL)
        return cJSON_CreateNull();
    cJSON *out = cJSON_CreateObject();
    cJSON_AddItemToObject(out, "kinds", list_of(module->inventory.kinds));
    cJSON_AddBoolToObject(out, "watch", module->inventory.watch != NULL);
    cJSON_AddBoolToObject(out, "targeted", rv_module_is_targeted(module));
    return out;
}

static cJSON *
describe_event_types(const struct reeve_events_iface *events)
{
    cJSON *list = cJSON_CreateArray();
    for (const struct reeve_event_type *type = events->types; type && type->name; type++) {
        cJSON *out = cJSON_CreateObject();
        add_text(out, "name", type->name);
        add_text(out, "group", type->group);
        add_text(out, "level", type->level);
        add_text(out, "help", type->help);
        if (type->flags & REEVE_EVENT_QUIET)
            cJSON_AddTrueToObject(out, "quiet");
        cJSON_AddItemToArray(list, out);
    }
    return list;
}

cJSON *
rv_module_describe(const struct rv_module *module)
{
    const struct reeve_provider *provider = &module->provider;
    cJSON *out = cJSON_CreateObject();
    add_text(out, "name", provider->name);
    add_text(out, "title", provider->title);
    add_text(out, "version", provider->version);
    add_text(out, "vendor", provider->vendor);
    add_text(out, "license", provider->license);
    add_text(out, "docs_url", provider->docs_url);
    add_text(out, "type", provider->type_name);
    add_text(out, "sdk_version", provider->sdk_version);
    RV_AUTO_FREE char *abi = rv_format("%u.%u", provider->abi_major, provider->abi_minor);
    add_text(out, "abi", abi);
    add_text(out, "path", module->path);
    cJSON_AddBoolToObject(out, "verify", provider->verify != NULL);
    cJSON_AddBoolToObject(out, "prepare", provider->prepare != NULL);
    cJSON_AddItemToObject(out, "options", describe_options(provider->options));
    cJSON_AddItemToObject(out, "kinds", describe_kinds(module));
    cJSON_AddItemToObject(out, "inventory", describe_inventory(module));
    cJSON_AddBoolToObject(out, "events", provider->events != NULL);
    add_text(out, "event_source", module->events.source);
    cJSON_AddItemToObject(out, "event_types", describe_event_types(&module->events));
    cJSON_AddBoolToObject(out, "metrics", provider->metrics != NULL);
    cJSON_AddBoolToObject(out, "operations", provider->operations != NULL);
    return out;
}
