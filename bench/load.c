/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's side of HTTP, as little of it as these servers need: answers have a
 * Content-Length. One process, one poll.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"
#include "bench.h"

#define ANSWER_MAX ((size_t)4 << 20)
#define SAMPLES_MOST 2000000

enum { CONNECTIONS_MOST = 256 };

struct connection {
    int fd;
    char *bytes;
    size_t len;
    double begun;
};

int
bench_load_connect(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        bench_die("connect to the server", NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return fd;
}

static void
ask(int fd, const char *target, const char *header)
{
    char request[1024];
    int len = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: bench\r\n%s%s\r\n",
                       target, header ? header : "", header ? "\r\n" : "");

    if (len >= (int)sizeof(request) || send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
        bench_die("send a request", NULL);
}

/* Bytes of the whole answer, 0 while its head is not complete. */
static size_t
length_of(struct connection *connection, size_t *body)
{
    char *end, *line;
    size_t length = SIZE_MAX;

    connection->bytes[connection->len] = 0;
    end = strstr(connection->bytes, "\r\n\r\n");
    if (!end)
        return 0;
    if (strncmp(connection->bytes, "HTTP/1.1 200", 12) != 0)
        bench_die(connection->bytes, NULL);
    for (line = connection->bytes; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            length = strtoull(line + 15, NULL, 10);
    *body = (size_t)(end + 4 - connection->bytes);
    if (length > ANSWER_MAX - *body)
        bench_die("an answer without a length, or too long", NULL);
    return *body + length;
}

/* 1 when an answer is complete; *body is where its body begins. */
static int
receive(struct connection *connection, size_t *body)
{
    ssize_t got =
        recv(connection->fd, connection->bytes + connection->len, ANSWER_MAX - connection->len, 0);
    size_t whole;

    if (got <= 0)
        bench_die("the server ended a connection", NULL);
    connection->len += (size_t)got;
    whole = length_of(connection, body);
    if (whole && connection->len > whole)
        bench_die("more than one answer", NULL);
    return whole && connection->len == whole;
}

char *
bench_load_get(int fd, const char *target, const char *header)
{
    struct connection connection = { .fd = fd, .bytes = rv_alloc(ANSWER_MAX + 1) };
    size_t body = 0;

    ask(fd, target, header);
    while (!receive(&connection, &body))
        ;
    memmove(connection.bytes, connection.bytes + body, connection.len - body + 1);
    return connection.bytes;
}

/* What all connections share. */
struct run {
    const struct bench_load *load;
    struct bench_load_result *out;
    size_t next;
    double *seconds;
};

static void
ask_next(struct run *run, struct connection *connection)
{
    const struct bench_load *load = run->load;

    connection->len = 0;
    connection->begun = bench_now();
    ask(connection->fd, load->targets[run->next++ % load->target_count], load->header);
}

static void
take_answer(struct run *run, struct connection *connection)
{
    size_t body = 0;

    if (!receive(connection, &body))
        return;
    if (run->out->answers < SAMPLES_MOST)
        run->seconds[run->out->answers] = bench_now() - connection->begun;
    run->out->answers++;
    run->out->bytes += (int64_t)(connection->len - body);
    ask_next(run, connection);
}

static void
summarize(struct run *run, double took)
{
    struct bench_load_result *out = run->out;
    size_t samples = out->answers < SAMPLES_MOST ? (size_t)out->answers : SAMPLES_MOST;

    if (samples == 0)
        bench_die("the server has answered nothing", NULL);
    bench_sort(run->seconds, samples);
    out->per_second = (double)out->answers / took;
    out->p50 = bench_of_sorted(run->seconds, samples, 0.5);
    out->p99 = bench_of_sorted(run->seconds, samples, 0.99);
}

void
bench_load_run(struct bench_load_result *out, const struct bench_load *load)
{
    struct run run = { .load = load, .out = out };
    struct connection connections[CONNECTIONS_MOST];
    struct pollfd fds[CONNECTIONS_MOST];
    double begun = bench_now();

    RV_ASSERT(load->connections <= CONNECTIONS_MOST);
    *out = (struct bench_load_result){ 0 };
    run.seconds = rv_alloc(SAMPLES_MOST * sizeof(double));
    for (int i = 0; i < load->connections; i++) {
        connections[i] = (struct connection){ .fd = bench_load_connect(load->port),
                                              .bytes = rv_alloc(ANSWER_MAX + 1) };
        fds[i] = (struct pollfd){ .fd = connections[i].fd, .events = POLLIN };
        ask_next(&run, &connections[i]);
    }
    while (bench_now() - begun < load->seconds) {
        if (poll(fds, (nfds_t)load->connections, 1000) < 0 && errno != EINTR)
            bench_die("poll", NULL);
        for (int i = 0; i < load->connections; i++)
            if (fds[i].revents)
                take_answer(&run, &connections[i]);
    }
    summarize(&run, bench_now() - begun);
    for (int i = 0; i < load->connections; i++) {
        close(connections[i].fd);
        free(connections[i].bytes);
    }
    free(run.seconds);
}
