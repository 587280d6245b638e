/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing, password hashes, random and digests, all by libsodium.
 */
#include "base/secret_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    MAX_SEALED_BYTES = 16 << 20,
};

void
rv_secret_start(void)
{
    /* Idempotent; it fails only where the system has no source of randomness. */
    RV_ASSERT(sodium_init() >= 0);
}

/* What the tag covers beside the text: version, key and place. */
static void
add_place(rv_buf *out, const struct rv_key_one *key, const char *place)
{
    rv_buf_addf(out, "v1:%s:%s", key->id, place);
}

static int
add_envelope(rv_buf *out, const struct rv_key_one *key, const unsigned char *nonce,
             const unsigned char *sealed, size_t len, rv_err *err)
{
    rv_buf_addf(out, "v1:%s:", key->id);
    rv_base64_encode(out, nonce, NONCE_BYTES);
    rv_buf_add_char(out, ':');
    rv_base64_encode(out, sealed, len);
    return rv_buf_check(out, err);
}

int
rv_secret_seal(rv_buf *out, const struct rv_key *ring, const char *place, const char *text,
               size_t len, rv_err *err)
{
    const struct rv_key_one *key = &ring->keys[0];
    rv_secret_start();
    if (len > MAX_SEALED_BYTES)
        return rv_fail(err, RV_E_LIMIT, "a secret of %zu bytes is too large to seal", len);
    unsigned char nonce[NONCE_BYTES];
    randombytes_buf(nonce, sizeof(nonce));
    RV_AUTO_BUF
    rv_buf bound = rv_buf_limited(4096);
    add_place(&bound, key, place);
    int failed = rv_buf_check(&bound, err);
    if (failed)
        return rv_wrap(err, "place of a secret");
    RV_AUTO_FREE unsigned char *sealed = rv_alloc(len + TAG_BYTES);
    unsigned long long sealed_len;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &sealed_len, (const unsigned char *)text,
                                               len, (const unsigned char *)rv_buf_text(&bound),
                                               bound.len, NULL, nonce, key->bytes);
    return add_envelope(out, key, nonce, sealed, (size_t)sealed_len, err);
}

/* One of the envelope's four parts; moves *at behind its colon. NULL when there is no colon. */
static const char *
next_part(const char **at, size_t *len)
{
    const char *part = *at;
    const char *colon = strchr(part, ':');
    if (colon == NULL)
        return NULL;
    *len = (size_t)(colon - part);
    *at = colon + 1;
    return part;
}

static const struct rv_key_one *
find_key(const struct rv_key *ring, const char *id, size_t len)
{
    for (int i = 0; i < ring->count; i++)
        if (len == strlen(ring->keys[i].id) && memcmp(id, ring->keys[i].id, len) == 0)
            return &ring->keys[i];
    return NULL;
}

/* Nonce and sealed bytes of an envelope, and its key. */
static int
take_apart(rv_buf *nonce, rv_buf *sealed, const struct rv_key_one **key, const struct rv_key *ring,
           const char *envelope, rv_err *err)
{
    size_t version_len, id_len, nonce_len;
    const char *at = envelope;
    const char *version = next_part(&at, &version_len);
    const char *id = version ? next_part(&at, &id_len) : NULL;
    const char *nonce_text = id ? next_part(&at, &nonce_len) : NULL;
    if (nonce_text == NULL || version_len != 2 || memcmp(version, "v1", 2) != 0)
        return rv_fail(err, RV_E_AUTH, "not a sealed secret");
    *key = find_key(ring, id, id_len);
    if (*key == NULL)
        return rv_fail(err, RV_E_AUTH, "sealed with key '%.*s', but the key file holds '%s'",
                       (int)(id_len < 32 ? id_len : 32), id, ring->keys[0].id);
    if (rv_base64_decode(nonce, nonce_text, nonce_len, err) ||
        rv_base64_decode(sealed, at, strlen(at), err) || nonce->len != NONCE_BYTES ||
        sealed->len < TAG_BYTES)
        return rv_fail(err, RV_E_AUTH, "the sealed secret is damaged");
    return 0;
}

int
rv_secret_open(rv_buf *out, const struct rv_key *ring, const char *place, const char *envelope,
               rv_err *err)
{
    const struct rv_key_one *key = NULL;
    rv_secret_start();
    RV_AUTO_BUF
    rv_buf nonce = rv_buf_limited(NONCE_BYTES);
    RV_AUTO_BUF
    rv_buf sealed = rv_buf_limited(MAX_SEALED_BYTES + TAG_BYTES);
    RV_AUTO_BUF
    rv_buf bound = rv_buf_limited(4096);
    int failed = take_apart(&nonce, &sealed, &key, ring, envelope, err);
    if (failed)
        return failed;
    add_place(&bound, key, place);
    failed = rv_buf_check(&bound, err);
    if (failed)
        return rv_wrap(err, "place of a secret");
    size_t size = sealed.len - TAG_BYTES + 1;
    unsigned char *text = rv_alloc(size);
    unsigned long long len = 0;
    int wrong = crypto_aead_xchacha20poly1305_ietf_decrypt(
        text, &len, NULL, (const unsigned char *)sealed.data, sealed.len,
        (const unsigned char *)rv_buf_text(&bound), bound.len, (const unsigned char *)nonce.data,
        key->bytes);
    if (wrong)
        failed = rv_fail(err, RV_E_AUTH, "the sealed secret was changed, or belongs elsewhere");
    else
        rv_buf_add(out, text, (size_t)len);
    rv_wipe(text, size);
    free(text);
    return failed ? failed : rv_buf_check(out, err);
}

void
rv_wipe(void *bytes, size_t len)
{
    if (len > 0)
        sodium_memzero(bytes, len);
}

void
rv_buf_wipe(rv_buf *buf)
{
    if (buf->data)
        rv_wipe(buf->data, buf->size);
    rv_buf_free(buf);
}

struct effort {
    unsigned long long operations;
    size_t memory_bytes;
};

/* What a hash costs whoever guesses, and us. A test that logs in a thousand times says by
 * REEVE_TEST_QUICK_PASSWORDS that nobody guesses; a hash tells its own cost to who verifies it. */
static struct effort
effort_of_a_hash(void)
{
#ifdef REEVE_TEST_HOOKS
    if (getenv("REEVE_TEST_QUICK_PASSWORDS"))
        return (struct effort){ crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN };
#endif
    return (struct effort){ crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE };
}

int
rv_password_hash(char out[128], const char *password, rv_err *err)
{
    struct effort effort = effort_of_a_hash();

    rv_secret_start();
    if (crypto_pwhash_str_alg(out, password, strlen(password), effort.operations,
                              effort.memory_bytes, crypto_pwhash_ALG_ARGON2ID13))
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for hashing a password (64 MiB)");
    return 0;
}

int
rv_password_verify(const char *hash, const char *password)
{
    rv_secret_start();
    char copy[crypto_pwhash_STRBYTES] = { 0 };
    size_t len = strlen(hash);
    if (len >= sizeof(copy))
        return 0;
    memcpy(copy, hash, len);
    return crypto_pwhash_str_verify(copy, password, strlen(password)) == 0;
}

void
rv_random_hex(char *out, size_t bytes)
{
    rv_secret_start();
    unsigned char piece[32];
    while (bytes > 0) {
        size_t count = bytes < sizeof(piece) ? bytes : sizeof(piece);
        randombytes_buf(piece, count);
        rv_hex(out, piece, count);
        out += 2 * count;
        bytes -= count;
    }
    *out = '\0';
    rv_wipe(piece, sizeof(piece));
}

void
rv_sha256_hex(char out[65], const char *text, size_t len)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)text, len);
    rv_hex(out, digest, sizeof(digest));
}

int
rv_sha256_is(const char digest[65], const char *text)
{
    char other[65];

    rv_sha256_hex(other, text, strlen(text));
    return sodium_memcmp(digest, other, sizeof(other)) == 0;
}
