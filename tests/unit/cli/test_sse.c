/* SPDX-License-Identifier: Apache-2.0
 *
 * Event streams in pieces of every size.
 */
#include <string.h>
#include "capture.h"
#include "sse.h"

/* "name|id|data;" of each event, one after the other. */
static int
note(void *arg, const struct cli_event *event)
{
    rv_buf_addf(arg, "%s|%s|%s;", event->name, event->id, event->data);
    return 0;
}

static void
streams_are_taken_apart_the_same_in_pieces_of_every_size(void **state)
{
    static const char *const table[][2] = {
        { "event: created\nid: 1.5\ndata: {}\n\n", "created|1.5|{};" },
        { "event:created\nid:7\ndata:{}\n\n", "created|7|{};" },
        { "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "message||a\nb;message||c;" },
        { "data: a\rdata: b\r\rdata: c\r\r", "message||a\nb;message||c;" },
        { ": comment\n\ndata: x\n\n", "message||x;" },
        { "retry: 1000\nid: 3\n\ndata: x\n\n", "message|3|x;" },
        { "id: 3\n\nid\ndata: x\n\n", "message||x;" },
        { "event: e\n\ndata: x\n\n", "message||x;" },
        { "data\ndata\n\n", "message||\n;" },
        { "data:  two blanks\n\n", "message|| two blanks;" },
        { "\xef\xbb\xbf"
          "data: bom\n\n",
          "message||bom;" },
        { "data: \xef\xbb\xbf\n\n", "message||\xef\xbb\xbf;" },
        { "unknown: x\ndata: y\n\n", "message||y;" },
        { "data: never ended\n", "" },
        { "\n\n\n", "" },
        { "event: a\ndata: 1\n\nevent: b\ndata: 2\n\n", "a||1;b||2;" },
        { "data: k\xc3\xa4se\n\n", "message||k\xc3\xa4se;" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        size_t len = strlen(table[i][0]);

        for (size_t piece = 1; piece <= len; piece++) {
            RV_AUTO_BUF rv_buf got = rv_buf_limited(1u << 16);
            rv_err err = RV_ERR_INIT;
            struct cli_sse sse;

            cli_sse_init(&sse, note, &got);
            for (size_t at = 0; at < len; at += piece)
                assert_int_equal(
                    cli_sse_feed(&sse, table[i][0] + at, len - at < piece ? len - at : piece, &err),
                    0);
            cli_sse_free(&sse);
            if (strcmp(rv_buf_text(&got), table[i][1]) != 0)
                fail_msg("row %zu by %zu: %s", i, piece, rv_buf_text(&got));
        }
    }
}

static int
stop_at_b(void *arg, const struct cli_event *event)
{
    note(arg, event);
    return strcmp(event->data, "b") == 0 ? 42 : 0;
}

static void
the_callers_verdict_ends_it(void **state)
{
    static const char text[] = "data: a\n\ndata: b\n\ndata: c\n\n";
    RV_AUTO_BUF rv_buf got = rv_buf_limited(1u << 16);
    rv_err err = RV_ERR_INIT;
    struct cli_sse sse;
    (void)state;

    cli_sse_init(&sse, stop_at_b, &got);
    assert_int_equal(cli_sse_feed(&sse, text, strlen(text), &err), 42);
    assert_string_equal(rv_buf_text(&got), "message||a;message||b;");
    cli_sse_free(&sse);
}

static void
a_new_connection_keeps_the_last_id_and_drops_the_rest(void **state)
{
    static const char before[] = "id: 9\ndata: a\n\nevent: lost\ndata: half";
    RV_AUTO_BUF rv_buf got = rv_buf_limited(1u << 16);
    rv_err err = RV_ERR_INIT;
    struct cli_sse sse;
    (void)state;

    cli_sse_init(&sse, note, &got);
    assert_int_equal(cli_sse_feed(&sse, before, strlen(before), &err), 0);
    cli_sse_restart(&sse);
    assert_string_equal(sse.id, "9");
    assert_int_equal(cli_sse_feed(&sse, "data: b\n\n", 9, &err), 0);
    assert_string_equal(rv_buf_text(&got), "message|9|a;message|9|b;");
    cli_sse_free(&sse);
}

static void
the_server_may_ask_for_a_pause(void **state)
{
    static const struct {
        const char *text;
        int64_t first_ms, later_ms; /* after one failure, after several */
    } table[] = {
        { "retry: 1500\n", 1500, 2000 },
        { "retry: 7000\n", 7000, 7000 },
        { "retry: 86400000\n", 30000, 30000 },
        { "retry: x\n", 500, 2000 },
        { "retry: -1\n", 500, 2000 },
        { "retry:\n", 500, 2000 },
        { "", 500, 2000 },
    };
    rv_err err = RV_ERR_INIT;
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_sse sse;

        cli_sse_init(&sse, note, NULL);
        assert_int_equal(cli_sse_feed(&sse, table[i].text, strlen(table[i].text), &err), 0);
        assert_int_equal(cli_sse_pause_ms(&sse, 1), table[i].first_ms);
        assert_int_equal(cli_sse_pause_ms(&sse, 5), table[i].later_ms);
        cli_sse_free(&sse);
    }
}

static void
an_event_without_end_is_refused(void **state)
{
    static char block[1u << 20];
    RV_AUTO_BUF rv_buf got = rv_buf_limited(1u << 16);
    rv_err err = RV_ERR_INIT;
    struct cli_sse sse;
    int status = 0;
    (void)state;

    memset(block, 'x', sizeof(block));
    cli_sse_init(&sse, note, &got);
    for (int i = 0; i < 20 && status == 0; i++)
        status = cli_sse_feed(&sse, block, sizeof(block), &err);
    assert_int_equal(status, RV_E_LIMIT);
    assert_non_null(strstr(err.text, "16 MiB"));
    assert_true(sse.line.size <= 17u << 20);
    cli_sse_free(&sse);
}

static void
names_and_ids_that_are_too_long_are_left_out(void **state)
{
    char text[400], *at = text;
    RV_AUTO_BUF rv_buf got = rv_buf_limited(1u << 16);
    rv_err err = RV_ERR_INIT;
    struct cli_sse sse;
    (void)state;

    at += snprintf(at, sizeof(text), "id: %0200d\n", 1);
    at += snprintf(at, 100, "event: %064d\n", 1);
    snprintf(at, 50, "data: x\n\n");
    cli_sse_init(&sse, note, &got);
    assert_int_equal(cli_sse_feed(&sse, text, strlen(text), &err), 0);
    assert_string_equal(rv_buf_text(&got), "message||x;");
    cli_sse_free(&sse);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_taken_apart_the_same_in_pieces_of_every_size),
        cmocka_unit_test(the_callers_verdict_ends_it),
        cmocka_unit_test(a_new_connection_keeps_the_last_id_and_drops_the_rest),
        cmocka_unit_test(the_server_may_ask_for_a_pause),
        cmocka_unit_test(an_event_without_end_is_refused),
        cmocka_unit_test(names_and_ids_that_are_too_long_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
