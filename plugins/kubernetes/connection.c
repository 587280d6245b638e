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

static int
make_url(struct reeve_call *call, const struct reeve_config *config, struct kube_connection *conn)
{
    const char *host = reeve_config_string(config, "hostname");
    const char *path = reeve_config_string(config, "path");
    const char *protocol = reeve_config_string(config, "security_protocol");
    int v6, path_len, plain = protocol && strcmp(protocol, "non-ssl") == 0;
    int rc = check_host(call, host);

    path = path ? path : "";
    if (!rc)
        rc = check_path(call, path);
    if (rc)
        return rc;
    v6 = strchr(host, ':') != NULL;
    path_len = (int)strlen(path);
    while (path_len && path[path_len - 1] == '/')
        path_len--;
    snprintf(conn->server, sizeof(conn->server), "%s://%s%s%s:%d%s%.*s", plain ? "http" : "https",
             v6 ? "[" : "", host, v6 ? "]" : "", (int)reeve_config_int(config, "port"),
             path_len && *path != '/' ? "/" : "", path_len, path);
    return 0;
}

static int
choose_tls(struct reeve_call *call, const struct reeve_config *config,
           struct reeve_http_config *http)
{
    const char *protocol = reeve_config_string(config, "security_protocol");

    http->tls = REEVE_TLS_VERIFY;
    if (protocol && strcmp(protocol, "ssl-without-validation") == 0)
        http->tls = REEVE_TLS_NO_VERIFY;
    if (protocol && strcmp(protocol, "ssl-with-validation-custom-ca") == 0) {
        http->tls = REEVE_TLS_VERIFY_CA;
        http->ca_pem = reeve_config_string(config, "certificate_authority");
        if (!http->ca_pem)
            return bad_option(call,
                              "security_protocol is ssl-with-validation-custom-ca, and no "
                              "certificate_authority is given",
                              "give certificate_authority, or ssl-with-validation");
    }
    return 0;
}

static int
choose_credentials(struct reeve_call *call, const struct reeve_config *config,
                   struct reeve_http_config *http)
{
    http->bearer = reeve_config_secret(config, "auth_key");
    http->client_cert_pem = reeve_config_string(config, "client_certificate");
    http->client_key = reeve_config_secret(config, "client_key");
    if (!http->client_cert_pem != !http->client_key)
        return bad_option(call, "client_certificate and client_key are of use together only",
                          "give both, or a token as auth_key");
    return 0;
}

static int
open_clients(struct reeve_call *call, const struct reeve_config *config,
             struct kube_connection *conn)
{
    struct reeve_http_config http = {
        .size = sizeof(http),
        .base_url = conn->server,
        .proxy = reeve_config_string(config, "http_proxy"),
        .retries = 2,
        .connect_timeout_ms = conn->connect_timeout_ms,
        .request_timeout_ms = reeve_config_int(config, "request_timeout"),
        .max_response_bytes = MAX_ANSWER_BYTES,
    };
    int rc = choose_tls(call, config, &http);

    if (!rc)
        rc = choose_credentials(call, config, &http);
    if (!rc)
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
    rc = make_url(call, config, conn);
    if (!rc)
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
    free(conn);
}
