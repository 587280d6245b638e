/* SPDX-License-Identifier: Apache-2.0
 *
 * The route table and the way through it.
 */
#include "api/route.h"

#include <ctype.h>
#include <string.h>
#include "api/action.h"
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/handlers.h"
#include "api/identify.h"
#include "api/local.h"
#include "api/login.h"
#include "api/origin.h"
#include "query/sub.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/schema.h"

enum { LEARN_MS = 1000 };

/* Settings of a row: all of them, or those below a path. */
#define SETTINGS_OF(rows)                                                                          \
    { "/api/" rows "/{id}/settings", 0, .get = rv_get_settings, .patch = rv_patch_settings },      \
    {                                                                                              \
        "/api/" rows "/{id}/settings/{path*}", 0, .get = rv_get_settings,                          \
                                                  .delete_ = rv_delete_settings                    \
    }

static const struct rv_route routes[] = {
    { "/healthz", RV_ROUTE_OPEN | RV_ROUTE_ANY_TYPE, .get = rv_get_healthz },
    { "/readyz", RV_ROUTE_OPEN | RV_ROUTE_ANY_TYPE, .get = rv_get_readyz },
    { "/metrics", RV_ROUTE_OPEN | RV_ROUTE_ANY_TYPE, .get = rv_get_metrics },
    { "/hooks/{name}", RV_ROUTE_OPEN | RV_ROUTE_ANY_TYPE, .post = rv_post_hook,
      .options = rv_options_hook },
    { "/api", 0, .get = rv_get_entry, .options = rv_options_entry },
    { "/api/ping", RV_ROUTE_OPEN | RV_ROUTE_ANY_TYPE, .get = rv_get_ping },
    { "/api/product_info", RV_ROUTE_OPEN, .get = rv_get_product_info },
    { "/api/openapi.json", RV_ROUTE_OPEN, .get = rv_get_openapi },
    { "/api/provider_types", 0, .get = rv_get_provider_types },
    { "/api/diagnostics", RV_ROUTE_LOCAL, .get = rv_get_diagnostics },
    { "/api/counts", 0, .get = rv_get_counts },
    { "/api/database", 0, .get = rv_get_database },
    { "/api/auth", 0, .get = rv_get_auth, .delete_ = rv_delete_auth },
    { "/api/settings", 0, .get = rv_get_settings },
    { "/api/settings/{path*}", 0, .get = rv_get_settings },
    SETTINGS_OF("servers"),
    SETTINGS_OF("zones"),
    SETTINGS_OF("regions"),
    { "/api/automate", 0, .get = rv_get_automate },
    { "/api/automate/{path*}", 0, .get = rv_get_automate },
    { "/api/automate_domains/{id}/export", RV_ROUTE_ANY_TYPE, .get = rv_get_automate_export },
    { "/api/{collection}", 0, .get = rv_get_collection, .post = rv_write_collection,
      .options = rv_options_collection },
    { "/api/{collection}/{id}", 0, .get = rv_get_resource, .post = rv_write_resource,
      .put = rv_write_resource, .patch = rv_write_resource, .delete_ = rv_write_resource },
    { "/api/{collection}/{id}/{sub}", 0, .get = rv_get_sub_collection,
      .options = rv_options_sub_collection },
    { "/api/{collection}/{id}/{sub}/{sub_id}", 0, .get = rv_get_sub_resource },
};

const struct rv_route *
rv_routes(int *count)
{
    *count = RV_COUNT(routes);
    return routes;
}

/* The pattern's next part; its length, 0 at the end. */
static size_t
next_part(const char **at)
{
    if (**at != '/')
        return 0;
    (*at)++;
    return strcspn(*at, "/");
}

static int
matches(const struct rv_route *route, const struct rv_request *req)
{
    const char *at = route->pattern;
    int i = 0;

    for (size_t len; (len = next_part(&at)) > 0; at += len, i++) {
        if (i == req->segment_count)
            return 0;
        if (*at == '{' && at[len - 2] == '*') /* all that follows */
            return 1;
        if (*at == '{')
            continue;
        if (strlen(req->segments[i]) != len || strncmp(req->segments[i], at, len) != 0)
            return 0;
    }
    return i == req->segment_count;
}

/* "/api/v3.0.0/..." is "/api/...", with hrefs of its own kind; any other version is an error. */
static int
strip_version(struct rv_request *req, rv_err *err)
{
    const char *text = req->segment_count > 1 ? req->segments[1] : "";

    if (!rv_streq(req->segments[0], "api") || text[0] != 'v' || !isdigit((unsigned char)text[1]))
        return 0;
    if (!rv_streq(text + 1, RV_API_VERSION))
        return rv_fail(err, RV_E_INVALID, "Unsupported API Version %.40s specified", text + 1);
    req->api_root = rv_arena_format(req->arena, "%s/%s", req->api_root, text);
    req->segment_count--;
    memmove(&req->segments[1], &req->segments[2],
            (size_t)(req->segment_count - 1) * sizeof(req->segments[0]));
    return 0;
}

static const struct rv_route *
find_route(struct rv_request *req)
{
    for (size_t i = 0; i < RV_COUNT(routes); i++) {
        if (matches(&routes[i], req))
            return &routes[i];
    }
    return NULL;
}

int
rv_route_methods(const struct rv_route *route, const struct rv_kind *kind)
{
    int methods = (route->get ? RV_M_GET : 0) | (route->options ? RV_M_OPTIONS : 0);

    if (!kind)
        return methods | (route->post ? RV_M_POST : 0) | (route->patch ? RV_M_PATCH : 0) |
               (route->delete_ ? RV_M_DELETE : 0);
    if (strstr(route->pattern, "{sub}"))
        return methods;
    return methods | rv_action_methods(kind, strstr(route->pattern, "{id}") ? RV_ON_RESOURCE
                                                                            : RV_ON_COLLECTION);
}

static int
fail_collection(const char *name, rv_err *err)
{
    const char *nearest = rv_nearest(name, rv_model_words());
    const struct rv_kind *kind = nearest ? rv_model_lookup(nearest) : NULL;

    rv_fail(err, RV_E_NOT_FOUND, "there is no collection '%.100s'", name);
    return kind ? rv_hint(err, "did you mean '%s'?", kind->api_name) : err->code;
}

/* Perhaps it is a kind that a provider's module brought in a moment ago. Nobody has logged in yet,
 * so not each time. */
static int
learn_kinds(struct rv_api *api)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t now_ms = rv_monotonic_ms();

    if (api->kinds_ms && now_ms - api->kinds_ms < LEARN_MS)
        return 0;
    api->kinds_ms = now_ms;
    return rv_provider_kinds_load(api->config.store, &ignored) == 0;
}

/* {collection}, {id}, {sub} and {sub_id} of the path. */
static int
resolve_path(struct rv_request *req, rv_err *err)
{
    struct rv_sub sub;
    int rc = 0;

    if (!strstr(req->route->pattern, "{collection}"))
        return 0;
    req->kind = rv_model_collection(req->segments[1]);
    if (!req->kind && learn_kinds(req->api))
        req->kind = rv_model_collection(req->segments[1]);
    if (!req->kind)
        return fail_collection(req->segments[1], err);
    if (req->segment_count > 2 && rv_kind_by_guid(req->kind))
        req->guid = req->segments[2]; /* looked up when it is known who asks */
    else if (req->segment_count > 2)
        rc = rv_request_id(&req->id, req->segments[2], err);
    if (rc == 0 && req->segment_count > 3) {
        req->sub = req->segments[3];
        if (!rv_sub_find(&sub, req->kind, req->sub))
            return rv_fail(err, RV_E_NOT_FOUND, "%s have no sub-collection '%.100s'",
                           req->kind->api_name, req->sub);
    }
    if (rc == 0 && req->segment_count > 4)
        rc = rv_request_id(&req->sub_id, req->segments[4], err);
    return rc;
}

static rv_handler
handler_of(const struct rv_route *route, int method)
{
    switch (method) {
    case RV_M_GET:
        return route->get;
    case RV_M_POST:
        return route->post;
    case RV_M_PUT:
        return route->put;
    case RV_M_PATCH:
        return route->patch;
    case RV_M_DELETE:
        return route->delete_;
    case RV_M_OPTIONS:
        return route->options;
    default:
        return NULL;
    }
}

static void
answer_method(struct rv_request *req, int methods)
{
    rv_buf allow = rv_buf_limited(256);

    for (int bit = RV_M_GET; bit < RV_M_OTHER; bit <<= 1) {
        if (methods & bit)
            rv_buf_addf(&allow, "%s%s", allow.len ? ", " : "", rv_method_name(bit));
    }
    rv_answer_header(req, "Allow", rv_arena_strdup(req->arena, rv_buf_text(&allow)));
    rv_answer_error(req, 405,
                    rv_arena_format(req->arena, "this path takes %s", rv_buf_text(&allow)), NULL);
    rv_buf_free(&allow);
}

/* As in ManageIQ: Accept, when given, must hold json or a wildcard; DELETE has no body to speak of.
 */
static int
accepts_json(const struct rv_request *req)
{
    const char *accept = rv_request_header(req, "Accept");

    return !accept || !*accept || req->method == RV_M_DELETE || req->method == RV_M_OPTIONS ||
           (req->route->flags & RV_ROUTE_ANY_TYPE) || strstr(accept, "json") ||
           strstr(accept, "*/*") || strstr(accept, "application/*") ||
           (req->segment_count == 2 && req->kind && strstr(accept, "text/event-stream"));
}

/* 0: go on; 1: answered. */
static int
refuse(struct rv_request *req, rv_err *err)
{
    int methods = rv_route_methods(req->route, req->kind);

    if (!(methods & req->method) || !handler_of(req->route, req->method)) {
        answer_method(req, methods);
        return 1;
    }
    if (!accepts_json(req)) {
        rv_answer_error(req, 415, "Invalid Response Format requested",
                        "answers are application/json");
        return 1;
    }
    /* What needs no login gains nothing by what a browser adds, and has types of its own. */
    if (!(req->route->flags & RV_ROUTE_OPEN) && rv_origin_refuse(req))
        return 1;
    if ((req->route->flags & RV_ROUTE_LOCAL) && rv_local_token(req))
        return 0;
    if (!(req->route->flags & RV_ROUTE_OPEN) && req->method != RV_M_OPTIONS)
        return rv_login(req, err);
    return 0;
}

/* Who reads waits for it: however many statements that takes, they have the time of one. What is
 * written is many short transactions, and none is to be undone because there were many. A probe
 * that is answered while another's statement runs leaves that one's time alone. */
static int
handle(struct rv_request *req, rv_err *err)
{
    struct rv_store *store = req->api->config.store;
    int reads = req->method == RV_M_GET && !req->api->blind;

    if (reads)
        rv_store_limit(store);
    int rc = req->guid ? rv_guid_find(&req->id, store, req->kind, req->guid, err) : 0;
    if (rc == 0)
        rc = handler_of(req->route, req->method)(req, err);
    if (reads)
        rv_store_limit_end(store);
    return rc;
}

/* An error that the router itself finds: 404 is ManageIQ's of a path, not of a row. */
static void
answer_path_error(struct rv_request *req, const rv_err *err)
{
    if (err->code == RV_E_NOT_FOUND)
        rv_answer_error(req, 404, err->text, err->hint);
    else
        rv_answer_err(req, err);
}

/* A browser asks before it lets a page of another origin write; every path may be asked about. */
static int
is_preflight(const struct rv_request *req)
{
    return req->method == RV_M_OPTIONS && rv_request_header(req, "Access-Control-Request-Method");
}

void
rv_route_dispatch(struct rv_request *req)
{
    rv_err err = RV_ERR_INIT;

    if (is_preflight(req)) {
        rv_answer_text(req, 200, "");
        return;
    }
    if (strip_version(req, &err) < 0) {
        rv_answer_err(req, &err);
        return;
    }
    req->route = find_route(req);
    if (!req->route) {
        rv_answer_error(req, 404, "there is nothing at this path",
                        "GET /api lists the collections");
        return;
    }
    if (resolve_path(req, &err) < 0) {
        answer_path_error(req, &err);
        return;
    }
    int rc = refuse(req, &err);
    if (rc == 0)
        rc = handle(req, &err);
    if (rc < 0)
        rv_answer_err(req, &err);
}
