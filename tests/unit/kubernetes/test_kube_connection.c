/* SPDX-License-Identifier: Apache-2.0
 *
 * plugins/kubernetes/connection.c: from options to an address, and which options are
 * refused, with which words. No network.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kubernetes/connection.h"
#include "support/sdk_host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    struct sdk_host_option options[5];
    const char *server;
} addresses[] = {
    { { { "hostname", "h" }, { "port", "6443" } }, "https://h:6443" },
    { { { "hostname", "h" }, { "port", "80" }, { "security_protocol", "non-ssl" } },
      "http://h:80" },
    { { { "hostname", "fd00::1" }, { "port", "6443" } }, "https://[fd00::1]:6443" },
    { { { "hostname", "h" }, { "port", "443" }, { "path", "/clusters/one/" } },
      "https://h:443/clusters/one" },
    { { { "hostname", "h" }, { "port", "443" }, { "path", "clusters" } },
      "https://h:443/clusters" },
    { { { "hostname", "h" }, { "port", "443" }, { "path", "//" } }, "https://h:443" },
};

static const struct {
    struct sdk_host_option options[5];
    struct sdk_host_secret secrets[2];
    const char *says, *hint;
} refused[] = {
    { .options = { { "port", "6443" } }, .says = "hostname '' is no host name or address" },
    { .options = { { "hostname", "https://h" } },
      .says = "hostname 'https://h' is no host name or address" },
    { .options = { { "hostname", "h@x" } }, .says = "hostname 'h@x' is no host name or address" },
    { .options = { { "hostname", "h" }, { "path", "/a?b" } }, .says = "path '/a?b' is no path" },
    { .options = { { "hostname", "h" }, { "path", "/a b" } }, .says = "path '/a b' is no path" },
    { .options = { { "hostname", "h" }, { "security_protocol", "ssl-with-validation-custom-ca" } },
      .says =
          "security_protocol is 'ssl-with-validation-custom-ca', but there is no CA certificate",
      .hint = "give certificate_authority, in PEM form, or choose ssl-with-validation" },
    { .options = { { "hostname", "h" }, { "client_certificate", "PEM" } },
      .says = "client_certificate and client_key are of use together only",
      .hint = "give both, or a token as auth_key" },
    { .options = { { "hostname", "h" } },
      .secrets = { { "client_key", { "PEM", 3 } } },
      .says = "client_certificate and client_key are of use together only",
      .hint = "give both, or a token as auth_key" },
};

static void
options_make_an_address(void **state)
{
    static const struct sdk_host_secret none[1];

    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct reeve_config config = { addresses[i].options, none };
        struct reeve_call call;
        void *conn = NULL;

        sdk_host_begin(&call);
        if (kube_open(&call, &config, &conn))
            fail_msg("%s: %s", addresses[i].server, call.text);
        assert_string_equal(((struct kube_connection *)conn)->server, addresses[i].server);
        kube_close(conn);
        sdk_host_end(&call);
    }
}

static void
what_cannot_work_is_refused_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct reeve_config config = { refused[i].options, refused[i].secrets };
        struct reeve_call call;
        void *conn = NULL;

        sdk_host_begin(&call);
        assert_int_equal(kube_open(&call, &config, &conn), REEVE_E_INVALID);
        assert_string_equal(call.text, refused[i].says);
        assert_string_equal(call.hint, refused[i].hint ? refused[i].hint : "");
        assert_null(conn);
        sdk_host_end(&call);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_make_an_address),
        cmocka_unit_test(what_cannot_work_is_refused_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
