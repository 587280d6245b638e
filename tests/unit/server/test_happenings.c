/* SPDX-License-Identifier: Apache-2.0
 *
 * Events that wait to be written, while others arrive in the waits of the writing. The store is
 * played: each of its statements may read a frame, and may fail.
 */
#include "server/happenings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "event/event.h"
#include "server/protocol.h"
#include "server/worker_types.h"

enum { MOST_WAITING = 1024 };

static struct rv_happenings *happenings;
static struct rv_worker worker;
static int named;                  /* events that were made so far; the number is the pid */
static int arrive_at, fail_at;     /* in which statement; 0: in none */
static int statements, open_count; /* of this writing; in the transaction */
static int64_t in_transaction[2 * MOST_WAITING], written[4 * MOST_WAITING];
static int written_count;

static int kept; /* of those that were raised, for nobody to handle */

static void
happen_to(const char *type)
{
    RV_AUTO_JSON cJSON *frame = rv_message_new("event");
    cJSON_AddStringToObject(frame, "event", "evm_worker_start");
    cJSON_AddStringToObject(frame, "worker", type);
    cJSON_AddNumberToObject(frame, "at_ms", ++named);
    rv_happenings_add(happenings, frame);
}

static void
happen(void)
{
    happen_to("generic");
}

static int own; /* the setting */

int64_t
rv_settings_int(const struct rv_settings *settings, const char *key)
{
    (void)settings;
    assert_string_equal(key, "events.own");
    return own;
}

const struct rv_worker_type *
rv_worker_type_find(const char *name)
{
    static const struct rv_worker_type types[] = {
        { .name = "generic" }, { .name = "reporting", .flags = RV_TYPE_ON_DEMAND }
    };
    return strcmp(name, "generic") == 0 ? &types[0] : &types[1];
}

static int
wait_for_answer(rv_err *err)
{
    statements++;
    if (statements == arrive_at)
        happen();
    if (statements == fail_at)
        return rv_fail(err, RV_E_UNAVAILABLE, "the database is gone");
    return 0;
}

int
rv_event_raise(struct rv_store *store, const struct rv_event *event, int64_t *id, rv_err *err)
{
    (void)store, (void)id;
    kept += (event->flags & RV_EVENT_KEPT) != 0;
    in_transaction[open_count++] = event->timestamp_ms;
    return wait_for_answer(err) ? err->code : 1;
}

int
rv_store_reserve_ids(struct rv_store *store, int64_t count, rv_err *err)
{
    (void)store, (void)count;
    return wait_for_answer(err);
}

void
rv_store_relax(struct rv_store *store, int relaxed)
{
    (void)store, (void)relaxed;
}

int
rv_store_begin(struct rv_store *store, rv_err *err)
{
    (void)store;
    open_count = 0;
    return wait_for_answer(err);
}

int
rv_store_commit(struct rv_store *store, rv_err *err)
{
    (void)store;
    if (wait_for_answer(err))
        return err->code;
    for (int i = 0; i < open_count; i++)
        written[written_count++] = in_transaction[i];
    return 0;
}

void
rv_store_rollback(struct rv_store *store)
{
    (void)store;
}

static int
write_now(void)
{
    rv_err err = RV_ERR_INIT;
    statements = 0;
    return rv_happenings_write(happenings, &err);
}

static int
setup(void **state)
{
    (void)state;
    happenings = rv_happenings_new(&worker);
    named = arrive_at = fail_at = written_count = 0;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_happenings_free(happenings);
    return 0;
}

static void
assert_written(int first, int last)
{
    assert_int_equal(written_count, last - first + 1);
    for (int i = 0; i < written_count; i++)
        assert_int_equal(written[i], first + i);
}

static void
what_arrives_in_any_wait_of_a_full_batch_costs_none_of_it(void **state)
{
    static const int waits[] = { 1, 2, 3, 700, MOST_WAITING + 2, MOST_WAITING + 3 };
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        for (int k = 0; k < MOST_WAITING; k++)
            happen();
        arrive_at = waits[i];
        assert_int_equal(write_now(), 0);
        assert_written(1, MOST_WAITING);
        assert_int_equal(write_now(), 0);
        assert_written(1, MOST_WAITING + 1);
        teardown(state);
        setup(state);
    }
}

static void
what_failed_is_written_the_next_time_before_what_came_meanwhile(void **state)
{
    (void)state;
    for (int k = 0; k < 5; k++)
        happen();
    arrive_at = fail_at = 4; /* the second of the events */
    assert_int_equal(write_now(), RV_E_UNAVAILABLE);
    assert_int_equal(written_count, 0);
    arrive_at = fail_at = 0;
    assert_int_equal(write_now(), 0);
    assert_written(1, 6);
    assert_int_equal(write_now(), 0);
    assert_written(1, 6);
}

static void
when_too_many_wait_after_a_failure_the_oldest_goes(void **state)
{
    (void)state;
    for (int k = 0; k < MOST_WAITING; k++)
        happen();
    arrive_at = fail_at = MOST_WAITING + 3; /* the commit */
    assert_int_equal(write_now(), RV_E_UNAVAILABLE);
    arrive_at = fail_at = 0;
    assert_int_equal(write_now(), 0);
    assert_written(2, MOST_WAITING + 1);
}

/* Else the end of an event handler would start the next one. */
static void
what_happens_here_is_handled_when_that_is_wanted_but_for_workers_on_demand(void **state)
{
    (void)state;
    kept = 0;
    happen_to("generic");
    happen_to("reporting");
    own = 1;
    assert_int_equal(write_now(), 0);
    assert_written(1, 2);
    assert_int_equal(kept, 1);
    own = 0;
    happen_to("generic");
    assert_int_equal(write_now(), 0);
    assert_int_equal(kept, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_arrives_in_any_wait_of_a_full_batch_costs_none_of_it,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_failed_is_written_the_next_time_before_what_came_meanwhile, setup, teardown),
        cmocka_unit_test_setup_teardown(when_too_many_wait_after_a_failure_the_oldest_goes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            what_happens_here_is_handled_when_that_is_wanted_but_for_workers_on_demand, setup,
            teardown),
    };
    return cmocka_run_group_tests_name("happenings", tests, NULL, NULL);
}
