/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules that are not there, or are something else. Its own program: a driver
 * is loaded once a process.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "support/support.h"

static int
open_with(const char *url, const char *module_dir, rv_err *err)
{
    struct rv_store *store = NULL;
    struct rv_store_config config = { .url = url, .module_dir = module_dir };

    if (rv_store_open(&store, &config, err) < 0)
        return err->code;
    rv_store_close(store);
    return 0;
}

static void
an_unknown_kind_of_store_is_refused_without_its_password(void **state)
{
    static const char *const urls[] = { "mysql://me:geheim@host/db", "/var/lib/db", "", "sqlite",
                                        "postgresql:db" };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(urls); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_equal(open_with(urls[i], REEVE_MODULES, &err), RV_E_INVALID);
        assert_true(*err.hint);
        assert_null(strstr(err.text, "geheim"));
    }
}

static void
a_module_that_is_not_installed_is_named(void **state)
{
    char *dir = rv_test_dir();
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(open_with("sqlite:/tmp/x.db", dir, &err), RV_E_UNAVAILABLE);
    assert_non_null(strstr(err.text, "store_sqlite.so"));
    assert_true(*err.hint);
    rv_test_dir_remove(dir);
}

static void
a_module_that_is_something_else_is_refused(void **state)
{
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *path = rv_format("%s/store_sqlite.so", dir);
    RV_AUTO_FREE char *text = rv_format("sqlite:%s/x.db", dir);
    rv_err err = RV_ERR_INIT;
    Dl_info library;

    (void)state;
    rv_test_write_file(dir, "store_sqlite.so", "not a module");
    assert_int_equal(open_with(text, dir, &err), RV_E_UNAVAILABLE);
    assert_int_equal(unlink(path), 0);
    /* A library that is certainly there: the one that runs this test. */
    assert_true(dladdr((void *)(uintptr_t)_cmocka_run_group_tests, &library));
    assert_int_equal(symlink(library.dli_fname, path), 0);
    rv_err_clear(&err);
    assert_int_equal(open_with(text, dir, &err), RV_E_UNSUPPORTED);
    rv_test_dir_remove(dir);
}

static void
after_failures_the_right_module_still_loads(void **state)
{
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *url = rv_format("sqlite:%s/x.db", dir);
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(open_with(url, REEVE_MODULES, &err), 0);
    assert_int_equal(open_with(url, "/nowhere", &err), 0); /* it is there already */
    rv_test_dir_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_kind_of_store_is_refused_without_its_password),
        cmocka_unit_test(a_module_that_is_not_installed_is_named),
        cmocka_unit_test(a_module_that_is_something_else_is_refused),
        cmocka_unit_test(after_failures_the_right_module_still_loads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
