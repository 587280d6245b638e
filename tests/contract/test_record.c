/* SPDX-License-Identifier: Apache-2.0
 *
 * Single rows by column name: what is written, and what the feed tells of it.
 */
#include "contract.h"

#include "base/clock.h"
#include "model/model.h"
#include "store/record.h"

#define START_MS 1800000000000

struct fixture {
    struct contract contract; /* first: the helpers look there */
    struct rv_feed *feed;
    struct rv_cursor cursor;
};

static int
begin(void **state)
{
    struct contract *made;
    struct fixture *fixture = rv_alloc(sizeof *fixture);

    if (contract_schema((void **)&made) != 0)
        return -1;
    fixture->contract = *made;
    free(made);
    fixture->feed = rv_feed_new();
    must(rv_cursor_now(&fixture->cursor, fixture->contract.store, err));
    must(rv_store_reserve_ids(fixture->contract.store, 100, err));
    rv_clock_fake(START_MS);
    *state = fixture;
    return 0;
}

static int
end(void **state)
{
    struct fixture *fixture = *state;

    rv_clock_real();
    rv_feed_free(fixture->feed);
    return contract_end(state);
}
#define record_test(name) cmocka_unit_test_setup_teardown(name, begin, end)

static int64_t
insert(void **state, const char *kind, const struct rv_field *fields, int count)
{
    struct fixture *fixture = *state;
    struct rv_store *store = store_of(state);
    int64_t id = 0;

    must(rv_store_begin(store, err));
    must(rv_record_insert(store, fixture->feed, rv_model_kind(kind), fields, count, &id, err));
    must(rv_feed_flush(fixture->feed, store, err));
    must(rv_store_commit(store, err));
    return id;
}

static void
update(void **state, const char *kind, int64_t id, const struct rv_field *fields, int count)
{
    struct fixture *fixture = *state;
    struct rv_store *store = store_of(state);

    must(rv_store_begin(store, err));
    must(rv_record_update(store, fixture->feed, rv_model_kind(kind), id, fields, count, err));
    must(rv_feed_flush(fixture->feed, store, err));
    must(rv_store_commit(store, err));
}

static int64_t
insert_task(void **state)
{
    const struct rv_field fields[] = { { "name", rv_vtext("Refresh") },
                                       { "state", rv_vtext("Queued") },
                                       { "status", rv_vtext("Ok") },
                                       { "pct_complete", rv_vint(0) } };

    return insert(state, "task", fields, (int)RV_COUNT(fields));
}

static int
append(void *arg, const struct rv_change *change)
{
    rv_buf_addf(arg, "%s %s:%s;", rv_op_name(change->op), change->kind->name,
                change->old_values ? change->old_values : "");
    return 0;
}

static void
expect_feed(void **state, const char *expected)
{
    struct fixture *fixture = *state;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(65536);

    must(rv_feed_read(store_of(state), &fixture->cursor, 100, append, &text, err));
    assert_string_equal(rv_buf_text(&text), expected);
}

static void
an_inserted_row_has_an_id_and_its_times(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = insert_task(state);
    rv_value row[5];

    must(rv_store_one(store, row, 5,
                      "SELECT id, name, created_on, updated_on, message FROM miq_tasks", NULL, 0,
                      err));
    assert_true(row[0].v.i == id && id > RV_REGION_FACTOR);
    assert_string_equal(row[1].v.text, "Refresh");
    assert_true(row[2].v.i == START_MS && row[3].v.i == START_MS);
    assert_int_equal(row[4].type, RV_NULL);
    expect_feed(state, "created task:;");
}

static void
an_id_and_times_may_be_given(void **state)
{
    const struct rv_field fields[] = { { "id", rv_vint(77) },
                                       { "state", rv_vtext("Queued") },
                                       { "status", rv_vtext("Ok") },
                                       { "created_on", rv_vint(5) } };

    assert_int_equal(insert(state, "task", fields, (int)RV_COUNT(fields)), 77);
    assert_int_equal(rv_test_int(store_of(state), "SELECT created_on FROM miq_tasks WHERE id = 77"),
                     5);
}

static void
an_update_writes_and_feeds_only_what_differs(void **state)
{
    int64_t id = insert_task(state);
    const struct rv_field fields[] = { { "name", rv_vtext("Refresh") },
                                       { "state", rv_vtext("Active") },
                                       { "pct_complete", rv_vint(50) },
                                       { "message", rv_vtext("half \"way\"") } };

    rv_clock_advance(1000);
    update(state, "task", id, fields, (int)RV_COUNT(fields));
    expect_feed(state, "created task:;"
                       "updated task:{\"state\":\"Queued\",\"pct_complete\":0,\"message\":null};");
    assert_true(rv_test_int(store_of(state), "SELECT updated_on FROM miq_tasks") ==
                START_MS + 1000);
    assert_true(rv_test_int(store_of(state), "SELECT created_on FROM miq_tasks") == START_MS);
    assert_column(store_of(state), "SELECT message FROM miq_tasks", "half \"way\"");
}

static void
an_update_that_changes_nothing_writes_nothing(void **state)
{
    int64_t id = insert_task(state);
    const struct rv_field same[] = { { "state", rv_vtext("Queued") },
                                     { "pct_complete", rv_vint(0) },
                                     { "message", RV_VNULL } };

    rv_clock_advance(1000);
    update(state, "task", id, same, (int)RV_COUNT(same));
    expect_feed(state, "created task:;");
    assert_true(rv_test_int(store_of(state), "SELECT updated_on FROM miq_tasks") == START_MS);
}

static void
old_values_have_their_types(void **state)
{
    const struct rv_field first[] = { { "name", rv_vtext("east") },
                                      { "type", rv_vtext("demo") },
                                      { "enabled", rv_vint(1) },
                                      { "options", rv_vtext("{\"size\":[1,2]}") },
                                      { "last_refresh_date", rv_vint(123) } };
    const struct rv_field second[] = { { "enabled", rv_vint(0) },
                                       { "options", RV_VNULL },
                                       { "last_refresh_date", rv_vint(456) } };

    int64_t id = insert(state, "provider", first, (int)RV_COUNT(first));
    update(state, "provider", id, second, (int)RV_COUNT(second));
    expect_feed(state, "created provider:;updated provider:{\"enabled\":true,"
                       "\"options\":{\"size\":[1,2]},\"last_refresh_date\":123};");
}

static void
secrets_never_reach_the_feed(void **state)
{
    const struct rv_field first[] = { { "resource_type", rv_vtext("provider") },
                                      { "resource_id", rv_vint(1) },
                                      { "authtype", rv_vtext("bearer") },
                                      { "auth_key", rv_vtext("v1:old-secret") } };
    const struct rv_field second[] = { { "auth_key", rv_vtext("v1:new-secret") },
                                       { "userid", rv_vtext("me") } };
    struct fixture *fixture = *state;

    int64_t id = insert(state, "authentication", first, (int)RV_COUNT(first));
    update(state, "authentication", id, second, (int)RV_COUNT(second));
    must(rv_store_begin(store_of(state), err));
    must(
        rv_record_delete(store_of(state), fixture->feed, rv_model_kind("authentication"), id, err));
    must(rv_feed_flush(fixture->feed, store_of(state), err));
    must(rv_store_commit(store_of(state), err));
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM changes"), 3);
    assert_int_equal(rv_test_int(store_of(state),
                                 "SELECT COUNT(*) FROM changes WHERE columns LIKE '%secret%'"
                                 " OR columns LIKE '%auth_key%'"),
                     0);
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM changes"
                                                  " WHERE columns LIKE '%\"userid\":null%'"),
                     1);
}

static void
a_deleted_row_leaves_all_it_was_in_the_feed(void **state)
{
    struct fixture *fixture = *state;
    struct rv_store *store = store_of(state);
    int64_t id = insert_task(state);

    must(rv_store_begin(store, err));
    must(rv_record_delete(store, fixture->feed, rv_model_kind("task"), id, err));
    must(rv_feed_flush(fixture->feed, store, err));
    must(rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_tasks"), 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE op = 4 AND columns LIKE"
                                        " '%\"name\":\"Refresh\"%\"state\":\"Queued\"%'"),
                     1);
}

static void
without_a_feed_nothing_is_told(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = insert_task(state);
    const struct rv_field beat[] = { { "pct_complete", rv_vint(9) } };

    must(rv_store_begin(store, err));
    must(rv_record_update(store, NULL, rv_model_kind("task"), id, beat, 1, err));
    must(rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT pct_complete FROM miq_tasks"), 9);
    expect_feed(state, "created task:;");
}

static void
a_row_that_is_not_there_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    struct rv_store *store = store_of(state);
    const struct rv_field field = { "state", rv_vtext("Active") };

    must(rv_store_begin(store, err));
    must_fail(RV_E_NOT_FOUND,
              rv_record_update(store, fixture->feed, rv_model_kind("task"), 99, &field, 1, err));
    must_fail(RV_E_NOT_FOUND,
              rv_record_delete(store, fixture->feed, rv_model_kind("task"), 99, err));
    /* Not a failure of the database: the transaction is as good as before. */
    must(rv_store_commit(store, err));
}

static void
what_is_required_must_be_there(void **state)
{
    struct fixture *fixture = *state;
    struct rv_store *store = store_of(state);
    const struct rv_field missing[] = { { "state", rv_vtext("Queued") } };
    const struct rv_field empty[] = { { "state", RV_VNULL }, { "status", rv_vtext("Ok") } };
    const struct rv_field unknown[] = { { "colour", rv_vtext("red") } };
    int64_t id;

    must(rv_store_begin(store, err));
    must_fail(RV_E_INVALID,
              rv_record_insert(store, fixture->feed, rv_model_kind("task"), missing, 1, &id, err));
    must_fail(RV_E_INVALID,
              rv_record_insert(store, fixture->feed, rv_model_kind("task"), empty, 2, &id, err));
    must_fail(RV_E_INTERNAL,
              rv_record_insert(store, fixture->feed, rv_model_kind("task"), unknown, 1, &id, err));
    assert_int_equal(rv_feed_count(fixture->feed), 0);
    rv_store_rollback(store);
}

static void
a_name_taken_twice_is_a_conflict(void **state)
{
    struct fixture *fixture = *state;
    const struct rv_field fields[] = { { "name", rv_vtext("east") }, { "type", rv_vtext("demo") } };

    insert(state, "provider", fields, 2);
    must(rv_store_begin(store_of(state), err));
    must_fail(RV_E_CONFLICT, rv_record_insert(store_of(state), fixture->feed,
                                              rv_model_kind("provider"), fields, 2, NULL, err));
    assert_int_equal(rv_feed_count(fixture->feed), 0);
    rv_store_rollback(store_of(state));
}

/* Adds a zone, and fails when it is told to. */
static int
add_zone(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const int *code = arg;
    const struct rv_field fields[] = { { "name", rv_vtext("north") } };

    if (rv_record_insert(store, feed, rv_model_kind("zone"), fields, 1, NULL, err) < 0)
        return err->code;
    return *code ? rv_fail(err, *code, "told to fail") : 0;
}

static int64_t
count_zones(void **state)
{
    rv_value row[1];

    must(rv_store_one(store_of(state), row, 1, "SELECT COUNT(*) FROM zones", NULL, 0, err));
    return row[0].v.i;
}

static void
a_transaction_commits_its_work_with_the_feed(void **state)
{
    int code = 0;

    must(rv_record_transaction(store_of(state), add_zone, &code, err));
    assert_int_equal(rv_store_in_transaction(store_of(state)), 0);
    assert_int_equal(count_zones(state), 1);
    expect_feed(state, "created zone:;");
}

static void
a_transaction_that_fails_leaves_nothing(void **state)
{
    int code = RV_E_LIMIT;

    must_fail(RV_E_LIMIT, rv_record_transaction(store_of(state), add_zone, &code, err));
    assert_int_equal(rv_store_in_transaction(store_of(state)), 0);
    assert_int_equal(count_zones(state), 0);
    expect_feed(state, "");
}

static void
a_transaction_inside_another_ends_with_that(void **state)
{
    struct rv_store *store = store_of(state);
    int code = 0;

    must(rv_store_begin(store, err));
    must(rv_record_transaction(store, add_zone, &code, err));
    assert_int_equal(rv_store_in_transaction(store), 1);
    rv_store_rollback(store);
    assert_int_equal(count_zones(state), 0);
    expect_feed(state, "");
}

static void
an_update_alone_is_fed_and_committed(void **state)
{
    const struct rv_field told[] = { { "message", rv_vtext("on it") } };
    int64_t id = insert_task(state);

    must(rv_record_update_alone(store_of(state), rv_model_kind("task"), id, told, 1, err));
    must_fail(RV_E_NOT_FOUND,
              rv_record_update_alone(store_of(state), rv_model_kind("task"), 7, told, 1, err));
    assert_int_equal(rv_store_in_transaction(store_of(state)), 0);
    expect_feed(state, "created task:;updated task:{\"message\":null};");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        record_test(an_inserted_row_has_an_id_and_its_times),
        record_test(an_id_and_times_may_be_given),
        record_test(an_update_writes_and_feeds_only_what_differs),
        record_test(an_update_that_changes_nothing_writes_nothing),
        record_test(old_values_have_their_types),
        record_test(secrets_never_reach_the_feed),
        record_test(a_deleted_row_leaves_all_it_was_in_the_feed),
        record_test(without_a_feed_nothing_is_told),
        record_test(a_row_that_is_not_there_is_not_found),
        record_test(what_is_required_must_be_there),
        record_test(a_name_taken_twice_is_a_conflict),
        record_test(a_transaction_commits_its_work_with_the_feed),
        record_test(a_transaction_that_fails_leaves_nothing),
        record_test(a_transaction_inside_another_ends_with_that),
        record_test(an_update_alone_is_fed_and_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
