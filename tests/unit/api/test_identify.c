/* SPDX-License-Identifier: Apache-2.0
 *
 * Which row an entry means.
 */
#include "unit.h"
#include "api/identify.h"

static void
entries_name_rows_by_id_href_or_column(void **state)
{
    static const struct {
        const char *entry;
        int code;
        int64_t id;
        const char *column;
    } cases[] = {
        { "{\"id\":\"12\"}", 0, 12, NULL },
        { "{\"id\":12}", 0, 12, NULL },
        { "{\"id\":12.5}", RV_E_INVALID, 0, NULL },
        { "{\"id\":-1}", RV_E_INVALID, 0, NULL },
        { "{\"id\":0}", RV_E_INVALID, 0, NULL },
        { "{\"id\":1e300}", RV_E_INVALID, 0, NULL },
        { "{\"id\":[]}", RV_E_INVALID, 0, NULL },
        { "{\"id\":null}", RV_E_INVALID, 0, NULL },
        { "{\"id\":\"x\"}", RV_E_NOT_FOUND, 0, NULL },
        { "{\"href\":\"http://h:1/api/providers/12\"}", 0, 12, NULL },
        { "{\"href\":\"/api/v3.0.0/providers/12\"}", 0, 12, NULL },
        { "{\"href\":\"providers/12\"}", 0, 12, NULL },
        { "{\"href\":\"/api/xproviders/12\"}", RV_E_INVALID, 0, NULL },
        { "{\"href\":\"/api/zones/12\"}", RV_E_INVALID, 0, NULL },
        { "{\"href\":\"/12\"}", RV_E_INVALID, 0, NULL },
        { "{\"href\":\"\"}", RV_E_INVALID, 0, NULL },
        { "{\"href\":\"/api/providers/\"}", RV_E_INVALID, 0, NULL },
        { "{\"guid\":\"g\",\"name\":\"n\"}", 0, 0, "guid" },
        { "{\"name\":\"n\"}", 0, 0, "name" },
        { "{\"name\":7}", RV_E_INVALID, 0, NULL },
        { "{\"userid\":\"n\"}", RV_E_INVALID, 0, NULL },
        { "{}", RV_E_INVALID, 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_identifier identifier;
        rv_err err = RV_ERR_INIT;
        cJSON *entry = cJSON_Parse(cases[i].entry);
        int rc = rv_identifier_read(&identifier, rv_model_kind("provider"), entry, &err);
        if (rc != cases[i].code)
            fail_msg("%s: %d %s", cases[i].entry, rc, err.text);
        if (rc == 0)
            assert_int_equal(identifier.id, cases[i].id);
        if (rc == 0 && cases[i].column)
            assert_string_equal(identifier.column, cases[i].column);
        cJSON_Delete(entry);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_name_rows_by_id_href_or_column),
    };

    return cmocka_run_group_tests(tests, start_model, end_model);
}
