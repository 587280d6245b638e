/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of settings in the OpenAPI document: those in force, and those of servers, zones, regions.
 */
#include <stdio.h>
#include "api/openapi.h"
#include "api/openapi_operation.h"
#include "settings/settings.h"

#define JSON(...) #__VA_ARGS__

static const char section_parameter[] = JSON({
    "name" : "section",
    "in" : "path",
    "required" : true,
    "description" : "A key, or how keys begin: workers, workers.generic.count; slashes will do",
    "schema" : { "type" : "string" }
});
static const char settings_parameter[] = JSON({
    "name" : "expand",
    "in" : "query",
    "description" : "resources: a list with type, limits, help, origin and layers of each",
    "schema" : { "enum" : ["resources"] }
});
static const char settings_body[] = JSON({
    "required" : true,
    "content" : { "application/json" : { "schema" : { "type" : "object" } } }
});

static void
write_settings_get(rv_json_writer *w, const char *of, const char *section)
{
    char id[80];

    snprintf(id, sizeof(id), "get_settings%s%s", of, section);
    rv_openapi_begin(w, "get", id, "Settings in force, nested", RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    if (*of)
        rv_openapi_ref(w, "parameters", "id");
    if (*section)
        rv_openapi_json(w, section_parameter);
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    rv_openapi_responses(w, "application/json", "Settings", "", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_end_object(w);
}

/* Settings of rows of this collection. */
static void
write_settings_of(rv_json_writer *w, const char *rows)
{
    char path[80], id[80], of[80];

    snprintf(of, sizeof(of), "_of_%s", rows);
    snprintf(path, sizeof(path), "/api/%s/{id}/settings", rows);
    rv_jw_name(w, path);
    rv_jw_object(w);
    write_settings_get(w, of, "");
    snprintf(id, sizeof(id), "patch_settings_of_%s", rows);
    rv_openapi_begin(w, "patch", id, "Change settings, all that are given or none; null: unset",
                     RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    rv_openapi_ref(w, "parameters", "id");
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    rv_jw_name(w, "requestBody");
    rv_openapi_json(w, settings_body);
    rv_openapi_responses(w, "application/json", "Settings", "", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    snprintf(path, sizeof(path), "/api/%s/{id}/settings/{section}", rows);
    rv_jw_name(w, path);
    rv_jw_object(w);
    write_settings_get(w, of, "_below");
    snprintf(id, sizeof(id), "delete_settings_of_%s", rows);
    rv_openapi_begin(w, "delete", id, "Take differences away", RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    rv_openapi_ref(w, "parameters", "id");
    rv_openapi_json(w, section_parameter);
    rv_jw_end_array(w);
    rv_openapi_gone(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

void
rv_openapi_settings(rv_json_writer *w)
{
    rv_jw_name(w, "/api/settings");
    rv_jw_object(w);
    write_settings_get(w, "", "");
    rv_jw_end_object(w);
    rv_jw_name(w, "/api/settings/{section}");
    rv_jw_object(w);
    write_settings_get(w, "", "_below");
    rv_jw_end_object(w);
    write_settings_of(w, "servers");
    write_settings_of(w, "zones");
    write_settings_of(w, "regions");
}

/* Leaves are schemas of values; what holds them becomes the schema of an object. */
static void
write_nested(rv_json_writer *w, const cJSON *node)
{
    if (cJSON_IsString(node)) {
        rv_openapi_json(w, node->valuestring);
        return;
    }
    rv_jw_object(w);
    rv_openapi_pair(w, "type", "object");
    rv_jw_name(w, "additionalProperties");
    rv_jw_flag(w, 0);
    rv_jw_name(w, "properties");
    rv_jw_object(w);
    for (const cJSON *one = node->child; one; one = one->next) {
        rv_jw_name(w, one->string);
        write_nested(w, one);
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static const char *
type_schema(int type)
{
    if (type == RV_SET_INT)
        return JSON({ "type" : "integer" });
    return type == RV_SET_FLAG ? JSON({ "type" : "boolean" }) : JSON({ "type" : "string" });
}

static const char list_schema[] = JSON({
    "type" : "object",
    "additionalProperties" : false,
    "required" : [ "name", "count", "subcount", "resources" ],
    "properties" : {
        "name" : { "const" : "settings" },
        "count" : { "type" : "integer" },
        "subcount" : { "type" : "integer" },
        "resources" : {
            "type" : "array",
            "items" : {
                "type" : "object",
                "additionalProperties" : false,
                "required" : [ "key", "value", "origin", "type", "layers" ],
                "properties" : {
                    "key" : { "type" : "string" },
                    "value" : { "type" : "string" },
                    "origin" : { "type" : "string" },
                    "inherits" : { "type" : "string" },
                    "inherited_from" : { "type" : "string" },
                    "type" : { "type" : "string" },
                    "unit" : { "type" : "string" },
                    "minimum" : { "type" : "integer" },
                    "maximum" : { "type" : "integer" },
                    "layers" : {
                        "type" : "object",
                        "additionalProperties" : false,
                        "properties" : {
                            "default" : { "type" : "string" },
                            "region" : { "type" : "string" },
                            "zone" : { "type" : "string" },
                            "server" : { "type" : "string" },
                            "file" : { "type" : "string" }
                        }
                    },
                    "takes_effect" : { "type" : "string" },
                    "kept_in" : { "type" : "string" },
                    "help" : { "type" : "string" }
                }
            }
        }
    }
});

void
rv_openapi_settings_schema(rv_json_writer *w)
{
    RV_AUTO_JSON cJSON *top = cJSON_CreateObject();

    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++) {
        const char *last = NULL;
        cJSON *object = rv_settings_object_of(top, one->key, &last);
        cJSON_AddStringToObject(object, last, type_schema(one->type));
    }
    rv_jw_name(w, "Settings");
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    write_nested(w, top);
    rv_openapi_json(w, list_schema);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
}
