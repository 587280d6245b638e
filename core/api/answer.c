/* SPDX-License-Identifier: Apache-2.0
 *
 * Error classes to statuses, kinds and klass names; and the few forms of an answer.
 */
#include "api/answer.h"

#include "api/api_internal.h"
#include "api/local.h"
#include "api/login.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define COMPLAIN_MS 10000LL

static const struct status_row {
    int status;
    const char *kind, *klass, *reason;
} statuses[] = {
    { 200, NULL, NULL, "OK" },
    { 204, NULL, NULL, "No Content" },
    { 400, "bad_request", "Api::BadRequestError", "Bad Request" },
    { 401, "unauthorized", "Api::AuthenticationError", "Unauthorized" },
    { 403, "forbidden", "Api::ForbiddenError", "Forbidden" },
    { 404, "not_found", "Api::NotFoundError", "Not Found" },
    { 405, "method_not_allowed", "Api::MethodNotAllowedError", "Method Not Allowed" },
    { 410, "gone", "Api::GoneError", "Gone" },
    { 413, "content_too_large", "Api::ContentTooLargeError", "Content Too Large" },
    { 415, "unsupported_media_type", "Api::UnsupportedMediaTypeError", "Unsupported Media Type" },
    { 429, "too_many_requests", "Api::TooManyRequestsError", "Too Many Requests" },
    { 500, "internal_server_error", "Api::InternalServerError", "Internal Server Error" },
    { 503, "service_unavailable", "Api::ServiceUnavailableError", "Service Unavailable" },
};

static const struct status_row *
row_of(int status)
{
    for (size_t i = 0; i < RV_COUNT(statuses); i++) {
        if (statuses[i].status == status)
            return &statuses[i];
    }
    return row_of(500);
}

static const char *
error_kind(int status)
{
    return row_of(status)->kind;
}

static const char *
error_class(int status)
{
    return row_of(status)->klass;
}

const char *
rv_reason_of(int status)
{
    return row_of(status)->reason;
}

int
rv_status_of(int code)
{
    switch (code) {
    case RV_E_AUTH:
        return 401;
    case RV_E_PERMISSION:
        return 403;
    case RV_E_NOT_FOUND:
        return 404;
    case RV_E_GONE:
        return 410;
    case RV_E_CONFLICT:
    case RV_E_INVALID:
    case RV_E_LIMIT:
    case RV_E_PROTOCOL:
    case RV_E_UNSUPPORTED:
        return 400;
    case RV_E_UNAVAILABLE:
    case RV_E_TIMEOUT:
    case RV_E_RATE_LIMITED:
        return 503;
    default:
        return 500;
    }
}

void
rv_answer_header(struct rv_request *req, const char *name, const char *value)
{
    struct rv_answer *answer = &req->answer;

    RV_ASSERT(answer->header_count < RV_ANSWER_HEADERS_MAX);
    answer->headers[answer->header_count++] = (struct rv_param){ name, value };
}

rv_json_writer
rv_answer_json(struct rv_request *req, int status)
{
    req->answer.status = status;
    req->answer.content_type = RV_JSON_TYPE;
    rv_buf_reset(&req->answer.body);
    return rv_json_to(&req->answer.body);
}

void
rv_answer_text(struct rv_request *req, int status, const char *text)
{
    req->answer.status = status;
    req->answer.content_type = RV_TEXT_TYPE;
    rv_buf_reset(&req->answer.body);
    rv_buf_add_string(&req->answer.body, text);
}

void
rv_answer_empty(struct rv_request *req)
{
    req->answer.status = 204;
    req->answer.content_type = NULL;
    rv_buf_reset(&req->answer.body);
}

static void
write_error(rv_json_writer *w, int status, const char *klass, const char *message, const char *hint)
{
    rv_jw_object(w);
    rv_jw_name(w, "error");
    rv_jw_object(w);
    rv_jw_name(w, "kind");
    rv_jw_string(w, error_kind(status));
    rv_jw_name(w, "message");
    rv_jw_string(w, message);
    rv_jw_name(w, "klass");
    rv_jw_string(w, klass);
    if (hint && *hint) {
        rv_jw_name(w, "hint");
        rv_jw_string(w, hint);
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

void
rv_answer_error_as(struct rv_request *req, int status, const char *klass, const char *message,
                   const char *hint)
{
    rv_json_writer w = rv_answer_json(req, status);

    write_error(&w, status, klass, message, hint);
}

void
rv_answer_error(struct rv_request *req, int status, const char *message, const char *hint)
{
    rv_answer_error_as(req, status, error_class(status), message, hint);
}

void
rv_answer_error_body(rv_buf *out, int status, const char *message, const char *hint)
{
    rv_json_writer w = rv_json_to(out);

    write_error(&w, status, error_class(status), message, hint);
}

static const char *
klass_of(int code, int status)
{
    if (code == RV_E_NOT_FOUND)
        return "ActiveRecord::RecordNotFound";
    if (code == RV_E_CONFLICT)
        return "ActiveRecord::RecordInvalid";
    return error_class(status);
}

int
rv_fail_silent(const struct rv_api *api, rv_err *err)
{
    int64_t since_ms = rv_store_down_since_ms(api->config.store);
    char since[32];

    rv_err_clear(err);
    if (since_ms == 0)
        return rv_fail(err, RV_E_UNAVAILABLE, "the database does not answer");
    rv_format_time(since, since_ms / 1000 * 1000);
    return rv_fail(err, RV_E_UNAVAILABLE, "the database has been unavailable since %s", since);
}

/* Where the database is, and the like, is nothing for whoever never logged in. */
static int
may_know_all(const struct rv_request *req)
{
    return req->who.user_id || (req->api && (rv_local_machine(req) || rv_login_was_known(req)));
}

static void
answer_unavailable(struct rv_request *req, const rv_err *err)
{
    rv_err silent = RV_ERR_INIT;
    int down = req->api && rv_store_down_since_ms(req->api->config.store) != 0;

    rv_answer_header(req, "Retry-After", down ? "5" : "1");
    if (may_know_all(req)) {
        rv_answer_error(req, 503, err->text, *err->hint ? err->hint : "try again in a moment");
    } else if (down) {
        rv_fail_silent(req->api, &silent);
        rv_answer_error(req, 503, silent.text,
                        "on the server's machine: reevectl log recent --home HOME says why");
    } else {
        rv_answer_error(req, 503, "the server cannot answer now: its log says why",
                        "try again in a moment");
    }
}

/* While the database is down nobody can log in: who asks and asks neither fills the disk nor pushes
 * the cause out of the last warnings. How many there were, 0: it is not to be said now. */
static int64_t
failures_to_tell(const struct rv_request *req)
{
    struct rv_api *api = req->api;
    int64_t now_ms = rv_monotonic_ms();

    if (req->who.user_id || !api)
        return 1;
    int64_t failures = ++api->strange_failures.untold;
    if (api->strange_failures.told_ms && now_ms - api->strange_failures.told_ms < COMPLAIN_MS)
        return 0;
    api->strange_failures.told_ms = now_ms;
    api->strange_failures.untold = 0;
    return failures;
}

static void
tell_failure(const struct rv_request *req, int status, const rv_err *err)
{
    int64_t failures = failures_to_tell(req);

    if (failures > 0)
        rv_log(status == 500 ? RV_ERROR : RV_WARNING, "request failed",
               RV_F("method", RV_S(rv_method_name(req->method))),
               RV_F("target", RV_S(req->target ? req->target : "?")),
               RV_F("class", RV_S(rv_class_name(err->code))), RV_F("error", RV_S(err->text)),
               RV_F("failures", RV_I(failures)));
}

void
rv_answer_err(struct rv_request *req, const rv_err *err)
{
    int status = rv_status_of(err->code);

    if (status >= 500)
        tell_failure(req, status, err);
    if (status == 500) {
        rv_answer_error(req, 500, "internal error: the server's log says more", NULL);
        return;
    }
    if (status == 503) {
        answer_unavailable(req, err);
        return;
    }
    rv_answer_error_as(req, status, klass_of(err->code, status), err->text, err->hint);
}
