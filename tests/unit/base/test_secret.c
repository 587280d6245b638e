/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing and opening, passwords, random, SHA-256.
 */
#include "base/secret.h"

#include <stdlib.h>
#include "base/mem.h"
#include "base/text.h"
#include "check.h"

#define PLACE "authentications/1000000000012/auth_key/1000000000003"

static char folder[] = "/tmp/reeve-secret-XXXXXX";
static struct rv_key *key, *other_key;

static struct rv_key *
load(const char *name)
{
    rv_err err = RV_ERR_INIT;
    struct rv_key *loaded = NULL;
    RV_AUTO_FREE char *path = rv_format("%s/%s", folder, name);
    if (rv_key_load(&loaded, path, &err))
        fail_msg("%s", err.text);
    unlink(path);
    return loaded;
}

static int
start(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    key = load("key");
    other_key = load("other");
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    rv_key_free(key);
    rv_key_free(other_key);
    return rmdir(folder);
}

static char *
seal(const char *text, size_t len)
{
    rv_err err = RV_ERR_INIT;
    rv_buf out = rv_buf_limited(1 << 20);
    if (rv_secret_seal(&out, key, PLACE, text, len, &err))
        fail_msg("%s", err.text);
    return rv_buf_take_string(&out);
}

static int
open_at(const struct rv_key *with, const char *place, const char *envelope)
{
    rv_err err = RV_ERR_INIT;
    rv_buf out = rv_buf_limited(1 << 20);
    int code = rv_secret_open(&out, with, place, envelope, &err);
    /* Nothing comes out of an envelope that does not open. */
    assert_true(code == 0 || out.len == 0);
    assert_int_equal(code, err.code);
    rv_buf_wipe(&out);
    return code;
}

static void
what_was_sealed_opens_in_its_place(void **state)
{
    (void)state;
    char large[5000];
    memset(large, 'k', sizeof(large));
    const struct {
        const char *text;
        size_t len;
    } cases[] = { { "", 0 }, { "s", 1 }, { "with\0zero", 9 }, { large, sizeof(large) } };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *envelope = seal(cases[i].text, cases[i].len);
        rv_buf out = rv_buf_limited(10000);
        assert_int_equal(rv_secret_open(&out, key, PLACE, envelope, &err), 0);
        assert_int_equal(out.len, cases[i].len);
        assert_memory_equal(rv_buf_text(&out), cases[i].text, cases[i].len);
        rv_buf_wipe(&out);
        assert_null(out.data);
    }
}

static void
an_envelope_has_four_parts_and_never_repeats(void **state)
{
    (void)state;
    RV_AUTO_FREE char *one = seal("hunter22", 8);
    RV_AUTO_FREE char *two = seal("hunter22", 8);
    assert_string_not_equal(one, two);
    assert_starts_with(one, "v1:");
    int colons = 0;
    for (const char *at = one; *at; at++)
        colons += *at == ':';
    assert_int_equal(colons, 3);
    assert_null(strstr(one, "hunter22"));
    /* The key's id is the same for both. */
    assert_memory_equal(one, two, strlen("v1:01234567:"));
}

static void
it_does_not_open_elsewhere_or_with_another_key(void **state)
{
    (void)state;
    RV_AUTO_FREE char *envelope = seal("secret", 6);
    assert_int_equal(open_at(key, PLACE, envelope), 0);
    assert_int_equal(open_at(key, "authentications/1/auth_key/1", envelope), RV_E_AUTH);
    assert_int_equal(open_at(key, "", envelope), RV_E_AUTH);
    assert_int_equal(open_at(key, PLACE " ", envelope), RV_E_AUTH);
    assert_int_equal(open_at(other_key, PLACE, envelope), RV_E_AUTH);
}

static void
any_change_is_noticed(void **state)
{
    (void)state;
    RV_AUTO_FREE char *envelope = seal("secret", 6);
    size_t len = strlen(envelope);
    for (size_t i = 0; i < len; i++) {
        RV_AUTO_FREE char *changed = rv_strdup(envelope);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_int_equal(open_at(key, PLACE, changed), RV_E_AUTH);
        changed[i] = '\0';
        assert_int_equal(open_at(key, PLACE, changed), RV_E_AUTH);
    }
}

static void
what_is_no_envelope_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "",          "v1",    "v1:",
                                         "v1::",      "v1:::", "v1:a:b:c",
                                         "v2:a:b:c",  ":::",   "plain password",
                                         "v1:a:b:c:d" };
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        assert_int_equal(open_at(key, PLACE, cases[i]), RV_E_AUTH);
}

static void
opening_keeps_to_the_ceiling(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *envelope = seal("0123456789", 10);
    rv_buf out = rv_buf_limited(9);
    assert_int_equal(rv_secret_open(&out, key, PLACE, envelope, &err), RV_E_LIMIT);
    rv_buf_wipe(&out);
    rv_buf small = rv_buf_limited(20);
    assert_int_equal(rv_secret_seal(&small, key, PLACE, "0123456789", 10, &err), RV_E_LIMIT);
    rv_buf_wipe(&small);
}

static void
passwords_are_checked_against_their_hash(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char hash[128], again[128];
    assert_int_equal(rv_password_hash(hash, "correct horse", &err), 0);
    assert_int_equal(rv_password_hash(again, "correct horse", &err), 0);
    assert_starts_with(hash, "$argon2id$v=19$m=65536,t=2,p=1$");
    assert_string_not_equal(hash, again);
    assert_int_equal(rv_password_verify(hash, "correct horse"), 1);
    assert_int_equal(rv_password_verify(again, "correct horse"), 1);
    assert_int_equal(rv_password_verify(hash, "Correct horse"), 0);
    assert_int_equal(rv_password_verify(hash, ""), 0);
}

static void
a_damaged_hash_matches_no_password(void **state)
{
    (void)state;
    char too_long[300];
    memset(too_long, '$', sizeof(too_long));
    too_long[sizeof(too_long) - 1] = '\0';
    assert_int_equal(rv_password_verify("", ""), 0);
    assert_int_equal(rv_password_verify("plain", "plain"), 0);
    assert_int_equal(rv_password_verify("$argon2id$", ""), 0);
    assert_int_equal(rv_password_verify(too_long, ""), 0);
}

static void
random_hex_has_its_length_and_differs(void **state)
{
    (void)state;
    char one[201], two[201];
    static const size_t sizes[] = { 0, 1, 16, 31, 32, 33, 100 };
    for (size_t i = 0; i < RV_COUNT(sizes); i++) {
        memset(one, 'z', sizeof(one));
        rv_random_hex(one, sizes[i]);
        assert_int_equal(strspn(one, "0123456789abcdef"), 2 * sizes[i]);
        assert_int_equal(one[2 * sizes[i]], '\0');
    }
    rv_random_hex(two, 100);
    assert_string_not_equal(one, two);
}

static void
sha256_is_that_of_fips_180(void **state)
{
    (void)state;
    char hex[65];
    rv_sha256_hex(hex, "abc", 3);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    rv_sha256_hex(hex, "", 0);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(rv_sha256_is(hex, ""));
    assert_false(rv_sha256_is(hex, "abc"));
}

static void
wiping_leaves_zeros(void **state)
{
    (void)state;
    char bytes[] = "secret";
    rv_wipe(bytes, 6);
    assert_memory_equal(bytes, "\0\0\0\0\0\0", 6);
    rv_wipe(NULL, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_in_its_place),
        cmocka_unit_test(an_envelope_has_four_parts_and_never_repeats),
        cmocka_unit_test(it_does_not_open_elsewhere_or_with_another_key),
        cmocka_unit_test(any_change_is_noticed),
        cmocka_unit_test(what_is_no_envelope_is_refused),
        cmocka_unit_test(opening_keeps_to_the_ceiling),
        cmocka_unit_test(passwords_are_checked_against_their_hash),
        cmocka_unit_test(a_damaged_hash_matches_no_password),
        cmocka_unit_test(random_hex_has_its_length_and_differs),
        cmocka_unit_test(sha256_is_that_of_fips_180),
        cmocka_unit_test(wiping_leaves_zeros),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
