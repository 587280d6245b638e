/* SPDX-License-Identifier: Apache-2.0
 *
 * Long answers, many at once, line by line.
 */
#include "http_fixture.h"

static struct reeve_http_stream *
open_stream(const char *path, uint64_t max_line_bytes, void *tag)
{
    struct reeve_http_stream *stream = NULL;

    assert_int_equal(reeve_http_stream_open(&call, http, path, max_line_bytes, tag, &stream), 0);
    assert_non_null(stream);
    return stream;
}

/* The next thing, which must not be an idle time. */
static struct reeve_http_next
next(void)
{
    struct reeve_http_next got;

    assert_int_equal(reeve_http_next(&call, http, 10000, &got), 0);
    if (got.what == REEVE_STREAM_IDLE)
        fail_msg("nothing came for ten seconds");
    return got;
}

static void
expect_line(const char *line)
{
    struct reeve_http_next got = next();

    assert_int_equal(got.what, REEVE_STREAM_LINE);
    assert_string_equal(got.line, line);
    assert_int_equal(got.len, strlen(line));
    assert_int_equal(got.status, 200);
}

static void
expect_end(int error_class, int status, const char *part)
{
    struct reeve_http_next got = next();

    if (got.what != REEVE_STREAM_END || got.error_class != error_class)
        fail_msg("what %d, class %d, line '%s', text '%s'", got.what, got.error_class,
                 got.line ? got.line : "", call.text);
    assert_int_equal(got.status, status);
    assert_true(contains(call.text, part));
    assert_non_null(got.stream);
}

static void
script_lines(const char *lines, const char *more)
{
    char *script = reeve_format(
        &call, "{\"routes\":[{\"path\":\"/s\",\"steps\":[{\"lines\":[%s]%s}]}]}", lines, more);

    tell(script);
}

static void
lines_come_one_by_one_to_a_clean_end(void **state)
{
    int tag;

    (void)state;
    script_lines("\"one\",{\"text\":\"t\",\"newline\":false},\"wo\\r\",\"\",\"\\u20ac\\r\\rx\","
                 "{\"text\":\"no line end\",\"newline\":false}",
                 "");
    struct reeve_http_stream *stream = open_stream("/s", 0, &tag);
    struct reeve_http_next got = next();
    assert_int_equal(got.what, REEVE_STREAM_LINE);
    assert_string_equal(got.line, "one");
    assert_ptr_equal(got.tag, &tag);
    assert_ptr_equal(got.stream, stream);
    expect_line("two");
    expect_line("");
    expect_line("\xE2\x82\xAC\r\rx");
    expect_line("no line end");
    expect_end(0, 200, "");
    assert_string_equal(call.text, "");
    reeve_http_stream_close(stream);
}

static void
an_end_is_reported_once(void **state)
{
    struct reeve_http_next got;

    (void)state;
    open_stream("/lines/0", 0, NULL);
    expect_end(0, 200, "");
    assert_int_equal(reeve_http_next(&call, http, 20, &got), 0);
    assert_int_equal(got.what, REEVE_STREAM_IDLE);
    assert_int_equal(reeve_http_next(&call, http, -1, &got), REEVE_E_INTERNAL);
    assert_true(contains(call.text, "no stream is open"));
}

static void
quiet_streams_are_idle_until_the_timeout(void **state)
{
    struct reeve_http_next got;

    (void)state;
    script_lines("\"first\",{\"text\":\"late\",\"pause_ms\":300}", "");
    open_stream("/s", 0, NULL);
    expect_line("first");
    int64_t begun = reeve_monotonic_ms(&call);
    assert_int_equal(reeve_http_next(&call, http, 50, &got), 0);
    assert_int_equal(got.what, REEVE_STREAM_IDLE);
    int64_t waited = reeve_monotonic_ms(&call) - begun;
    assert_true(waited >= 50 && waited < 290);
    assert_int_equal(reeve_http_next(&call, http, 0, &got), 0);
    assert_int_equal(got.what, REEVE_STREAM_IDLE);
    expect_line("late");
}

static void
a_cut_in_the_middle_of_a_line_is_an_error(void **state)
{
    (void)state;
    script_lines("\"whole\",{\"text\":\"half a li\",\"newline\":false}", ",\"end\":\"cut\"");
    open_stream("/s", 0, NULL);
    expect_line("whole");
    expect_end(REEVE_E_UNAVAILABLE, 200, "GET /s: the answer was cut off after 15 bytes");
}

static void
a_refusal_is_the_end(void **state)
{
    static const struct {
        const char *path;
        int error_class;
        int status;
        const char *part;
    } cases[] = {
        { "/status/410", REEVE_E_GONE, 410,
          "/status/410: the server answers with status 410: as you wish" },
        { "/status/401", REEVE_E_AUTH, 401, "status 401" },
        { "/status/403", REEVE_E_PERMISSION, 403, "status 403" },
        { "/status/404", REEVE_E_NOT_FOUND, 404, "status 404" },
        { "/status/500", REEVE_E_UNAVAILABLE, 500, "status 500" },
        { "/close", REEVE_E_UNAVAILABLE, 0, "without an answer" },
        { "/garbage", REEVE_E_PROTOCOL, 0, "is not HTTP" },
        { "/redirect?to=http://127.0.0.1:1/", REEVE_E_INVALID, 302, "another place" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_http_stream *stream = open_stream(cases[i].path, 0, NULL);
        expect_end(cases[i].error_class, cases[i].status, cases[i].part);
        reeve_http_stream_close(stream);
    }
}

static void
retry_after_comes_with_the_end(void **state)
{
    (void)state;
    open_stream("/flaky/1/429?retry_after=7", 0, NULL);
    struct reeve_http_next got = next();
    assert_int_equal(got.what, REEVE_STREAM_END);
    assert_int_equal(got.error_class, REEVE_E_RATE_LIMITED);
    assert_int_equal(got.retry_after_ms, 7000);
}

static void
a_redirect_of_a_stream_is_followed(void **state)
{
    (void)state;
    open_stream("/redirect?to=/lines/2", 0, NULL);
    expect_line("{\"n\": 0}");
    expect_line("{\"n\": 1}");
    expect_end(0, 200, "");
}

static void
forty_streams_are_read_by_one_reader(void **state)
{
    enum { STREAMS = 40, LINES = 20 };
    int seen[STREAMS] = { 0 };
    int ended = 0;

    (void)state;
    for (int i = 0; i < STREAMS; i++)
        open_stream("/lines/20?pause_ms=5", 0, &seen[i]);
    while (ended < STREAMS) {
        struct reeve_http_next got = next();
        int *count = got.tag;
        if (got.what == REEVE_STREAM_END) {
            assert_int_equal(got.error_class, 0);
            assert_int_equal(*count, LINES);
            ended++;
            reeve_http_stream_close(got.stream);
            continue;
        }
        char wanted[32];
        snprintf(wanted, sizeof(wanted), "{\"n\": %d}", *count);
        assert_string_equal(got.line, wanted);
        (*count)++;
    }
}

static void
a_busy_stream_does_not_starve_a_quiet_one(void **state)
{
    int busy = 0, quiet = 0;

    (void)state;
    tell("{\"routes\":[{\"path\":\"/busy\",\"steps\":[{\"repeat\":{\"text\":\"a "
         "line\\n\",\"bytes\":-1}}]},"
         "{\"path\":\"/quiet\",\"steps\":[{\"lines\":[{\"text\":\"here\",\"pause_ms\":50}],"
         "\"hold_ms\":-1}]}]}");
    open_stream("/busy", 0, &busy);
    open_stream("/quiet", 0, &quiet);
    sdk_host_set_deadline(&call, 20000);
    while (!quiet) {
        struct reeve_http_next got = next();
        assert_int_equal(got.what, REEVE_STREAM_LINE);
        assert_string_equal(got.line, got.tag == &busy ? "a line" : "here");
        (*(int *)got.tag)++;
    }
    assert_true(busy > 0);
    assert_true(call.waits > 0);
}

static void
a_stream_that_is_not_read_holds_its_sender_back(void **state)
{
    struct reeve_http_answer answer;
    struct reeve_http_next got;

    (void)state;
    tell("{\"routes\":[{\"path\":\"/busy\",\"steps\":[{\"repeat\":{\"text\":\"0123456789abcde\\n\","
         "\"bytes\":8000000}}]}]}");
    open_stream("/busy", 0, NULL);
    assert_int_equal(reeve_http_next(&call, http, 10000, &got), 0);
    assert_int_equal(got.what, REEVE_STREAM_LINE);
    char *line = got.line;
    /* Other requests are made meanwhile; the line in hand stays as it is. */
    for (int i = 0; i < 20; i++)
        assert_int_equal(reeve_http_get(&call, http, "/bytes/100000", &answer), 0);
    assert_string_equal(line, "0123456789abcde");
    uint64_t lines = 1;
    for (;;) {
        got = next();
        if (got.what == REEVE_STREAM_END)
            break;
        assert_string_equal(got.line, "0123456789abcde");
        lines++;
    }
    assert_int_equal(got.error_class, 0);
    assert_int_equal(lines, 500000);
}

static void
a_line_has_a_ceiling(void **state)
{
    (void)state;
    tell("{\"routes\":[{\"path\":\"/"
         "s\",\"steps\":[{\"lines\":[\"short\",{\"text\":\"12345678901\"}]}]},"
         "{\"path\":\"/endless\",\"steps\":[{\"repeat\":{\"text\":\"x\",\"bytes\":-1}}]}]}");
    struct reeve_http_stream *stream = open_stream("/s", 10, NULL);
    expect_line("short");
    expect_end(REEVE_E_LIMIT, 200, "GET /s: a line is longer than 10 bytes");
    reeve_http_stream_close(stream);
    open_stream("/endless", 2000000, NULL);
    expect_end(REEVE_E_LIMIT, 200, "GET /endless: a line is longer than 2000000 bytes");
}

static void
a_line_over_the_ceiling_is_not_given_out_when_it_comes_in_one_piece(void **state)
{
    (void)state;
    script_lines("\"12345678901\"", "");
    open_stream("/s", 10, NULL);
    expect_end(REEVE_E_LIMIT, 200, "GET /s: a line is longer than 10 bytes");
}

static void
a_line_just_at_the_ceiling_passes(void **state)
{
    (void)state;
    script_lines("\"1234567890\",\"\",\"123456789\\r\"", "");
    open_stream("/s", 10, NULL);
    expect_line("1234567890");
    expect_line("");
    expect_line("123456789");
    expect_end(0, 200, "");
}

static void
a_line_of_megabytes_comes_whole(void **state)
{
    (void)state;
    tell("{\"routes\":[{\"path\":\"/"
         "big\",\"steps\":[{\"repeat\":{\"text\":\"0123456789\",\"bytes\":5000000}}]}]}");
    open_stream("/big", 0, NULL);
    struct reeve_http_next got = next();
    assert_int_equal(got.what, REEVE_STREAM_LINE);
    assert_int_equal(got.len, 5000000);
    assert_int_equal(strlen(got.line), 5000000);
    expect_end(0, 200, "");
}

static void
silence_ends_a_stream_and_no_other(void **state)
{
    int quiet, lively;
    int ended = 0, lines = 0;

    (void)state;
    use((struct reeve_http_config){ .request_timeout_ms = 400 });
    tell("{\"routes\":[{\"path\":\"/quiet\",\"steps\":[{\"lines\":[\"x\"],\"hold_ms\":-1}]}]}");
    open_stream("/quiet", 0, &quiet);
    open_stream("/lines/8?pause_ms=100", 0, &lively);
    while (ended < 2) {
        struct reeve_http_next got = next();
        if (got.what == REEVE_STREAM_LINE) {
            lines += got.tag == &lively;
            continue;
        }
        ended++;
        if (got.tag == &lively) {
            assert_int_equal(got.error_class, 0);
            continue;
        }
        assert_int_equal(got.error_class, REEVE_E_TIMEOUT);
        assert_string_equal(call.text, "GET /quiet: nothing came for 400 ms");
    }
    assert_int_equal(lines, 8);
}

static void
time_spent_on_a_line_is_no_silence(void **state)
{
    (void)state;
    use((struct reeve_http_config){ .request_timeout_ms = 300 });
    script_lines("\"a\",{\"text\":\"b\",\"pause_ms\":700},\"c\"", "");
    open_stream("/s", 0, NULL);
    expect_line("a");
    /* The author works for longer than the silence that he allows. */
    assert_int_equal(reeve_sleep(&call, 650), 0);
    expect_line("b");
    expect_line("c");
    expect_end(0, 200, "");
}

static void
cancel_and_deadline_end_the_wait(void **state)
{
    struct reeve_http_next got;
    int64_t begun = reeve_monotonic_ms(&call);

    (void)state;
    open_stream("/hang", 0, NULL);
    sdk_host_set_deadline(&call, 50);
    assert_int_equal(reeve_http_next(&call, http, -1, &got), REEVE_E_TIMEOUT);
    assert_string_equal(call.text, "watching: the deadline passed");
    sdk_host_set_deadline(&call, 3600 * 1000);
    sdk_host_cancel_after(&call, 50);
    assert_int_equal(reeve_http_next(&call, http, -1, &got), REEVE_E_CANCELLED);
    assert_int_equal(reeve_http_next(&call, http, -1, &got), REEVE_E_CANCELLED);
    assert_true(reeve_monotonic_ms(&call) - begun < 5000);
}

static void
a_flood_does_not_hide_a_cancel(void **state)
{
    struct reeve_http_next got;
    int status = 0;

    (void)state;
    tell("{\"routes\":[{\"path\":\"/busy\",\"steps\":[{\"repeat\":{\"text\":\"a "
         "line\\n\",\"bytes\":-1}}]}]}");
    open_stream("/busy", 0, NULL);
    sdk_host_cancel_after(&call, 200);
    int64_t begun = reeve_monotonic_ms(&call);
    while (status == 0)
        status = reeve_http_next(&call, http, -1, &got);
    assert_int_equal(status, REEVE_E_CANCELLED);
    assert_true(reeve_monotonic_ms(&call) - begun < 3000);
}

static void
streams_may_be_closed_in_any_order(void **state)
{
    struct reeve_http_stream *streams[5];

    (void)state;
    for (int i = 0; i < 5; i++)
        streams[i] = open_stream("/lines/1000", 0, NULL);
    struct reeve_http_next got = next();
    assert_int_equal(got.what, REEVE_STREAM_LINE);
    reeve_http_stream_close(got.stream); /* the one whose line is out */
    for (int i = 4; i >= 0; i--) {
        if (streams[i] != got.stream && i != 2)
            reeve_http_stream_close(streams[i]);
    }
    if (streams[2] != got.stream)
        expect_line("{\"n\": 0}");
    reeve_http_stream_close(NULL);
    /* What is still open goes with the client. */
}

static void
a_bad_path_opens_no_stream(void **state)
{
    struct reeve_http_stream *stream;

    (void)state;
    assert_int_equal(reeve_http_stream_open(&call, http, "/a b", 0, NULL, &stream),
                     REEVE_E_INVALID);
    assert_null(stream);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(lines_come_one_by_one_to_a_clean_end),
        HTTP_TEST(an_end_is_reported_once),
        HTTP_TEST(quiet_streams_are_idle_until_the_timeout),
        HTTP_TEST(a_cut_in_the_middle_of_a_line_is_an_error),
        HTTP_TEST(a_refusal_is_the_end),
        HTTP_TEST(retry_after_comes_with_the_end),
        HTTP_TEST(a_redirect_of_a_stream_is_followed),
        HTTP_TEST(forty_streams_are_read_by_one_reader),
        HTTP_TEST(a_busy_stream_does_not_starve_a_quiet_one),
        HTTP_TEST(a_stream_that_is_not_read_holds_its_sender_back),
        HTTP_TEST(a_line_has_a_ceiling),
        HTTP_TEST(a_line_over_the_ceiling_is_not_given_out_when_it_comes_in_one_piece),
        HTTP_TEST(a_line_just_at_the_ceiling_passes),
        HTTP_TEST(a_line_of_megabytes_comes_whole),
        HTTP_TEST(silence_ends_a_stream_and_no_other),
        HTTP_TEST(time_spent_on_a_line_is_no_silence),
        HTTP_TEST(cancel_and_deadline_end_the_wait),
        HTTP_TEST(a_flood_does_not_hide_a_cancel),
        HTTP_TEST(streams_may_be_closed_in_any_order),
        HTTP_TEST(a_bad_path_opens_no_stream),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
