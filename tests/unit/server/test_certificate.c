/* SPDX-License-Identifier: Apache-2.0
 *
 * When a certificate's times are worth a word.
 */
#include "server/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DAY 86400000LL

static void
times_that_worry_are_said(void **state)
{
    (void)state;
    static const struct {
        int64_t begins, ends;
        const char *says; /* NULL: nothing */
    } rows[] = {
        { -DAY, 15 * DAY, NULL },      { -DAY, 14 * DAY, NULL },
        { 0, 14 * DAY, NULL },         { -DAY, 14 * DAY - 1, "soon" },
        { -DAY, 1, "soon" },           { -DAY, 0, "expired" },
        { -2 * DAY, -DAY, "expired" }, { 1, 90 * DAY, "not valid yet" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rv_tls_info info = { .begins_ms = 1000 * DAY + rows[i].begins,
                                          .ends_ms = 1000 * DAY + rows[i].ends };
        const char *says = rv_certificate_trouble(&info, 1000 * DAY);
        if (rows[i].says == NULL)
            assert_null(says);
        else if (says == NULL || strstr(says, rows[i].says) == NULL)
            fail_msg("row %zu: not '%s' but '%s'", i, rows[i].says, says ? says : "nothing");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(times_that_worry_are_said) };
    return cmocka_run_group_tests_name("server certificate", tests, NULL, NULL);
}
