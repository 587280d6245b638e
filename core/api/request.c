/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a request target and body apart. Everything here was written by a stranger: each
 * length has a ceiling, each escape is checked, and nothing is guessed.
 */
#include "api/request.h"

#include <string.h>
#include "base/clock.h"
#include "base/text.h"

const char *
rv_method_name(int method)
{
    static const char *const names[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };

    for (size_t i = 0; i < RV_COUNT(names); i++) {
        if (method == 1 << i)
            return names[i];
    }
    return "?";
}

/* Percent escapes (and '+' where plus is ' ') of one part; *out is the arena's. */
static int
decode(struct rv_request *req, const char **out, const char *text, size_t len, char plus,
       rv_err *err)
{
    char *bytes = rv_arena_alloc(req->arena, len + 1);
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%') {
            int whole = i + 2 < len;
            int high = whole ? rv_hex_digit(text[i + 1]) : -1;
            int low = whole ? rv_hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return rv_fail(err, RV_E_INVALID, "broken percent escape in '%.*s'",
                               len > 200 ? 200 : (int)len, text);
            bytes[used++] = (char)(high << 4 | low);
            i += 2;
        } else {
            bytes[used++] = text[i] == '+' ? plus : text[i];
        }
    }
    if (!rv_utf8_valid(bytes, used))
        return rv_fail(err, RV_E_INVALID,
                       "the request target holds bytes that are not UTF-8, or U+0000");
    *out = bytes;
    return 0;
}

static int
parse_path(struct rv_request *req, const char *path, size_t len, rv_err *err)
{
    const char *end = path + len;

    if (len == 0 || path[0] != '/')
        return rv_fail(err, RV_E_INVALID, "a request target starts with '/'");
    path++;
    if (end > path && end[-1] == '/')
        end--;
    while (path < end) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        size_t part = (size_t)((slash ? slash : end) - path);
        if (part == 0 || req->segment_count == RV_SEGMENTS_MAX)
            return rv_fail(err, RV_E_NOT_FOUND, "no such path");
        int rc = decode(req, &req->segments[req->segment_count++], path, part, '+', err);
        if (rc < 0)
            return rc;
        path += part + (slash ? 1 : 0);
        if (slash && path == end)
            return rv_fail(err, RV_E_NOT_FOUND, "no such path");
    }
    return 0;
}

static int
parse_query(struct rv_request *req, const char *query, rv_err *err)
{
    while (*query) {
        size_t len = strcspn(query, "&");
        size_t name_len = strcspn(query, "=&");
        if (len > 0) {
            if (req->param_count == RV_PARAMS_MAX)
                return rv_fail(err, RV_E_INVALID, "more than %d query parameters", RV_PARAMS_MAX);
            struct rv_param *param = &req->params[req->param_count++];
            size_t skip = name_len < len ? name_len + 1 : len;
            int rc = decode(req, &param->name, query, name_len, ' ', err);
            if (rc == 0)
                rc = decode(req, &param->value, query + skip, len - skip, ' ', err);
            if (rc < 0)
                return rc;
        }
        query += len + (query[len] == '&');
    }
    return 0;
}

int
rv_request_parse(struct rv_request *req, const char *target, rv_err *err)
{
    size_t len = strlen(target);
    size_t path_len = strcspn(target, "?#");

    req->segment_count = req->param_count = 0;
    if (len > RV_TARGET_MAX)
        return rv_fail(err, RV_E_INVALID, "a request target of %zu bytes; at most %u are read", len,
                       RV_TARGET_MAX);
    req->target = rv_arena_strndup(req->arena, target, strcspn(target, "#"));
    int rc = parse_path(req, target, path_len, err);
    if (rc == 0 && target[path_len] == '?') {
        char *query = rv_arena_strndup(req->arena, target + path_len + 1,
                                       strcspn(target + path_len + 1, "#"));
        rc = parse_query(req, query, err);
    }
    return rc;
}

const char *
rv_request_param(const struct rv_request *req, const char *name)
{
    for (int i = req->param_count - 1; i >= 0; i--) {
        if (rv_streq(req->params[i].name, name))
            return req->params[i].value;
    }
    return NULL;
}

/* Those of ManageIQ that mean nothing here are taken and have no effect, so that its clients work.
 */
static const char *const known_params[] = {
    "expand",
    "attributes",
    "filter[]",
    "sort_by",
    "sort_order",
    "sort_options",
    "offset",
    "limit",
    "hide",
    "collection_class",
    "by_tag",
    "archived",
    "under",
    "above",
    "tree",
    "levels",
    "requester_type",
    "decorators",
    "provider_class",
    "depth",
    "search_options",
    "format",
    "format_attributes",
    NULL,
};

int
rv_request_check_params(const struct rv_request *req, rv_err *err)
{
    for (int i = 0; i < req->param_count; i++) {
        const char *name = req->params[i].name;
        int known = 0;
        for (int k = 0; known_params[k] && !known; k++)
            known = rv_streq(known_params[k], name);
        if (known)
            continue;
        const char *nearest = rv_nearest(name, known_params);
        rv_fail(err, RV_E_INVALID, "unknown query parameter '%.200s'", name);
        if (rv_streq(name, "filter"))
            nearest = "filter[]";
        if (nearest)
            rv_hint(err, "did you mean '%s'?", nearest);
        return err->code;
    }
    return 0;
}

int
rv_request_json(struct rv_request *req, const cJSON **out, rv_err *err)
{
    *out = NULL;
    if (!req->json && req->body_len > 0) {
        int rc = rv_json_parse(&req->json, req->body, req->body_len, req->body_len, 0, err);
        if (rc < 0) {
            rv_wrap(err, "request body");
            err->code = RV_E_INVALID;
            return err->code;
        }
    }
    *out = req->json;
    return 0;
}

const char *
rv_request_header(const struct rv_request *req, const char *name)
{
    return req->header ? req->header(req, name) : NULL;
}

int
rv_request_id(int64_t *out, const char *text, rv_err *err)
{
    size_t len = strlen(text);

    if (len >= 1 && len <= 19 && strspn(text, "0123456789") == len &&
        rv_parse_int(out, text, err) == 0 && *out > 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_NOT_FOUND, "'%.100s' is not an id", text);
}

struct rv_request *
rv_request_new(struct rv_api *api)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct rv_request *req = rv_arena_alloc(arena, sizeof(*req));

    req->api = api;
    req->arena = arena;
    req->method = RV_M_GET;
    req->root = "";
    req->api_root = "/api";
    req->started_us = rv_monotonic_us();
    req->answer.body = rv_buf_limited(RV_ANSWER_MAX);
    return req;
}

void
rv_request_free(struct rv_request *req)
{
    if (!req)
        return;
    rv_buf_free(&req->answer.body);
    cJSON_Delete(req->json);
    rv_arena_free(req->arena);
}
