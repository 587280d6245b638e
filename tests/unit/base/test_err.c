/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: class, text that grows outwards, cuts, hints.
 */
#include "base/err.h"

#include <errno.h>
#include "base/text.h"
#include "check.h"

static void
an_error_has_a_class_and_a_text(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_fail(&err, RV_E_NOT_FOUND, "no provider '%s'", "x"), RV_E_NOT_FOUND);
    assert_int_equal(err.code, RV_E_NOT_FOUND);
    assert_string_equal(err.text, "no provider 'x'");
    assert_string_equal(err.hint, "");
}

static void
each_caller_puts_what_it_was_doing_in_front(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    rv_fail(&err, RV_E_UNAVAILABLE, "disk full");
    assert_int_equal(rv_wrap(&err, "open store"), RV_E_UNAVAILABLE);
    assert_int_equal(rv_wrap(&err, "add provider '%s'", "x"), RV_E_UNAVAILABLE);
    assert_string_equal(err.text, "add provider 'x': open store: disk full");
}

static void
a_new_failure_replaces_everything_of_the_old(void **state)
{
    (void)state;
    rv_err err = { .remote_status = 503, .retry_after_ms = 1000 };
    rv_fail(&err, RV_E_AUTH, "old");
    rv_hint(&err, "old advice");
    rv_fail(&err, RV_E_LIMIT, "new: %s", err.text);
    assert_int_equal(err.code, RV_E_LIMIT);
    assert_string_equal(err.text, "new: old");
    assert_string_equal(err.hint, "");
    assert_int_equal(err.remote_status, 0);
    assert_int_equal(err.retry_after_ms, 0);
}

static void
a_failure_never_has_the_class_of_success(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_fail(&err, 0, "zero"), RV_E_INTERNAL);
    assert_int_equal(rv_fail(&err, 7, "positive"), RV_E_INTERNAL);
}

static void
the_innermost_hint_stays(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    rv_fail(&err, RV_E_PERMISSION, "refused");
    assert_int_equal(rv_hint(&err, "use %s", "sudo"), RV_E_PERMISSION);
    rv_hint(&err, "something vaguer");
    assert_string_equal(err.hint, "use sudo");
}

static void
long_texts_are_cut_between_characters_and_marked(void **state)
{
    (void)state;
    char accents[6000];
    for (size_t i = 0; i < sizeof(accents) - 1; i += 2)
        memcpy(accents + i, "\xc3\xa9", 2);
    for (size_t shift = 0; shift < 4; shift++) {
        accents[sizeof(accents) - 2 - 2 * shift] = '\0';
        rv_err err = RV_ERR_INIT;
        rv_fail(&err, RV_E_INVALID, "%.*s%s", (int)shift, "xxx", accents);
        size_t len = strlen(err.text);
        assert_in_range(len, sizeof(err.text) - 4, sizeof(err.text) - 1);
        assert_string_equal(err.text + len - 3, "...");
        assert_true(rv_utf8_valid(err.text, len));
        rv_wrap(&err, "%.*s", (int)shift, "yyy");
        assert_true(rv_utf8_valid(err.text, strlen(err.text)));
        assert_string_equal(err.text + strlen(err.text) - 3, "...");
    }
}

static void
a_text_that_just_fits_is_not_cut(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    rv_fail(&err, RV_E_INVALID, "%*s", (int)sizeof(err.text) - 1, "end");
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_string_equal(err.text + sizeof(err.text) - 4, "end");
}

static void
errno_chooses_the_class(void **state)
{
    (void)state;
    static const struct {
        int number, code;
    } cases[] = {
        { ENOENT, RV_E_NOT_FOUND },    { EACCES, RV_E_PERMISSION },
        { EPERM, RV_E_PERMISSION },    { ENOSPC, RV_E_UNAVAILABLE },
        { EIO, RV_E_UNAVAILABLE },     { ECONNREFUSED, RV_E_UNAVAILABLE },
        { EADDRINUSE, RV_E_CONFLICT }, { EEXIST, RV_E_CONFLICT },
        { ETIMEDOUT, RV_E_TIMEOUT },   { EINVAL, RV_E_INVALID },
        { EBADF, RV_E_INTERNAL },      { EFBIG, RV_E_LIMIT },
        { ENOSYS, RV_E_UNSUPPORTED },  { ECANCELED, RV_E_CANCELLED },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        errno = cases[i].number;
        assert_int_equal(rv_fail_errno(&err, "open '%s'", "f"), cases[i].code);
        assert_starts_with(err.text, "open 'f': ");
        assert_contains(err.text, strerror(cases[i].number));
    }
}

static void
an_unknown_errno_has_a_text_too(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    errno = 54321;
    rv_fail_errno(&err, "read");
    assert_string_equal(err.text, "read: unknown error");
}

static void
classes_have_stable_words(void **state)
{
    (void)state;
    static const struct {
        int code;
        const char *word;
    } cases[] = {
        { RV_OK, "ok" },
        { RV_E_AUTH, "auth" },
        { RV_E_PERMISSION, "permission" },
        { RV_E_NOT_FOUND, "not_found" },
        { RV_E_CONFLICT, "conflict" },
        { RV_E_INVALID, "invalid" },
        { RV_E_RATE_LIMITED, "rate_limited" },
        { RV_E_UNAVAILABLE, "unavailable" },
        { RV_E_TIMEOUT, "timeout" },
        { RV_E_CANCELLED, "cancelled" },
        { RV_E_GONE, "gone" },
        { RV_E_UNSUPPORTED, "unsupported" },
        { RV_E_PROTOCOL, "protocol" },
        { RV_E_INTERNAL, "internal" },
        { RV_E_LIMIT, "limit" },
        { RV_E_STALE, "stale" },
        { -16, "internal" },
        { 1, "internal" },
        { INT32_MIN, "internal" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        assert_string_equal(rv_class_name(cases[i].code), cases[i].word);
}

static void
break_an_assertion(void)
{
    RV_ASSERT(1 + 1 == 3);
}

static void
keep_an_assertion(void)
{
    RV_ASSERT(1 + 1 == 2);
}

static void
a_broken_assertion_ends_the_process(void **state)
{
    (void)state;
    assert_true(aborts(break_an_assertion));
    assert_false(aborts(keep_an_assertion));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_has_a_class_and_a_text),
        cmocka_unit_test(each_caller_puts_what_it_was_doing_in_front),
        cmocka_unit_test(a_new_failure_replaces_everything_of_the_old),
        cmocka_unit_test(a_failure_never_has_the_class_of_success),
        cmocka_unit_test(the_innermost_hint_stays),
        cmocka_unit_test(long_texts_are_cut_between_characters_and_marked),
        cmocka_unit_test(a_text_that_just_fits_is_not_cut),
        cmocka_unit_test(errno_chooses_the_class),
        cmocka_unit_test(an_unknown_errno_has_a_text_too),
        cmocka_unit_test(classes_have_stable_words),
        cmocka_unit_test(a_broken_assertion_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
