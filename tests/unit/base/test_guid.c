/* SPDX-License-Identifier: Apache-2.0
 *
 * UUIDs.
 */
#include "base/guid.h"

#include <ctype.h>
#include "check.h"

static void
a_guid_is_a_uuid_of_version_4(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        char guid[37];
        rv_guid(guid);
        assert_int_equal(strlen(guid), 36);
        for (int i = 0; i < 36; i++) {
            int is_dash = i == 8 || i == 13 || i == 18 || i == 23;
            assert_true(is_dash ? guid[i] == '-' : isxdigit(guid[i]) && !isupper(guid[i]));
        }
        assert_int_equal(guid[14], '4');
        assert_non_null(strchr("89ab", guid[19]));
    }
}

static void
no_two_are_equal(void **state)
{
    (void)state;
    char guids[100][37];
    for (int i = 0; i < 100; i++) {
        rv_guid(guids[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(guids[i], guids[j]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_is_a_uuid_of_version_4),
        cmocka_unit_test(no_two_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
