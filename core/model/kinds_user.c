/* SPDX-License-Identifier: Apache-2.0
 *
 * Users and their sessions. The secrets here are digests, made for comparing; nobody can have
 * the password or token back from them.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column user_columns[] = {
    STRING_F(REQUIRED, "userid", "Name to log in with, unique"),
    STRING("name", "Name for people"),
    STRING("first_name", "First name"),
    STRING("last_name", "Last name"),
    STRING("email", "Address for mail"),
    STRING("icon", "Icon"),
    STRING_F(SECRET, "password_digest", "Digest of the password"),
    INT("current_group_id", "Group that the user works in"),
    JSON("settings", "The user's settings"),
    INT("failed_login_attempts", "Failed logins since the last good one"),
    TIME("lastlogon", "When the user last logged in"),
    TIME("lastlogoff", "When the user last logged out"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column auth_token_columns[] = {
    STRING_F(REQUIRED | SECRET, "token_digest", "Digest of the token"),
    REF_F(REQUIRED, "user_id", "user", "Whose it is"),
    STRING("requester_type", "api, ui or ws"),
    INT("ttl", "Seconds that each use makes it last"),
    TIME_F(REQUIRED | INDEX, "expires_on", "When it ends"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_user[] = {
    KIND(user, .table = "users", .api_name = "users", .title = "User",
         .help = "Somebody who may log in", .flags = REEVE_KIND_SERVER, .key = LIST("userid"),
         .class_name = "User"),
    KIND(auth_token, .table = "auth_tokens", .api_name = "auth_tokens", .title = "Session",
         .help = "A token that stands for a user for a while", .flags = REEVE_KIND_SERVER,
         .key = LIST("token_digest")),
    KINDS_END,
};
