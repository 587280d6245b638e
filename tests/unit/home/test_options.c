/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line.
 */
#include "home/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/json.h"
#include "base/mem.h"

enum { MOST = 12 };

static int
parse(struct rv_options *out, const char *line, rv_err *err)
{
    static char text[512];
    char *argv[MOST] = { text }, *rest = NULL;
    int argc = 1;
    memset(text, 0, sizeof(text));
    strncat(text, "reeved ", sizeof(text) - 1);
    strncat(text, line, sizeof(text) - 8);
    strtok_r(text, " ", &rest);
    while (argc < MOST && (argv[argc] = strtok_r(NULL, " ", &rest)) != NULL)
        argc++;
    return rv_options_parse(out, argc, argv, err);
}

static void
values_follow_or_stand_behind_an_equals_sign(void **state)
{
    (void)state;
    static const char *const lines[] = { "--home /h --listen 127.0.0.1:1 --set a.b=c=d",
                                         "--home=/h --listen=127.0.0.1:1 --set=a.b=c=d" };
    for (size_t i = 0; i < RV_COUNT(lines); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_options options;
        assert_int_equal(parse(&options, lines[i], &err), 0);
        assert_int_equal(options.action, RV_RUN_SERVER);
        assert_string_equal(options.home, "/h");
        assert_string_equal(rv_json_string(options.settings, "listen"), "127.0.0.1:1");
        assert_string_equal(rv_json_string(options.settings, "a.b"), "c=d");
        rv_options_free(&options);
    }
}

static void
actions_need_no_home(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int action;
    } rows[] = {
        { "--help", RV_SHOW_HELP },        { "-h", RV_SHOW_HELP },
        { "--version", RV_SHOW_VERSION },  { "--settings", RV_SHOW_SETTINGS },
        { "--worker api", RV_RUN_WORKER }, { "--worker refresh 7 name --home", RV_RUN_WORKER },
    };
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_options options;
        assert_int_equal(parse(&options, rows[i].line, &err), 0);
        assert_int_equal(options.action, rows[i].action);
        rv_options_free(&options);
    }
}

static void
mistakes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        { "", "--home DIR is missing" },
        { "--hoem /h", "did you mean '--home'?" },
        { "--completely-different /h", "unknown option '--completely-different'" },
        { "--home", "needs a value" },
        { "--home /h --version=2", "takes no value" },
        { "--home /h extra", "unexpected 'extra'" },
        { "--home /h --tls-key=", "empty" },
        { "--home /h --set =x", "KEY=VALUE" },
        { "--home /h --store a --store-file b", "exclude each other" },
    };
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_options options;
        assert_int_equal(parse(&options, rows[i].line, &err), RV_E_INVALID);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, rows[i].says);
        rv_options_free(&options);
    }
}

static void
files_are_taken_from_where_the_command_was_given(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_options options;
    char cwd[4096], whole[4200];
    assert_int_equal(parse(&options, "--home /h --tls-certificate c.pem --tls-key /k/k.pem", &err),
                     0);
    assert_non_null(getcwd(cwd, sizeof(cwd)));
    snprintf(whole, sizeof(whole), "%s/c.pem", cwd);
    assert_string_equal(cJSON_GetObjectItem(options.settings, "tls.certificate")->valuestring,
                        whole);
    assert_string_equal(cJSON_GetObjectItem(options.settings, "tls.key")->valuestring, "/k/k.pem");
    rv_options_free(&options);
}

static void
a_store_with_a_password_is_blanked(void **state)
{
    (void)state;
    char program[] = "reeved", option[] = "--store", url[] = "postgresql://u:p@h/d";
    char joined[] = "--store=postgresql://u:p@h/d", file[] = "sqlite:/tmp/x";
    char *one[] = { program, option, url, NULL };
    rv_options_hide_store(3, one);
    assert_string_equal(url, "********************");
    char *two[] = { program, joined, NULL };
    rv_options_hide_store(2, two);
    assert_string_equal(joined, "--store=********************");
    char *three[] = { program, option, file, NULL };
    rv_options_hide_store(3, three);
    assert_string_equal(file, "sqlite:/tmp/x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_follow_or_stand_behind_an_equals_sign),
        cmocka_unit_test(actions_need_no_home),
        cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(files_are_taken_from_where_the_command_was_given),
        cmocka_unit_test(a_store_with_a_password_is_blanked),
    };
    return cmocka_run_group_tests_name("server options", tests, NULL, NULL);
}
