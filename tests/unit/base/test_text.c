/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8, folding, nearest names.
 */
#include "base/text.h"

#include "base/mem.h"
#include "check.h"

struct bytes_case {
    const char *bytes;
    size_t len;
    size_t valid; /* of the longest good prefix */
};

#define BYTES(text, good)                                                                          \
    {                                                                                              \
        text, sizeof(text) - 1, good                                                               \
    }

static const struct bytes_case utf8_cases[] = {
    BYTES("", 0),
    BYTES("plain", 5),
    BYTES("caf\xc3\xa9", 5),
    BYTES("\xe6\x97\xa5\xe6\x9c\xac", 6),
    BYTES("\xf0\x9f\x98\x80", 4),
    BYTES("\x7f\xc2\x80", 3),
    BYTES("\xdf\xbf\xe0\xa0\x80", 5),
    BYTES("\xed\x9f\xbf\xee\x80\x80", 6),
    BYTES("\xef\xbf\xbf\xf0\x90\x80\x80", 7),
    BYTES("\xf4\x8f\xbf\xbf", 4),
    /* a zero byte, also where words are looked at as a whole */
    BYTES("ab\0cd", 2),
    BYTES("\0", 0),
    BYTES("01234567\0", 8),
    BYTES("0123456\0", 7),
    BYTES("\x01\0\x01\x01\x01\x01\x01\x01", 1),
    /* never in UTF-8 */
    BYTES("a\xff", 1),
    BYTES("a\xfe", 1),
    BYTES("ab\x80", 2),
    BYTES("01234567\xbf", 8),
    BYTES("0123456\x80", 7),
    /* over-long forms */
    BYTES("\xc0\x80", 0),
    BYTES("\xc1\xbf", 0),
    BYTES("\xe0\x80\x80", 0),
    BYTES("\xe0\x9f\xbf", 0),
    BYTES("\xf0\x80\x80\x80", 0),
    BYTES("\xf0\x8f\xbf\xbf", 0),
    /* surrogates, beyond U+10FFFF */
    BYTES("x\xed\xa0\x80", 1),
    BYTES("x\xed\xbf\xbf", 1),
    BYTES("\xf4\x90\x80\x80", 0),
    BYTES("\xf5\x80\x80\x80", 0),
    /* cut short, or broken in the middle */
    BYTES("a\xc3", 1),
    BYTES("a\xe6\x97", 1),
    BYTES("a\xf0\x9f\x98", 1),
    BYTES("a\xc3(", 1),
    BYTES("a\xe6\x97(", 1),
    BYTES("a\xf0\x9f(\x80", 1),
};

static void
utf8_is_valid_up_to_its_first_bad_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(utf8_cases); i++) {
        const struct bytes_case *c = &utf8_cases[i];
        /* A copy of the exact size, so that the sanitizer sees a read beyond it. */
        RV_AUTO_FREE char *copy = rv_alloc(c->len);
        memcpy(copy, c->bytes, c->len);
        if (rv_utf8_prefix(copy, c->len) != c->valid)
            fail_msg("case %zu: prefix %zu", i, rv_utf8_prefix(copy, c->len));
        assert_int_equal(rv_utf8_valid(copy, c->len), c->valid == c->len);
    }
}

static void
bad_bytes_are_found_at_any_place(void **state)
{
    (void)state;
    char text[64];
    for (size_t at = 0; at < sizeof(text); at++) {
        memset(text, 'x', sizeof(text));
        text[at] = at % 2 ? '\0' : '\x9f';
        assert_int_equal(rv_utf8_prefix(text, sizeof(text)), at);
    }
}

static void
cleaning_replaces_each_bad_byte(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *clean;
        size_t replaced;
    } cases[] = {
        { "fine", 4, "fine", 0 },
        { "", 0, "", 0 },
        { "a\xff"
          "b",
          3,
          "a\xef\xbf\xbd"
          "b",
          1 },
        { "a\0b", 3,
          "a\xef\xbf\xbd"
          "b",
          1 },
        { "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3 },
        { "\xf0\x9f\x98", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3 },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(100);
        assert_int_equal(rv_utf8_clean(&out, cases[i].bytes, cases[i].len), cases[i].replaced);
        assert_string_equal(rv_buf_text(&out), cases[i].clean);
    }
}

static void
comparisons_accept_null(void **state)
{
    (void)state;
    assert_true(rv_streq(NULL, NULL) && rv_strcaseeq(NULL, NULL));
    assert_false(rv_streq(NULL, "") || rv_streq("", NULL));
    assert_false(rv_strcaseeq(NULL, "") || rv_strcaseeq("", NULL));
    assert_true(rv_streq("a", "a"));
    assert_false(rv_streq("a", "A") || rv_streq("a", "ab") || rv_streq("ab", "a"));
}

static void
folding_is_ascii_only(void **state)
{
    (void)state;
    assert_true(rv_strcaseeq("PodS", "pODs"));
    assert_false(rv_strcaseeq("pod", "pods") || rv_strcaseeq("pods", "pod"));
    assert_false(rv_strcaseeq("\xc3\x89", "\xc3\xa9"));
    assert_false(rv_strcaseeq("[", "{") || rv_strcaseeq("@", "`"));
    char text[] = "AbZ[@ \xc3\x89";
    rv_lower(text);
    assert_string_equal(text, "abz[@ \xc3\x89");
}

static void
the_nearest_name_is_at_most_a_third_away(void **state)
{
    (void)state;
    static const char *const names[] = { "listen", "log_level", "store", "pods", "nodes", NULL };
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        { "store", "store" },  { "STORE", "store" },
        { "stroe", "store" },  { "stor", "store" },
        { "storee", "store" }, { "loglevel", "log_level" },
        { "lisen", "listen" }, { "pod", "pods" },
        { "node", "nodes" },   { "log_levle", "log_level" },
        { "po", NULL },        { "x", NULL },
        { "", NULL },          { "xyzzy", NULL },
        { "list", NULL },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const char *nearest = rv_nearest(cases[i].name, names);
        if (!rv_streq(nearest, cases[i].nearest))
            fail_msg("'%s' is near '%s'", cases[i].name, nearest ? nearest : "nothing");
    }
}

static void
long_names_have_no_nearest(void **state)
{
    (void)state;
    char name[101];
    memset(name, 'a', 100);
    name[100] = '\0';
    const char *const names[] = { name, "short", NULL };
    assert_null(rv_nearest(name, names));
    assert_string_equal(rv_nearest("shart", names), "short");
    name[64] = '\0';
    assert_ptr_equal(rv_nearest(name, names), name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_valid_up_to_its_first_bad_byte),
        cmocka_unit_test(bad_bytes_are_found_at_any_place),
        cmocka_unit_test(cleaning_replaces_each_bad_byte),
        cmocka_unit_test(comparisons_accept_null),
        cmocka_unit_test(folding_is_ascii_only),
        cmocka_unit_test(the_nearest_name_is_at_most_a_third_away),
        cmocka_unit_test(long_names_have_no_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
