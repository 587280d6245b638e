/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored secrets and the keys that they need, when a key file was lost.
 */
#include "keeping/sealed.h"

#include "contract.h"

#define SEALED(key) "v1:" key ":nonce:text"

static const struct rv_sealed_keys none, lost = { .ids = { "aaaaaaaa" } },
                                         fresh = { .ids = { "bbbbbbbb" } },
                                         both = { .ids = { "bbbbbbbb", "aaaaaaaa" } };

static void
add_provider(struct rv_store *store, int64_t id, const char *envelope)
{
    must_exec(store,
              "INSERT INTO authentications (id, resource_type, resource_id, authtype, status,"
              " password, secret_options) VALUES ($1, 'provider', $1, 'default', 'Valid', $2, $2)",
              rv_vint(id), rv_vtext(envelope));
}

static void
add_setting(struct rv_store *store, const char *envelope)
{
    must_exec(store,
              "INSERT INTO settings_changes (id, resource_type, resource_id, key, value,"
              " sealed_value) VALUES (90, 'server', 1, 'api.metrics_token', '********', $1)",
              rv_vtext(envelope));
}

static void
a_key_that_opens_none_of_the_secrets_is_refused_and_the_right_one_is_named(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_sealed_tally tally;
    rv_err why = RV_ERR_INIT;

    must(rv_sealed_check(&tally, store, &fresh, err)); /* nothing is sealed yet */
    add_provider(store, 11, SEALED("aaaaaaaa"));
    add_setting(store, SEALED("aaaaaaaa"));
    assert_int_equal(rv_sealed_check(&tally, store, &fresh, &why), RV_E_CONFLICT);
    assert_non_null(strstr(why.text, "its 3 stored secrets need the key 'aaaaaaaa'"));
    must_fail(RV_E_CONFLICT, rv_sealed_check(&tally, store, &none, err));
    must(rv_sealed_check(&tally, store, &lost, err)); /* the copy is back */
    must(rv_sealed_check(&tally, store, &both, err)); /* in the middle of a rotation */
}

static void
secrets_that_nobody_opens_are_no_reason_to_refuse_while_the_key_opens_others(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_sealed_tally tally;

    add_provider(store, 11, SEALED("aaaaaaaa"));
    add_provider(store, 12, SEALED("bbbbbbbb"));
    must(rv_sealed_check(&tally, store, &fresh, err));
    must(rv_sealed_count(&tally, store, &fresh, err));
    assert_int_equal(tally.all, 4);
    assert_int_equal(tally.open, 2);
    assert_string_equal(tally.other, "aaaaaaaa");
}

static void
secrets_that_are_given_up_leave_the_database_and_their_provider_says_what_to_do(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_sealed_tally tally;

    add_provider(store, 11, SEALED("aaaaaaaa"));
    add_provider(store, 12, SEALED("bbbbbbbb"));
    add_setting(store, SEALED("aaaaaaaa"));
    must(rv_sealed_forget(store, &fresh, err));
    must(rv_sealed_count(&tally, store, &fresh, err));
    assert_int_equal(tally.all, 2);
    assert_int_equal(tally.open, 2);
    assert_column(store, "SELECT status FROM authentications ORDER BY id", "Invalid,Valid");
    assert_column(store, "SELECT status_details FROM authentications WHERE id = 11",
                  "the key that opened them is lost: give the credentials again");
    assert_column(store, "SELECT COUNT(*) FROM settings_changes", "0");
    must(rv_sealed_forget(store, &none, err));
    must(rv_sealed_check(&tally, store, &none, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_key_that_opens_none_of_the_secrets_is_refused_and_the_right_one_is_named),
        schema_test(secrets_that_nobody_opens_are_no_reason_to_refuse_while_the_key_opens_others),
        schema_test(
            secrets_that_are_given_up_leave_the_database_and_their_provider_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
