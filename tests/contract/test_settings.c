/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings in the store: layers, differences, all or nothing, secrets, the audit trail.
 */
#include "contract.h"

#include "settings/settings.h"
#include "support/settings.h"
#include "store/record.h"
#include "support/support.h"

#define REGION 1000000000001LL
#define ZONE 1000000000002LL
#define SERVER 1000000000003LL

static void
seed(struct rv_store *store)
{
    must_exec(store, "INSERT INTO miq_regions (id, region) VALUES ($1, 1)", rv_vint(REGION));
    must_exec(store, "INSERT INTO zones (id, name) VALUES ($1, 'default')", rv_vint(ZONE));
    must_exec(store, "INSERT INTO miq_servers (id, guid, zone_id) VALUES ($1, 'g', $2)",
              rv_vint(SERVER), rv_vint(ZONE));
}

static struct rv_settings *
in_force(struct rv_store *store, const char *table, int64_t id)
{
    struct rv_settings *settings = NULL;
    must(rv_settings_load_for(&settings, store, table, id, err));
    return settings;
}

static void
assert_in_force(struct rv_store *store, const char *key, const char *text, const char *origin)
{
    struct rv_settings *settings = in_force(store, "miq_servers", SERVER);
    assert_string_equal(rv_settings_string(settings, key), text);
    assert_string_equal(rv_settings_layer_name(rv_settings_origin(settings, key)), origin);
    rv_settings_free(settings);
}

static void
server_beats_zone_beats_region_beats_default_and_each_says_so(void **state)
{
    struct rv_store *store = store_of(state);
    const char *key = "workers.generic.count";
    seed(store);
    assert_in_force(store, key, "2", "default");
    must(rv_test_set(store, "miq_regions", REGION, key, "3", err));
    assert_in_force(store, key, "3", "region");
    must(rv_test_set(store, "zones", ZONE, key, "4", err));
    assert_in_force(store, key, "4", "zone");
    must(rv_test_set(store, "miq_servers", SERVER, key, "5", err));
    assert_in_force(store, key, "5", "server");
    struct rv_settings *settings = in_force(store, "miq_servers", SERVER);
    assert_string_equal(rv_settings_at(settings, RV_LAYER_DEFAULT, key), "2");
    assert_string_equal(rv_settings_at(settings, RV_LAYER_REGION, key), "3");
    assert_string_equal(rv_settings_at(settings, RV_LAYER_ZONE, key), "4");
    assert_string_equal(rv_settings_at(settings, RV_LAYER_SERVER, key), "5");
    assert_null(rv_settings_at(settings, RV_LAYER_FILE, key));
    rv_settings_free(settings);
}

static void
taking_a_value_away_restores_the_one_of_the_layer_below(void **state)
{
    struct rv_store *store = store_of(state);
    const char *key = "workers.poll";
    seed(store);
    must(rv_test_set(store, "zones", ZONE, key, "4s", err));
    must(rv_test_set(store, "miq_servers", SERVER, key, "5s", err));
    must(rv_test_set(store, "miq_servers", SERVER, key, NULL, err));
    assert_in_force(store, key, "4s", "zone");
    must(rv_test_set(store, "zones", ZONE, key, NULL, err));
    assert_in_force(store, key, "3s", "default");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 0);
}

static void
only_differences_are_stored_however_the_value_is_written(void **state)
{
    struct rv_store *store = store_of(state);
    seed(store);
    must(rv_test_set(store, "miq_servers", SERVER, "workers.heartbeat_timeout", "120s", err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 0);
    must(rv_test_set(store, "miq_regions", REGION, "workers.generic.count", "7", err));
    must(rv_test_set(store, "miq_servers", SERVER, "workers.generic.count", "8", err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 2);
    /* What the region says is no difference: the server's own row goes. */
    must(rv_test_set(store, "miq_servers", SERVER, "workers.generic.count", "7", err));
    assert_column(store, "SELECT resource_type FROM settings_changes", "region");
    assert_in_force(store, "workers.generic.count", "7", "region");
}

static void
what_reeve_yaml_alone_may_say_is_not_taken_from_a_row_of_the_store(void **state)
{
    struct rv_store *store = store_of(state);
    static const char *const keys[] = { "modules.path", "server.memory_info",
                                        "workers.fence_read" };
    seed(store);
    for (int i = 0; i < (int)RV_COUNT(keys); i++)
        must_exec(store,
                  "INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
                  " VALUES ($1, 'server', $2, $3, '/elsewhere')",
                  rv_vint(900 + i), rv_vint(SERVER), rv_vtext(keys[i]));
    must_exec(store,
              "INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
              " VALUES (950, 'server', $1, 'workers.fence', 'off')",
              rv_vint(SERVER));
    assert_in_force(store, "modules.path", "", "default");
    assert_in_force(store, "server.memory_info", "/proc/meminfo", "default");
    assert_in_force(store, "workers.fence_read", "", "default");
    assert_in_force(store, "workers.fence", "on", "default");
}

static void
what_a_type_of_workers_inherits_is_told_with_the_key_it_comes_from(void **state)
{
    struct rv_store *store = store_of(state);
    const char *key = "workers.generic.nice";
    seed(store);
    must(rv_test_set(store, "zones", ZONE, "workers.queue.nice", "7", err));
    struct rv_settings *settings = in_force(store, "miq_servers", SERVER);
    assert_int_equal(rv_settings_int(settings, key), 7);
    assert_int_equal(rv_settings_origin(settings, key), RV_LAYER_ZONE);
    assert_string_equal(rv_settings_source(settings, key), "workers.queue.nice");
    assert_null(rv_settings_at(settings, RV_LAYER_DEFAULT, key));
    rv_settings_free(settings);
    must(rv_test_set(store, "miq_servers", SERVER, key, "9", err));
    settings = in_force(store, "miq_servers", SERVER);
    assert_int_equal(rv_settings_int(settings, key), 9);
    assert_string_equal(rv_settings_source(settings, key), key);
    rv_settings_free(settings);
}

static struct rv_settings_edits
edits_of(const struct rv_settings_edit *list, int count)
{
    return (struct rv_settings_edits){ .table = "miq_servers",
                                       .resource_id = SERVER,
                                       .list = list,
                                       .count = count,
                                       .userid = "fred" };
}

static void
of_several_changes_all_are_stored_or_none(void **state)
{
    struct rv_store *store = store_of(state);
    static const struct {
        struct rv_settings_edit list[2];
        const char *says;
    } rows[] = {
        { { { "workers.poll", "5s" }, { "workers.generic.count", "65" } },
          "setting 'workers.generic.count': '65' is out of range, 0 to 64" },
        { { { "workers.poll", "5s" }, { "workers.genric.count", "3" } },
          "did you mean 'workers.generic.count'?" },
        { { { "workers.poll", "5s" }, { "log.level", "inof" } },
          "'inof' is not one of debug, info, warning, error" },
        { { { "workers.poll", "5s" }, { "automate.trace", "methodz" } },
          "'methodz' is not one of methods, all, none" },
        { { { "workers.poll", "5s" }, { "refresh.retry_min", "10m" } },
          "'refresh.retry_min' (10m) and 'refresh.retry_max' (30s) do not fit" },
        { { { "workers.poll", "5s" }, { "listen", "0.0.0.0:1" } },
          "setting 'listen' is taken from reeve.yaml alone" },
    };
    seed(store);
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        rv_err err = RV_ERR_INIT;
        const struct rv_settings_edits edits = edits_of(rows[i].list, 2);
        assert_int_equal(rv_settings_change_all(store, &edits, &err), RV_E_INVALID);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, rows[i].says);
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 0);
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM audit_events"), 0);
    }
    const struct rv_settings_edit good[] = { { "refresh.retry_min", "10m" },
                                             { "refresh.retry_max", "20m" } };
    const struct rv_settings_edits edits = edits_of(good, 2);
    must(rv_settings_change_all(store, &edits, err));
    assert_in_force(store, "refresh.retry_max", "20m", "server");
}

static void
each_change_is_in_the_audit_trail_with_old_and_new_value(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_settings_edit set = { "workers.poll", "9s" };
    const struct rv_settings_edit away = { "workers.poll", NULL };
    seed(store);
    struct rv_settings_edits edits = edits_of(&set, 1);
    must(rv_settings_change_all(store, &edits, err));
    must(rv_settings_change_all(store, &edits, err)); /* changes nothing: says nothing */
    edits = edits_of(&away, 1);
    must(rv_settings_change_all(store, &edits, err));
    assert_column(store, "SELECT details FROM audit_events ORDER BY id",
                  "{\"key\":\"workers.poll\",\"layer\":\"server\",\"old\":\"3s\",\"new\":\"9s\"},"
                  "{\"key\":\"workers.poll\",\"layer\":\"server\",\"old\":\"9s\",\"new\":null}");
    assert_column(store, "SELECT event FROM audit_events ORDER BY id",
                  "vmdb_config_update,vmdb_config_update");
    assert_column(store, "SELECT userid FROM audit_events ORDER BY id", "fred,fred");
    assert_column(store, "SELECT target_class FROM audit_events ORDER BY id",
                  "MiqServer,MiqServer");
    assert_int_equal(rv_test_int(store, "SELECT MIN(target_id) FROM audit_events"), SERVER);
    assert_true(rv_test_int(store, "SELECT MIN(created_on) FROM audit_events") > 0);
}

/* A vault whose seal can be looked through. */
static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)err;
    (*(int *)arg)++;
    *out = rv_format("v1:%s:%zu", place, strlen(text));
    return 0;
}

static void
a_secret_is_sealed_for_its_place_and_shown_nowhere(void **state)
{
    struct rv_store *store = store_of(state);
    int seals = 0;
    const struct rv_vault vault = { .arg = &seals, .seal = seal };
    const struct rv_settings_edit set = { "api.metrics_token", "canary-of-sixteen" };
    const struct rv_settings_edit shown = { "api.metrics_token", RV_SETTINGS_MASK };
    const struct rv_settings_edit away = { "api.metrics_token", NULL };
    seed(store);
    struct rv_settings_edits edits = edits_of(&set, 1);
    edits.vault = &vault;
    must(rv_settings_change_all(store, &edits, err));
    assert_column(store, "SELECT sealed_value FROM settings_changes",
                  "v1:settings_changes/server/1000000000003/api.metrics_token:17");
    assert_column(store, "SELECT value FROM settings_changes", RV_SETTINGS_MASK);
    assert_column(store, "SELECT details FROM audit_events",
                  "{\"key\":\"api.metrics_token\",\"layer\":\"server\",\"old\":\"\","
                  "\"new\":\"********\"}");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE columns LIKE '%v1:%'"),
                     0);
    struct rv_settings *settings = in_force(store, "miq_servers", SERVER);
    assert_string_equal(rv_settings_at(settings, RV_LAYER_SERVER, "api.metrics_token"),
                        RV_SETTINGS_MASK);
    RV_AUTO_JSON cJSON *all = rv_settings_to_json(settings);
    assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(all, "api"), "metrics_token"));
    rv_settings_free(settings);
    /* What a client read and sends back leaves it as it is. */
    edits.list = &shown;
    must(rv_settings_change_all(store, &edits, err));
    assert_int_equal(seals, 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM audit_events"), 1);
    /* Another one is a change, though both look alike. */
    edits.list = &set;
    must(rv_settings_change_all(store, &edits, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM audit_events"), 2);
    edits.list = &away;
    must(rv_settings_change_all(store, &edits, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM settings_changes"), 0);
    edits.list = &shown;
    must_fail(RV_E_INVALID, rv_settings_change_all(store, &edits, err));
}

static void
nested_objects_are_edits_and_null_takes_a_section_away(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_JSON cJSON *set = cJSON_Parse(
        "{\"workers\":{\"generic\":{\"count\":9},\"poll\":\"8s\"},\"log.level\":\"debug\"}");
    RV_AUTO_JSON cJSON *away = cJSON_Parse("{\"workers\":null}");
    RV_AUTO_JSON cJSON *wrong = cJSON_Parse("{\"workers\":{\"pole\":null}}");
    struct rv_settings_edits edits = edits_of(NULL, 0);
    struct rv_settings_edit_list *list = NULL;
    seed(store);
    must(rv_settings_edits_of(&list, &edits, set, err));
    must(rv_settings_change_all(store, &edits, err));
    rv_settings_edits_free(list);
    assert_in_force(store, "workers.generic.count", "9", "server");
    assert_in_force(store, "log.level", "debug", "server");
    must(rv_settings_edits_of(&list, &edits, away, err));
    must(rv_settings_change_all(store, &edits, err));
    rv_settings_edits_free(list);
    assert_column(store, "SELECT key FROM settings_changes", "log.level");
    list = NULL;
    must_fail(RV_E_INVALID, rv_settings_edits_of(&list, &edits, wrong, err));
    assert_null(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(server_beats_zone_beats_region_beats_default_and_each_says_so),
        schema_test(taking_a_value_away_restores_the_one_of_the_layer_below),
        schema_test(only_differences_are_stored_however_the_value_is_written),
        schema_test(what_reeve_yaml_alone_may_say_is_not_taken_from_a_row_of_the_store),
        schema_test(what_a_type_of_workers_inherits_is_told_with_the_key_it_comes_from),
        schema_test(of_several_changes_all_are_stored_or_none),
        schema_test(each_change_is_in_the_audit_trail_with_old_and_new_value),
        schema_test(a_secret_is_sealed_for_its_place_and_shown_nowhere),
        schema_test(nested_objects_are_edits_and_null_takes_a_section_away),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
