/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods send into the world: HTTP requests to hosts that an operator allowed, and mails. The
 * work is done by a module over libcurl (automate_net.so), which a worker loads when a method
 * first wants it: libcurl costs each two megabytes.
 */
#ifndef RV_NET_H
#define RV_NET_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

struct rv_net;

enum {
    RV_NET_BODY_MAX = 1 << 20, /* of a request, of an answer, of a mail */
    RV_NET_HEADERS_MAX = 64 << 10,
    RV_NET_RECIPIENTS_MAX = 500,
};

enum {
    RV_NET_UNVERIFIED = 1, /* TLS certificates are not looked at */
};

struct rv_net_header {
    const char *name, *value;
};

struct rv_net_request {
    const char *method; /* NULL: GET, or POST with a body */
    const char *url;    /* http or https; no user in it */
    const struct rv_net_header *headers;
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_len;
    int64_t timeout_ms; /* of all of it; 0: 30 s */
    /* Who may be asked: "host:port", or "host" for the scheme's own port; NULL at the end. An
     * IPv6 address stands in brackets. */
    const char *const *hosts;
    const char *ca_file; /* NULL: the system's */
    int flags;           /* RV_NET_UNVERIFIED */
};

struct rv_net_response {
    int32_t status;
    rv_buf headers; /* "name: value\n" each, names in lower case */
    rv_buf body;
};

enum rv_net_security { RV_NET_PLAIN = 0, RV_NET_STARTTLS, RV_NET_TLS };

struct rv_net_server { /* that takes mails */
    const char *host;
    int32_t port;
    int32_t security;            /* enum rv_net_security; STARTTLS: it must be offered */
    const char *helo;            /* what we call ourselves; NULL: the host's name */
    const char *user, *password; /* NULL: nobody */
    const char *ca_file;
    int flags; /* RV_NET_UNVERIFIED */
    int64_t timeout_ms;
};

struct rv_net_mail {
    const char *from;
    const char *const *to, *const *cc, *const *bcc; /* NULL at the end; NULL: none */
    const char *subject;
    const char *content_type; /* NULL: text/plain; UTF-8 either way */
    const char *body;
    size_t body_len;
};

/* Loads the module. UNAVAILABLE when a library is missing. */
int rv_net_open(struct rv_net **out, const char *module_dir, rv_err *err);
void rv_net_close(struct rv_net *net); /* NULL allowed */
/* Asked every quarter of a second while something is waited for: a negative code, with err set,
 * ends that. NULL: nobody. */
void rv_net_pulse(struct rv_net *net, int (*pulse)(void *arg, rv_err *err), void *arg);

/* An answer of any status is 0; redirects are answers. PERMISSION for a host that is not allowed,
 * INVALID for a request that cannot be, LIMIT for an answer over the ceiling, UNAVAILABLE, TIMEOUT.
 * Free response with rv_net_response_free, whatever came back. */
int rv_net_http(struct rv_net *net, const struct rv_net_request *request,
                struct rv_net_response *response, rv_err *err);
void rv_net_response_free(struct rv_net_response *response);

/* 0 when the server took it for every recipient. INVALID for an address or a header that cannot
 * be, AUTH, PERMISSION (the server refuses it), UNAVAILABLE (try later), TIMEOUT. */
int rv_net_mail(struct rv_net *net, const struct rv_net_server *server,
                const struct rv_net_mail *mail, rv_err *err);

/* Whether hosts (as above) has the one of an URL's parts. For tests. */
int rv_net_allowed(const char *const *hosts, const char *host, const char *port,
                   const char *default_port);

#endif
