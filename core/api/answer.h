/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers and errors as clients of ManageIQ know them:
 * {"error": {"kind": "bad_request", "message": "...", "klass": "Api::BadRequestError"}},
 * with "hint" when there is something that a person can do.
 */
#ifndef RV_API_ANSWER_H
#define RV_API_ANSWER_H

#include "api/request.h"

#define RV_JSON_TYPE "application/json; charset=utf-8"
#define RV_TEXT_TYPE "text/plain; charset=utf-8"

/* name and value must be constant or the request's arena's. */
void rv_answer_header(struct rv_request *req, const char *name, const char *value);
/* Start a JSON answer: empties the body, sets status and type; write to req->answer.body. */
rv_json_writer rv_answer_json(struct rv_request *req, int status);
void rv_answer_text(struct rv_request *req, int status, const char *text);
/* 204 */
void rv_answer_empty(struct rv_request *req);
/* hint may be NULL or "". */
void rv_answer_error(struct rv_request *req, int status, const char *message, const char *hint);
/* The same with another klass. */
void rv_answer_error_as(struct rv_request *req, int status, const char *klass, const char *message,
                        const char *hint);
/* The same body, for who answers without a request. */
void rv_answer_error_body(rv_buf *out, int status, const char *message, const char *hint);
/* By the error's class; what is our own fault is logged, and named without its inside. */
void rv_answer_err(struct rv_request *req, const rv_err *err);
/* Sets err, answers nothing: UNAVAILABLE, that the database cannot be had, and since when. That
 * much anybody may know. */
int rv_fail_silent(const struct rv_api *api, rv_err *err);
/* HTTP status of an error class. */
int rv_status_of(int code);
const char *rv_reason_of(int status);

#endif
