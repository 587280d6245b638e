/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing that comes from a cluster drives a terminal.
 */
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "capture.h"
#include "cli.h"
#include "output.h"

/* A title of a window, a clear screen, one byte C1, a bell, a carriage return, a turned direction.
 */
#define EVIL                                                                                       \
    "\033]0;x\007\033[2J\xc2\x9b"                                                                  \
    "31m\r\b\x7f\xe2\x80\xae"

static void
text_is_cleaned_of_all_that_drives_a_terminal(void **state)
{
    static const struct {
        const char *text, *line, *lines;
    } table[] = {
        { "plain", "plain", "plain" },
        { "k\xc3\xa4se \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
          "k\xc3\xa4se \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
          "k\xc3\xa4se \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80" },
        { "a\tb\nc", "a b?c", "a\tb\nc" },
        { "\033[31mred\033[0m", "?[31mred?[0m", "?[31mred?[0m" },
        { "\xc2\x9b"
          "31m",
          "?31m", "?31m" },
        { "a\x7f\x08\x07\r", "a????", "a????" },
        { "\xff\xfe", "??", "??" },
        { "cut \xe6\x97", "cut ??", "cut ??" },
        { "\xc0\xaf\xed\xa0\x80", "?????", "?????" },
        { "\xe2\x80\xae"
          "txt.exe",
          "?txt.exe", "?txt.exe" },
        { "\xe2\x80\xa8\xe2\x81\xa6", "??", "??" },
        { "", "", "" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf line = rv_buf_limited(4096);
        RV_AUTO_BUF rv_buf lines = rv_buf_limited(4096);

        cli_clean_line(&line, table[i].text);
        cli_clean_text(&lines, table[i].text);
        assert_string_equal(rv_buf_text(&line), table[i].line);
        assert_string_equal(rv_buf_text(&lines), table[i].lines);
    }
}

static void
widths_are_places_on_the_screen(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } table[] = {
        { "", 0 },
        { "abc", 3 },
        { "k\xc3\xa4se", 4 },
        { "\xe6\x97\xa5\xe6\x9c\xac", 4 }, /* two wide characters */
        { "e\xcc\x81", 1 },                /* e and a combining accent */
    };
    (void)state;

    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < RV_COUNT(table); i++)
        assert_int_equal(cli_width(table[i].text), table[i].width);
}

static void
assert_tame(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0) ||
            (*c == 0xe2 && c[1] == 0x80 && c[2] == 0xae))
            fail_msg("byte %02x reached the terminal: %s", *c, text);
}

static void
no_format_lets_a_name_drive_the_terminal(void **state)
{
    static const enum cli_format formats[] = { CLI_TABLE, CLI_WIDE, CLI_JSON, CLI_YAML,
                                               CLI_CSV,   CLI_NAME, CLI_JSONL };
    static const struct cli_column columns[] = { { "NAME", "name", cli_cell_text, "", 0 },
                                                 { "MAP", "map", cli_cell_text, "", 0 },
                                                 CLI_COLUMNS_END };
    cJSON *rows = cJSON_CreateArray(), *row = cJSON_CreateObject();
    (void)state;

    cJSON_AddStringToObject(row, "name", EVIL);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(row, "map"), EVIL, EVIL);
    cJSON_AddItemToArray(rows, row);
    for (size_t i = 0; i < RV_COUNT(formats); i++) {
        CLI_AUTO_VIEW struct cli_view view;
        struct cli_kind kind = { .name = "vm" };
        const struct cli_show show = {
            .format = formats[i], .view = &view, .kind = &kind, .table_flags = CLI_TABLE_HEADERS
        };
        RV_AUTO_FREE char *seen = NULL;
        int terminal;

        cli_view_of(&view, columns, 0);
        terminal = terminal_begin();
        cli_print_rows(&show, rows);
        seen = terminal_end(terminal);
        assert_true(strlen(seen) > 10);
        assert_tame(seen);
    }
    cJSON_Delete(rows);
}

static void
messages_are_cleaned_too(void **state)
{
    rv_err err = { .code = RV_E_INVALID, .text = "pod '" EVIL "'", .hint = EVIL };
    struct capture said;
    (void)state;

    capture_begin(&said);
    cli_failed(&err);
    cli_say("%s\n\tsecond line", EVIL);
    cli_warn("%s", EVIL);
    capture_end(&said);
    assert_tame(said.err_text);
    assert_non_null(strstr(said.err_text, "\n\tsecond line\n"));
    capture_free(&said);
}

static void
quiet_silences_information_only(void **state)
{
    struct capture said;
    (void)state;

    capture_begin(&said);
    cli_set_quiet(1);
    cli_say("information");
    cli_warn("trouble");
    cli_set_quiet(0);
    cli_say("more");
    capture_end(&said);
    assert_string_equal(said.err_text, "reevectl: trouble\nmore\n");
    capture_free(&said);
}

static void
an_interrupt_ends_with_130_and_a_last_word(void **state)
{
    int words[2], status;
    char text[64] = "";
    pid_t pid;
    (void)state;

    assert_int_equal(pipe(words), 0);
    pid = fork();
    if (pid == 0) {
        dup2(words[1], STDERR_FILENO);
        cli_on_interrupt(STDERR_FILENO, "the task goes on\n");
        raise(SIGINT);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CLI_INTERRUPTED);
    assert_true(read(words[0], text, sizeof(text) - 1) > 0);
    assert_string_equal(text, "the task goes on\n");
    close(words[0]);
    close(words[1]);
}

static void
the_echo_of_what_is_no_terminal_is_left_alone(void **state)
{
    int ends[2];
    (void)state;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(cli_echo_off(ends[0]), -1);
    cli_echo_on();
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cleaned_of_all_that_drives_a_terminal),
        cmocka_unit_test(widths_are_places_on_the_screen),
        cmocka_unit_test(no_format_lets_a_name_drive_the_terminal),
        cmocka_unit_test(messages_are_cleaned_too),
        cmocka_unit_test(quiet_silences_information_only),
        cmocka_unit_test(an_interrupt_ends_with_130_and_a_last_word),
        cmocka_unit_test(the_echo_of_what_is_no_terminal_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
