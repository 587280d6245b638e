/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections by their file descriptor, and the addresses that they come from. Who is to go, when
 * somebody must, is of the address that has most: a client elsewhere does not feel what that one
 * does.
 */
#include "api/conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <string.h>
#include "api/attempts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define BYTES_PER_S 4096     /* what a client must send at least, beyond api.request_timeout */
#define ROOM_AFTER_MS 1000LL /* nobody has to go who came just now */
#define COMPLAIN_MS 60000LL
#define LIMITS_MS 1000LL

enum { ROOM_PARTS = 16, RESERVED_PARTS = 8, TICK_MS = 1000 };

enum complaint { SLOW, CROWD, MEMORY, ROOM, COMPLAINTS };

struct address {
    struct address *next;
    char text[64];
    int count;
    int64_t bytes;
};

struct rv_conn {
    struct rv_conns *conns;
    struct bufferevent *bev;
    struct event *arrival; /* until it has a file descriptor and a name */
    struct rv_conn *next_arriving;
    struct evhttp_connection *http;
    struct evbuffer_cb_entry *counter;
    struct address *address;
    int fd;
    enum rv_conn_state state;
    int64_t since_ms; /* in this state */
    int64_t bytes;    /* of a request that has no answer yet */
    void (*gone)(void *arg);
    void *gone_arg;
};

/* Of the settings. Looking one up takes longer than the rest of what is done for some bytes. */
struct limits {
    int64_t connections, of_address; /* places are kept for other addresses */
    int64_t request_ms;
    int64_t held_by_one, held_by_all;
};

struct rv_conns {
    struct rv_api *api;
    struct limits limits;
    int64_t limits_ms; /* when they were read */
    struct rv_conn **by_fd;
    int size;
    int count;
    int64_t bytes;
    struct rv_conn *arriving;
    struct address *addresses;
    struct event *tick, *relief;
    int64_t complained_ms[COMPLAINTS];
};

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* No connection holds more than evhttp reads of a body; what it throws away counts for nothing. */
static void
read_limits(struct rv_conns *conns)
{
    const struct rv_settings *settings = conns->api->config.settings;
    int64_t all = rv_settings_int(settings, "api.connections_max");
    int64_t one = 2 * rv_settings_int(settings, "api.body_max") + 2 * RV_HEADERS_MAX;
    int64_t memory = rv_settings_int(settings, "api.request_memory_max");

    conns->limits_ms = rv_monotonic_ms();
    conns->limits = (struct limits){
        .connections = all,
        .of_address = least(rv_settings_int(settings, "api.connections_per_address"),
                            all - all / RESERVED_PARTS),
        .request_ms = rv_settings_int(settings, "api.request_timeout"),
        .held_by_one = one,
        .held_by_all = memory > one ? memory : one,
    };
}

/* Once a minute each: whoever does this does it all the time. */
static void
complain(struct rv_conns *conns, enum complaint which, const struct address *address)
{
    static const char *const texts[] = {
        [SLOW] = "a connection was closed: its request did not come whole in time",
        [CROWD] = "a connection was closed: its address has too many",
        [MEMORY] = "a connection was closed: unfinished requests take too much memory",
        [ROOM] = "a connection was closed to make room for others",
    };
    int64_t now_ms = rv_monotonic_ms();

    if (conns->complained_ms[which] && now_ms - conns->complained_ms[which] < COMPLAIN_MS)
        return;
    conns->complained_ms[which] = now_ms;
    rv_log(RV_WARNING, texts[which], RV_F("address", RV_S(address->text)),
           RV_F("connections_of_address", RV_I(address->count)),
           RV_F("connections", RV_I(conns->count)));
}

static struct address *
take_address(struct rv_conns *conns, const char *peer)
{
    char text[64];

    rv_attempts_address(text, peer, NULL);
    for (struct address *address = conns->addresses; address; address = address->next) {
        if (strcmp(address->text, text) == 0)
            return address;
    }
    struct address *address = rv_alloc(sizeof(*address));
    memcpy(address->text, text, sizeof(text));
    address->next = conns->addresses;
    conns->addresses = address;
    return address;
}

static void
leave_address(struct rv_conns *conns, struct address *address)
{
    struct address **at = &conns->addresses;

    if (--address->count > 0)
        return;
    while (*at != address)
        at = &(*at)->next;
    *at = address->next;
    free(address);
}

static void
hold(struct rv_conn *conn, int64_t bytes)
{
    const struct limits *limits = &conn->conns->limits;
    int64_t more = least(bytes, limits->held_by_one) - conn->bytes;

    conn->bytes += more;
    conn->address->bytes += more;
    conn->conns->bytes += more;
    if (conn->conns->bytes > limits->held_by_all)
        event_active(conn->conns->relief, EV_TIMEOUT, 1);
}

static void
forget(struct rv_conn *conn)
{
    struct rv_conns *conns = conn->conns;
    struct rv_conn **at = &conns->arriving;

    if (conn->arrival) {
        while (*at != conn)
            at = &(*at)->next_arriving;
        *at = conn->next_arriving;
        event_free(conn->arrival);
        bufferevent_decref(conn->bev);
    }
    if (conn->address) {
        hold(conn, 0);
        leave_address(conns, conn->address);
        conns->by_fd[conn->fd] = NULL;
    }
    conns->count--;
    free(conn);
    /* Whoever waits for a place need not wait any longer. */
    if (event_pending(conns->api->gate, EV_TIMEOUT, NULL))
        event_active(conns->api->gate, EV_TIMEOUT, 1);
}

static void
on_gone(struct evhttp_connection *http, void *arg)
{
    struct rv_conn *conn = arg;
    void (*gone)(void *) = conn->gone;
    void *gone_arg = conn->gone_arg;

    (void)http;
    evbuffer_remove_cb_entry(bufferevent_get_input(conn->bev), conn->counter);
    forget(conn);
    if (gone)
        gone(gone_arg);
}

static void
close_for(struct rv_conn *conn, enum complaint which)
{
    complain(conn->conns, which, conn->address);
    evhttp_connection_free(conn->http);
}

static void
await_tick(struct rv_conns *conns)
{
    int64_t ms = least(conns->limits.request_ms / 4, TICK_MS);
    struct timeval after = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
    if (!event_pending(conns->tick, EV_TIMEOUT, NULL))
        event_add(conns->tick, &after);
}

void
rv_conn_set(struct rv_conn *conn, enum rv_conn_state state)
{
    conn->state = state;
    conn->since_ms = rv_monotonic_ms();
    if (state == RV_CONN_READING)
        await_tick(conn->conns);
    if (state == RV_CONN_IDLE) {
        size_t waiting = evbuffer_get_length(bufferevent_get_input(conn->bev));
        hold(conn, (int64_t)waiting);
        if (waiting > 0)
            rv_conn_set(conn, RV_CONN_READING);
    }
}

static void
on_bytes(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct rv_conn *conn = arg;

    (void)input;
    if (info->n_added == 0)
        return;
    if (conn->state == RV_CONN_IDLE)
        rv_conn_set(conn, RV_CONN_READING);
    hold(conn, conn->bytes + (int64_t)info->n_added);
}

/* A client that sends steadily has its time for each byte; one that trickles, or stops, has not. */
static int
is_late(const struct rv_conn *conn, int64_t now_ms)
{
    return conn->state == RV_CONN_READING &&
           now_ms - conn->since_ms >
               conn->conns->limits.request_ms + conn->bytes * 1000 / BYTES_PER_S;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct rv_conns *conns = arg;
    int64_t now_ms = rv_monotonic_ms();
    int reading = 0;

    (void)fd;
    (void)what;
    for (int i = 0; i < conns->size; i++) {
        struct rv_conn *conn = conns->by_fd[i];
        if (conn && is_late(conn, now_ms))
            close_for(conn, SLOW);
        else if (conn)
            reading += conn->state == RV_CONN_READING;
    }
    if (reading > 0)
        await_tick(conns);
}

/* Of those that read, the largest of the address that holds most. */
static void
on_relief(evutil_socket_t fd, short what, void *arg)
{
    struct rv_conns *conns = arg;

    (void)fd;
    (void)what;
    while (conns->bytes > conns->limits.held_by_all) {
        struct rv_conn *largest = NULL;
        for (int i = 0; i < conns->size; i++) {
            struct rv_conn *conn = conns->by_fd[i];
            if (!conn || conn->state != RV_CONN_READING)
                continue;
            if (!largest || conn->address->bytes > largest->address->bytes ||
                (conn->address == largest->address && conn->bytes > largest->bytes))
                largest = conn;
        }
        if (!largest)
            return;
        close_for(largest, MEMORY);
    }
}

static void
keep(struct rv_conns *conns, struct rv_conn *conn)
{
    if (conn->fd >= conns->size) {
        int size = conn->fd + 64;
        conns->by_fd = rv_realloc(conns->by_fd, (size_t)size, sizeof(struct rv_conn *));
        memset(conns->by_fd + conns->size, 0,
               (size_t)(size - conns->size) * sizeof(struct rv_conn *));
        conns->size = size;
    }
    conns->by_fd[conn->fd] = conn;
}

/* evhttp has made a connection of it, or has failed to. Until there is a request the connection is
 * named nowhere but in the calls that evhttp has set. */
static void
on_arrival(evutil_socket_t fd, short what, void *arg)
{
    struct rv_conn *conn = arg;
    struct rv_conns *conns = conn->conns;
    void *http = NULL;
    char *peer = NULL;
    ev_uint16_t port;

    (void)fd;
    (void)what;
    bufferevent_getcb(conn->bev, NULL, NULL, NULL, &http);
    conn->fd = bufferevent_getfd(conn->bev);
    if (!http || conn->fd < 0) {
        forget(conn);
        return;
    }
    struct rv_conn **at = &conns->arriving;
    while (*at != conn)
        at = &(*at)->next_arriving;
    *at = conn->next_arriving;
    event_free(conn->arrival);
    conn->arrival = NULL;
    bufferevent_decref(conn->bev);
    conn->http = http;
    evhttp_connection_get_peer(http, &peer, &port);
    conn->address = take_address(conns, peer ? peer : "");
    conn->address->count++;
    keep(conns, conn);
    conn->counter = evbuffer_add_cb(bufferevent_get_input(conn->bev), on_bytes, conn);
    evhttp_connection_set_closecb(http, on_gone, conn);
    rv_conn_set(conn, RV_CONN_IDLE);
    if (conn->address->count > conns->limits.of_address)
        close_for(conn, CROWD);
}

void
rv_conns_add(struct rv_conns *conns, struct bufferevent *bev)
{
    struct rv_conn *conn = rv_alloc(sizeof(*conn));

    if (rv_monotonic_ms() - conns->limits_ms > LIMITS_MS)
        read_limits(conns);
    conn->conns = conns;
    conn->bev = bev;
    bufferevent_incref(bev);
    conn->next_arriving = conns->arriving;
    conns->arriving = conn;
    conns->count++;
    conn->arrival = event_new(conns->api->config.base, -1, 0, on_arrival, conn);
    RV_ASSERT(conn->arrival);
    event_active(conn->arrival, EV_TIMEOUT, 1);
}

int
rv_conns_count(const struct rv_conns *conns)
{
    return conns->count;
}

int
rv_conns_full(const struct rv_conns *conns)
{
    return conns->count >= conns->limits.connections;
}

/* 1 when a had better go than b: of the address with most; nothing asked before something half
 * asked before something half answered; then the longest wait. */
static int
goes_before(const struct rv_conn *a, const struct rv_conn *b)
{
    if (a->address != b->address && a->address->count != b->address->count)
        return a->address->count > b->address->count;
    if (a->state != b->state)
        return a->state < b->state;
    return a->since_ms < b->since_ms;
}

static struct rv_conn *
find_dispensable(const struct rv_conns *conns)
{
    int64_t before_ms = rv_monotonic_ms() - ROOM_AFTER_MS;
    struct rv_conn *found = NULL;

    for (int i = 0; i < conns->size; i++) {
        struct rv_conn *conn = conns->by_fd[i];
        if (conn && conn->state != RV_CONN_WORKING && conn->since_ms < before_ms &&
            (!found || goes_before(conn, found)))
            found = conn;
    }
    return found;
}

int
rv_conns_make_room(struct rv_conns *conns)
{
    int64_t wanted = conns->limits.connections / ROOM_PARTS;
    int closed = 0;
    struct rv_conn *conn;

    while (closed <= wanted && (conn = find_dispensable(conns))) {
        close_for(conn, ROOM);
        closed++;
    }
    return closed;
}

struct rv_conn *
rv_conn_of(const struct rv_conns *conns, struct evhttp_connection *http)
{
    int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(http));
    struct rv_conn *conn = fd >= 0 && fd < conns->size ? conns->by_fd[fd] : NULL;

    RV_ASSERT(conn && conn->http == http);
    return conn;
}

void
rv_conn_watch(struct rv_conn *conn, void (*gone)(void *arg), void *arg)
{
    conn->gone = gone;
    conn->gone_arg = arg;
}

struct rv_conns *
rv_conns_new(struct rv_api *api)
{
    struct rv_conns *conns = rv_alloc(sizeof(*conns));

    conns->api = api;
    read_limits(conns);
    conns->tick = event_new(api->config.base, -1, 0, on_tick, conns);
    conns->relief = event_new(api->config.base, -1, 0, on_relief, conns);
    RV_ASSERT(conns->tick && conns->relief);
    return conns;
}

void
rv_conns_free(struct rv_conns *conns)
{
    if (!conns)
        return;
    while (conns->arriving)
        forget(conns->arriving);
    event_free(conns->tick);
    event_free(conns->relief);
    free(conns->by_fd);
    free(conns);
}
