/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by id.
 */
#include <string.h>
#include "capture.h"
#include "rows.h"

static cJSON *
row(int id, const char *name)
{
    RV_AUTO_FREE char *text = rv_format("{'id':'%d','name':'%s'}", id, name);

    return json(text);
}

static void
a_row_is_taken_as_it_was_last_put(void **state)
{
    struct cli_rows *rows = cli_rows_new();
    cJSON *taken;
    (void)state;

    cli_rows_put(rows, row(1, "a"));
    cli_rows_put(rows, row(2, "b"));
    cli_rows_put(rows, row(1, "c"));
    assert_int_equal(cli_rows_count(rows), 2);
    taken = cli_rows_take(rows, "1");
    assert_string_equal(rv_json_string(taken, "name"), "c");
    cJSON_Delete(taken);
    assert_null(cli_rows_take(rows, "1"));
    assert_null(cli_rows_take(rows, "3"));
    assert_int_equal(cli_rows_count(rows), 1);
    cli_rows_put(rows, row(1, "back"));
    taken = cli_rows_take(rows, "1");
    assert_string_equal(rv_json_string(taken, "name"), "back");
    cJSON_Delete(taken);
    cli_rows_free(rows);
    cli_rows_free(NULL);
}

static void
a_row_without_id_is_dropped(void **state)
{
    struct cli_rows *rows = cli_rows_new();
    (void)state;

    cli_rows_put(rows, json("{'name':'x'}"));
    assert_int_equal(cli_rows_count(rows), 0);
    cli_rows_clear(rows);
    cli_rows_free(rows);
}

/* A watch of months sees millions of rows come and go. */
static void
many_rows_that_come_and_go_are_kept_apart(void **state)
{
    struct cli_rows *rows = cli_rows_new();
    (void)state;

    for (int i = 0; i < 20000; i++) {
        cli_rows_put(rows, row(i, "x"));
        if (i >= 100) {
            RV_AUTO_FREE char *id = rv_format("%d", i - 100);
            cJSON *taken = cli_rows_take(rows, id);

            assert_non_null(taken);
            assert_string_equal(rv_json_string(taken, "id"), id);
            cJSON_Delete(taken);
        }
        assert_int_equal(cli_rows_count(rows), i < 100 ? i + 1 : 100);
    }
    cli_rows_clear(rows);
    assert_int_equal(cli_rows_count(rows), 0);
    assert_null(cli_rows_take(rows, "19999"));
    cli_rows_free(rows);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_taken_as_it_was_last_put),
        cmocka_unit_test(a_row_without_id_is_dropped),
        cmocka_unit_test(many_rows_that_come_and_go_are_kept_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
