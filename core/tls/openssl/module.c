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
read_files(struct rv_tls_pair *pair, rv_buf *certificate, rv_buf *key, rv_err *err)
{
    if (rv_pem_read(certificate, &pair->read[0], "certificate", pair->certificate, 0, err) ||
        rv_pem_read(key, &pair->read[1], "key", pair->key, RV_PEM_PRIVATE, err))
        return err->code;
    return 0;
}

/* The old context stays when this fails. Connections keep the one that they began with. */
static int
take_files(struct rv_tls_pair *pair, rv_err *err)
{
    rv_buf certificate = rv_buf_limited(RV_PEM_MAX), key = rv_buf_limited(RV_PEM_MAX);
    const struct rv_pair_text text = { pair->certificate, pair->key, &certificate, &key };
    SSL_CTX *context = NULL;
    struct rv_tls_info info;
    rv_pem_look(&pair->read[0], pair->certificate);
    rv_pem_look(&pair->read[1], pair->key);
    int failed = read_files(pair, &certificate, &key, err);
    if (!failed)
        failed = rv_pair_context(&context, &info, &text, err);
    rv_buf_free(&certificate);
    rv_buf_wipe(&key);
    if (failed)
        return failed;
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
                                                 .refresh = refresh_pair };
    return &module;
}
