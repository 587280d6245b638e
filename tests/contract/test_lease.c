/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases: one holder at a time, and nothing is written by one whose time is over.
 */
#include "contract.h"

#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "store/lease.h"

#define START_MS 1800000000000
#define TTL_MS 30000

static int
at_a_fixed_time(void **state)
{
    if (contract_schema(state) != 0)
        return -1;
    rv_clock_fake(START_MS);
    return 0;
}

static int
end(void **state)
{
    rv_clock_real();
    return contract_end(state);
}
#define lease_test(name) cmocka_unit_test_setup_teardown(name, at_a_fixed_time, end)

static struct rv_lease
take(struct rv_store *store, const char *name, int64_t holder)
{
    struct rv_lease lease;

    must(rv_lease_take(store, &lease, name, holder, TTL_MS, err));
    return lease;
}

/* In a transaction of its own; what the check answers. */
static int
check(struct rv_store *store, const struct rv_lease *lease)
{
    rv_err checked = RV_ERR_INIT;

    must(rv_store_begin(store, err));
    int rc = rv_lease_check(store, lease, &checked);
    rv_store_rollback(store);
    return rc;
}

static void
a_free_lease_is_taken_and_checked(void **state)
{
    struct rv_lease lease = take(store_of(state), "refresh/1", 7);

    assert_int_equal(lease.generation, 1);
    assert_int_equal(lease.holder, 7);
    assert_int_equal(check(store_of(state), &lease), 0);
}

static void
a_held_lease_is_refused_and_names_its_holder(void **state)
{
    struct rv_lease lease = take(store_of(state), "refresh/1", 7), other;
    rv_err held = RV_ERR_INIT;

    assert_int_equal(rv_lease_take(store_of(state), &other, "refresh/1", 8, TTL_MS, &held),
                     RV_E_CONFLICT);
    assert_non_null(strstr(held.text, "refresh/1"));
    assert_non_null(strstr(held.text, " 7 "));
    assert_int_equal(check(store_of(state), &lease), 0);
    take(store_of(state), "refresh/2", 8); /* another name is free */
}

static void
a_lease_that_ran_out_passes_on_and_its_generation_grows(void **state)
{
    struct rv_lease first = take(store_of(state), "refresh/1", 7);

    rv_clock_advance(TTL_MS);
    assert_int_equal(check(store_of(state), &first), RV_E_STALE); /* by our own clock */
    struct rv_lease second = take(store_of(state), "refresh/1", 8);
    assert_int_equal(second.generation, 2);
    assert_int_equal(check(store_of(state), &second), 0);
    assert_int_equal(check(store_of(state), &first), RV_E_STALE);
}

static void
its_own_holder_may_take_it_again(void **state)
{
    struct rv_lease first = take(store_of(state), "refresh/1", 7);
    struct rv_lease second = take(store_of(state), "refresh/1", 7);

    assert_int_equal(second.generation, 2);
    assert_int_equal(check(store_of(state), &first), RV_E_STALE);
    assert_int_equal(check(store_of(state), &second), 0);
}

static void
a_stale_holder_cannot_commit_what_it_wrote(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease first = take(store, "refresh/1", 7);
    rv_err ignored = RV_ERR_INIT;

    rv_clock_advance(TTL_MS + 1);
    take(store, "refresh/1", 8);
    must(rv_store_begin(store, err));
    must_exec(store, "INSERT INTO inventory_streams VALUES ($1, 'pods', 'x', 0)", rv_vint(1));
    /* Also when the caller does not look at the answer. */
    assert_int_equal(rv_lease_check(store, &first, &ignored), RV_E_STALE);
    must_fail(RV_E_STALE, rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_streams"), 0);
}

static int
write_guarded(struct rv_store *store, const struct rv_lease *lease, rv_err *err)
{
    if (rv_store_begin_later(store, err) < 0)
        return err->code;
    if (rv_lease_guard(store, lease, err) == 0 &&
        rv_store_exec(store, NULL, "INSERT INTO inventory_streams VALUES (1, 'pods', 'x', 0)", NULL,
                      0, err) == 0 &&
        rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    rv_lease_blame(store, lease, err);
    return err->code;
}

static void
a_guarded_write_is_committed_under_a_good_lease_only(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease first = take(store, "refresh/1", 7);

    must(write_guarded(store, &first, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_streams"), 1);
    /* Another failure is told as it is. */
    must_fail(RV_E_CONFLICT, write_guarded(store, &first, err));
    must_exec(store, "DELETE FROM inventory_streams WHERE ems_id = $1", rv_vint(1));
    rv_clock_advance(TTL_MS);
    must_fail(RV_E_STALE, write_guarded(store, &first, err));
    struct rv_lease second = take(store, "refresh/1", 8);
    must_fail(RV_E_STALE, write_guarded(store, &first, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_streams"), 0);
    must(write_guarded(store, &second, err));
}

static void
renewing_keeps_the_leases_of_the_living(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease kept = take(store, "refresh/1", 7), also = take(store, "refresh/2", 8),
                    left = take(store, "refresh/3", 9);
    int64_t before = rv_store_statements(store);

    rv_clock_advance(TTL_MS / 2);
    must(rv_lease_renew(store, (int64_t[]){ 7, 8, 12345 }, 3, TTL_MS, err));
    assert_int_equal(rv_store_statements(store) - before, 1);
    rv_clock_advance(TTL_MS / 2);
    assert_int_equal(check(store, &kept), 0);
    assert_int_equal(check(store, &also), 0);
    assert_int_equal(check(store, &left), RV_E_STALE);
    assert_int_equal(kept.generation, 1);
    must(rv_lease_renew(store, NULL, 0, TTL_MS, err));
}

static void
a_thousand_holders_are_renewed(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t holders[1000];

    for (int i = 0; i < 1000; i++)
        holders[i] = i + 1;
    struct rv_lease first = take(store, "refresh/1", 1), last = take(store, "refresh/2", 1000);
    rv_clock_advance(TTL_MS - 1);
    must(rv_lease_renew(store, holders, 1000, TTL_MS, err));
    rv_clock_advance(TTL_MS - 1);
    assert_int_equal(check(store, &first), 0);
    assert_int_equal(check(store, &last), 0);
}

static void
a_released_lease_is_free_and_keeps_its_count(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease first = take(store, "refresh/1", 7);

    must(rv_lease_release(store, &first, err));
    assert_int_equal(check(store, &first), RV_E_STALE);
    struct rv_lease second = take(store, "refresh/1", 8);
    assert_int_equal(second.generation, 2);
    must(rv_lease_release(store, &first, err)); /* has passed on: nothing happens */
    assert_int_equal(check(store, &second), 0);
}

static void
a_dead_holders_leases_are_all_free(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease dead = take(store, "refresh/1", 7), alive = take(store, "refresh/3", 8);

    take(store, "refresh/2", 7);
    must(rv_lease_release_holder(store, 7, err));
    assert_int_equal(check(store, &dead), RV_E_STALE);
    assert_int_equal(check(store, &alive), 0);
    take(store, "refresh/1", 9);
    take(store, "refresh/2", 9);
}

/* Another process, which believes every lease over (its clock is an hour ahead), takes this one
 * when it is told, and answers when it has it. */
static pid_t
start_taker(void **state, const char *name, int go, int taken_at)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    struct rv_store *own = second_store(state);
    struct rv_lease taken;
    rv_err err = RV_ERR_INIT;
    char byte;
    int failed = read(go, &byte, 1) != 1;
    rv_clock_fake(rv_now_ms() + 3600000);
    failed |= rv_lease_take(own, &taken, name, 8, TTL_MS, &err) < 0;
    rv_clock_real();
    int64_t now = rv_monotonic_ms();
    failed |= write(taken_at, &now, sizeof now) != sizeof now;
    _exit(failed);
}

static void
a_check_keeps_others_from_taking_until_the_commit(void **state)
{
    struct rv_store *store = store_of(state);
    int status = -1, go[2], answer[2];
    int64_t committed_at, taken_at = 0;

    /* Before our transaction begins: SQLite's locks do not survive a fork. */
    assert_true(pipe(go) == 0 && pipe(answer) == 0);
    pid_t pid = start_taker(state, "refresh/1", go[0], answer[1]);
    rv_clock_real();
    struct rv_lease lease = take(store, "refresh/1", 7);
    must(rv_store_begin(store, err));
    must(rv_lease_check(store, &lease, err));
    assert_int_equal(write(go[1], "x", 1), 1);
    usleep(300000);
    committed_at = rv_monotonic_ms();
    must_exec(store, "INSERT INTO inventory_streams VALUES ($1, 'pods', 'x', 0)", rv_vint(1));
    must(rv_store_commit(store, err));
    assert_int_equal(read(answer[0], &taken_at, sizeof taken_at), sizeof taken_at);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(taken_at >= committed_at);
    assert_int_equal(check(store, &lease), RV_E_STALE);
    close(go[0]), close(go[1]), close(answer[0]), close(answer[1]);
}

static void
renewing_does_not_wait_for_a_save(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease lease = take(store, "refresh/1", 7);

    if (!rv_store_is_postgres(store))
        skip(); /* one writer at a time there: everything waits for everything */
    struct rv_store *other = rv_test_store_open_timed(&((struct contract *)*state)->db, 5000, 0);
    must(rv_store_begin(store, err));
    must(rv_lease_check(store, &lease, err));
    must(rv_lease_renew(other, &lease.holder, 1, TTL_MS, err));
    must(rv_store_commit(store, err));
    rv_store_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        lease_test(a_free_lease_is_taken_and_checked),
        lease_test(a_held_lease_is_refused_and_names_its_holder),
        lease_test(a_lease_that_ran_out_passes_on_and_its_generation_grows),
        lease_test(its_own_holder_may_take_it_again),
        lease_test(a_stale_holder_cannot_commit_what_it_wrote),
        lease_test(a_guarded_write_is_committed_under_a_good_lease_only),
        lease_test(renewing_keeps_the_leases_of_the_living),
        lease_test(a_thousand_holders_are_renewed),
        lease_test(a_released_lease_is_free_and_keeps_its_count),
        lease_test(a_dead_holders_leases_are_all_free),
        lease_test(a_check_keeps_others_from_taking_until_the_commit),
        lease_test(renewing_does_not_wait_for_a_save),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
