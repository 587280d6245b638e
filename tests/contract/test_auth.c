/* SPDX-License-Identifier: Apache-2.0
 *
 * Users, passwords and tokens; settings kept in the store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "auth/auth.h"
#include "base/clock.h"
#include "base/mem.h"
#include "settings/settings.h"
#include "support/settings.h"
#include "support/support.h"

static struct rv_test_db db;
static struct rv_store *store;

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_clock_real();
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

static void
the_administrator_logs_in_with_his_password_only(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    assert_int_equal(rv_auth_has_user(store, "admin", &err), 0);
    assert_int_equal(rv_auth_set_admin(store, "admin", "s3cret-one", &err), 0);
    assert_int_equal(rv_auth_has_user(store, "admin", &err), 1);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-one", &who, &err), 0);
    assert_string_equal(who.userid, "admin");
    assert_true(who.user_id > 0);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-two", &who, &err), RV_E_AUTH);
    RV_AUTO_FREE char *wrong_password = rv_strdup(err.text);
    rv_err_clear(&err);
    assert_int_equal(rv_auth_password(store, "nobody", "s3cret-one", &who, &err), RV_E_AUTH);
    assert_string_equal(err.text, wrong_password);
}

static void
setting_the_password_again_replaces_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    assert_int_equal(rv_auth_set_admin(store, "admin", "first-password", &err), 0);
    assert_int_equal(rv_auth_set_admin(store, "admin", "second-password", &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "second-password", &who, &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "first-password", &who, &err), RV_E_AUTH);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM users"), 1);
    assert_int_equal(rv_auth_set_admin(store, "admin", "", &err), RV_E_INVALID);
}

static void
no_password_or_token_is_readable_in_the_store(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    char token[RV_TOKEN_SIZE];
    int64_t until = 0;
    assert_int_equal(rv_auth_set_admin(store, "admin", "s3cret-one", &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-one", &who, &err), 0);
    assert_int_equal(rv_auth_token_issue(store, who.user_id, "api", 60000, token, &until, &err), 0);
    RV_AUTO_FREE char *digest = rv_test_text(store, "SELECT password_digest FROM users");
    RV_AUTO_FREE char *kept = rv_test_text(store, "SELECT token_digest FROM auth_tokens");
    assert_null(strstr(digest, "s3cret"));
    assert_string_not_equal(kept, token);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE columns LIKE '%digest%'"), 0);
}

static void
a_token_lives_while_it_is_used(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    char token[RV_TOKEN_SIZE];
    int64_t until = 0;
    rv_clock_fake(1800000000000);
    assert_int_equal(rv_auth_set_admin(store, "admin", "s3cret-one", &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-one", &who, &err), 0);
    assert_int_equal(rv_auth_token_issue(store, who.user_id, "api", 60000, token, &until, &err), 0);
    assert_int_equal(until, rv_now_ms() + 60000);
    assert_int_equal(strlen(token), 64);
    rv_clock_advance(50000);
    assert_int_equal(rv_auth_token(store, token, RV_TOKEN_RENEW, &who, &err), 0);
    assert_string_equal(who.userid, "admin");
    rv_clock_advance(59000);
    assert_int_equal(rv_auth_token(store, token, 0, &who, &err), 0);
    rv_clock_advance(1000);
    assert_int_equal(rv_auth_token(store, token, RV_TOKEN_RENEW, &who, &err), RV_E_AUTH);
}

static void
a_revoked_or_invented_token_is_refused(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    char token[RV_TOKEN_SIZE];
    int64_t until = 0;
    assert_int_equal(rv_auth_set_admin(store, "admin", "s3cret-one", &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-one", &who, &err), 0);
    assert_int_equal(rv_auth_token_issue(store, who.user_id, "api", 60000, token, &until, &err), 0);
    assert_int_equal(rv_auth_token_revoke(store, token, &err), 0);
    assert_int_equal(rv_auth_token(store, token, 0, &who, &err), RV_E_AUTH);
    assert_int_equal(rv_auth_token(store, "", 0, &who, &err), RV_E_AUTH);
    memset(token, '0', sizeof(token) - 1);
    assert_int_equal(rv_auth_token(store, token, 0, &who, &err), RV_E_AUTH);
}

static void
tokens_that_are_looked_up_together_are_told_apart_and_renewed_once(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_identity who;
    char tokens[2][RV_TOKEN_SIZE], invented[RV_TOKEN_SIZE];
    struct rv_token_look looks[3] = { { .token_id = 0 } };
    int64_t until = 0;
    rv_clock_fake(1800000000000);
    assert_int_equal(rv_auth_set_admin(store, "admin", "s3cret-one", &err), 0);
    assert_int_equal(rv_auth_password(store, "admin", "s3cret-one", &who, &err), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            rv_auth_token_issue(store, who.user_id, "api", 60000, tokens[i], &until, &err), 0);
        assert_int_equal(rv_auth_digest(looks[i].digest, tokens[i]), 1);
    }
    assert_int_equal(rv_auth_token_revoke(store, tokens[0], &err), 0);
    memset(invented, '0', sizeof(invented));
    invented[RV_TOKEN_SIZE - 1] = '\0';
    assert_int_equal(rv_auth_digest(looks[2].digest, invented), 1);
    assert_int_equal(rv_auth_digest(invented, "short"), 0);
    rv_clock_advance(30000);
    assert_int_equal(rv_auth_tokens_look(store, looks, 3, &err), 0);
    assert_int_equal(rv_auth_token_looked(store, &looks[0], 0, &who, &err), RV_E_AUTH);
    assert_int_equal(rv_auth_token_looked(store, &looks[2], 0, &who, &err), RV_E_AUTH);
    memset(&who, 0, sizeof(who));
    int64_t before = rv_store_statements(store);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rv_auth_token_looked(store, &looks[1], RV_TOKEN_RENEW, &who, &err), 0);
    assert_int_equal(rv_store_statements(store) - before, 1);
    assert_string_equal(who.userid, "admin");
    assert_int_equal(rv_test_int(store, "SELECT expires_on FROM auth_tokens"), rv_now_ms() + 60000);
}

static void
server_beats_zone_beats_region_beats_default(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    static const char key[] = "workers.generic.count";
    static const struct {
        const char *table;
        int64_t id;
        const char *text;
        int expected;
    } steps[] = {
        { "miq_regions", 1, "3", 3 },  { "zones", 2, "4", 4 },        { "miq_servers", 3, "5", 5 },
        { "miq_servers", 3, "6", 6 },  { "zones", 2, NULL, 6 },       { "miq_servers", 3, NULL, 3 },
        { "miq_regions", 1, NULL, 2 }, { "miq_servers", 99, "9", 2 },
    };
    struct rv_settings *settings = rv_settings_new();
    for (size_t i = 0; i < RV_COUNT(steps); i++) {
        if (rv_test_set(store, steps[i].table, steps[i].id, key, steps[i].text, &err) ||
            rv_settings_load(settings, store, 1, 2, 3, &err))
            fail_msg("%s", err.text);
        assert_int_equal(rv_settings_int(settings, key), steps[i].expected);
    }
    /* reeve.yaml lies over all, and is not forgotten when the store is read again. */
    RV_AUTO_JSON cJSON *file = cJSON_Parse("{\"workers.generic.count\":8}");
    assert_int_equal(rv_settings_overlay(settings, file, "reeve.yaml", &err), 0);
    assert_int_equal(rv_test_set(store, "zones", 2, key, "4", &err), 0);
    assert_int_equal(rv_settings_load(settings, store, 1, 2, 3, &err), 0);
    assert_int_equal(rv_settings_int(settings, key), 8);
    rv_settings_free(settings);
}

static void
an_invalid_setting_is_refused_and_not_stored(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_test_set(store, "zones", 2, "workers.generic.count", "-1", &err),
                     RV_E_INVALID);
    assert_int_equal(rv_test_set(store, "zones", 2, "workers.genric.count", "1", &err),
                     RV_E_INVALID);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 0);
    /* One that a newer version wrote is skipped. */
    rv_test_script(store,
                   "INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
                   " VALUES (5, 'zone', 2, 'from.the.future', 'x')");
    struct rv_settings *settings = rv_settings_new();
    assert_int_equal(rv_settings_load(settings, store, 1, 2, 3, &err), 0);
    rv_settings_free(settings);
}

/* Where they stand in different layers: both are skipped, until one is mended. */
static void
stored_settings_that_do_not_fit_each_other_are_not_in_force(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_settings *settings = rv_settings_new();
    assert_int_equal(rv_test_set(store, "zones", 2, "refresh.retry_min", "1m", &err), RV_E_INVALID);
    assert_non_null(strstr(err.text, "'refresh.retry_max' (30s)"));
    rv_err_clear(&err);
    assert_int_equal(rv_test_set(store, "zones", 2, "refresh.retry_max", "2m", &err), 0);
    assert_int_equal(rv_test_set(store, "zones", 2, "refresh.retry_min", "1m", &err), 0);
    assert_int_equal(rv_test_set(store, "miq_servers", 3, "refresh.retry_max", "40s", &err), 0);
    assert_int_equal(rv_settings_load(settings, store, 1, 2, 3, &err), 0);
    assert_int_equal(rv_settings_int(settings, "refresh.retry_min"), 1000);
    assert_int_equal(rv_settings_int(settings, "refresh.retry_max"), 30000);
    assert_int_equal(rv_test_set(store, "miq_servers", 3, "refresh.retry_max", NULL, &err), 0);
    assert_int_equal(rv_settings_load(settings, store, 1, 2, 3, &err), 0);
    assert_int_equal(rv_settings_int(settings, "refresh.retry_min"), 60000);
    rv_settings_free(settings);
}

int
main(void)
{
#define AUTH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        AUTH_TEST(the_administrator_logs_in_with_his_password_only),
        AUTH_TEST(setting_the_password_again_replaces_it),
        AUTH_TEST(no_password_or_token_is_readable_in_the_store),
        AUTH_TEST(a_token_lives_while_it_is_used),
        AUTH_TEST(a_revoked_or_invented_token_is_refused),
        AUTH_TEST(tokens_that_are_looked_up_together_are_told_apart_and_renewed_once),
        AUTH_TEST(server_beats_zone_beats_region_beats_default),
        AUTH_TEST(an_invalid_setting_is_refused_and_not_stored),
        AUTH_TEST(stored_settings_that_do_not_fit_each_other_are_not_in_force),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
