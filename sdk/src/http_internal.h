/* SPDX-License-Identifier: Apache-2.0
 *
 * How the parts of the HTTP client fit together. Inside libreeve-sdk only.
 *
 *   http.c           a client: its settings, its life
 *   http_request.c   one request and its answer; retries
 *   http_stream.c    many answers at once, line by line
 *   http_transfer.c  one transfer of libcurl: begun, received, followed, ended
 *   http_setup.c     what libcurl is told about it
 *   http_loop.c      the one wait: libcurl's sockets and timer in reeve_wait
 *   http_inbox.c     bytes that were received and not yet taken
 *   http_secret.c    what is lent, for how long
 *   http_headers.c   headers of an author's own, and of answers
 *   http_link.c      where an answer says to go on
 *   http_error.c     what went wrong, in words
 *
 * Callbacks of libcurl only put bytes into inboxes. All that belongs to the
 * author runs outside of libcurl, so his functions may use the same client.
 */
#ifndef RV_SDK_HTTP_INTERNAL_H
#define RV_SDK_HTTP_INTERNAL_H

#include <curl/curl.h>
#include "reeve/http.h"

enum {
    RV_SDK_HTTP_WINDOW = 256 * 1024,    /* received, not yet taken: then the sender has to wait */
    RV_SDK_HTTP_ERROR_BODY = 64 * 1024, /* of an answer that is no 2xx */
    RV_SDK_HTTP_HEADER_BYTES = 256 * 1024,
    RV_SDK_HTTP_HEADER_LINES = 1000,
    RV_SDK_HTTP_REDIRECTS = 5,
    RV_SDK_HTTP_ANSWER_MS = 60 * 1000, /* the default, and the longest wait for a stream's status */
    RV_SDK_HTTP_CONNECT_MS = 10 * 1000,
    RV_SDK_HTTP_BEAT_MS = 100
};

struct rv_sdk_inbox {
    char *data;
    uint64_t start, end, room;
};

/* Never shrinks below what is in it. 0, or -1 when memory is out. One byte of room stays behind
 * the end, for a NUL. */
int rv_sdk_inbox_add(struct rv_sdk_inbox *inbox, const char *bytes, uint64_t len);
void rv_sdk_inbox_drop(struct rv_sdk_inbox *inbox, uint64_t len); /* from the front */
void rv_sdk_inbox_free(struct rv_sdk_inbox *inbox);

static inline uint64_t
rv_sdk_inbox_len(const struct rv_sdk_inbox *inbox)
{
    return inbox->end - inbox->start;
}

/* What becomes of a 2xx body. */
enum rv_sdk_body {
    RV_SDK_BODY_WHOLE,  /* collected */
    RV_SDK_BODY_PIECES, /* taken as it comes; the sender waits at RV_SDK_HTTP_WINDOW */
    RV_SDK_BODY_LINES   /* the same, once a line is whole */
};

/* As an author gave it: elements of `size` bytes, the last one without a name. */
struct rv_sdk_header_list {
    const struct reeve_http_header *first; /* NULL: empty */
    uint64_t size;
};

/* Of a client; both its texts are its own. */
struct rv_sdk_header {
    char *name, *value;
    const struct reeve_secret *secret;
};

/* A header with a secret in it, whose text is ours, so that it can be wiped. */
struct rv_sdk_lent_header {
    struct curl_slist node;
    uint64_t len;
};

struct rv_sdk_http_request {
    const char *method;
    const char *path; /* below base_url */
    const char *url;  /* NULL, or the whole address, of the client's origin; path is then for
                       * texts */
    const char *content_type; /* NULL: no body */
    const char *body;         /* must live as long as the transfer */
    uint64_t body_len;
    struct rv_sdk_header_list headers;
    enum rv_sdk_body mode;
    uint64_t max_bytes; /* of the body; 0: no limit */
    uint64_t max_line_bytes;
    int64_t whole_ms;   /* for all of it; 0: no limit */
    int64_t silence_ms; /* the longest time without a byte; 0: no limit */
};

/* Why a transfer was ended by us. */
enum rv_sdk_stop {
    RV_SDK_STOP_NONE,
    RV_SDK_STOP_SILENT,
    RV_SDK_STOP_BODY, /* the body is too large */
    RV_SDK_STOP_LINE, /* a line is too long */
    RV_SDK_STOP_HEADER,
    RV_SDK_STOP_MEMORY,
    RV_SDK_STOP_ENOUGH /* the body of an error; it counts as whole */
};

struct rv_sdk_transfer {
    struct reeve_http *http;
    struct rv_sdk_transfer *next, *before;
    struct rv_sdk_http_request request;
    CURL *easy;
    CURLcode setup; /* of the options so far */
    CURLcode result;
    int done;
    int running; /* known to the multi handle */
    enum rv_sdk_stop stop;
    int32_t status; /* 0 until the first byte of a body, or the end */
    int32_t redirects;
    int answered; /* the first byte of a head was received: the request is out */
    int moved;    /* a byte came in the current round */
    int paused;
    int lent; /* bytes of the inbox are in the author's hands: it must not move */
    int has_line;
    uint64_t line_len;
    int64_t silent_ms;
    uint64_t received; /* of the body */
    uint64_t header_bytes, header_lines;
    struct rv_sdk_inbox inbox;
    char *url;   /* whole */
    char *label; /* "GET /path", for texts */
    struct curl_slist *headers;
    struct rv_sdk_lent_header *lent_headers, proxy_authorization;
    uint64_t lent_count;
    char *client_key;
    uint64_t client_key_len;
    char error[CURL_ERROR_SIZE];
};

struct rv_sdk_socket {
    int32_t fd;
    int16_t events;
};

struct reeve_http {
    CURLM *multi;
    char *base_url; /* without a slash at its end */
    char *origin;   /* "https://host:port" */
    char *user_agent;
    char *proxy, *proxy_userid;
    char *ca_pem;
    char *client_cert_pem;
    char *userid;
    const struct reeve_secret *client_key, *bearer, *password, *proxy_password;
    int32_t tls;
    int32_t retries;
    int64_t connect_ms;
    int64_t request_ms;
    int64_t stream_silence_ms;
    uint64_t max_response_bytes;
    struct rv_sdk_header *headers;
    uint64_t header_count;
    struct rv_sdk_transfer *transfers; /* all, streams too */
    struct reeve_http_stream *streams;
    struct reeve_http_stream *turn; /* whose turn it is in reeve_http_next */
    struct rv_sdk_transfer *lent;   /* the stream whose line is out */
    /* What libcurl wants to wait for. */
    struct rv_sdk_socket *sockets;
    struct reeve_pollfd *polled;
    uint64_t socket_count, socket_room;
    int64_t timer_at_ms;  /* on the monotonic clock; -1: none */
    int64_t waited_at_ms; /* the last reeve_wait */
    int progress;         /* something came or ended in this round */
    int no_memory;
};

/* http_loop.c */
int64_t rv_sdk_clock_ms(void);
int rv_sdk_http_loop_begin(struct reeve_http *http); /* -1 when memory is out */
void rv_sdk_http_loop_end(struct reeve_http *http);
/* One round: wait at most timeout_ms (-1: no limit) until something moves. 0, or a class. */
int rv_sdk_http_round(struct reeve_call *call, struct reeve_http *http, int64_t timeout_ms);

/* http_transfer.c */
int rv_sdk_transfer_begin(struct reeve_call *call, struct reeve_http *http,
                          struct rv_sdk_transfer *transfer,
                          const struct rv_sdk_http_request *request);
/* Stops it and frees what it holds, not the transfer itself. */
void rv_sdk_transfer_end(struct rv_sdk_transfer *transfer);
void rv_sdk_transfer_stop(struct rv_sdk_transfer *transfer, enum rv_sdk_stop why);
void
rv_sdk_transfer_resume(struct rv_sdk_transfer *transfer); /* when it paused and there is room */
/* A transfer is done: when it is a redirect within the origin, go there. 1: it runs again, 0: it
 * is really done, negative: a class (a redirect that may not be followed). */
int rv_sdk_transfer_follow(struct reeve_call *call, struct rv_sdk_transfer *transfer);
/* It is done and brought a whole answer. */
int rv_sdk_transfer_is_whole(const struct rv_sdk_transfer *transfer);
/* All but the body. */
void rv_sdk_transfer_answer(struct reeve_call *call, struct rv_sdk_transfer *transfer,
                            struct reeve_http_answer *out);

/* What stands behind the origin of a URL, to its end; "" when nothing does. */
const char *rv_sdk_http_path_of(const char *url);
/* How much of a path or URL is shown: a query may hold a long token that says nothing to people. */
size_t rv_sdk_http_label_length(const char *path);

/* http_setup.c: errors are kept in transfer->setup. */
void rv_sdk_transfer_set_up(struct rv_sdk_transfer *transfer);
int rv_sdk_transfer_set_headers(struct reeve_call *call, struct rv_sdk_transfer *transfer);

/* http_headers.c */
int rv_sdk_headers_check_value(struct reeve_call *call, const char *name, const char *value);
/* All that is put into its head. */
int rv_sdk_headers_check_request(struct reeve_call *call,
                                 const struct rv_sdk_http_request *request);
int rv_sdk_headers_check(struct reeve_call *call, const struct rv_sdk_header_list *list);
/* Those of a client that is opened. */
int rv_sdk_headers_keep(struct reeve_call *call, struct reeve_http *http,
                        const struct rv_sdk_header_list *list);
void rv_sdk_headers_free(struct reeve_http *http);
/* What goes out in a request with this list, one after another: *at is 0 at first. 0 at the end. */
int rv_sdk_headers_next(const struct reeve_http *http, const struct rv_sdk_header_list *list,
                        uint64_t *at, struct reeve_http_header *out);
/* The author says what becomes of this one. */
int rv_sdk_headers_have(const struct reeve_http *http, const struct rv_sdk_header_list *list,
                        const char *name);
/* Those of the answer, into *out. */
int rv_sdk_headers_take(struct reeve_call *call, struct rv_sdk_transfer *transfer,
                        struct reeve_http_answer *out);

/* http_secret.c */
int rv_sdk_http_lend(struct reeve_call *call, struct rv_sdk_transfer *transfer);
void rv_sdk_http_wipe(struct rv_sdk_transfer *transfer);
void rv_sdk_http_take_back(struct rv_sdk_transfer *transfer); /* wipes and frees */

/* http_request.c: one GET whose body is handed over in pieces, and what else its answer said. */
struct rv_sdk_pieces {
    int (*fn)(void *arg, const char *bytes, uint64_t len);
    void *arg;
    uint64_t max_bytes;
    const char *path, *url; /* as in a request */
    struct rv_sdk_header_list headers;
    int32_t status; /* out: 0 when there was no answer */
    char *from;     /* out, the caller's to free: where the answer came from, after redirects */
    char *link; /* out, the caller's to free: what its header Link says comes next; may be NULL */
};
int rv_sdk_http_get_pieces(struct reeve_call *call, struct reeve_http *http,
                           struct rv_sdk_pieces *pieces);

/* http_link.c */
int rv_sdk_http_has_origin(const struct reeve_http *http, const char *url);
/* What `reference` leads to from `base`, into *out, which is the caller's to free. PROTOCOL when it
 * leads to another origin, or is no address. */
int rv_sdk_http_resolve(struct reeve_call *call, const struct reeve_http *http, const char *base,
                        const char *reference, char **out);

/* The first address of this relation in the answer's headers Link, the caller's to free; NULL when
 * there is none, or memory is out. */
char *rv_sdk_http_find_link(CURL *easy, const char *relation);
/* The same within the value of one header; not NUL-terminated. */
const char *rv_sdk_link_find(const char *value, const char *relation, size_t *len);

/* http_error.c */
int rv_sdk_http_status_class(int32_t status);
/* Why a transfer that is done brought no whole answer: sets text and hint. */
int rv_sdk_http_explain(struct reeve_call *call, struct rv_sdk_transfer *transfer);
/* A wait ended with this class: adds to the text what was waited for. */
int rv_sdk_http_interrupted(struct reeve_call *call, int error_class, const char *label);

/* http_stream.c */
void rv_sdk_http_streams_close(struct reeve_http *http);

#endif
