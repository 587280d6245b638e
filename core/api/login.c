/* SPDX-License-Identifier: Apache-2.0
 *
 * Login of requests. Checking a password is slow on purpose, and clients of ManageIQ send Basic
 * credentials with every request: a password that was right is remembered for a while as a salted
 * digest, together with the stored digest that it was right for, so that a changed password counts
 * at once. Others are looked at so often a second only: whoever guesses, from however many places,
 * does not take the worker's time from those who are logged in.
 */
#define RV_LOG_TOPIC RV_TOPIC_AUTH
#include "api/login.h"

#include <event2/http.h>
#include <stdio.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/attempts.h"
#include "api/handlers.h"
#include "api/tokens.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "store/audit.h"

#define REMEMBERED_MAX 64
#define KNOWN_MAX 64
#define REMEMBERED_MS (5 * 60 * 1000LL)
#define BASIC_MAX 4096
#define COMPLAIN_MS 10000LL
#define UI_TTL_MS (3600 * 1000LL)
/* There is one group so far. */
#define THE_GROUP "EvmGroup-super_administrator"

struct remembered {
    char given[65];  /* digest of salt, userid and password */
    char stored[65]; /* digest of the stored digest */
    int64_t until_ms;
    struct rv_identity who;
};

struct rv_logins {
    struct rv_attempts *attempts;
    char salt[65];
    struct remembered entries[REMEMBERED_MAX];
    int next;
    char known[KNOWN_MAX][65]; /* digests of salt and what was shown */
    int next_known;
    int64_t checks; /* thousandths of those that may be made now */
    int64_t checks_ms;
    int64_t failures; /* since they were last told of */
    int64_t told_ms;
};

enum { CHECKS_AT_ONCE = 4 }; /* times those of a second */

struct rv_logins *
rv_logins_new(void)
{
    struct rv_logins *logins = rv_alloc(sizeof(*logins));

    rv_random_hex(logins->salt, 32);
    logins->attempts = rv_attempts_new();
    return logins;
}

void
rv_logins_free(struct rv_logins *logins)
{
    if (logins) {
        rv_attempts_free(logins->attempts);
        rv_wipe(logins, sizeof(*logins));
    }
    free(logins);
}

/* Digest of the user's stored password digest; 0 when there is no such user. */
static int
stored_digest(struct rv_store *store, const char *userid, char out[65], rv_err *err)
{
    rv_value row[1];
    int rc = rv_store_one(store, row, 1, "SELECT password_digest FROM users WHERE userid = $1",
                          (rv_value[]){ rv_vtext(userid) }, 1, err);

    if (rc == 1 && row[0].type == RV_TEXT)
        rv_sha256_hex(out, row[0].v.text, (size_t)row[0].len);
    else
        out[0] = '\0';
    return rc;
}

static struct remembered *
recall(struct rv_logins *logins, const char *given, const char *stored)
{
    for (int i = 0; i < REMEMBERED_MAX; i++) {
        struct remembered *entry = &logins->entries[i];
        if (entry->until_ms > rv_monotonic_ms() && rv_streq(entry->given, given) &&
            rv_streq(entry->stored, stored))
            return entry;
    }
    return NULL;
}

static void
remember(struct rv_logins *logins, const char *given, const char *stored,
         const struct rv_identity *who)
{
    struct remembered *entry = &logins->entries[logins->next];

    logins->next = (logins->next + 1) % REMEMBERED_MAX;
    snprintf(entry->given, sizeof(entry->given), "%s", given);
    snprintf(entry->stored, sizeof(entry->stored), "%s", stored);
    entry->who = *who;
    entry->until_ms = rv_monotonic_ms() + REMEMBERED_MS;
}

/* 1 when a password may be looked at now, which costs about a tenth of a second. */
static int
may_check(struct rv_logins *logins, int64_t per_s)
{
    int64_t now_ms = rv_monotonic_ms(), most = CHECKS_AT_ONCE * per_s * 1000;

    if (per_s <= 0)
        return 1;
    int64_t waited_ms = logins->checks_ms ? now_ms - logins->checks_ms : most;
    logins->checks_ms = now_ms;
    logins->checks = waited_ms >= most / per_s ? most : logins->checks + waited_ms * per_s;
    if (logins->checks > most)
        logins->checks = most;
    if (logins->checks < 1000)
        return 0;
    logins->checks -= 1000;
    return 1;
}

static int
refuse_busy(struct rv_request *req)
{
    rv_answer_header(req, "Retry-After", "1");
    rv_answer_error(req, 503, "too many passwords to look at; try again",
                    "tokens, and passwords that were right lately, go on working");
    return 1;
}

/* 1: answered. */
static int
check_password(struct rv_request *req, const char *userid, const char *password, rv_err *err)
{
    struct rv_api *api = req->api;
    rv_buf text = rv_buf_limited(2 * BASIC_MAX);
    char given[65], stored[65];

    rv_buf_addf(&text, "%s:%s:%s", api->logins->salt, userid, password);
    rv_sha256_hex(given, rv_buf_text(&text), text.len);
    rv_buf_wipe(&text);
    int rc = stored_digest(api->config.store, userid, stored, err);
    if (rc < 0)
        return rc;
    struct remembered *entry = rc ? recall(api->logins, given, stored) : NULL;
    if (entry) {
        req->who = entry->who;
        return 0;
    }
    if (!may_check(api->logins, rv_settings_int(api->config.settings, "api.password_checks")))
        return refuse_busy(req);
    rc = rv_auth_password(api->config.store, userid, password, &req->who, err);
    if (rc == 0) {
        remember(api->logins, given, stored, &req->who);
        req->password_checked = 1;
    }
    return rc;
}

static int
refuse(struct rv_request *req, const char *klass, const char *message)
{
    const char *with = rv_request_header(req, "X-Requested-With");

    if (!with || !rv_strcaseeq(with, "XMLHttpRequest"))
        rv_answer_header(req, "WWW-Authenticate", "Basic realm=\"Reeve\", charset=\"UTF-8\"");
    rv_answer_error_as(req, 401, klass, message, NULL);
    return 1;
}

/* "Basic BASE64" into userid, NUL, password; 0 when it is none. */
static int
split_basic(const char *header, rv_buf *out)
{
    rv_err ignored = RV_ERR_INIT;
    const char *text = header + 6 + strspn(header + 6, " ");

    if (strlen(text) > BASIC_MAX || rv_base64_decode(out, text, strlen(text), &ignored) < 0 ||
        out->len == 0 || !rv_utf8_valid(out->data, out->len))
        return 0;
    char *colon = strchr(out->data, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    return 1;
}

static void
find_address(const struct rv_request *req, char out[64])
{
    struct evhttp_connection *connection =
        req->http ? evhttp_request_get_connection(req->http) : NULL;
    char *peer = NULL;
    ev_uint16_t port;

    if (connection)
        evhttp_connection_get_peer(connection, &peer, &port);
    rv_attempts_address(out, peer ? peer : "", rv_request_header(req, "X-Forwarded-For"));
}

/* Without a look at the password: whoever guesses learns nothing. */
static int
refuse_for_now(struct rv_request *req, int64_t wait_ms)
{
    long long seconds = (wait_ms + 999) / 1000;

    rv_answer_header(req, "Retry-After", rv_arena_format(req->arena, "%lld", seconds));
    rv_answer_error(req, 429,
                    rv_arena_format(req->arena,
                                    "too many wrong passwords: logins from there are refused for "
                                    "%lld s",
                                    seconds),
                    "tokens of those who are logged in go on working");
    return 1;
}

static void
audit_login(struct rv_api *api, const char *userid, const char *address, int failed,
            const char *message)
{
    rv_audit_note(api->config.store, &(struct rv_audit){ .event = "authenticate_database",
                                                         .userid = userid,
                                                         .source = address,
                                                         .failed = failed,
                                                         .message = message });
}

/* The first at once, then how many there were: who guesses does not fill the disk. */
static void
tell_failures(struct rv_api *api, const char *userid, const char *address)
{
    struct rv_logins *logins = api->logins;
    int64_t now_ms = rv_monotonic_ms();

    logins->failures++;
    if (logins->told_ms && now_ms - logins->told_ms < COMPLAIN_MS)
        return;
    rv_log(RV_WARNING, "wrong user or password", RV_F("user", RV_S(userid)),
           RV_F("address", RV_S(address)), RV_F("failures", RV_I(logins->failures)));
    RV_AUTO_FREE char *message = rv_format("Authentication failed for userid %.200s (%lld times)",
                                           userid, (long long)logins->failures);
    if (!api->blind && rv_store_down_since_ms(api->config.store) == 0)
        audit_login(api, userid, address, 1, message);
    logins->told_ms = now_ms;
    logins->failures = 0;
}

static void
note_failure(struct rv_request *req, const char *userid, const char *address)
{
    struct rv_api *api = req->api;
    int64_t most = rv_settings_int(api->config.settings, "api.login_failures");
    int64_t wait_ms = rv_attempts_failed(api->logins->attempts, userid, address, most);

    tell_failures(api, userid, address);
    if (wait_ms > 0)
        rv_log(RV_WARNING, "too many wrong passwords; logins from there are refused for a while",
               RV_F("address", RV_S(address)), RV_F("ms", RV_I(wait_ms)));
}

int
rv_login_held_back(struct rv_request *req, const char *name)
{
    char address[64];

    find_address(req, address);
    int64_t wait_ms = rv_attempts_wait_ms(req->api->logins->attempts, name, address);
    return wait_ms > 0 ? refuse_for_now(req, wait_ms) : 0;
}

void
rv_login_guessed_wrong(struct rv_request *req, const char *name)
{
    char address[64];

    find_address(req, address);
    note_failure(req, name, address);
}

static int
login_pair(struct rv_request *req, const char *userid, const char *password, rv_err *err)
{
    if (rv_login_held_back(req, userid))
        return 1;
    int rc = check_password(req, userid, password, err);
    char address[64];
    find_address(req, address);
    if (rc == RV_E_AUTH)
        note_failure(req, userid, address);
    else if (rc == 0 && req->password_checked)
        audit_login(req->api, userid, address, 0, "User successfully validated");
    return rc;
}

static int
login_basic(struct rv_request *req, const char *header, rv_err *err)
{
    rv_buf pair = rv_buf_limited(BASIC_MAX);
    int rc = RV_E_AUTH;

    if (split_basic(header, &pair))
        rc = login_pair(req, pair.data, pair.data + strlen(pair.data) + 1, err);
    rv_buf_wipe(&pair);
    if (rc == RV_E_AUTH)
        return refuse(req, "MiqException::MiqEVMLoginError", "Authentication failed");
    return rc;
}

/* What was shown: a token, or what stands behind "Basic". NULL: nothing. */
static const char *
shown_by(const struct rv_request *req)
{
    const char *token = rv_request_header(req, "X-Auth-Token");

    return token ? token : rv_request_header(req, "Authorization");
}

/* Its place in the table; -1: it is not there. */
static int
find_known(const struct rv_request *req, char digest[65])
{
    const struct rv_logins *logins = req->api->logins;
    const char *shown = shown_by(req);
    rv_buf text = rv_buf_limited(2 * BASIC_MAX);
    int at = KNOWN_MAX - 1;

    digest[0] = '\0';
    if (!shown)
        return -1;
    rv_buf_addf(&text, "%s:%s", logins->salt, shown);
    if (!text.failed)
        rv_sha256_hex(digest, rv_buf_text(&text), text.len);
    rv_buf_wipe(&text);
    while (at >= 0 && !(digest[0] && rv_streq(logins->known[at], digest)))
        at--;
    return at;
}

static void
note_known(const struct rv_request *req)
{
    struct rv_logins *logins = req->api->logins;
    char digest[65];

    if (find_known(req, digest) >= 0 || !digest[0])
        return;
    memcpy(logins->known[logins->next_known], digest, sizeof(digest));
    logins->next_known = (logins->next_known + 1) % KNOWN_MAX;
}

int
rv_login_was_known(const struct rv_request *req)
{
    char digest[65];

    return find_known(req, digest) >= 0;
}

static int
login_token(struct rv_request *req, const char *token, rv_err *err)
{
    const char *skip = rv_request_header(req, "X-Auth-Skip-Token-Renewal");
    int flags = skip && rv_strcaseeq(skip, "true") ? 0 : RV_TOKEN_RENEW;
    struct rv_store *store = req->api->config.store;
    struct rv_token_look *look = rv_tokens_found(req->api, token);
    int rc = look ? rv_auth_token_looked(store, look, flags, &req->who, err)
                  : rv_auth_token(store, token, flags, &req->who, err);

    if (rc == RV_E_AUTH)
        return refuse(req, "Api::AuthenticationError",
                      rv_arena_format(req->arena, "Invalid Authentication Token: %s", err->text));
    return rc;
}

int
rv_login(struct rv_request *req, rv_err *err)
{
    const char *token = rv_request_header(req, "X-Auth-Token");
    const char *basic = rv_request_header(req, "Authorization");
    const char *group = rv_request_header(req, "X-MIQ-Group");
    int rc;

    if (token)
        rc = login_token(req, token, err);
    else if (basic && strncasecmp(basic, "Basic ", 6) == 0)
        rc = login_basic(req, basic, err);
    else
        return refuse(req, "Api::AuthenticationError",
                      "log in: send X-Auth-Token, or a user and password (HTTP Basic)");
    if (rc == 0 && group && !rv_streq(group, THE_GROUP))
        return refuse(req, "Api::AuthenticationError", "Invalid Authorization Group specified");
    if (rc == 0)
        note_known(req);
    return rc;
}

/* Who the token is for decides how long it lives unused. */
static int
read_requester(struct rv_request *req, const char **type, int64_t *ttl_ms, rv_err *err)
{
    const struct rv_settings *settings = req->api->config.settings;

    *type = rv_request_param(req, "requester_type");
    if (!*type)
        *type = "api";
    *ttl_ms = UI_TTL_MS;
    if (rv_streq(*type, "api"))
        *ttl_ms = rv_settings_int(settings, "api.token_ttl");
    else if (rv_streq(*type, "cli"))
        *ttl_ms = rv_settings_int(settings, "api.cli_token_ttl");
    else if (!rv_streq(*type, "ui") && !rv_streq(*type, "ws"))
        return rv_fail(err, RV_E_INVALID, "requester_type: '%.100s' is none of api, cli, ui, ws",
                       *type);
    return 0;
}

int
rv_get_auth(struct rv_request *req, rv_err *err)
{
    char token[RV_TOKEN_SIZE];
    const char *type = "api";
    int64_t ttl_ms = 0, expires_on;
    int rc = rv_request_check_params(req, err);

    if (rc == 0)
        rc = read_requester(req, &type, &ttl_ms, err);
    if (rc == 0)
        rc = rv_auth_token_issue(req->api->config.store, req->who.user_id, type, ttl_ms, token,
                                 &expires_on, err);
    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    rv_jw_name(&w, "auth_token");
    rv_jw_string(&w, token);
    rv_jw_name(&w, "token_ttl");
    rv_jw_int(&w, ttl_ms / 1000);
    rv_jw_name(&w, "expires_on");
    rv_jw_time(&w, expires_on);
    if (!rv_streq(type, "api")) {
        rv_jw_name(&w, "requester_type");
        rv_jw_string(&w, type);
    }
    rv_jw_end_object(&w);
    rv_wipe(token, sizeof(token));
    rv_answer_header(req, "Cache-Control", "no-store");
    return 0;
}

int
rv_delete_auth(struct rv_request *req, rv_err *err)
{
    const char *token = rv_request_header(req, "X-Auth-Token");
    int rc = rv_request_check_params(req, err);

    if (rc == 0 && token)
        rc = rv_auth_token_revoke(req->api->config.store, token, err);
    if (rc == 0)
        rv_answer_empty(req);
    return rc;
}
