/* SPDX-License-Identifier: Apache-2.0
 *
 * Error classes as statuses, kinds and klass names.
 */
#include "unit.h"
#include "api/answer.h"

static void
classes_have_the_statuses_that_clients_expect(void **state)
{
    static const struct {
        int code, status;
        const char *kind, *klass;
    } cases[] = {
        { RV_E_INVALID, 400, "bad_request", "Api::BadRequestError" },
        { RV_E_LIMIT, 400, "bad_request", "Api::BadRequestError" },
        { RV_E_CONFLICT, 400, "bad_request", "ActiveRecord::RecordInvalid" },
        { RV_E_AUTH, 401, "unauthorized", "Api::AuthenticationError" },
        { RV_E_PERMISSION, 403, "forbidden", "Api::ForbiddenError" },
        { RV_E_NOT_FOUND, 404, "not_found", "ActiveRecord::RecordNotFound" },
        { RV_E_GONE, 410, "gone", "Api::GoneError" },
        { RV_E_UNAVAILABLE, 503, "service_unavailable", "Api::ServiceUnavailableError" },
        { RV_E_TIMEOUT, 503, "service_unavailable", "Api::ServiceUnavailableError" },
        { RV_E_INTERNAL, 500, "internal_server_error", "Api::InternalServerError" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_request *req = request_of("/x");
        rv_err err = RV_ERR_INIT;
        rv_fail(&err, cases[i].code, "the \"reason\"");
        req->who.user_id = 1;
        rv_answer_err(req, &err);
        assert_int_equal(req->answer.status, cases[i].status);
        cJSON *json = cJSON_Parse(rv_buf_text(&req->answer.body));
        const cJSON *error = cJSON_GetObjectItem(json, "error");
        assert_string_equal(rv_json_string(error, "kind"), cases[i].kind);
        assert_string_equal(rv_json_string(error, "klass"), cases[i].klass);
        if (cases[i].status != 500)
            assert_string_equal(rv_json_string(error, "message"), "the \"reason\"");
        cJSON_Delete(json);
        rv_request_free(req);
    }
}

static void
our_own_mistakes_are_not_spelt_out_to_clients(void **state)
{
    struct rv_request *req = request_of("/x");
    rv_err err = RV_ERR_INIT;

    (void)state;
    rv_fail(&err, RV_E_INTERNAL, "SELECT password FROM users failed");
    rv_answer_err(req, &err);
    assert_null(strstr(rv_buf_text(&req->answer.body), "SELECT"));
    rv_request_free(req);
}

static void
a_stranger_is_not_told_where_the_database_is(void **state)
{
    static const int codes[] = { RV_E_UNAVAILABLE, RV_E_TIMEOUT, RV_E_RATE_LIMITED };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(codes); i++) {
        struct rv_request *req = request_of("/readyz");
        rv_err err = RV_ERR_INIT;
        rv_fail(&err, codes[i], "connection to server at \"10.1.2.3\", port 5432 failed");
        rv_hint(&err, "is 10.1.2.3 up?");
        rv_answer_err(req, &err);
        assert_int_equal(req->answer.status, 503);
        assert_null(strstr(rv_buf_text(&req->answer.body), "10.1.2.3"));
        rv_request_free(req);
    }
}

static void
an_error_replaces_what_was_written_before(void **state)
{
    struct rv_request *req = request_of("/x");
    rv_json_writer w = rv_answer_json(req, 200);

    (void)state;
    rv_jw_object(&w);
    rv_jw_name(&w, "half");
    rv_answer_error(req, 400, "no", "do this");
    assert_string_equal(rv_buf_text(&req->answer.body),
                        "{\"error\":{\"kind\":\"bad_request\",\"message\":\"no\",\"klass\":"
                        "\"Api::BadRequestError\",\"hint\":\"do this\"}}");
    rv_request_free(req);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_have_the_statuses_that_clients_expect),
        cmocka_unit_test(our_own_mistakes_are_not_spelt_out_to_clients),
        cmocka_unit_test(a_stranger_is_not_told_where_the_database_is),
        cmocka_unit_test(an_error_replaces_what_was_written_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
