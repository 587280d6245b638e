/* SPDX-License-Identifier: Apache-2.0
 *
 * Options: what is taken, what is refused and how, and what is stored.
 */
#include "host_test.h"

#include <stdlib.h>
#include "base/log.h"

static int
make(struct rv_config **out, const char *options, rv_err *err)
{
    cJSON *given = cJSON_Parse(options);
    assert_non_null(given);
    int rc = rv_config_make(out, good_module(), given, err);
    cJSON_Delete(given);
    return rc;
}

static const struct {
    const char *given;
    const char *says;
} refused[] = {
    { "{}", "option 'hostname' is missing (where it is)" },
    { "{\"hostname\":\"\"}", "option 'hostname' is missing" },
    { "{\"hostname\":null}", "option 'hostname' is missing" },
    { "{\"hostname\":\"h\",\"tokn\":\"x\"}", "unknown option 'tokn', did you mean 'token'?" },
    { "{\"hostname\":\"h\",\"zzzzzzzzz\":\"x\"}", "unknown option 'zzzzzzzzz'" },
    { "{\"hostname\":\"h\",\"count\":\"many\"}",
      "option 'count' must be a whole number, not 'many'" },
    { "{\"hostname\":\"h\",\"count\":1.5}", "option 'count' must be a whole number, not '1.5'" },
    { "{\"hostname\":\"h\",\"count\":101}", "option 'count' must be from 1 to 100" },
    { "{\"hostname\":\"h\",\"quiet\":\"maybe\"}",
      "option 'quiet' must be true or false, not 'maybe'" },
    { "{\"hostname\":\"h\",\"pause\":\"soon\"}",
      "must be a time such as 500ms, 10s or 5m, not 'soon'" },
    { "{\"hostname\":\"h\",\"pause\":\"2h\"}", "option 'pause' must be from 0 to 60000 ms" },
    { "{\"hostname\":\"h\",\"limit\":\"big\"}", "must be a size such as 64KiB or 2MiB, not 'big'" },
    { "{\"hostname\":\"h\",\"url\":\"ftp://x\"}",
      "option 'url' must begin with http:// or https://" },
    { "{\"hostname\":\"h\",\"url\":\"https://\"}", "'https://' is not a URL" },
    { "{\"hostname\":\"h\",\"url\":\"http://u:p@h\"}",
      "option 'url' must not hold a user name or password" },
    { "{\"hostname\":\"h\",\"mode\":\"twoo\"}", "'twoo' is not known, did you mean 'two'?" },
    { "{\"hostname\":\"h\",\"mode\":\"quux\"}", "must be one of one, two, not 'quux'" },
    { "{\"hostname\":{\"a\":1}}", "option 'hostname' must be a text, a number or true or false" },
    { "[1]", "options must be an object" },
    { "{\"bad\":\"x\"}", "that is no bundle" },
};

static void
mistakes_name_the_option_and_what_is_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(refused); i++) {
        struct rv_config *config = NULL;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(make(&config, refused[i].given, &err), RV_E_INVALID);
        assert_contains(err.text, refused[i].says);
        assert_null(config);
    }
}

static void
all_mistakes_are_reported_at_once_one_a_line(void **state)
{
    (void)state;
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    make(&config, "{\"tokn\":\"x\",\"count\":0,\"mode\":\"three\"}", &err);
    int lines = 1;
    for (const char *c = err.text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 4);
}

static void
an_option_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char *text = malloc(8000);
    memset(text, 'x', 8000);
    memcpy(text, "{\"hostname\":\"", 13);
    memcpy(text + 7990, "\"}", 3);
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(make(&config, text, &err), RV_E_INVALID);
    assert_contains(err.text, "more than 4096");
    free(text);
}

static void
values_are_parsed_and_fallbacks_hold(void **state)
{
    (void)state;
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(make(&config,
                          "{\"hostname\":\"h\",\"count\":7,\"quiet\":true,\"pause\":\"2s\","
                          "\"token\":\"s3cr3t\",\"url\":\"https://h:1/x\"}",
                          &err),
                     0);
    const struct reeve_config *handle = &config->handle;
    assert_string_equal(rv_config_get_string(handle, "hostname"), "h");
    assert_int_equal(rv_config_get_int(handle, "count"), 7);
    assert_int_equal(rv_config_get_int(handle, "quiet"), 1);
    assert_int_equal(rv_config_get_int(handle, "pause"), 2000);
    assert_int_equal(rv_config_get_int(handle, "limit"), 65536);
    assert_string_equal(rv_config_get_string(handle, "mode"), "one");
    assert_null(rv_config_get_string(handle, "token"));
    assert_null(rv_config_get_string(handle, "ca"));
    assert_null(rv_config_get_string(handle, "no-such"));
    assert_true(rv_config_get_has(handle, "token"));
    assert_false(rv_config_get_has(handle, "ca"));
    assert_non_null(rv_config_get_secret(handle, "token"));
    assert_null(rv_config_get_secret(handle, "hostname"));
    rv_config_free(config);
}

static void
what_is_stored_is_what_was_given_with_secrets_apart(void **state)
{
    (void)state;
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(make(&config, "{\"hostname\":\"h\",\"token\":\"s3cr3t\",\"count\":7}", &err),
                     0);
    cJSON *plain = NULL, *secrets = NULL;
    assert_int_equal(rv_config_split(config, &plain, &secrets, &err), 0);
    assert_int_equal(cJSON_GetArraySize(plain), 2);
    assert_string_equal(rv_json_string(plain, "count"), "7");
    assert_int_equal(cJSON_GetArraySize(secrets), 1);
    assert_string_equal(rv_json_string(secrets, "token"), "s3cr3t");
    rv_json_wipe(secrets);
    assert_string_equal(rv_json_string(secrets, "token"), "");
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
    rv_config_free(config);
    assert_true(rv_option_is_secret(good_module(), "token"));
    assert_false(rv_option_is_secret(good_module(), "hostname"));
    assert_false(rv_option_is_secret(good_module(), "no-such"));
}

static void
prepare_replaces_what_was_given(void **state)
{
    (void)state;
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(make(&config, "{\"bundle\":\"...\",\"count\":9}", &err), 0);
    assert_string_equal(rv_config_get_string(&config->handle, "hostname"), "from-bundle");
    assert_non_null(rv_config_get_secret(&config->handle, "token"));
    assert_int_equal(rv_config_get_int(&config->handle, "count"), 9);
    rv_config_free(config);
}

static int
keep(void *arg, const char *bytes, uint64_t len)
{
    memcpy(arg, bytes, len);
    return (int)len;
}

static void
a_secret_is_lent_for_one_call_only(void **state)
{
    (void)state;
    char seen[32] = "";
    struct reeve_secret *secret = rv_host_secret_new("s3cr3t", 6);
    assert_int_equal(rv_host_secret_with(NULL, secret, keep, seen), 6);
    assert_string_equal(seen, "s3cr3t");
    rv_host_secret_free(secret);
}

static int
is_masked(const char *secret)
{
    char *text = rv_format("token %s refused", secret);
    rv_mask_secrets(text);
    int masked = strstr(text, secret) == NULL;
    free(text);
    return masked;
}

static void
a_secret_got_at_run_time_is_lent_and_masked_like_a_stored_one(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct reeve_call call;
    struct reeve_secret *secret = NULL;
    char seen[32];
    rv_call_begin(&call, &spec);
    assert_false(is_masked("gAAAAABk-token"));
    assert_int_equal(rv_host_table.secret_new(&call, "gAAAAABk-token", 14, &secret), 0);
    assert_true(is_masked("gAAAAABk-token"));
    assert_int_equal(rv_host_table.secret_with(&call, secret, keep, seen), 14);
    rv_host_table.secret_free(secret);
    assert_int_equal(rv_host_table.secret_new(&call, "", 0, &secret), REEVE_E_INVALID);
    assert_null(secret);
    assert_int_equal(rv_host_table.secret_new(&call, "x", (1 << 20) + 1, &secret), REEVE_E_LIMIT);
    assert_null(secret);
    rv_call_end(&call);
}

/* A worker that logs in every hour gets more tokens than are remembered. */
static void
a_secret_in_use_stays_masked_however_many_tokens_follow(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct reeve_call call;
    char seen[32];
    rv_call_begin(&call, &spec);
    struct reeve_secret *password = rv_host_secret_new("the-password", 12);
    for (int i = 0; i < 200; i++) {
        struct reeve_secret *token = NULL;
        char text[32];
        snprintf(text, sizeof(text), "login-token-%d", i);
        rv_host_secret_with(&call, password, keep, seen);
        assert_int_equal(rv_host_secret_keep(&call, text, strlen(text), &token), 0);
        rv_host_secret_free(token);
    }
    assert_true(is_masked("the-password"));
    assert_true(is_masked("login-token-199"));
    rv_host_secret_free(password);
    rv_call_end(&call);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_name_the_option_and_what_is_expected),
        cmocka_unit_test(all_mistakes_are_reported_at_once_one_a_line),
        cmocka_unit_test(an_option_that_is_too_long_is_refused),
        cmocka_unit_test(values_are_parsed_and_fallbacks_hold),
        cmocka_unit_test(what_is_stored_is_what_was_given_with_secrets_apart),
        cmocka_unit_test(prepare_replaces_what_was_given),
        cmocka_unit_test(a_secret_is_lent_for_one_call_only),
        cmocka_unit_test(a_secret_got_at_run_time_is_lent_and_masked_like_a_stored_one),
        cmocka_unit_test(a_secret_in_use_stays_masked_however_many_tokens_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
