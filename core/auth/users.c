/* SPDX-License-Identifier: Apache-2.0
 *
 * Users and passwords. An unknown user costs the same time as a wrong password:
 * otherwise the time tells which names exist.
 */
#include "auth/auth.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "model/model.h"
#include "store/record.h"

enum { NAME_MAX_BYTES = 127, PASSWORD_MAX_BYTES = 1024, DIGEST_BYTES = 128 };

struct user {
    int64_t id;
    char name[256];
    char digest[DIGEST_BYTES];
};

static int
find_user(struct rv_store *store, struct user *out, const char *userid, rv_err *err)
{
    rv_value row[3];
    const rv_value params[] = { rv_vtext(userid) };
    memset(out, 0, sizeof(*out));
    int found =
        rv_store_one(store, row, 3, "SELECT id, name, password_digest FROM users WHERE userid = $1",
                     params, 1, err);
    if (found <= 0)
        return found;
    out->id = row[0].v.i;
    snprintf(out->name, sizeof(out->name), "%s", row[1].type == RV_TEXT ? row[1].v.text : userid);
    snprintf(out->digest, sizeof(out->digest), "%s", row[2].type == RV_TEXT ? row[2].v.text : "");
    return 1;
}

static int
check_new(const char *userid, const char *password, rv_err *err)
{
    size_t len = strlen(userid);
    if (len == 0 || len > NAME_MAX_BYTES || !rv_utf8_valid(userid, len))
        return rv_fail(err, RV_E_INVALID, "a user's name has 1 to %d bytes of UTF-8",
                       NAME_MAX_BYTES);
    if (password[0] == '\0' || strlen(password) > PASSWORD_MAX_BYTES)
        return rv_fail(err, RV_E_INVALID, "a password has 1 to %d bytes", PASSWORD_MAX_BYTES);
    return 0;
}

/* What is to be stored of an administrator. */
struct admin {
    const char *userid, *digest;
};

static int
write_admin(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct admin *admin = arg;
    const struct rv_kind *kind = rv_model_table("users");
    const struct rv_field fields[] = { { "password_digest", rv_vtext(admin->digest) },
                                       { "userid", rv_vtext(admin->userid) },
                                       { "name", rv_vtext("Administrator") } };
    struct user user;
    if (rv_store_lock(store, "users", err))
        return err->code;
    int known = find_user(store, &user, admin->userid, err);
    if (known < 0)
        return known;
    if (known)
        return rv_record_update(store, feed, kind, user.id, fields, 1, err);
    return rv_record_insert(store, feed, kind, fields, RV_COUNT(fields), NULL, err);
}

int
rv_auth_set_admin(struct rv_store *store, const char *userid, const char *password, rv_err *err)
{
    char digest[DIGEST_BYTES];
    struct admin admin = { userid, digest };
    if (check_new(userid, password, err) || rv_password_hash(digest, password, err) ||
        rv_store_reserve_ids(store, 1, err) ||
        rv_record_transaction(store, write_admin, &admin, err))
        return rv_wrap(err, "set the administrator's password");
    return 0;
}

int
rv_auth_has_user(struct rv_store *store, const char *userid, rv_err *err)
{
    struct user user;
    return find_user(store, &user, userid, err);
}

/* Compared when there is no such user. Made once a process. */
static const char *
dummy_digest(void)
{
    static char digest[DIGEST_BYTES];
    rv_err err = RV_ERR_INIT;
    if (digest[0] == '\0' && rv_password_hash(digest, "no such user", &err))
        rv_log_err(RV_WARNING, "no password could be hashed", &err);
    return digest;
}

static void
note_login(struct rv_store *store, int64_t user_id, int right)
{
    rv_err err = RV_ERR_INIT;
    const rv_value params[] = { rv_vint(user_id), rv_vint(rv_now_ms()) };
    int failed = right ? rv_store_exec(store, NULL,
                                       "UPDATE users SET lastlogon = $2, failed_login_attempts = 0"
                                       " WHERE id = $1",
                                       params, 2, &err)
                       : rv_store_exec(store, NULL,
                                       "UPDATE users SET failed_login_attempts ="
                                       " COALESCE(failed_login_attempts, 0) + 1 WHERE id = $1",
                                       params, 1, &err);
    if (failed)
        rv_log_err(RV_WARNING, "login could not be noted", &err);
}

int
rv_auth_password(struct rv_store *store, const char *userid, const char *password,
                 struct rv_identity *out, rv_err *err)
{
    struct user user;
    const char *digest = dummy_digest();
    int known = find_user(store, &user, userid, err);
    if (known < 0)
        return rv_wrap(err, "log in");
    if (known && user.digest[0])
        digest = user.digest;
    int right = strlen(password) <= PASSWORD_MAX_BYTES && rv_password_verify(digest, password) &&
                digest == user.digest;
    if (known)
        note_login(store, user.id, right);
    if (!right)
        return rv_fail(err, RV_E_AUTH, "wrong user or password");
    memset(out, 0, sizeof(*out));
    out->user_id = user.id;
    snprintf(out->userid, sizeof(out->userid), "%s", userid);
    snprintf(out->name, sizeof(out->name), "%s", user.name);
    return 0;
}
