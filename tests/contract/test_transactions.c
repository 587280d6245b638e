/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements and transactions: what is kept, what is undone, which class a
 * mistake has.
 */
#include "contract.h"

static int
with_table(void **state)
{
    if (contract_bare(state) != 0)
        return -1;
    RV_AUTO_FREE char *columns = rv_format("id %s PRIMARY KEY, name %s NOT NULL UNIQUE, n %s"
                                           " CHECK (n < 100)",
                                           int_type(), text_type(), int_type());
    make_table(store_of(state), "things", columns);
    return 0;
}
#define things_test(name) cmocka_unit_test_setup_teardown(name, with_table, contract_end)

static int
insert(struct rv_store *store, int64_t id, const char *name, rv_err *err)
{
    rv_value params[] = { rv_vint(id), rv_vtext(name) };

    return rv_store_exec(store, NULL, "INSERT INTO things (id, name) VALUES ($1, $2)", params, 2,
                         err);
}

static int64_t
count(struct rv_store *store)
{
    return rv_test_int(store, "SELECT COUNT(*) FROM things");
}

static void
a_commit_is_seen_by_others_and_not_before(void **state)
{
    struct rv_store *store = store_of(state), *other = second_store(state);

    must(rv_store_begin(store, err));
    assert_true(rv_store_in_transaction(store));
    must(insert(store, 1, "a", err));
    assert_int_equal(count(other), 0);
    must(rv_store_commit(store, err));
    assert_false(rv_store_in_transaction(store));
    assert_int_equal(count(other), 1);
    rv_store_close(other);
}

static void
a_rollback_leaves_nothing(void **state)
{
    struct rv_store *store = store_of(state);

    must(rv_store_begin(store, err));
    must(insert(store, 1, "a", err));
    rv_store_rollback(store);
    rv_store_rollback(store); /* nothing is open: nothing happens */
    assert_int_equal(count(store), 0);
}

static void
closing_rolls_back(void **state)
{
    struct rv_store *other = second_store(state);

    must(rv_store_begin(other, err));
    must(insert(other, 1, "a", err));
    rv_store_close(other);
    assert_int_equal(count(store_of(state)), 0);
}

static void
a_unique_key_taken_twice_is_a_conflict(void **state)
{
    must(insert(store_of(state), 1, "a", err));
    must_fail(RV_E_CONFLICT, insert(store_of(state), 1, "b", err));
    must_fail(RV_E_CONFLICT, insert(store_of(state), 2, "a", err));
    must(insert(store_of(state), 2, "b", err));
}

static void
other_constraints_are_invalid_input(void **state)
{
    must_fail(RV_E_INVALID, insert(store_of(state), 1, NULL, err));
    must_fail(RV_E_INVALID,
              rv_store_exec(store_of(state), NULL,
                            "INSERT INTO things (id, name, n) VALUES (1, 'a', 100)", NULL, 0, err));
}

static void
wrong_sql_is_a_bug_and_names_itself(void **state)
{
    rv_err err = RV_ERR_INIT;

    assert_int_equal(rv_store_exec(store_of(state), NULL, "SELEKT 1", NULL, 0, &err),
                     RV_E_INTERNAL);
    assert_non_null(strstr(err.text, "SELEKT 1"));
    rv_err_clear(&err);
    assert_int_equal(rv_store_exec(store_of(state), NULL, "DELETE FROM nowhere", NULL, 0, &err),
                     RV_E_INTERNAL);
    assert_non_null(strstr(err.text, "nowhere"));
}

static void
a_double_quoted_word_is_a_name_on_both(void **state)
{
    must_fail(RV_E_INTERNAL, rv_store_exec(store_of(state), NULL,
                                           "DELETE FROM things WHERE name = \"a\"", NULL, 0, err));
}

static void
two_statements_at_once_are_refused(void **state)
{
    must_fail(RV_E_INTERNAL, rv_store_exec(store_of(state), NULL,
                                           "DELETE FROM things; DELETE FROM things", NULL, 0, err));
}

static void
too_few_parameters_are_refused(void **state)
{
    rv_value one = rv_vint(1);

    must_fail(RV_E_INTERNAL,
              rv_store_exec(store_of(state), NULL, "INSERT INTO things (id, name) VALUES ($1, $2)",
                            &one, 1, err));
}

static void
a_failed_statement_ends_its_transaction(void **state)
{
    struct rv_store *store = store_of(state);

    must(insert(store, 1, "a", err));
    must(rv_store_begin(store, err));
    must(insert(store, 2, "b", err));
    must_fail(RV_E_CONFLICT, insert(store, 1, "c", err));
    must_fail(RV_E_INTERNAL, insert(store, 3, "d", err));
    must_fail(RV_E_CONFLICT, rv_store_commit(store, err));
    assert_false(rv_store_in_transaction(store));
    assert_column(store, "SELECT name FROM things ORDER BY id", "a");
    must(rv_store_begin(store, err));
    must(insert(store, 4, "e", err));
    must(rv_store_commit(store, err));
    assert_column(store, "SELECT name FROM things ORDER BY id", "a,e");
}

static void
exec_tells_how_many_rows_it_touched(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t changed = -1;

    must(rv_store_exec(store, &changed,
                       "INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')", NULL, 0,
                       err));
    assert_int_equal(changed, 3);
    must(rv_store_exec(store, &changed, "UPDATE things SET n = 1 WHERE id > 1", NULL, 0, err));
    assert_int_equal(changed, 2);
    must(rv_store_exec(store, &changed, "DELETE FROM things WHERE id = 9", NULL, 0, err));
    assert_int_equal(changed, 0);
}

static void
returning_gives_rows_and_writes(void **state)
{
    struct rv_store *store = store_of(state);
    rv_value out[2];

    must(rv_store_one(store, out, 2,
                      "INSERT INTO things (id, name) VALUES (1, 'a') RETURNING id, name", NULL, 0,
                      err));
    assert_int_equal(out[0].v.i, 1);
    assert_string_equal(out[1].v.text, "a");
    assert_int_equal(count(store), 1);
    must_fail(RV_E_CONFLICT, rv_store_one(store, out, 1,
                                          "INSERT INTO things (id, name) VALUES (1, 'b')"
                                          " RETURNING id",
                                          NULL, 0, err));
}

static void
one_tells_whether_there_was_a_row(void **state)
{
    rv_value out = rv_vint(42);
    rv_err found_err = RV_ERR_INIT;

    assert_int_equal(
        rv_store_one(store_of(state), &out, 1, "SELECT id FROM things", NULL, 0, &found_err), 0);
    must(insert(store_of(state), 5, "a", err));
    assert_int_equal(
        rv_store_one(store_of(state), &out, 1, "SELECT id FROM things", NULL, 0, &found_err), 1);
    assert_int_equal(out.v.i, 5);
    must_fail(RV_E_INTERNAL,
              rv_store_one(store_of(state), &out, 2, "SELECT id FROM things", NULL, 0, err));
}

static void
the_text_of_one_may_be_the_next_ones_parameter(void **state)
{
    struct rv_store *store = store_of(state);
    rv_value name, again;

    must(insert(store, 1, "a long enough name to be noticed", err));
    must(rv_store_one(store, &name, 1, "SELECT name FROM things", NULL, 0, err));
    must(rv_store_one(store, &again, 1, "SELECT name FROM things WHERE name = $1", &name, 1, err));
    assert_string_equal(again.v.text, "a long enough name to be noticed");
}

static void
a_long_answer_comes_in_order_and_can_be_left_early(void **state)
{
    struct rv_store *store = store_of(state);
    const char *const series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s"
                               " WHERE n < 50000) SELECT n FROM s";

    for (int transaction = 0; transaction <= 1; transaction++) {
        struct rv_rows *rows = NULL;
        const rv_value *row = NULL;
        if (transaction)
            must(rv_store_begin(store, err));
        must(rv_store_query(store, &rows, series, NULL, 0, err));
        assert_int_equal(rv_rows_columns(rows), 1);
        for (int n = 1; n <= 100; n++) {
            must(rv_rows_next(rows, &row, err));
            assert_int_equal(row[0].v.i, n);
        }
        rv_rows_close(rows);
        must(insert(store, transaction + 1, transaction ? "b" : "a", err));
        if (transaction)
            must(rv_store_commit(store, err));
    }
    assert_int_equal(count(store), 2);
}

static void
a_query_that_fails_in_the_middle_says_so(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    rv_err next_err = RV_ERR_INIT;
    int more = 1, got = 0;
    /* Both engines fail here after they have answered rows: a number that grows too large. */
    const char *sql =
        rv_store_is_postgres(store)
            ? "SELECT (9223372036854775000 + n) FROM generate_series(1, 2000) AS s(n)"
            : "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2000)"
              " SELECT abs(CASE n WHEN 900 THEN -9223372036854775807 - 1 ELSE n END) FROM s";

    must(rv_store_query(store, &rows, sql, NULL, 0, err));
    while ((more = rv_rows_next(rows, &row, &next_err)) > 0)
        got++;
    assert_true(more < 0);
    assert_true(got > 0);
    rv_rows_close(rows);
    must(insert(store, 1, "a", err));
}

static void
a_script_that_fails_half_way_leaves_no_transaction_open(void **state)
{
    struct rv_store *store = store_of(state);

    must_fail(RV_E_INTERNAL, rv_store_script(store,
                                             "BEGIN; INSERT INTO things (id, name) VALUES (1, 'a');"
                                             " DROP TABLE nowhere; COMMIT",
                                             err));
    assert_int_equal(count(store), 0);
    must(rv_store_begin(store, err));
    must(insert(store, 2, "b", err));
    must(rv_store_commit(store, err));
    assert_int_equal(count(store), 1);
}

static void
statements_are_counted(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t before = rv_store_statements(store);

    must(rv_store_begin(store, err));
    must(insert(store, 1, "a", err));
    must(rv_store_commit(store, err));
    assert_int_equal(rv_store_statements(store) - before, 3);
}

static void
more_statements_than_the_cache_holds_work_on(void **state)
{
    struct rv_store *store = store_of(state);

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 600; i++) {
            RV_AUTO_FREE char *sql = rv_format("SELECT %d + CAST($1 AS %s)", i, int_type());
            rv_value one = rv_vint(1), out = RV_VNULL;
            must(rv_store_one(store, &out, 1, sql, &one, 1, err));
            assert_int_equal(out.v.i, i + 1);
        }
    }
}

static void
a_changed_table_does_not_break_a_known_statement(void **state)
{
    struct rv_store *store = store_of(state), *other = second_store(state);
    rv_value out[4];

    must(insert(store, 1, "a", err));
    for (int i = 0; i < 3; i++)
        must(rv_store_one(store, out, 3, "SELECT * FROM things", NULL, 0, err));
    RV_AUTO_FREE char *sql = rv_format("ALTER TABLE things ADD COLUMN extra %s", text_type());
    rv_test_script(other, sql);
    must(rv_store_one(store, out, 4, "SELECT * FROM things", NULL, 0, err));
    assert_int_equal(out[3].type, RV_NULL);
    rv_store_close(other);
}

static void
a_store_that_gave_its_memory_back_works_on(void **state)
{
    struct rv_store *store = store_of(state);

    must(insert(store, 1, "a", err));
    rv_store_shrink(store);
    must(insert(store, 2, "b", err));
    assert_int_equal(count(store), 2);
    rv_store_shrink(store);
    must(rv_store_begin(store, err));
    must(insert(store, 3, "c", err));
    must(rv_store_commit(store, err));
    assert_int_equal(count(store), 3);
}

static void
what_does_not_wait_for_the_disk_is_seen_by_others_all_the_same(void **state)
{
    struct rv_store *store = store_of(state), *other = second_store(state);

    rv_store_relax(store, 1);
    must(insert(store, 1, "a", err));
    assert_int_equal(count(other), 1);
    if (!rv_test_is_postgres())
        assert_int_equal(rv_test_int(store, "PRAGMA synchronous"), 1);
    rv_store_relax(store, 0);
    must(insert(store, 2, "b", err));
    assert_int_equal(count(other), 2);
    if (!rv_test_is_postgres()) /* which is FULL again */
        assert_int_equal(rv_test_int(store, "PRAGMA synchronous"), 2);
    rv_store_close(other);
}

static void
the_size_on_disk_is_told(void **state)
{
    assert_true(rv_store_bytes(store_of(state)) > 4096);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        things_test(a_commit_is_seen_by_others_and_not_before),
        things_test(a_rollback_leaves_nothing),
        things_test(closing_rolls_back),
        things_test(a_unique_key_taken_twice_is_a_conflict),
        things_test(other_constraints_are_invalid_input),
        things_test(wrong_sql_is_a_bug_and_names_itself),
        things_test(a_double_quoted_word_is_a_name_on_both),
        things_test(two_statements_at_once_are_refused),
        things_test(too_few_parameters_are_refused),
        things_test(a_failed_statement_ends_its_transaction),
        things_test(exec_tells_how_many_rows_it_touched),
        things_test(returning_gives_rows_and_writes),
        things_test(one_tells_whether_there_was_a_row),
        things_test(the_text_of_one_may_be_the_next_ones_parameter),
        things_test(a_long_answer_comes_in_order_and_can_be_left_early),
        things_test(a_query_that_fails_in_the_middle_says_so),
        things_test(a_script_that_fails_half_way_leaves_no_transaction_open),
        things_test(statements_are_counted),
        things_test(more_statements_than_the_cache_holds_work_on),
        things_test(a_changed_table_does_not_break_a_known_statement),
        things_test(a_store_that_gave_its_memory_back_works_on),
        things_test(what_does_not_wait_for_the_disk_is_seen_by_others_all_the_same),
        things_test(the_size_on_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
