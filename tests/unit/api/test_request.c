/* SPDX-License-Identifier: Apache-2.0
 *
 * Request targets taken apart.
 */
#include "unit.h"

static void
a_target_is_taken_apart_and_decoded(void **state)
{
    struct rv_request *req =
        request_of("/api/zo%6Ees/12/?filter[]=a%20=%20b&x=1+2&x=3&empty=&flag#frag");

    (void)state;
    assert_int_equal(req->segment_count, 3);
    assert_string_equal(req->segments[1], "zones");
    assert_string_equal(req->segments[2], "12");
    assert_int_equal(req->param_count, 5);
    assert_string_equal(rv_request_param(req, "filter[]"), "a = b");
    assert_string_equal(req->params[1].value, "1 2");
    assert_string_equal(rv_request_param(req, "x"), "3");
    assert_string_equal(rv_request_param(req, "empty"), "");
    assert_string_equal(rv_request_param(req, "flag"), "");
    assert_null(rv_request_param(req, "frag"));
    rv_request_free(req);
}

static void
a_plus_is_a_blank_in_a_query_only(void **state)
{
    struct rv_request *req = request_of("/a+b?c+d=e%2Bf");

    (void)state;
    assert_string_equal(req->segments[0], "a+b");
    assert_string_equal(rv_request_param(req, "c d"), "e+f");
    rv_request_free(req);
}

static void
targets_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *target;
        int code;
    } cases[] = {
        { "", RV_E_INVALID },
        { "api", RV_E_INVALID },
        { "http://x/api", RV_E_INVALID },
        { "*", RV_E_INVALID },
        { "/a%", RV_E_INVALID },
        { "/a%4", RV_E_INVALID },
        { "/a%zz", RV_E_INVALID },
        { "/a%00", RV_E_INVALID },
        { "/%ff", RV_E_INVALID },
        { "/?a=%c3%28", RV_E_INVALID },
        { "/?%", RV_E_INVALID },
        { "/?a=%ed%a0%80", RV_E_INVALID },
        { "//x", RV_E_NOT_FOUND },
        { "/api//x", RV_E_NOT_FOUND },
        { "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25", RV_E_NOT_FOUND },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_request *req = rv_request_new(NULL);
        rv_err err = RV_ERR_INIT;
        int rc = rv_request_parse(req, cases[i].target, &err);
        if (rc != cases[i].code)
            fail_msg("%s: %d %s", cases[i].target, rc, err.text);
        rv_request_free(req);
    }
}

static void
parameters_have_a_ceiling(void **state)
{
    rv_buf text = rv_buf_limited(65536);
    struct rv_request *req = rv_request_new(NULL);
    rv_err err = RV_ERR_INIT;

    (void)state;
    rv_buf_add_string(&text, "/x?");
    for (int i = 0; i <= RV_PARAMS_MAX; i++)
        rv_buf_add_string(&text, "a=1&");
    assert_int_equal(rv_request_parse(req, rv_buf_text(&text), &err), RV_E_INVALID);
    rv_buf_free(&text);
    rv_request_free(req);
}

static void
an_unknown_parameter_is_named_with_the_nearest(void **state)
{
    struct rv_request *req = request_of("/x?atributes=1");
    struct rv_request *filter = request_of("/x?filter=1");
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(rv_request_check_params(req, &err), RV_E_INVALID);
    assert_non_null(strstr(err.text, "atributes"));
    assert_non_null(strstr(err.hint, "'attributes'"));
    rv_err_clear(&err);
    assert_int_equal(rv_request_check_params(filter, &err), RV_E_INVALID);
    assert_non_null(strstr(err.hint, "filter[]"));
    rv_request_free(req);
    rv_request_free(filter);
}

static void
ids_are_decimal_and_positive(void **state)
{
    static const char *const good[] = { "1", "1000000000001", "9223372036854775807", "007" };
    static const char *const bad[] = {
        "", "0", "-1", "1.0", "1e3", "9223372036854775808", "x", "1 ", "0x1", "12345678901234567890"
    };
    int64_t id;

    (void)state;
    for (size_t i = 0; i < RV_COUNT(good); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_request_id(&id, good[i], &err), 0);
    }
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_request_id(&id, bad[i], &err), RV_E_NOT_FOUND);
    }
}

static void
a_body_is_json_or_refused(void **state)
{
    static const char *const bad[] = { "{", "[1,]", "nul", "{\"a\":\"\\u0000\"}", "\xff", "{}{}" };
    const cJSON *json;

    (void)state;
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        struct rv_request *req = request_of("/x");
        rv_err err = RV_ERR_INIT;
        req->body = bad[i];
        req->body_len = strlen(bad[i]);
        if (rv_request_json(req, &json, &err) != RV_E_INVALID)
            fail_msg("taken: %s", bad[i]);
        rv_request_free(req);
    }
    struct rv_request *empty = request_of("/x");
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_request_json(empty, &json, &err), 0);
    assert_null(json);
    rv_request_free(empty);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_taken_apart_and_decoded),
        cmocka_unit_test(a_plus_is_a_blank_in_a_query_only),
        cmocka_unit_test(targets_that_cannot_be_are_refused),
        cmocka_unit_test(parameters_have_a_ceiling),
        cmocka_unit_test(an_unknown_parameter_is_named_with_the_nearest),
        cmocka_unit_test(ids_are_decimal_and_positive),
        cmocka_unit_test(a_body_is_json_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
