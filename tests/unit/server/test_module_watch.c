/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of modules while the server runs.
 */
#include "server/module_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"

static void
put(const char *folder, const char *name, const char *text)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", folder, name);
    RV_AUTO_FILE FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
}

static void
take_away(const char *folder, const char *name)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static void
a_module_is_told_when_it_is_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/reeve-modules-XXXXXX";
    struct rv_module_watch watch = { 0 };
    int64_t now_ms = 1000;
    assert_non_null(mkdtemp(folder));
    put(folder, "old.so", "old");
    assert_int_equal(rv_module_watch(&watch, folder, now_ms), 0);
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    put(folder, "new.so", "half");
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 10), 0); /* too early to look */
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    put(folder, "new.so", "half and half");
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 1);
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    take_away(folder, "old.so");
    put(folder, "README", "not a module");
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 1);
    take_away(folder, "README");
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    assert_int_equal(rv_module_watch(&watch, folder, now_ms += 1000), 0);
    take_away(folder, "new.so");
    assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_is_told_when_it_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
