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
#include "api/identify.h"
#include "api/openapi_operation.h"
#include "query/sub.h"
#include "base/text.h"
#include "store/schema.h"

#define JSON(...) #__VA_ARGS__

/* A path without kinds that answers one GET. */
static void
simple_path(rv_json_writer *w, const char *path, const char *id, const char *summary,
            const char *type, const char *schema, int flags)
{
    rv_jw_name(w, path);
    rv_jw_object(w);
    rv_openapi_begin(w, "get", id, summary, flags);
    rv_openapi_responses(w, type, schema, "", flags);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static void
write_auth(rv_json_writer *w)
{
    rv_jw_name(w, "/api/auth");
    rv_jw_object(w);
    rv_openapi_begin(w, "get", "get_auth", "A token for the user who logs in", RV_OPENAPI_LOGIN);
    static const char parameters[] = JSON([ {
        "name" : "requester_type",
        "in" : "query",
        "schema" : { "enum" : [ "api", "cli", "ui", "ws" ] }
    } ]);
    rv_jw_name(w, "parameters");
    rv_openapi_json(w, parameters);
    rv_openapi_responses(w, "application/json", "Token", "", RV_OPENAPI_LOGIN);
    rv_jw_end_object(w);
    rv_openapi_begin(w, "delete", "delete_auth", "End the token that is sent", RV_OPENAPI_LOGIN);
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "204");
    rv_openapi_json(w, JSON({ "description" : "It is over" }));
    rv_openapi_errors(w, RV_OPENAPI_LOGIN);
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
    rv_openapi_begin(w, "get", "get_api", "Who one is, what this is, which collections there are",
                     RV_OPENAPI_LOGIN);
    rv_jw_name(w, "parameters");
    rv_openapi_json(w, parameters);
    rv_openapi_responses(w, "application/json", "Entry", "", RV_OPENAPI_LOGIN);
    rv_jw_end_object(w);
    rv_openapi_begin(w, "options", "options_api", "For browsers", RV_OPENAPI_ANYONE);
    rv_openapi_responses(w, "text/plain", NULL, "", RV_OPENAPI_ANYONE);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

static const char hook[] = JSON({
    "post" : {
        "operationId" : "post_hook",
        "summary" : "Send events to a receiver, with its secret as the bearer token",
        "security" : [],
        "parameters" : [
            { "name" : "name", "in" : "path", "required" : true, "schema" : { "type" :
                                                                                  "string" } }
        ],
        "requestBody" : {
            "required" : true,
            "description" : "CloudEvents, as JSON or with ce- headers, or Alertmanager's",
            "content" : {
                "application/cloudevents+json" : { "schema" : { "type" : "object" } },
                "application/cloudevents-batch+json" : { "schema" : { "type" : "array" } },
                "application/json" : { "schema" : {} },
                "text/plain" : { "schema" : { "type" : "string" } },
                "application/octet-stream" : { "schema" : { "type" : "string" } }
            }
        },
        "responses" : {
            "200" : {
                "description" : "How many came, and how many of them are new",
                "content" : {
                    "application/json" : {
                        "schema" : {
                            "type" : "object",
                            "additionalProperties" : false,
                            "required" : [ "received", "stored" ],
                            "properties" : {
                                "received" : { "type" : "integer" },
                                "stored" : { "type" : "integer" }
                            }
                        }
                    }
                }
            },
            "default" : { "$ref" : "#/components/responses/Error" }
        }
    },
    "options" : {
        "operationId" : "options_hook",
        "summary" : "Whether events may be sent (WebHook-Request-Origin)",
        "security" : [],
        "parameters" : [
            { "name" : "name", "in" : "path", "required" : true, "schema" : { "type" :
                                                                                  "string" } }
        ],
        "responses" : { "204" : { "description" : "They may" } }
    }
});

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
            "default" : { "$ref" : "#/components/responses/Error" },
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
    simple_path(w, "/api/ping", "get_ping", "pong", "text/plain", NULL, RV_OPENAPI_ANYONE);
    simple_path(w, "/api/product_info", "get_product_info", "What this is", "application/json",
                "Product", RV_OPENAPI_ANYONE);
    simple_path(w, "/api/openapi.json", "get_openapi", "This document", "application/json", NULL,
                RV_OPENAPI_ANYONE);
    simple_path(w, "/api/provider_types", "get_provider_types",
                "Types of provider that are installed, with their options", "application/json",
                "ProviderTypes", RV_OPENAPI_LOGIN);
    simple_path(w, "/api/diagnostics", "get_diagnostics",
                "Clocks, limits, files and the database, for who looks for a mistake",
                "application/json", "Diagnostics", RV_OPENAPI_LOGIN);
    simple_path(w, "/api/database", "get_database",
                "Size, largest tables and state of the database", "application/json", "Database",
                RV_OPENAPI_LOGIN);
    simple_path(w, "/api/counts", "get_counts",
                "How many rows each collection of inventory shows you", "application/json",
                "Counts", RV_OPENAPI_LOGIN);
    simple_path(w, "/healthz", "get_healthz", "Whether the process runs", "text/plain", NULL,
                RV_OPENAPI_ANYONE);
    rv_jw_name(w, "/hooks/{name}");
    rv_openapi_json(w, hook);
    rv_jw_name(w, "/readyz");
    rv_openapi_json(w, readyz);
    rv_jw_name(w, "/metrics");
    rv_jw_object(w);
    rv_openapi_begin(w, "get", "get_metrics",
                     "Figures for Prometheus; without login from the machine itself only",
                     RV_OPENAPI_ANYONE);
    rv_openapi_responses(w, "text/plain", NULL, "", RV_OPENAPI_LOGIN);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* "parameters" of a GET; ids: how many the path has. */
static void
write_parameters(rv_json_writer *w, const struct rv_kind *kind, int form, int ids)
{
    rv_jw_name(w, "parameters");
    rv_jw_array(w);
    if (ids > 0)
        rv_openapi_ref(w, "parameters", ids == 1 && rv_kind_by_guid(kind) ? "guid" : "id");
    if (ids > 1)
        rv_openapi_ref(w, "parameters", "sub_id");
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

/* An answer that is a row or an action's result; some have one of their own. */
static void
write_action_responses(rv_json_writer *w, const struct rv_kind *kind, int method,
                       const char *schema)
{
    const struct rv_action *action;

    rv_openapi_begin_responses(w, "application/json");
    rv_jw_object(w);
    rv_jw_name(w, "anyOf");
    rv_jw_array(w);
    rv_openapi_ref(w, "schemas", schema);
    rv_openapi_ref(w, "schemas", "ActionResult");
    for (int at = 0; (action = rv_action_next(kind, RV_ON_RESOURCE, &at)) != NULL;) {
        if (action->method == method && action->result && !rv_streq(action->result, "ActionResult"))
            rv_openapi_ref(w, "schemas", action->result);
    }
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    rv_openapi_end_responses(w, RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
}

static void
write_collection(rv_json_writer *w, const struct rv_kind *kind, const char *schema)
{
    char path[160], id[160];

    snprintf(path, sizeof(path), "/api/%s", kind->api_name);
    rv_jw_name(w, path);
    rv_jw_object(w);
    snprintf(id, sizeof(id), "list_%s", kind->api_name);
    rv_openapi_begin(w, "get", id, kind->def->help, RV_OPENAPI_LOGIN);
    write_parameters(w, kind, RV_OPENAPI_LIST, 0);
    rv_openapi_responses(w, "application/json", schema, "List", RV_OPENAPI_LOGIN);
    rv_jw_end_object(w);
    if (rv_action_methods(kind, RV_ON_COLLECTION)) {
        snprintf(id, sizeof(id), "post_%s", kind->api_name);
        rv_openapi_begin(w, "post", id, "Carry out an action on rows", RV_OPENAPI_LOGIN);
        write_features(w, kind, RV_ON_COLLECTION, RV_M_POST);
        write_body(w, kind, RV_ON_COLLECTION, RV_M_POST);
        rv_openapi_responses(w, "application/json", schema, "Results",
                             RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
        rv_jw_end_object(w);
    }
    snprintf(id, sizeof(id), "options_%s", kind->api_name);
    rv_openapi_begin(w, "options", id, "Names of attributes and sub-collections",
                     RV_OPENAPI_ANYONE);
    rv_openapi_responses(w, "application/json", "CollectionOptions", "", RV_OPENAPI_ANYONE);
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
        rv_openapi_begin(w, method, id, "Carry out an action on the row", RV_OPENAPI_LOGIN);
        write_features(w, kind, RV_ON_RESOURCE, bit);
        write_parameters(w, kind, 0, 1);
        if (bit == RV_M_DELETE) {
            rv_openapi_gone(w);
        } else {
            write_body(w, kind, RV_ON_RESOURCE, bit);
            write_action_responses(w, kind, bit, schema);
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
    rv_openapi_begin(w, "get", id, kind->def->title, RV_OPENAPI_LOGIN);
    write_parameters(w, kind, RV_OPENAPI_ONE, 1);
    rv_openapi_responses(w, "application/json", schema, "", RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_end_object(w);
    write_writes(w, kind, schema);
    rv_jw_end_object(w);
}

/* The names of what all sub-collections of this kind share. */
static void
item_names(char list[160], char one[160], const struct rv_kind *kind)
{
    char schema[128];

    rv_openapi_name(schema, kind->name);
    snprintf(list, 160, "%s.list", schema);
    snprintf(one, 160, "%s.one", schema);
}

static void
write_sub(rv_json_writer *w, const struct rv_sub *sub)
{
    char path[240], list[160], one[160];

    item_names(list, one, sub->child);
    snprintf(path, sizeof(path), "/api/%s/{id}/%s", sub->parent->api_name, sub->name);
    rv_jw_name(w, path);
    rv_openapi_ref(w, "pathItems", list);
    snprintf(path, sizeof(path), "/api/%s/{id}/%s/{sub_id}", sub->parent->api_name, sub->name);
    rv_jw_name(w, path);
    rv_openapi_ref(w, "pathItems", one);
}

static void
write_path_item(rv_json_writer *w, const struct rv_kind *kind)
{
    char list[160], one[160], schema[128];
    int flags = RV_OPENAPI_LOGIN | RV_OPENAPI_ID;

    rv_openapi_name(schema, kind->name);
    item_names(list, one, kind);
    rv_jw_name(w, list);
    rv_jw_object(w);
    rv_openapi_begin(w, "get", NULL, kind->def->help, RV_OPENAPI_LOGIN);
    write_parameters(w, kind, RV_OPENAPI_LIST, 1);
    rv_openapi_responses(w, "application/json", schema, "List", flags);
    rv_jw_end_object(w);
    rv_openapi_begin(w, "options", NULL, "For browsers", RV_OPENAPI_ANYONE);
    write_parameters(w, kind, 0, 1);
    rv_openapi_responses(w, "text/plain", NULL, "", RV_OPENAPI_ANYONE | RV_OPENAPI_ID);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_name(w, one);
    rv_jw_object(w);
    rv_openapi_begin(w, "get", NULL, kind->def->title, RV_OPENAPI_LOGIN);
    write_parameters(w, kind, RV_OPENAPI_ONE, 2);
    rv_openapi_responses(w, "application/json", schema, "", flags);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* Whatever they belong to, the rows of one kind are listed and read alike. */
static void
write_path_items(rv_json_writer *w)
{
    RV_AUTO_FREE uint8_t *done = rv_alloc((size_t)rv_model_count());

    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        for (int k = 0; k < rv_sub_count(kind); k++) {
            const struct rv_kind *child = rv_sub_at(kind, k).child;
            if (!done[child->index])
                write_path_item(w, child);
            done[child->index] = 1;
        }
    }
}

static void
write_paths(rv_json_writer *w)
{
    char schema[128];

    rv_jw_name(w, "paths");
    rv_jw_object(w);
    write_simple_paths(w);
    rv_openapi_settings(w);
    rv_openapi_automate(w);
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
    write_error_response(w, "Unauthorized", "Not logged in", 0);
    write_error_response(w, "NotFound", "There is no such row or path", 0);
    write_error_response(w, "Error",
                         "400: the request makes no sense, the message says why. 403: a page of "
                         "another origin writes without a token. 405: the path does not take this "
                         "method. 413: the body is too large. 415: bodies and answers are JSON. "
                         "429: wrong passwords came from there (Retry-After). 503: not now, the "
                         "store does not answer; try again",
                         1);
    rv_jw_end_object(w);
    rv_jw_name(w, "pathItems");
    rv_jw_object(w);
    write_path_items(w);
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
                    "What other managers hold, in one model. The protocol is ManageIQ's REST API. "
                    "filter[] is ATTRIBUTE OPERATOR VALUE; several must all hold, one with 'or ' "
                    "before it is enough by itself. Text in quotes, % and * are wildcards. "
                    "ASSOCIATION.ATTRIBUTE works there and in attributes. A collection that is "
                    "asked for with Accept: text/event-stream tells changes as they come.");
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
