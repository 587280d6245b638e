/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider module against a real API server: credentials, every collection, refused ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "cluster.h"
#include "kube_driver.h"
#include "support/fault_server.h"

#define DATA REEVE_SOURCE_DIR "/tests/data/kubernetes"
#define OBJECTS REEVE_SOURCE_DIR "/tests/peers/kubernetes/objects"

static struct cluster cluster;

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
        if (!text_ || !strstr(text_, part))                                                        \
            fail_msg("'%s' is not in '%s'", part, text_ ? text_ : "(nothing)");                    \
    } while (0)

static int
start(void **state)
{
    (void)state;
    cluster_start(&cluster, NULL, NULL);
    cluster_run(&cluster, "apply -f " OBJECTS "/demo.yaml");
    cluster_run(&cluster, "apply -f " DATA "/more.yaml");
    cluster_wait_for(&cluster, "get deployment -n shop web -o jsonpath={.status.readyReplicas}",
                     "5");
    cluster_wait_for(&cluster, "get daemonset -n shop agent -o jsonpath={.status.numberReady}",
                     "3");
    cluster_wait_for(&cluster, "get job -n shop once -o jsonpath={.status.succeeded}", "1");
    cluster_wait_for(&cluster, "get pv disk-1 -o jsonpath={.status.phase}", "Bound");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    cluster_end(&cluster);
    return 0;
}

static void
verify_tells_version_account_and_cluster(void **state)
{
    RV_AUTO_FREE char *uid =
        cluster_kubectl(&cluster, "get ns kube-system -o jsonpath={.metadata.uid}");
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    if (kube_driver_verify(&driver, &found, &err))
        fail_msg("%s", err.text);
    assert_string_equal(found.uid, uid);
    assert_string_equal(found.account, "reeve");
    assert_memory_equal(found.api_version, "v1.", 3);
    kube_driver_close(&driver);
}

static void
every_collection_has_kubectls_numbers(void **state)
{
    static const struct {
        const char *kind, *resource;
    } rows[] = {
        { "container_project", "namespaces" },
        { "container_node", "nodes" },
        { "container_group", "pods" },
        { "container_service", "services" },
        { "container_endpoint_set", "endpoints" },
        { "container_replicator", "rc,rs" },
        { "container_deployment", "deployments" },
        { "container_stateful_set", "statefulsets" },
        { "container_daemon_set", "daemonsets" },
        { "container_job", "jobs" },
        { "container_cron_job", "cronjobs" },
        { "container_autoscaler", "hpa" },
        { "container_quota", "quota" },
        { "container_limit", "limits" },
        { "persistent_volume", "pv" },
        { "persistent_volume_claim", "pvc" },
        { "container_storage_class", "sc" },
        { "container_config_map", "cm" },
        { "container_secret", "secrets" },
        { "container_service_account", "sa" },
        { "container_ingress", "ingress" },
        { "container_network_policy", "netpol" },
        { "custom_resource_definition", "crd" },
    };
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    if (kube_driver_refresh(&driver, &err))
        fail_msg("%s", err.text);
    if (driver.model.rejected)
        fail_msg("%s", driver.model.rejected_text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int ours = kube_model_count(&driver.model, rows[i].kind);
        int kubectls = cluster_count(&cluster, rows[i].resource);

        if (ours != kubectls || !ours)
            fail_msg("%s: %d, kubectl has %d", rows[i].kind, ours, kubectls);
    }
    assert_int_equal(cJSON_GetArraySize(driver.model.warnings), 0);
    assert_int_equal(cJSON_GetArraySize(driver.model.tokens), 24);
    assert_int_equal(driver.model.completes, 23);
    kube_driver_close(&driver);
}

static void
no_value_of_a_secret_is_kept(void **state)
{
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;
    char *all;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    assert_int_equal(kube_driver_refresh(&driver, &err), 0);
    all = cJSON_PrintUnformatted(driver.model.kinds);
    assert_contains(all, "admin\\\",\\\"reader");
    assert_null(strstr(all, "correct-horse"));
    assert_null(strstr(all, "staple-canary"));
    assert_null(strstr(all, "Y29ycmVjdC1ob3")); /* the same in base64 */
    assert_null(strstr(all, "last-applied"));
    assert_null(strstr(all, "colour: blue"));
    cJSON_free(all);
    kube_driver_close(&driver);
}

static void
a_second_refresh_finds_nothing_new(void **state)
{
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;
    int64_t changes;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    assert_int_equal(kube_driver_refresh(&driver, &err), 0);
    changes = driver.model.changes;
    assert_int_equal(kube_driver_refresh(&driver, &err), 0);
    assert_true(driver.model.changes == changes);
    kube_driver_close(&driver);
}

static void
refused_collections_are_warnings_and_the_rest_goes_on(void **state)
{
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "partial");
    if (kube_driver_refresh(&driver, &err))
        fail_msg("%s", err.text);
    assert_contains(kube_model_warning(&driver.model, "services"), "not allowed to read services");
    assert_contains(kube_model_warning(&driver.model, "deployments"), "of apps/v1");
    assert_null(kube_model_warning(&driver.model, "pods"));
    assert_int_equal(kube_model_count(&driver.model, "container_group"),
                     cluster_count(&cluster, "pods"));
    assert_int_equal(kube_model_count(&driver.model, "container_service"), 0);
    assert_null(driver.sink.token(&driver.model, "services"));
    /* Replication controllers were listed and replica sets not: the kind is not complete. */
    assert_non_null(driver.sink.token(&driver.model, "replicationcontrollers"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(driver.model.unseen, "container_replicator"));
    assert_null(cJSON_GetObjectItemCaseSensitive(driver.model.unseen, "container_group"));
    kube_driver_close(&driver);
}

static void
an_account_without_any_rights_is_an_error(void **state)
{
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "nobody");
    assert_int_equal(kube_driver_verify(&driver, &found, &err), 0);
    assert_string_equal(found.account, "nobody");
    assert_int_equal(kube_driver_refresh(&driver, &err), REEVE_E_PERMISSION);
    kube_driver_close(&driver);
}

/* Opens with the given options beside the address. */
static void
open_with(struct kube_driver *driver, const char *more)
{
    RV_AUTO_FREE char *url = kube_driver_env(cluster.dir, "KUBE_URL");
    RV_AUTO_FREE char *given = rv_format("{\"hostname\":\"%s\"%s}", url, more);

    kube_driver_open(driver, given);
}

static void
a_certificate_that_is_not_trusted_is_refused(void **state)
{
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, ",\"auth_key\":\"x\"");
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_INVALID);
    assert_contains(err.text, "certificate");
    assert_true(err.hint[0] != '\0');
    assert_int_equal(kube_driver_refresh(&driver, &err), REEVE_E_INVALID);
    assert_true(driver.model.emits == 0);
    kube_driver_close(&driver);
}

/* ,"NAME":"contents of a file of the cluster" */
static char *
file_option(const char *name, const char *file)
{
    RV_AUTO_FREE char *text = kube_driver_read(cluster.dir, file);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    rv_json_writer writer = rv_json_to(&out);

    rv_jw_string(&writer, text);
    return rv_format(",\"%s\":%s", name, rv_buf_text(&out));
}

static void
the_wrong_authority_is_refused_and_the_right_one_taken(void **state)
{
    RV_AUTO_FREE char *token = file_option("auth_key", "tokens/reeve");
    RV_AUTO_FREE char *other = file_option("certificate_authority", "pki/other-ca.crt");
    RV_AUTO_FREE char *right = file_option("certificate_authority", "pki/ca.crt");
    RV_AUTO_FREE char *first = rv_format("%s%s", token, other);
    RV_AUTO_FREE char *second = rv_format("%s%s", token, right);
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, first);
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_INVALID);
    kube_driver_close(&driver);
    open_with(&driver, second);
    assert_int_equal(kube_driver_verify(&driver, &found, &err), 0);
    kube_driver_close(&driver);
}

static void
a_client_certificate_is_an_account(void **state)
{
    RV_AUTO_FREE char *ca = file_option("certificate_authority", "pki/ca.crt");
    RV_AUTO_FREE char *certificate = file_option("client_certificate", "pki/client.crt");
    RV_AUTO_FREE char *key = file_option("client_key", "pki/client.key");
    RV_AUTO_FREE char *options = rv_format("%s%s%s", ca, certificate, key);
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, options);
    if (kube_driver_verify(&driver, &found, &err))
        fail_msg("%s", err.text);
    assert_string_equal(found.account, "certified");
    assert_int_equal(kube_driver_refresh(&driver, &err), 0);
    assert_int_equal(kube_model_count(&driver.model, "container_node"), 3);
    kube_driver_close(&driver);
}

/* What kubectl itself prints, with the token in place of its file. */
static void
a_kubeconfig_is_enough(void **state)
{
    RV_AUTO_FREE char *view = cluster_kubectl(&cluster, "config view --raw --flatten");
    RV_AUTO_FREE char *token = kube_driver_read(cluster.dir, "tokens/reeve");
    char *file = strstr(view, "tokenFile: ");
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    rv_json_writer writer = rv_json_to(&out);
    RV_AUTO_FREE char *text = NULL;
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_non_null(file);
    text = rv_format("%.*stoken: %s%s", (int)(file - view), view, token, strchr(file, '\n'));
    rv_jw_object(&writer);
    rv_jw_name(&writer, "kubeconfig");
    rv_jw_string(&writer, text);
    rv_jw_end_object(&writer);
    kube_driver_open(&driver, rv_buf_text(&out));
    if (kube_driver_verify(&driver, &found, &err))
        fail_msg("%s", err.text);
    assert_string_equal(found.account, "reeve");
    kube_driver_close(&driver);
}

static void
all_calls_go_through_the_proxy(void **state)
{
    RV_AUTO_FREE char *ca = file_option("certificate_authority", "pki/ca.crt");
    RV_AUTO_FREE char *token = file_option("auth_key", "tokens/reeve");
    RV_AUTO_FREE char *options = NULL;
    struct fault_server proxy;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    fault_server_start(&proxy, NULL);
    options = rv_format("%s%s,\"http_proxy\":\"%s\"", ca, token, proxy.url);
    open_with(&driver, options);
    if (kube_driver_refresh(&driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&driver.model, "container_node"), 3);
    fault_server_stop(&proxy);
    kube_driver_close(&driver);
    /* Without the proxy nothing goes on: there is no way around it. */
    open_with(&driver, options);
    assert_int_equal(kube_driver_refresh(&driver, &err), REEVE_E_UNAVAILABLE);
    kube_driver_close(&driver);
}

static void
a_wrong_token_is_refused(void **state)
{
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, ",\"auth_key\":\"wrong\",\"security_protocol\":\"ssl-without-validation\"");
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_AUTH);
    assert_contains(err.text, "refuses the credentials");
    assert_int_equal(kube_driver_refresh(&driver, &err), REEVE_E_AUTH);
    assert_int_equal(kube_driver_watch(&driver, &err), REEVE_E_AUTH);
    kube_driver_close(&driver);
}

static void
nobody_at_all_is_refused(void **state)
{
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, ",\"security_protocol\":\"ssl-without-validation\"");
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_AUTH);
    assert_contains(err.text, "system:anonymous");
    kube_driver_close(&driver);
}

static void
plain_http_to_a_tls_port_is_told_from_an_api_server(void **state)
{
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_with(&driver, ",\"security_protocol\":\"non-ssl\"");
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_PROTOCOL);
    assert_contains(err.text, "is no Kubernetes API server");
    kube_driver_close(&driver);
}

static void
rows_say_what_kubectl_says(void **state)
{
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;
    const char *row;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    assert_int_equal(kube_driver_refresh(&driver, &err), 0);

    row = kube_model_find(&driver.model, "container_node", "name='node-1'");
    assert_contains(row, "identity_infra='aws:///us-east-1a/i-0123456789abcdef0'");
    assert_contains(row, "status='Ready'");
    assert_contains(row, "roles='worker'");
    assert_contains(row, "max_container_groups=110");
    assert_contains(row, "memory_bytes=17179869184");
    assert_contains(row, "hardware: cpu_total_cores=4 memory_mb=16384");
    row = kube_model_find(&driver.model, "container_node", "name='node-3'");
    assert_contains(row, "status='Ready,SchedulingDisabled'");

    row = kube_model_find(&driver.model, "container_project", "name='shop'");
    assert_contains(row, "display_name='The shop'");
    assert_contains(row, "section='labels' name='team' value='web'");

    row = kube_model_find(&driver.model, "container_group", "name='db'");
    assert_contains(row, "status='Running' ready_containers=1 total_containers=1 restart_count=0");
    assert_contains(row, "container_node_id->container_node:node-1");
    assert_contains(row, "container_project_id->container_project:shop");
    assert_contains(row, "privileged=1");
    assert_contains(row, "se_linux_level='s0:c1,c2'");
    assert_contains(row, "volume_type='persistentVolumeClaim'");
    assert_contains(row, "persistent_volume_claim_id->persistent_volume_claim:shop/data");

    row = kube_model_find(&driver.model, "container_group", "name='web-");
    assert_contains(row, "owner_id->container_replicator:");
    assert_contains(row, "container_replicator_id->container_replicator:");
    assert_contains(row, "field_path='spec.nodeName'");
    assert_contains(row, "section='node_selectors' name='node-role.kubernetes.io/worker'");
    assert_contains(row, "container_type='init'");
    assert_contains(row, "command='sh -c true'");
    assert_contains(row, "capabilities_add='NET_BIND_SERVICE'");
    assert_contains(row, "run_as_user=1000");
    assert_contains(row, "port=9090 protocol='UDP'");

    row = kube_model_find(&driver.model, "container_group", "name='once-");
    assert_contains(row, "status='Completed'");
    assert_contains(row, "image='busybox'");
    assert_contains(row, "echo '\\''a b'\\'''' state='terminated'");

    row = kube_model_find(&driver.model, "container_image", "name='shop/web'");
    assert_contains(row, "tag='1.2'");
    assert_contains(row, "digest='sha256:");
    assert_contains(row, "container_image_registry:registry.example.com:5000");
    assert_non_null(
        kube_model_object(&driver.model, "container_image_registry", "registry.example.com:5000"));

    row = kube_model_find(&driver.model, "container_service", "name='web'");
    assert_contains(row, "ports='80/TCP,90/UDP'");
    assert_contains(row, "selector='app=web'");
    row = kube_model_find(&driver.model, "container_endpoint_set", "name='web'");
    assert_contains(row, "ready_addresses=5");
    assert_contains(row, "container_service_id->container_service:shop/web");

    row = kube_model_find(&driver.model, "persistent_volume", "name='disk-1'");
    assert_contains(row, "capacity_bytes=5368709120");
    assert_contains(row, "nfs_server='nfs.example.com'");
    assert_contains(row, "claim_name='shop/data'");
    row = kube_model_find(&driver.model, "persistent_volume_claim", "name='data'");
    assert_contains(row, "persistent_volume_id->persistent_volume:disk-1");

    row = kube_model_find(&driver.model, "container_quota", "name='limits'");
    assert_contains(row, "resource='requests.memory' quota_desired=17179869184");
    assert_contains(row, "scope='NotTerminating'");
    row = kube_model_find(&driver.model, "container_limit", "name='limits'");
    assert_contains(row, "resource='cpu' item_type='Container' max='2' default='200m' "
                         "default_request='100m' max_limit_request_ratio='10'");

    row = kube_model_find(&driver.model, "container_autoscaler", "name='web'");
    assert_contains(row, "target_id->container_deployment:shop/web");
    assert_contains(row, "targets='cpu: <unknown>/80%, <unknown>/10 (avg)'");
    row = kube_model_find(&driver.model, "container_ingress", "name='shop'");
    assert_contains(row, "hosts='shop.example.com'");
    assert_contains(row, "backend_resource='Bucket/files'");
    row = kube_model_find(&driver.model, "container_stateful_set", "name='store'");
    assert_contains(row, "selector='app=store,tier notin (old)'");
    row = kube_model_find(&driver.model, "custom_resource_definition", "buckets.example.com");
    assert_contains(row, "established=1");
    row = kube_model_find(&driver.model, "container_secret", "name='passwords'");
    assert_contains(row, "data_keys='[\"admin\",\"reader\"]'");
    kube_driver_close(&driver);
}

static void
single_objects_are_looked_at_alone(void **state)
{
    RV_AUTO_FREE char *uid = cluster_kubectl(&cluster, "get pv disk-1 -o jsonpath={.metadata.uid}");
    const struct rv_target
        disk = { .kind = rv_model_kind("persistent_volume"), .ref = uid, .name = "disk-1" },
        web = { .kind = rv_model_kind("container_deployment"), .scope = "shop", .name = "web" },
        none = { .kind = rv_model_kind("container_replicator"),
                 .ref = "some-uid",
                 .scope = "shop",
                 .name = "no-such" },
        nameless = { .kind = rv_model_kind("container_group"), .ref = "uid" },
        image = { .kind = rv_model_kind("container_image"), .ref = "x", .name = "x" };
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    if (kube_driver_target(&driver, &disk, &err) || kube_driver_target(&driver, &web, &err) ||
        kube_driver_target(&driver, &none, &err))
        fail_msg("%s", err.text);
    assert_int_equal(driver.model.emits, 2);
    assert_int_equal(driver.model.completes, 0);
    assert_non_null(kube_model_object(&driver.model, "persistent_volume", uid));
    assert_contains(kube_model_find(&driver.model, "container_deployment", "name='web'"),
                    "namespace='shop'");
    assert_int_equal(kube_driver_target(&driver, &nameless, &err), RV_E_UNSUPPORTED);
    err = (rv_err)RV_ERR_INIT;
    assert_int_equal(kube_driver_target(&driver, &image, &err), RV_E_UNSUPPORTED);
    kube_driver_close(&driver);
    kube_driver_open_cluster(&driver, cluster.dir, "nobody");
    err = (rv_err)RV_ERR_INIT;
    assert_int_equal(kube_driver_target(&driver, &web, &err), RV_E_PERMISSION);
    assert_contains(err.text, "deployments 'web'");
    kube_driver_close(&driver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_tells_version_account_and_cluster),
        cmocka_unit_test(every_collection_has_kubectls_numbers),
        cmocka_unit_test(rows_say_what_kubectl_says),
        cmocka_unit_test(no_value_of_a_secret_is_kept),
        cmocka_unit_test(single_objects_are_looked_at_alone),
        cmocka_unit_test(a_second_refresh_finds_nothing_new),
        cmocka_unit_test(refused_collections_are_warnings_and_the_rest_goes_on),
        cmocka_unit_test(an_account_without_any_rights_is_an_error),
        cmocka_unit_test(a_certificate_that_is_not_trusted_is_refused),
        cmocka_unit_test(the_wrong_authority_is_refused_and_the_right_one_taken),
        cmocka_unit_test(a_client_certificate_is_an_account),
        cmocka_unit_test(a_kubeconfig_is_enough),
        cmocka_unit_test(all_calls_go_through_the_proxy),
        cmocka_unit_test(a_wrong_token_is_refused),
        cmocka_unit_test(nobody_at_all_is_refused),
        cmocka_unit_test(plain_http_to_a_tls_port_is_told_from_an_api_server),
    };

    return cmocka_run_group_tests(tests, start, end);
}
