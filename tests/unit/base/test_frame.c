/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames over a real socketpair: whole, in pieces, broken, from a dead peer.
 */
#include "base/frame.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include "base/mem.h"
#include "check.h"

static int ends[2];
static rv_frame_reader reader;

static int
start(void **state)
{
    (void)state;
    reader = rv_frame_reader_new();
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
}

static int
stop(void **state)
{
    (void)state;
    rv_frame_reader_free(&reader);
    rv_close_fd_p(&ends[0]);
    rv_close_fd_p(&ends[1]);
    return 0;
}

static void
write_frame(const char *bytes, size_t len, uint32_t claimed)
{
    uint32_t header = htonl(claimed);
    assert_int_equal(write(ends[1], &header, 4), 4);
    assert_int_equal(write(ends[1], bytes, len), len);
}

static int
next_number(void)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *message = NULL;
    int got = rv_frame_next(&reader, &message, &err);
    return got == 1 ? (int)rv_json_int(message, "n", -1) : got < 0 ? got * 1000 : 0;
}

static cJSON *
numbered(int n)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddNumberToObject(message, "n", n);
    return message;
}

static void
frames_arrive_in_order(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    for (int i = 1; i <= 50; i++) {
        RV_AUTO_JSON cJSON *message = numbered(i);
        assert_int_equal(rv_frame_send(ends[1], message, &err), 0);
    }
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
    for (int i = 1; i <= 50; i++)
        assert_int_equal(next_number(), i);
    assert_int_equal(next_number(), 0);
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 0);
}

static void
a_frame_may_come_byte_by_byte(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(1000);
    RV_AUTO_JSON cJSON *first = numbered(1);
    RV_AUTO_JSON cJSON *second = numbered(2);
    assert_int_equal(rv_frame_append(&bytes, first, &err), 0);
    size_t first_len = bytes.len;
    assert_int_equal(rv_frame_append(&bytes, second, &err), 0);
    for (size_t i = 0; i < bytes.len; i++) {
        assert_int_equal(write(ends[1], bytes.data + i, 1), 1);
        assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
        int expected = i + 1 == first_len ? 1 : i + 1 == bytes.len ? 2 : 0;
        assert_int_equal(next_number(), expected);
    }
}

static void
broken_frames_are_refused_again_and_again(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t claimed;
        int code;
    } cases[] = {
        { "", 0, RV_E_PROTOCOL },
        { "[1]", 3, RV_E_PROTOCOL },
        { "\"x\"", 3, RV_E_PROTOCOL },
        { "{", 1, RV_E_PROTOCOL },
        { "{}x", 3, RV_E_PROTOCOL },
        { "{\"\xff\":1}", 7, RV_E_PROTOCOL },
        { "{}", RV_FRAME_MAX + 1, RV_E_LIMIT },
        { "{}", UINT32_MAX, RV_E_LIMIT },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        cJSON *message = NULL;
        write_frame(cases[i].bytes, strlen(cases[i].bytes), cases[i].claimed);
        assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(rv_frame_next(&reader, &message, &err), cases[i].code);
            assert_null(message);
        }
        stop(state);
        assert_int_equal(start(state), 0);
    }
}

static void
nesting_in_a_frame_has_a_ceiling(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    cJSON *message = NULL;
    char deep[10000];
    memset(deep, '[', sizeof(deep));
    write_frame(deep, sizeof(deep), sizeof(deep));
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
    assert_int_equal(rv_frame_next(&reader, &message, &err), RV_E_LIMIT);
}

static void
the_end_of_the_stream_is_told(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    write_frame("{\"n\":1}", 7, 7);
    write_frame("{\"n\"", 4, 7);
    rv_close_fd_p(&ends[1]);
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
    assert_int_equal(next_number(), 1);
    assert_int_equal(next_number(), 0);
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), RV_E_NOT_FOUND);
}

static void
a_dead_peer_is_an_error_and_no_signal(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *message = numbered(1);
    assert_int_equal(write(ends[0], "unread", 6), 6);
    rv_close_fd_p(&ends[1]);
    assert_int_equal(rv_frame_send(ends[0], message, &err), RV_E_NOT_FOUND);
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), RV_E_NOT_FOUND);
}

/* A message whose frame is len bytes of JSON. */
static cJSON *
message_of(size_t len)
{
    RV_AUTO_FREE char *text = rv_alloc(len - strlen("{\"t\":\"\"}") + 1);
    memset(text, 'x', len - strlen("{\"t\":\"\"}"));
    cJSON *message = cJSON_CreateObject();
    cJSON_AddStringToObject(message, "t", text);
    return message;
}

static void
the_largest_frame_passes_through_a_small_socket(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *message = message_of(RV_FRAME_MAX);
    pid_t pid = fork();
    if (pid == 0)
        _exit(rv_frame_send(ends[1], message, &err) || rv_frame_send(ends[1], message, &err));
    for (int frame = 0; frame < 2; frame++) {
        RV_AUTO_JSON cJSON *got = NULL;
        int code;
        while ((code = rv_frame_next(&reader, &got, &err)) == 0) {
            struct pollfd one = { .fd = ends[0], .events = POLLIN };
            assert_int_equal(poll(&one, 1, 10000), 1);
            assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 1);
        }
        assert_int_equal(code, 1);
        assert_true(cJSON_Compare(got, message, 1));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
a_message_that_is_too_large_leaves_the_buffer_as_it_was(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *small = numbered(1);
    RV_AUTO_JSON cJSON *large = message_of(RV_FRAME_MAX + 1);
    static const size_t limits[] = { 100, 2 * RV_FRAME_MAX };
    for (size_t i = 0; i < RV_COUNT(limits); i++) {
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(limits[i]);
        assert_int_equal(rv_frame_append(&out, small, &err), 0);
        size_t len = out.len;
        assert_int_equal(rv_frame_append(&out, large, &err), RV_E_LIMIT);
        assert_int_equal(out.len, len);
        assert_int_equal(rv_buf_check(&out, &err), 0);
    }
    assert_int_equal(rv_frame_send(ends[1], large, &err), RV_E_LIMIT);
    assert_int_equal(rv_frame_fill(&reader, ends[0], &err), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_arrive_in_order, start, stop),
        cmocka_unit_test_setup_teardown(a_frame_may_come_byte_by_byte, start, stop),
        cmocka_unit_test_setup_teardown(broken_frames_are_refused_again_and_again, start, stop),
        cmocka_unit_test_setup_teardown(nesting_in_a_frame_has_a_ceiling, start, stop),
        cmocka_unit_test_setup_teardown(the_end_of_the_stream_is_told, start, stop),
        cmocka_unit_test_setup_teardown(a_dead_peer_is_an_error_and_no_signal, start, stop),
        cmocka_unit_test_setup_teardown(the_largest_frame_passes_through_a_small_socket, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_message_that_is_too_large_leaves_the_buffer_as_it_was,
                                        start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
