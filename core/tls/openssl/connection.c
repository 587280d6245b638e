/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections as bufferevents. Each has a clock for its handshake: silence is no measure, for a
 * client may send a byte now and then.
 */
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <sys/socket.h>
#include "pair.h"

static int clock_index = -1; /* where a connection keeps its clock */

/* The end comes to the connection as if the client had gone. */
static void
on_late(evutil_socket_t fd, short what, void *arg)
{
    int client = SSL_get_fd(arg);
    (void)fd;
    (void)what;
    if (client >= 0)
        shutdown(client, SHUT_RDWR);
}

static void
on_progress(const SSL *ssl, int where, int value)
{
    struct event *clock = SSL_get_ex_data(ssl, clock_index);
    (void)value;
    if ((where & SSL_CB_HANDSHAKE_DONE) && clock)
        event_del(clock);
}

static void
free_clock(void *parent, void *clock, CRYPTO_EX_DATA *data, int index, long number, void *arg)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)arg;
    if (clock)
        event_free(clock);
}

void
rv_pair_watch(SSL_CTX *context)
{
    if (clock_index < 0)
        clock_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_clock);
    RV_ASSERT(clock_index >= 0);
    SSL_CTX_set_info_callback(context, on_progress);
}

struct bufferevent *
rv_pair_connection(struct rv_tls_pair *pair, struct event_base *base)
{
    const struct timeval limit = { .tv_sec = pair->handshake_ms / 1000,
                                   .tv_usec = pair->handshake_ms % 1000 * 1000 };
    SSL *ssl = SSL_new(pair->context);
    RV_ASSERT(ssl);
    struct event *clock = event_new(base, -1, 0, on_late, ssl);
    RV_ASSERT(clock && SSL_set_ex_data(ssl, clock_index, clock) == 1);
    event_add(clock, &limit);
    struct bufferevent *connection = bufferevent_openssl_socket_new(
        base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    /* evhttp would serve a client in clear when there is none. */
    RV_ASSERT(connection);
    bufferevent_openssl_set_allow_dirty_shutdown(connection, 1);
    return connection;
}
