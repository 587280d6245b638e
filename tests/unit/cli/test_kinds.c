/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for kinds. The dictionary is the real one.
 */
#include <string.h>
#include "capture.h"
#include "kind.h"

static void
words_of_kubectl_and_manageiq_name_kinds(void **state)
{
    static const struct {
        const char *word, *kind, *filter;
    } table[] = {
        { "pods", "container_group", NULL },
        { "pod", "container_group", NULL },
        { "PO", "container_group", NULL },
        { "container_groups", "container_group", NULL },
        { "container_group", "container_group", NULL },
        { "svc", "container_service", NULL },
        { "services", "container_service", NULL },
        { "endpoints", "container_endpoint_set", NULL },
        { "provider_endpoints", "endpoint", NULL },
        { "rs", "container_replicator", "object_kind='ReplicaSet'" },
        { "ReplicaSets", "container_replicator", "object_kind='ReplicaSet'" },
        { "rc", "container_replicator", "object_kind='ReplicationController'" },
        { "replicationcontrollers", "container_replicator", "object_kind='ReplicationController'" },
        { "container_replicators", "container_replicator", NULL },
        { "deployment.apps", "container_deployment", NULL },
        { "deployments.v1.apps", "container_deployment", NULL },
        { "rs.apps", "container_replicator", "object_kind='ReplicaSet'" },
        { "ing.networking.k8s.io", "container_ingress", NULL },
        { "crd", "custom_resource_definition", NULL },
        { "customresourcedefinitions.v1.apiextensions.k8s.io", "custom_resource_definition", NULL },
        { "ns", "container_project", NULL },
        { "vms", "vm", NULL },
        { "providers", "provider", NULL },
        { "ems", "provider", NULL },
        { "clusters", "ems_cluster", NULL },
        { "tasks", "task", NULL },
        { "podz", NULL, NULL },
        { "deployment.batch", NULL, NULL },
        { "pods.apps", NULL, NULL },
        { "vms.v1", "vm", NULL },
        { "", NULL, NULL },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_kind kind;

        if (cli_kind_lookup(&kind, table[i].word) != (table[i].kind != NULL))
            fail_msg("'%s'", table[i].word);
        if (!table[i].kind)
            continue;
        assert_string_equal(kind.name, table[i].kind);
        if (!rv_streq(kind.filter, table[i].filter))
            fail_msg("'%s': %s", table[i].word, kind.filter);
    }
}

static void
names_are_printed_as_kubectl_does(void **state)
{
    static const struct {
        const char *word, *row, *resource;
    } table[] = {
        { "pods", "{}", "pod" },
        { "deploy", "{}", "deployment.apps" },
        { "rs", "{}", "replicaset.apps" },
        { "rc", "{}", "replicationcontroller" },
        { "container_replicators", "{'object_kind':'ReplicaSet'}", "replicaset.apps" },
        { "container_replicators", "{'object_kind':'ReplicationController'}",
          "replicationcontroller" },
        { "container_replicators", "{}", "container_replicator" },
        { "ep", "{}", "endpoints" },
        { "hpa", "{}", "horizontalpodautoscaler.autoscaling" },
        { "crd", "{'object_kind':'Foo'}", "customresourcedefinition.apiextensions.k8s.io" },
        { "vms", "{}", "vm" },
        { "images", "{}", "container_image" },
        { "providers", "{}", "provider" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        cJSON *row = json(table[i].row);
        struct cli_kind kind, again;

        assert_true(cli_kind_lookup(&kind, table[i].word));
        assert_string_equal(cli_kind_resource(&kind, row), table[i].resource);
        /* What is printed is taken as a word, and means the same. */
        assert_true(cli_kind_lookup(&again, table[i].resource));
        assert_ptr_equal(again.kind, kind.kind);
        cJSON_Delete(row);
    }
}

static void
namespaces_are_where_kubernetes_has_them(void **state)
{
    static const char *const table[][2] = {
        { "pods", "namespace" }, { "containers", "container_group.namespace" },
        { "nodes", NULL },       { "pv", NULL },
        { "vms", NULL },         { "tasks", NULL },
        { "ns", NULL },          { "secrets", "namespace" },
    };
    const struct cli_kind unknown = { .kind = NULL };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_kind kind;

        assert_true(cli_kind_lookup(&kind, table[i][0]));
        assert_true(rv_streq(cli_kind_namespace(&kind), table[i][1]));
    }
    assert_null(cli_kind_namespace(&unknown));
}

static void
kinds_of_providers_are_learned_from_their_attributes(void **state)
{
    cJSON *attributes = json("['id','ems_id','name','namespace','row','deleted_on','ems_ref']");
    cJSON *none = json("[]"), *odd = json("['not a name','ems_ref']");
    cJSON *racks = json("{'name':'acme_racks','kind':'acme_rack','title':'Rack','aliases':['rk']}");
    cJSON *shelves = json("{'name':'acme_shelves','kind':'acme_shelf','aliases':['pods']}");
    cJSON *plain = json("{'name':'acme_rows'}"), *bad = json("{'name':'No Collection'}");
    const struct rv_kind *kind = cli_kind_learn(racks, attributes);
    struct cli_kind found;
    (void)state;

    assert_non_null(kind);
    assert_true(kind->archived);
    assert_true(rv_kind_column(kind, "row") >= 0);
    assert_true(cli_kind_lookup(&found, "acme_racks"));
    assert_string_equal(cli_kind_namespace(&found), "namespace");
    assert_string_equal(cli_kind_resource(&found, NULL), "acme_rack");
    assert_string_equal(kind->def->title, "Rack");
    assert_true(cli_kind_lookup(&found, "acme_rack"));
    assert_true(cli_kind_lookup(&found, "RK"));
    assert_non_null(cli_kind_learn(shelves, attributes)); /* without the word of another */
    assert_true(cli_kind_lookup(&found, "pods"));
    assert_string_equal(found.name, "container_group");
    assert_null(cli_kind_learn(plain, none));
    assert_null(cli_kind_learn(plain, odd));
    assert_null(cli_kind_learn(bad, attributes));
    cJSON_Delete(racks);
    cJSON_Delete(shelves);
    cJSON_Delete(plain);
    cJSON_Delete(bad);
    cJSON_Delete(attributes);
    cJSON_Delete(none);
    cJSON_Delete(odd);
}

static void
kinds_lists_every_kind_of_the_dictionary(void **state)
{
    static const char *const words[] = { "kinds", "-o", "name", NULL };
    struct capture said;
    (void)state;

    rv_model_reset(); /* the program makes its own */
    assert_int_equal(run_captured(&said, words), CLI_OK);
    assert_int_equal(learn_dictionary(NULL), 0);
    for (int i = 0; i < rv_model_count(); i++) {
        RV_AUTO_FREE char *line = rv_format("kind/%s\n", rv_model_at(i)->name);

        assert_non_null(strstr(said.out_text, line));
    }
    capture_free(&said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_kubectl_and_manageiq_name_kinds),
        cmocka_unit_test(names_are_printed_as_kubectl_does),
        cmocka_unit_test(namespaces_are_where_kubernetes_has_them),
        cmocka_unit_test(kinds_of_providers_are_learned_from_their_attributes),
        cmocka_unit_test(kinds_lists_every_kind_of_the_dictionary),
    };

    return cmocka_run_group_tests(tests, learn_dictionary, forget_dictionary);
}
