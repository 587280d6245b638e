/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids: of the region, never twice, also with several who take at once.
 */
#include "contract.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/schema.h"

#define REGION_FACTOR 1000000000000LL

static void
ids_are_of_the_databases_region(void **state)
{
    int64_t id;

    must(rv_store_new_id(store_of(state), &id, err));
    assert_true(id == REGION_FACTOR + 1);
    assert_int_equal(rv_store_region(store_of(state)), 1);
    struct rv_test_db db;
    rv_test_db_create(&db);
    struct rv_store *other = rv_test_store_open(&db);
    must(rv_schema_upgrade(other, 42, err));
    must(rv_store_new_id(other, &id, err));
    assert_true(id == 42 * REGION_FACTOR + 1);
    assert_int_equal(rv_store_region(other), 42);
    rv_store_close(other);
    rv_test_db_drop(&db);
}

static void
one_after_another_they_only_grow(void **state)
{
    int64_t last = 0, id;

    for (int i = 0; i < 3500; i++) {
        must(rv_store_new_id(store_of(state), &id, err));
        assert_true(id > last);
        last = id;
    }
}

static void
a_reservation_is_one_statement_whatever_its_size(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t before = rv_store_statements(store), id;

    must(rv_store_reserve_ids(store, 25000, err));
    assert_int_equal(rv_store_statements(store) - before, 1);
    for (int i = 0; i < 25000; i++)
        must(rv_store_new_id(store, &id, err));
    assert_int_equal(rv_store_statements(store) - before, 1);
}

static void
a_transaction_takes_from_what_was_reserved_and_no_more(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;

    must(rv_store_reserve_ids(store, 1000, err));
    must(rv_store_begin(store, err));
    for (int i = 0; i < 1000; i++)
        must(rv_store_new_id(store, &id, err));
    must_fail(RV_E_INTERNAL, rv_store_new_id(store, &id, err));
    must_fail(RV_E_INTERNAL, rv_store_reserve_ids(store, 1, err));
    rv_store_rollback(store);
    int64_t after;
    must(rv_store_new_id(store, &after, err));
    assert_true(after > id); /* what was taken in the transaction is not given out again */
}

static void
several_processes_never_get_the_same_id(void **state)
{
    enum { PROCESSES = 4, IDS = 2500 };
    struct rv_store *store = store_of(state);
    pid_t pids[PROCESSES];

    rv_test_script(store, rv_store_is_postgres(store) ? "CREATE TABLE seen (id BIGINT PRIMARY KEY)"
                                                      : "CREATE TABLE seen (id INTEGER PRIMARY KEY)"
                                                        " STRICT");
    for (int p = 0; p < PROCESSES; p++) {
        pids[p] = fork();
        assert_true(pids[p] >= 0);
        if (pids[p] != 0)
            continue;
        struct rv_store *own = second_store(state);
        static const char *const columns[] = { "id" };
        rv_value ids[50];
        rv_err err = RV_ERR_INIT;
        for (int i = 0; i < IDS / 50 && !err.code; i++) {
            for (int k = 0; k < 50 && !err.code; k++) {
                int64_t id = 0;
                rv_store_new_id(own, &id, &err);
                ids[k] = rv_vint(id);
            }
            if (!err.code)
                rv_store_insert_rows(own, "seen", columns, 1, ids, 50, &err);
        }
        if (err.code)
            fprintf(stderr, "%s\n", err.text);
        _exit(err.code != 0);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status = -1;
        assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM seen"), PROCESSES * IDS);
}

static void
a_second_opening_goes_on_behind_the_first(void **state)
{
    struct rv_store *other = second_store(state);
    int64_t first, second;

    must(rv_store_new_id(store_of(state), &first, err));
    must(rv_schema_open(other, err));
    assert_int_equal(rv_store_region(other), 1);
    must(rv_store_new_id(other, &second, err));
    assert_int_equal(second - first, 1000);
    rv_store_close(other);
}

static void
a_region_that_is_full_says_so(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;

    rv_test_script(store, "UPDATE id_blocks SET next_id = 1999999999500");
    must_fail(RV_E_LIMIT, rv_store_new_id(store, &id, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(ids_are_of_the_databases_region),
        schema_test(one_after_another_they_only_grow),
        schema_test(a_reservation_is_one_statement_whatever_its_size),
        schema_test(a_transaction_takes_from_what_was_reserved_and_no_more),
        schema_test(several_processes_never_get_the_same_id),
        schema_test(a_second_opening_goes_on_behind_the_first),
        schema_test(a_region_that_is_full_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
