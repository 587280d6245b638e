/* SPDX-License-Identifier: Apache-2.0
 *
 * The server writes local-token at each start, for its owner alone.
 */
#include "api/local.h"

#include <arpa/inet.h>
#include <event2/http.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "api/api_internal.h"
#include "api/attempts.h"
#include "base/secret.h"
#include "base/text.h"

enum { TOKEN_MIN = 32, TOKEN_MAX = 256 };

/* Says any of what proxies add. */
static int
came_by_proxy(struct evhttp_request *http)
{
    static const char *const names[] = { "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
                                         "X-Real-IP",       "Forwarded",        "Via" };

    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (evhttp_find_header(evhttp_request_get_input_headers(http), names[i]))
            return 1;
    return 0;
}

/* A page gives its own name an address of this machine and asks for that name; a proxy passes on
 * the name that it was asked by. Neither is somebody here. */
static int
asks_for_loopback(struct evhttp_request *http)
{
    const char *host = evhttp_find_header(evhttp_request_get_input_headers(http), "Host");
    char name[64];
    struct in_addr address;

    if (!host || !*host)
        return 1;
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (len >= sizeof(name) || len > strlen(host))
        return 0;
    memcpy(name, host, len);
    name[len] = '\0';
    return rv_strcaseeq(name, "localhost") || rv_streq(name, "[::1]") ||
           (inet_pton(AF_INET, name, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

int
rv_local_peer(struct evhttp_request *http)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(http);
    char *address = NULL;
    ev_uint16_t port;

    if (!connection || came_by_proxy(http) || !asks_for_loopback(http))
        return 0;
    evhttp_connection_get_peer(connection, &address, &port);
    return address && rv_attempts_loopback(address);
}

int
rv_local_machine(const struct rv_request *req)
{
    return req->http && rv_local_peer(req->http);
}

/* Without its line's end; 0 when there is none that others cannot read. */
static int
read_token(char out[TOKEN_MAX + 1], const char *home)
{
    RV_AUTO_FREE char *path = rv_format("%s/local-token", home);
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || (about.st_mode & 077))
        return 0;
    ssize_t len = read(fd, out, TOKEN_MAX);
    out[len > 0 ? len : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return strlen(out) >= TOKEN_MIN;
}

int
rv_local_token(const struct rv_request *req)
{
    const char *given = rv_request_header(req, RV_LOCAL_HEADER);
    char token[TOKEN_MAX + 1], digest[65];

    if (!given || !req->api->config.home || !read_token(token, req->api->config.home))
        return 0;
    rv_sha256_hex(digest, token, strlen(token));
    rv_wipe(token, sizeof(token));
    return rv_sha256_is(digest, given);
}
