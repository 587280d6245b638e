/* SPDX-License-Identifier: Apache-2.0
 *
 * Kubeconfigs on their way to the server.
 */
#include <string.h>
#include "capture.h"
#include "cli.h"
#include "table.h"

#define HEAD                                                                                       \
    "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts:\n"                                \
    "- name: a\n  context: {cluster: ca, user: ua, namespace: shop}\n"                             \
    "- name: b\n  context: {cluster: cb, user: ub}\n"

static char *folder;

static int
setup(void **state)
{
    (void)state;
    folder = make_folder();
    put_file(folder, "ca.pem", "CERT\n");
    put_file(folder, "user.pem", "USER\n");
    put_file(folder, "key.pem", "KEY\n");
    put_file(folder, "token", "secret-token\n\n");
    put_file(folder, "empty", "");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* The config as it would be sent; the caller's. */
static cJSON *
read_config(const char *text, const char *context, rv_err *err)
{
    const char *path = put_file(folder, "config", text);
    cJSON *out = NULL;
    char *sent = NULL;

    if (cli_kubeconfig_read(&sent, path, context, err) < 0)
        return NULL;
    assert_int_equal(rv_json_parse(&out, sent, strlen(sent), 1u << 20, 0, err), 0);
    free(sent);
    return out;
}

/* cluster of the first entry of clusters, user of that of users */
static const char *
text_in(const cJSON *config, const char *list, const char *member, const char *name)
{
    const cJSON *entry = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(config, list), 0);

    return rv_json_string(cJSON_GetObjectItemCaseSensitive(entry, member), name);
}

static void
files_are_put_into_the_text(void **state)
{
    rv_err err = RV_ERR_INIT;
    cJSON *config =
        read_config(HEAD "clusters:\n- name: ca\n  cluster:\n"
                         "    server: https://x:6443\n    certificate-authority: ca.pem\n"
                         "users:\n- name: ua\n  user:\n    client-certificate: user.pem\n"
                         "    client-key: key.pem\n    tokenFile: token\n",
                    NULL, &err);
    (void)state;

    if (!config)
        fail_msg("%s", err.text);
    assert_string_equal(text_in(config, "clusters", "cluster", "server"), "https://x:6443");
    assert_string_equal(text_in(config, "clusters", "cluster", "certificate-authority-data"),
                        "Q0VSVAo=");
    assert_null(text_in(config, "clusters", "cluster", "certificate-authority"));
    assert_string_equal(text_in(config, "users", "user", "client-certificate-data"), "VVNFUgo=");
    assert_string_equal(text_in(config, "users", "user", "client-key-data"), "S0VZCg==");
    assert_string_equal(text_in(config, "users", "user", "token"), "secret-token");
    assert_null(text_in(config, "users", "user", "tokenFile"));
    cJSON_Delete(config);
}

static void
absolute_names_are_taken_as_they_are(void **state)
{
    RV_AUTO_FREE char *text = rv_format(
        HEAD "clusters: [{name: ca, cluster: {certificate-authority: %s/ca.pem}}]\n", folder);
    rv_err err = RV_ERR_INIT;
    cJSON *config = read_config(text, NULL, &err);
    (void)state;

    assert_non_null(config);
    assert_string_equal(text_in(config, "clusters", "cluster", "certificate-authority-data"),
                        "Q0VSVAo=");
    cJSON_Delete(config);
}

static void
data_beside_a_file_wins_but_a_tokens_file_wins_over_the_token(void **state)
{
    rv_err err = RV_ERR_INIT;
    cJSON *config =
        read_config(HEAD "clusters: [{name: ca, cluster: {certificate-authority: missing.pem, "
                         "certificate-authority-data: T1RIRVI=}}]\n"
                         "users: [{name: ua, user: {token: old, tokenFile: token}}]\n",
                    NULL, &err);
    (void)state;

    if (!config)
        fail_msg("%s", err.text);
    assert_string_equal(text_in(config, "clusters", "cluster", "certificate-authority-data"),
                        "T1RIRVI=");
    assert_null(text_in(config, "clusters", "cluster", "certificate-authority"));
    assert_string_equal(text_in(config, "users", "user", "token"), "secret-token");
    cJSON_Delete(config);
}

static void
only_the_chosen_context_leaves_the_machine(void **state)
{
    static const char both[] =
        HEAD "clusters:\n- {name: ca, cluster: {server: 'https://a'}}\n"
             "- {name: cb, cluster: {server: 'https://b'}}\n"
             "users:\n- {name: ua, user: {token: secret-a}}\n"
             "- {name: ub, user: {token: secret-b, client-key: not-there.pem}}\n"
             "- {name: uc, user: {token: secret-c}}\n";
    rv_err err = RV_ERR_INIT;
    cJSON *config = read_config(both, NULL, &err);
    char *text;
    (void)state;

    if (!config)
        fail_msg("%s", err.text); /* a file that another context names does not matter */
    text = cJSON_PrintUnformatted(config);
    assert_non_null(strstr(text, "secret-a"));
    assert_null(strstr(text, "secret-b"));
    assert_null(strstr(text, "secret-c"));
    assert_null(strstr(text, "https://b"));
    assert_string_equal(rv_json_string(config, "current-context"), "a");
    assert_non_null(strstr(text, "\"namespace\":\"shop\""));
    cJSON_free(text);
    cJSON_Delete(config);
    assert_null(read_config(both, "b", &err));
    assert_non_null(strstr(err.text, "not-there.pem"));
}

static void
what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *text, *context;
        int class;
        const char *says;
    } table[] = {
        { HEAD "users: [{name: ua, user: {client-key: no.pem}}]\n", NULL, RV_E_NOT_FOUND,
          "user 'ua': client-key" },
        { HEAD, "prd", RV_E_NOT_FOUND, "no context 'prd'" },
        { "contexts: [{name: prod}]\n", "prd", RV_E_NOT_FOUND, "did you mean 'prod'?" },
        { "- a list\n", NULL, RV_E_INVALID, "holds no kubeconfig" },
        { "", NULL, RV_E_INVALID, "holds no kubeconfig" },
        { "a: [\n", NULL, RV_E_INVALID, "line" },
        { "a: &x 1\nb: *x\n", NULL, RV_E_INVALID, "kubeconfig" },
    };
    rv_err err = RV_ERR_INIT;
    char *sent = NULL;
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        rv_err_clear(&err);
        assert_null(read_config(table[i].text, table[i].context, &err));
        if (err.code != table[i].class || !strstr(err.text, table[i].says))
            fail_msg("row %zu: %d %s", i, err.code, err.text);
    }
    assert_int_equal(cli_kubeconfig_read(&sent, "/no/such/file", NULL, &err), RV_E_NOT_FOUND);
    assert_null(sent);
}

static void
a_file_that_is_too_large_is_refused(void **state)
{
    RV_AUTO_FREE char *big = rv_alloc((1u << 20) + 100);
    rv_err err = RV_ERR_INIT;
    (void)state;

    memset(big, '#', (1u << 20) + 50);
    assert_null(read_config(big, NULL, &err));
    assert_int_equal(err.code, RV_E_LIMIT);
    put_file(folder, "key.pem", big);
    rv_err_clear(&err);
    assert_null(read_config(HEAD "users: [{name: ua, user: {client-key: key.pem}}]\n", NULL, &err));
    assert_int_equal(err.code, RV_E_LIMIT);
}

/* What is wrong with a file that names no context the server says better. */
static void
a_config_without_context_is_sent_whole(void **state)
{
    rv_err err = RV_ERR_INIT;
    cJSON *config =
        read_config("clusters: [{name: x, cluster: {server: 'https://x'}}]\n", NULL, &err);
    (void)state;

    assert_non_null(config);
    assert_string_equal(text_in(config, "clusters", "cluster", "server"), "https://x");
    cJSON_Delete(config);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_put_into_the_text, setup, teardown),
        cmocka_unit_test_setup_teardown(absolute_names_are_taken_as_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(
            data_beside_a_file_wins_but_a_tokens_file_wins_over_the_token, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_chosen_context_leaves_the_machine, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_too_large_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_config_without_context_is_sent_whole, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
