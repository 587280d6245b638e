/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames' helpers, and who may have which secret.
 */
#include "server/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "server/vault.h"

static char *home;
static struct rv_server_vault *vault;

static int
setup(void **state)
{
    rv_err err = RV_ERR_INIT;
    char path[] = "/tmp/reeve-vault-XXXXXX";
    (void)state;
    home = rv_strdup(mkdtemp(path));
    return rv_server_vault_open(&vault, &(struct rv_home){ .dir = home }, &err);
}

static int
teardown(void **state)
{
    (void)state;
    rv_server_vault_close(vault);
    RV_AUTO_FREE char *key = rv_format("%s/key", home);
    unlink(key);
    rmdir(home);
    free(home);
    return 0;
}

static void
an_error_travels_with_class_text_and_hint(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT, back = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *message = rv_message_new("proof");
    assert_int_equal(rv_message_error(message, &back), 0);
    rv_fail(&err, RV_E_AUTH, "token refused");
    rv_hint(&err, "make a new one");
    err.remote_status = 401;
    rv_message_put_error(message, &err);
    assert_int_equal(rv_message_error(message, &back), RV_E_AUTH);
    assert_string_equal(back.text, "token refused");
    assert_string_equal(back.hint, "make a new one");
    assert_int_equal(back.remote_status, 401);
}

static void
an_invented_class_becomes_internal(void **state)
{
    (void)state;
    static const char *const texts[] = { "{\"error\":{\"code\":5}}", "{\"error\":{\"code\":-999}}",
                                         "{\"error\":{}}", "{\"error\":{\"code\":\"x\"}}" };
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        rv_err back = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *message = cJSON_Parse(texts[i]);
        assert_int_equal(rv_message_error(message, &back), RV_E_INTERNAL);
    }
}

static char *
sealed(const char *place, const char *text)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *request = rv_message_new("seal");
    cJSON_AddStringToObject(request, "place", place);
    cJSON_AddStringToObject(request, "text", text);
    cJSON_AddNumberToObject(request, "ticket", 7);
    RV_AUTO_JSON cJSON *answer = rv_server_vault_seal(vault, request, "word");
    assert_int_equal(rv_json_int(answer, "ticket", 0), 7);
    return rv_message_error(answer, &err) ? NULL : rv_strdup(rv_json_string(answer, "text"));
}

static int
opened(const char *place, const char *envelope, int64_t provider, const char *expected)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *request = rv_message_new("open");
    cJSON_AddStringToObject(request, "place", place);
    cJSON_AddStringToObject(request, "envelope", envelope);
    RV_AUTO_JSON cJSON *answer = rv_server_vault_unseal(vault, request, provider);
    if (rv_message_error(answer, &err) == 0)
        assert_string_equal(rv_json_string(answer, "text"), expected);
    return err.code;
}

static void
a_secret_is_opened_for_its_provider_and_place_only(void **state)
{
    (void)state;
    static const char place[] = "authentications/12/auth_key/1000000000003";
    RV_AUTO_FREE char *envelope = sealed(place, "s3cret");
    assert_null(strstr(envelope, "s3cret"));
    assert_int_equal(opened(place, envelope, 1000000000003, "s3cret"), 0);
    assert_int_equal(opened(place, envelope, 1000000000004, NULL), RV_E_PERMISSION);
    assert_int_equal(opened(place, envelope, 0, NULL), RV_E_PERMISSION);
    /* Moved to a row of another provider: the envelope knows where it belongs. */
    assert_int_equal(
        opened("authentications/12/auth_key/1000000000004", envelope, 1000000000004, NULL),
        RV_E_CONFLICT);
    assert_int_equal(
        opened("authentications/13/auth_key/1000000000003", envelope, 1000000000003, NULL),
        RV_E_CONFLICT);
    assert_int_equal(opened("no-provider", envelope, 1000000000003, NULL), RV_E_PERMISSION);
}

static void
a_setting_is_opened_for_workers_of_the_core_alone(void **state)
{
    (void)state;
    static const char place[] = "settings_changes/server/1000000000003/api.metrics_token";
    static const char other[] = "settings_changes/server/1000000000004/api.metrics_token";
    RV_AUTO_FREE char *envelope = sealed(place, "s3cret");
    assert_int_equal(opened(place, envelope, 0, "s3cret"), 0);
    assert_int_equal(opened(other, envelope, 0, NULL), RV_E_CONFLICT);
    assert_int_equal(opened(place, envelope, 1000000000003, NULL), RV_E_PERMISSION);
}

/* Of AUTH a refresh would make "Invalid": wrong credentials, not tried again for an hour. */
static void
a_secret_of_a_lost_key_is_not_said_to_be_refused_by_its_provider(void **state)
{
    (void)state;
    static const char place[] = "authentications/12/auth_key/1000000000003";
    RV_AUTO_FREE char *envelope = sealed(place, "s3cret");
    memcpy(envelope + 3, "00000000", 8);
    assert_int_equal(opened(place, envelope, 1000000000003, NULL), RV_E_CONFLICT);
}

static void
a_key_file_made_for_a_start_that_failed_goes_again_and_an_older_one_stays(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char dir[] = "/tmp/reeve-vault-XXXXXX";
    struct rv_server_vault *other = NULL;
    assert_non_null(mkdtemp(dir));
    const struct rv_home there = { .dir = dir };
    RV_AUTO_FREE char *key = rv_format("%s/key", dir);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rv_server_vault_open(&other, &there, &err), 0);
        rv_server_vault_unmake(other);
        rv_server_vault_close(other);
        assert_int_not_equal(access(key, F_OK), 0);
    }
    assert_int_equal(rv_server_vault_open(&other, &there, &err), 0);
    rv_server_vault_close(other);
    assert_int_equal(rv_server_vault_open(&other, &there, &err), 0);
    rv_server_vault_unmake(other);
    rv_server_vault_close(other);
    assert_int_equal(unlink(key), 0);
    rmdir(dir);
}

static void
what_is_lent_is_opened_by_the_right_word_and_taken_back(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    static const char place[] = "authentications/12/auth_key/1000000000003";
    RV_AUTO_FREE char *envelope = sealed(place, "s3cret");
    RV_AUTO_FREE char *lent = rv_lent_make("word", place, envelope);
    RV_AUTO_FREE char *foreign = rv_lent_make("another", place, envelope);
    RV_AUTO_JSON cJSON *given = cJSON_CreateObject();
    RV_AUTO_JSON cJSON *digests = cJSON_CreateObject();
    cJSON_AddStringToObject(given, "token", lent);
    cJSON_AddStringToObject(given, "password", foreign);
    cJSON_AddStringToObject(given, "hostname", "example.com");
    assert_int_equal(rv_server_vault_lend(vault, given, "word", digests, &err), 0);
    assert_string_equal(rv_json_string(given, "token"), "s3cret");
    assert_string_equal(rv_json_string(given, "password"), foreign);
    assert_string_equal(rv_json_string(given, "hostname"), "example.com");
    RV_AUTO_JSON cJSON *secrets = cJSON_Parse("{\"token\":\"s3cret\",\"client_key\":\"new\"}");
    rv_server_vault_take_back(secrets, digests);
    assert_string_equal(rv_json_string(secrets, "token"), lent);
    assert_string_equal(rv_json_string(secrets, "client_key"), "new");
    /* Sealed where it was, it is as it was; at another place of the provider it opens there. */
    RV_AUTO_FREE char *same = sealed(place, lent);
    assert_string_equal(same, envelope);
    static const char beside[] = "authentications/14/password/1000000000003";
    RV_AUTO_FREE char *moved = sealed(beside, lent);
    assert_int_equal(opened(beside, moved, 1000000000003, "s3cret"), 0);
    assert_null(sealed("authentications/14/password/1000000000004", lent));
    /* A new value under the name of a lent one is news. */
    RV_AUTO_JSON cJSON *changed = cJSON_Parse("{\"token\":\"other\"}");
    rv_server_vault_take_back(changed, digests);
    assert_string_equal(rv_json_string(changed, "token"), "other");
}

static void
requests_without_their_parts_are_answered_with_an_error(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *request = rv_message_new("seal");
    RV_AUTO_JSON cJSON *seal = rv_server_vault_seal(vault, request, "word");
    assert_int_equal(rv_message_error(seal, &err), RV_E_INVALID);
    RV_AUTO_JSON cJSON *open = rv_server_vault_unseal(vault, request, 1);
    assert_int_equal(rv_message_error(open, &err), RV_E_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_travels_with_class_text_and_hint),
        cmocka_unit_test(an_invented_class_becomes_internal),
        cmocka_unit_test(a_secret_is_opened_for_its_provider_and_place_only),
        cmocka_unit_test(a_setting_is_opened_for_workers_of_the_core_alone),
        cmocka_unit_test(a_secret_of_a_lost_key_is_not_said_to_be_refused_by_its_provider),
        cmocka_unit_test(a_key_file_made_for_a_start_that_failed_goes_again_and_an_older_one_stays),
        cmocka_unit_test(what_is_lent_is_opened_by_the_right_word_and_taken_back),
        cmocka_unit_test(requests_without_their_parts_are_answered_with_an_error),
    };
    return cmocka_run_group_tests_name("server protocol", tests, setup, teardown);
}
