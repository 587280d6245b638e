/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `reeved db`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "db/db.h"
#include "db/db_internal.h"

enum { MOST = 8 };

/* Runs "reeved db" with these words, NULL at the end. */
static int
run(const char *const *words)
{
    char *argv[MOST + 3] = { rv_strdup("reeved"), rv_strdup("db") };
    int argc = 2;

    for (int i = 0; words[i]; i++)
        argv[argc++] = rv_strdup(words[i]);
    int code = rv_db_main(argc, argv);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return code;
}

static void
what_is_wrong_with_the_command_line_ends_with_two(void **state)
{
    static const char *const lines[][MOST] = {
        { NULL },
        { "bakup", "x", "--home", "h", NULL },
        { "backup", "--home", "h", NULL },
        { "backup", "x", NULL },
        { "backup", "x", "y", "--home", "h", NULL },
        { "copy", "--home", "h", NULL },
        { "status", "--home", NULL },
        { "status", "--home", "h", "--output", "xml", NULL },
        { "status", "--store", "mysql://x", NULL },
        { "copy", "--home", "h", "--to", "sqlite:x", "--live=1", NULL },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(lines); i++)
        assert_int_equal(run(lines[i]), 2);
}

static void
a_password_is_wiped_from_the_command_line(void **state)
{
    char url[] = "postgresql://u:secret@127.0.0.1:1/d";
    char *argv[] = {
        (char[]){ "reeved" },   (char[]){ "db" }, (char[]){ "status" }, (char[]){ "--store" }, url,
        (char[]){ "--no-such" }
    };
    (void)state;
    assert_int_equal(rv_db_main(6, argv), 2);
    assert_null(strstr(url, "secret"));
}

static void
words_of_a_file_do_not_drive_a_terminal(void **state)
{
    char text[] = "a\033[2J\tb\x7f\xc2\x9b"
                  "1m\xc3\xa4\nc";
    (void)state;
    rv_db_clean(text);
    assert_string_equal(text, "a?[2J?b???1m\xc3\xa4\nc");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_with_the_command_line_ends_with_two),
        cmocka_unit_test(a_password_is_wiped_from_the_command_line),
        cmocka_unit_test(words_of_a_file_do_not_drive_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
