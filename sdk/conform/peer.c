/* SPDX-License-Identifier: Apache-2.0
 *
 * The bad peer: a process that serves one connection after the other, as the
 * provider under test waits for one answer after the other. It dies with the one that started it.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_BYTES = 16384, PATIENCE_MS = 2000 };

static const char *const failures[] = {
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    ("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n"
     "<h1>out of order</h1>"),
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
};
static const char *const garbage[] = {
    ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n"
     "<html>a home page</html>\n"),
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
     "{\"items\": [{\"metadata\": {\"name\": \"cut o"),
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
     "[[[[\xff\xfe\xfd\x01 \"\\ud8"),
    "\x15\x03\x03\x02\x02 this is no protocol of anybody's\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"
};

/* Until the end of a request's head, or what does for it. */
static void
read_request(int fd)
{
    char bytes[REQUEST_BYTES];
    size_t len = 0;
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    while (len < sizeof(bytes) && poll(&readable, 1, PATIENCE_MS) > 0) {
        ssize_t got = read(fd, bytes + len, sizeof(bytes) - len);
        if (got <= 0)
            return;
        len += (size_t)got;
        if (memmem(bytes, len, "\r\n\r\n", 4) || bytes[0] == 0x16 /* TLS says hello */)
            return;
    }
}

static void
answer(int fd, const char *text)
{
    size_t len = strlen(text), at = 0;
    while (at < len) {
        ssize_t written = write(fd, text + at, len - at);
        if (written <= 0)
            return;
        at += (size_t)written;
    }
    shutdown(fd, SHUT_WR);
}

_Noreturn static void
serve(int listener, enum peer_manner manner)
{
    for (size_t turn = 0;; turn++) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(0);
        if (manner != PEER_CLOSING)
            read_request(fd);
        if (manner == PEER_FAILING)
            answer(fd, failures[turn % RV_COUNT(failures)]);
        if (manner == PEER_GARBAGE)
            answer(fd, garbage[turn % RV_COUNT(garbage)]);
        close(fd);
    }
}

int
peer_start(struct peer *peer, enum peer_manner manner, rv_err *err)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    *peer = (struct peer){ .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    if (peer->listener < 0 ||
        bind(peer->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(peer->listener, 64) < 0 ||
        getsockname(peer->listener, (struct sockaddr *)&address, &size) < 0)
        return rv_fail_errno(err, "a listener on loopback");
    peer->port = ntohs(address.sin_port);
    if (manner == PEER_SILENT)
        return 0; /* the kernel takes connections for it */
    peer->pid = fork();
    if (peer->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(peer->listener, manner);
    }
    return peer->pid < 0 ? rv_fail_errno(err, "fork") : 0;
}

void
peer_stop(struct peer *peer)
{
    if (peer->listener >= 0)
        close(peer->listener);
    if (peer->pid <= 0)
        return;
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
}
