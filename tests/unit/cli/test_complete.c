/* SPDX-License-Identifier: Apache-2.0
 *
 * What may stand next on a command line, without a server.
 */
#include <stdlib.h>
#include <string.h>
#include "capture.h"
#include "complete.h"
#include "model/model.h"

struct line {
    const char *words[8];
    const char *offers; /* words with blanks around each that must be there; NULL: nothing is */
    const char *but;    /* a word that must not */
    int files;
};

static int
set_up(void **state)
{
    setenv("REEVE_CONFIG", "/nonexistent/config.yaml", 1);
    unsetenv("REEVE_URL");
    return learn_dictionary(state);
}

/* The candidates' words, a blank before and behind each. */
static void
offers_of(rv_buf *out, const struct line *line, int *files)
{
    struct cli cli = { .client = NULL };
    int count = 0;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(4u << 20);
    while (count < 8 && line->words[count])
        count++;
    cli_complete(&cli, line->words, count, &text, files);
    rv_buf_add_char(out, ' ');
    for (const char *at = rv_buf_text(&text); *at; at += strcspn(at, "\n") + 1)
        rv_buf_addf(out, "%.*s ", (int)strcspn(at, "\t\n"), at);
}

static void
check_lines(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        RV_AUTO_BUF rv_buf got = rv_buf_limited(4u << 20);
        int files = 0;
        offers_of(&got, &lines[i], &files);
        const char *text = rv_buf_text(&got);
        if (lines[i].offers ? strstr(text, lines[i].offers) == NULL : strcmp(text, " ") != 0)
            fail_msg("line %zu: offered%s wanted%s", i, text,
                     lines[i].offers ? lines[i].offers : " nothing");
        if (lines[i].but && strstr(text, lines[i].but))
            fail_msg("line %zu: offered %s", i, lines[i].but);
        assert_int_equal(files, lines[i].files);
    }
}

static void
commands_and_the_verbs_of_a_group_are_offered(void **state)
{
    static const struct line lines[] = {
        { { "" }, " login logout ", " complete ", 0 },
        { { "" }, " provider ", " man ", 0 },
        { { "" }, " help ", NULL, 0 },
        { { "pro" }, " provider ", " login ", 0 },
        { { "provider", "" }, " add edit ", " provider ", 0 },
        { { "provider", "ref" }, " refresh ", " add ", 0 },
        { { "-q", "--url", "http://x", "ver" }, " version ", NULL, 0 },
        { { "nonsense", "" }, NULL, NULL, 0 },
        { { "provider", "nonsense", "" }, NULL, NULL, 0 },
        { { "log", "level", "que" }, " queue ", " debug ", 0 },
        { { "log", "level", "queue", "" }, " debug info warning error default ", " queue ", 0 },
        { { "completion", "" }, " bash zsh fish ", NULL, 0 },
        { { "completion", "bash", "" }, NULL, NULL, 0 },
    };
    (void)state;
    check_lines(lines, RV_COUNT(lines));
}

static void
options_are_those_of_the_command_and_their_values_fit(void **state)
{
    static const struct line lines[] = {
        { { "get", "pods", "--wat" }, " --watch --watch-only ", " --limit ", 0 },
        { { "get", "pods", "-" }, " --verbose ", NULL, 0 },
        { { "--qu" }, " --quiet ", NULL, 0 },
        { { "get", "pods", "-o", "js" }, " json jsonl ", " yaml ", 0 },
        { { "get", "pods", "--output", "" }, " table wide json ", NULL, 0 },
        { { "get", "pods", "--output", "=", "js" }, " json jsonl ", NULL, 0 },
        { { "get", "pods", "--output", "=" }, " table wide ", NULL, 0 },
        { { "get", "pods", "--output=js" }, " --output=json --output=jsonl ", " json ", 0 },
        { { "get", "pods", "--color", "" }, " auto always never ", NULL, 0 },
        { { "provider", "add", "x", "--type", "" }, " kubernetes demo ", NULL, 0 },
        { { "provider", "add", "x", "--kubeconfig", "" }, NULL, NULL, 1 },
        { { "get", "--", "-" }, NULL, NULL, 0 },
        { { "get", "pods", "--limit", "" }, NULL, NULL, 0 },
    };
    (void)state;
    check_lines(lines, RV_COUNT(lines));
}

static void
kinds_are_offered_and_names_of_objects_only_with_a_server(void **state)
{
    static const struct line lines[] = {
        { { "get", "po" }, " po pod pods ", NULL, 0 },
        { { "get", "-o", "json", "container_n" }, " container_nodes ", NULL, 0 },
        { { "describe", "dep" }, " deploy ", NULL, 0 },
        { { "get", "pods", "" }, NULL, NULL, 0 },
        { { "get", "pod/we" }, NULL, NULL, 0 },
        { { "provider", "show", "" }, NULL, NULL, 0 },
        { { "provider", "add", "" }, NULL, NULL, 0 },
    };
    (void)state;
    check_lines(lines, RV_COUNT(lines));
}

static void
lines_of_any_length_are_answered(void **state)
{
    const char *words[CLI_MAX_VALUES + 20];
    struct cli cli = { .client = NULL };
    int files = 0;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(4u << 20);
    (void)state;
    words[0] = "get";
    for (size_t i = 1; i < RV_COUNT(words); i++)
        words[i] = "pods";
    cli_complete(&cli, words, RV_COUNT(words), &out, &files);
    cli_complete(&cli, words, 0, &out, &files);
    assert_non_null(strstr(rv_buf_text(&out), "login\t"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_and_the_verbs_of_a_group_are_offered),
        cmocka_unit_test(options_are_those_of_the_command_and_their_values_fit),
        cmocka_unit_test(kinds_are_offered_and_names_of_objects_only_with_a_server),
        cmocka_unit_test(lines_of_any_length_are_answered),
    };
    return cmocka_run_group_tests(tests, set_up, forget_dictionary);
}
