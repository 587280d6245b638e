/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP for providers, over libcurl. Deadline and cancellation come from the
 * call, answers have ceilings, TLS is verified unless told otherwise, secrets
 * are lent for the time of a request and go to the client's own origin only
 * (a redirect to another origin is an error). One client a connection; it
 * keeps connections alive between requests.
 */
#ifndef REEVE_HTTP_H
#define REEVE_HTTP_H

#include <stdint.h>
#include "reeve/call.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_secret;
struct reeve_config;
struct reeve_http;
struct reeve_http_stream;

enum { REEVE_TLS_VERIFY = 0, REEVE_TLS_VERIFY_CA = 1, REEVE_TLS_NO_VERIFY = 2 };

struct reeve_http_config {
    uint64_t size;
    const char *base_url;   /* https://host:port[/prefix]; http:// too */
    const char *user_agent; /* NULL: "reeve/VERSION" */
    const char *proxy;      /* http://host:port; NULL: none (the environment is not looked at) */
    int32_t tls;            /* REEVE_TLS_... */
    int32_t retries;        /* of a request that failed with RATE_LIMITED, UNAVAILABLE or TIMEOUT;
                             * GET and HEAD only; with backoff and Retry-After */
    const char *ca_pem;     /* REEVE_TLS_VERIFY_CA */
    const char *client_cert_pem;
    const struct reeve_secret *client_key; /* PEM */
    const struct reeve_secret *bearer;     /* Authorization: Bearer */
    const char *userid;                    /* basic, with password */
    const struct reeve_secret *password;
    int64_t connect_timeout_ms;  /* 0: 10 s */
    int64_t request_timeout_ms;  /* 0: 60 s; for reeve_http_get_body and streams it is the longest
                                  * silence (streams: 0 for no limit once they answer) */
    uint64_t max_response_bytes; /* 0: 64 MiB; per answer, after decompression */
    const char *proxy_userid;    /* of the proxy, basic, with proxy_password */
    const struct reeve_secret *proxy_password;
};

/* Fill in what the well-known options of a connection say (options.h): base_url from hostname, port
 * and path; tls and ca_pem from security_protocol ("non-ssl" is http://) and
 * certificate_authority; bearer from auth_key, userid and password, client_certificate and
 * client_key, http_proxy with http_proxy_userid and http_proxy_password. Options that are not there
 * leave the field as it is. base_url is scratch memory of the call. INVALID when a host name is
 * missing or the options contradict each other. */
int reeve_http_options(struct reeve_call *call, const struct reeve_config *config,
                       struct reeve_http_config *out);

/* Everything in config is copied or, for secrets, must live as long as the client. */
int reeve_http_open(struct reeve_call *call, const struct reeve_http_config *config,
                    struct reeve_http **out);
void reeve_http_close(struct reeve_http *http); /* streams too; NULL is allowed */

struct reeve_http_answer {
    int32_t status; /* 100-599 */
    int32_t reserved;
    const char *body; /* NUL-terminated for convenience, may hold NULs: see len */
    uint64_t len;
    const char *content_type; /* "" when absent */
    int64_t retry_after_ms;   /* 0 when absent */
};

/* One GET; path is appended to base_url and must already be escaped. Returns 0 whatever the
 * status; negative when no whole answer came (UNAVAILABLE: refused, DNS, cut off; TIMEOUT;
 * LIMIT: too large; INVALID: TLS not trusted - with a hint). The body is scratch memory of
 * the call. */
int reeve_http_get(struct reeve_call *call, struct reeve_http *http, const char *path,
                   struct reeve_http_answer *out);
int reeve_http_send(struct reeve_call *call, struct reeve_http *http, const char *method,
                    const char *path, const char *content_type, const char *body, uint64_t len,
                    struct reeve_http_answer *out);
/* Status to class: 2xx 0, 401 AUTH, 403 PERMISSION, 404 NOT_FOUND, 409 CONFLICT, 410 GONE,
 * 408 and 504 TIMEOUT, 429 RATE_LIMITED, 500 and other 5xx UNAVAILABLE, other 4xx INVALID,
 * the rest PROTOCOL. Sets a text that names status and path unless 0. */
int reeve_http_check(struct reeve_call *call, const char *path,
                     const struct reeve_http_answer *answer);

/* GET whose body is handed to fn in pieces as they come, never held whole. A negative return of
 * fn ends the request with that class. status 2xx only; others are read to 64 KiB, then go
 * through reeve_http_check. max_bytes 0: max_response_bytes. fn may use the client. */
int reeve_http_get_body(struct reeve_call *call, struct reeve_http *http, const char *path,
                        int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg,
                        uint64_t max_bytes);

/* Long answers read line by line: one stream a request, many streams a client. tag is the
 * caller's own. max_line_bytes: 0 means 16 MiB. */
int reeve_http_stream_open(struct reeve_call *call, struct reeve_http *http, const char *path,
                           uint64_t max_line_bytes, void *tag, struct reeve_http_stream **out);
void reeve_http_stream_close(struct reeve_http_stream *stream);

enum {
    REEVE_STREAM_LINE = 1, /* line, len: NUL-terminated, without its line end; valid until the
                            * next call */
    REEVE_STREAM_END = 2,  /* the other side ended it; error_class 0 for a clean end after a 2xx,
                            * else the class, and the call's text says why. Close it. */
    REEVE_STREAM_IDLE = 3  /* timeout_ms passed without a line on any */
};

struct reeve_http_next {
    int32_t what;
    int32_t error_class;
    int32_t status;
    int32_t reserved;
    struct reeve_http_stream *stream;
    void *tag;
    char *line;
    uint64_t len;
    int64_t retry_after_ms;
};

/* Wait on all streams of the client at once, timeout_ms -1: without limit. 0 and *out, or a
 * negative class (cancelled, deadline, a save that was due and failed). Lines of one stream come in
 * order. Other requests may be made while a line is in hand. */
int reeve_http_next(struct reeve_call *call, struct reeve_http *http, int64_t timeout_ms,
                    struct reeve_http_next *out);

/* Percent-encode everything but unreserved characters; scratch memory. */
char *reeve_url_escape(struct reeve_call *call, const char *text);

#ifdef __cplusplus
}
#endif
#endif
