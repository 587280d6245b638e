/* SPDX-License-Identifier: Apache-2.0
 *
 * A database copied into another one, of the same engine and of the other: row by row the same,
 * and fit to be gone on with.
 */
#include "keeping_fixture.h"

#include "base/json.h"
#include "store/feed.h"
#include "store/layout.h"
#include "store/notes.h"
#include "store/schema.h"

static void
copy_into(struct rv_store *from, struct rv_store *to, int flags)
{
    RV_AUTO_JSON cJSON *report = NULL;

    must(rv_keep_copy(&report, from, to, flags, NULL, err));
    assert_true(rv_json_int(report, "rows", 0) > 3000);
}

static void
a_copy_has_every_row_on_the_same_engine(void **state)
{
    struct keeping_db copy;

    keeping_fill(store_of(state));
    keeping_open_same(&copy);
    copy_into(store_of(state), copy.store, 0);
    keeping_assert_equal(store_of(state), copy.store);
    keeping_close(&copy);
}

/* On PostgreSQL: there, and back into a second database. */
static void
a_copy_goes_to_the_other_engine_and_back(void **state)
{
    struct keeping_db file, back;

    keeping_fill(store_of(state));
    keeping_open_sqlite(&file);
    keeping_open_same(&back);
    copy_into(store_of(state), file.store, 0);
    copy_into(file.store, back.store, 0);
    keeping_assert_equal(store_of(state), file.store);
    keeping_assert_equal(store_of(state), back.store);
    if (rv_test_is_postgres())
        assert_column(back.store,
                      "SELECT data_type FROM information_schema.columns"
                      " WHERE table_name = 'acme_widgets' AND column_name = 'shiny'",
                      "boolean");
    keeping_close(&back);
    keeping_close(&file);
}

static void
in_a_copy_nobody_holds_anything_and_ids_and_changes_go_on(void **state)
{
    struct keeping_db copy;
    struct rv_cursor cursor, old;
    struct rv_store *store = store_of(state);
    int64_t id = 0, highest;

    keeping_fill(store);
    must(rv_cursor_now(&old, store, err));
    highest = rv_test_int(store, "SELECT next_id FROM id_blocks");
    keeping_open_same(&copy);
    copy_into(store, copy.store, 0);
    assert_column(copy.store, "SELECT holder FROM leases", "0");
    assert_column(copy.store, "SELECT generation FROM leases", "7");
    assert_column(copy.store, "SELECT COUNT(*) FROM miq_workers", "0");
    assert_column(copy.store, "SELECT status FROM miq_servers", "stopped");
    assert_column(copy.store, "SELECT lease_expires_on FROM miq_queue", "0");
    must(rv_store_new_id(copy.store, &id, err));
    assert_true(id >= highest);
    must(rv_cursor_now(&cursor, copy.store, err));
    assert_int_equal(cursor.number, old.number);
    assert_true(cursor.epoch != old.epoch);
    must_exec(copy.store, "INSERT INTO changes (kind, row_id, op, at) VALUES ('task', $1, 1, 1)",
              rv_vint(1));
    assert_int_equal(rv_test_int(copy.store, "SELECT MAX(number) FROM changes"), old.number + 1);
    keeping_close(&copy);
}

/* The disk that was full is not the one where the copy is. */
static void
that_its_disk_was_full_does_not_go_with_a_database(void **state)
{
    struct keeping_db copy;
    struct rv_store *store = store_of(state);

    keeping_fill(store);
    must(rv_note_write(store, RV_NOTE_LOW_SPACE, 1800000000000, err));
    must(rv_note_write(store, RV_NOTE_BACKUP, 1800000000001, err));
    keeping_open_same(&copy);
    copy_into(store, copy.store, 0);
    assert_column(
        copy.store,
        "SELECT name FROM schema_info WHERE value BETWEEN 1800000000000 AND 1800000000001",
        "last_backup");
    keeping_close(&copy);
}

/* Numbers of changes that have all expired are not given out again either. */
static void
changes_are_counted_on_when_all_have_expired(void **state)
{
    struct keeping_db copy;
    struct rv_store *store = store_of(state);

    keeping_fill(store);
    rv_test_script(store, "DELETE FROM changes;"
                          "UPDATE schema_info SET value = 20 WHERE name = 'feed_floor'");
    keeping_open_same(&copy);
    copy_into(store, copy.store, 0);
    must_exec(copy.store, "INSERT INTO changes (kind, row_id, op, at) VALUES ('task', $1, 1, 1)",
              rv_vint(1));
    assert_int_equal(rv_test_int(copy.store, "SELECT MAX(number) FROM changes"), 21);
    keeping_close(&copy);
}

static void
the_copys_schema_is_that_of_a_new_database(void **state)
{
    struct keeping_db copy;
    const char *sql = rv_test_is_postgres() ? "SELECT indexdef FROM pg_indexes WHERE schemaname ="
                                              " 'public' ORDER BY indexname"
                                            : "SELECT sql FROM sqlite_master WHERE type = 'index'"
                                              " AND sql IS NOT NULL ORDER BY name";

    keeping_fill(store_of(state));
    keeping_open_same(&copy);
    copy_into(store_of(state), copy.store, 0);
    RV_AUTO_FREE char *wanted = column_of(store_of(state), sql);
    assert_column(copy.store, sql, wanted);
    keeping_close(&copy);
}

static void
a_target_with_tables_is_refused_unless_it_may_be_overwritten(void **state)
{
    struct keeping_db copy;
    RV_AUTO_JSON cJSON *report = NULL;
    struct rv_store *store = store_of(state);

    keeping_fill(store);
    keeping_open_same(&copy);
    copy_into(store, copy.store, 0);
    rv_test_script(copy.store, "UPDATE id_blocks SET next_id = 1000900000000");
    must_fail(RV_E_CONFLICT, rv_keep_copy(&report, store, copy.store, 0, NULL, err));
    must_exec(copy.store, "UPDATE container_groups SET name = $1 WHERE id = 1000000001000",
              rv_vtext("changed"));
    copy_into(store, copy.store, RV_KEEP_OVERWRITE);
    keeping_assert_equal(store, copy.store);
    assert_true(rv_test_int(copy.store, "SELECT next_id FROM id_blocks") >= 1000900000000);
    keeping_close(&copy);
}

static void
a_target_of_another_region_is_never_overwritten(void **state)
{
    struct keeping_db copy;
    RV_AUTO_JSON cJSON *report = NULL;

    keeping_open_same(&copy);
    must(rv_schema_upgrade(copy.store, 7, err));
    must_fail(RV_E_CONFLICT,
              rv_keep_copy(&report, store_of(state), copy.store, RV_KEEP_OVERWRITE, NULL, err));
    assert_column(copy.store, "SELECT value FROM schema_info WHERE name = 'region'", "7");
    keeping_close(&copy);
}

struct stopping {
    int asked, most;
};

static int
stop_soon(void *arg)
{
    struct stopping *stopping = arg;

    return ++stopping->asked > stopping->most;
}

/* Broken off at several places: nobody takes it for a database, and it can be done again. */
static void
a_copy_that_was_broken_off_is_opened_by_nobody(void **state)
{
    struct keeping_db copy;
    RV_AUTO_JSON cJSON *report = NULL;
    struct rv_store *store = store_of(state);

    keeping_fill(store);
    keeping_open_same(&copy);
    for (int most = 1; most < 24; most += 11) {
        struct stopping stopping = { .most = most };
        const struct rv_keep_watch watch = { .stopped = stop_soon, .arg = &stopping };
        must_fail(RV_E_CANCELLED,
                  rv_keep_copy(&report, store, copy.store, RV_KEEP_OVERWRITE, &watch, err));
        must_fail(RV_E_CONFLICT, rv_schema_open(copy.store, err));
        must_fail(RV_E_CONFLICT, rv_schema_upgrade(copy.store, -1, err));
    }
    copy_into(store, copy.store, RV_KEEP_OVERWRITE);
    must(rv_schema_open(copy.store, err));
    keeping_assert_equal(store, copy.store);
    keeping_close(&copy);
}

/* What is written while it runs comes in whole transactions or not at all. */
struct writing {
    struct rv_store *store;
    int64_t next;
};

static void
write_beside(void *arg, const char *doing, const char *table, int64_t rows)
{
    struct writing *writing = arg;
    (void)doing, (void)table, (void)rows;

    must(rv_store_begin(writing->store, err));
    must_exec(writing->store, "INSERT INTO miq_tasks (id, name, state) VALUES ($1, 'a', 'Active')",
              rv_vint(++writing->next));
    must_exec(writing->store, "INSERT INTO miq_tasks (id, name, state) VALUES ($1, 'b', 'Active')",
              rv_vint(++writing->next));
    must_exec(writing->store, "UPDATE container_groups SET name = $1 WHERE id = 1000000003999",
              rv_vtext("late"));
    must(rv_store_commit(writing->store, err));
}

static void
a_copy_is_of_one_moment_whatever_is_written_meanwhile(void **state)
{
    struct keeping_db copy;
    RV_AUTO_JSON cJSON *report = NULL;
    struct writing writing = { .store = second_store(state), .next = 1000000050000 };
    const struct rv_keep_watch watch = { .tell = write_beside, .arg = &writing };

    keeping_fill(store_of(state));
    keeping_open_same(&copy);
    must(rv_keep_copy(&report, store_of(state), copy.store, 0, &watch, err));
    assert_true(writing.next > 1000000050010);
    assert_column(copy.store, "SELECT COUNT(*) FROM miq_tasks", "0");
    assert_int_equal(rv_test_int(copy.store, "SELECT COUNT(*) FROM container_groups"
                                             " WHERE name = 'late'"),
                     0);
    rv_store_close(writing.store);
    keeping_close(&copy);
}

static void
tables_of_others_stay_out_of_it(void **state)
{
    struct keeping_db copy;
    struct rv_store *store = store_of(state);
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };

    only_postgres(); /* a STRICT file has four types, all of them ours */
    keeping_fill(store);
    rv_test_script(store, "CREATE TABLE theirs (id int8 PRIMARY KEY, what inet)");
    keeping_open_same(&copy);
    copy_into(store, copy.store, 0);
    must(rv_layout_read(&layout, copy.store, err));
    assert_null(rv_layout_table(&layout, "theirs"));
    keeping_close(&copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_copy_has_every_row_on_the_same_engine),
        schema_test(a_copy_goes_to_the_other_engine_and_back),
        schema_test(in_a_copy_nobody_holds_anything_and_ids_and_changes_go_on),
        schema_test(that_its_disk_was_full_does_not_go_with_a_database),
        schema_test(changes_are_counted_on_when_all_have_expired),
        schema_test(the_copys_schema_is_that_of_a_new_database),
        schema_test(a_target_with_tables_is_refused_unless_it_may_be_overwritten),
        schema_test(a_target_of_another_region_is_never_overwritten),
        schema_test(a_copy_that_was_broken_off_is_opened_by_nobody),
        schema_test(a_copy_is_of_one_moment_whatever_is_written_meanwhile),
        schema_test(tables_of_others_stay_out_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
