/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs that are good, pairs that are not, their renewal, and handshakes over a real socket.
 */
#include "tls/tls.h"

#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "certificates.h"

#define DAY_S 86400L

static char folder[] = "/tmp/reeve-tls-XXXXXX";
static char certificate[64], key[64];
static EVP_PKEY *right, *wrong;
static X509 *good;
static int old_umask;

static int
begin(void **state)
{
    (void)state;
    old_umask = (int)umask(077);
    assert_non_null(mkdtemp(folder));
    snprintf(certificate, sizeof(certificate), "%s/c.pem", folder);
    snprintf(key, sizeof(key), "%s/k.pem", folder);
    right = make_key();
    wrong = make_key();
    good = make_certificate(right, -DAY_S, 100 * DAY_S);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    unlink(certificate);
    unlink(key);
    rmdir(folder);
    X509_free(good);
    EVP_PKEY_free(right);
    EVP_PKEY_free(wrong);
    umask((mode_t)old_umask);
    return 0;
}

static int
write_good(void **state)
{
    (void)state;
    write_pem(certificate, good, NULL, NULL, 0644);
    write_pem(key, NULL, right, NULL, 0600);
    return 0;
}

static int
open_pair(struct rv_tls **out, rv_err *err)
{
    const struct rv_tls_config config = {
        .module_dir = REEVE_MODULES, .certificate = certificate, .key = key, .handshake_ms = 200
    };
    return rv_tls_open(out, &config, err);
}

static void
refused(int code, const char *text, const char *hint)
{
    struct rv_tls *tls = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(open_pair(&tls, &err), code);
    assert_null(tls);
    if (!strstr(err.text, text) || !strstr(err.hint, hint))
        fail_msg("not '%s' and '%s' but: %s; %s", text, hint, err.text, err.hint);
}

static void
a_good_pair_tells_its_names_and_times(void **state)
{
    (void)state;
    struct rv_tls *tls = NULL;
    struct rv_tls_info info;
    rv_err err = RV_ERR_INIT;
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    assert_int_equal(open_pair(&tls, &err), 0);
    rv_tls_info(tls, &info);
    assert_string_equal(info.names, "localhost, 127.0.0.1");
    assert_in_range(info.ends_ms - now_ms, 99 * DAY_S * 1000, 100 * DAY_S * 1000);
    assert_in_range(now_ms - info.begins_ms, DAY_S * 1000 - 60000, DAY_S * 1000 + 60000);
    rv_tls_close(tls);
}

static void
one_file_may_hold_both(void **state)
{
    (void)state;
    struct rv_tls *tls = NULL;
    rv_err err = RV_ERR_INIT;
    write_pem(key, good, right, NULL, 0600);
    const struct rv_tls_config config = {
        .module_dir = REEVE_MODULES, .certificate = key, .key = key, .handshake_ms = 200
    };
    assert_int_equal(rv_tls_open(&tls, &config, &err), 0);
    rv_tls_close(tls);
}

static void
missing_files_are_named_with_how_to_make_them(void **state)
{
    (void)state;
    unlink(key);
    refused(RV_E_NOT_FOUND, key, "openssl req -x509");
    unlink(certificate);
    refused(RV_E_NOT_FOUND, certificate, "openssl req -x509");
}

static void
a_folder_is_no_key(void **state)
{
    (void)state;
    unlink(key);
    assert_int_equal(mkdir(key, 0700), 0);
    refused(RV_E_INVALID, "is not a file", "");
    rmdir(key);
}

static void
a_key_that_others_can_read_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0604, 0644, 0666, 0602, 0601, 0620 };
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(key, modes[i]), 0);
        refused(RV_E_PERMISSION, key, "chmod 600");
    }
}

static void
the_group_may_read_a_key_that_is_roots(void **state)
{
    (void)state;
    struct rv_tls *tls = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(chmod(key, 0640), 0);
    assert_int_equal(open_pair(&tls, &err), getuid() == 0 ? 0 : RV_E_PERMISSION);
    rv_tls_close(tls);
}

static void
a_key_of_another_certificate_is_refused(void **state)
{
    (void)state;
    write_pem(key, NULL, wrong, NULL, 0600);
    refused(RV_E_INVALID, "is not that of certificate", "one request");
}

static void
a_key_with_password_is_refused_without_asking(void **state)
{
    (void)state;
    write_pem(key, NULL, right, "sesame", 0600);
    refused(RV_E_INVALID, "locked with a password", "openssl pkey");
}

static void
swapped_files_are_recognised(void **state)
{
    (void)state;
    write_pem(certificate, NULL, right, NULL, 0600);
    write_pem(key, good, NULL, NULL, 0644);
    refused(RV_E_INVALID, "holds no certificate", "swapped");
}

static void
what_is_no_pem_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        write_text(certificate, texts[i], 0600);
        refused(RV_E_INVALID, certificate, "PEM");
    }
    write_good(NULL);
    write_text(key, "hello", 0600);
    refused(RV_E_INVALID, "no private key", "PEM");
}

static void
a_damaged_certificate_of_the_chain_is_not_passed_over(void **state)
{
    (void)state;
    write_pem(certificate, good, NULL, NULL, 0600);
    FILE *file = fopen(certificate, "a");
    fputs("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", file);
    fclose(file);
    refused(RV_E_INVALID, "certificate 2 in", "");
}

static void
a_file_beyond_all_measure_is_refused(void **state)
{
    (void)state;
    assert_int_equal(truncate(certificate, 2 << 20), 0);
    refused(RV_E_LIMIT, certificate, "");
}

static void
a_missing_module_is_said(void **state)
{
    (void)state;
    /* The module is loaded once a process, by the first who needs it: this test stands first. */
    const struct rv_tls_config config = {
        .module_dir = folder, .certificate = certificate, .key = key, .handshake_ms = 200
    };
    struct rv_tls *tls = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_tls_open(&tls, &config, &err), RV_E_UNAVAILABLE);
    assert_non_null(strstr(err.text, "tls_openssl.so"));
}

static void
renewed_files_are_taken_when_they_have_settled(void **state)
{
    (void)state;
    struct rv_tls *tls = NULL;
    struct rv_tls_info info;
    rv_err err = RV_ERR_INIT;
    X509 *newer = make_certificate(wrong, -DAY_S, 200 * DAY_S);
    assert_int_equal(open_pair(&tls, &err), 0);
    assert_int_equal(rv_tls_refresh(tls, RV_TLS_SETTLED, &err), 0);
    write_pem(certificate, newer, NULL, NULL, 0644);
    assert_int_equal(rv_tls_refresh(tls, RV_TLS_SETTLED, &err), 0); /* half of it is there */
    write_pem(key, NULL, wrong, NULL, 0600);
    assert_int_equal(rv_tls_refresh(tls, RV_TLS_SETTLED, &err), 0);
    assert_int_equal(rv_tls_refresh(tls, RV_TLS_SETTLED, &err), 1);
    rv_tls_info(tls, &info);
    assert_true(info.ends_ms / 1000 - time(NULL) > 190 * DAY_S);
    assert_int_equal(rv_tls_refresh(tls, RV_TLS_SETTLED, &err), 0);
    rv_tls_close(tls);
    X509_free(newer);
}

static void
broken_new_files_leave_the_old_and_are_said_once(void **state)
{
    (void)state;
    struct rv_tls *tls = NULL;
    struct rv_tls_info before, after;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(open_pair(&tls, &err), 0);
    rv_tls_info(tls, &before);
    write_text(certificate, "hello", 0644);
    assert_int_equal(rv_tls_refresh(tls, 0, &err), RV_E_INVALID);
    rv_err_clear(&err);
    assert_int_equal(rv_tls_refresh(tls, 0, &err), 0);
    unlink(certificate);
    assert_int_equal(rv_tls_refresh(tls, 0, &err), RV_E_NOT_FOUND);
    rv_err_clear(&err);
    assert_int_equal(rv_tls_refresh(tls, 0, &err), 0);
    rv_tls_info(tls, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    write_pem(certificate, good, NULL, NULL, 0644);
    assert_int_equal(rv_tls_refresh(tls, 0, &err), 1);
    rv_tls_close(tls);
}

struct talk {
    struct event_base *base;
    int what;
    int64_t took_ms;
};

static int64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
on_event(struct bufferevent *connection, short what, void *arg)
{
    struct talk *talk = arg;
    (void)connection;
    talk->what |= what;
    event_base_loopbreak(talk->base);
}

static size_t dripped; /* bytes, over this connection */

/* handshake_ms: 0: as configured. A connection on one end of a pair of sockets, until something
 * happens to it. */
static struct talk
serve(int *client, int64_t handshake_ms,
      void (*speak)(evutil_socket_t fd, short what, void *client))
{
    int pair[2];
    rv_err err = RV_ERR_INIT;
    struct rv_tls *tls = NULL;
    struct talk talk = { .base = event_base_new() };
    dripped = 0;
    const struct timeval each = { .tv_usec = 20000 };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    *client = pair[1];
    assert_int_equal(open_pair(&tls, &err), 0);
    if (handshake_ms)
        rv_tls_patience(tls, handshake_ms);
    struct bufferevent *connection = rv_tls_connection(tls, talk.base);
    rv_tls_close(tls); /* connections live on */
    bufferevent_setcb(connection, NULL, NULL, on_event, &talk);
    bufferevent_enable(connection, EV_READ);
    assert_int_equal(bufferevent_setfd(connection, pair[0]), 0);
    struct event *voice = event_new(talk.base, -1, EV_PERSIST, speak, client);
    event_add(voice, &each);
    int64_t begun_ms = now_ms();
    event_base_dispatch(talk.base);
    talk.took_ms = now_ms() - begun_ms;
    event_free(voice);
    bufferevent_free(connection);
    event_base_free(talk.base);
    return talk;
}

/* A handshake record of 16,000 bytes that comes in drops: never silent, never done. */
static void
drip(evutil_socket_t fd, short what, void *client)
{
    static const unsigned char head[] = { 0x16, 0x03, 0x01, 0x3e, 0x80 };
    (void)fd;
    (void)what;
    if (send(*(int *)client, &head[dripped < sizeof(head) ? dripped : 4], 1, MSG_NOSIGNAL) == 1)
        dripped++;
}

static void
a_handshake_without_end_is_ended(void **state)
{
    (void)state;
    int client = -1;
    struct talk talk = serve(&client, 0, drip);
    assert_true(talk.what & (BEV_EVENT_EOF | BEV_EVENT_ERROR));
    assert_false(talk.what & BEV_EVENT_CONNECTED);
    assert_in_range(talk.took_ms, 150, 5000);
    close(client);
}

static void
a_changed_patience_counts_for_the_next_handshake(void **state)
{
    (void)state;
    int client = -1;
    struct talk talk = serve(&client, 500, drip);
    assert_false(talk.what & BEV_EVENT_CONNECTED);
    assert_in_range(talk.took_ms, 450, 5000);
    close(client);
}

static void
speak_plainly(evutil_socket_t fd, short what, void *client)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    (void)fd;
    (void)what;
    send(*(int *)client, text, sizeof(text) - 1, MSG_NOSIGNAL);
}

static void
plain_http_ends_the_connection(void **state)
{
    (void)state;
    int client = -1;
    struct talk talk = serve(&client, 0, speak_plainly);
    assert_true(talk.what & (BEV_EVENT_EOF | BEV_EVENT_ERROR));
    assert_true(talk.took_ms < 200);
    close(client);
}

static SSL *caller;

static void
shake_hands(evutil_socket_t fd, short what, void *client)
{
    (void)fd;
    (void)what;
    if (SSL_get_fd(caller) < 0)
        SSL_set_fd(caller, *(int *)client);
    SSL_connect(caller);
}

static int
can_talk(int version)
{
    int client = -1;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    caller = SSL_new(context);
    struct talk talk = serve(&client, 0, shake_hands);
    SSL_free(caller);
    SSL_CTX_free(context);
    close(client);
    return (talk.what & BEV_EVENT_CONNECTED) != 0;
}

static void
tls_1_2_and_newer_are_spoken(void **state)
{
    (void)state;
    assert_true(can_talk(TLS1_3_VERSION));
    assert_true(can_talk(TLS1_2_VERSION));
    assert_false(can_talk(TLS1_1_VERSION));
    assert_false(can_talk(TLS1_VERSION));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_missing_module_is_said, write_good),
        cmocka_unit_test_setup(a_good_pair_tells_its_names_and_times, write_good),
        cmocka_unit_test_setup(one_file_may_hold_both, write_good),
        cmocka_unit_test_setup(missing_files_are_named_with_how_to_make_them, write_good),
        cmocka_unit_test_setup(a_folder_is_no_key, write_good),
        cmocka_unit_test_setup(a_key_that_others_can_read_is_refused, write_good),
        cmocka_unit_test_setup(the_group_may_read_a_key_that_is_roots, write_good),
        cmocka_unit_test_setup(a_key_of_another_certificate_is_refused, write_good),
        cmocka_unit_test_setup(a_key_with_password_is_refused_without_asking, write_good),
        cmocka_unit_test_setup(swapped_files_are_recognised, write_good),
        cmocka_unit_test_setup(what_is_no_pem_is_refused, write_good),
        cmocka_unit_test_setup(a_damaged_certificate_of_the_chain_is_not_passed_over, write_good),
        cmocka_unit_test_setup(a_file_beyond_all_measure_is_refused, write_good),
        cmocka_unit_test_setup(renewed_files_are_taken_when_they_have_settled, write_good),
        cmocka_unit_test_setup(broken_new_files_leave_the_old_and_are_said_once, write_good),
        cmocka_unit_test_setup(a_handshake_without_end_is_ended, write_good),
        cmocka_unit_test_setup(a_changed_patience_counts_for_the_next_handshake, write_good),
        cmocka_unit_test_setup(plain_http_ends_the_connection, write_good),
        cmocka_unit_test_setup(tls_1_2_and_newer_are_spoken, write_good),
    };
    return cmocka_run_group_tests_name("tls", tests, begin, end);
}
