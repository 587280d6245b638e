/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl says which sockets and which moment it waits for; here that becomes
 * one reeve_wait, which beats the worker's heart and sees cancellation.
 */
#include "http_internal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
rv_sdk_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct rv_sdk_socket *
find_socket(struct reeve_http *http, curl_socket_t fd)
{
    for (uint64_t i = 0; i < http->socket_count; i++) {
        if (http->sockets[i].fd == fd)
            return &http->sockets[i];
    }
    return NULL;
}

static struct rv_sdk_socket *
add_socket(struct reeve_http *http, curl_socket_t fd)
{
    if (http->socket_count == http->socket_room) {
        uint64_t room = http->socket_room ? http->socket_room * 2 : 16;
        struct rv_sdk_socket *sockets = realloc(http->sockets, room * sizeof(*sockets));
        if (sockets)
            http->sockets = sockets;
        struct reeve_pollfd *polled = realloc(http->polled, room * sizeof(*polled));
        if (polled)
            http->polled = polled;
        if (!sockets || !polled)
            return NULL;
        http->socket_room = room;
    }
    struct rv_sdk_socket *socket = &http->sockets[http->socket_count++];
    socket->fd = fd;
    return socket;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct reeve_http *http = arg;
    struct rv_sdk_socket *socket = find_socket(http, fd);

    (void)easy, (void)socket_arg;
    if (what == CURL_POLL_REMOVE) {
        if (socket)
            *socket = http->sockets[--http->socket_count];
        return 0;
    }
    if (!socket)
        socket = add_socket(http, fd);
    if (!socket) {
        http->no_memory = 1;
        return -1;
    }
    socket->events =
        (int16_t)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct reeve_http *http = arg;

    (void)multi;
    http->timer_at_ms = timeout_ms < 0 ? -1 : rv_sdk_clock_ms() + timeout_ms;
    return 0;
}

int
rv_sdk_http_loop_begin(struct reeve_http *http)
{
    http->timer_at_ms = -1;
    http->multi = curl_multi_init();
    if (!http->multi)
        return -1;
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    return 0;
}

void
rv_sdk_http_loop_end(struct reeve_http *http)
{
    curl_multi_cleanup(http->multi);
    free(http->sockets);
    free(http->polled);
}

static void
mark_done(struct rv_sdk_transfer *transfer, CURLcode result)
{
    curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->running = 0;
    transfer->done = 1;
    transfer->result = result;
    transfer->http->progress = 1;
}

static void
take_messages(struct reeve_http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left))) {
        struct rv_sdk_transfer *transfer = NULL;
        CURLcode result = message->data.result; /* the message goes with the handle */
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        if (transfer)
            mark_done(transfer, result);
    }
}

static int
act(struct reeve_call *call, struct reeve_http *http, curl_socket_t fd, int events)
{
    int running;
    CURLMcode code = curl_multi_socket_action(http->multi, fd, events, &running);

    if (http->no_memory || code == CURLM_OUT_OF_MEMORY)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory in the HTTP client");
    if (code != CURLM_OK && code != CURLM_BAD_SOCKET)
        return reeve_fail(call, REEVE_E_INTERNAL, "the HTTP client failed: %s",
                          curl_multi_strerror(code));
    return 0;
}

static int
run_timer(struct reeve_call *call, struct reeve_http *http)
{
    if (http->timer_at_ms < 0 || http->timer_at_ms > rv_sdk_clock_ms())
        return 0;
    http->timer_at_ms = -1; /* libcurl sets it again when it has more to do */
    return act(call, http, CURL_SOCKET_TIMEOUT, 0);
}

/* How long a transfer may still be silent; -1: no limit. */
static int64_t
patience(const struct rv_sdk_transfer *transfer)
{
    int64_t limit = transfer->request.silence_ms;

    if (transfer->done || transfer->paused || transfer->lent)
        return -1;
    /* Without a limit of its own it must at least begin to answer. */
    if (limit == 0 && transfer->request.whole_ms == 0 && !transfer->answered)
        limit = RV_SDK_HTTP_ANSWER_MS;
    if (limit == 0)
        return -1;
    return limit > transfer->silent_ms ? limit - transfer->silent_ms : 0;
}

static int64_t
earlier(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static int64_t
wait_limit(const struct reeve_http *http, int64_t timeout_ms)
{
    if (http->timer_at_ms >= 0) {
        int64_t left = http->timer_at_ms - rv_sdk_clock_ms();
        timeout_ms = earlier(timeout_ms, left > 0 ? left : 0);
    }
    for (const struct rv_sdk_transfer *t = http->transfers; t; t = t->next)
        timeout_ms = earlier(timeout_ms, patience(t));
    return timeout_ms;
}

/* Only time that was waited here counts: an author who works on an item for a minute does not make
 * his other streams look dead. */
static void
count_silence(struct reeve_http *http, int64_t waited_ms)
{
    for (struct rv_sdk_transfer *t = http->transfers; t; t = t->next) {
        if (t->moved) {
            t->moved = 0;
            t->silent_ms = 0;
            continue;
        }
        if (patience(t) < 0)
            continue;
        t->silent_ms += waited_ms;
        if (patience(t) == 0)
            rv_sdk_transfer_stop(t, RV_SDK_STOP_SILENT);
    }
}

static void
wipe_answered(struct reeve_http *http)
{
    for (struct rv_sdk_transfer *t = http->transfers; t; t = t->next) {
        if (t->answered || t->done)
            rv_sdk_http_wipe(t);
    }
}

static int
act_on_ready(struct reeve_call *call, struct reeve_http *http, uint64_t count)
{
    int status = 0;

    for (uint64_t i = 0; i < count && status == 0; i++) {
        int16_t ready = http->polled[i].revents;
        if (!ready)
            continue;
        int events = (ready & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
                     (ready & POLLOUT ? CURL_CSELECT_OUT : 0) |
                     (ready & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0);
        status = act(call, http, http->polled[i].fd, events);
    }
    return status;
}

static int
wait_and_act(struct reeve_call *call, struct reeve_http *http, int64_t timeout_ms)
{
    uint64_t count = http->socket_count;

    for (uint64_t i = 0; i < count; i++) {
        http->polled[i].fd = http->sockets[i].fd;
        http->polled[i].events = http->sockets[i].events;
        http->polled[i].revents = 0;
    }
    int64_t begun_ms = rv_sdk_clock_ms();
    int ready = reeve_wait(call, http->polled, count, wait_limit(http, timeout_ms));
    if (ready < 0)
        return ready;
    http->waited_at_ms = rv_sdk_clock_ms();
    int64_t waited_ms = http->waited_at_ms - begun_ms;
    int status = act_on_ready(call, http, count);
    if (status == 0)
        status = run_timer(call, http);
    take_messages(http);
    count_silence(http, waited_ms);
    return status;
}

/* Data that never stops coming must not keep the host from its heart and from cancelling. */
static int
host_is_due(const struct reeve_http *http)
{
    return rv_sdk_clock_ms() - http->waited_at_ms >= RV_SDK_HTTP_BEAT_MS;
}

int
rv_sdk_http_round(struct reeve_call *call, struct reeve_http *http, int64_t timeout_ms)
{
    http->progress = 0;
    int status = run_timer(call, http);
    take_messages(http);
    if (status == 0 && (!http->progress || host_is_due(http)))
        status = wait_and_act(call, http, http->progress ? 0 : timeout_ms);
    wipe_answered(http);
    return status;
}
