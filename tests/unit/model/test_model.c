/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry: finding kinds, and adding those of providers.
 */
#include "support.h"
#include "base/text.h"

static void
what_a_person_types_finds_the_kind(void **state)
{
    static const struct {
        const char *word, *kind;
    } cases[] = {
        { "po", "container_group" },
        { "pods", "container_group" },
        { "Pod", "container_group" },
        { "CONTAINER_GROUPS", "container_group" },
        { "svc", "container_service" },
        { "services", "container_service" },
        { "service", "container_service" },
        { "no", "container_node" },
        { "nodes", "container_node" },
        { "ns", "container_project" },
        { "namespaces", "container_project" },
        { "deploy", "container_deployment" },
        { "deployments", "container_deployment" },
        { "rs", "container_replicator" },
        { "rc", "container_replicator" },
        { "replicasets", "container_replicator" },
        { "sts", "container_stateful_set" },
        { "ds", "container_daemon_set" },
        { "job", "container_job" },
        { "jobs", "container_job" },
        { "cj", "container_cron_job" },
        { "ing", "container_ingress" },
        { "sc", "container_storage_class" },
        { "cm", "container_config_map" },
        { "secret", "container_secret" },
        { "secrets", "container_secret" },
        { "sa", "container_service_account" },
        { "hpa", "container_autoscaler" },
        { "netpol", "container_network_policy" },
        { "crd", "custom_resource_definition" },
        { "crds", "custom_resource_definition" },
        { "pv", "persistent_volume" },
        { "pvc", "persistent_volume_claim" },
        { "quota", "container_quota" },
        { "limits", "container_limit" },
        { "ep", "container_endpoint_set" },
        { "endpoints", "container_endpoint_set" },
        { "provider_endpoints", "endpoint" },
        { "provider", "provider" },
        { "ext_management_systems", "provider" },
        { "clusters", "ems_cluster" },
        { "data_stores", "storage" },
        { "storages", "storage" },
        { "tasks", "task" },
        { "miq_tasks", "task" },
        { "regions", "region" },
        { "servers", "server" },
        { "categories", "classification" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const struct rv_kind *kind = rv_model_lookup(cases[i].word);
        if (!kind)
            fail_msg("nothing is called %s", cases[i].word);
        assert_string_equal(kind->name, cases[i].kind);
    }
}

static void
unknown_words_find_nothing(void **state)
{
    char longest[4096];

    (void)state;
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_null(rv_model_lookup("unicorn"));
    assert_null(rv_model_lookup(""));
    assert_null(rv_model_lookup(NULL));
    assert_null(rv_model_lookup(longest));
    assert_null(rv_model_kind("pods"));
    assert_null(rv_model_table("container_group"));
    assert_null(rv_model_collection("storages"));
    assert_null(rv_model_at(-1));
    assert_null(rv_model_at(rv_model_count()));
}

static void
collections_have_manageiqs_names(void **state)
{
    (void)state;
    assert_string_equal(rv_model_collection("providers")->table, "ext_management_systems");
    assert_string_equal(rv_model_collection("servers")->table, "miq_servers");
    assert_string_equal(rv_model_collection("regions")->table, "miq_regions");
    assert_string_equal(rv_model_collection("tasks")->table, "miq_tasks");
    assert_string_equal(rv_model_collection("clusters")->table, "ems_clusters");
    assert_string_equal(rv_model_collection("data_stores")->table, "storages");
    assert_string_equal(rv_model_collection("categories")->table, "classifications");
    assert_string_equal(rv_model_collection("endpoints")->name, "endpoint");
}

static void
every_word_for_suggestions_is_understood(void **state)
{
    int count = 0;

    (void)state;
    for (const char *const *word = rv_model_words(); *word; word++, count++)
        assert_non_null(rv_model_lookup(*word));
    assert_true(count > 2 * rv_model_count());
    assert_string_equal(rv_nearest("deploymnet", rv_model_words()), "deployment");
}

static void
setting_up_twice_is_once(void **state)
{
    rv_err err = RV_ERR_INIT;
    const struct rv_kind *kind = rv_model_kind("vm");

    (void)state;
    assert_int_equal(rv_model_init(&err), RV_OK);
    assert_ptr_equal(rv_model_kind("vm"), kind);
}

static void
a_providers_kind_is_found_by_all_its_names(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();
    int before = rv_model_count();

    (void)state;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_int_equal(rv_model_count(), before + 1);
    const struct rv_kind *kind = rv_model_kind("acme_lamp");
    assert_non_null(kind);
    assert_int_equal(kind->index, before);
    assert_ptr_equal(rv_model_lookup("LAMPS"), kind);
    assert_ptr_equal(rv_model_table("acme_lamps"), kind);
    assert_ptr_equal(rv_model_collection("acme_lamps"), kind);
    assert_true(rv_kind_column(kind, "deleted_on") > 0);
    assert_int_equal(kind->columns[rv_kind_column(kind, "room_id")].type_column,
                     rv_kind_column(kind, "room_type"));
}

static void
the_description_is_copied(void **state)
{
    rv_err err = RV_ERR_INIT;
    char name[] = "acme_lamp", help[] = "A lamp";
    struct reeve_kind def = lamp();

    (void)state;
    def.name = name;
    def.help = help;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    memset(name, 'x', sizeof(name) - 1);
    memset(help, 'x', sizeof(help) - 1);
    memset(&def, 0, sizeof(def));
    assert_string_equal(rv_model_kind("acme_lamp")->def->help, "A lamp");
}

static void
appended_columns_extend_the_kind_in_place(void **state)
{
    static const struct reeve_column longer_columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Id" },
        { "name", REEVE_STRING, REEVE_COL_INDEX, NULL, "Name, in other words" },
        { "watts", REEVE_INT, REEVE_COL_VOLATILE, NULL, "Power" },
        { "room_type", REEVE_STRING, 0, "host vm", "Kind of its room" },
        { "room_id", REEVE_REF, REEVE_COL_INDEX, NULL, "Where it hangs" },
        { "host_id", REEVE_REF, REEVE_COL_INDEX, "host", "What switches it" },
        { "colour", REEVE_STRING, 0, NULL, "Colour" },
        REEVE_COLUMNS_END,
    };
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp(), longer = lamp();

    (void)state;
    longer.columns = longer_columns;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    const struct rv_kind *kind = rv_model_kind("acme_lamp");
    int columns = kind->column_count, index = kind->index;
    assert_int_equal(rv_model_add(&longer, &err), RV_OK);
    assert_ptr_equal(rv_model_kind("acme_lamp"), kind);
    assert_int_equal(kind->index, index);
    assert_int_equal(kind->column_count, columns + 1);
    assert_int_equal(rv_kind_column(kind, "colour"), columns);
    /* the shorter one again, from an older module: nothing is lost */
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_int_equal(rv_kind_column(kind, "colour"), columns);
}

static void
the_same_description_again_is_not_copied_again(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();

    (void)state;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    const struct rv_kind *kind = rv_model_kind("acme_lamp");
    const struct rv_column *columns = kind->columns;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_ptr_equal(kind->columns, columns);
    def.help = "Another text for people";
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_string_equal(kind->def->help, def.help);
}

static void
another_description_of_the_same_name_is_refused(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp(), other = lamp();
    int before = rv_model_count();

    (void)state;
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    other.archive = REEVE_DELETE;
    assert_int_equal(rv_model_add(&other, &err), RV_E_CONFLICT);
    assert_int_equal(rv_model_kind("acme_lamp")->archived, 1);
    other = lamp();
    other.columns = lamp_columns + 1;
    other.key = LIST("name");
    rv_err_clear(&err);
    assert_int_equal(rv_model_add(&other, &err), RV_E_CONFLICT);
    assert_int_equal(rv_model_count(), before + 1);
}

static void
core_kinds_tables_and_collections_cannot_be_taken(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();
    int before = rv_model_count();

    (void)state;
    def.name = "vm";
    assert_int_equal(rv_model_add(&def, &err), RV_E_CONFLICT);
    def = lamp();
    def.table = "vms";
    rv_err_clear(&err);
    assert_int_equal(rv_model_add(&def, &err), RV_E_CONFLICT);
    assert_non_null(strstr(err.text, "taken by kind vm"));
    def = lamp();
    def.api_name = "providers";
    rv_err_clear(&err);
    assert_int_equal(rv_model_add(&def, &err), RV_E_CONFLICT);
    assert_int_equal(rv_model_count(), before);
    assert_string_equal(rv_model_table("vms")->name, "vm");
    assert_null(rv_model_kind("acme_lamp"));
}

static void
an_alias_of_core_stays_cores(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();

    (void)state;
    def.aliases = LIST("pods", "bulb");
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_string_equal(rv_model_lookup("pods")->name, "container_group");
    assert_string_equal(rv_model_lookup("bulb")->name, "acme_lamp");
}

static void
kinds_added_together_may_refer_to_each_other(void **state)
{
    static const struct reeve_column a_columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Id" },
        { "acme_b_id", REEVE_REF, REEVE_COL_INDEX, "acme_b", "The other" },
        REEVE_COLUMNS_END,
    };
    static const struct reeve_column b_columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Id" },
        { "acme_a_id", REEVE_REF, REEVE_COL_INDEX, "acme_a", "The other" },
        REEVE_COLUMNS_END,
    };
    rv_err err = RV_ERR_INIT;
    struct reeve_kind a = lamp(), b = lamp();
    int before = rv_model_count();

    (void)state;
    a.name = "acme_a", a.table = a.api_name = "acme_as", a.columns = a_columns;
    b.name = "acme_b", b.table = b.api_name = "acme_bs", b.columns = b_columns;
    a.name_key = b.name_key = NULL;
    b.kept_by = "acme_a.acme_b_id";
    const struct reeve_kind *const both[] = { &a, &b, NULL };
    assert_int_equal(rv_model_add(&a, &err), RV_E_INVALID);
    assert_non_null(strstr(err.text, "unknown kind 'acme_b'"));
    assert_int_equal(rv_model_count(), before);
    rv_err_clear(&err);
    assert_int_equal(rv_model_add_all(both, &err), RV_OK);
    assert_int_equal(rv_model_kind("acme_b")->kept_by_kind, rv_model_kind("acme_a")->index);
}

static void
a_mistake_in_one_of_several_adds_none(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind good = lamp(), bad = lamp();
    const struct reeve_kind *const both[] = { &good, &bad, NULL };
    int before = rv_model_count();

    (void)state;
    bad.name = "acme_bad", bad.table = bad.api_name = "acme_bads", bad.key = LIST("nothing");
    assert_int_equal(rv_model_add_all(both, &err), RV_E_INVALID);
    assert_int_equal(rv_model_count(), before);
    assert_null(rv_model_lookup("acme_lamp"));
    assert_non_null(rv_model_lookup("pods"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_person_types_finds_the_kind),
        TEST(unknown_words_find_nothing),
        TEST(collections_have_manageiqs_names),
        TEST(every_word_for_suggestions_is_understood),
        TEST(setting_up_twice_is_once),
        TEST(a_providers_kind_is_found_by_all_its_names),
        TEST(the_description_is_copied),
        TEST(appended_columns_extend_the_kind_in_place),
        TEST(the_same_description_again_is_not_copied_again),
        TEST(another_description_of_the_same_name_is_refused),
        TEST(core_kinds_tables_and_collections_cannot_be_taken),
        TEST(an_alias_of_core_stays_cores),
        TEST(kinds_added_together_may_refer_to_each_other),
        TEST(a_mistake_in_one_of_several_adds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
