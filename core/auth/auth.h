/* SPDX-License-Identifier: Apache-2.0
 *
 * Who calls: users and their passwords, tokens of the API.
 */
#ifndef RV_AUTH_H
#define RV_AUTH_H

#include "store/store.h"

struct rv_identity {
    int64_t user_id;
    char userid[128];
    char name[256];
};

/* Make or reset the administrator with this password. */
int rv_auth_set_admin(struct rv_store *store, const char *userid, const char *password,
                      rv_err *err);
int rv_auth_has_user(struct rv_store *store, const char *userid, rv_err *err); /* 1, 0 or error */
/* AUTH when the user or the password is wrong (same text, same time for both). */
int rv_auth_password(struct rv_store *store, const char *userid, const char *password,
                     struct rv_identity *out, rv_err *err);

/* Tokens: 32 random bytes as hex; the store keeps their SHA-256. */
#define RV_TOKEN_SIZE 65
int rv_auth_token_issue(struct rv_store *store, int64_t user_id, const char *requester_type,
                        int64_t ttl_ms, char token[RV_TOKEN_SIZE], int64_t *expires_on,
                        rv_err *err);
/* AUTH when unknown or expired. renew: its expiry moves to now + its TTL. */
enum { RV_TOKEN_RENEW = 1 };
int rv_auth_token(struct rv_store *store, const char *token, int flags, struct rv_identity *out,
                  rv_err *err);
/* The same by the token's digest, as rv_auth_hold keeps it. */
int rv_auth_token_digest(struct rv_store *store, const char *digest, int flags,
                         struct rv_identity *out, rv_err *err);
/* The digest by which the store knows a token; 0 when it is none. */
int rv_auth_digest(char out[RV_TOKEN_SIZE], const char *token);
/* What the store says of a token. */
struct rv_token_look {
    char digest[RV_TOKEN_SIZE];
    int64_t token_id; /* 0: unknown or expired */
    int64_t expires_on, ttl_ms;
    struct rv_identity who;
};
/* Several tokens, of which the digest alone is given, in one round trip to PostgreSQL. */
int rv_auth_tokens_look(struct rv_store *store, struct rv_token_look *looks, size_t count,
                        rv_err *err);
/* As rv_auth_token, after a look of a moment ago; that it was renewed is noted there. */
int rv_auth_token_looked(struct rv_store *store, struct rv_token_look *look, int flags,
                         struct rv_identity *out, rv_err *err);
int rv_auth_token_revoke(struct rv_store *store, const char *token, rv_err *err);

/* What a login rests on, for an answer that outlives its request. */
struct rv_hold {
    int64_t user_id;
    char token[RV_TOKEN_SIZE];    /* digest of the token; empty: a password */
    char password[RV_TOKEN_SIZE]; /* digest of what is stored of it */
};
/* token: NULL when the user gave his password. */
int rv_auth_hold(struct rv_hold *out, struct rv_store *store, const char *token, int64_t user_id,
                 rv_err *err);
/* AUTH when the token was revoked or has expired, the password is another, or the user is gone.
 * flags: RV_TOKEN_RENEW. */
int rv_auth_hold_check(struct rv_store *store, const struct rv_hold *hold, int flags, rv_err *err);

#endif
