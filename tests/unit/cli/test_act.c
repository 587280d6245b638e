/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes of actions on several rows, and how a row is shown line by line.
 */
#include <string.h>
#include "act.h"
#include "capture.h"

static void
the_outcome_of_several_actions_is_told_by_the_exit_code(void **state)
{
    static const struct {
        int codes[3];
        int outcome;
    } table[] = {
        { { CLI_OK, CLI_OK, CLI_OK }, CLI_OK },
        { { CLI_NOT_FOUND, CLI_OK, CLI_OK }, CLI_SOME_FAILED },
        { { CLI_OK, CLI_OK, CLI_FAILURE }, CLI_SOME_FAILED },
        { { CLI_DENIED, CLI_OK, CLI_CONFLICT }, CLI_SOME_FAILED },
        { { CLI_DENIED, CLI_DENIED, CLI_DENIED }, CLI_DENIED },
        { { CLI_DENIED, CLI_DENIED, CLI_CONFLICT }, CLI_CONFLICT },
    };
    const struct cli_outcome none = { 0 };
    (void)state;

    assert_int_equal(cli_outcome_code(&none), CLI_OK);
    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_outcome outcome = { 0 };

        for (size_t at = 0; at < RV_COUNT(table[i].codes); at++)
            cli_outcome_add(&outcome, table[i].codes[at]);
        assert_int_equal(outcome.count, 3);
        assert_int_equal(cli_outcome_code(&outcome), table[i].outcome);
    }
}

static void
values_stand_below_each_other_behind_the_longest_title(void **state)
{
    static const char *const few[][2] = { { "Id:", "id" }, { "None:", "none" }, { NULL, NULL } };
    static const char *const more[][2] = { { "Id:", "id" },
                                           { "Proportional bytes:", "bytes" },
                                           { NULL, NULL } };
    RV_AUTO_JSON cJSON *row = cJSON_Parse("{\"id\":\"7\",\"bytes\":5,\"none\":null}");
    struct capture capture;
    (void)state;

    capture_begin(&capture);
    cli_print_lines(row, few);
    cli_print_lines(row, more);
    capture_end(&capture);
    assert_string_equal(capture.out_text, "Id:            7\n"
                                          "Id:                 7\n"
                                          "Proportional bytes: 5\n");
    capture_free(&capture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outcome_of_several_actions_is_told_by_the_exit_code),
        cmocka_unit_test(values_stand_below_each_other_behind_the_longest_title),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
