/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the module share: a certificate with its key as OpenSSL's context, and the
 * connections made from it.
 */
#ifndef RV_TLS_PAIR_H
#define RV_TLS_PAIR_H

#include <openssl/ssl.h>
#include "pem.h"
#include "tls/module.h"

struct rv_tls_pair {
    char *certificate, *key;
    int64_t handshake_ms;
    SSL_CTX *context;
    struct rv_tls_info info;
    struct rv_pem_stamp read[2]; /* what the files looked like when they were read last */
    struct rv_pem_stamp seen[2]; /* and when they were looked at last */
};

/* context.c: from PEM texts. The names are for errors. */
struct rv_pair_text {
    const char *name;
    const rv_buf *text;
};
/* A new context with these certificates, and what is to be known of the first. */
int rv_pair_context(SSL_CTX **out, struct rv_tls_info *info, const struct rv_pair_text *certificate,
                    rv_err *err);
/* Give it the key that belongs to them. */
int rv_pair_key(SSL_CTX *context, const struct rv_pair_text *key, const char *certificate_name,
                rv_err *err);

/* connection.c */
void rv_pair_watch(SSL_CTX *context); /* its handshakes are told to connection.c */
struct bufferevent *rv_pair_connection(struct rv_tls_pair *pair, struct event_base *base);

#endif
