/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding, with errors that say what to do about them.
 */
#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/text.h"

enum { BACKLOG = 512 };

/* "[::1]:7400" to "::1" and "7400"; both are the caller's to free. */
static int
split(char **host, char **port, const char *text, rv_err *err)
{
    const char *colon = strrchr(text, ':');
    int64_t number = 0;
    if (colon == NULL || colon == text)
        return rv_fail(err, RV_E_INVALID, "'%s' is not ADDRESS:PORT", text);
    if (rv_parse_int(&number, colon + 1, err) || number < 0 || number > 65535)
        return rv_fail(err, RV_E_INVALID, "'%s' is not a port (0 to 65535)", colon + 1);
    size_t len = (size_t)(colon - text);
    int bracketed = text[0] == '[' && text[len - 1] == ']' && len > 2;
    if (!bracketed && memchr(text, ':', len)) {
        rv_fail(err, RV_E_INVALID, "'%s' is not ADDRESS:PORT", text);
        return rv_hint(err, "an IPv6 address stands in brackets: [::1]:7400");
    }
    *host = bracketed ? rv_strndup(text + 1, len - 2) : rv_strndup(text, len);
    *port = rv_strdup(colon + 1);
    return 0;
}

static int
resolve(struct addrinfo **out, const char *text, rv_err *err)
{
    RV_AUTO_FREE char *host = NULL;
    RV_AUTO_FREE char *port = NULL;
    const struct addrinfo wish = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM };
    if (split(&host, &port, text, err))
        return err->code;
    int failed = getaddrinfo(host, port, &wish, out);
    if (failed)
        return rv_fail(err, RV_E_INVALID, "address '%s': %s", host, gai_strerror(failed));
    return 0;
}

static int
is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof(four));
        return ntohl(four.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 six;
    memcpy(&six, address, sizeof(six));
    return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

static int
bind_to(int *out, const struct addrinfo *info, const char *text, rv_err *err)
{
    RV_AUTO_FD int fd =
        socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
    int yes = 1;
    if (fd < 0)
        return rv_fail_errno(err, "make a socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    /* What is accepted inherits it: an event of a stream does not wait for the last one's
     * acknowledgement. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (bind(fd, info->ai_addr, info->ai_addrlen) || listen(fd, BACKLOG)) {
        if (errno != EADDRINUSE)
            return rv_fail_errno(err, "bind");
        rv_fail(err, RV_E_CONFLICT, "another program listens on %s already", text);
        return rv_hint(err,
                       "stop it, or choose another port: --listen 127.0.0.1:0 takes a free one");
    }
    *out = fd;
    fd = -1;
    return 0;
}

static int
describe(struct rv_listening *out, int flags, rv_err *err)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } name;
    socklen_t len = sizeof(name);
    memset(&name, 0, sizeof(name));
    if (getsockname(out->fd, &name.any, &len))
        return rv_fail_errno(err, "ask for the socket's address");
    int six = name.any.sa_family == AF_INET6;
    const void *bytes = six ? (const void *)&name.six.sin6_addr : (const void *)&name.four.sin_addr;
    inet_ntop(name.any.sa_family, bytes, out->address, sizeof(out->address));
    out->port = ntohs(six ? name.six.sin6_port : name.four.sin_port);
    /* Listening everywhere is reached by loopback. */
    const char *reach = strcmp(out->address, "0.0.0.0") == 0 ? "127.0.0.1"
                        : strcmp(out->address, "::") == 0    ? "::1"
                                                             : out->address;
    snprintf(out->url, sizeof(out->url), six ? "%s://[%s]:%d" : "%s://%s:%d",
             flags & RV_LISTEN_TLS ? "https" : "http", reach, out->port);
    return 0;
}

int
rv_listen_open(struct rv_listening *out, const char *listen_on, int flags, rv_err *err)
{
    struct addrinfo *info = NULL;
    memset(out, 0, sizeof(*out));
    out->fd = -1;
    if (resolve(&info, listen_on, err))
        return rv_wrap(err, "listen on '%s'", listen_on);
    if (!is_loopback(info->ai_addr) && !(flags & (RV_LISTEN_ALLOW_PLAIN | RV_LISTEN_TLS))) {
        freeaddrinfo(info);
        rv_fail(err, RV_E_PERMISSION,
                "listen on '%s': passwords and tokens would cross the network unencrypted",
                listen_on);
        return rv_hint(err, "give the server a certificate: --tls-certificate FILE --tls-key FILE;"
                            " or listen on 127.0.0.1 behind a proxy that speaks TLS, or say"
                            " --allow-plain-http if the network itself is safe");
    }
    int failed = bind_to(&out->fd, info, listen_on, err);
    freeaddrinfo(info);
    if (!failed)
        failed = describe(out, flags, err);
    return failed ? rv_wrap(err, "listen on '%s'", listen_on) : 0;
}

void
rv_listen_close(struct rv_listening *listening)
{
    if (listening->fd >= 0)
        close(listening->fd);
    listening->fd = -1;
}
