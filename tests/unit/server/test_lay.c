/* SPDX-License-Identifier: Apache-2.0
 *
 * What is given over what is stored, and when a stored secret must be given again.
 */
#include "server/lay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "base/text.h"
#include "server/protocol.h"

#define WORD "0123456789abcdef"

static const char manifest_text[] =
    "{\"options\":[{\"name\":\"hostname\",\"type\":\"string\",\"required\":true},"
    "{\"name\":\"port\",\"type\":\"integer\",\"default\":\"6443\"},"
    "{\"name\":\"metrics_port\",\"type\":\"integer\"},"
    "{\"name\":\"path\",\"type\":\"string\"},"
    "{\"name\":\"http_proxy\",\"type\":\"url\"},"
    "{\"name\":\"insecure\",\"type\":\"flag\"},"
    "{\"name\":\"security_protocol\",\"type\":\"enum\",\"default\":\"ssl-with-validation\"},"
    "{\"name\":\"certificate_authority\",\"type\":\"text\"},"
    "{\"name\":\"auth_key\",\"type\":\"secret\"},{\"name\":\"client_key\",\"type\":\"secret\"},"
    "{\"name\":\"proxy_word\",\"type\":\"secret\"},{\"name\":\"kubeconfig\",\"type\":\"secret\"},"
    "{\"name\":\"page_size\",\"type\":\"integer\"},{\"name\":\"wait\",\"type\":\"duration\"},"
    "{\"name\":\"most\",\"type\":\"size\"}]}";

static cJSON *
stored_options(void)
{
    cJSON *stored = cJSON_CreateObject();
    RV_AUTO_FREE char *key = rv_lent_make(WORD, "authentications/2/auth_key/1", "v1:a:b:c");
    RV_AUTO_FREE char *proxy = rv_lent_make(WORD, "authentications/3/auth_key/1", "v1:d:e:f");
    cJSON_AddStringToObject(stored, "hostname", "kube.example.com");
    cJSON_AddStringToObject(stored, "insecure", "false");
    cJSON_AddStringToObject(stored, "certificate_authority", "PEM");
    cJSON_AddStringToObject(stored, "auth_key", key);
    cJSON_AddStringToObject(stored, "proxy_word", proxy);
    return stored;
}

/* Lays given over what is stored; the result is the caller's, NULL when it was refused. */
static cJSON *
lay(const char *given_text, rv_err *err)
{
    RV_AUTO_JSON cJSON *given = cJSON_Parse(given_text);
    RV_AUTO_JSON cJSON *manifest = cJSON_Parse(manifest_text);
    cJSON *stored = stored_options();
    assert_non_null(manifest);
    if (rv_lay_options(stored, given, manifest, WORD, err) == 0)
        return stored;
    cJSON_Delete(stored);
    return NULL;
}

static void
another_way_to_connect_needs_the_secrets_again(void **state)
{
    static const char *const cases[] = {
        "{\"hostname\":\"127.0.0.1\"}",
        "{\"hostname\":\"KUBE.example.com\"}",
        "{\"port\":6444}",
        "{\"metrics_port\":1}",
        "{\"path\":\"/x\"}",
        "{\"http_proxy\":\"http://127.0.0.1:1\"}",
        "{\"insecure\":true}",
        "{\"security_protocol\":\"ssl-without-validation\"}",
        "{\"certificate_authority\":\"other\"}",
        "{\"certificate_authority\":null}",
        "{\"certificate_authority\":\"\"}",
        "{\"kubeconfig\":\"x\"}",
        "{\"page_size\":5,\"hostname\":\"127.0.0.1\"}",
        "{\"hostname\":\"127.0.0.1\",\"auth_key\":\"new\"}",
        "{\"hostname\":\"127.0.0.1\",\"proxy_word\":null}",
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        if (lay(cases[i], &err) || err.code != RV_E_INVALID)
            fail_msg("%s: taken, or %d", cases[i], err.code);
        assert_non_null(strstr(err.text, "must be given again"));
    }
}

static void
what_stays_or_only_tunes_keeps_them(void **state)
{
    static const char *const cases[] = {
        "{}",
        "{\"hostname\":\"kube.example.com\",\"port\":6443,\"insecure\":false}",
        "{\"port\":\"6443\",\"security_protocol\":\"ssl-with-validation\"}",
        "{\"port\":null,\"http_proxy\":\"\",\"path\":null,\"kubeconfig\":\"\"}",
        "{\"page_size\":10,\"wait\":\"5m\",\"most\":\"1MiB\"}",
        "{\"auth_key\":\"new\"}",
        "{\"client_key\":\"first\"}",
        "{\"proxy_word\":\"new\"}",
        "{\"proxy_word\":null}",
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *laid = lay(cases[i], &err);
        if (laid == NULL)
            fail_msg("%s: %s", cases[i], err.text);
    }
}

static void
with_its_secrets_everything_may_change(void **state)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *laid = lay(
        "{\"hostname\":\"127.0.0.1\",\"port\":1,\"auth_key\":\"new\",\"proxy_word\":null}", &err);
    (void)state;
    assert_non_null(laid);
    assert_string_equal(rv_json_string(laid, "hostname"), "127.0.0.1");
    assert_string_equal(rv_json_string(laid, "auth_key"), "new");
    assert_string_equal(rv_json_string(laid, "certificate_authority"), "PEM");
    assert_null(cJSON_GetObjectItemCaseSensitive(laid, "proxy_word"));
}

static void
mistakes_are_told_before_a_secret_is_asked_for(void **state)
{
    static const struct {
        const char *given, *says;
    } cases[] = {
        { "{\"certificate_authorty\":null}",
          "unknown option 'certificate_authorty', did you mean 'certificate_authority'?" },
        { "{\"page_sise\":\"10\"}", "unknown option 'page_sise', did you mean 'page_size'?" },
        { "{\"zzzzzzzzzz\":\"10\"}", "unknown option 'zzzzzzzzzz'" },
        { "{\"hostname\":null}", "option 'hostname' cannot be taken away: it is required" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        assert_null(lay(cases[i].given, &err));
        assert_int_equal(err.code, RV_E_INVALID);
        assert_string_equal(err.text, cases[i].says);
    }
}

static void
without_stored_secrets_nothing_is_asked(void **state)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *stored = cJSON_Parse("{\"hostname\":\"a\",\"port\":\"1\"}");
    RV_AUTO_JSON cJSON *given = cJSON_Parse("{\"hostname\":\"b\",\"port\":null}");
    (void)state;
    assert_int_equal(rv_lay_options(stored, given, NULL, WORD, &err), 0);
    assert_string_equal(rv_json_string(stored, "hostname"), "b");
    assert_int_equal(cJSON_GetArraySize(stored), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_way_to_connect_needs_the_secrets_again),
        cmocka_unit_test(what_stays_or_only_tunes_keeps_them),
        cmocka_unit_test(with_its_secrets_everything_may_change),
        cmocka_unit_test(mistakes_are_told_before_a_secret_is_asked_for),
        cmocka_unit_test(without_stored_secrets_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
