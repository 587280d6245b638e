/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines in both formats. They are read back from a packet socket, on which
 * every write(2) is a packet of its own.
 */
#include "base/log.h"

#include <errno.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "check.h"

static int ends[2];
static char line[200000];

static int
start(void **state)
{
    (void)state;
    int size = 1 << 20;
    rv_clock_fake(1795341600000);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends) != 0)
        return -1;
    return setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int
stop(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, STDERR_FILENO);
    rv_log_scope("worker", NULL);
    rv_clock_real();
    close(ends[0]);
    close(ends[1]);
    return 0;
}

/* What the last write(2) wrote, "" when there was none. */
static const char *
next_line(void)
{
    ssize_t len = recv(ends[0], line, sizeof(line) - 1, 0);
    line[len > 0 ? len : 0] = '\0';
    return line;
}

static void
logfmt_has_time_level_message_and_fields(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    rv_log(RV_INFO, "refresh done", RV_F("provider", RV_S("prod")), RV_F("objects", RV_I(1234)),
           RV_F("seconds", RV_D(0.25)));
    assert_string_equal(next_line(), "ts=2026-11-22T10:00:00.000Z level=info msg=\"refresh done\" "
                                     "provider=prod objects=1234 seconds=0.25\n");
    rv_clock_advance(7);
    rv_log(RV_ERROR, "bare");
    assert_string_equal(next_line(), "ts=2026-11-22T10:00:00.007Z level=error msg=bare\n");
    assert_string_equal(next_line(), "");
}

static void
json_lines_are_json(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_JSON, RV_INFO, ends[1]);
    rv_log(RV_WARNING, "say \"hi\"", RV_F("path", RV_S("a\nb\x01\xff")), RV_F("n", RV_I(-5)),
           RV_F("d", RV_D(0.5)), RV_F("none", RV_S(NULL)));
    assert_string_equal(next_line(),
                        "{\"ts\":\"2026-11-22T10:00:00.000Z\",\"level\":\"warning\","
                        "\"msg\":\"say \\\"hi\\\"\",\"path\":\"a\\nb\\u0001\xef\xbf\xbd\","
                        "\"n\":-5,\"d\":0.5,\"none\":null}\n");
}

static void
logfmt_values_are_quoted_when_they_must_be(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "plain", "plain" },
        { "/a/b:c,d;e", "/a/b:c,d;e" },
        { "caf\xc3\xa9", "caf\xc3\xa9" },
        { "", "\"\"" },
        { "two words", "\"two words\"" },
        { "a=b", "\"a=b\"" },
        { "say \"x\"", "\"say \\\"x\\\"\"" },
        { "back\\slash", "\"back\\\\slash\"" },
        { "line\nlevel=error msg=forged", "\"line\\nlevel=error msg=forged\"" },
        { "\x1b[31m", "\"\\u001b[31m\"" },
        { "\x7f", "\"\x7f\"" },
        { "bad\xff", "\"bad\xef\xbf\xbd\"" },
        { NULL, "null" },
    };
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *expected =
            rv_format("ts=2026-11-22T10:00:00.000Z level=info msg=m v=%s\n", cases[i][1]);
        rv_log(RV_INFO, "m", RV_F("v", RV_S(cases[i][0])));
        assert_string_equal(next_line(), expected);
    }
}

static void
levels_below_the_lowest_are_silent(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_WARNING, ends[1]);
    rv_log(RV_INFO, "not this");
    rv_log(RV_DEBUG, "nor this");
    assert_string_equal(next_line(), "");
    assert_false(rv_log_enabled(RV_INFO));
    assert_true(rv_log_enabled(RV_WARNING));
    rv_log_level(RV_DEBUG);
    rv_log(RV_DEBUG, "this");
    assert_contains(next_line(), "level=debug msg=this");
}

static void
the_scope_is_on_every_line(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    char name[] = "refresh";
    rv_log_scope("worker", "server");
    rv_log_scope("worker", name);
    name[0] = 'X';
    rv_log(RV_INFO, "m", RV_F("a", RV_I(1)));
    assert_contains(next_line(), "msg=m worker=refresh a=1\n");
    rv_log_setup(RV_LOG_JSON, RV_INFO, ends[1]);
    rv_log(RV_INFO, "m", RV_F("a", RV_I(1)));
    assert_contains(next_line(), "\"msg\":\"m\",\"worker\":\"refresh\",\"a\":1}");
    rv_log_scope("worker", NULL);
    rv_log(RV_INFO, "m");
    assert_null(strstr(next_line(), "worker"));
}

static void
secrets_are_masked_in_every_part_of_a_line(void **state)
{
    (void)state;
    rv_log_mask("p\"ss\nword", 9);
    static const enum rv_log_format formats[] = { RV_LOG_LOGFMT, RV_LOG_JSON };
    for (size_t i = 0; i < RV_COUNT(formats); i++) {
        rv_log_setup(formats[i], RV_INFO, ends[1]);
        rv_log_scope("worker", "p\"ss\nword");
        rv_log(RV_INFO, "in p\"ss\nword", RV_F("url", RV_S("http://u:p\"ss\nword@host")));
        next_line();
        assert_null(strstr(line, "ss"));
        assert_null(strstr(line, "word"));
        assert_contains(line, "in ***");
        assert_contains(line, "http://u:***@host");
        assert_contains(line, i == 0 ? "worker=***" : "\"worker\":\"***\"");
    }
}

static void
a_secret_at_the_cut_of_a_long_value_is_masked(void **state)
{
    (void)state;
    rv_log_mask("cut-secret", 10);
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    RV_AUTO_FREE char *text = rv_alloc(9000);
    for (size_t before = 4080; before < 4100; before++) {
        memset(text, 'x', before);
        memcpy(text + before, "cut-secret and more", 20);
        rv_log(RV_INFO, "m", RV_F("v", RV_S(text)));
        assert_null(strstr(next_line(), "cut"));
    }
}

static void
long_values_are_cut_between_characters(void **state)
{
    (void)state;
    RV_AUTO_FREE char *text = rv_alloc(100001);
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 2 <= 100000; i += 2)
            memcpy(text + i, "\xc3\xa9", 2);
        rv_log_setup(RV_LOG_JSON, RV_INFO, ends[1]);
        rv_log(RV_INFO, "m", RV_F("v", RV_S(text)));
        size_t len = strlen(next_line());
        assert_in_range(len, 4000, 4300);
        assert_contains(line, "\xc3\xa9...\"}\n");
        assert_null(strstr(line, "\xef\xbf\xbd"));
    }
}

static void
a_line_of_many_long_fields_keeps_its_message(void **state)
{
    (void)state;
    RV_AUTO_FREE char *text = rv_alloc(5001);
    memset(text, '\n', 5000);
    struct rv_log_field fields[20];
    for (size_t i = 0; i < RV_COUNT(fields); i++)
        fields[i] = RV_F("v", RV_S(text));
    rv_log_setup(RV_LOG_JSON, RV_INFO, ends[1]);
    rv_log_write(RV_TOPIC_OTHER, RV_INFO, "big", fields, RV_COUNT(fields));
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = NULL;
    next_line();
    assert_int_equal(rv_json_parse(&json, line, strlen(line), 1 << 20, 0, &err), 0);
    assert_string_equal(rv_json_string(json, "msg"), "big");
    assert_int_equal(rv_json_int(json, "dropped_fields", 0), 20);
}

static int made;

static struct rv_log_value
make(void)
{
    made++;
    return RV_I(1);
}

static void
a_topic_has_a_level_of_its_own_and_its_name_in_the_line(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    assert_int_equal(rv_log_topics(" queue=debug , store=error,", &err), 0);
    rv_log_about(RV_TOPIC_QUEUE, RV_DEBUG, "taken", RV_F("n", RV_I(1)));
    assert_string_equal(next_line(),
                        "ts=2026-11-22T10:00:00.000Z level=debug msg=taken topic=queue n=1\n");
    rv_log_about(RV_TOPIC_STORE, RV_WARNING, "slow");
    rv_log_about(RV_TOPIC_API, RV_DEBUG, "request");
    assert_string_equal(next_line(), "");
    rv_log_setup(RV_LOG_JSON, RV_INFO, ends[1]);
    rv_log_about(RV_TOPIC_API, RV_INFO, "request");
    assert_contains(next_line(), "\"msg\":\"request\",\"topic\":\"api\"}");
    rv_log_about(RV_TOPIC_QUEUE, RV_DEBUG, "taken"); /* setting up begins anew */
    assert_string_equal(next_line(), "");
}

static void
a_line_that_is_not_written_does_not_make_its_fields(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    made = 0;
    rv_log_setup(RV_LOG_LOGFMT, RV_DEBUG, ends[1]);
    assert_int_equal(rv_log_topics("other=info", &err), 0);
    rv_log(RV_DEBUG, "no", RV_F("n", make()));
    assert_int_equal(made, 0);
    rv_log(RV_INFO, "yes", RV_F("n", make()));
    assert_int_equal(made, 1);
    next_line();
}

static void
what_is_no_topic_or_level_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *spec, *says, *hint;
    } cases[] = {
        { "queue", "'queue' is not TOPIC=LEVEL", "as in queue=debug" },
        { "api=debug,quue=debug", "'quue' is no topic, did you mean 'queue'?",
          "other, supervisor" },
        { "queue=loud", "'loud' is no level", "debug, info, warning, error" },
        { "queue=", "'' is no level", "debug, info, warning, error" },
        { "=debug", "'' is no topic", "other, supervisor" },
        { "queue=debugg", "did you mean 'debug'?", "debug, info" },
    };
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_log_topics(cases[i].spec, &err), RV_E_INVALID);
        assert_contains(err.text, cases[i].says);
        assert_contains(err.hint, cases[i].hint);
    }
    rv_log_about(RV_TOPIC_API, RV_DEBUG, "request");
    assert_string_equal(next_line(), "");
}

static void
the_journal_is_told_the_level_of_each_line(void **state)
{
    static const char *const starts[] = { "<7>ts=", "<6>ts=", "<4>ts=", "<3>ts=" };
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_DEBUG, ends[1]);
    rv_log_journal(1);
    for (int level = RV_DEBUG; level <= RV_ERROR; level++) {
        rv_log((enum rv_log_level)level, "m");
        assert_memory_equal(next_line(), starts[level], strlen(starts[level]));
    }
    rv_log_journal(0);
}

static void
errors_are_logged_with_class_and_hint(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    rv_fail(&err, RV_E_AUTH, "refused");
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, ends[1]);
    rv_log_err(RV_ERROR, "verify failed", &err);
    assert_contains(next_line(), "level=error msg=\"verify failed\" class=auth error=refused\n");
    err.remote_status = 401;
    rv_hint(&err, "renew the token");
    rv_log_err(RV_ERROR, "verify failed", &err);
    assert_contains(next_line(), "error=refused status=401 hint=\"renew the token\"\n");
}

static void
errno_survives_and_a_closed_log_does_no_harm(void **state)
{
    (void)state;
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, -1);
    errno = ENOTTY;
    rv_log(RV_INFO, "into the void");
    assert_int_equal(errno, ENOTTY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(logfmt_has_time_level_message_and_fields, start, stop),
        cmocka_unit_test_setup_teardown(json_lines_are_json, start, stop),
        cmocka_unit_test_setup_teardown(logfmt_values_are_quoted_when_they_must_be, start, stop),
        cmocka_unit_test_setup_teardown(levels_below_the_lowest_are_silent, start, stop),
        cmocka_unit_test_setup_teardown(the_scope_is_on_every_line, start, stop),
        cmocka_unit_test_setup_teardown(secrets_are_masked_in_every_part_of_a_line, start, stop),
        cmocka_unit_test_setup_teardown(a_secret_at_the_cut_of_a_long_value_is_masked, start, stop),
        cmocka_unit_test_setup_teardown(long_values_are_cut_between_characters, start, stop),
        cmocka_unit_test_setup_teardown(a_line_of_many_long_fields_keeps_its_message, start, stop),
        cmocka_unit_test_setup_teardown(a_topic_has_a_level_of_its_own_and_its_name_in_the_line,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_line_that_is_not_written_does_not_make_its_fields, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_is_no_topic_or_level_is_refused_and_changes_nothing,
                                        start, stop),
        cmocka_unit_test_setup_teardown(the_journal_is_told_the_level_of_each_line, start, stop),
        cmocka_unit_test_setup_teardown(errors_are_logged_with_class_and_hint, start, stop),
        cmocka_unit_test_setup_teardown(errno_survives_and_a_closed_log_does_no_harm, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
