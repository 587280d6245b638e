/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/mem.h"
#include "store/url.h"

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

static void
a_url_says_which_driver_and_which_file(void **state)
{
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_string_equal(rv_store_url_driver("sqlite:a.db"), "sqlite");
    assert_string_equal(rv_store_url_driver("postgresql://localhost/db"), "postgres");
    assert_string_equal(rv_store_url_driver("postgres://localhost/db"), "postgres");
    assert_null(rv_store_url_driver("mysql://me:geheim@localhost/db"));
    assert_string_equal(rv_store_url_file("sqlite:a.db"), "a.db");
    assert_null(rv_store_url_file("postgresql:///sqlite:a.db"));
    assert_int_equal(rv_store_url_check("sqlite:a.db", &err), 0);
    assert_int_equal(rv_store_url_check("mysql://me:geheim@localhost/db", &err), RV_E_INVALID);
    assert_null(strstr(err.text, "geheim"));
    assert_int_equal(rv_store_url_check("", &err), RV_E_INVALID);
}

static void
a_file_is_meant_from_the_folder_we_run_in(void **state)
{
    RV_AUTO_FREE char *far = rv_store_url_absolute("sqlite:/var/lib/a.db");
    RV_AUTO_FREE char *other = rv_store_url_absolute("postgresql:///db");

    (void)state;
    assert_string_equal(far, "sqlite:/var/lib/a.db");
    assert_string_equal(other, "postgresql:///db");
    assert_int_equal(chdir("/usr"), 0);
    RV_AUTO_FREE char *near = rv_store_url_absolute("sqlite:a.db");
    assert_string_equal(near, "sqlite:/usr/a.db");
}

static void
add_line(void *arg, const char *path)
{
    rv_buf_addf(arg, "%s;", path);
}

static void
files_that_a_url_names_are_told_as_libpq_reads_them(void **state)
{
    static const struct {
        const char *url, *files;
    } cases[] = {
        { "postgresql://localhost/db", "" },
        { "postgresql://localhost/db?", "" },
        { "postgresql://localhost/db?sslmode=require&sslrootcert=/etc/ca.pem", "/etc/ca.pem;" },
        { "postgresql://localhost/db?sslcert=%2Fetc%2Fmy%20cert.pem&sslkey=/k&passfile=%2fp",
          "/etc/my cert.pem;/k;/p;" },
        { "postgresql://localhost/db?sslkey=/50%&sslcrl=/a%zz&sslcrldir=/crl", "/50%;/a%zz;/crl;" },
        { "postgresql://localhost/db?sslkey=&application_name=sslkey=/x", "" },
        { "sqlite:/var/lib/what?sslkey=/x", "" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_BUF
        rv_buf found = rv_buf_limited(4096);
        rv_store_url_reads(cases[i].url, add_line, &found);
        assert_string_equal(rv_buf_text(&found), cases[i].files);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_shown_without_passwords),
        cmocka_unit_test(a_url_says_which_driver_and_which_file),
        cmocka_unit_test(a_file_is_meant_from_the_folder_we_run_in),
        cmocka_unit_test(files_that_a_url_names_are_told_as_libpq_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
