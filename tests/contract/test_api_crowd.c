/* SPDX-License-Identifier: Apache-2.0
 *
 * Many clients, slow ones and greedy ones: what they may cost, and that others are served
 * meanwhile.
 */
#include "api_fixture.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"

#define THERE "127.0.0.2"
#define ELSEWHERE "127.0.0.3"
#define QUERY "{\"action\":\"query\",\"resource\":{\"name\":\"default\"}}"
#define PART "GET /api/ping HTTP/1.1\r\nHost: x\r\nX-Slow: "

static int
count_ended(struct events *const *clients, int count)
{
    int ended = 0;

    for (int i = 0; i < count; i++)
        ended += events_ended(clients[i]);
    return ended;
}

static void
close_all(struct events *const *clients, int count)
{
    for (int i = 0; i < count; i++)
        events_close(clients[i]);
}

/* A byte now and then, until the other side has enough of it; how long it took. */
static int64_t
trickle(struct api_fixture *f, struct events *events)
{
    int64_t start_ms = rv_monotonic_ms();

    while (!events_ended(events) && rv_monotonic_ms() - start_ms < 5000) {
        run_loop(f, 50);
        events_write(events, "x");
    }
    return rv_monotonic_ms() - start_ms;
}

static void
a_request_that_trickles_is_ended(void **state)
{
    struct api_fixture *f = fixture_of(state);

    api_reopen_with(f, "api.request_timeout", "400ms");
    struct events *idle = events_send(f, "");
    struct events *head = events_send(f, PART);
    assert_in_range(trickle(f, head), 300, 3000);
    struct events *body = events_send(f, "POST /api/zones HTTP/1.1\r\nHost: x\r\n"
                                         "Content-Length: 100000\r\n\r\n{");
    assert_in_range(trickle(f, body), 300, 3000);
    /* A second request has a time of its own; before it there is none to keep. */
    assert_false(events_ended(idle));
    events_write(idle, "GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(events_wait(idle, "pong"));
    run_loop(f, 600);
    assert_false(events_ended(idle));
    assert_in_range(trickle(f, idle), 300, 3000);
    events_close(head);
    events_close(body);
    events_close(idle);
}

static void
a_large_request_that_comes_steadily_has_its_time(void **state)
{
    enum { PIECE = 4096, PIECES = 24 };
    struct api_fixture *f = fixture_of(state);
    char piece[PIECE + 1];

    memset(piece, ' ', PIECE);
    piece[PIECE] = '\0';
    api_reopen_with(f, "api.request_timeout", "300ms");
    RV_AUTO_FREE char *head =
        rv_format("POST /api/zones HTTP/1.1\r\nHost: x\r\nX-Auth-Token: %s\r\n"
                  "Content-Length: %zu\r\n\r\n" QUERY,
                  f->token, strlen(QUERY) + (size_t)PIECE * PIECES);
    struct events *client = events_send(f, head);
    for (int i = 0; i < PIECES; i++) {
        run_loop(f, 50);
        assert_false(events_ended(client));
        events_write(client, piece);
    }
    assert_true(events_wait(client, "HTTP/1.1 "));
    assert_non_null(strstr(events_text(client), " 200 OK"));
    events_close(client);
}

static void
one_address_takes_only_its_share(void **state)
{
    enum { CLIENTS = 8 };
    struct api_fixture *f = fixture_of(state);
    struct events *clients[CLIENTS];

    api_reopen_with(f, "api.connections_per_address", "5");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = events_send_from(f, THERE, PART);
    run_loop(f, 200);
    assert_int_equal(count_ended(clients, CLIENTS), 3);
    AUTO_REPLY struct reply other = ask(f, "GET", "/healthz", "Accept: */*\n", NULL);
    assert_int_equal(other.status, 200);
    close_all(clients, CLIENTS);
}

static void
some_places_are_kept_for_other_addresses(void **state)
{
    enum { CLIENTS = 10 };
    struct api_fixture *f = fixture_of(state);
    struct events *clients[CLIENTS];

    api_reopen_with(f, "api.connections_max", "8");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = events_send_from(f, THERE, "");
    run_loop(f, 200);
    assert_int_equal(count_ended(clients, CLIENTS), CLIENTS - 7);
    AUTO_REPLY struct reply other = ask(f, "GET", "/healthz", "Accept: */*\n", NULL);
    assert_int_equal(other.status, 200);
    close_all(clients, CLIENTS);
}

static void
who_waits_for_nothing_makes_room(void **state)
{
    enum { MANY = 12, FEW = 4 };
    struct api_fixture *f = fixture_of(state);
    struct events *many[MANY], *few[FEW];

    api_reopen_with(f, "api.connections_max", "16");
    for (int i = 0; i < MANY; i++)
        many[i] = events_send_from(f, THERE, PART);
    for (int i = 0; i < FEW; i++)
        few[i] = events_send_from(f, ELSEWHERE, PART);
    run_loop(f, 100);
    int64_t start_ms = rv_monotonic_ms();
    AUTO_REPLY struct reply health = ask(f, "GET", "/healthz", "Accept: */*\n", NULL);
    assert_int_equal(health.status, 200);
    assert_in_range(rv_monotonic_ms() - start_ms, 0, 4000);
    assert_in_range(count_ended(many, MANY), 1, 3);
    assert_int_equal(count_ended(few, FEW), 0);
    close_all(many, MANY);
    close_all(few, FEW);
}

static struct events *
stream_from(struct api_fixture *f, const char *from)
{
    RV_AUTO_FREE char *text =
        rv_format("GET /api/zones HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                  "X-Auth-Token: %s\r\n\r\n",
                  f->token);

    return events_send_from(f, from, text);
}

static void
streams_keep_their_places_and_new_ones_wait(void **state)
{
    enum { STREAMS = 4 };
    struct api_fixture *f = fixture_of(state);
    struct events *streams[STREAMS];

    api_reopen_with(f, "api.connections_max", "4");
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = stream_from(f, i % 2 ? THERE : ELSEWHERE);
        assert_true(events_wait(streams[i], "retry: 1000"));
    }
    run_loop(f, 1200); /* they are old enough to go, but are at work */
    struct events *waiting = events_send(f, "GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n");
    run_loop(f, 400);
    assert_null(strstr(events_text(waiting), "pong"));
    assert_int_equal(count_ended(streams, STREAMS), 0);
    events_close(streams[0]);
    assert_true(events_wait(waiting, "pong"));
    events_close(waiting);
    close_all(streams + 1, STREAMS - 1);
}

/* Bodies of clients that have not said yet who they are, each a byte short. */
static void
unfinished_bodies_have_a_ceiling_together(void **state)
{
    enum { CLIENTS = 12, BODY = 250 << 10 };
    struct api_fixture *f = fixture_of(state);
    struct events *clients[CLIENTS];
    RV_AUTO_FREE char *request = rv_alloc(BODY + 256);
    int head = snprintf(request, 256,
                        "POST /api/zones HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", BODY);

    memset(request + head, ' ', BODY - 1);
    api_reopen_with(f, "api.body_max", "256KiB");
    api_reopen_with(f, "api.request_memory_max", "1MiB");
    struct events *other = events_send(f, "POST /api/zones HTTP/1.1\r\nHost: x\r\n"
                                          "Content-Length: 20\r\n\r\n{");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = events_send_from(f, THERE, request);
    run_loop(f, 500);
    assert_in_range(count_ended(clients, CLIENTS), CLIENTS - 4, CLIENTS - 1);
    assert_false(events_ended(other));
    /* What was held is given back with the connections. */
    close_all(clients, CLIENTS);
    for (int i = 0; i < 4; i++)
        clients[i] = events_send_from(f, THERE, request);
    run_loop(f, 300);
    assert_int_equal(count_ended(clients, 4), 0);
    close_all(clients, 4);
    events_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(a_request_that_trickles_is_ended),
        api_test(a_large_request_that_comes_steadily_has_its_time),
        api_test(one_address_takes_only_its_share),
        api_test(some_places_are_kept_for_other_addresses),
        api_test(who_waits_for_nothing_makes_room),
        api_test(streams_keep_their_places_and_new_ones_wait),
        api_test(unfinished_bodies_have_a_ceiling_together),
    };

    return cmocka_run_group_tests_name("api_crowd", tests, NULL, NULL);
}
