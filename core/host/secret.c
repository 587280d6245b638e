/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets, of options and got at run time: bytes in memory of their own (locked where the system
 * allows, between guard pages), readable only while they are lent, wiped when freed, and masked in
 * everything that is logged.
 */
#include "host/internal.h"

#include <sodium.h>
#include <string.h>
#include "base/log.h"

struct reeve_secret *
rv_host_secret_new(const char *bytes, size_t len)
{
    if (sodium_init() < 0)
        return NULL;
    struct reeve_secret *secret = rv_alloc(sizeof(*secret));
    secret->bytes = sodium_malloc(len ? len : 1);
    if (secret->bytes == NULL) {
        free(secret);
        return NULL;
    }
    memcpy(secret->bytes, bytes, len);
    secret->len = len;
    rv_log_mask(bytes, len);
    sodium_mprotect_noaccess(secret->bytes);
    return secret;
}

int32_t
rv_host_secret_keep(struct reeve_call *call, const char *bytes, uint64_t len,
                    struct reeve_secret **out)
{
    *out = NULL;
    if (bytes == NULL || len == 0)
        return rv_fail(&call->err, REEVE_E_INVALID, "an empty secret cannot be kept");
    if (len > RV_SECRET_BYTES)
        return rv_fail(&call->err, REEVE_E_LIMIT, "a secret of more than %d bytes",
                       RV_SECRET_BYTES);
    *out = rv_host_secret_new(bytes, (size_t)len);
    return *out ? 0 : rv_fail(&call->err, REEVE_E_INTERNAL, "no memory for secrets");
}

void
rv_host_secret_free(struct reeve_secret *secret)
{
    if (secret == NULL)
        return;
    sodium_mprotect_readwrite(secret->bytes);
    sodium_free(secret->bytes);
    free(secret);
}

int32_t
rv_host_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
                    int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg)
{
    if (secret == NULL || fn == NULL) {
        rv_call_fail(call, REEVE_E_INVALID, "a secret that is not there cannot be lent");
        return REEVE_E_INVALID;
    }
    /* Only the count of borrowers changes; to the provider the handle stays constant. */
    union {
        const struct reeve_secret *lent;
        struct reeve_secret *own;
    } handle = { .lent = secret };
    if (handle.own->lent++ == 0)
        sodium_mprotect_readonly(secret->bytes);
    /* What is in use stays masked, however many tokens a provider has got since. */
    rv_log_mask(secret->bytes, (size_t)secret->len);
    int result = fn(arg, secret->bytes, secret->len);
    if (--handle.own->lent == 0)
        sodium_mprotect_noaccess(secret->bytes);
    return result;
}
