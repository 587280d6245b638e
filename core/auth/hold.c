/* SPDX-License-Identifier: Apache-2.0
 *
 * Logins of answers that go on for hours: looked at again and again, they end with what they rest
 * on. Neither token nor password is kept for that, only digests.
 */
#include "auth/auth.h"

#include <string.h>
#include "base/secret.h"
#include "base/text.h"

/* Digest of the stored digest; 0 when the user is gone. */
static int
stored_password(struct rv_store *store, int64_t user_id, char out[RV_TOKEN_SIZE], rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(user_id) };
    int found = rv_store_one(store, row, 1, "SELECT password_digest FROM users WHERE id = $1",
                             params, 1, err);
    const char *text = found > 0 && row[0].type == RV_TEXT ? row[0].v.text : "";
    rv_sha256_hex(out, text, strlen(text));
    return found;
}

int
rv_auth_hold(struct rv_hold *out, struct rv_store *store, const char *token, int64_t user_id,
             rv_err *err)
{
    *out = (struct rv_hold){ .user_id = user_id };
    if (token) {
        rv_sha256_hex(out->token, token, strlen(token));
        return 0;
    }
    int found = stored_password(store, user_id, out->password, err);
    return found < 0 ? rv_wrap(err, "look at a user") : 0;
}

int
rv_auth_hold_check(struct rv_store *store, const struct rv_hold *hold, int flags, rv_err *err)
{
    struct rv_identity who;
    char password[RV_TOKEN_SIZE];

    if (*hold->token)
        return rv_auth_token_digest(store, hold->token, flags, &who, err);
    int found = stored_password(store, hold->user_id, password, err);
    if (found < 0)
        return rv_wrap(err, "look at a user");
    if (found == 0 || !rv_streq(password, hold->password))
        return rv_fail(err, RV_E_AUTH, "the user is gone or has another password");
    return 0;
}
