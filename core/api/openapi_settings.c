/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of settings in the OpenAPI document: those in force, and those of servers, zones, regions.
 */
#include <stdio.h>
#include "api/openapi.h"
#include "api/openapi_operation.h"

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
        rv_openapi_id(w);
    if (*section)
        rv_openapi_json(w, section_parameter);
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    rv_openapi_responses(w, "application/json", NULL, "", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
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
    rv_openapi_id(w);
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    rv_jw_name(w, "requestBody");
    rv_openapi_json(w, settings_body);
    rv_openapi_responses(w, "application/json", NULL, "",
                         RV_OPENAPI_LOGIN | RV_OPENAPI_ID | RV_OPENAPI_BODY);
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
    rv_openapi_id(w);
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
