/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the server that we are connected to is there at all. It is asked, on a connection of its
 * own, whether it speaks TLS: whatever it says to that, before anybody has logged in, it is there.
 */
#include "pg.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* SSLRequest: eight bytes long, with a number that no version of the protocol has. */
static const unsigned char question[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f };

/* A socket that connects to where conn is; -1: none can be had, or nobody listens there. */
static int
dial(const PGconn *conn)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;

    if (getpeername(PQsocket(conn), (struct sockaddr *)&peer, &len) != 0)
        return -1;
    int fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&peer, len) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

int
pg_server_answers(struct pg *pg, rv_err *err)
{
    int64_t by_ms = pg_now_ms() + pg->alive_ms;
    char answer;
    int fd = dial(pg->conn);

    if (fd < 0)
        return 0;
    int ready = pg_host->wait_fd(fd, POLLOUT, pg->alive_ms, err);
    if (ready > 0 && send(fd, question, sizeof question, MSG_NOSIGNAL) != sizeof question)
        ready = 0;
    int64_t left = by_ms - pg_now_ms();
    if (ready > 0)
        ready = left > 0 ? pg_host->wait_fd(fd, POLLIN, left, err) : 0;
    if (ready > 0)
        ready = recv(fd, &answer, 1, 0) == 1;
    close(fd);
    return ready;
}
