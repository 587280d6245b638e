/* SPDX-License-Identifier: Apache-2.0
 *
 * Maintenance: what is dead goes, what is bloated gets smaller, and nobody is held up.
 */
#include "keeping_fixture.h"

#include "base/clock.h"
#include "base/json.h"
#include "keeping/maintain.h"
#include "store/notes.h"

static cJSON *
maintain(struct rv_store *store, int depth)
{
    const struct rv_maintain_options options = { .depth = depth, .reindex_min_bytes = 200000 };
    cJSON *report = NULL;

    must(rv_maintain_run(&report, store, &options, err));
    return report;
}

static int
names(const cJSON *report, const char *list, const char *name)
{
    const cJSON *one = NULL;

    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(report, list))
    {
        if (strcmp(one->valuestring, name) == 0)
            return 1;
    }
    return 0;
}

/* 20,000 tasks, of which one in twenty stays. */
static void
waste(struct rv_store *store)
{
    rv_test_script(store,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                   " INSERT INTO miq_tasks (id, name, state)"
                   " SELECT 1000000100000 + i, 'task', 'Finished' FROM n;"
                   "DELETE FROM miq_tasks WHERE id % 20 <> 0");
    if (rv_test_is_postgres())
        rv_test_script(store, "SELECT pg_stat_force_next_flush()");
}

static void
a_run_is_noted_with_its_time(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t light = 0, full = 0;

    cJSON_Delete(maintain(store, RV_MAINTAIN_LIGHT));
    must(rv_note_read(&light, store, RV_NOTE_MAINTENANCE, err));
    must(rv_note_read(&full, store, RV_NOTE_VACUUM, err));
    assert_true(light > 0 && full == 0);
    cJSON_Delete(maintain(store, RV_MAINTAIN_FULL));
    must(rv_note_read(&full, store, RV_NOTE_VACUUM, err));
    assert_true(full >= light);
}

static void
tables_with_many_dead_rows_are_vacuumed(void **state)
{
    struct rv_store *store = store_of(state);

    only_postgres();
    rv_test_script(store, "ALTER TABLE miq_tasks SET (autovacuum_enabled = off)");
    waste(store);
    RV_AUTO_JSON cJSON *report = maintain(store, RV_MAINTAIN_LIGHT);
    assert_true(names(report, "vacuumed", "miq_tasks"));
    assert_false(names(report, "vacuumed", "container_groups"));
    assert_column(store, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'miq_tasks'",
                  "0");
}

static void
a_bloated_index_is_made_anew_and_a_good_one_is_not(void **state)
{
    struct rv_store *store = store_of(state);

    only_postgres();
    rv_test_script(store, "ALTER TABLE miq_tasks SET (autovacuum_enabled = off)");
    waste(store);
    const char *size = "SELECT pg_relation_size('miq_tasks_pkey')";
    int64_t before = rv_test_int(store, size);
    RV_AUTO_JSON cJSON *report = maintain(store, RV_MAINTAIN_FULL);
    assert_true(names(report, "reindexed", "miq_tasks_pkey"));
    assert_true(rv_test_int(store, size) < before / 3);
    RV_AUTO_JSON cJSON *again = maintain(store, RV_MAINTAIN_FULL);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(again, "reindexed")), 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(again, "failed")), 0);
}

static void
a_sqlite_file_gives_its_free_pages_back(void **state)
{
    struct rv_store *store = store_of(state);

    only_sqlite();
    waste(store);
    int64_t before = rv_test_int(store, "SELECT page_count FROM pragma_page_count");
    RV_AUTO_JSON cJSON *report = maintain(store, RV_MAINTAIN_FULL);
    assert_true(rv_json_int(report, "freed_bytes", 0) > 100000);
    assert_true(rv_test_int(store, "SELECT page_count FROM pragma_page_count") < before - 25);
    assert_column(store, "SELECT COUNT(*) FROM miq_tasks", "1000");
}

/* Whoever holds a table keeps it; the run ends all the same. */
static void
what_is_locked_is_left_for_the_next_time(void **state)
{
    struct rv_store *store = store_of(state), *other = second_store(state);

    waste(store);
    must(rv_store_begin(other, err));
    if (rv_test_is_postgres())
        rv_test_script(other, "LOCK TABLE miq_tasks IN SHARE ROW EXCLUSIVE MODE");
    int64_t begun_ms = rv_monotonic_ms();
    if (rv_test_is_postgres()) {
        cJSON_Delete(maintain(store, RV_MAINTAIN_LIGHT));
        assert_true(rv_monotonic_ms() - begun_ms < 5000);
    }
    rv_store_rollback(other);
    cJSON_Delete(maintain(store, RV_MAINTAIN_LIGHT));
    rv_store_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_run_is_noted_with_its_time),
        schema_test(tables_with_many_dead_rows_are_vacuumed),
        schema_test(a_bloated_index_is_made_anew_and_a_good_one_is_not),
        schema_test(a_sqlite_file_gives_its_free_pages_back),
        schema_test(what_is_locked_is_left_for_the_next_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
