/* SPDX-License-Identifier: Apache-2.0
 *
 * Every rule of retention drops what is past its limit and nothing else, by age and by number, in
 * batches; archived inventory goes with all that belongs to it.
 */
#include "saver_fixture.h"

#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "keeping/retention.h"
#include "model/model.h"

#define NOW 1790000000000LL
#define DAY (24 * 3600 * 1000LL)

static struct rv_settings *
settings_with(const char *key, const char *value)
{
    struct rv_settings *settings = rv_settings_new();
    RV_AUTO_JSON cJSON *overlay = cJSON_CreateObject();

    if (key)
        cJSON_AddStringToObject(overlay, key, value);
    must(rv_settings_overlay(settings, overlay, "test", err));
    return settings;
}

/* Until all is done: rows that went. */
static int64_t
run(struct rv_store *store, struct rv_settings *settings)
{
    struct rv_retention state = { 0 };
    int64_t dropped = 0;
    int more;

    do {
        must(more = rv_retention_run(&state, store, settings, err));
        dropped += state.dropped;
    } while (more);
    return dropped;
}

/* What makes a row one of the rule's. */
static const struct {
    const char *rule, *columns, *values;
} samples[] = {
    { "tokens", "", "" },
    { "finished tasks", ", state", ", 'Finished'" },
    { "lines of tasks' logs", ", miq_task_id, level, message", ", 1, 'info', 'x'" },
    { "dead messages", ", state", ", 'error'" },
    { "events", "", "" },
    { "runs of automate", ", uri, status", ", '/System/Process/Event', 'finished'" },
    { "traces of automate", ", run_id, part", ", 1, $1" },
    { "workspaces of automate", ", guid", ", CAST(CAST($1 AS BIGINT) AS TEXT)" },
    { "audit events", ", event, status", ", 'login', 'success'" },
    { "workers of servers that are gone", "", "" },
};

static const struct rv_retention_rule *
rule_of(const char *name)
{
    for (const struct rv_retention_rule *rule = rv_retention_rules; rule->name; rule++)
        if (strcmp(rule->name, name) == 0)
            return rule;
    fail_msg("no rule '%s'", name);
    return NULL;
}

static void
put(struct rv_store *store, size_t sample, int64_t id, int64_t age_ms)
{
    const struct rv_retention_rule *rule = rule_of(samples[sample].rule);
    RV_AUTO_FREE char *sql =
        rv_format("INSERT INTO \"%s\" (id, \"%s\"%s) VALUES ($1, $2%s)", rule->table, rule->age,
                  samples[sample].columns, samples[sample].values);
    const rv_value params[] = { rv_vint(id), rv_vint(NOW - age_ms) };

    must(rv_store_exec(store, NULL, sql, params, 2, err));
}

static char *
left(struct rv_store *store, const char *table)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM \"%s\" ORDER BY id", table);

    return column_of(store, sql);
}

/* Every rule with a table of its own has a sample, so that none is forgotten here. */
static void
each_rule_drops_what_is_past_its_limit_and_only_that(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_settings *settings = settings_with(NULL, NULL);
    size_t rules = 0;

    rv_clock_fake(NOW);
    for (const struct rv_retention_rule *rule = rv_retention_rules; rule->name; rule++)
        rules += rule->table != NULL;
    assert_int_equal(rules, RV_COUNT(samples));
    for (size_t i = 0; i < RV_COUNT(samples); i++) {
        const struct rv_retention_rule *rule = rule_of(samples[i].rule);
        int64_t keep_ms = rule->keep ? rv_settings_int(settings, rule->keep) : 0;
        int64_t base = 1000000000000 + (int64_t)i * 100;
        put(store, i, base + 1, keep_ms + 1);
        put(store, i, base + 2, keep_ms - 1000);
        put(store, i, base + 3, keep_ms + 3650 * DAY);
        RV_AUTO_FREE char *ageless = rv_format("INSERT INTO \"%s\" (id%s) VALUES ($1%s)",
                                               rule->table, samples[i].columns, samples[i].values);
        must_exec(store, ageless, rv_vint(base + 4));
        run(store, settings);
        RV_AUTO_FREE char *kept = left(store, rule->table);
        RV_AUTO_FREE char *wanted =
            rv_format("%lld,%lld", (long long)base + 2, (long long)base + 4);
        assert_string_equal(kept, wanted);
        RV_AUTO_FREE char *clear = rv_format("DELETE FROM \"%s\"", rule->table);
        rv_test_script(store, clear);
    }
    rv_settings_free(settings);
    rv_clock_real();
}

static void
rows_of_another_state_are_kept_however_old(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_settings *settings = settings_with("tasks.rows_max", "1");

    rv_clock_fake(NOW);
    for (int i = 0; i < 3; i++) {
        must_exec(store, "INSERT INTO miq_tasks (id, state, updated_on) VALUES ($1, 'Active', 1)",
                  rv_vint(1000000000001 + i));
        must_exec(store, "INSERT INTO miq_queue (id, state, dead_on) VALUES ($1, 'ready', 1)",
                  rv_vint(1000000000011 + i));
    }
    assert_int_equal(run(store, settings), 0);
    rv_settings_free(settings);
    rv_clock_real();
}

static void
an_event_that_waits_for_its_handler_is_kept_whatever_its_time(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_settings *settings = settings_with("events.rows_max", "1");

    rv_clock_fake(NOW);
    must_exec(store,
              "INSERT INTO event_lanes (id, name, written, handled) VALUES ($1, 'ems 1', 4, 2)",
              rv_vint(1000000000001));
    for (int n = 1; n <= 4; n++)
        must_exec(store,
                  "INSERT INTO event_streams (id, timestamp, lane_id, number)"
                  " VALUES ($1, $1, $2, $3)",
                  rv_vint(n), rv_vint(1000000000001), rv_vint(n));
    assert_int_equal(run(store, settings), 2);
    assert_column(store, "SELECT number FROM event_streams ORDER BY number", "3,4");
    rv_test_script(store, "UPDATE event_lanes SET handled = 3");
    assert_int_equal(run(store, settings), 1);
    rv_test_script(store, "DELETE FROM event_lanes");
    assert_int_equal(run(store, settings), 1);
    rv_settings_free(settings);
    rv_clock_real();
}

/* Of rows that are all young the newest stay; of the same age those with the higher ids. */
static void
beyond_their_number_the_oldest_rows_go(void **state)
{
    struct rv_store *store = store_of(state);

    rv_clock_fake(NOW);
    for (size_t i = 0; i < RV_COUNT(samples); i++) {
        const struct rv_retention_rule *rule = rule_of(samples[i].rule);
        int64_t base = 1000000000000 + (int64_t)i * 100;
        if (!rule->most)
            continue;
        struct rv_settings *settings = settings_with(rule->most, "3");
        for (int n = 0; n < 4; n++)
            put(store, i, base + n, 1000);
        put(store, i, base + 4, 2000);
        put(store, i, base + 5, 500);
        run(store, settings);
        RV_AUTO_FREE char *kept = left(store, rule->table);
        RV_AUTO_FREE char *wanted = rv_format("%lld,%lld,%lld", (long long)base + 2,
                                              (long long)base + 3, (long long)base + 5);
        assert_string_equal(kept, wanted);
        RV_AUTO_FREE char *clear = rv_format("DELETE FROM \"%s\"", rule->table);
        rv_test_script(store, clear);
        rv_settings_free(settings);
    }
    rv_clock_real();
}

static void
many_rows_go_in_batches_of_the_setting(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_settings *settings = settings_with("purge.batch", "7");

    rv_clock_fake(NOW);
    for (int n = 0; n < 50; n++)
        put(store, 1, 1000000000001 + n, 30 * DAY);
    int64_t before = change_count(store);
    assert_int_equal(run(store, settings), 50);
    assert_int_equal(change_count(store) - before, 50); /* readers are told */
    rv_settings_free(settings);
    rv_clock_real();
}

static void
changes_go_by_age_and_by_number(void **state)
{
    struct rv_store *store = store_of(state);

    rv_clock_fake(NOW);
    for (int n = 0; n < 30; n++)
        must_exec(store, "INSERT INTO changes (kind, row_id, op, at) VALUES ('task', 1, 1, $1)",
                  rv_vint(NOW - (n < 10 ? 2 * DAY : 1000)));
    struct rv_settings *settings = settings_with(NULL, NULL);
    assert_int_equal(run(store, settings), 10);
    assert_column(store, "SELECT value FROM schema_info WHERE name = 'feed_floor'", "10");
    rv_settings_free(settings);
    settings = settings_with("changes.rows_max", "5");
    assert_int_equal(run(store, settings), 15);
    assert_column(store, "SELECT MIN(number) FROM changes", "26");
    assert_column(store, "SELECT value FROM schema_info WHERE name = 'feed_floor'", "25");
    rv_settings_free(settings);
    rv_clock_real();
}

static void
age_rows(struct rv_store *store, const char *table, int64_t days)
{
    RV_AUTO_FREE char *sql = rv_format("UPDATE \"%s\" SET deleted_on = %lld WHERE deleted_on IS NOT"
                                       " NULL",
                                       table, (long long)(rv_now_ms() - days * DAY));

    rv_test_script(store, sql);
}

/* A tag, an attribute, and a child of a child, on what is archived. */
static void
hang_on_archived(struct rv_store *store)
{
    rv_test_script(
        store,
        "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id)"
        " SELECT 1000000990001, 'container_group', id, 1 FROM container_groups WHERE ems_ref = "
        "'old';"
        "INSERT INTO custom_attributes (id, resource_type, resource_id, name)"
        " SELECT 1000000990002, 'container_group', id, 'mine' FROM container_groups"
        " WHERE ems_ref = 'old';"
        "INSERT INTO container_env_vars (id, ems_id, container_id, name)"
        " SELECT 1000000990003, ems_id, id, 'LATE' FROM containers WHERE deleted_on IS NOT NULL");
}

static void
archived_rows_go_with_all_that_belongs_to_them_and_others_stay(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_settings *settings = settings_with(NULL, NULL);

    emit(saver, node_object("n1", "node-1"));
    emit(saver, image_object("i1"));
    emit(saver, pod_object("old", "web-1", "Running"));
    emit(saver, pod_object("young", "web-2", "Running"));
    emit(saver, pod_object("there", "web-3", "Running"));
    flush(saver);
    gone(saver, "container_group", "old");
    flush(saver);
    age_rows(store, "container_groups", 181);
    age_rows(store, "containers", 181);
    hang_on_archived(store);
    gone(saver, "container_group", "young");
    flush(saver);
    assert_int_equal(run(store, settings), 4); /* pod, container, variable, attribute */
    assert_column(store, "SELECT ems_ref FROM container_groups ORDER BY ems_ref", "there,young");
    assert_column(store, "SELECT COUNT(*) FROM containers", "2");
    assert_column(store, "SELECT COUNT(*) FROM container_env_vars WHERE name = 'LATE'", "0");
    assert_column(store, "SELECT COUNT(*) FROM taggings WHERE id = 1000000990001", "0");
    assert_column(store, "SELECT COUNT(*) FROM custom_attributes WHERE name = 'mine'", "0");
    assert_int_equal(run(store, settings), 0);
    rv_settings_free(settings);
    rv_saver_close(saver);
}

static void
a_row_that_was_dropped_comes_back_as_a_new_one(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_settings *settings = settings_with(NULL, NULL);

    emit(saver, node_object("n1", "node-1"));
    emit(saver, image_object("i1"));
    emit(saver, pod_object("p", "web-1", "Running"));
    flush(saver);
    int64_t id = rv_test_int(store, "SELECT id FROM container_groups");
    gone(saver, "container_group", "p");
    flush(saver);
    age_rows(store, "container_groups", 181);
    run(store, settings);
    emit(saver, pod_object("p", "web-1", "Running"));
    flush(saver);
    assert_true(rv_test_int(store, "SELECT id FROM container_groups") > id);
    assert_column(store, "SELECT COUNT(*) FROM containers WHERE deleted_on IS NULL", "1");
    rv_settings_free(settings);
    rv_saver_close(saver);
}

/* In a process of its own: the pod comes back. 0 when the save was refused as it should be. */
static _Noreturn void
bring_back(void **state, const struct rv_lease *lease)
{
    struct rv_store *store = second_store(state);
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .lease = lease });
    rv_err err = RV_ERR_INIT;

    emit(saver, pod_object("p", "web-1", "Running"));
    int rc = rv_saver_flush(saver, &err);
    _exit(rc == RV_E_UNAVAILABLE && strstr(err.text, "were dropped while they came back") ? 0 : 1);
}

static int
somebody_waits(void *arg)
{
    return rv_test_int(arg, "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT"
                            " granted AND database = (SELECT oid FROM pg_database"
                            " WHERE datname = current_database())") > 0;
}

/* PostgreSQL only, where it can be seen that the other process waits for us: we drop the row after
 * it was read there, and before it is written. */
static void
a_row_dropped_while_it_comes_back_is_noticed(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease lease;
    int status = -1;

    only_postgres();
    must(rv_lease_take(store, &lease, "refresh/1000000900000", 11, 600000, err));
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .lease = &lease });
    emit(saver, node_object("n1", "node-1"));
    emit(saver, image_object("i1"));
    emit(saver, pod_object("p", "web-1", "Running"));
    flush(saver);
    gone(saver, "container_group", "p");
    flush(saver);
    rv_saver_close(saver);
    must(rv_store_begin(store, err));
    must(rv_store_lock(store, "lease/refresh/1000000900000", err));
    pid_t pid = fork();
    if (pid == 0)
        bring_back(state, &lease);
    struct rv_store *other = second_store(state);
    assert_true(rv_test_until(somebody_waits, other, 20000));
    must_exec(store, "DELETE FROM container_groups WHERE ems_ref = $1", rv_vtext("p"));
    must(rv_store_commit(store, err));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    rv_store_close(other);
}

static void
machines_are_kept_for_ever_unless_said_otherwise(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_settings *for_ever = settings_with(NULL, NULL);
    struct rv_settings *a_day = settings_with("inventory.archived_vms_keep", "1d");

    must_exec(store, "INSERT INTO vms (id, ems_id, ems_ref, deleted_on) VALUES ($1, $2, 'v', 1)",
              rv_vint(1000000000001), rv_vint(EMS));
    assert_int_equal(run(store, for_ever), 0);
    assert_int_equal(run(store, a_day), 1);
    rv_settings_free(for_ever);
    rv_settings_free(a_day);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(each_rule_drops_what_is_past_its_limit_and_only_that),
        schema_test(rows_of_another_state_are_kept_however_old),
        schema_test(an_event_that_waits_for_its_handler_is_kept_whatever_its_time),
        schema_test(beyond_their_number_the_oldest_rows_go),
        schema_test(many_rows_go_in_batches_of_the_setting),
        schema_test(changes_go_by_age_and_by_number),
        schema_test(archived_rows_go_with_all_that_belongs_to_them_and_others_stay),
        schema_test(a_row_that_was_dropped_comes_back_as_a_new_one),
        schema_test(a_row_dropped_while_it_comes_back_is_noticed),
        schema_test(machines_are_kept_for_ever_unless_said_otherwise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
