/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/openapi.json: every path, method, parameter, body and answer of this server, made from
 * the dictionary each time it is asked for (it is large, and rarely wanted).
 */
#include "api/openapi.h"

#include <stdio.h>
#include <string.h>
#include "api/action.h"
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/handlers.h"
#include "api/sub.h"
#include "base/text.h"
#include "store/schema.h"

#define JSON(...) #__VA_ARGS__

/* What an operation can answer beside its 200. */
enum { BY_ANYONE = 0, WITH_LOGIN = 1, WITH_ID = 2, WITH_BODY = 4 };

static void
write_schema(rv_json_writer *w, const char *name, const char *suffix)
{
    char whole[200];

    snprintf(whole, sizeof(whole), "%s%s", name, suffix);
    rv_openapi_ref(w, "schemas", whole);
}

static void
write_error(rv_json_writer *w, const char *status, const char *response)
{
    rv_jw_name(w, status);
    rv_openapi_ref(w, "responses", response);
}

static void
write_errors(rv_json_writer *w, int flags)
{
    write_error(w, "400", "BadRequest");
    if (flags & WITH_LOGIN)
        write_error(w, "401", "Unauthorized");
    if (flags & WITH_BODY)
        write_error(w, "403", "Forbidden");
    if (flags & WITH_ID)
        write_error(w, "404", "NotFound");
    write_error(w, "405", "MethodNotAllowed");
    if (flags & WITH_BODY)
        write_error(w, "413", "TooLarge");
    write_error(w, "415", "UnsupportedMediaType");
    if (flags & WITH_LOGIN)
        write_error(w, "429", "TooManyRequests");
    write_error(w, "503", "Unavailable");
}

/* "responses" with one 200 of this type and schema, and the errors. schema NULL: any text. */
static void
write_responses(rv_json_writer *w, const char *type, const char *schema, const char *suffix,
                int flags)
{
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "200");
    rv_jw_object(w);
    rv_openapi_pair(w, "description", "OK");
    rv_jw_name(w, "content");
    rv_jw_object(w);
    rv_jw_name(w, type);
    rv_jw_object(w);
    rv_jw_name(w, "schema");
    if (schema)
        write_schema(w, schema, suffix);
    else
        rv_openapi_json(w, rv_streq(type, "text/plain") ? JSON({ "type" : "string" })
                                                        : JSON({ "type" : "object" }));
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    write_errors(w, flags);
    rv_jw_end_object(w);
}

static void
begin_operation(rv_json_writer *w, const char *method, const char *id, const char *summary,
                int flags)
{
    rv_jw_name(w, method);
    rv_jw_object(w);
    rv_openapi_pair(w, "operationId", id);
    rv_openapi_pair(w, "summary", summary);
    if (!(flags & WITH_LOGIN)) {
        rv_jw_name(w, "security");
        rv_jw_array(w);
        rv_jw_end_array(w);
    }
}

/* A path without kinds that answers one GET. */
static void
simple_path(rv_json_writer *w, const char *path, const char *id, const char *summary,
            const char *type, const char *schema, int flags)
{
    rv_jw_name(w, path);
    rv_jw_object(w);
    begin_operation(w, "get", id, summary, flags);
    write_responses(w, type, schema, "", flags);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_auth(rv_json_writer *w)
{
    rv_jw_name(w, "/api/auth");
    rv_jw_object(w);
    begin_operation(w, "get", "get_auth", "A token for the user who logs in", WITH_LOGIN);
    static const char parameters[] = JSON([ {
        "name" : "requester_type",
        "in" : "query",
        "schema" : { "enum" : [ "api", "cli", "ui", "ws" ] }
    } ]);
    rv_jw_name(w, "parameters");
    rv_openapi_json(w, parameters);
    write_responses(w, "application/json", "Token", "", WITH_LOGIN);
    rv_jw_end_object(w);
    begin_operation(w, "delete", "delete_auth", "End the token that is sent", WITH_LOGIN);
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "204");
    rv_openapi_json(w, JSON({ "description" : "It is over" }));
    write_errors(w, WITH_LOGIN);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_entry(rv_json_writer *w)
{
    static const char parameters[] = JSON(
        [ { "name" : "attributes", "in" : "query", "schema" : { "enum" : ["authorization"] } } ]);

    rv_jw_name(w, "/api");
    rv_jw_object(w);
    begin_operation(w, "get", "get_api", "Who one is, what this is, which collections there are",
                    WITH_LOGIN);
    rv_jw_name(w, "parameters");
    rv_openapi_json(w, parameters);
    write_responses(w, "application/json", "Entry", "", WITH_LOGIN);
    rv_jw_end_object(w);
    begin_operation(w, "options", "options_api", "For browsers", BY_ANYONE);
    write_responses(w, "text/plain", NULL, "", BY_ANYONE);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static const char readyz[] = JSON({
    "get" : {
        "operationId" : "get_readyz",
        "summary" : "Whether requests can be served",
        "security" : [],
        "responses" : {
            "200" : {
                "description" : "Yes",
                "content" : { "text/plain" : { "schema" : { "type" : "string" } } }
            },
            "400" : { "$ref" : "#/components/responses/BadRequest" },
            "405" : { "$ref" : "#/components/responses/MethodNotAllowed" },
            "503" : {
                "description" : "Not yet, or not now",
                "content" : {
                    "text/plain" : { "schema" : { "type" : "string" } },
                    "application/json" :
                        { "schema" : { "$ref" : "#/components/schemas/Error" } }
                }
            }
        }
    }
});

static void
write_simple_paths(rv_json_writer *w)
{
    write_entry(w);
    write_auth(w);
    simple_path(w, "/api/ping", "get_ping", "pong", "text/plain", NULL, BY_ANYONE);
    simple_path(w, "/api/product_info", "get_product_info", "What this is", "application/json",
                "Product", BY_ANYONE);
    simple_path(w, "/api/openapi.json", "get_openapi", "This document", "application/json", NULL,
                BY_ANYONE);
    simple_path(w, "/api/provider_types", "get_provider_types",
                "Types of provider that are installed, with their options", "application/json",
                "ProviderTypes", WITH_LOGIN);
    simple_path(w, "/api/diagnostics", "get_diagnostics",
                "Clocks, limits, files and the database, for who looks for a mistake",
                "application/json", "Diagnostics", WITH_LOGIN);
    simple_path(w, "/healthz", "get_healthz", "Whether the process runs", "text/plain", NULL,
                BY_ANYONE);
    rv_jw_name(w, "/readyz");
    rv_openapi_json(w, readyz);
    rv_jw_name(w, "/metrics");
    rv_jw_object(w);
    begin_operation(w, "get", "get_metrics",
                    "Figures for Prometheus; without login from the machine itself only",
                    BY_ANYONE);
    write_responses(w, "text/plain", NULL, "", WITH_LOGIN);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static const char id_parameter[] = JSON({
    "name" : "id",
    "in" : "path",
    "required" : true,
    "schema" : { "type" : "string", "pattern" : "^[0-9]{1,19}$" }
});
static const char sub_id_parameter[] = JSON({
    "name" : "sub_id",
    "in" : "path",
    "required" : true,
    "schema" : { "type" : "string", "pattern" : "^[0-9]{1,19}$" }
});

/* "parameters" of a GET; ids: how many the path has. */
static void
write_parameters(rv_json_writer *w, const struct rv_kind *kind, int form, int ids)
{
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    if (ids > 0)
        rv_openapi_json(w, id_parameter);
    if (ids > 1)
        rv_openapi_json(w, sub_id_parameter);
    if (form)
        rv_openapi_query(w, kind, form);
    rv_jw_end_array(w);
}

static void
write_body(rv_json_writer *w, const struct rv_kind *kind, int scope, int method)
{
    rv_jw_name(w, "requestBody");
    rv_jw_object(w);
    rv_jw_name(w, "required");
    rv_jw_flag(w, 1);
    rv_jw_name(w, "content");
    rv_jw_object(w);
    rv_jw_name(w, "application/json");
    rv_jw_object(w);
    rv_jw_name(w, "schema");
    rv_openapi_body(w, kind, scope, method);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* The features that the actions of this method ask of a role. */
static void
write_features(rv_json_writer *w, const struct rv_kind *kind, int scope, int method)
{
    const struct rv_action *action;

    rv_jw_name(w, "x-reeve-features");
    rv_jw_object(w);
    for (int at = 0; (action = rv_action_next(kind, scope, &at)) != NULL;) {
        if (action->method == method)
            rv_openapi_pair(w, action->name, action->feature);
    }
    rv_jw_end_object(w);
}

static void
write_delete_responses(rv_json_writer *w)
{
    static const char done[] = JSON({ "description" : "Done, or on its way" });

    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "204");
    rv_openapi_json(w, done);
    write_errors(w, WITH_LOGIN | WITH_ID);
    rv_jw_end_object(w);
}

/* An answer that is a row or an action's result. */
static void
write_action_responses(rv_json_writer *w, const char *schema)
{
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "200");
    rv_jw_object(w);
    rv_openapi_pair(w, "description", "OK");
    rv_jw_name(w, "content");
    rv_jw_object(w);
    rv_jw_name(w, "application/json");
    rv_jw_object(w);
    rv_jw_name(w, "schema");
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    rv_openapi_ref(w, "schemas", schema);
    rv_openapi_ref(w, "schemas", "ActionResult");
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    write_errors(w, WITH_LOGIN | WITH_ID | WITH_BODY);
    rv_jw_end_object(w);
}

static void
write_collection(rv_json_writer *w, const struct rv_kind *kind, const char *schema)
{
    char path[160], id[160];

    snprintf(path, sizeof(path), "/api/%s", kind->api_name);
    rv_jw_name(w, path);
    rv_jw_object(w);
    snprintf(id, sizeof(id), "list_%s", kind->api_name);
    begin_operation(w, "get", id, kind->def->help, WITH_LOGIN);
    rv_openapi_pair(w, "description",
                    "With Accept: text/event-stream, changes as they come (see docs/api.md)");
    write_parameters(w, kind, RV_OPENAPI_LIST, 0);
    write_responses(w, "application/json", schema, "List", WITH_LOGIN);
    rv_jw_end_object(w);
    snprintf(id, sizeof(id), "post_%s", kind->api_name);
    begin_operation(w, "post", id, "Carry out an action on rows", WITH_LOGIN);
    write_features(w, kind, RV_ON_COLLECTION, RV_M_POST);
    write_body(w, kind, RV_ON_COLLECTION, RV_M_POST);
    write_responses(w, "application/json", schema, "Results", WITH_LOGIN | WITH_ID | WITH_BODY);
    rv_jw_end_object(w);
    snprintf(id, sizeof(id), "options_%s", kind->api_name);
    begin_operation(w, "options", id, "Names of attributes and sub-collections", BY_ANYONE);
    write_responses(w, "application/json", "CollectionOptions", "", BY_ANYONE);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_writes(rv_json_writer *w, const struct rv_kind *kind, const char *schema)
{
    int methods = rv_action_methods(kind, RV_ON_RESOURCE);

    for (int bit = RV_M_POST; bit <= RV_M_DELETE; bit <<= 1) {
        char method[16], id[160];
        if (!(methods & bit))
            continue;
        snprintf(method, sizeof(method), "%s", rv_method_name(bit));
        rv_lower(method);
        /* One chassis, two chassis. */
        const char *one = rv_streq(kind->name, kind->api_name) ? "one_" : "";
        snprintf(id, sizeof(id), "%s_%s%s", method, one, kind->name);
        begin_operation(w, method, id, "Carry out an action on the row", WITH_LOGIN);
        write_features(w, kind, RV_ON_RESOURCE, bit);
        write_parameters(w, kind, 0, 1);
        if (bit == RV_M_DELETE) {
            write_delete_responses(w);
        } else {
            write_body(w, kind, RV_ON_RESOURCE, bit);
            write_action_responses(w, schema);
        }
        rv_jw_end_object(w);
    }
}

static void
write_resource(rv_json_writer *w, const struct rv_kind *kind, const char *schema)
{
    char path[160], id[160];

    snprintf(path, sizeof(path), "/api/%s/{id}", kind->api_name);
    rv_jw_name(w, path);
    rv_jw_object(w);
    snprintf(id, sizeof(id), "get_%s", kind->name);
    begin_operation(w, "get", id, kind->def->title, WITH_LOGIN);
    write_parameters(w, kind, RV_OPENAPI_ONE, 1);
    write_responses(w, "application/json", schema, "", WITH_LOGIN | WITH_ID);
    rv_jw_end_object(w);
    write_writes(w, kind, schema);
    rv_jw_end_object(w);
}

static void
write_sub(rv_json_writer *w, const struct rv_sub *sub)
{
    char path[240], id[240], schema[128];
    const char *parent = sub->parent->api_name;

    rv_openapi_name(schema, sub->child->name);
    snprintf(path, sizeof(path), "/api/%s/{id}/%s", parent, sub->name);
    rv_jw_name(w, path);
    rv_jw_object(w);
    snprintf(id, sizeof(id), "list_%s_of_%s", sub->name, parent);
    begin_operation(w, "get", id, sub->child->def->help, WITH_LOGIN);
    write_parameters(w, sub->child, RV_OPENAPI_LIST, 1);
    write_responses(w, "application/json", schema, "List", WITH_LOGIN | WITH_ID);
    rv_jw_end_object(w);
    snprintf(id, sizeof(id), "options_%s_of_%s", sub->name, parent);
    begin_operation(w, "options", id, "For browsers", BY_ANYONE);
    write_parameters(w, sub->child, 0, 1);
    write_responses(w, "text/plain", NULL, "", BY_ANYONE | WITH_ID);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    snprintf(path, sizeof(path), "/api/%s/{id}/%s/{sub_id}", parent, sub->name);
    rv_jw_name(w, path);
    rv_jw_object(w);
    snprintf(id, sizeof(id), "get_%s_of_%s", sub->name, parent);
    begin_operation(w, "get", id, sub->child->def->title, WITH_LOGIN);
    write_parameters(w, sub->child, RV_OPENAPI_ONE, 2);
    write_responses(w, "application/json", schema, "", WITH_LOGIN | WITH_ID);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

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
    begin_operation(w, "get", id, "Settings in force, nested", WITH_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    if (*of)
        rv_openapi_json(w, id_parameter);
    if (*section)
        rv_openapi_json(w, section_parameter);
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    write_responses(w, "application/json", NULL, "", WITH_LOGIN | WITH_ID);
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
    begin_operation(w, "patch", id, "Change settings, all that are given or none; null: unset",
                    WITH_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    rv_openapi_json(w, id_parameter);
    rv_openapi_json(w, settings_parameter);
    rv_jw_end_array(w);
    rv_jw_name(w, "requestBody");
    rv_openapi_json(w, settings_body);
    write_responses(w, "application/json", NULL, "", WITH_LOGIN | WITH_ID | WITH_BODY);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    snprintf(path, sizeof(path), "/api/%s/{id}/settings/{section}", rows);
    rv_jw_name(w, path);
    rv_jw_object(w);
    write_settings_get(w, of, "_below");
    snprintf(id, sizeof(id), "delete_settings_of_%s", rows);
    begin_operation(w, "delete", id, "Take differences away", WITH_LOGIN);
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    rv_openapi_json(w, id_parameter);
    rv_openapi_json(w, section_parameter);
    rv_jw_end_array(w);
    write_delete_responses(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_settings_paths(rv_json_writer *w)
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

static void
write_paths(rv_json_writer *w)
{
    char schema[128];

    rv_jw_name(w, "paths");
    rv_jw_object(w);
    write_simple_paths(w);
    write_settings_paths(w);
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        rv_openapi_name(schema, kind->name);
        write_collection(w, kind, schema);
        write_resource(w, kind, schema);
        for (int k = 0; k < rv_sub_count(kind); k++) {
            struct rv_sub sub = rv_sub_at(kind, k);
            write_sub(w, &sub);
        }
    }
    rv_jw_end_object(w);
}

static void
write_error_response(rv_json_writer *w, const char *name, const char *text, int html)
{
    static const char schema[] = JSON({ "schema" : { "$ref" : "#/components/schemas/Error" } });
    static const char page[] = JSON({ "schema" : { "type" : "string" } });

    rv_jw_name(w, name);
    rv_jw_object(w);
    rv_openapi_pair(w, "description", text);
    rv_jw_name(w, "content");
    rv_jw_object(w);
    rv_jw_name(w, "application/json");
    rv_openapi_json(w, schema);
    if (html) {
        rv_jw_name(w, "text/html");
        rv_openapi_json(w, page);
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_components(struct rv_request *req, rv_json_writer *w)
{
    static const char security[] = JSON({
        "basic" : { "type" : "http", "scheme" : "basic" },
        "token" : { "type" : "apiKey", "in" : "header", "name" : "X-Auth-Token" }
    });

    rv_jw_name(w, "components");
    rv_jw_object(w);
    rv_jw_name(w, "securitySchemes");
    rv_openapi_json(w, security);
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    write_error_response(w, "BadRequest", "The request makes no sense; the message says why", 1);
    write_error_response(w, "Unauthorized", "Not logged in", 0);
    write_error_response(w, "Forbidden", "A page of another origin writes without a token", 0);
    write_error_response(w, "NotFound", "There is no such row or path", 0);
    write_error_response(w, "MethodNotAllowed", "The path does not take this method", 0);
    write_error_response(w, "TooLarge", "The body is too large", 1);
    write_error_response(w, "UnsupportedMediaType", "Bodies and answers are JSON", 0);
    write_error_response(w, "TooManyRequests", "Wrong passwords came from there; Retry-After", 0);
    write_error_response(w, "Unavailable", "Not now: the store does not answer; try again", 0);
    rv_jw_end_object(w);
    rv_jw_name(w, "parameters");
    rv_jw_object(w);
    rv_openapi_parameters(req, w);
    rv_jw_end_object(w);
    rv_jw_name(w, "schemas");
    rv_jw_object(w);
    rv_openapi_schemas(req, w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

int
rv_get_openapi(struct rv_request *req, rv_err *err)
{
    static const char security[] = JSON([ { "basic" : [] }, { "token" : [] } ]);
    int rc = rv_request_check_params(req, err);

    /* A provider's module may have brought kinds since the last time. */
    if (rc == 0)
        rc = rv_provider_kinds_load(req->api->config.store, err);
    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    rv_openapi_pair(&w, "openapi", "3.1.0");
    rv_jw_name(&w, "info");
    rv_jw_object(&w);
    rv_openapi_pair(&w, "title", "Reeve");
    rv_openapi_pair(&w, "version", req->api->config.version);
    rv_openapi_pair(&w, "description",
                    "What other managers hold, in one model. The protocol is ManageIQ's REST API.");
    rv_jw_end_object(&w);
    rv_jw_name(&w, "servers");
    rv_openapi_json(&w, JSON([ { "url" : "/" } ]));
    rv_jw_name(&w, "security");
    rv_openapi_json(&w, security);
    write_paths(&w);
    write_components(req, &w);
    rv_jw_end_object(&w);
    return rv_buf_check(&req->answer.body, err);
}
