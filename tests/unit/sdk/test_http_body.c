/* SPDX-License-Identifier: Apache-2.0
 *
 * Long answers that are handed over in pieces.
 */
#include "http_fixture.h"

/* Pieces as they come; may make a request of its own in between. */
struct pieces {
    uint64_t bytes;
    uint64_t calls;
    int fail;
    int ask;
};

static int
take_piece(void *arg, const char *bytes, uint64_t len)
{
    struct pieces *pieces = arg;
    struct reeve_http_answer answer;

    for (uint64_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], 'x');
    pieces->bytes += len;
    pieces->calls++;
    if (pieces->ask && pieces->calls <= 3) {
        assert_int_equal(reeve_http_get(&call, http, "/text/between", &answer), 0);
        assert_string_equal(answer.body, "between");
        for (uint64_t i = 0; i < len; i++)
            assert_int_equal(bytes[i], 'x');
    }
    return pieces->fail ? reeve_fail(&call, REEVE_E_CONFLICT, "stop") : 0;
}

static void
a_body_is_handed_over_in_pieces(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/20000000", take_piece, &pieces, 0),
                     0);
    assert_int_equal(pieces.bytes, 20000000);
    assert_true(pieces.calls > 50);
    assert_true(call.memory_used < 100000);
    pieces = (struct pieces){ 0 };
    assert_int_equal(reeve_http_get_body(&call, http, "/gzip/3000000", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 3000000);
}

static void
a_taker_may_use_the_same_client(void **state)
{
    struct pieces pieces = { .ask = 1 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/5000000", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 5000000);
}

static void
a_taker_may_end_the_request(void **state)
{
    struct pieces pieces = { .fail = 1 };
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/-1", take_piece, &pieces, 1 << 30),
                     REEVE_E_CONFLICT);
    assert_int_equal(pieces.calls, 1);
    assert_string_equal(call.text, "stop");
    assert_int_equal(reeve_http_get(&call, http, "/text/after", &answer), 0);
}

static void
a_body_in_pieces_has_a_ceiling(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/-1", take_piece, &pieces, 1000000),
                     REEVE_E_LIMIT);
    assert_true(contains(call.text, "larger than 1000000 bytes"));
    assert_true(pieces.bytes <= 1000000);
}

static void
an_error_in_place_of_a_body_is_said(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/status/410", take_piece, &pieces, 0),
                     REEVE_E_GONE);
    assert_int_equal(pieces.calls, 0);
    assert_true(contains(call.text, "status 410: as you wish"));
    tell("{\"routes\":[{\"path\":\"/long\",\"steps\":[{\"status\":500,"
         "\"repeat\":{\"text\":\"x\",\"bytes\":-1}}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/long", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_true(contains(call.text, "status 500"));
    assert_int_equal(reeve_http_get_body(&call, http, "/truncate/10", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_int_equal(pieces.bytes, 10);
}

static void
a_body_is_asked_for_again_until_some_was_taken(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    use((struct reeve_http_config){ .retries = 2 });
    tell("{\"routes\":[{\"path\":\"/b\",\"steps\":[{\"status\":503},{\"text\":\"xxx\"}]},"
         "{\"path\":\"/c\",\"steps\":[{\"text\":\"xxxx\",\"truncate\":2},{\"text\":\"xxx\"}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/b", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 3);
    assert_int_equal(reeve_http_get_body(&call, http, "/c", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_int_equal(pieces.bytes, 5);
}

static void
a_body_that_stops_coming_times_out(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    use((struct reeve_http_config){ .request_timeout_ms = 150 });
    tell("{\"routes\":[{\"path\":\"/s\",\"steps\":[{\"text\":\"xxxx\",\"announce\":9,"
         "\"hold_ms\":-1}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/s", take_piece, &pieces, 0),
                     REEVE_E_TIMEOUT);
    assert_string_equal(call.text, "GET /s: nothing came for 150 ms");
    assert_int_equal(pieces.bytes, 4);
}

static void
scratch_memory_may_be_too_small_for_a_body(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    call.memory_limit = call.memory_used + 1000;
    assert_int_equal(reeve_http_get(&call, http, "/bytes/5000", &answer), REEVE_E_LIMIT);
    assert_true(contains(call.text, "keep an answer of 5000 bytes"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_body_is_handed_over_in_pieces),
        HTTP_TEST(a_taker_may_use_the_same_client),
        HTTP_TEST(a_taker_may_end_the_request),
        HTTP_TEST(a_body_in_pieces_has_a_ceiling),
        HTTP_TEST(an_error_in_place_of_a_body_is_said),
        HTTP_TEST(a_body_is_asked_for_again_until_some_was_taken),
        HTTP_TEST(a_body_that_stops_coming_times_out),
        HTTP_TEST(scratch_memory_may_be_too_small_for_a_body),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
