/* SPDX-License-Identifier: Apache-2.0
 *
 * One request, taken apart and checked, and the answer that grows for it. Knows nothing of
 * evhttp: http.c fills it from a connection, tests and fuzz targets from bytes.
 */
#ifndef RV_API_REQUEST_H
#define RV_API_REQUEST_H

#include "auth/auth.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

struct rv_api;
struct rv_route;
struct rv_kind;
struct rv_stream_calls;
struct evhttp_request;

enum {
    RV_M_GET = 1 << 0,
    RV_M_POST = 1 << 1,
    RV_M_PUT = 1 << 2,
    RV_M_PATCH = 1 << 3,
    RV_M_DELETE = 1 << 4,
    RV_M_OPTIONS = 1 << 5,
    RV_M_OTHER = 1 << 6 /* HEAD, TRACE and what else there is: never allowed */
};
/* "GET", ...; "?" for RV_M_OTHER. */
const char *rv_method_name(int method);

#define RV_TARGET_MAX (32u << 10)  /* bytes of path and query */
#define RV_SEGMENTS_MAX 24         /* parts of a path */
#define RV_PARAMS_MAX 128          /* query parameters */
#define RV_ANSWER_MAX (128u << 20) /* bytes of one answer */
#define RV_ANSWER_HEADERS_MAX 8

struct rv_param {
    const char *name, *value;
};

struct rv_answer {
    int status; /* 0: none yet */
    const char *content_type;
    rv_buf body;
    struct rv_param headers[RV_ANSWER_HEADERS_MAX]; /* texts of the request's arena, or constant */
    int header_count;
};

struct rv_request {
    struct rv_api *api; /* NULL where only parsing is tested */
    struct rv_arena *arena;
    struct evhttp_request *http; /* NULL when there is no connection */
    int method;
    int64_t started_us;

    /* Of the target; decoded, valid UTF-8. */
    const char *target;                    /* as received, without a fragment */
    const char *segments[RV_SEGMENTS_MAX]; /* "providers", "1000000000001"; "api" included */
    int segment_count;
    struct rv_param params[RV_PARAMS_MAX];
    int param_count;

    const char *body;
    size_t body_len;
    cJSON *json; /* parsed body once rv_request_json was called */

    const char *root;     /* "http://host:7400" */
    const char *api_root; /* root and "/api" or "/api/v3.0.0" */
    const char *(*header)(const struct rv_request *req, const char *name);

    const struct rv_route *route;
    const struct rv_kind *kind; /* of {collection}; what follows was checked by the router */
    const char *sub;            /* {sub} */
    const char *guid;           /* {id} of a kind whose rows are asked for so; else NULL */
    int64_t id, sub_id;         /* {id}, {sub_id} */
    struct rv_identity who;     /* user_id 0: not logged in */
    int password_checked;       /* by this request, not remembered from an earlier one */
    struct rv_answer answer;
    struct rv_request *next_waiting;
    int parked;                          /* the answer comes later */
    int streaming;                       /* the connection belongs to a stream now */
    const struct rv_stream_calls *calls; /* of a stream */
    void *calls_arg;
};

/* The texts of the target go into the arena. INVALID for a broken escape, U+0000, bytes that are
 * not UTF-8, and a path or query over its limits; NOT_FOUND for an empty part of a path. */
int rv_request_parse(struct rv_request *req, const char *target, rv_err *err);
/* Last value given for a name, NULL when there is none. */
const char *rv_request_param(const struct rv_request *req, const char *name);
/* INVALID, with the nearest name, for a query parameter that the API does not know. */
int rv_request_check_params(const struct rv_request *req, rv_err *err);
/* The body as JSON, parsed once; INVALID when it is none. *out (borrowed) is NULL for an empty one.
 */
int rv_request_json(struct rv_request *req, const cJSON **out, rv_err *err);
const char *rv_request_header(const struct rv_request *req, const char *name);
/* Decimal id of 1 to 19 digits, or NOT_FOUND. */
int rv_request_id(int64_t *out, const char *text, rv_err *err);

struct rv_request *rv_request_new(struct rv_api *api);
void rv_request_free(struct rv_request *req);

#endif
