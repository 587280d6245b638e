/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of the API. The store has their digest only: who reads it cannot log in.
 * A token in use is renewed at most once in a tenth of its life, so that a busy client
 * does not make each of its requests a write.
 */
#include "auth/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"

enum { TOKEN_BYTES = 32 };

static int
insert_token(struct rv_store *store, const char *digest, int64_t user_id,
             const char *requester_type, int64_t ttl_ms, int64_t now_ms, rv_err *err)
{
    int64_t id = 0;
    if (rv_store_new_id(store, &id, err))
        return err->code;
    const rv_value params[] = { rv_vint(id),
                                rv_vtext(digest),
                                rv_vint(user_id),
                                rv_vtext(requester_type),
                                rv_vint((ttl_ms + 999) / 1000),
                                rv_vint(now_ms + ttl_ms),
                                rv_vint(now_ms) };
    return rv_store_exec(store, NULL,
                         "INSERT INTO auth_tokens (id, token_digest, user_id, requester_type, ttl,"
                         " expires_on, created_on, updated_on)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                         params, 7, err);
}

int
rv_auth_token_issue(struct rv_store *store, int64_t user_id, const char *requester_type,
                    int64_t ttl_ms, char token[RV_TOKEN_SIZE], int64_t *expires_on, rv_err *err)
{
    char digest[65];
    int64_t now_ms = rv_now_ms();
    rv_random_hex(token, TOKEN_BYTES);
    rv_sha256_hex(digest, token, strlen(token));
    if (insert_token(store, digest, user_id, requester_type, ttl_ms, now_ms, err)) {
        rv_wipe(token, RV_TOKEN_SIZE);
        return rv_wrap(err, "issue a token");
    }
    *expires_on = now_ms + ttl_ms;
    return 0;
}

static const char find_token[] = "SELECT t.id, t.expires_on, t.ttl, u.id, u.userid, u.name"
                                 " FROM auth_tokens t JOIN users u ON u.id = t.user_id"
                                 " WHERE t.token_digest = $1 AND t.expires_on > $2";
enum { TOKEN_COLUMNS = 6, TOKEN_PARAMS = 2 };

static int
take_row(void *arg, const rv_value *row, rv_err *err)
{
    struct rv_token_look *look = arg;
    (void)err;
    look->token_id = row[0].v.i;
    look->expires_on = row[1].v.i;
    look->ttl_ms = row[2].type == RV_INT ? row[2].v.i * 1000 : 0;
    look->who.user_id = row[3].v.i;
    snprintf(look->who.userid, sizeof(look->who.userid), "%s",
             row[4].type == RV_TEXT ? row[4].v.text : "");
    snprintf(look->who.name, sizeof(look->who.name), "%s",
             row[5].type == RV_TEXT ? row[5].v.text : "");
    return 0;
}

static int
look_once(struct rv_store *store, struct rv_token_look *look, rv_err *err)
{
    rv_value row[TOKEN_COLUMNS];
    const rv_value params[TOKEN_PARAMS] = { rv_vtext(look->digest), rv_vint(rv_now_ms()) };
    int found = rv_store_one(store, row, TOKEN_COLUMNS, find_token, params, TOKEN_PARAMS, err);
    return found > 0 ? take_row(look, row, err) : found;
}

int
rv_auth_tokens_look(struct rv_store *store, struct rv_token_look *looks, size_t count, rv_err *err)
{
    struct rv_store_read *reads = rv_alloc(count * sizeof(*reads));
    rv_value(*params)[TOKEN_PARAMS] = rv_alloc(count * sizeof(*params));
    for (size_t i = 0; i < count; i++) {
        params[i][0] = rv_vtext(looks[i].digest);
        params[i][1] = rv_vint(rv_now_ms());
        reads[i] =
            (struct rv_store_read){ find_token, params[i], TOKEN_PARAMS, take_row, &looks[i] };
    }
    int failed = rv_store_read_all(store, reads, count, err);
    free(params);
    free(reads);
    return failed;
}

static int
renew(struct rv_store *store, struct rv_token_look *look, rv_err *err)
{
    int64_t until = rv_now_ms() + look->ttl_ms;
    if (until - look->expires_on < look->ttl_ms / 10)
        return 0;
    const rv_value params[] = { rv_vint(look->token_id), rv_vint(until), rv_vint(rv_now_ms()) };
    if (rv_store_exec(store, NULL,
                      "UPDATE auth_tokens SET expires_on = $2, updated_on = $3 WHERE id = $1"
                      " AND expires_on < $2",
                      params, 3, err))
        return err->code;
    look->expires_on = until;
    return 0;
}

int
rv_auth_token_looked(struct rv_store *store, struct rv_token_look *look, int flags,
                     struct rv_identity *out, rv_err *err)
{
    if (look->token_id == 0)
        return rv_fail(err, RV_E_AUTH, "the token is unknown or has expired");
    *out = look->who;
    if ((flags & RV_TOKEN_RENEW) && renew(store, look, err))
        return rv_wrap(err, "renew a token");
    return 0;
}

int
rv_auth_token_digest(struct rv_store *store, const char *digest, int flags, struct rv_identity *out,
                     rv_err *err)
{
    struct rv_token_look look = { .token_id = 0 };
    snprintf(look.digest, sizeof(look.digest), "%s", digest);
    if (look_once(store, &look, err))
        return err->code;
    return rv_auth_token_looked(store, &look, flags, out, err);
}

int
rv_auth_digest(char out[RV_TOKEN_SIZE], const char *token)
{
    size_t len = strlen(token);
    if (len != RV_TOKEN_SIZE - 1)
        return 0;
    rv_sha256_hex(out, token, len);
    return 1;
}

int
rv_auth_token(struct rv_store *store, const char *token, int flags, struct rv_identity *out,
              rv_err *err)
{
    char digest[RV_TOKEN_SIZE];
    if (!rv_auth_digest(digest, token))
        return rv_fail(err, RV_E_AUTH, "the token is unknown or has expired");
    return rv_auth_token_digest(store, digest, flags, out, err);
}

int
rv_auth_token_revoke(struct rv_store *store, const char *token, rv_err *err)
{
    char digest[65];
    rv_sha256_hex(digest, token, strlen(token));
    const rv_value params[] = { rv_vtext(digest) };
    if (rv_store_exec(store, NULL, "DELETE FROM auth_tokens WHERE token_digest = $1", params, 1,
                      err))
        return rv_wrap(err, "revoke a token");
    return 0;
}
