/* SPDX-License-Identifier: Apache-2.0
 *
 * rv_store_begin_later and rv_store_read_all: statements that are not waited for one by one do the
 * same as others, and their failures are seen in time.
 */
#include "contract.h"

#include <stdio.h>
#include <string.h>

static void
insert(struct rv_store *store, int64_t id, int64_t value)
{
    rv_value params[] = { rv_vint(id), rv_vint(value) };
    must(rv_store_exec(store, NULL, "INSERT INTO things (id, value) VALUES ($1, $2)", params, 2,
                       err));
}

static void
begin_later(struct rv_store *store)
{
    must(rv_store_begin_later(store, err));
}

static struct rv_store *
with_table(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_FREE char *columns =
        rv_format("id %s PRIMARY KEY, value %s, name %s", int_type(), int_type(), text_type());
    make_table(store, "things", columns);
    return store;
}

static void
what_is_sent_later_is_committed(void **state)
{
    struct rv_store *store = with_table(state);
    for (int round = 0; round < 3; round++) {
        begin_later(store);
        must(rv_store_lock(store, "a", err));
        for (int i = 0; i < 100; i++)
            insert(store, round * 100 + i, i);
        must(rv_store_notify(store, "things", "x", err));
        must(rv_store_commit(store, err));
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), (round + 1) * 100);
    }
}

static void
a_query_in_between_sees_what_was_sent(void **state)
{
    struct rv_store *store = with_table(state);
    begin_later(store);
    insert(store, 1, 7);
    assert_int_equal(rv_test_int(store, "SELECT value FROM things"), 7);
    int64_t changed = 0;
    insert(store, 2, 7);
    must(rv_store_exec(store, &changed, "UPDATE things SET value = 8", NULL, 0, err));
    assert_int_equal(changed, 2);
    must(rv_store_commit(store, err));
    assert_column(store, "SELECT value FROM things", "8,8");
}

static void
bulk_rows_of_any_number_keep_their_order(void **state)
{
    struct rv_store *store = with_table(state);
    const char *const columns[] = { "id", "value", "name" };
    static const size_t counts[] = { 1, 5, 100, 1000 };
    int64_t next = 0;
    rv_value *values = rv_alloc(3000 * sizeof(*values));
    begin_later(store);
    for (size_t c = 0; c < RV_COUNT(counts); c++) {
        for (size_t i = 0; i < counts[c]; i++) {
            values[3 * i] = rv_vint(next++);
            values[3 * i + 1] = i % 2 ? RV_VNULL : rv_vint(5);
            values[3 * i + 2] = rv_vtext("q\"\\\n\t\x01'");
        }
        must(rv_store_insert_rows(store, "things", columns, 3, values, counts[c], err));
        for (size_t i = 0; i < counts[c]; i++)
            values[3 * i + 1] = rv_vint((int64_t)c);
        must(rv_store_update_rows(store, "things", columns, 3, values, counts[c], err));
    }
    must(rv_store_commit(store, err));
    free(values);
    assert_column(store, "SELECT COUNT(*) FROM things GROUP BY value ORDER BY value",
                  "1,5,100,1000");
    RV_AUTO_FREE char *name = rv_test_text(store, "SELECT DISTINCT name FROM things");
    assert_string_equal(name, "q\"\\\n\t\x01'");
}

static void
a_failure_shows_at_the_commit_and_nothing_stays(void **state)
{
    struct rv_store *store = with_table(state);
    insert(store, 1, 1);
    for (int round = 0; round < 3; round++) {
        rv_err ignored = RV_ERR_INIT;
        begin_later(store);
        insert(store, 10, 1);
        rv_value params[] = { rv_vint(1), rv_vint(2) };
        rv_store_exec(store, NULL, "INSERT INTO things (id, value) VALUES ($1, $2)", params, 2,
                      &ignored);
        rv_err_clear(&ignored);
        rv_store_exec(store, NULL, "DELETE FROM things", NULL, 0, &ignored);
        must_fail(RV_E_CONFLICT, rv_store_commit(store, err));
        assert_false(rv_store_in_transaction(store));
        assert_column(store, "SELECT id FROM things", "1");
    }
}

static void
a_failure_shows_at_the_next_query(void **state)
{
    struct rv_store *store = with_table(state);
    rv_err ignored = RV_ERR_INIT;
    rv_value out;
    insert(store, 1, 1);
    begin_later(store);
    rv_value params[] = { rv_vint(1), rv_vint(2) };
    rv_store_exec(store, NULL, "INSERT INTO things (id, value) VALUES ($1, $2)", params, 2,
                  &ignored);
    rv_err failure = RV_ERR_INIT;
    assert_true(rv_store_one(store, &out, 1, "SELECT COUNT(*) FROM things", NULL, 0, &failure) < 0);
    rv_store_rollback(store);
    assert_column(store, "SELECT id FROM things", "1");
    insert(store, 2, 2);
    assert_column(store, "SELECT id FROM things ORDER BY id", "1,2");
}

static void
a_rollback_takes_back_what_was_sent(void **state)
{
    struct rv_store *store = with_table(state);
    begin_later(store);
    insert(store, 1, 1);
    insert(store, 2, 2);
    rv_store_rollback(store);
    assert_column(store, "SELECT id FROM things", "");
    /* The next transaction waits again for each. */
    must(rv_store_begin(store, err));
    insert(store, 1, 1);
    rv_value params[] = { rv_vint(1), rv_vint(2) };
    must_fail(RV_E_CONFLICT,
              rv_store_exec(store, NULL, "INSERT INTO things (id, value) VALUES ($1, $2)", params,
                            2, err));
    rv_store_rollback(store);
}

static void
a_connection_that_is_lost_meanwhile_loses_the_transaction_only(void **state)
{
    only_postgres();
    struct rv_store *store = with_table(state), *other = second_store(state);
    int64_t pid = rv_test_int(store, "SELECT pg_backend_pid()");
    begin_later(store);
    insert(store, 1, 1);
    RV_AUTO_FREE char *kill = rv_format("SELECT pg_terminate_backend(%lld)", (long long)pid);
    rv_test_script(other, kill);
    must_fail(RV_E_UNAVAILABLE, rv_store_commit(store, err));
    assert_column(store, "SELECT id FROM things", "");
    insert(store, 2, 2);
    rv_store_close(other);
}

/* What reads hand over, as "a=1 b=2": the arg is a letter. */
static char handed[4096], a[] = "a", b[] = "b", r[] = "r";

static int
hand(void *arg, const rv_value *row, rv_err *err)
{
    size_t used = strlen(handed);
    if (row[0].type == RV_INT && row[0].v.i == 666)
        return rv_fail(err, RV_E_LIMIT, "not this one");
    snprintf(handed + used, sizeof(handed) - used, "%s=%lld ", (const char *)arg,
             (long long)row[0].v.i);
    return 0;
}

static int
read_two(struct rv_store *store, const char *first, const char *second, rv_err *err)
{
    rv_value param = rv_vint(1);
    struct rv_store_read reads[] = { { first, NULL, 0, hand, a }, { second, &param, 1, hand, b } };
    handed[0] = '\0';
    return rv_store_read_all(store, reads, RV_COUNT(reads), err);
}

static void
reads_that_go_together_hand_over_their_rows_in_order(void **state)
{
    struct rv_store *store = with_table(state);
    for (int i = 1; i <= 3; i++)
        insert(store, i, i);
    for (int round = 0; round < 3; round++) { /* the second time they are prepared */
        must(read_two(store, "SELECT id FROM things ORDER BY id",
                      "SELECT value FROM things WHERE id > $1 ORDER BY id DESC", err));
        assert_string_equal(handed, "a=1 a=2 a=3 b=3 b=2 ");
    }
    begin_later(store);
    insert(store, 4, 4);
    must(read_two(store, "SELECT id FROM things WHERE id = 4",
                  "SELECT COUNT(*) FROM things WHERE id > $1", err));
    assert_string_equal(handed, "a=4 b=3 ");
    must(rv_store_commit(store, err));
}

static void
any_number_of_reads_goes_together(void **state)
{
    struct rv_store *store = with_table(state);
    struct rv_store_read reads[200];
    rv_value params[200];
    for (int i = 0; i < 200; i++) {
        insert(store, i, i);
        params[i] = rv_vint(i);
        reads[i] =
            (struct rv_store_read){ "SELECT id FROM things WHERE id = $1", &params[i], 1, hand, r };
    }
    handed[0] = '\0';
    must(rv_store_read_all(store, reads, 200, err));
    const char *at = handed;
    for (int i = 0; i < 200; i++) {
        RV_AUTO_FREE char *one = rv_format("r=%d ", i);
        assert_int_equal(strncmp(at, one, strlen(one)), 0);
        at += strlen(one);
    }
    must(rv_store_read_all(store, reads, 0, err));
}

static void
a_read_that_fails_ends_the_others_and_the_store_goes_on(void **state)
{
    struct rv_store *store = with_table(state);
    insert(store, 1, 1);
    insert(store, 2, 666);
    for (int round = 0; round < 3; round++) {
        must_fail(RV_E_INTERNAL, read_two(store, "SELECT nothing FROM things",
                                          "SELECT id FROM things WHERE id = $1", err));
        assert_string_equal(handed, "");
        must_fail(RV_E_LIMIT, read_two(store, "SELECT value FROM things ORDER BY id",
                                       "SELECT id FROM things WHERE id = $1", err));
        assert_string_equal(handed, "a=1 ");
        assert_column(store, "SELECT id FROM things ORDER BY id", "1,2");
    }
}

static void
a_table_that_changed_meanwhile_fails_reads_once(void **state)
{
    struct rv_store *store = with_table(state), *other = second_store(state);
    rv_err first = RV_ERR_INIT;
    insert(store, 1, 1);
    for (int round = 0; round < 3; round++)
        must(read_two(store, "SELECT * FROM things", "SELECT id FROM things WHERE id = $1", err));
    rv_test_script(other, "ALTER TABLE things ADD COLUMN more TEXT");
    int rc = read_two(store, "SELECT * FROM things", "SELECT id FROM things WHERE id = $1", &first);
    assert_true(rc == 0 || rc == RV_E_UNAVAILABLE);
    must(read_two(store, "SELECT * FROM things", "SELECT id FROM things WHERE id = $1", err));
    assert_string_equal(handed, "a=1 b=1 ");
    rv_store_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        bare_test(what_is_sent_later_is_committed),
        bare_test(a_query_in_between_sees_what_was_sent),
        bare_test(bulk_rows_of_any_number_keep_their_order),
        bare_test(a_failure_shows_at_the_commit_and_nothing_stays),
        bare_test(a_failure_shows_at_the_next_query),
        bare_test(a_rollback_takes_back_what_was_sent),
        bare_test(a_connection_that_is_lost_meanwhile_loses_the_transaction_only),
        bare_test(reads_that_go_together_hand_over_their_rows_in_order),
        bare_test(any_number_of_reads_goes_together),
        bare_test(a_read_that_fails_ends_the_others_and_the_store_goes_on),
        bare_test(a_table_that_changed_meanwhile_fails_reads_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
