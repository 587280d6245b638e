/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check finds, each thing put there by hand, and what a status tells.
 */
#include "keeping_fixture.h"

#include <fcntl.h>
#include <unistd.h>
#include "base/json.h"
#include "base/text.h"
#include "keeping/status_text.h"
#include "store/feed.h"
#include "store/schema.h"

static cJSON *
check(struct rv_store *store)
{
    cJSON *report = NULL;

    must(rv_keep_check(&report, store, NULL, err));
    return report;
}

static int
tells(const cJSON *report, const char *level, const char *words)
{
    const cJSON *one = NULL;

    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(report, "findings"))
    {
        if (strcmp(rv_json_string(one, "level"), level) == 0 &&
            strstr(rv_json_string(one, "text"), words)) {
            assert_true(strlen(rv_json_string(one, "hint")) > 10);
            return 1;
        }
    }
    return 0;
}

static void
assert_tells(struct rv_store *store, const char *level, const char *words)
{
    RV_AUTO_JSON cJSON *report = check(store);

    if (tells(report, level, words))
        return;
    RV_AUTO_FREE char *text = cJSON_Print(report);
    fail_msg("no %s says '%s': %s", level, words, text);
}

static void
a_new_database_has_no_errors(void **state)
{
    RV_AUTO_JSON cJSON *report = check(store_of(state));
    RV_AUTO_FREE char *text = cJSON_Print(report);

    if (rv_json_int(report, "errors", -1) || rv_json_int(report, "warnings", -1))
        fail_msg("%s", text);
}

static void
indexes_are_walked_where_postgresql_can(void **state)
{
    struct rv_store *store = store_of(state);

    only_postgres();
    assert_tells(store, "note", "indexes were counted and not walked");
    rv_test_script(store, "CREATE EXTENSION amcheck");
    RV_AUTO_JSON cJSON *report = check(store);
    assert_false(tells(report, "note", "indexes were counted and not walked"));
    assert_int_equal(rv_json_int(report, "errors", -1), 0);
}

static void
children_without_owner_and_links_to_nowhere_are_counted(void **state)
{
    struct rv_store *store = store_of(state);

    must_exec(store, "INSERT INTO ext_management_systems (id, name, type) VALUES ($1, 'p', 'demo')",
              rv_vint(1000000000001));
    must_exec(store,
              "INSERT INTO container_groups (id, ems_id, ems_ref, container_node_id)"
              " VALUES ($1, $2, 'c', $3)",
              rv_vint(1000000000002), rv_vint(1000000000001), rv_vint(1000000000003));
    must_exec(store,
              "INSERT INTO container_conditions (id, container_entity_type, container_entity_id,"
              " name) VALUES ($1, 'container_group', $2, 'Ready')",
              rv_vint(1000000000004), rv_vint(1000000000009));
    rv_test_script(store, "UPDATE id_blocks SET next_id = 1000000000100");
    assert_tells(store, "note", "1 links container_groups.container_node_id lead to no row");
    assert_tells(store, "warning", "1 rows of container_conditions belong to rows of");
}

static void
rows_of_a_provider_that_is_gone_are_counted(void **state)
{
    struct rv_store *store = store_of(state);

    must_exec(store, "INSERT INTO vms (id, ems_id, ems_ref) VALUES ($1, $2, 'v')",
              rv_vint(1000000000002), rv_vint(1000000000001));
    assert_tells(store, "warning", "1 rows of vms are of providers that are not there");
}

static void
ids_that_would_be_given_out_again_are_an_error(void **state)
{
    must_exec(store_of(state), "INSERT INTO miq_tasks (id, name) VALUES ($1, 't')",
              rv_vint(1000900000000));
    assert_tells(store_of(state), "error", "table miq_tasks has id 1000900000000");
}

static void
ids_of_another_region_are_an_error(void **state)
{
    must_exec(store_of(state), "INSERT INTO miq_tasks (id, name) VALUES ($1, 't')",
              rv_vint(2000000000001));
    assert_tells(store_of(state), "error", "1 rows of miq_tasks have ids of another region");
}

static void
a_feed_that_contradicts_itself_is_an_error(void **state)
{
    struct rv_store *store = store_of(state);

    must_exec(store, "INSERT INTO changes (kind, row_id, op, at) VALUES ('task', $1, 1, 1)",
              rv_vint(1));
    rv_test_script(store, "UPDATE schema_info SET value = 100 WHERE name = 'feed_floor'");
    assert_tells(store, "error", "count as expired");
    assert_tells(store, "error", "has numbers up to 100, but the next will be 2");
}

static void
a_missing_index_and_a_missing_column_are_told(void **state)
{
    struct rv_store *store = store_of(state);

    rv_test_script(store, "DROP INDEX ix_miq_queue_ready;"
                          "ALTER TABLE vms DROP COLUMN \"boot_time\"");
    assert_tells(store, "warning", "ix_miq_queue_ready");
    assert_tells(store, "warning", "ADD COLUMN \"boot_time\"");
}

static void
messages_that_nobody_gives_back_are_told(void **state)
{
    must_exec(store_of(state),
              "INSERT INTO miq_queue (id, queue_name, state, priority, method_name, generation,"
              " attempts, lease_expires_on)"
              " VALUES ($1, 'generic', 'dequeue', 100, 'm', 1, 1, 0)",
              rv_vint(1000000000002));
    assert_tells(store_of(state), "warning", "1 messages are held by workers that are gone");
}

/* A page in the middle of the file overwritten: only on SQLite, where we have the file. */
static void
a_damaged_file_is_an_error_that_says_what_to_do(void **state)
{
    struct contract *contract = *state;
    char junk[4096];

    only_sqlite();
    keeping_fill(contract->store);
    rv_test_script(contract->store, "PRAGMA wal_checkpoint(TRUNCATE)");
    int64_t root = rv_test_int(contract->store, "SELECT rootpage FROM sqlite_master"
                                                " WHERE name = 'ix_container_groups_ems_id' OR"
                                                " name = 'container_groups' ORDER BY 1 LIMIT 1");
    rv_store_close(contract->store);
    RV_AUTO_FD int fd = open(contract->db.url + 7, O_WRONLY | O_CLOEXEC);
    memset(junk, 0x5a, sizeof junk);
    assert_int_equal(pwrite(fd, junk, sizeof junk, (root - 1) * 4096), sizeof junk);
    contract->store = second_store(state);
    RV_AUTO_JSON cJSON *report = check(contract->store);
    assert_true(rv_json_int(report, "errors", 0) > 0);
}

static int64_t
rows_told(struct rv_store *store, const char *name)
{
    RV_AUTO_JSON cJSON *status = NULL;
    const cJSON *table = NULL;
    int64_t rows = -1;

    must(rv_keep_status(&status, store, INT64_MAX, err));
    cJSON_ArrayForEach(table, cJSON_GetObjectItemCaseSensitive(status, "tables"))
    {
        if (rv_streq(rv_json_string(table, "name"), name))
            rows = rv_json_int(table, "rows", -2);
    }
    return rows;
}

static void
a_status_tells_rows_before_anything_was_analyzed(void **state)
{
    struct rv_store *store = store_of(state);

    keeping_fill(store);
    if (rv_test_is_postgres()) /* else within a second */
        rv_test_script(store, "SELECT pg_stat_force_next_flush()");
    assert_int_equal(rows_told(store, "container_groups"), 3000);
}

/* What PostgreSQL is told of the rows late, on a busy machine, is added to what ANALYZE finds: then
 * it looks again. */
static void
analyze(struct rv_store *store)
{
    for (int tries = 0; tries < 20; tries++) {
        if (rv_test_is_postgres())
            rv_test_script(store, "SELECT pg_stat_force_next_flush()");
        rv_test_script(store, "ANALYZE");
        if (rows_told(store, "container_groups") == 3000)
            return;
        usleep(100000);
    }
    fail_msg("ANALYZE finds other rows than there are");
}

static void
a_status_tells_size_tables_changes_and_the_last_backup(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_JSON cJSON *status = NULL;
    RV_AUTO_JSON cJSON *taken = NULL;
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *path = rv_format("%s/b", dir);
    const struct rv_backup_options options = { .path = path };
    int found = 0;

    keeping_fill(store);
    analyze(store);
    must(rv_keep_backup(&taken, store, &options, NULL, err));
    must(rv_keep_status(&status, store, INT64_MAX, err));
    assert_true(rv_json_int(status, "bytes", 0) > 100000);
    assert_non_null(rv_json_string(status, "last_backup"));
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(status, "changes");
    assert_int_equal(rv_json_int(changes, "from", 0), 6);
    assert_int_equal(rv_json_int(changes, "to", 0), 20);
    assert_int_equal(rv_json_int(changes, "rows", 0), 15);
    const cJSON *table = NULL;
    cJSON_ArrayForEach(table, cJSON_GetObjectItemCaseSensitive(status, "tables"))
    {
        if (strcmp(rv_json_string(table, "name"), "container_groups") != 0)
            continue;
        found = 1;
        assert_int_equal(rv_json_int(table, "rows", 0), 3000);
        assert_true(rv_json_int(table, "bytes", 0) > 50000);
    }
    assert_true(found);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    rv_keep_status_text(&text, status);
    const char *told = rv_buf_text(&text);
    RV_AUTO_FREE char *backup =
        rv_format("\nlast_backup          %s\n", rv_json_string(status, "last_backup"));
    assert_non_null(strstr(told, backup));
    assert_non_null(strstr(told, "\nlast_vacuum          never\n"));
    assert_non_null(strstr(told, "\nchanges.rows         15\n"));
    assert_non_null(strstr(told, "iB\n"));
    assert_null(strstr(told, "null"));
    rv_test_dir_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_new_database_has_no_errors),
        schema_test(indexes_are_walked_where_postgresql_can),
        schema_test(children_without_owner_and_links_to_nowhere_are_counted),
        schema_test(rows_of_a_provider_that_is_gone_are_counted),
        schema_test(ids_that_would_be_given_out_again_are_an_error),
        schema_test(ids_of_another_region_are_an_error),
        schema_test(a_feed_that_contradicts_itself_is_an_error),
        schema_test(a_missing_index_and_a_missing_column_are_told),
        schema_test(messages_that_nobody_gives_back_are_told),
        schema_test(a_damaged_file_is_an_error_that_says_what_to_do),
        schema_test(a_status_tells_rows_before_anything_was_analyzed),
        schema_test(a_status_tells_size_tables_changes_and_the_last_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
