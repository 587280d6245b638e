/* SPDX-License-Identifier: Apache-2.0
 *
 * From options to HTTP clients. No network in here. There are two clients, because a page
 * must come within a minute, while a watch may say nothing for many.
 */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Answers that are read whole are single objects, which etcd keeps below 1.5 MiB. */
#define MAX_ANSWER_BYTES (4 * 1024 * 1024)

static int
bad_option(struct reeve_call *call, const char *what, const char *hint)
{
    int rc = reeve_fail(call, REEVE_E_INVALID, "%s", what);

    reeve_hint(call, "%s", hint);
    return rc;
}

static int
check_host(struct reeve_call *call, const char *host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";

    if (!host || !*host || strlen(host) > 255 || host[strspn(host, allowed)])
        return reeve_fail(call, REEVE_E_INVALID, "hostname '%.100s' is no host name or address",
                          host ? host : "");
    return 0;
}

static int
check_path(struct reeve_call *call, const char *path)
{
    for (const char *at = path; *at; at++) {
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("?#\\", *at))
            return reeve_fail(call, REEVE_E_INVALID, "path '%.100s' is no path", path);
    }
    return strlen(path) < 1024 ? 0 : reeve_fail(call, REEVE_E_INVALID, "path is too long");
}

/* What the options say of address, TLS and credentials, read as by every provider; what is wrong
 * with them is said here, where it is known by which name a person gave it. */
static int
read_options(struct reeve_call *call, const struct reeve_config *config,
             struct reeve_http_config *http)
{
    const char *path = reeve_config_string(config, "path");
    int rc = check_host(call, reeve_config_string(config, "hostname"));

    if (!rc && path)
        rc = check_path(call, path);
    if (!rc &&
        !reeve_config_has(config, "client_certificate") != !reeve_config_has(config, "client_key"))
        rc = bad_option(call, "client_certificate and client_key are of use together only",
                        "give both, or a token as auth_key");
    return rc ? rc : reeve_http_options(call, config, http);
}

static void
keep_address(struct kube_connection *conn, const char *url)
{
    size_t len = strlen(url);

    while (len && url[len - 1] == '/')
        len--;
    snprintf(conn->server, sizeof(conn->server), "%.*s", (int)len, url);
}

static int
open_clients(struct reeve_call *call, const struct reeve_config *config,
             struct kube_connection *conn)
{
    struct reeve_http_config http = {
        .size = sizeof(http),
        .retries = 2,
        .connect_timeout_ms = conn->connect_timeout_ms,
        .request_timeout_ms = reeve_config_int(config, "request_timeout"),
        .max_response_bytes = MAX_ANSWER_BYTES,
    };
    int rc = read_options(call, config, &http);

    if (rc)
        return rc;
    keep_address(conn, http.base_url);
    rc = reeve_http_open(call, &http, &conn->http);
    if (rc)
        return rc;
    /* The server ends a watch after twice watch_timeout at the latest: a longer silence means that
     * nobody is there. */
    http.request_timeout_ms = 2 * conn->watch_timeout_ms + 30000;
    http.retries = 0;
    return reeve_http_open(call, &http, &conn->streams);
}

int
kube_open(struct reeve_call *call, const struct reeve_config *config, void **out)
{
    struct kube_connection *conn = (struct kube_connection *)calloc(1, sizeof(*conn));
    int rc;

    if (!conn)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory");
    conn->page_size = reeve_config_int(config, "page_size");
    conn->connect_timeout_ms = reeve_config_int(config, "connect_timeout");
    conn->watch_timeout_ms = reeve_config_int(config, "watch_timeout");
    conn->retry_refused_ms = reeve_config_int(config, "retry_refused");
    conn->all_events = reeve_config_int(config, "all_events") != 0;
    rc = open_clients(call, config, conn);
    if (rc) {
        kube_close(conn);
        return rc;
    }
    *out = conn;
    return 0;
}

void
kube_close(void *arg)
{
    struct kube_connection *conn = (struct kube_connection *)arg;

    if (!conn)
        return;
    reeve_http_close(conn->streams);
    reeve_http_close(conn->http);
    kube_image_cache_clear(&conn->images);
    free(conn);
}
