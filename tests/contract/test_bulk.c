/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows at once: all or none of them, with the same values as one by one.
 */
#include "contract.h"

static const char *const columns[] = { "id", "name", "n", "d", "f" };
#define COLUMNS 5

static int
with_table(void **state)
{
    if (contract_bare(state) != 0)
        return -1;
    RV_AUTO_FREE char *text =
        rv_format("id %s PRIMARY KEY, name %s UNIQUE, n %s, d %s, f %s", int_type(), text_type(),
                  int_type(), rv_test_is_postgres() ? "DOUBLE PRECISION" : "REAL",
                  rv_test_is_postgres() ? "BOOLEAN" : "INTEGER");
    make_table(store_of(state), "things", text);
    return 0;
}
#define things_test(name) cmocka_unit_test_setup_teardown(name, with_table, contract_end)

/* Rows first .. first + count - 1; names stay in *names, which the caller frees. */
static rv_value *
make_rows(int64_t first, size_t count, const char *tail, struct rv_arena *arena)
{
    rv_value *values = rv_alloc(sizeof(rv_value) * COLUMNS * count), *at = values;

    for (size_t i = 0; i < count; i++) {
        int64_t id = first + (int64_t)i;
        *at++ = rv_vint(id);
        *at++ = rv_vtext(rv_arena_format(arena, "thing-%lld%s", (long long)id, tail));
        *at++ = id % 3 ? rv_vint(id * 7) : RV_VNULL;
        *at++ = rv_vdouble((double)id / 3);
        *at++ = rv_vint(id % 2);
    }
    return values;
}

static void
insert(struct rv_store *store, int64_t first, size_t count, const char *tail)
{
    struct rv_arena *arena = rv_arena_new(0);
    RV_AUTO_FREE rv_value *values = make_rows(first, count, tail, arena);

    must(rv_store_insert_rows(store, "things", columns, COLUMNS, values, count, err));
    rv_arena_free(arena);
}

static void
inserted_rows_hold_what_was_given(void **state)
{
    static const char tail[] = "\t\n\r\\ \\N \\. \xe2\x82\xac'\"";
    struct rv_store *store = store_of(state);
    rv_value row[COLUMNS];

    insert(store, 1, 3000, tail);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 3000);
    for (int64_t id = 1; id <= 3000; id += 733) {
        rv_value param = rv_vint(id);
        RV_AUTO_FREE char *name = rv_format("thing-%lld%s", (long long)id, tail);
        must(rv_store_one(store, row, COLUMNS, "SELECT id, name, n, d, f FROM things WHERE id = $1",
                          &param, 1, err));
        assert_int_equal(row[0].v.i, id);
        assert_string_equal(row[1].v.text, name);
        assert_int_equal(row[2].type, id % 3 ? RV_INT : RV_NULL);
        assert_true(row[3].v.d == (double)id / 3);
        assert_int_equal(row[4].v.i, id % 2);
    }
}

static void
no_rows_are_no_work(void **state)
{
    int64_t before = rv_store_statements(store_of(state));

    must(rv_store_insert_rows(store_of(state), "things", columns, COLUMNS, NULL, 0, err));
    must(rv_store_update_rows(store_of(state), "things", columns, COLUMNS, NULL, 0, err));
    must(rv_store_delete_rows(store_of(state), "things", "id", NULL, 0, err));
    assert_int_equal(rv_store_statements(store_of(state)), before);
}

static void
a_conflict_among_many_leaves_none(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_arena *arena = rv_arena_new(0);

    insert(store, 500, 1, "");
    RV_AUTO_FREE rv_value *values = make_rows(1, 1000, "", arena);
    must_fail(RV_E_CONFLICT,
              rv_store_insert_rows(store, "things", columns, COLUMNS, values, 1000, err));
    assert_false(rv_store_in_transaction(store));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    must(rv_store_begin(store, err));
    must_fail(RV_E_CONFLICT,
              rv_store_insert_rows(store, "things", columns, COLUMNS, values, 1000, err));
    must_fail(RV_E_CONFLICT, rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    rv_arena_free(arena);
}

static void
a_bad_value_among_many_leaves_none(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_arena *arena = rv_arena_new(0);
    RV_AUTO_FREE rv_value *values = make_rows(1, 100, "", arena);

    values[50 * COLUMNS + 1] = rv_vtext("\xff");
    must_fail(RV_E_INVALID,
              rv_store_insert_rows(store, "things", columns, COLUMNS, values, 100, err));
    values[50 * COLUMNS + 1] = rv_vtext("fine");
    values[50 * COLUMNS + 2] = rv_vtext("no number");
    must_fail(RV_E_INVALID,
              rv_store_insert_rows(store, "things", columns, COLUMNS, values, 100, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 0);
    rv_arena_free(arena);
}

static void
a_rollback_undoes_bulk_work(void **state)
{
    struct rv_store *store = store_of(state);

    must(rv_store_begin(store, err));
    insert(store, 1, 100, "");
    rv_store_rollback(store);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 0);
    insert(store, 1, 100, "");
}

static void
update(struct rv_store *store, int64_t first, size_t count, const char *tail)
{
    static const char *const two[] = { "id", "name", "n" };
    struct rv_arena *arena = rv_arena_new(0);
    RV_AUTO_FREE rv_value *values = rv_alloc(sizeof(rv_value) * 3 * count);

    for (size_t i = 0; i < count; i++) {
        int64_t id = first + (int64_t)i;
        values[i * 3] = rv_vint(id);
        values[i * 3 + 1] = rv_vtext(rv_arena_format(arena, "new-%lld%s", (long long)id, tail));
        values[i * 3 + 2] = RV_VNULL;
    }
    must(rv_store_update_rows(store, "things", two, 3, values, count, err));
    rv_arena_free(arena);
}

static void
updates_change_only_their_rows_and_columns(void **state)
{
    /* Few and many take different ways on PostgreSQL. */
    static const size_t sizes[] = { 1, 3, 40, 900 };
    struct rv_store *store = store_of(state);

    insert(store, 1, 1000, "");
    for (size_t i = 0; i < RV_COUNT(sizes); i++) {
        RV_AUTO_FREE char *tail = rv_format("-%zu\\", sizes[i]);
        RV_AUTO_FREE char *sql = rv_format(
            "SELECT COUNT(*) FROM things WHERE name = 'new-' || id || '%s' AND n IS NULL", tail);
        update(store, 5, sizes[i], tail);
        assert_int_equal(rv_test_int(store, sql), sizes[i]);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things WHERE name LIKE 'thing-%'"),
                     100);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things WHERE d IS NOT NULL"), 1000);
}

static void
several_updates_of_one_transaction_add_up(void **state)
{
    struct rv_store *store = store_of(state);

    insert(store, 1, 300, "");
    for (int round = 0; round < 2; round++) {
        RV_AUTO_FREE char *tail = rv_format("-%d", round);
        must(rv_store_begin(store, err));
        update(store, 1, 100, tail);
        update(store, 101, 100, tail);
        update(store, 51, 100, "-last");
        must(rv_store_commit(store, err));
        assert_int_equal(
            rv_test_int(store, "SELECT COUNT(*) FROM things WHERE name LIKE 'new-%-last'"), 100);
        RV_AUTO_FREE char *sql =
            rv_format("SELECT COUNT(*) FROM things WHERE name LIKE 'new-%%%s'", tail);
        assert_int_equal(rv_test_int(store, sql), 100);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things WHERE name LIKE 'thing-%'"),
                     100);
}

static void
an_update_after_a_rolled_back_one_works(void **state)
{
    struct rv_store *store = store_of(state);

    insert(store, 1, 100, "");
    must(rv_store_begin(store, err));
    update(store, 1, 50, "-gone");
    rv_store_rollback(store);
    update(store, 1, 50, "-kept");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things WHERE name LIKE 'new-%-kept'"),
                     50);
}

static void
an_update_of_rows_that_are_not_there_is_nothing(void **state)
{
    insert(store_of(state), 1, 10, "");
    update(store_of(state), 11, 1, "");
    update(store_of(state), 11, 100, "");
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things"), 10);
}

static void
deletes_take_any_number_of_keys(void **state)
{
    static const size_t sizes[] = { 1, 2, 8, 9, 511, 512, 513, 1700 };
    struct rv_store *store = store_of(state);
    int64_t left = 4000;
    int64_t next = 1;

    insert(store, 1, (size_t)left, "");
    for (size_t i = 0; i < RV_COUNT(sizes); i++) {
        RV_AUTO_FREE rv_value *keys = rv_alloc(sizeof(rv_value) * sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            keys[k] = rv_vint(next++);
        must(rv_store_delete_rows(store, "things", "id", keys, sizes[i], err));
        left -= (int64_t)sizes[i];
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), left);
    }
    assert_int_equal(rv_test_int(store, "SELECT MIN(id) FROM things"), next);
}

static void
rows_of_megabytes_go_in_bulk_too(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_arena *arena = rv_arena_new(0);
    RV_AUTO_FREE rv_value *values = make_rows(1, 8, "", arena);
    size_t len = 2u << 20;

    for (int i = 0; i < 8; i++) {
        char *text = rv_arena_alloc(arena, len + 1);
        memset(text, i % 2 ? '\n' : 'x', len);
        text[0] = (char)('a' + i);
        values[i * COLUMNS + 1] = rv_vtext_len(text, len);
    }
    /* The unique index cannot hold such texts on PostgreSQL. */
    RV_AUTO_FREE char *text_columns =
        rv_format("id %s PRIMARY KEY, name %s", int_type(), text_type());
    make_table(store, "large", text_columns);
    rv_value two[16];
    for (int i = 0; i < 8; i++) {
        two[i * 2] = values[i * COLUMNS];
        two[i * 2 + 1] = values[i * COLUMNS + 1];
    }
    must(rv_store_insert_rows(store, "large", columns, 2, two, 8, err));
    assert_int_equal(rv_test_int(store, "SELECT SUM(LENGTH(name)) FROM large"), 8 * len);
    rv_arena_free(arena);
}

static void
a_key_too_long_for_an_index_is_over_a_limit(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_FREE char *text = rv_alloc(100001);
    unsigned int seed = 7;

    /* SQLite indexes any length; PostgreSQL's limit is a third of a page, after compression. */
    for (int i = 0; i < 100000; i++)
        text[i] = (char)('!' + rand_r(&seed) % 90);
    rv_value row[COLUMNS] = { rv_vint(1), rv_vtext(text), RV_VNULL, RV_VNULL, RV_VNULL };
    if (rv_store_is_postgres(store))
        must_fail(RV_E_LIMIT, rv_store_insert_rows(store, "things", columns, COLUMNS, row, 1, err));
    else
        must(rv_store_insert_rows(store, "things", columns, COLUMNS, row, 1, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        things_test(inserted_rows_hold_what_was_given),
        things_test(no_rows_are_no_work),
        things_test(a_conflict_among_many_leaves_none),
        things_test(a_bad_value_among_many_leaves_none),
        things_test(a_rollback_undoes_bulk_work),
        things_test(updates_change_only_their_rows_and_columns),
        things_test(several_updates_of_one_transaction_add_up),
        things_test(an_update_after_a_rolled_back_one_works),
        things_test(an_update_of_rows_that_are_not_there_is_nothing),
        things_test(deletes_take_any_number_of_keys),
        things_test(rows_of_megabytes_go_in_bulk_too),
        things_test(a_key_too_long_for_an_index_is_over_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
