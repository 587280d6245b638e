/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets at rest: XChaCha20-Poly1305 by libsodium. The envelope is
 * "v1:KEYID:NONCE:TEXT" (base64), bound to the place where it is kept
 * ("authentications/1000000000012/auth_key/1000000000003": table, row, column,
 * provider), so that a ciphertext copied elsewhere does not open. A key file may hold several keys
 * while a new one takes over; each envelope says which it needs.
 */
#ifndef RV_SECRET_H
#define RV_SECRET_H

#include "base/buf.h"

struct rv_key;

/* Read the key file, or make it (mode 0600) when absent. A file that others can read is refused. */
int rv_key_load(struct rv_key **out, const char *path, rv_err *err);
void rv_key_free(struct rv_key *key); /* wipes */
/* Whether the file holds these keys, and no others: 1 or 0; an error when it holds none or cannot
 * be read. */
int rv_key_is_file(const struct rv_key *key, const char *path, rv_err *err);
/* Whether a text is what a key file may hold; INVALID says what is right. */
int rv_key_check(const char *text, rv_err *err);
/* Of a new key: put in front, so that it seals from now on; the old ones go on opening. The file is
 * replaced in one step, before anything is sealed. label: why it was made; nothing is done when the
 * key in front was made with that label. CONFLICT while the file has old keys still. */
int rv_key_begin(struct rv_key *key, const char *path, const char *label, rv_err *err);
/* All but the first go, out of the file and out of memory: what is sealed with them is lost. */
int rv_key_retire(struct rv_key *key, const char *path, rv_err *err);
int rv_key_count(const struct rv_key *key);
/* Eight hex digits; 0 is the one that seals. */
const char *rv_key_id(const struct rv_key *key, int index);
const char *rv_key_label(const struct rv_key *key); /* of the first; "" when it has none */
/* Whether the envelope is sealed with the first of the keys. */
int rv_key_is_current(const struct rv_key *key, const char *envelope);
int rv_secret_seal(rv_buf *out, const struct rv_key *key, const char *place, const char *text,
                   size_t len, rv_err *err);
/* AUTH when it was changed, moved or sealed with another key. Wipe out when done. */
int rv_secret_open(rv_buf *out, const struct rv_key *key, const char *place, const char *envelope,
                   rv_err *err);
void rv_wipe(void *bytes, size_t len);
void rv_buf_wipe(rv_buf *buf); /* wipes and frees */

/* Passwords: argon2id text. verify: 1 right, 0 wrong. */
int rv_password_hash(char out[128], const char *password, rv_err *err);
int rv_password_verify(const char *hash, const char *password);
/* bytes random bytes as hex; out holds 2 * bytes + 1. */
void rv_random_hex(char *out, size_t bytes);
/* SHA-256 as hex, for tokens kept in the store. */
void rv_sha256_hex(char out[65], const char *text, size_t len);
/* Whether a text is the one of this digest. How long that takes tells nothing of either. */
int rv_sha256_is(const char digest[65], const char *text);

#endif
