/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's side of TLS: a certificate with its key, connections made with them, and their
 * renewal while connections are open. The work is done by a module over OpenSSL (tls_openssl.so),
 * which is loaded by those processes that need it: OpenSSL costs each half a megabyte.
 */
#ifndef RV_TLS_H
#define RV_TLS_H

#include <stdint.h>
#include "base/err.h"

struct bufferevent;
struct event_base;
struct rv_tls;

struct rv_tls_config {
    const char *module_dir;
    const char *certificate, *key; /* PEM files; may be the same one */
    int64_t handshake_ms;          /* a handshake that takes longer is ended */
};

/* Of the server's own certificate, the first in its file. */
struct rv_tls_info {
    int64_t begins_ms, ends_ms;
    char names[256]; /* that it is for: "reeve.example.com, 10.0.0.1" */
};

/* PERMISSION when others can read the key; INVALID when it is not the certificate's, or either is
 * none. Errors name the file and say what to do. */
int rv_tls_open(struct rv_tls **out, const struct rv_tls_config *config, rv_err *err);
void rv_tls_close(struct rv_tls *tls); /* NULL allowed; connections live on */
void rv_tls_info(const struct rv_tls *tls, struct rv_tls_info *out);
/* For evhttp_set_bevcb: a connection that waits for its socket, which it closes itself. */
struct bufferevent *rv_tls_connection(struct rv_tls *tls, struct event_base *base);

/* How long handshakes may take that begin from now on. */
void rv_tls_patience(struct rv_tls *tls, int64_t handshake_ms);

enum {
    RV_TLS_SETTLED = 1, /* files that change right now are left for the next look */
};
/* Look at the files: 1 when they were changed and new connections get what is in them now, 0 when
 * there is nothing new. Negative when what is new is no good: the old pair stays, and this is not
 * said again until the files change again. */
int rv_tls_refresh(struct rv_tls *tls, int flags, rv_err *err);

#endif
