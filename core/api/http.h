/* SPDX-License-Identifier: Apache-2.0
 *
 * Between evhttp and requests: reading one, sending its answer.
 */
#ifndef RV_API_HTTP_H
#define RV_API_HTTP_H

#include "api/api_internal.h"
#include "api/request.h"

int rv_http_open(struct rv_api *api, rv_err *err);
void rv_http_close(struct rv_api *api);
/* Send the answer of a request that was parked (or just handled) and free the request. */
void rv_http_answer(struct rv_request *req);
/* From the target to the answer, unless the request is parked or becomes a stream. */
void rv_http_carry_out(struct rv_request *req);
/* 0 when the client has gone. */
int rv_http_connected(const struct rv_request *req);
/* No more new connections; those that are idle end with their next answer. */
void rv_http_drain(struct rv_api *api);

/* An answer without end: the request belongs to the caller, who is told once when the client has
 * gone (then it is to be freed with rv_request_free), or ends it. */
struct rv_stream_calls {
    void (*closed)(void *arg);
    /* All that was written is with the client. Nothing may be written from here. */
    void (*drained)(void *arg);
};
void rv_http_stream_begin(struct rv_request *req, const struct rv_stream_calls *calls, void *arg);
void rv_http_stream_write(struct rv_request *req, const char *bytes, size_t len);
/* Bytes that the client has not taken yet. */
size_t rv_http_stream_waiting(const struct rv_request *req);
/* Ends it after what waits; closed is not called; frees the request. */
void rv_http_stream_end(struct rv_request *req);

#endif
