/* SPDX-License-Identifier: Apache-2.0
 *
 * Which events are wanted: groups and levels are those that the server knows.
 */
#include <string.h>
#include "capture.h"
#include "cli.h"

static void
assert_refused(const char *command, const char *option, const char *value, const char *says)
{
    const char *const words[] = { "event", command, option, value, NULL };
    struct capture said;
    assert_int_equal(run_captured(&said, words), CLI_USAGE);
    if (!strstr(said.err_text, says))
        fail_msg("event %s %s %s: %s", command, option, value, said.err_text);
    capture_free(&said);
}

static void
a_level_or_group_that_there_is_not_is_refused_with_those_there_are(void **state)
{
    (void)state;
    assert_refused("list", "--level", "bad", "'bad' is none; there are critical, warning, detail");
    assert_refused("tail", "--level", "Critical", "there are critical, warning, detail");
    assert_refused("list", "--group", "pods", "'pods' is none; there are addition, configuration");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_or_group_that_there_is_not_is_refused_with_those_there_are),
    };
    return cmocka_run_group_tests(tests, learn_dictionary, forget_dictionary);
}
