/* SPDX-License-Identifier: Apache-2.0
 *
 * Hexadecimal and base64.
 */
#include "base/text.h"

#include "base/mem.h"
#include "check.h"

static void
hex_digits_are_read_in_either_case_and_nothing_else_is(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        static const char digits[] = "0123456789abcdef";
        const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
        assert_int_equal(rv_hex_digit((char)c), at ? at - digits : -1);
    }
}

static void
hex_is_lower_case(void **state)
{
    (void)state;
    char out[11];
    rv_hex(out, "\x00\x0f\xa5\xff\x10", 5);
    assert_string_equal(out, "000fa5ff10");
    rv_hex(out, "", 0);
    assert_string_equal(out, "");
}

static void
base64_is_that_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbf", "+/+/" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF
        rv_buf text = rv_buf_limited(100);
        RV_AUTO_BUF
        rv_buf bytes = rv_buf_limited(100);
        rv_base64_encode(&text, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(rv_buf_text(&text), cases[i][1]);
        assert_int_equal(rv_base64_decode(&bytes, cases[i][1], strlen(cases[i][1]), &err), 0);
        assert_string_equal(rv_buf_text(&bytes), cases[i][0]);
    }
}

static void
all_lengths_survive_a_round_trip(void **state)
{
    (void)state;
    char bytes[3000];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 31);
    for (size_t len = 0; len <= sizeof(bytes); len += len < 20 ? 1 : 191) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF
        rv_buf text = rv_buf_limited(5000);
        RV_AUTO_BUF
        rv_buf again = rv_buf_limited(5000);
        rv_base64_encode(&text, bytes, len);
        assert_int_equal(text.len, (len + 2) / 3 * 4);
        assert_int_equal(rv_base64_decode(&again, rv_buf_text(&text), text.len, &err), 0);
        assert_int_equal(again.len, len);
        assert_memory_equal(rv_buf_text(&again), bytes, len);
    }
}

static void
line_breaks_and_blanks_are_passed_over(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(100);
    const char *text = " Zm9v\r\nYm\tFy\n";
    assert_int_equal(rv_base64_decode(&bytes, text, strlen(text), &err), 0);
    assert_string_equal(rv_buf_text(&bytes), "foobar");
    rv_buf_reset(&bytes);
    assert_int_equal(rv_base64_decode(&bytes, "Zg==\n", 5, &err), 0);
    assert_string_equal(rv_buf_text(&bytes), "f");
}

static void
what_is_no_base64_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
        { "Z", 1 },
        { "Zg", 2 },
        { "Zg=", 3 },
        { "Zg===", 5 },
        { "Zm9", 3 },
        { "Zm9v=", 5 },
        { "=", 1 },
        { "Zm9v!", 5 },
        { "Zm-_", 4 },
        { "Zg==Zg==", 8 },
        { "Zh==", 4 },
        { "Zm9\xff", 4 },
        { "\x80\xc3\xa9v", 4 },
        { "Zm\0"
          "9v",
          5 },
        { "Zm9v\0", 5 },
        { "Zm9\x7f", 4 },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF
        rv_buf bytes = rv_buf_limited(100);
        if (rv_base64_decode(&bytes, cases[i].text, cases[i].len, &err) != RV_E_INVALID)
            fail_msg("'%s' was taken", cases[i].text);
        assert_contains(err.text, "not base64 at byte ");
        assert_int_equal(bytes.len, 0);
    }
}

static void
decoding_keeps_to_the_ceiling(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(5);
    assert_int_equal(rv_base64_decode(&bytes, "Zm9vYmFy", 8, &err), RV_E_LIMIT);
}

static void
what_an_address_may_not_hold_is_percent_encoded(void **state)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(200);
    RV_AUTO_BUF rv_buf lists = rv_buf_limited(200);
    (void)state;
    rv_percent_encode(&out, "aZ09-._~ /,\xc3\xa4\0", 14, "");
    assert_string_equal(rv_buf_text(&out), "aZ09-._~%20%2F%2C%C3%A4%00");
    rv_percent_encode(&lists, "a,b c", 5, ",");
    assert_string_equal(rv_buf_text(&lists), "a,b%20c");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_address_may_not_hold_is_percent_encoded),
        cmocka_unit_test(hex_digits_are_read_in_either_case_and_nothing_else_is),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(all_lengths_survive_a_round_trip),
        cmocka_unit_test(line_breaks_and_blanks_are_passed_over),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(decoding_keeps_to_the_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
