/* SPDX-License-Identifier: Apache-2.0
 *
 * evm.instance_NAME: what methods read of the datastore and change in it, on both stores.
 */
#include "contract.h"

#include "automate/instance_calls.h"
#include "base/json.h"
#include "base/mem.h"
#include "datastore/datastore.h"

#define DEMO "/Acme/System/Event/EmsEvent/Demo"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_live *live;
static int64_t domain;

/* What is sealed is told by its place here. */
static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg;
    (void)err;
    *out = rv_format("%s=%s", place, text);
    return 0;
}

static const struct rv_vault vault = { .seal = seal };

static int
setup(void **state)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    const struct rv_ae_import options = { .enable = 1 };
    struct rv_ae_imported imported;
    rv_value id[1];
    (void)state;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    const struct rv_live given = { .store = store, .settings = settings, .vault = &vault };
    const struct rv_datastore ds = { .store = store, .vault = &vault };
    live = rv_live_new(&given);
    must(rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/tests/data/automate/Acme", NULL, err));
    must(rv_datastore_import(&ds, tree, &options, &imported, err));
    rv_err found = RV_ERR_INIT;
    assert_int_equal(rv_store_one(store, id, 1, "SELECT id FROM miq_ae_domains", NULL, 0, &found),
                     1);
    domain = id[0].v.i;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_live_free(live);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define INSTANCE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What evm.NAME(args) gives, as JSON; args as a JSON list. */
static const char *
ask(const char *name, const char *args)
{
    static rv_buf shown;
    RV_AUTO_JSON cJSON *json = cJSON_Parse(args);
    RV_AUTO_AE_VALUE struct rv_ae_value list = RV_AE_VNIL, out = RV_AE_VNIL;
    rv_err why = RV_ERR_INIT;
    assert_non_null(json);
    assert_int_equal(rv_ae_from_json(&list, json, &why), 0);
    if (rv_live_instance(live, name, &list, &out, &why))
        return "error";
    rv_buf_free(&shown);
    shown = rv_buf_limited(1 << 20);
    assert_int_equal(rv_ae_to_json(&shown, &out, &why), 0);
    return rv_buf_text(&shown);
}

static void
instances_are_found_by_path_with_and_without_domain(void **state)
{
    (void)state;
    assert_string_equal(ask("instance_exists", "[\"" DEMO "/vm_started\"]"), "true");
    assert_string_equal(ask("instance_exists", "[\"/system/event/EMSEVENT/demo/VM_Started\"]"),
                        "true");
    assert_string_equal(ask("instance_exists", "[\"" DEMO "/none\"]"), "false");
    assert_string_equal(ask("instance_exists", "[\"/No/Such/thing\"]"), "false");
    assert_string_equal(ask("instance_get", "[\"" DEMO "/none\"]"), "null");
    assert_non_null(strstr(ask("instance_get", "[\"" DEMO "/vm_started\"]"), "note_start"));
    assert_non_null(strstr(ask("instance_find", "[\"" DEMO "/vm_*\"]"), "\"vm_started\":{"));
    assert_string_equal(ask("instance_find", "[\"" DEMO "/x*\"]"), "{}");
}

/* What was read ahead for it does not know. */
static void
a_change_of_a_method_is_in_force_with_the_next_run(void **state)
{
    const struct rv_model_want want = { rv_model_kind("vm"), 1 };
    (void)state;
    must(rv_models_ahead(live->models, &want, 1, NULL, 0, err));
    assert_true(rv_models_ahead_is_fresh(live->models));
    assert_string_equal(ask("instance_update", "[\"" DEMO "/none\",{}]"), "false");
    assert_true(rv_models_ahead_is_fresh(live->models));
    assert_string_equal(ask("instance_update", "[\"" DEMO "/vm_started\",{\"meth1\":\"other\"}]"),
                        "true");
    assert_false(rv_models_ahead_is_fresh(live->models));
}

static void
instances_are_made_changed_and_deleted(void **state)
{
    (void)state;
    assert_string_equal(ask("instance_create", "[\"" DEMO "/vm_new\",{\"meth1\":\"note_stop\"}]"),
                        "true");
    assert_non_null(
        strstr(ask("instance_get", "[\"" DEMO "/vm_new\"]"), "\"meth1\":\"note_stop\""));
    assert_string_equal(ask("instance_create", "[\"" DEMO "/vm_new\",{}]"), "false");
    assert_string_equal(ask("instance_update", "[\"" DEMO "/vm_new\",{\"meth1\":\"other\"}]"),
                        "true");
    assert_non_null(strstr(ask("instance_get", "[\"" DEMO "/vm_new\"]"), "\"meth1\":\"other\""));
    assert_string_equal(ask("instance_set_display_name", "[\"" DEMO "/vm_new\",\"New\"]"), "true");
    assert_string_equal(ask("instance_get_display_name", "[\"" DEMO "/vm_new\"]"), "\"New\"");
    RV_AUTO_FREE char *wide =
        rv_format("[\"" DEMO "/vm_new\",{\"meth1\":\"%0*d\"}]", (1 << 20) + 1, 7);
    assert_string_equal(ask("instance_update", wide), "error");
    assert_non_null(strstr(ask("instance_get", "[\"" DEMO "/vm_new\"]"), "\"meth1\":\"other\""));
    assert_string_equal(ask("instance_delete", "[\"" DEMO "/vm_new\"]"), "true");
    assert_string_equal(ask("instance_delete", "[\"" DEMO "/vm_new\"]"), "false");
    assert_string_equal(ask("instance_create", "[\"/Acme/No/Class/x\",{}]"), "false");
}

static void
locked_and_shipped_domains_stay_as_they_are(void **state)
{
    const struct rv_datastore ds = { .store = store };
    (void)state;
    must(rv_datastore_lock(&ds, domain, err));
    assert_string_equal(ask("instance_create", "[\"" DEMO "/vm_new\",{}]"), "false");
    assert_string_equal(ask("instance_update", "[\"" DEMO "/vm_started\",{}]"), "false");
    assert_string_equal(ask("instance_delete", "[\"" DEMO "/vm_started\"]"), "false");
    assert_string_equal(ask("instance_set_display_name", "[\"" DEMO "/vm_started\",\"x\"]"),
                        "false");
    assert_string_equal(ask("instance_exists", "[\"" DEMO "/vm_started\"]"), "true");
    must(rv_store_script(store, "UPDATE miq_ae_domains SET source = 'system'", err));
    assert_string_equal(ask("instance_delete", "[\"" DEMO "/vm_started\"]"), "false");
    assert_string_equal(ask("instance_exists", "[\"" DEMO "/vm_started\"]"), "true");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        INSTANCE_TEST(instances_are_found_by_path_with_and_without_domain),
        INSTANCE_TEST(a_change_of_a_method_is_in_force_with_the_next_run),
        INSTANCE_TEST(instances_are_made_changed_and_deleted),
        INSTANCE_TEST(locked_and_shipped_domains_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
