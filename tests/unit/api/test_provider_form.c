/* SPDX-License-Identifier: Apache-2.0
 *
 * Forms of a provider to the options that its plugin gets.
 */
#include "unit.h"
#include "api/provider_form.h"

static char *
given_of(const char *body, int purpose, rv_err *err)
{
    struct rv_provider_form form;
    cJSON *json = cJSON_Parse(body);
    char *text = NULL;

    if (rv_provider_form_read(&form, json, purpose, err) == 0) {
        rv_buf out = rv_buf_limited(65536);
        if (form.given)
            rv_json_canonical(&out, form.given);
        text = rv_buf_take_string(&out);
    }
    rv_provider_form_free(&form);
    cJSON_Delete(json);
    return text;
}

static void
every_form_becomes_options(void **state)
{
    static const struct {
        const char *body, *options;
    } cases[] = {
        { "{}", "" },
        { "{\"options\":{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null}}",
          "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null}" },
        { "{\"certificate_authority\":null}", "{\"certificate_authority\":null}" },
        { "{\"credentials\":{\"password\":null}}", "{\"password\":null}" },
        { "{\"verify_ssl\":null}", "{\"security_protocol\":null}" },
        { "{\"verify_ssl\":1,\"security_protocol\":null}",
          "{\"security_protocol\":\"ssl-with-validation\"}" },
        { "{\"ipaddress\":null}", "{\"hostname\":null}" },
        { "{\"hostname\":\"h\",\"ipaddress\":null}", "{\"hostname\":\"h\"}" },
        { "{\"hostname\":\"h\",\"port\":1}", "{\"hostname\":\"h\",\"port\":1}" },
        { "{\"ipaddress\":\"10.0.0.1\"}", "{\"hostname\":\"10.0.0.1\"}" },
        { "{\"hostname\":\"h\",\"ipaddress\":\"10.0.0.1\"}", "{\"hostname\":\"h\"}" },
        { "{\"verify_ssl\":1}", "{\"security_protocol\":\"ssl-with-validation\"}" },
        { "{\"verify_ssl\":0}", "{\"security_protocol\":\"ssl-without-validation\"}" },
        { "{\"verify_ssl\":true,\"certificate_authority\":\"PEM\"}",
          "{\"certificate_authority\":\"PEM\",\"security_protocol\":"
          "\"ssl-with-validation-custom-ca\"}" },
        { "{\"verify_ssl\":0,\"security_protocol\":\"ssl-with-validation\"}",
          "{\"security_protocol\":\"ssl-with-validation\"}" },
        { "{\"credentials\":{\"userid\":\"u\",\"password\":\"p\"}}",
          "{\"password\":\"p\",\"userid\":\"u\"}" },
        { "{\"connection_configurations\":[{\"endpoint\":{\"role\":\"default\",\"hostname\":\"h\"},"
          "\"authentication\":{\"authtype\":\"bearer\",\"auth_key\":\"k\"}}]}",
          "{\"auth_key\":\"k\",\"hostname\":\"h\"}" },
        { "{\"hostname\":\"first\",\"options\":{\"hostname\":\"second\"}}",
          "{\"hostname\":\"second\"}" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *given = given_of(cases[i].body, RV_FORM_EDIT, &err);
        if (!given)
            fail_msg("%s: %s", cases[i].body, err.text);
        assert_string_equal(given, cases[i].options);
    }
}

static void
a_null_takes_nothing_away_from_what_is_made(void **state)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *given =
        given_of("{\"name\":\"n\",\"type\":\"t\",\"hostname\":\"h\",\"port\":null,\"zone\":null,"
                 "\"options\":{\"a\":null,\"b\":1,\"c\":null}}",
                 RV_FORM_CREATE, &err);

    (void)state;
    assert_non_null(given);
    assert_string_equal(given, "{\"b\":1,\"hostname\":\"h\"}");
}

static void
unknown_keys_are_named_with_the_nearest(void **state)
{
    static const struct {
        const char *body, *text, *hint;
    } cases[] = {
        { "{\"hostnme\":1}", "hostnme", "hostname" },
        { "{\"credentials\":{\"pasword\":\"x\"}}", "pasword", "password" },
        { "{\"connection_configurations\":[{\"endpint\":{}}]}", "endpint", "endpoint" },
        { "{\"connection_configurations\":[7]}", "connection_configurations", "" },
        { "{\"credentials\":7}", "credentials", "" },
        { "{\"credentials\":{\"authtype\":\"metrics\"}}", "metrics", "default" },
        { "{\"options\":\"x\"}", "options", "" },
        { "{\"options\":null}", "options", "" },
        { "{\"zone\":null}", "'zone'", "" },
        { "{\"zone_id\":null}", "'zone_id'", "" },
        { "{\"name\":null}", "'name'", "" },
        { "{\"type\":null}", "'type'", "" },
        { "{\"options\":{\"a\":[]}}", "'a'", "" },
        { "{\"name\":[]}", "name", "" },
        { "{\"realm\":7}", "realm", "" },
        { "[]", "object", "" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *given = given_of(cases[i].body, RV_FORM_EDIT, &err);
        if (given || err.code != RV_E_INVALID || !strstr(err.text, cases[i].text) ||
            !strstr(err.hint, cases[i].hint))
            fail_msg("%s: %s (%s)", cases[i].body, err.text, err.hint);
    }
}

/* {"options":{...}} with so many of them. */
static char *
body_of_options(int count)
{
    rv_buf body = rv_buf_limited(1 << 20);

    rv_buf_add_string(&body, "{\"options\":{");
    for (int i = 0; i < count; i++)
        rv_buf_addf(&body, "%s\"o%d\":1", i ? "," : "", i);
    rv_buf_add_string(&body, "}}");
    return rv_buf_take_string(&body);
}

static void
the_number_of_options_has_a_ceiling(void **state)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *most = body_of_options(256), *too_many = body_of_options(257);
    RV_AUTO_FREE char *given = given_of(most, RV_FORM_EDIT, &err);
    cJSON *list = cJSON_CreateArray(), *object = NULL;

    (void)state;
    assert_non_null(given);
    assert_null(given_of(too_many, RV_FORM_EDIT, &err));
    assert_int_equal(err.code, RV_E_INVALID);
    for (int i = 0; i < 257; i++)
        cJSON_AddItemToArray(
            list, cJSON_Parse("{\"action\":\"edit\",\"path\":\"name\",\"value\":\"a\"}"));
    rv_err_clear(&err);
    assert_int_equal(rv_provider_form_patch(&object, list, &err), RV_E_INVALID);
    cJSON_Delete(object);
    cJSON_Delete(list);
}

static void
a_name_has_at_most_255_characters_whatever_their_bytes(void **state)
{
    char body[2048] = "{\"name\":\"";
    rv_err err = RV_ERR_INIT;

    (void)state;
    size_t len = strlen(body);
    for (int i = 0; i < 255; i++, len += 2)
        memcpy(body + len, "\xc3\xa9", 2);
    memcpy(body + len, "\"}", 3);
    RV_AUTO_FREE char *fits = given_of(body, RV_FORM_EDIT, &err);
    assert_non_null(fits);
    memcpy(body + len, "x\"}", 4);
    RV_AUTO_FREE char *too_long = given_of(body, RV_FORM_EDIT, &err);
    assert_null(too_long);
}

static void
a_patch_becomes_the_object_that_it_stands_for(void **state)
{
    cJSON *list = cJSON_Parse("[{\"action\":\"edit\",\"path\":\"name\",\"value\":\"a\"},"
                              "{\"action\":\"add\",\"path\":\"name\",\"value\":\"b\"},"
                              "{\"action\":\"remove\",\"path\":\"realm\"},"
                              "{\"action\":\"edit\",\"path\":\"x/y\",\"value\":1}]");
    cJSON *object;
    rv_err err = RV_ERR_INIT;
    rv_buf out = rv_buf_limited(4096);

    (void)state;
    assert_int_equal(rv_provider_form_patch(&object, list, &err), 0);
    rv_json_canonical(&out, object);
    assert_string_equal(rv_buf_text(&out), "{\"name\":\"b\",\"realm\":null}");
    rv_buf_free(&out);
    cJSON_Delete(object);
    cJSON_Delete(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_becomes_options),
        cmocka_unit_test(a_null_takes_nothing_away_from_what_is_made),
        cmocka_unit_test(unknown_keys_are_named_with_the_nearest),
        cmocka_unit_test(the_number_of_options_has_a_ceiling),
        cmocka_unit_test(a_name_has_at_most_255_characters_whatever_their_bytes),
        cmocka_unit_test(a_patch_becomes_the_object_that_it_stands_for),
    };

    return cmocka_run_group_tests(tests, start_model, end_model);
}
