/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `reeved db`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
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

enum { EXIT_NOT_FOUND = 3, EXIT_DENIED = 4, EXIT_UNREACHABLE = 7 };

static void
a_database_that_nobody_serves_ends_as_a_server_that_is_not_there(void **state)
{
    static const char *const line[] = {
        "status", "--module-dir", REEVE_MODULES, "--store", "postgresql://u@127.0.0.1:1/d", NULL
    };
    (void)state;

    assert_int_equal(run(line), EXIT_UNREACHABLE);
}

static void
nothing_is_done_in_the_home_or_database_of_another_user(void **state)
{
    static const char *const words[] = { "status", "check", "backup" };
    char dir[] = "/tmp/reeve-db-XXXXXX";
    (void)state;

    assert_non_null(mkdtemp(dir));
    RV_AUTO_FREE char *file = rv_format("%s/reeve.db", dir);
    RV_AUTO_FREE char *url = rv_format("sqlite:%s", file);
    RV_AUTO_FREE char *backup = rv_format("%s/backup", dir);
    close(open(file, O_WRONLY | O_CREAT, 0600));
    if (geteuid() == 0 && (chown(dir, 65534, 65534) || chown(file, 65534, 65534)))
        fail_msg("chown");
    for (size_t i = 0; i < RV_COUNT(words); i++) {
        const char *const home[] = { words[i],
                                     "--module-dir",
                                     REEVE_MODULES,
                                     "--home",
                                     geteuid() == 0 ? dir : "/",
                                     i == 2 ? backup : NULL,
                                     NULL };
        const char *const store[] = { words[i], "--module-dir",         REEVE_MODULES, "--store",
                                      url,      i == 2 ? backup : NULL, NULL };
        assert_int_equal(run(home), EXIT_DENIED);
        if (geteuid() == 0)
            assert_int_equal(run(store), EXIT_DENIED);
    }
    assert_int_not_equal(access(backup, F_OK), 0);
    unlink(file);
    assert_int_equal(rmdir(dir), 0); /* nothing was left there */
}

static void
a_look_at_a_database_that_is_not_there_makes_none(void **state)
{
    static const char *const words[] = { "status", "check", "backup" };
    char dir[] = "/tmp/reeve-db-XXXXXX";
    (void)state;

    assert_non_null(mkdtemp(dir));
    RV_AUTO_FREE char *url = rv_format("sqlite:%s/none.db", dir);
    RV_AUTO_FREE char *backup = rv_format("%s/backup", dir);
    for (size_t i = 0; i < RV_COUNT(words); i++) {
        const char *const line[] = { words[i], "--module-dir",         REEVE_MODULES, "--store",
                                     url,      i == 2 ? backup : NULL, NULL };
        assert_int_equal(run(line), EXIT_NOT_FOUND);
    }
    assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_with_the_command_line_ends_with_two),
        cmocka_unit_test(a_password_is_wiped_from_the_command_line),
        cmocka_unit_test(words_of_a_file_do_not_drive_a_terminal),
        cmocka_unit_test(a_database_that_nobody_serves_ends_as_a_server_that_is_not_there),
        cmocka_unit_test(nothing_is_done_in_the_home_or_database_of_another_user),
        cmocka_unit_test(a_look_at_a_database_that_is_not_there_makes_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
