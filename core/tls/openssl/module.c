/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a pair: read at the start, read again when its files change, and the table of
 * functions by which the process reaches all this.
 */
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"
#include "pair.h"

static int
add_certificate(struct rv_tls_pair *pair, SSL_CTX **context, struct rv_tls_info *info, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(RV_PEM_MAX);
    const struct rv_pair_text certificate = { pair->certificate, &text };
    if (rv_pem_read(&text, &pair->read[0], "certificate", pair->certificate, 0, err))
        return err->code;
    return rv_pair_context(context, info, &certificate, err);
}

static int
add_key(struct rv_tls_pair *pair, SSL_CTX *context, rv_err *err)
{
    rv_buf text = rv_buf_limited(RV_PEM_MAX);
    const struct rv_pair_text key = { pair->key, &text };
    int failed = rv_pem_read(&text, &pair->read[1], "key", pair->key, RV_PEM_PRIVATE, err);
    if (!failed)
        failed = rv_pair_key(context, &key, pair->certificate, err);
    rv_buf_wipe(&text);
    return failed;
}

/* The old context stays when this fails. Connections keep the one that they began with. */
static int
take_files(struct rv_tls_pair *pair, rv_err *err)
{
    SSL_CTX *context = NULL;
    struct rv_tls_info info;
    rv_pem_look(&pair->read[0], pair->certificate);
    rv_pem_look(&pair->read[1], pair->key);
    if (add_certificate(pair, &context, &info, err) || add_key(pair, context, err)) {
        SSL_CTX_free(context);
        return err->code;
    }
    SSL_CTX_free(pair->context);
    pair->context = context;
    pair->info = info;
    return 0;
}

static void
close_pair(struct rv_tls_pair *pair)
{
    SSL_CTX_free(pair->context);
    free(pair->certificate);
    free(pair->key);
    free(pair);
}

static int
open_pair(struct rv_tls_pair **out, const struct rv_tls_config *config, rv_err *err)
{
    struct rv_tls_pair *pair = rv_alloc(sizeof(*pair));
    pair->certificate = rv_strdup(config->certificate);
    pair->key = rv_strdup(config->key);
    pair->handshake_ms = config->handshake_ms;
    if (take_files(pair, err)) {
        close_pair(pair);
        return err->code;
    }
    memcpy(pair->seen, pair->read, sizeof(pair->seen));
    *out = pair;
    return 0;
}

static void
tell_info(const struct rv_tls_pair *pair, struct rv_tls_info *out)
{
    *out = pair->info;
}

static void
set_patience(struct rv_tls_pair *pair, int64_t handshake_ms)
{
    pair->handshake_ms = handshake_ms;
}

/* A renewal writes two files: between them they do not fit, so both must look as they did at the
 * last look. */
static int
refresh_pair(struct rv_tls_pair *pair, int flags, rv_err *err)
{
    struct rv_pem_stamp now[2];
    rv_pem_look(&now[0], pair->certificate);
    rv_pem_look(&now[1], pair->key);
    int is_settled = rv_pem_same(&now[0], &pair->seen[0]) && rv_pem_same(&now[1], &pair->seen[1]);
    memcpy(pair->seen, now, sizeof(now));
    if (rv_pem_same(&now[0], &pair->read[0]) && rv_pem_same(&now[1], &pair->read[1]))
        return 0;
    if ((flags & RV_TLS_SETTLED) && !is_settled)
        return 0;
    return take_files(pair, err) ? err->code : 1;
}

__attribute__((visibility("default"))) const struct rv_tls_module *rv_tls_module_entry(void);

const struct rv_tls_module *
rv_tls_module_entry(void)
{
    static const struct rv_tls_module module = { .version = RV_TLS_MODULE_VERSION,
                                                 .size = sizeof(module),
                                                 .open = open_pair,
                                                 .close = close_pair,
                                                 .info = tell_info,
                                                 .connection = rv_pair_connection,
                                                 .patience = set_patience,
                                                 .refresh = refresh_pair };
    return &module;
}
