/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole program without a server: dispatch, help, manual, completion, exit codes.
 */
#include <stdlib.h>
#include <string.h>
#include "capture.h"
#include "cli.h"

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static int
nobody_is_logged_in(void **state)
{
    char *folder = make_folder();
    RV_AUTO_FREE char *path = rv_format("%s/config.yaml", folder);

    *state = folder;
    setenv("REEVE_CONFIG", path, 1);
    unsetenv("REEVE_URL");
    unsetenv("REEVE_TOKEN");
    return 0;
}

static int
remove_state(void **state)
{
    remove_folder(*state);
    return 0;
}

struct expectation {
    const char *const *words;
    int code;
    const char *out, *err; /* parts of what is printed; NULL: nothing is */
};

static void
check(const struct expectation *expected)
{
    struct capture said;
    int code = run_captured(&said, expected->words);

    if (code != expected->code)
        fail_msg("%s: exit code %d: %s", expected->words[0], code, said.err_text);
    if (expected->out ? !strstr(said.out_text, expected->out) : said.out_len > 0)
        fail_msg("%s: stdout: %s", expected->words[0], said.out_text);
    if (expected->err ? !strstr(said.err_text, expected->err) : said.err_len > 0)
        fail_msg("%s: stderr: %s", expected->words[0], said.err_text);
    capture_free(&said);
}

static void
commands_are_found_or_suggested(void **state)
{
    const struct expectation table[] = {
        { WORDS("--help"), CLI_OK, "Exit codes:", NULL },
        { WORDS("-h"), CLI_OK, "Commands:", NULL },
        { WORDS("help"), CLI_OK, "Environment:", NULL },
        { WORDS("help", "get"), CLI_OK, "usage: reevectl get", NULL },
        { WORDS("help", "provider"), CLI_OK, "provider refresh", NULL },
        { WORDS("help", "provider", "add"), CLI_OK, "--kubeconfig FILE", NULL },
        { WORDS("help", "gte"), CLI_USAGE, NULL, "no command 'gte', did you mean 'get'?" },
        { WORDS("provider"), CLI_USAGE, NULL, "usage: reevectl provider COMMAND" },
        { WORDS("provider", "--help"), CLI_OK, "provider refresh", NULL },
        { WORDS("provider", "ad"), CLI_USAGE, NULL, "'provider ad', did you mean 'provider add'?" },
        { WORDS("provder", "add"), CLI_USAGE, NULL, "did you mean 'provider add'?" },
        { WORDS("provder"), CLI_USAGE, NULL, "did you mean 'provider'?" },
        { WORDS("xyzzy"), CLI_USAGE, NULL, "no command 'xyzzy'\n" },
        { WORDS("--version"), CLI_OK, "reevectl ", NULL },
        { WORDS("version"), CLI_OK, "reevectl ", NULL },
        { WORDS("get", "--help"), CLI_OK, "Examples:", NULL },
        { WORDS("get"), CLI_USAGE, NULL, "an argument is missing" },
        { WORDS("get", "pods", "--color", "pink"), CLI_USAGE, NULL, "auto, always or never" },
        { WORDS("get", "pods", "-o", "jsn"), CLI_USAGE, NULL, "did you mean 'json'?" },
        { WORDS("get", "pods", "--all", "--limit", "3"), CLI_USAGE, NULL, "exclude each other" },
        { WORDS("get", "pods", "--limit", "0"), CLI_USAGE, NULL, "takes a number from 1" },
        { WORDS("get", "pods"), CLI_DENIED, NULL, "hint: reevectl login" },
        { WORDS("get", "pods", "--watch-only"), CLI_USAGE, NULL, "goes with --watch" },
        { WORDS("--url", "http://127.0.0.1:1", "get", "pods"), CLI_UNREACHABLE, NULL,
          "cannot reach http://127.0.0.1:1" },
        { WORDS("-q", "get", "pods", "--url=http://127.0.0.1:1"), CLI_UNREACHABLE, NULL,
          "cannot reach" },
        { WORDS("--url"), CLI_USAGE, NULL, "no command '--url'" },
        { WORDS("provider", "add", "x"), CLI_USAGE, NULL, "--type is missing" },
        { WORDS("provider", "add", "x", "--type", "demo", "--option", "pods"), CLI_FAILURE, NULL,
          "not of the form NAME=VALUE" },
        { WORDS("provider", "add", "x", "--type", "demo", "--option", "a=1", "--option", "a=2"),
          CLI_FAILURE, NULL, "'a' was given twice" },
        { WORDS("provider", "add", "x", "--kubeconfig", "/no/such"), CLI_NOT_FOUND, NULL,
          "/no/such" },
        { WORDS("provider", "show", "x", "-o", "csv"), CLI_USAGE, NULL, "no such output" },
        { WORDS("task", "wait", "abc"), CLI_USAGE, NULL, "'abc' is no task id" },
        { WORDS("task", "wait", "1", "--timeout", "soon"), CLI_USAGE, NULL, "a duration such as" },
        { WORDS("completion", "bsh"), CLI_USAGE, NULL, "did you mean 'bash'?" },
        { WORDS("login"), CLI_USAGE, NULL, "--url is missing" },
        { WORDS("login", "--url", "http://127.0.0.1:1", "--password-file", "/no/such"),
          CLI_NOT_FOUND, NULL, "read the password from '/no/such'" },
        { WORDS("logout"), CLI_OK, NULL, "not logged in" },
        { WORDS("kinds"), CLI_OK, "\"collection\": \"container_groups\"", NULL },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++)
        check(&table[i]);
}

static void
no_command_at_all_is_wrong_usage(void **state)
{
    const struct expectation nothing = { (const char *const[]){ NULL }, CLI_USAGE, NULL,
                                         "usage: reevectl COMMAND" };
    (void)state;

    check(&nothing);
}

static void
assert_mentions(const char *text, const char *what, const char *where)
{
    if (!strstr(text, what))
        fail_msg("%s does not mention %s", where, what);
}

/* Everything that the table has is in the help and the manual. */
static void
every_option_is_explained_everywhere(void **state)
{
    struct capture manual;
    (void)state;

    assert_int_equal(run_captured(&manual, WORDS("man")), CLI_OK);
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++) {
        RV_AUTO_FREE char *section = rv_format(".Ss %s\n", command->name);
        struct capture help;

        if (command->hidden)
            continue;
        capture_begin(&help);
        cli_help(command, stdout);
        capture_end(&help);
        assert_mentions(manual.out_text, section, "the manual");
        for (const struct cli_option *option = command->options; option->name; option++) {
            RV_AUTO_FREE char *in_help =
                rv_format("--%s%s%s ", option->name, option->value ? " " : "",
                          option->value ? option->value : "");
            RV_AUTO_FREE char *in_manual = rv_format("Fl -%s", option->name);

            assert_mentions(help.out_text, in_help, command->name);
            assert_mentions(manual.out_text, in_manual, "the manual");
        }
        assert_mentions(help.out_text, "--verbose", command->name);
        for (const char *const *example = command->examples; example && *example; example++)
            assert_mentions(manual.out_text, *example, "the manual");
        capture_free(&help);
    }
    capture_free(&manual);
}

static void
every_exit_code_is_explained(void **state)
{
    static const int codes[] = {
        CLI_OK,       CLI_FAILURE,        CLI_USAGE,       CLI_NOT_FOUND,   CLI_DENIED,
        CLI_CONFLICT, CLI_WAIT_TIMED_OUT, CLI_UNREACHABLE, CLI_SOME_FAILED, CLI_INTERRUPTED
    };
    size_t count = 0;
    (void)state;

    for (const struct cli_exit_code *code = cli_exit_codes; code->means; code++)
        assert_int_equal(code->code, codes[count++]);
    assert_int_equal(count, RV_COUNT(codes));
}

/* Whoever adds an option to the table sees here that letters and names must not clash. */
static void
options_of_a_command_do_not_clash(void **state)
{
    (void)state;

    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++) {
        const struct cli_option *all[CLI_MAX_VALUES];
        int count = 0;

        for (const struct cli_option *o = command->options; o->name; o++)
            all[count++] = o;
        for (const struct cli_option *o = cli_common_options; o->name; o++)
            all[count++] = o;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                assert_string_not_equal(all[i]->name, all[j]->name);
                assert_true(!all[i]->letter || all[i]->letter != all[j]->letter);
            }
        }
        assert_true(command->max_words >= command->min_words);
        assert_non_null(command->run);
    }
}

static void
the_class_of_an_error_decides_the_exit_code(void **state)
{
    static const int table[][2] = {
        { RV_OK, CLI_OK },
        { RV_E_AUTH, CLI_DENIED },
        { RV_E_PERMISSION, CLI_DENIED },
        { RV_E_NOT_FOUND, CLI_NOT_FOUND },
        { RV_E_CONFLICT, CLI_CONFLICT },
        { RV_E_INVALID, CLI_FAILURE },
        { RV_E_RATE_LIMITED, CLI_FAILURE },
        { RV_E_UNAVAILABLE, CLI_UNREACHABLE },
        { RV_E_TIMEOUT, CLI_WAIT_TIMED_OUT },
        { RV_E_CANCELLED, CLI_INTERRUPTED },
        { RV_E_GONE, CLI_FAILURE },
        { RV_E_PROTOCOL, CLI_FAILURE },
        { RV_E_INTERNAL, CLI_FAILURE },
        { RV_E_LIMIT, CLI_FAILURE },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        rv_err err = { .code = table[i][0], .text = "it went wrong", .hint = "do better" };
        struct capture said;
        int code;

        capture_begin(&said);
        code = cli_failed(&err);
        capture_end(&said);
        assert_int_equal(code, table[i][1]);
        assert_string_equal(said.err_text, "reevectl: it went wrong\n  hint: do better\n");
        capture_free(&said);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_are_found_or_suggested, nobody_is_logged_in,
                                        remove_state),
        cmocka_unit_test(no_command_at_all_is_wrong_usage),
        cmocka_unit_test(every_option_is_explained_everywhere),
        cmocka_unit_test(every_exit_code_is_explained),
        cmocka_unit_test(options_of_a_command_do_not_clash),
        cmocka_unit_test(the_class_of_an_error_decides_the_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
