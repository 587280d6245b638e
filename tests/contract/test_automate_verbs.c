/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods may do to rows, on both stores.
 */
#include "contract.h"

#include <stdarg.h>
#include "automate/verbs.h"
#include "tag/tag.h"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_models *models;
static struct rv_settings *settings;
static char woken[64];

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    models = rv_models_new(store);
    settings = rv_settings_new();
    woken[0] = '\0';
    must(rv_store_script(
        store,
        "INSERT INTO ext_management_systems (id, name, type) VALUES (5, 'estate', 'demo');"
        "INSERT INTO users (id, userid) VALUES (3, 'ada');"
        "INSERT INTO vms (id, ems_id, ems_ref, name) VALUES (20, 5, 'vm-20', 'web');"
        "INSERT INTO vms (id, ems_ref, name) VALUES (21, 'vm-21', 'orphan')",
        err));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_settings_free(settings);
    rv_models_free(models);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define VERBS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
note_wake(void *arg, const char *queue)
{
    (void)arg;
    snprintf(woken, sizeof(woken), "%s", queue);
}

/* Arguments as a JSON list. */
static int
act(const char *kind, int64_t id, const char *verb, const char *args, struct rv_ae_value *out,
    rv_err *err)
{
    cJSON *json = cJSON_Parse(args);
    RV_AUTO_AE_VALUE struct rv_ae_value list = RV_AE_VNIL;
    assert_int_equal(rv_ae_from_json(&list, json, err), 0);
    cJSON_Delete(json);
    const struct rv_act one = { .store = store,
                                .models = models,
                                .settings = settings,
                                .wake = note_wake,
                                .kind = rv_model_kind(kind),
                                .id = id,
                                .verb = verb,
                                .args = &list };
    return rv_verb_run(&one, out, err);
}

static void
gives(int64_t vm, const char *verb, const char *args, const char *shown)
{
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);
    must(act("vm", vm, verb, args, &out, err));
    rv_ae_show(&text, &out);
    assert_string_equal(rv_buf_text(&text), shown);
}

static void
refuses(int64_t vm, const char *verb, const char *args, int code, const char *says)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    assert_int_equal(act("vm", vm, verb, args, &out, &err), code);
    if (strstr(err.text, says) == NULL)
        fail_msg("'%s' lacks '%s'", err.text, says);
}

static void
a_custom_attribute_is_set_changed_read_listed_and_taken_away(void **state)
{
    (void)state;
    gives(20, "custom_get", "[\"color\"]", "");
    gives(20, "custom_set", "[\"color\",\"red\"]", "");
    gives(20, "custom_set", "[\"color\",\"blue\"]", "");
    gives(20, "custom_set", "[\"floor\",4]", "");
    gives(21, "custom_set", "[\"color\",\"green\"]", "");
    gives(20, "custom_get", "[\"color\"]", "blue");
    gives(20, "custom_keys", "[]", "[\"color\",\"floor\"]");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM custom_attributes"), 3);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE kind = 'custom_attribute'"), 4);
    gives(20, "custom_set", "[\"color\",null]", "");
    gives(20, "custom_keys", "[]", "[\"floor\"]");
    gives(21, "custom_get", "[\"color\"]", "green");
    refuses(20, "custom_set", "[\"\",\"x\"]", RV_E_INVALID, "1 to 255 bytes");
    refuses(20, "custom_set", "[7]", RV_E_INVALID, "argument 1 is no text");
}

static void
a_tag_is_given_told_and_taken_away_under_rubys_names_too(void **state)
{
    (void)state;
    const struct rv_tag_category category = { .name = "environment" };
    must(rv_tag_category_create(store, &category, NULL, err));
    must(rv_tag_create(store, "environment", "prod", "Production", NULL, err));
    gives(20, "tagged_with?", "[\"environment\",\"prod\"]", "false");
    gives(20, "tag_assign", "[\"environment/prod\"]", "true");
    gives(20, "tag_assign", "[\"environment/prod\"]", "true");
    gives(20, "tagged_with", "[\"environment\",\"prod\"]", "true");
    gives(20, "tags", "[]", "[\"environment/prod\"]");
    gives(20, "tags", "[\"environment\"]", "[\"prod\"]");
    gives(20, "tag_unassign", "[\"environment/prod\"]", "true");
    gives(20, "tags", "[]", "[]");
    refuses(20, "tag_assign", "[\"environment/nope\"]", RV_E_NOT_FOUND, "nope");
    refuses(20, "tag_assign", "[\"prod\"]", RV_E_INVALID, "category/name");
}

static void
a_refresh_is_asked_of_the_rows_provider_and_wakes_its_worker(void **state)
{
    (void)state;
    gives(20, "refresh", "[]", "true");
    gives(20, "refresh", "[]", "true");
    assert_string_equal(woken, "ems_5");
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM miq_queue WHERE queue_name = 'ems_5'"), 1);
    RV_AUTO_FREE char *args = rv_test_text(store, "SELECT args FROM miq_queue");
    assert_non_null(strstr(args, "\"id\":20"));
    refuses(21, "refresh", "[]", RV_E_UNSUPPORTED, "has no provider");
}

static void
a_refresh_of_a_provider_is_of_everything(void **state)
{
    (void)state;
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    must(act("provider", 5, "refresh_ems", "[]", &out, err));
    RV_AUTO_FREE char *args = rv_test_text(store, "SELECT args FROM miq_queue");
    assert_string_equal(args, "{}");
}

static void
an_owner_is_set_by_the_row_of_a_user(void **state)
{
    (void)state;
    gives(20, "owner=", "[{\"$type\":\"row\",\"kind\":\"user\",\"value\":\"3\"}]", "");
    assert_int_equal(rv_test_int(store, "SELECT evm_owner_id FROM vms WHERE id = 20"), 3);
    gives(20, "set_owner", "[null]", "");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM vms WHERE evm_owner_id IS NULL"), 2);
    refuses(20, "owner=", "[\"ada\"]", RV_E_INVALID, "takes a user");
}

static void
what_no_engine_carries_out_is_refused_by_the_providers_type(void **state)
{
    (void)state;
    refuses(20, "start", "[]", RV_E_UNSUPPORTED,
            "vm 20: 'start' is not offered by provider type demo");
    refuses(21, "scan", "[]", RV_E_UNSUPPORTED, "'scan' is not offered");
    refuses(20, "tag_asign", "[]", RV_E_UNSUPPORTED, "a vm has no method 'tag_asign'");
    refuses(99, "reload", "[]", RV_E_NOT_FOUND, "not there any more");
}

static void
a_row_tells_of_itself(void **state)
{
    (void)state;
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    gives(20, "taggable?", "[]", "true");
    must(act("vm", 20, "inspect", "[]", &out, err));
    assert_string_equal(rv_ae_get(&out, "name")->v.text, "web");
    assert_null(rv_ae_get(&out, "content_hash"));
    rv_ae_clear(&out);
    must(act("vm", 20, "columns", "[]", &out, err));
    assert_true(out.len > 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        VERBS_TEST(a_custom_attribute_is_set_changed_read_listed_and_taken_away),
        VERBS_TEST(a_tag_is_given_told_and_taken_away_under_rubys_names_too),
        VERBS_TEST(a_refresh_is_asked_of_the_rows_provider_and_wakes_its_worker),
        VERBS_TEST(a_refresh_of_a_provider_is_of_everything),
        VERBS_TEST(an_owner_is_set_by_the_row_of_a_user),
        VERBS_TEST(what_no_engine_carries_out_is_refused_by_the_providers_type),
        VERBS_TEST(a_row_tells_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
