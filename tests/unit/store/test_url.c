/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/mem.h"
#include "store/store.h"

static void
urls_are_shown_without_passwords(void **state)
{
    static const struct {
        const char *url, *shown;
    } cases[] = {
        { "sqlite:/var/lib/reeve/reeve.db", "sqlite:/var/lib/reeve/reeve.db" },
        { "postgresql://localhost/db", "postgresql://localhost/db" },
        { "postgresql://me@localhost/db", "postgresql://me@localhost/db" },
        { "postgresql://me:geheim@localhost:5432/db", "postgresql://me@localhost:5432/db" },
        { "postgres://me:geheim@[::1]/db?sslmode=require",
          "postgres://me@[::1]/db?sslmode=require" },
        { "postgresql://:geheim@localhost/db", "postgresql://@localhost/db" },
        { "postgresql://me:ge@heim@localhost/db", "postgresql://me@localhost/db" },
        { "postgresql://me:ge/heim@localhost/db", "postgresql://me@localhost/db" },
        { "postgresql://localhost/db?user=me&password=geheim",
          "postgresql://localhost/db?user=me&password=***" },
        { "postgresql://localhost/db?password=geheim&sslpassword=x&sslmode=require",
          "postgresql://localhost/db?password=***&sslpassword=***&sslmode=require" },
        { "postgresql://localhost/db?password=", "postgresql://localhost/db?password=***" },
        { "postgresql:///db?host=/run/postgresql", "postgresql:///db?host=/run/postgresql" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *shown = rv_store_url_public(cases[i].url);
        assert_string_equal(shown, cases[i].shown);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(urls_are_shown_without_passwords) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
