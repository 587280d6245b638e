/* SPDX-License-Identifier: Apache-2.0
 *
 * The refresher: full lists and watches of a scripted provider, their failures on
 * the record, and what clears them.
 */
#include "provider_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "queue/task.h"

static int
end(void **state)
{
    script_remove();
    return contract_end(state);
}
#define refresher_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, end)

static int interrupt_after, interrupt_with;

static int
interrupted(void *arg)
{
    (void)arg;
    return interrupt_after-- > 0 ? 0 : interrupt_with;
}

static struct rv_refresher_config
config_of(struct rv_store *store, int64_t id)
{
    struct rv_refresher_config config = refresher_config(store, id);
    config.interrupted = interrupted;
    return config;
}

static struct rv_refresher *
refresher_of(struct rv_store *store, int64_t id)
{
    struct rv_refresher_config config = config_of(store, id);
    struct rv_refresher *refresher = NULL;
    interrupt_after = 1 << 30;
    interrupt_with = 0;
    must(rv_refresher_open(&refresher, &config, err));
    return refresher;
}

#define NAMES "SELECT name FROM container_nodes WHERE deleted_on IS NULL ORDER BY name"

static void
a_full_refresh_leaves_inventory_and_figures(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one"), task;
    struct rv_refresher *refresher = refresher_of(store, id);
    assert_true(rv_refresher_needs_full(refresher));
    must(rv_task_create(store, "refresh", "admin", &task, err));
    must(rv_task_start(store, task, err));
    script("node n1 one\nnode n2 two\npod p1 web one\ncomplete container_node\n");
    char *stats = NULL;
    must(rv_refresher_full(refresher, task, &stats, err));
    assert_false(rv_refresher_needs_full(refresher));
    assert_column(store, NAMES, "one,two");
    cJSON *json = cJSON_Parse(stats);
    static const char *const phases[] = { "collect_ms", "parse_ms",       "hash_ms",    "save_ms",
                                          "total_ms",   "peak_rss_bytes", "table_bytes" };
    for (size_t i = 0; i < RV_COUNT(phases); i++)
        assert_true(rv_json_int(json, phases[i], -1) >= 0);
    assert_int_equal(rv_json_int(json, "objects", 0), 3);
    assert_int_equal(rv_json_int(json, "created", 0), 3);
    assert_true(rv_json_int(json, "peak_rss_bytes", 0) > 1000000);
    cJSON_Delete(json);
    free(stats);
    RV_AUTO_FREE char *kept = record(store, id, "refresh_stats");
    assert_non_null(strstr(kept, "\"created\":3"));
    assert_record(store, id, "last_refresh_error", "");
    assert_record(store, id, "uid_ems", "system-1");
    assert_record(store, id, "api_version", "v7");
    RV_AUTO_FREE char *done = record(store, id, "last_refresh_success_date");
    assert_string_not_equal(done, "");
    RV_AUTO_FREE char *changed = record(store, id, "last_inventory_date");
    assert_string_not_equal(changed, "");
    assert_column(store, "SELECT status FROM authentications", "Valid");
    rv_refresher_close(refresher);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM leases WHERE holder = 77"), 0);
    refresher = refresher_of(store, id);
    assert_false(rv_refresher_needs_full(refresher));
    rv_refresher_close(refresher);
}

/* What was logged since, at most `size` bytes of it. */
static void
read_log(FILE *log, char *out, size_t size)
{
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, STDERR_FILENO);
    rewind(log);
    out[fread(out, 1, size - 1, log)] = '\0';
    fclose(log);
}

static long
logged(const char *line, const char *field)
{
    RV_AUTO_FREE char *name = rv_format(" %s=", field);
    const char *at = strstr(line, name);
    long value = -1;
    if (!at || sscanf(at + strlen(name), "%ld", &value) != 1)
        fail_msg("no %s in: %s", field, line);
    return value;
}

static void
each_full_refresh_logs_how_long_its_five_phases_took(void **state)
{
    static const char *const parts[] = { "collect_inventory_for_targets_ms",
                                         "parse_targeted_inventory_ms", "save_inventory_ms",
                                         "manager_refresh_post_processing_ms" };
    struct rv_store *store = store_of(state);
    struct rv_refresher *refresher = refresher_of(store, scripted_provider(store, "one"));
    script("node n1 one\nnode n2 two\ncomplete container_node\n");
    char text[16384];
    FILE *log = tmpfile();
    assert_non_null(log);
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, fileno(log));
    int rc = rv_refresher_full(refresher, 0, NULL, &(rv_err)RV_ERR_INIT);
    read_log(log, text, sizeof(text));
    assert_int_equal(rc, 0);
    const char *line = strstr(text, "Refreshing targets...Complete - Timings");
    assert_non_null(line);
    assert_null(strstr(line + 1, "Refreshing targets...")); /* once a refresh */
    assert_non_null(strstr(line, " provider=one targets=all "));
    long whole = logged(line, "ems_refresh_ms"), sum = 0;
    for (size_t i = 0; i < RV_COUNT(parts); i++) {
        assert_true(logged(line, parts[i]) >= 0);
        sum += logged(line, parts[i]);
    }
    assert_in_range(sum, 0, whole + (long)RV_COUNT(parts)); /* each is rounded */
    assert_int_equal(logged(line, "created"), 2);
    rv_refresher_close(refresher);
}

static void
another_version_of_the_module_lists_everything_once(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    rv_refresher_close(refresher);
    must(rv_store_exec(
        store, NULL,
        "UPDATE ext_management_systems SET refresh_stats = '{\"module_version\":\"0\"}'", NULL, 0,
        err));
    refresher = refresher_of(store, id);
    assert_true(rv_refresher_needs_full(refresher));
    must(rv_refresher_full(refresher, 0, NULL, err));
    rv_refresher_close(refresher);
    refresher = refresher_of(store, id);
    assert_false(rv_refresher_needs_full(refresher));
    rv_refresher_close(refresher);
}

static void
a_failed_refresh_keeps_the_old_inventory_and_says_why(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t other = scripted_provider(store, "other");
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\nnode n2 two\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    script("node n1 uno\nfail protocol nonsense\n");
    must_fail(RV_E_PROTOCOL, rv_refresher_full(refresher, 0, NULL, err));
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM container_nodes WHERE deleted_on IS NULL"), 2);
    assert_record(store, id, "last_refresh_error", "refresh of provider 'one': nonsense");
    assert_record(store, id, "last_refresh_hint", "ask the test");
    RV_AUTO_FREE char *when = record(store, id, "last_refresh_error_on");
    assert_string_not_equal(when, "");
    assert_record(store, other, "last_refresh_error", "");
    script("verify: auth bad token\n");
    must_fail(RV_E_AUTH, rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, "SELECT status_details FROM authentications WHERE status = 'Invalid'",
                  "refresh of provider 'one': bad token");
    script("node n1 uno\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, NAMES, "uno");
    assert_record(store, id, "last_refresh_error", "");
    assert_record(store, id, "last_refresh_error_on", "");
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM authentications WHERE status = 'Valid'"), 1);
    rv_refresher_close(refresher);
}

/* A provider that does not list again by itself says GONE: then everything is listed, instead of
 * the same token being tried for ever. */
static void
a_watch_with_tokens_that_are_too_old_leads_to_a_full_refresh(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\ntoken nodes 1\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_false(rv_refresher_needs_full(refresher));
    script("watch:\nfail gone forgotten\n");
    must_fail(RV_E_GONE, rv_refresher_watch(refresher, err));
    assert_true(rv_refresher_needs_full(refresher));
    script("node n2 two\ncomplete container_node\ntoken nodes 2\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_false(rv_refresher_needs_full(refresher));
    assert_column(store, NAMES, "two");
    rv_refresher_close(refresher);
}

static void
a_watch_keeps_the_model_current_until_interrupted(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\ntoken nodes 1\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    script("watch:\nnode n2 two\ngone container_node n1\ntoken nodes 2\nhang\n");
    interrupt_after = 8;
    interrupt_with = 2;
    must(rv_refresher_watch(refresher, err));
    assert_column(store, NAMES, "two");
    assert_column(store, "SELECT token FROM inventory_streams WHERE stream = 'nodes'", "2");
    assert_record(store, id, "last_refresh_error", "");
    rv_refresher_close(refresher);
}

static void
a_message_does_not_interrupt_a_full_refresh_but_a_stop_does(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\n");
    interrupt_after = 0;
    interrupt_with = 2;
    must(rv_refresher_full(refresher, 0, NULL, err));
    interrupt_with = 1;
    must_fail(RV_E_CANCELLED, rv_refresher_full(refresher, 0, NULL, err));
    assert_record(store, id, "last_refresh_error", "");
    rv_refresher_close(refresher);
}

static void
an_error_of_the_watch_lasts_until_it_recovers(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    script("watch:\nnode n2 two\ntoken nodes 5\nfail unavailable refused\n");
    must_fail(RV_E_UNAVAILABLE, rv_refresher_watch(refresher, err));
    assert_record(store, id, "last_refresh_error", "watch of provider 'one': refused");
    assert_column(store, "SELECT status FROM authentications", "Unreachable");
    script("verify: unavailable still refused\n");
    must_fail(RV_E_UNAVAILABLE, rv_refresher_watch(refresher, err));
    assert_record(store, id, "last_refresh_error", "watch of provider 'one': still refused");
    script("watch:\nhang\n");
    interrupt_after = 8;
    interrupt_with = 1;
    must(rv_refresher_watch(refresher, err));
    assert_record(store, id, "last_refresh_error", "");
    assert_column(store, "SELECT status FROM authentications", "Valid");
    rv_refresher_close(refresher);
}

static void
warnings_are_on_the_record_while_they_last(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\nlong n9\nwarn routes absent\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    RV_AUTO_FREE char *warnings = record(store, id, "warnings");
    assert_non_null(strstr(warnings, "\"routes\":\"absent\""));
    assert_non_null(strstr(warnings, "\"container_node: refused\":"));
    assert_record(store, id, "warnings_count", "2");
    script("watch:\nwarn services forbidden\nhang\n");
    interrupt_after = 8;
    interrupt_with = 2;
    must(rv_refresher_watch(refresher, err));
    free(warnings);
    warnings = record(store, id, "warnings");
    assert_non_null(strstr(warnings, "\"services\":\"forbidden\""));
    script("node n1 one\ncomplete container_node\n");
    interrupt_with = 0;
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_record(store, id, "warnings", "");
    assert_record(store, id, "warnings_count", "0");
    rv_refresher_close(refresher);
}

static void
only_one_refresher_holds_the_lease(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id), *second = NULL;
    struct rv_refresher_config config = config_of(store, id);
    config.holder = 78;
    must_fail(RV_E_CONFLICT, rv_refresher_open(&second, &config, err));
    assert_record(store, id, "last_refresh_error", "");
    rv_clock_fake(rv_now_ms() + 120000);
    must(rv_refresher_open(&second, &config, err));
    script("node n1 one\ncomplete container_node\n");
    must_fail(RV_E_STALE, rv_refresher_full(refresher, 0, NULL, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 0);
    assert_record(store, id, "last_refresh_error", "");
    must(rv_refresher_full(second, 0, NULL, err));
    assert_column(store, NAMES, "one");
    rv_clock_real();
    rv_refresher_close(refresher);
    rv_refresher_close(second);
}

static void
an_error_of_a_full_refresh_stands_until_one_succeeds(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    script("fail protocol nonsense\n");
    must_fail(RV_E_PROTOCOL, rv_refresher_full(refresher, 0, NULL, err));
    /* The watch goes on, and what it brings proves nothing about the list. */
    script("watch:\nnode n2 two\ntoken nodes 5\nhang\n");
    interrupt_after = 8;
    interrupt_with = 2;
    must(rv_refresher_watch(refresher, err));
    assert_column(store, "SELECT name FROM container_nodes ORDER BY name", "one,two");
    RV_AUTO_FREE char *error = record(store, id, "last_refresh_error");
    assert_non_null(strstr(error, "nonsense"));
    script("node n1 one\nnode n2 two\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_record(store, id, "last_refresh_error", "");
    rv_refresher_close(refresher);
}

static void
what_keeps_it_from_opening_is_on_the_record(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher_config config = config_of(store, id);
    struct rv_refresher *refresher = NULL;
    rv_test_script(store, "UPDATE ext_management_systems SET type = 'scriptet'");
    must_fail(RV_E_NOT_FOUND, rv_refresher_open(&refresher, &config, err));
    assert_record(store, id, "last_refresh_error",
                  "there is no provider 'scriptet', did you mean 'scripted'?");
    rv_test_script(store, "UPDATE ext_management_systems SET type = 'scripted', options = NULL");
    must_fail(RV_E_INVALID, rv_refresher_open(&refresher, &config, err));
    assert_record(store, id, "last_refresh_error",
                  "options of provider 'one': option 'script' is missing (the file)");
    /* The lease was given back. */
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM leases WHERE holder = 77"), 0);
    config.provider_id = id + 1;
    must_fail(RV_E_NOT_FOUND, rv_refresher_open(&refresher, &config, err));
}

static void
changed_options_are_used_at_once(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    script("node n1 one\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    cJSON *plain = NULL, *secrets = NULL;
    split_options("{\"hostname\":\"here\",\"script\":\"/nowhere\"}", &plain, &secrets);
    must(rv_provider_edit(store, &test_vault, id, NULL, 0, plain, NULL, err));
    must_fail(RV_E_UNAVAILABLE, rv_refresher_full(refresher, 0, NULL, err));
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
    rv_refresher_close(refresher);
}

/* "Raise refresh.objects_max", the failure says. */
static void
limits_that_are_changed_count_from_the_next_refresh_on(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    struct rv_refresher_config config = config_of(store, id);
    script("node n1 one\nnode n2 two\ncomplete container_node\n");
    config.objects_max = 1;
    must(rv_refresher_configure(refresher, &config, err));
    must_fail(RV_E_LIMIT, rv_refresher_full(refresher, 0, NULL, err));
    config.objects_max = 2;
    must(rv_refresher_configure(refresher, &config, err));
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, NAMES, "one,two");
    rv_refresher_close(refresher);
}

static void
a_save_that_fails_does_not_end_the_refresher(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, id);
    rv_test_script(store, "ALTER TABLE container_nodes RENAME TO hidden");
    script("node n1 one\ncomplete container_node\n");
    must_fail(RV_E_INTERNAL, rv_refresher_full(refresher, 0, NULL, err));
    must_fail(RV_E_INTERNAL, rv_refresher_full(refresher, 0, NULL, err));
    RV_AUTO_FREE char *error = record(store, id, "last_refresh_error");
    assert_non_null(strstr(error, "container_nodes"));
    rv_test_script(store, "ALTER TABLE hidden RENAME TO container_nodes");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, NAMES, "one");
    assert_record(store, id, "last_refresh_error", "");
    rv_refresher_close(refresher);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        refresher_test(a_full_refresh_leaves_inventory_and_figures),
        refresher_test(each_full_refresh_logs_how_long_its_five_phases_took),
        refresher_test(another_version_of_the_module_lists_everything_once),
        refresher_test(a_failed_refresh_keeps_the_old_inventory_and_says_why),
        refresher_test(a_watch_with_tokens_that_are_too_old_leads_to_a_full_refresh),
        refresher_test(a_watch_keeps_the_model_current_until_interrupted),
        refresher_test(a_message_does_not_interrupt_a_full_refresh_but_a_stop_does),
        refresher_test(an_error_of_the_watch_lasts_until_it_recovers),
        refresher_test(an_error_of_a_full_refresh_stands_until_one_succeeds),
        refresher_test(warnings_are_on_the_record_while_they_last),
        refresher_test(only_one_refresher_holds_the_lease),
        refresher_test(what_keeps_it_from_opening_is_on_the_record),
        refresher_test(changed_options_are_used_at_once),
        refresher_test(limits_that_are_changed_count_from_the_next_refresh_on),
        refresher_test(a_save_that_fails_does_not_end_the_refresher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
