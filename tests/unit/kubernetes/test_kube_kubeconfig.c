/* SPDX-License-Identifier: Apache-2.0
 *
 * plugins/kubernetes/kubeconfig.c, prepare.c, server_url.c, base64.c, yaml_tree.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kubernetes/base64.h"
#include "kubernetes/kubeconfig.h"
#include "kubernetes/nearest.h"
#include "kubernetes/options.h"
#include "kubernetes/server_url.h"
#include "support/sdk_host.h"

/* "-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n" and the same of a key */
#define CA64 "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmNhCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
#define KEY64                                                                                      \
    "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCmtleQotLS0tLUVORCBFQyBQUklWQVRFIEtFWS0tLS0tCg=="
#define CA "-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n"
#define KEY "-----BEGIN EC PRIVATE KEY-----\nkey\n-----END EC PRIVATE KEY-----\n"

#define CONFIG(cluster, user)                                                                      \
    "apiVersion: v1\nkind: Config\ncurrent-context: c\n"                                           \
    "contexts: [{name: c, context: {cluster: k, user: u, namespace: ignored}}]\n"                  \
    "clusters: [{name: k, cluster: {" cluster "}}]\nusers: [{name: u, user: {" user "}}]\n"
#define SERVER "server: \"https://api.example.com:6443\""

static void
note(void *arg, const char *name, const char *value)
{
    fprintf(arg, "%s=%s\n", name, value);
}

/* What results, or "CLASS: text" with the hint behind " | ". The caller's to free. */
static char *
read_config_len(const char *text, uint64_t len, const char *context)
{
    struct reeve_call call;
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    int rc;

    sdk_host_begin(&call);
    rc = kube_kubeconfig_read(&call, text, len, context, note, file);
    if (rc) {
        rewind(file);
        fprintf(file, "%s: %s%s%s", reeve_class_name(rc), call.text, call.hint[0] ? " | " : "",
                call.hint);
    }
    fclose(file);
    sdk_host_end(&call);
    return out;
}

static char *
read_config(const char *text, const char *context)
{
    return read_config_len(text, strlen(text), context);
}

static void
check(const char *text, const char *context, const char *wanted)
{
    char *got = read_config(text, context);

    assert_string_equal(got, wanted);
    free(got);
}

/* An error of this class whose text or hint has the part. */
static void
check_refused(const char *text, const char *context, const char *class, const char *part)
{
    char *got = read_config(text, context);

    if (strncmp(got, class, strlen(class)) != 0 || !strstr(got, part))
        fail_msg("'%s' has not '%s'", got, part);
    free(got);
}

static void
a_token_and_an_authority_are_taken_over(void **state)
{
    (void)state;
    check(CONFIG(SERVER ", certificate-authority-data: " CA64, "token: abc.def"), NULL,
          "hostname=api.example.com\nport=6443\ncertificate_authority=" CA
          "\nsecurity_protocol=ssl-with-validation-custom-ca\nauth_key=abc.def\n");
}

static void
a_client_certificate_is_taken_over(void **state)
{
    (void)state;
    check(CONFIG(SERVER, "client-certificate-data: " CA64 ", client-key-data: " KEY64), NULL,
          "hostname=api.example.com\nport=6443\nsecurity_protocol=ssl-with-validation\n"
          "client_certificate=" CA "\nclient_key=" KEY "\n");
}

static void
a_line_end_behind_a_token_is_dropped(void **state)
{
    (void)state;
    check(CONFIG(SERVER, "token: \"abc\\n\""), NULL,
          "hostname=api.example.com\nport=6443\nsecurity_protocol=ssl-with-validation\n"
          "auth_key=abc\n");
}

static void
json_is_a_kubeconfig_too(void **state)
{
    (void)state;
    check("{\"current-context\":\"c\",\"contexts\":[{\"name\":\"c\",\"context\":{\"cluster\":\"k\"}"
          "}],"
          "\"clusters\":[{\"name\":\"k\",\"cluster\":{\"server\":\"https://h\"}}]}",
          NULL, "hostname=h\nport=443\nsecurity_protocol=ssl-with-validation\n");
}

static void
verification_may_be_off_and_a_proxy_set(void **state)
{
    (void)state;
    check(CONFIG("server: \"https://[::1]:16443/clusters/one/\", insecure-skip-tls-verify: true, "
                 "proxy-url: \"http://proxy:3128\"",
                 "token: t"),
          NULL,
          "hostname=::1\nport=16443\npath=/clusters/one\n"
          "security_protocol=ssl-without-validation\nhttp_proxy=http://proxy:3128\nauth_key=t\n");
    check(CONFIG("server: \"http://127.0.0.1:8001\"", ""), NULL,
          "hostname=127.0.0.1\nport=8001\nsecurity_protocol=non-ssl\n");
}

static const char two_contexts[] =
    "contexts:\n- name: production\n  context: {cluster: a, user: u}\n"
    "- name: staging\n  context: {cluster: b}\n"
    "clusters:\n- {name: a, cluster: {server: 'https://a'}}\n- {name: b, cluster: {server: "
    "'https://b'}}\n"
    "users:\n- {name: u, user: {token: t}}\n";

static void
the_context_can_be_chosen(void **state)
{
    (void)state;
    check(two_contexts, "staging", "hostname=b\nport=443\nsecurity_protocol=ssl-with-validation\n");
    check(two_contexts, "production",
          "hostname=a\nport=443\nsecurity_protocol=ssl-with-validation\nauth_key=t\n");
}

static void
an_unknown_context_is_refused_with_the_nearest(void **state)
{
    (void)state;
    check_refused(two_contexts, "stagin", "invalid", "did you mean 'staging'?");
    check_refused(two_contexts, "stagin", "invalid", "its contexts are: production, staging");
    check_refused(two_contexts, "elsewhere", "invalid", "no context 'elsewhere'");
    check_refused(two_contexts, NULL, "invalid", "choose a context: production, staging");
    check_refused("current-context: gone\n", NULL, "invalid", "has no contexts");
}

static void
the_only_context_is_the_current_one(void **state)
{
    (void)state;
    check("contexts: [{name: c, context: {cluster: k}}]\n"
          "clusters: [{name: k, cluster: {server: 'https://h'}}]\n",
          NULL, "hostname=h\nport=443\nsecurity_protocol=ssl-with-validation\n");
}

static void
files_are_never_read(void **state)
{
    (void)state;
    check_refused(CONFIG(SERVER ", certificate-authority: /etc/ca.crt", ""), NULL, "invalid",
                  "certificate-authority refers to the file '/etc/ca.crt'");
    check_refused(CONFIG(SERVER, "tokenFile: /etc/shadow"), NULL, "invalid", "--flatten");
    check_refused(CONFIG(SERVER, "tokenFile: x, token: t"), NULL, "invalid", "tokenFile");
    check_refused(CONFIG(SERVER, "client-certificate: a.crt"), NULL, "invalid", "a.crt");
    check_refused(CONFIG(SERVER, "client-key: a.key"), NULL, "invalid", "client-key");
}

static void
programs_and_logins_are_refused_with_what_to_use(void **state)
{
    (void)state;
    check_refused(CONFIG(SERVER, "exec: {command: aws}"), NULL, "invalid", "(exec)");
    check_refused(CONFIG(SERVER, "exec: {command: aws}"), NULL, "invalid", "kubectl create token");
    check_refused(CONFIG(SERVER, "auth-provider: {name: gcp}"), NULL, "invalid", "service account");
    check_refused(CONFIG(SERVER, "username: a, password: b"), NULL, "invalid", "1.19");
    check_refused(CONFIG(SERVER, "token: t, as: root"), NULL, "invalid", "acts as another");
}

static void
what_would_be_used_otherwise_is_refused(void **state)
{
    (void)state;
    check_refused(CONFIG(SERVER ", tls-server-name: other", ""), NULL, "invalid",
                  "tls-server-name");
    check_refused(
        CONFIG(SERVER ", insecure-skip-tls-verify: true, certificate-authority-data: " CA64, ""),
        NULL, "invalid", "exclude each other");
    check_refused(CONFIG(SERVER ", proxy-url: 'socks5://h:1080'", ""), NULL, "invalid", "socks5");
    check_refused(CONFIG(SERVER ", certificate-authority-data: '%%%'", ""), NULL, "invalid",
                  "not base64");
    check_refused(CONFIG(SERVER ", certificate-authority-data: aGVsbG8=", ""), NULL, "invalid",
                  "holds no PEM");
    check_refused(CONFIG("server: ''", ""), NULL, "invalid", "has no server");
    check_refused(CONFIG("server: 'ftp://h'", ""), NULL, "invalid", "does not begin with https://");
}

static void
what_is_no_kubeconfig_is_refused(void **state)
{
    (void)state;
    check_refused("", NULL, "invalid", "this is no kubeconfig");
    check_refused("hello", NULL, "invalid", "this is no kubeconfig");
    check_refused("[a, b]", NULL, "invalid", "this is no kubeconfig");
    check_refused("a: [unclosed", NULL, "invalid", "kubeconfig: line 2: did not find expected");
    check_refused("a: 1\n\tb: 2\n", NULL, "invalid", "line 2");
    check_refused("a: &x 1\nb: *x\n", NULL, "invalid", "anchors");
    check_refused("a: *x\n", NULL, "invalid", "aliases");
    check_refused("? [a]\n: b\n", NULL, "invalid", "where a name should be");
    check_refused("\xff\xfe\x00", NULL, "invalid", "kubeconfig");
    check_refused("contexts: [{name: c, context: {cluster: no}}]\n", NULL, "invalid",
                  "no cluster 'no'");
    check_refused("contexts: [{name: c, context: {}}]\n", "c", "invalid", "names no cluster");
    check_refused("contexts: [{name: c, context: {cluster: k, user: no}}]\n"
                  "clusters: [{name: k, cluster: {server: 'https://h'}}]\n",
                  NULL, "invalid", "no user 'no'");
}

static void
ceilings_hold(void **state)
{
    size_t size = 1200 * 1024;
    char *text = malloc(size + 1), *got;

    (void)state;
    memset(text, '#', size);
    text[size] = '\0';
    check_refused(text, NULL, "limit", "longer than");
    memset(text, '[', 10000);
    text[10000] = '\0';
    check_refused(text, NULL, "limit", "nested deeper than 32");
    for (size_t i = 0; i < 30000; i++)
        memcpy(text + i * 4, "- a\n", 4);
    text[30000 * 4] = '\0';
    check_refused(text, NULL, "limit", "more than 20000 values");
    got = read_config_len("a: \"x\\0y\"\n", 10, NULL);
    assert_non_null(strstr(got, "U+0000"));
    free(got);
    free(text);
}

/* What prepare makes of a JSON object: lines, in the order of the calls. */
static char *
prepare(const char *given)
{
    struct reeve_call call;
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    int rc;

    sdk_host_begin(&call);
    rc = kube_prepare(&call, given, file);
    if (rc)
        fprintf(file, "%s: %s", reeve_class_name(rc), call.text);
    fclose(file);
    sdk_host_end(&call);
    return out;
}

static void
check_prepared(const char *given, const char *wanted)
{
    char *got = prepare(given);

    assert_string_equal(got, wanted);
    free(got);
}

#define REMOVED "kubeconfig=(removed)\ncontext=(removed)\n"

static void
prepare_fills_in_what_follows(void **state)
{
    (void)state;
    check_prepared("{\"hostname\":\"h\",\"auth_key\":\"t \\n\",\"port\":6443}",
                   REMOVED "hostname=h\nauth_key=t\nport=6443\n");
    check_prepared("{\"hostname\":\"https://h:6444/p/\"}",
                   REMOVED "hostname=h\nport=6444\npath=/p\n");
    check_prepared("{\"hostname\":\"http://h\"}",
                   REMOVED "hostname=h\nport=80\nsecurity_protocol=non-ssl\n");
    check_prepared("{\"hostname\":\"h\",\"certificate_authority\":\"PEM\"}",
                   REMOVED "hostname=h\ncertificate_authority=PEM\n"
                           "security_protocol=ssl-with-validation-custom-ca\n");
    check_prepared("{\"http_proxy\":\"http://p:1/@\"}", REMOVED "http_proxy=http://p:1/@\n");
    check_prepared("{\"http_proxy\":\"http://us%40er:p:%2Fw@x@p:1\"}", REMOVED
                   "http_proxy=http://p:1\nhttp_proxy_userid=us@er\nhttp_proxy_password=p:/w@x\n");
    check_prepared("{\"http_proxy\":\"http://me@p\"}",
                   REMOVED "http_proxy=http://p\nhttp_proxy_userid=me\n");
    check_prepared("{\"http_proxy\":\"http://me:a@p\",\"http_proxy_password\":\"b\"}",
                   REMOVED "http_proxy=http://p\nhttp_proxy_userid=me\nhttp_proxy_password=b\n");
    check_prepared("{\"hostname\":\"h\",\"page_size\":\"100\"}",
                   REMOVED "hostname=h\npage_size=100\n");
}

static void
what_is_given_beside_a_kubeconfig_wins(void **state)
{
    (void)state;
    check_prepared("{\"kubeconfig\":\"contexts: [{name: c, context: {cluster: k, user: u}}]\\n"
                   "clusters: [{name: k, cluster: {server: 'https://h'}}]\\n"
                   "users: [{name: u, user: {token: t}}]\\n\",\"auth_key\":\"other\"}",
                   "hostname=h\nport=443\nsecurity_protocol=ssl-with-validation\n" REMOVED
                   "auth_key=other\n");
    check_prepared("{\"context\":\"c\"}",
                   REMOVED "invalid: context is of use with a kubeconfig only");
}

static void
addresses_are_taken_apart(void **state)
{
    static const struct {
        const char *text, *result;
    } rows[] = {
        { "https://h", "h|443||1" },
        { "HTTPS://H:1/", "H|1||1" },
        { "http://h/a/b//", "h|80|/a/b|0" },
        { "https://[2001:db8::1]:6443/x", "2001:db8::1|6443|/x|1" },
        { "https://h:65536", "has no valid port" },
        { "https://h:", "has no valid port" },
        { "https://h:6x", "has no valid port" },
        { "https://", "has no valid host" },
        { "https://:443", "has no valid host" },
        { "https://[::1", "has no valid host" },
        { "https://[:443", "has no valid host" },
        { "https://[]:443", "has no valid host" },
        { "https://[::1]x", "has no valid host" },
        { "https://u:p@h", "has a user name in it" },
        { "https://h/?a", "has a query or fragment" },
        { "https://h a", "has blanks or bytes that are not ASCII" },
        { "h:443", "does not begin with https:// or http://" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kube_server_url url;
        const char *wrong = kube_server_url_parse(&url, rows[i].text);
        char text[1400];

        snprintf(text, sizeof(text), "%s|%d|%s|%d", url.host, url.port, url.path, url.tls);
        assert_string_equal(wrong ? wrong : text, rows[i].result);
    }
}

static void
base64_is_read_strictly(void **state)
{
    static const struct {
        const char *text, *bytes;
    } rows[] = {
        { "", "" },           { "YQ==", "a" },  { "YWI=", "ab" }, { "YWJj", "abc" },
        { "Y W\nJj", "abc" }, { "YQ", NULL },   { "YQ=", NULL },  { "Y===", NULL },
        { "YQ==YQ==", NULL }, { "Y*==", NULL }, { "====", NULL }, { "YW_j", NULL },
    };
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t len = 77;
        char *bytes = kube_base64(&call, rows[i].text, &len);

        if (!rows[i].bytes) {
            if (bytes)
                fail_msg("'%s' was taken", rows[i].text);
            continue;
        }
        assert_string_equal(bytes, rows[i].bytes);
        assert_int_equal(len, strlen(rows[i].bytes));
    }
    sdk_host_end(&call);
}

static void
near_names_are_found(void **state)
{
    (void)state;
    assert_int_equal(kube_distance("abc", "abc", 3), 0);
    assert_int_equal(kube_distance("abc", "abd", 3), 1);
    assert_int_equal(kube_distance("kitten", "sitting", 3), 3);
    assert_int_equal(kube_distance("kitten", "unrelated", 3), 4);
    assert_int_equal(kube_distance("", "ab", 3), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_and_an_authority_are_taken_over),
        cmocka_unit_test(a_client_certificate_is_taken_over),
        cmocka_unit_test(a_line_end_behind_a_token_is_dropped),
        cmocka_unit_test(json_is_a_kubeconfig_too),
        cmocka_unit_test(verification_may_be_off_and_a_proxy_set),
        cmocka_unit_test(the_context_can_be_chosen),
        cmocka_unit_test(an_unknown_context_is_refused_with_the_nearest),
        cmocka_unit_test(the_only_context_is_the_current_one),
        cmocka_unit_test(files_are_never_read),
        cmocka_unit_test(programs_and_logins_are_refused_with_what_to_use),
        cmocka_unit_test(what_would_be_used_otherwise_is_refused),
        cmocka_unit_test(what_is_no_kubeconfig_is_refused),
        cmocka_unit_test(ceilings_hold),
        cmocka_unit_test(prepare_fills_in_what_follows),
        cmocka_unit_test(what_is_given_beside_a_kubeconfig_wins),
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(near_names_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
