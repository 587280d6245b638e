/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom the client trusts, and as whom it shows itself.
 */
#include "http_fixture.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *certs;
static struct fault_server good;      /* server.pem, signed by ca.pem */
static struct fault_server expired;   /* the same, but of yesterday */
static struct fault_server elsewhere; /* made out to another name */
static struct fault_server mutual;    /* wants a certificate of the client */
static char *ca, *other_ca, *client_cert;
static struct reeve_secret client_key, other_key;

static void
start_tls(struct fault_server *started, const char *name, const char *client_ca)
{
    char cert[4096], key[4096];
    const char *options[] = { "--cert",  cert, "--key", key, client_ca ? "--client-ca" : NULL,
                              client_ca, NULL };

    snprintf(cert, sizeof(cert), "%s/%s.pem", certs, name);
    snprintf(key, sizeof(key), "%s/%s.key", certs, name);
    fault_server_start(started, options);
}

static struct reeve_secret
read_secret(const char *name)
{
    char *text = fault_server_read(certs, name);

    return (struct reeve_secret){ text, strlen(text) };
}

static int
begin(void **state)
{
    char ca_path[4096];

    (void)state;
    certs = fault_server_certs();
    snprintf(ca_path, sizeof(ca_path), "%s/ca.pem", certs);
    start_tls(&good, "server", NULL);
    start_tls(&expired, "expired", NULL);
    start_tls(&elsewhere, "elsewhere", NULL);
    start_tls(&mutual, "server", ca_path);
    fault_server_start(&server, NULL); /* no TLS */
    ca = fault_server_read(certs, "ca.pem");
    other_ca = fault_server_read(certs, "other_ca.pem");
    client_cert = fault_server_read(certs, "client.pem");
    client_key = read_secret("client.key");
    other_key = read_secret("server.key");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    fault_server_stop(&good);
    fault_server_stop(&expired);
    fault_server_stop(&elsewhere);
    fault_server_stop(&mutual);
    fault_server_stop(&server);
    free(ca);
    free(other_ca);
    free(client_cert);
    free((void *)(uintptr_t)client_key.bytes);
    free((void *)(uintptr_t)other_key.bytes);
    fault_server_certs_remove(certs);
    return 0;
}

/* One GET with a client of its own; checks class and a part of the text and the hint. */
static void
expect(const char *url, struct reeve_http_config config, int wanted, const char *text,
       const char *hint)
{
    struct reeve_http_answer answer;
    struct reeve_http *client = open_client(url, config);
    int status = reeve_http_get(&call, client, "/text/secret", &answer);

    if (status != wanted)
        fail_msg("%s: class %d, '%s'", url, status, call.text);
    if (wanted == 0)
        assert_string_equal(answer.body, "secret");
    assert_true(contains(call.text, text));
    assert_true(contains(call.hint, hint));
    reeve_http_close(client);
    sdk_host_forget(&call);
}

static void
a_server_of_the_given_authority_is_trusted(void **state)
{
    (void)state;
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca }, 0, "",
           "");
}

static void
an_unknown_authority_is_not_trusted(void **state)
{
    (void)state;
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY }, REEVE_E_INVALID,
           "is not signed by a known authority",
           "give its CA certificate as certificate_authority");
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = other_ca },
           REEVE_E_INVALID, "is not signed by the given authority",
           "certificate_authority must hold");
    /* A CA that was given is not used by a mode that does not say so. */
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY, .ca_pem = ca },
           REEVE_E_INVALID, "known authority", "certificate_authority");
}

static void
verification_is_off_when_told_so(void **state)
{
    (void)state;
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_NO_VERIFY }, 0, "", "");
    expect(expired.url, (struct reeve_http_config){ .tls = REEVE_TLS_NO_VERIFY }, 0, "", "");
    expect(elsewhere.url, (struct reeve_http_config){ .tls = REEVE_TLS_NO_VERIFY }, 0, "", "");
}

static void
an_expired_certificate_is_said(void **state)
{
    (void)state;
    expect(expired.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca },
           REEVE_E_INVALID, "has expired", "clock");
}

static void
a_certificate_for_another_name_is_said(void **state)
{
    (void)state;
    expect(elsewhere.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca },
           REEVE_E_INVALID, "cannot be trusted",
           "use the name that the certificate is made out to");
}

static void
a_ca_that_is_none_is_said(void **state)
{
    (void)state;
    expect(good.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = "rubbish" },
           REEVE_E_INVALID, "the CA certificate cannot be used", "must be PEM text");
}

static void
a_port_without_tls_is_said(void **state)
{
    char url[64];

    (void)state;
    snprintf(url, sizeof(url), "https://localhost:%d", server.port);
    expect(url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca },
           REEVE_E_INVALID, "does not speak TLS on this port", "use http://");
}

/* A socket that listens; its address goes to url. */
static int
listen_somewhere(char url[64])
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, 8) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(url, 64, "https://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static void
a_handshake_that_gets_no_answer_times_out(void **state)
{
    char url[64];
    int fd = listen_somewhere(url); /* the kernel connects, nobody accepts */

    (void)state;
    expect(url, (struct reeve_http_config){ .connect_timeout_ms = 200 }, REEVE_E_TIMEOUT,
           "no connection to https://127.0.0.1", "");
    close(fd);
}

static void
a_server_that_hangs_up_in_the_handshake_is_said(void **state)
{
    char url[64];
    int fd = listen_somewhere(url);
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        char bytes[1];
        int accepted = accept(fd, NULL, NULL);
        shutdown(accepted, SHUT_WR);
        while (read(accepted, bytes, 1) > 0)
            ;
        _exit(0);
    }
    expect(url, (struct reeve_http_config){ 0 }, REEVE_E_UNAVAILABLE,
           "ended the connection during the TLS handshake", "");
    close(fd);
    waitpid(child, NULL, 0);
}

static void
http_on_a_tls_port_is_said(void **state)
{
    char url[64];

    (void)state;
    snprintf(url, sizeof(url), "http://localhost:%d", good.port);
    expect(url, (struct reeve_http_config){ 0 }, REEVE_E_UNAVAILABLE, "without an answer", "");
}

static void
a_client_certificate_opens_the_door(void **state)
{
    (void)state;
    expect(mutual.url,
           (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA,
                                       .ca_pem = ca,
                                       .client_cert_pem = client_cert,
                                       .client_key = &client_key },
           0, "", "");
}

static void
a_missing_client_certificate_is_said(void **state)
{
    (void)state;
    expect(mutual.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca },
           REEVE_E_AUTH, "asks for a client certificate", "give client_certificate and client_key");
}

static void
certificate_and_key_must_belong_together(void **state)
{
    static const struct reeve_secret rubbish = { "rubbish", 7 };

    (void)state;
    expect(mutual.url,
           (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA,
                                       .ca_pem = ca,
                                       .client_cert_pem = client_cert,
                                       .client_key = &other_key },
           REEVE_E_INVALID, "the client certificate or its key cannot be used", "belong together");
    expect(mutual.url,
           (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA,
                                       .ca_pem = ca,
                                       .client_cert_pem = client_cert,
                                       .client_key = &rubbish },
           REEVE_E_INVALID, "the client certificate or its key cannot be used", "PEM");
}

static void
a_certificate_the_server_does_not_know_is_said(void **state)
{
    char *own_cert = fault_server_read(certs, "other_ca.pem");
    struct reeve_secret own_key = read_secret("other_ca.key");

    (void)state;
    expect(mutual.url,
           (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA,
                                       .ca_pem = ca,
                                       .client_cert_pem = own_cert,
                                       .client_key = &own_key },
           REEVE_E_AUTH, "refuses the client certificate", "signed by an authority");
    free(own_cert);
    free((void *)(uintptr_t)own_key.bytes);
}

static void
streams_and_requests_share_a_tls_client(void **state)
{
    struct reeve_http *client =
        open_client(mutual.url, (struct reeve_http_config){ .tls = REEVE_TLS_VERIFY_CA,
                                                            .ca_pem = ca,
                                                            .client_cert_pem = client_cert,
                                                            .client_key = &client_key });
    struct reeve_http_stream *stream;
    struct reeve_http_answer answer;
    struct reeve_http_next got;
    int lines = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(
            reeve_http_stream_open(&call, client, "/lines/10?pause_ms=3", 0, NULL, &stream), 0);
    for (int ended = 0; ended < 5;) {
        assert_int_equal(reeve_http_next(&call, client, 10000, &got), 0);
        assert_int_not_equal(got.what, REEVE_STREAM_IDLE);
        if (got.what == REEVE_STREAM_LINE) {
            lines++;
            assert_int_equal(reeve_http_get(&call, client, "/gzip/100000", &answer), 0);
            assert_int_equal(answer.len, 100000);
            continue;
        }
        assert_int_equal(got.error_class, 0);
        ended++;
        reeve_http_stream_close(got.stream);
    }
    assert_int_equal(lines, 50);
    reeve_http_close(client);
}

/* The header of the last request that a server was asked; "" when it had none. */
static char *
last_header(struct reeve_http *client, const char *method, const char *name)
{
    struct reeve_json *requests = asked(client);
    const char *found = NULL;

    for (const struct reeve_json *r = reeve_json_first(requests, ""); r; r = reeve_json_next(r)) {
        if (strcmp(reeve_json_string(r, "method", ""), method) == 0)
            found =
                reeve_json_string(reeve_json_member(reeve_json_get(r, "headers"), name), "", "");
    }
    char *copy = reeve_strdup(&call, found ? found : "(no such request)");
    reeve_json_free(requests);
    return copy;
}

static void
a_tunnel_leads_through_the_proxy(void **state)
{
    static const struct reeve_secret token = { "s3cr3t", 6 };
    struct reeve_http_answer answer;
    struct reeve_http *client = open_client(
        good.url,
        (struct reeve_http_config){
            .tls = REEVE_TLS_VERIFY_CA, .ca_pem = ca, .bearer = &token, .proxy = server.url });

    (void)state;
    assert_int_equal(reeve_http_get(&call, client, "/text/far", &answer), 0);
    assert_string_equal(answer.body, "far");
    /* The token reaches the server, although the proxy answered before; the proxy never sees it. */
    assert_string_equal(last_header(client, "GET", "authorization"), "Bearer s3cr3t");
    reeve_http_close(client);
    client = open_client(server.url, (struct reeve_http_config){ 0 });
    assert_string_equal(last_header(client, "CONNECT", "authorization"), "");
    reeve_http_close(client);
}

static void
only_the_proxy_sees_its_password(void **state)
{
    static const struct reeve_secret token = { "s3cr3t", 6 }, password = { "open sesame", 11 };
    struct reeve_http_config config = { .tls = REEVE_TLS_VERIFY_CA,
                                        .ca_pem = ca,
                                        .bearer = &token,
                                        .proxy = server.url,
                                        .proxy_userid = "aladdin",
                                        .proxy_password = &password };
    struct reeve_http_answer answer;
    struct reeve_http *client = open_client(good.url, config);

    (void)state;
    assert_int_equal(reeve_http_get(&call, client, "/text/far", &answer), 0);
    assert_string_equal(last_header(client, "GET", "proxy-authorization"), "");
    assert_string_equal(last_header(client, "GET", "authorization"), "Bearer s3cr3t");
    reeve_http_close(client);
    client = open_client(server.url, (struct reeve_http_config){ 0 });
    assert_string_equal(last_header(client, "CONNECT", "proxy-authorization"),
                        "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_string_equal(last_header(client, "CONNECT", "authorization"), "");
    reeve_http_close(client);
}

static void
a_proxy_that_refuses_is_said(void **state)
{
    struct reeve_http_config config = { .tls = REEVE_TLS_VERIFY_CA,
                                        .ca_pem = ca,
                                        .proxy = server.url };

    (void)state;
    tell("{\"routes\":[{\"prefix\":\"\",\"method\":\"CONNECT\",\"steps\":[{\"status\":407},{"
         "\"status\":403}]}]}");
    expect(good.url, config, REEVE_E_AUTH, "the proxy does not connect us to", "http_proxy_userid");
    expect(good.url, config, REEVE_E_UNAVAILABLE, "it answers with status 403", "");
    config.proxy = "http://127.0.0.1:1";
    expect(good.url, config, REEVE_E_UNAVAILABLE, "through the proxy: connection refused", "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_server_of_the_given_authority_is_trusted),
        HTTP_TEST(an_unknown_authority_is_not_trusted),
        HTTP_TEST(verification_is_off_when_told_so),
        HTTP_TEST(an_expired_certificate_is_said),
        HTTP_TEST(a_certificate_for_another_name_is_said),
        HTTP_TEST(a_ca_that_is_none_is_said),
        HTTP_TEST(a_port_without_tls_is_said),
        HTTP_TEST(a_handshake_that_gets_no_answer_times_out),
        HTTP_TEST(a_server_that_hangs_up_in_the_handshake_is_said),
        HTTP_TEST(http_on_a_tls_port_is_said),
        HTTP_TEST(a_client_certificate_opens_the_door),
        HTTP_TEST(a_missing_client_certificate_is_said),
        HTTP_TEST(certificate_and_key_must_belong_together),
        HTTP_TEST(a_certificate_the_server_does_not_know_is_said),
        HTTP_TEST(streams_and_requests_share_a_tls_client),
        HTTP_TEST(a_tunnel_leads_through_the_proxy),
        HTTP_TEST(only_the_proxy_sees_its_password),
        HTTP_TEST(a_proxy_that_refuses_is_said),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
