/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP for providers, over libcurl. Deadline and cancellation come from the
 * call, answers have ceilings, TLS is verified unless told otherwise, secrets
 * are lent for the time of a request and go to the client's own origin only
 * (a redirect to another origin is an error). One client a connection; it
 * keeps connections alive between requests.
 *
 * A session: ask for a token (reeve_http_send), take it out of the answer (its
 * body, or reeve_http_answer_header), make it a secret (reeve_secret_new) and a header of the
 * client (reeve_http_set_header).
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

/* A header that is sent. Arrays of them end with REEVE_HTTP_HEADERS_END, hold at most 64, and say
 * in a field beside them how long an element is, so that they may grow (0: as in version 1.1, these
 * three). A name is a token of RFC 9110, at most 256 bytes; a value has no control characters (no
 * CR, LF, NUL), and at most 64 KiB: INVALID and LIMIT otherwise. Host, Content-Length,
 * Content-Type, Accept-Encoding, Expect and those about the connection itself (Connection, TE,
 * Transfer-Encoding, Upgrade, Proxy-Authorization, ...) are the client's own: INVALID.
 * Authorization stands in for bearer and userid, Accept and User-Agent for what is sent by default.
 */
struct reeve_http_header {
    const char *name;
    const char *value; /* with a secret: what stands in front of it ("Token "), or NULL */
    const struct reeve_secret *secret; /* NULL, or the value (without a line end behind it): lent,
                                        * and sent to the client's own origin only */
};
#define REEVE_HTTP_HEADERS_END                                                                     \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

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
    const struct reeve_http_header *headers; /* of every request; NULL: none */
    uint64_t header_size;                    /* of an element; 0: as in version 1.1 */
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

/* A header of every request from now on (streams that are open keep what they sent), in place of
 * one of the same name; value and secret as in struct reeve_http_header, both NULL: none any more.
 * value is copied; secret must live until it is replaced or the client closed. */
int reeve_http_set_header(struct reeve_call *call, struct reeve_http *http, const char *name,
                          const char *value, const struct reeve_secret *secret);

struct reeve_http_headers; /* of an answer */

struct reeve_http_answer {
    int32_t status; /* 100-599 */
    int32_t reserved;
    const char *body; /* NUL-terminated for convenience, may hold NULs: see len */
    uint64_t len;
    const char *content_type;                 /* "" when absent */
    int64_t retry_after_ms;                   /* 0 when absent */
    const struct reeve_http_headers *headers; /* see reeve_http_answer_header */
    const char *base_path; /* that of base_url, which stands in front of a request's path, for the
                            * text of reeve_http_check; NULL: none */
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
/* The same with headers of its own. One of a name that the client has, too, is sent in its place;
 * with neither value nor secret it is left out of this request (Authorization: so is bearer). */
struct reeve_http_request {
    uint64_t size;
    const char *method;       /* NULL: GET */
    const char *path;         /* as in reeve_http_get */
    const char *content_type; /* NULL: no body */
    const char *body;
    uint64_t len;
    const struct reeve_http_header *headers; /* NULL: none but the client's */
    uint64_t header_size;                    /* of an element; 0: as in version 1.1 */
};
int reeve_http_ask(struct reeve_call *call, struct reeve_http *http,
                   const struct reeve_http_request *request, struct reeve_http_answer *out);
/* The value of a header of the answer, in any case of letters, or NULL: index 0 is the first line
 * of that name, 1 the next. As the server sent it; scratch memory of the call, like the body. An
 * answer of more than 1000 lines or 256 KiB of headers is refused (LIMIT). */
const char *reeve_http_answer_header(const struct reeve_http_answer *answer, const char *name,
                                     uint64_t index);
/* Status to class: 2xx 0, 401 AUTH, 403 PERMISSION, 404 NOT_FOUND, 409 CONFLICT, 410 GONE,
 * 408 and 504 TIMEOUT, 429 RATE_LIMITED, 500 and other 5xx UNAVAILABLE, other 4xx INVALID,
 * the rest PROTOCOL. Sets a text that names status and path (behind that of base_url) unless 0. */
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
