/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines.
 */
#include <string.h>
#include "capture.h"
#include "cli.h"

static const struct cli_option options[] = {
    { "output", 'o', "FORMAT", "" }, { "filter", 'l', "FILTER", "" }, { "all", 'A', NULL, "" },
    { "watch", 'w', NULL, "" },      { "limit", 0, "N", "" },         { NULL, 0, NULL, NULL },
};
static const struct cli_command command = { .name = "get",
                                            .usage = "KIND",
                                            .summary = "x",
                                            .options = options,
                                            .min_words = 1,
                                            .max_words = 3 };

/* Parses the words between blanks; the exit code, and what was said. */
static int
parse(struct cli *cli, struct capture *said, char *line)
{
    char *argv[64];
    int argc = 0, code;

    *cli = (struct cli){ .command = &command };
    for (char *word = strsep(&line, " "); word; word = strsep(&line, " "))
        argv[argc++] = word;
    capture_begin(said);
    code = cli_parse(cli, argc, argv);
    capture_end(said);
    return code;
}

struct good {
    const char *line, *option, *value, *word;
    int words;
};

static void
options_are_taken_in_every_form(void **state)
{
    static const struct good table[] = {
        { "pods --output json", "output", "json", "pods", 1 },
        { "pods --output=json", "output", "json", "pods", 1 },
        { "pods --output=", "output", "", "pods", 1 },
        { "pods -o json", "output", "json", "pods", 1 },
        { "pods -ojson", "output", "json", "pods", 1 },
        { "pods -o=json", "output", "json", "pods", 1 },
        { "-o json pods", "output", "json", "pods", 1 },
        { "pods -o json -o yaml", "output", "yaml", "pods", 1 },
        { "pods -Aw", "watch", "", "pods", 1 },
        { "pods -Awojson", "output", "json", "pods", 1 },
        { "pods -Awo json", "output", "json", "pods", 1 },
        { "pods -l a=b=c", "filter", "a=b=c", "pods", 1 },
        { "pods --filter=a=b", "filter", "a=b", "pods", 1 },
        { "pods -l -1", "filter", "-1", "pods", 1 },
        { "pods -- -o", NULL, NULL, "pods", 2 },
        { "- pods", NULL, NULL, "-", 2 },
        { "pods a b", NULL, NULL, "pods", 3 },
        { "pods -hq", "quiet", "", "pods", 1 },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *line = rv_strdup(table[i].line);
        struct capture said;
        struct cli cli;
        int code = parse(&cli, &said, line);

        if (code != 0)
            fail_msg("%s: %s", table[i].line, said.err_text);
        assert_string_equal(cli.words[0], table[i].word);
        assert_int_equal(cli.word_count, table[i].words);
        if (table[i].option)
            assert_string_equal(cli_value(&cli, table[i].option), table[i].value);
        capture_free(&said);
    }
}

static void
wrong_command_lines_say_what_is_wrong(void **state)
{
    static const char *const table[][2] = {
        { "pods --ouput json", "unknown option '--ouput', did you mean '--output'?" },
        { "pods --ouput=json", "unknown option '--ouput', did you mean '--output'?" },
        { "pods --zzzzzzz", "unknown option '--zzzzzzz'\n" },
        { "pods -x", "unknown option '-x'" },
        { "pods -Ax", "unknown option '-x'" },
        { "pods -o", "option '--output' needs FORMAT" },
        { "pods --output", "option '--output' needs FORMAT" },
        { "pods --all=yes", "option '--all' takes no value" },
        { "pods -A=yes", "option '-A' takes no value" },
        { "--all", "an argument is missing" },
        { "pods a b c", "'c' is one argument too many" },
        { "pods --outpu\033[2J x", "unknown option '--outpu?[2J'" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *line = rv_strdup(table[i][0]);
        struct capture said;
        struct cli cli;

        assert_int_equal(parse(&cli, &said, line), CLI_USAGE);
        if (!strstr(said.err_text, table[i][1]))
            fail_msg("%s: %s", table[i][0], said.err_text);
        assert_non_null(strstr(said.err_text, "usage: reevectl get KIND"));
        assert_string_equal(said.out_text, "");
        capture_free(&said);
    }
}

static void
more_options_than_there_is_room_for_are_refused(void **state)
{
    char *argv[CLI_MAX_VALUES + 2];
    struct cli cli = { .command = &command };
    struct capture said;
    (void)state;

    for (int i = 0; i < CLI_MAX_VALUES + 2; i++)
        argv[i] = (char *)(uintptr_t) "-A";
    capture_begin(&said);
    assert_int_equal(cli_parse(&cli, CLI_MAX_VALUES + 2, argv), CLI_USAGE);
    capture_end(&said);
    assert_non_null(strstr(said.err_text, "more than 64 options"));
    capture_free(&said);
}

static void
numbers_and_durations_are_checked(void **state)
{
    static const struct {
        const char *text;
        int64_t number, ms; /* -1: refused */
    } table[] = {
        { "1", 1, 1000 }, { "100", 100, 100000 }, { "101", -1, 101000 },
        { "0", -1, 0 },   { "5m", -1, 300000 },   { "500ms", -1, 500 },
        { "x", -1, -1 },  { "", -1, -1 },         { "-3", -1, -1 },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli cli = { .command = &command,
                           .given = { { &options[4], table[i].text } },
                           .given_count = 1 };
        struct capture said;
        int64_t number, ms;

        capture_begin(&said);
        number = cli_int(&cli, "limit", 7, 1, 100);
        ms = cli_duration(&cli, "limit", 7);
        capture_end(&said);
        assert_int_equal(number, table[i].number);
        assert_int_equal(ms, table[i].ms);
        assert_true((said.err_len > 0) == (number < 0 || ms < 0));
        capture_free(&said);
    }
}

static void
what_was_not_given_has_its_default(void **state)
{
    const struct cli cli = { .command = &command };
    (void)state;

    assert_int_equal(cli_int(&cli, "limit", 7, 1, 100), 7);
    assert_int_equal(cli_duration(&cli, "limit", 9), 9);
    assert_null(cli_value(&cli, "output"));
    assert_false(cli_has(&cli, "output"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_in_every_form),
        cmocka_unit_test(wrong_command_lines_say_what_is_wrong),
        cmocka_unit_test(more_options_than_there_is_room_for_are_refused),
        cmocka_unit_test(numbers_and_durations_are_checked),
        cmocka_unit_test(what_was_not_given_has_its_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
