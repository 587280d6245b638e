/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading paths.
 */
#include "resolve/uri.h"

#include "../base/check.h"
#include "base/mem.h"
#include "resolve/resolve_internal.h"

static const struct {
    const char *text;
    int scheme;
    const char *class_path, *name, *message;
    size_t args;
} good[] = {
    { "/System/Process/Event", RV_WS_DATASTORE, "System/Process", "Event", NULL, 0 },
    { "System/Process/Event", RV_WS_DATASTORE, "System/Process", "Event", NULL, 0 },
    { "miqaedb:///A/B/c?x=1&y=2#Go", RV_WS_DATASTORE, "A/B", "c", "go", 2 },
    { "MIQAEDB:/A/b", RV_WS_DATASTORE, "A", "b", NULL, 0 },
    { "/A/B/", RV_WS_DATASTORE, "A/B", NULL, NULL, 0 },
    { "/A/B/c?", RV_WS_DATASTORE, "A/B", "c", NULL, 0 },
    { "/A/B/c?#", RV_WS_DATASTORE, "A/B", "c", NULL, 0 },
    { "/A/B/c?&x&=", 0, NULL, NULL, NULL, 0 },
    { "/A/B/a%20b", RV_WS_DATASTORE, "A/B", "a b", NULL, 0 },
    { "METHOD::name", RV_WS_METHOD, NULL, "name", NULL, 0 },
    { "method://A/B/name?x=1", RV_WS_METHOD, "A/B", "name", NULL, 1 },
    { "miqaews://../", RV_WS_WORKSPACE, NULL, "../", NULL, 0 },
    { "work?a=b:c", RV_WS_DATASTORE, NULL, "work", NULL, 1 },
};

static void
a_path_is_cut_into_its_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(good); i++) {
        RV_AUTO_WS_URI struct rv_ws_uri uri;
        rv_err err = RV_ERR_INIT;
        int rc = rv_ws_uri_parse(&uri, good[i].text, &err);
        if (good[i].name == NULL && good[i].class_path == NULL) {
            assert_int_equal(rc, RV_E_INVALID);
            continue;
        }
        assert_int_equal(rc, 0);
        assert_int_equal(uri.scheme, good[i].scheme);
        assert_int_equal(uri.arg_count, good[i].args);
        const struct {
            const char *is, *should_be;
        } texts[] = { { uri.class_path, good[i].class_path },
                      { uri.name, good[i].name },
                      { uri.message, good[i].message } };
        for (size_t j = 0; j < RV_COUNT(texts); j++) {
            if (texts[j].should_be)
                assert_string_equal(texts[j].is, texts[j].should_be);
            else
                assert_null(texts[j].is);
        }
    }
}

static void
arguments_are_decoded_and_their_names_in_lower_case(void **state)
{
    (void)state;
    RV_AUTO_WS_URI struct rv_ws_uri uri;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_ws_uri_parse(&uri, "/A/b?Vm::VM=7&text=a+b%26%3D%23&empty=&bare", &err), 0);
    static const char *const expected[][2] = {
        { "vm::vm", "7" }, { "text", "a b&=#" }, { "empty", "" }, { "bare", "" }
    };
    assert_int_equal(uri.arg_count, RV_COUNT(expected));
    for (size_t i = 0; i < RV_COUNT(expected); i++) {
        assert_string_equal(uri.args[i].name, expected[i][0]);
        assert_string_equal(uri.args[i].value, expected[i][1]);
    }
}

static void
a_path_that_cannot_be_read_says_why(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "it names nothing" },
        { "/", "it names nothing" },
        { "?x=1", "it names nothing" },
        { "/A//c", "it has an empty part" },
        { "/A/%/c", "is no encoded character" },
        { "/A/%00/c", "is no encoded character" },
        { "/A/%ff/c", "it is not UTF-8" },
        { "/A/x%2Fy/c", "'x/y' is no name" },
        { "ftp://A/b", "'ftp' is no scheme" },
        { "/A/b?=1", "an argument has no name" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        struct rv_ws_uri uri;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_ws_uri_parse(&uri, bad[i].text, &err), RV_E_INVALID);
        assert_contains(err.text, bad[i].says);
        assert_null(uri.text);
    }
}

static void
a_path_has_a_ceiling_of_bytes_parts_and_arguments(void **state)
{
    static const struct {
        const char *start, *repeated;
        int times;
    } large[] = { { "/A/", "x", 70000 }, { "", "/x", 65 }, { "/A/b?", "x&", 256 } };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(large); i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
        rv_buf_add_string(&text, large[i].start);
        for (int j = 0; j < large[i].times; j++)
            rv_buf_add_string(&text, large[i].repeated);
        struct rv_ws_uri uri;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_ws_uri_parse(&uri, rv_buf_text(&text), &err), RV_E_LIMIT);
    }
}

static void
an_interval_is_read_as_ruby_writes_it_and_as_we_do(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } intervals[] = { { "10.minutes", 600000 },
                      { "1.Hour", 3600000 },
                      { "2.days", 172800000 },
                      { "90", 90000 },
                      { "5m", 300000 },
                      { "0.seconds", 0 },
                      { "soon", -1 },
                      { "-1.minutes", -1 },
                      { "9223372036854775807.years", -1 },
                      { "x.minutes", -1 },
                      { "", -1 } };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(intervals); i++) {
        rv_err err = RV_ERR_INIT;
        int64_t ms = -1;
        int rc = ws_parse_interval(&ms, intervals[i].text, &err);
        assert_int_equal(rc, intervals[i].ms < 0 ? RV_E_INVALID : 0);
        if (rc == 0)
            assert_int_equal(ms, intervals[i].ms);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_cut_into_its_parts),
        cmocka_unit_test(arguments_are_decoded_and_their_names_in_lower_case),
        cmocka_unit_test(a_path_that_cannot_be_read_says_why),
        cmocka_unit_test(a_path_has_a_ceiling_of_bytes_parts_and_arguments),
        cmocka_unit_test(an_interval_is_read_as_ruby_writes_it_and_as_we_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
