/* SPDX-License-Identifier: Apache-2.0
 *
 * Request bodies of the OpenAPI document, from the table of actions.
 */
#include "api/openapi.h"

#include <stdio.h>
#include <string.h>
#include "api/action.h"
#include "api/types.h"
#include "base/text.h"

enum { ACTIONS_MAX = 32 };

static void
begin_object(rv_json_writer *w)
{
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "object");
    rv_jw_name(w, "additionalProperties");
    rv_jw_flag(w, 0);
}

static void
identifier_name(char out[160], const struct rv_kind *kind)
{
    char name[128];

    rv_openapi_name(name, kind->name);
    snprintf(out, 160, "%sIdentifier", name);
}

/* How an entry of a list names its row: the keys that job.c takes. */
static void
write_identifier(rv_json_writer *w, const struct rv_kind *kind)
{
    static const char *const columns[] = { "guid", "userid", "name", "description" };
    char name[160], pattern[200];

    identifier_name(name, kind);
    rv_jw_name(w, name);
    begin_object(w);
    rv_jw_name(w, "minProperties");
    rv_jw_int(w, 1);
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "id");
    rv_openapi_ref(w, "schemas", "IdGiven");
    rv_jw_name(w, "href");
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "string");
    snprintf(pattern, sizeof(pattern), "^/api/%s/[1-9][0-9]{0,17}$", kind->api_name);
    rv_openapi_pair(w, "pattern", pattern);
    rv_jw_end_object(w);
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        int column = rv_kind_column(kind, columns[i]);
        if (column < 0 || kind->columns[column].type != REEVE_STRING)
            continue;
        rv_jw_name(w, columns[i]);
        rv_openapi_ref(w, "schemas", "Text");
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* What is known about a provider beside its name and type. */
static void
write_provider_keys(rv_json_writer *w)
{
    static const struct {
        const char *key, *schema;
    } keys[] = {
        { "zone", "ZoneGiven" },
        { "zone_id", "IdGiven" },
        { "options", "ProviderOptions" },
        { "credentials", "CredentialsGiven" },
        { "connection_configurations", "ConnectionConfigurations" },
        { "hostname", "Text" },
        { "uid_ems", "Text" },
        { "provider_region", "Text" },
        { "realm", "Text" },
        { "project", "Text" },
        { "subscription", "Text" },
    };

    for (size_t i = 0; i < RV_COUNT(keys); i++) {
        rv_jw_name(w, keys[i].key);
        rv_openapi_ref(w, "schemas", keys[i].schema);
    }
    rv_jw_name(w, "port");
    rv_openapi_json(w, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535}");
    rv_jw_name(w, "tenant_mapping_enabled");
    rv_openapi_json(w, "{\"type\":\"boolean\"}");
}

static void
write_provider_create(struct rv_request *req, rv_json_writer *w)
{
    const cJSON *type;

    rv_jw_name(w, "ProviderCreate");
    begin_object(w);
    rv_jw_name(w, "required");
    rv_openapi_json(w, "[\"name\",\"type\"]");
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "name");
    rv_openapi_ref(w, "schemas", "Name");
    rv_jw_name(w, "type");
    rv_jw_object(w);
    rv_jw_name(w, "enum");
    rv_jw_array(w);
    cJSON_ArrayForEach(type, rv_types_list(req->api))
    {
        const char *name = rv_json_string(type, "name");
        const char *class_name = name ? rv_types_class(req->api, name) : NULL;
        if (name)
            rv_jw_string(w, name);
        if (class_name)
            rv_jw_string(w, class_name);
    }
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    write_provider_keys(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* One schema of changes: for the row that the path names, or with what names it. */
static void
write_provider_edit(rv_json_writer *w, const char *name, int named)
{
    rv_jw_name(w, name);
    begin_object(w);
    if (named) {
        rv_jw_name(w, "required");
        rv_openapi_json(w, "[\"id\"]");
    }
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    if (named) {
        rv_jw_name(w, "id");
        rv_openapi_ref(w, "schemas", "IdGiven");
    }
    rv_jw_name(w, "name");
    rv_openapi_ref(w, "schemas", "Name");
    write_provider_keys(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

void
rv_openapi_bodies(struct rv_request *req, rv_json_writer *w)
{
    for (int i = 0; i < rv_model_count(); i++)
        write_identifier(w, rv_model_at(i));
    write_provider_create(req, w);
    write_provider_edit(w, "ProviderEdit", 0);
    write_provider_edit(w, "ProviderVerify", 0);
    write_provider_edit(w, "ProviderEditEntry", 1);
    rv_jw_name(w, "ServerRoleGiven");
    rv_openapi_json(w, "{\"type\":\"object\",\"required\":[\"role\"],\"properties\":{\"role\":"
                       "{\"type\":\"string\",\"minLength\":1,\"maxLength\":100}}}");
}

static void
write_resources(rv_json_writer *w, const char *item, int list)
{
    if (!list) {
        rv_openapi_ref(w, "schemas", item);
        return;
    }
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "array");
    rv_jw_name(w, "minItems");
    rv_jw_int(w, 1);
    rv_jw_name(w, "maxItems");
    rv_jw_int(w, 1000);
    rv_jw_name(w, "items");
    rv_openapi_ref(w, "schemas", item);
    rv_jw_end_object(w);
}

/* The forms that actions with the same entries have: {"action": NAME, "resource" or "resources":
 * item}; item NULL: the action alone. Without an action they are created. */
struct form {
    const char *item;
    const char *actions[ACTIONS_MAX];
    int count;
};

struct forms {
    struct form at[ACTIONS_MAX];
    int count;
};

static int
is_create(const char *action)
{
    return rv_streq(action, "create");
}

static void
add_action(struct forms *forms, const char *action, const char *item)
{
    struct form *form = forms->at, *end = forms->at + forms->count;

    while (form < end && (is_create(form->actions[0]) != is_create(action) ||
                          (form->item != item && !rv_streq(form->item, item))))
        form++;
    RV_ASSERT(form < forms->at + ACTIONS_MAX && form->count < ACTIONS_MAX);
    forms->count += form == end;
    form->item = item;
    form->actions[form->count++] = action;
}

static void
write_form(rv_json_writer *w, const struct form *form, const char *key)
{
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "object");
    rv_jw_name(w, "additionalProperties");
    rv_jw_flag(w, 0);
    rv_jw_name(w, "required");
    rv_jw_array(w);
    if (!is_create(form->actions[0]))
        rv_jw_string(w, "action");
    if (form->item)
        rv_jw_string(w, key);
    rv_jw_end_array(w);
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    rv_jw_name(w, "action");
    rv_jw_object(w);
    rv_jw_name(w, "enum");
    rv_jw_array(w);
    for (int i = 0; i < form->count; i++)
        rv_jw_string(w, form->actions[i]);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    if (form->item) {
        rv_jw_name(w, key);
        write_resources(w, form->item, strcmp(key, "resources") == 0);
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* The schema of one entry of an action in a list: what names the row, and what changes it. */
static const char *
entry_of(const struct rv_action *action, const char *identifier)
{
    static const char *const entries[][2] = {
        { "ProviderEdit", "ProviderEditEntry" },
        { "AutomateDomain", "AutomateDomainEntry" },
        { "AutomateInstance", "AutomateInstanceEntry" },
        { "AutomateMethodEdit", "AutomateMethodEntry" },
    };

    if (action->flags & RV_ACTION_NO_ROW)
        return action->body;
    for (size_t i = 0; i < RV_COUNT(entries); i++) {
        if (rv_streq(action->body, entries[i][0]))
            return entries[i][1];
    }
    return identifier;
}

static void
write_collection_forms(rv_json_writer *w, const struct rv_kind *kind)
{
    const struct rv_action *action;
    struct forms forms = { .count = 0 };
    char identifier[160];

    identifier_name(identifier, kind);
    for (int at = 0; (action = rv_action_next(kind, RV_ON_COLLECTION, &at)) != NULL;) {
        if (is_create(action->name))
            rv_openapi_ref(w, "schemas", action->body);
        add_action(&forms, action->name, entry_of(action, identifier));
    }
    for (int i = 0; i < forms.count; i++) {
        write_form(w, &forms.at[i], "resource");
        if (forms.at[i].item)
            write_form(w, &forms.at[i], "resources");
    }
}

static void
write_resource_forms(rv_json_writer *w, const struct rv_kind *kind)
{
    const struct rv_action *action;
    struct forms forms = { .count = 0 };

    for (int at = 0; (action = rv_action_next(kind, RV_ON_RESOURCE, &at)) != NULL;) {
        if (action->method != RV_M_POST)
            continue;
        if (!(action->flags & RV_ACTION_BODY))
            add_action(&forms, action->name, NULL);
        if (action->body)
            add_action(&forms, action->name, action->body);
    }
    for (int i = 0; i < forms.count; i++)
        write_form(w, &forms.at[i], "resource");
}

void
rv_openapi_body(rv_json_writer *w, const struct rv_kind *kind, int scope, int method)
{
    const struct rv_action *action = rv_action_find(kind, scope, method, NULL);

    if (method != RV_M_POST) {
        rv_openapi_ref(w, "schemas", action->body);
        return;
    }
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    if (scope == RV_ON_COLLECTION)
        write_collection_forms(w, kind);
    else
        write_resource_forms(w, kind);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
}
