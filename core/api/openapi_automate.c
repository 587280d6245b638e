/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of the OpenAPI document that show the datastore of automate as a tree and as files.
 */
#include "api/openapi.h"
#include "api/openapi_operation.h"

#define JSON(...) #__VA_ARGS__

static const char path_parameter[] = JSON({
    "name" : "path",
    "in" : "path",
    "required" : true,
    "description" : "Domain and what lies in it, without regard to case: Reeve/System/Event",
    "schema" : { "type" : "string" }
});
static const char depth_parameter[] = JSON({
    "name" : "depth",
    "in" : "query",
    "description" :
        "0: what the path names, without one the domains; 1: and what lies in it; -1: all",
    "schema" : { "type" : "integer", "minimum" : -1, "maximum" : 1000 }
});
static const char options_parameter[] = JSON({
    "name" : "search_options",
    "in" : "query",
    "description" : "Only state machines, their instances and what leads to them",
    "schema" : { "enum" : ["state_machines"] }
});
static const char format_parameter[] = JSON({
    "name" : "format",
    "in" : "query",
    "description" : "An archive of the domain's directory (the default), or one document",
    "schema" : { "enum" : [ "zip", "yaml" ] }
});

static void
write_browse(rv_json_writer *w, const char *path, const char *id, int flags)
{
    rv_jw_name(w, path);
    rv_jw_object(w);
    rv_openapi_begin(w, "get", id, "The datastore of automate as a tree", RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    if (flags & RV_OPENAPI_ID)
        rv_openapi_json(w, path_parameter);
    rv_openapi_json(w, depth_parameter);
    rv_openapi_json(w, options_parameter);
    rv_jw_end_array(w);
    rv_openapi_responses(w, "application/json", "AutomateTree", "", flags);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

void
rv_openapi_automate(rv_json_writer *w)
{
    write_browse(w, "/api/automate", "get_automate", RV_OPENAPI_LOGIN);
    write_browse(w, "/api/automate/{path}", "get_automate_below", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_name(w, "/api/automate_domains/{id}/export");
    rv_jw_object(w);
    rv_openapi_begin(w, "get", "export_automate_domain",
                     "A domain as ManageIQ's YAML files; passwords are stars", RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    rv_openapi_ref(w, "parameters", "id");
    rv_openapi_json(w, format_parameter);
    rv_jw_end_array(w);
    rv_openapi_responses(w, "application/*", NULL, "", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}
