/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the API may listen.
 */
#include "server/listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void
port_zero_picks_one_and_the_url_tells_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_listening listening;
    char expected[64];
    assert_int_equal(rv_listen_open(&listening, "127.0.0.1:0", 0, &err), 0);
    assert_true(listening.port > 0);
    snprintf(expected, sizeof(expected), "http://127.0.0.1:%d", listening.port);
    assert_string_equal(listening.url, expected);
    rv_listen_close(&listening);
}

static void
a_taken_port_is_a_conflict(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_listening first, second;
    char same[64];
    assert_int_equal(rv_listen_open(&first, "127.0.0.1:0", 0, &err), 0);
    snprintf(same, sizeof(same), "127.0.0.1:%d", first.port);
    assert_int_equal(rv_listen_open(&second, same, 0, &err), RV_E_CONFLICT);
    assert_non_null(strstr(err.text, same));
    rv_listen_close(&first);
}

static void
off_loopback_needs_so_many_words(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_listening listening;
    assert_int_equal(rv_listen_open(&listening, "0.0.0.0:0", 0, &err), RV_E_PERMISSION);
    assert_non_null(strstr(err.hint, "--allow-plain-http"));
    assert_non_null(strstr(err.hint, "--tls-certificate"));
    assert_int_equal(rv_listen_open(&listening, "0.0.0.0:0", RV_LISTEN_ALLOW_PLAIN, &err), 0);
    assert_ptr_equal(strstr(listening.url, "http://127.0.0.1:"), listening.url);
    rv_listen_close(&listening);
}

static void
with_tls_every_address_will_do_and_the_url_says_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_listening listening;
    assert_int_equal(rv_listen_open(&listening, "0.0.0.0:0", RV_LISTEN_TLS, &err), 0);
    assert_ptr_equal(strstr(listening.url, "https://127.0.0.1:"), listening.url);
    rv_listen_close(&listening);
    assert_int_equal(
        rv_listen_open(&listening, "127.0.0.1:0", RV_LISTEN_TLS | RV_LISTEN_ALLOW_PLAIN, &err), 0);
    assert_ptr_equal(strstr(listening.url, "https://127.0.0.1:"), listening.url);
    rv_listen_close(&listening);
}

static void
what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "7400",
                                         ":7400",
                                         "127.0.0.1",
                                         "1.2.3.4:",
                                         "127.0.0.1:x",
                                         "::1:7400",
                                         "127.0.0.1:65536",
                                         "[::1]",
                                         "127.0.0.1:-1",
                                         "no.such.host.invalid:1" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_listening listening;
        assert_int_equal(rv_listen_open(&listening, texts[i], 1, &err), RV_E_INVALID);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_zero_picks_one_and_the_url_tells_it),
        cmocka_unit_test(a_taken_port_is_a_conflict),
        cmocka_unit_test(off_loopback_needs_so_many_words),
        cmocka_unit_test(with_tls_every_address_will_do_and_the_url_says_it),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests_name("server listen", tests, NULL, NULL);
}
