/* SPDX-License-Identifier: Apache-2.0
 *
 * Where provider modules are looked for.
 */
#include "home/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"

static const struct {
    const char *setting, *path; /* NULL: refused */
} cases[] = {
    { "", "/lib/reeve/providers" },
    { "/a", "/a:/lib/reeve/providers" },
    { "/a:/b c", "/a:/b c:/lib/reeve/providers" },
    { ":/a::/b:", ":/a::/b::/lib/reeve/providers" },
    { "a", NULL },
    { "/a:b", NULL },
    { "./a", NULL },
    { "~/a", NULL },
};

static void
further_folders_stand_before_the_installed_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *path = NULL;
        rv_err err = RV_ERR_INIT;
        int rc = rv_paths_providers(&path, "/lib/reeve", cases[i].setting, &err);
        assert_int_equal(rc, cases[i].path ? 0 : RV_E_INVALID);
        if (cases[i].path)
            assert_string_equal(path, cases[i].path);
        else
            assert_non_null(strstr(err.text, "is not absolute"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(further_folders_stand_before_the_installed_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
