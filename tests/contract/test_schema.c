/* SPDX-License-Identifier: Apache-2.0
 *
 * The schema follows the dictionary, migrations run once and in order, and what
 * is not ours to touch is refused.
 */
#include "contract.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "model/model.h"
#include "reeve/kind.h"
#include "store/feed.h"
#include "store/schema.h"
#include "store/schema_internal.h"

static const char postgres_columns_sql[] =
    "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' ||"
    " COALESCE(collation_name, '-') || ' ' || is_nullable || ' ' || is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
static const char postgres_indexes_sql[] =
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname";
static const char sqlite_columns_sql[] =
    "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk"
    " FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1";
static const char sqlite_indexes_sql[] =
    "SELECT name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE type = 'index' ORDER BY name";

/* Everything that the database says of its tables and indexes, whatever the order of their making.
 * The caller's to free. */
static char *
catalogue_of(struct rv_store *store)
{
    int postgres = rv_store_is_postgres(store);
    RV_AUTO_FREE char *columns =
        column_of(store, postgres ? postgres_columns_sql : sqlite_columns_sql);
    RV_AUTO_FREE char *indexes =
        column_of(store, postgres ? postgres_indexes_sql : sqlite_indexes_sql);

    return rv_format("%s\n%s", columns, indexes);
}

static void
assert_same_catalogue(struct rv_store *store, const char *expected)
{
    RV_AUTO_FREE char *found = catalogue_of(store);
    size_t at = 0;

    while (found[at] && found[at] == expected[at])
        at++;
    if (found[at] != expected[at])
        fail_msg("catalogues differ: found '%.120s', expected '%.120s'",
                 found + (at > 60 ? at - 60 : 0), expected + (at > 60 ? at - 60 : 0));
}

static void
every_kind_has_its_table_and_columns(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_catalogue catalogue;

    must(rv_catalogue_load(&catalogue, store, err));
    assert_true(rv_model_count() > 50);
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        for (int c = 0; c < kind->column_count; c++)
            assert_true(rv_catalogue_has(&catalogue, kind->table, kind->columns[c].name));
    }
    assert_false(rv_catalogue_has(&catalogue, "container_groups", "no_such_column"));
    assert_false(rv_catalogue_has(&catalogue, "container_group", NULL));
    rv_catalogue_free(&catalogue);
}

static void
every_reference_is_found_by_an_index(void **state)
{
    struct rv_store *store = store_of(state);
    const char *sql = rv_store_is_postgres(store)
                          ? "SELECT COUNT(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid ="
                            " i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid ="
                            " CAST($1 AS regclass) AND a.attname = $2"
                          : "SELECT COUNT(*) FROM pragma_index_list($1) l,"
                            " pragma_index_info(l.name) i WHERE i.seqno = 0 AND i.name = $2";

    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        for (int c = 0; c < kind->column_count; c++) {
            rv_value params[] = { rv_vtext(kind->table), rv_vtext(kind->columns[c].name) }, count;
            if (kind->columns[c].type != REEVE_REF)
                continue;
            must(rv_store_one(store, &count, 1, sql, params, 2, err));
            if (count.v.i < 1)
                fail_msg("%s.%s has no index", kind->table, kind->columns[c].name);
        }
    }
}

static void
a_second_upgrade_changes_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_FREE char *before = catalogue_of(store);
    int64_t epoch = rv_test_int(store, "SELECT value FROM schema_info WHERE name = 'epoch'");
    int64_t statements = rv_store_statements(store);

    must(rv_schema_upgrade(store, 1, err));
    must(rv_schema_upgrade(store, -1, err));
    assert_true(rv_store_statements(store) - statements < 40);
    assert_same_catalogue(store, before);
    assert_true(epoch == rv_test_int(store, "SELECT value FROM schema_info WHERE name = 'epoch'"));
    must(rv_schema_open(store, err));
}

static void
what_is_missing_is_added(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_FREE char *before = catalogue_of(store);

    rv_test_script(store, "DROP INDEX ix_container_groups_name;"
                          "ALTER TABLE container_groups DROP COLUMN name;"
                          "ALTER TABLE miq_tasks DROP COLUMN pct_complete;"
                          "DROP INDEX ix_miq_queue_ready;"
                          "DROP TABLE container_volumes;"
                          "INSERT INTO container_groups (id, ems_id) VALUES (5, 1)");
    must(rv_schema_upgrade(store, 1, err));
    assert_same_catalogue(store, before);
    assert_column(store, "SELECT name FROM container_groups", "NULL");
}

static void
two_who_start_at_once_make_one_schema(void **state)
{
    struct rv_store *store = store_of(state);
    pid_t pids[3];
    rv_err model_err = RV_ERR_INIT;

    assert_int_equal(rv_model_init(&model_err), 0);
    for (size_t i = 0; i < RV_COUNT(pids); i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            struct rv_store *own = second_store(state);
            rv_err err = RV_ERR_INIT;
            if (rv_schema_upgrade(own, 1, &err) < 0)
                fprintf(stderr, "%s\n", err.text);
            _exit(err.code != 0);
        }
    }
    for (size_t i = 0; i < RV_COUNT(pids); i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM id_blocks"), 1);
    struct rv_test_db db;
    struct rv_store *fresh = rv_test_store_fresh(&db);
    RV_AUTO_FREE char *expected = catalogue_of(fresh);
    assert_same_catalogue(store, expected);
    rv_store_close(fresh);
    rv_test_db_drop(&db);
}

static void
another_region_is_refused(void **state)
{
    must_fail(RV_E_CONFLICT, rv_schema_upgrade(store_of(state), 2, err));
    must_fail(RV_E_INVALID, rv_schema_upgrade(store_of(state), 1000, err));
    assert_int_equal(rv_store_region(store_of(state)), 1);
}

static void
a_newer_database_is_refused_and_left_alone(void **state)
{
    struct rv_store *store = store_of(state);
    rv_err newer = RV_ERR_INIT;

    rv_test_script(store, "UPDATE schema_info SET value = 99 WHERE name = 'version';"
                          "DROP TABLE container_volumes");
    RV_AUTO_FREE char *before = catalogue_of(store);
    assert_int_equal(rv_schema_upgrade(store, 1, &newer), RV_E_CONFLICT);
    assert_non_null(strstr(newer.text, "99"));
    assert_true(*newer.hint);
    must_fail(RV_E_CONFLICT, rv_schema_open(store, err));
    assert_same_catalogue(store, before);
}

static void
an_empty_database_is_not_upgraded_yet(void **state)
{
    rv_err empty = RV_ERR_INIT;

    assert_int_equal(rv_schema_open(store_of(state), &empty), RV_E_UNAVAILABLE);
    assert_true(*empty.hint);
}

static int
rename_column(struct rv_store *store, void *arg, rv_err *err)
{
    ++*(int *)arg;
    return rv_store_script(store, "ALTER TABLE miq_tasks RENAME COLUMN name TO old_name", err);
}

static int
move_data(struct rv_store *store, void *arg, rv_err *err)
{
    ++*(int *)arg;
    return rv_store_script(store, "UPDATE miq_tasks SET old_name = 'moved ' || old_name", err);
}

static int
fail_half_way(struct rv_store *store, void *arg, rv_err *err)
{
    ++*(int *)arg;
    if (rv_store_script(store, "DELETE FROM miq_tasks", err) < 0)
        return err->code;
    return rv_store_script(store, "DROP TABLE no_such_table", err);
}

static void
migrations_run_in_order_and_once(void **state)
{
    static const struct rv_migration steps[] = { { 1, "base", fail_half_way },
                                                 { 2, "rename", rename_column },
                                                 { 3, "move", move_data } };
    struct rv_store *store = store_of(state);
    int64_t version;
    int runs = 0;

    rv_test_script(store, "UPDATE schema_info SET value = 1 WHERE name = 'version';"
                          "INSERT INTO miq_tasks (id, name) VALUES (1, 'a')");
    must(rv_migrate(store, steps, 2, &runs, err));
    assert_int_equal(runs, 1);
    must(rv_migrate(store, steps, 3, &runs, err));
    must(rv_migrate(store, steps, 3, &runs, err));
    assert_int_equal(runs, 2);
    must(rv_schema_version(store, &version, err));
    assert_int_equal(version, 3);
    assert_column(store, "SELECT old_name FROM miq_tasks", "moved a");
    must_fail(RV_E_CONFLICT, rv_migrate(store, steps, 2, &runs, err));
}

static void
a_failed_migration_leaves_the_step_before(void **state)
{
    static const struct rv_migration steps[] = { { 1, "base", fail_half_way },
                                                 { 2, "rename", rename_column },
                                                 { 3, "break", fail_half_way } };
    struct rv_store *store = store_of(state);
    rv_err failed = RV_ERR_INIT;
    int64_t version;
    int runs = 0;

    rv_test_script(store, "UPDATE schema_info SET value = 1 WHERE name = 'version';"
                          "INSERT INTO miq_tasks (id, name) VALUES (1, 'a')");
    assert_int_equal(rv_migrate(store, steps, 3, &runs, &failed), RV_E_INTERNAL);
    assert_non_null(strstr(failed.text, "migration 3 (break)"));
    must(rv_schema_version(store, &version, err));
    assert_int_equal(version, 2);
    assert_column(store, "SELECT old_name FROM miq_tasks", "a");
}

static void
the_last_step_is_the_programs_version(void **state)
{
    (void)state;
    assert_int_equal(rv_migrations[rv_migration_count - 1].version, RV_SCHEMA_VERSION);
    for (int i = 0; i < rv_migration_count; i++)
        assert_int_equal(rv_migrations[i].version, i + 1);
}

static void
an_archived_row_keeps_its_key(void **state)
{
    const char *sql = "INSERT INTO container_groups (id, ems_id, ems_ref, deleted_on)"
                      " VALUES ($1, $2, $3, $4)";
    rv_value first[] = { rv_vint(1), rv_vint(7), rv_vtext("uid"), rv_vint(1000) };
    rv_value again[] = { rv_vint(2), rv_vint(7), rv_vtext("uid"), RV_VNULL };
    rv_value elsewhere[] = { rv_vint(3), rv_vint(8), rv_vtext("uid"), RV_VNULL };

    must(rv_store_exec(store_of(state), NULL, sql, first, 4, err));
    must_fail(RV_E_CONFLICT, rv_store_exec(store_of(state), NULL, sql, again, 4, err));
    must(rv_store_exec(store_of(state), NULL, sql, elsewhere, 4, err));
}

/* A database of an older release comes up to date and is the same as a new one. */
static void
upgrade_fixture(void **state, const char *version)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_BUF rv_buf dump = rv_buf_limited(8u << 20);
    RV_AUTO_FREE char *path = rv_format("%s/tests/data/fixtures/%s.%s.sql", REEVE_SOURCE_DIR,
                                        version, rv_test_is_postgres() ? "postgres" : "sqlite");
    int64_t id;

    must(rv_buf_read_file(&dump, path, err));
    rv_test_script(store, rv_buf_text(&dump));
    must(rv_schema_upgrade(store, -1, err));
    must(rv_schema_open(store, err));

    struct rv_test_db db;
    struct rv_store *fresh = rv_test_store_fresh(&db);
    RV_AUTO_FREE char *expected = catalogue_of(fresh);
    assert_same_catalogue(store, expected);
    rv_store_close(fresh);
    rv_test_db_drop(&db);

    assert_int_equal(rv_store_region(store), 1);
    assert_column(store, "SELECT name FROM ext_management_systems", "fixture \xc3\xa4");
    assert_column(store, "SELECT name FROM container_groups WHERE deleted_on IS NULL ORDER BY name",
                  "pod-1,pod-2");
    assert_column(store, "SELECT ems_ref FROM container_groups WHERE deleted_on IS NOT NULL",
                  "uid-3");
    must(rv_store_new_id(store, &id, err));
    assert_true(id > rv_test_int(store, "SELECT MAX(id) FROM container_groups"));
}

static int
count_change(void *arg, const struct rv_change *change)
{
    ++*(int *)arg;
    assert_non_null(change->kind);
    return 0;
}

static void
a_database_of_version_1_is_upgraded(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor;
    int seen = 0;

    upgrade_fixture(state, "v1");
    must(rv_cursor_now(&cursor, store, err));
    assert_true(cursor.number > 0);
    cursor.number = 0;
    must(rv_feed_read(store, &cursor, 100, count_change, &seen, err));
    assert_int_equal(seen, 4);
    /* Numbers of the feed go on behind the last one. */
    struct rv_feed *feed = rv_feed_new();
    rv_feed_add(feed, rv_model_kind("provider"), 1, 0, RV_UPDATED, "{}");
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    rv_feed_free(feed);
    must(rv_feed_read(store, &cursor, 100, count_change, &seen, err));
    assert_int_equal(seen, 5);
}

/* What happened before lanes were kept is handled. */
static void
the_events_of_a_database_of_version_3_are_handled_already(void **state)
{
    struct rv_store *store = store_of(state);

    upgrade_fixture(state, "v3");
    assert_column(store, "SELECT event_type FROM event_streams WHERE number IS NULL", "POD_FAILED");
    assert_column(store, "SELECT COUNT(*) FROM event_lanes", "0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(every_kind_has_its_table_and_columns),
        schema_test(every_reference_is_found_by_an_index),
        schema_test(a_second_upgrade_changes_nothing),
        schema_test(what_is_missing_is_added),
        bare_test(two_who_start_at_once_make_one_schema),
        schema_test(another_region_is_refused),
        schema_test(a_newer_database_is_refused_and_left_alone),
        bare_test(an_empty_database_is_not_upgraded_yet),
        schema_test(migrations_run_in_order_and_once),
        schema_test(a_failed_migration_leaves_the_step_before),
        cmocka_unit_test(the_last_step_is_the_programs_version),
        schema_test(an_archived_row_keeps_its_key),
        bare_test(a_database_of_version_1_is_upgraded),
        bare_test(the_events_of_a_database_of_version_3_are_handled_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
