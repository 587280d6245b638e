/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of runs, on both stores.
 */
#include "contract.h"

#include "automate/runs.h"
#include "base/clock.h"
#include "queue/queue.h"

static struct rv_test_db db;
static struct rv_store *store;

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define RUNS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
write_in(void *arg, struct rv_store *in, struct rv_feed *feed, rv_err *err)
{
    return rv_run_write(arg, in, feed, err);
}

static int
write_run(struct rv_run *run, rv_err *err)
{
    if (rv_store_reserve_ids(store, 2, err))
        return err->code;
    return rv_record_transaction(store, write_in, run, err);
}

static int64_t
put_run(int64_t event_id, const char *status, int64_t message_id)
{
    RV_AUTO_RUN struct rv_run run = { .event_id = event_id, .message_id = message_id };
    snprintf(run.status, sizeof(run.status), "%s", status);
    rv_run_text(&run.uri, "/System/Process/Event");
    must(write_run(&run, err));
    return run.id;
}

static void
a_run_comes_back_as_it_was_written(void **state)
{
    (void)state;
    RV_AUTO_RUN struct rv_run run = { .event_id = 12,
                                      .target_id = 5,
                                      .status = "retry",
                                      .ae_state_retries = 3,
                                      .ae_state_started = 1000,
                                      .next_on = 2000,
                                      .began_on = 900,
                                      .took_us = 77,
                                      .methods = 2,
                                      .attempts = 1,
                                      .generation = 9 };
    RV_AUTO_RUN struct rv_run again = { 0 };
    rv_run_text(&run.uri, "/a/b/c?x=1");
    rv_run_text(&run.target_kind, "vm");
    rv_run_text(&run.ae_state, "CheckPower");
    rv_run_text(&run.state, "{\"vars\":{\"n\":1}}");
    rv_run_text(&run.entered, "a/b\nc/d");
    must(write_run(&run, err));
    must(rv_run_load(&again, store, run.id, err));
    assert_string_equal(again.uri, "/a/b/c?x=1");
    assert_string_equal(again.status, "retry");
    assert_string_equal(again.target_kind, "vm");
    assert_string_equal(again.ae_state, "CheckPower");
    assert_string_equal(again.state, "{\"vars\":{\"n\":1}}");
    assert_string_equal(again.entered, "a/b\nc/d");
    assert_int_equal(again.ae_state_retries, 3);
    assert_int_equal(again.next_on, 2000);
    assert_int_equal(again.generation, 9);
    rv_run_clear(&again);
    must(rv_run_of_event(&again, store, 12, "/a/b/c?x=1", err));
    assert_int_equal(again.id, run.id);
    rv_run_clear(&again);
    assert_int_equal(rv_run_of_event(&again, store, 12, "/a/b/d", &(rv_err){ 0 }), 0);
}

static void
an_event_has_one_run_by_each_path_whoever_writes_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_RUN struct rv_run second = { .event_id = 12, .status = "finished" };
    put_run(12, "finished", 0);
    put_run(13, "finished", 0);
    rv_run_text(&second.uri, "/System/Process/Event");
    assert_int_equal(write_run(&second, &err), RV_E_CONFLICT);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM automate_runs"), 2);
}

static void
readers_of_the_feed_are_told_of_runs_and_not_of_their_state(void **state)
{
    (void)state;
    RV_AUTO_RUN struct rv_run run = { .status = "running" };
    rv_run_text(&run.uri, "/a/b/c");
    rv_run_text(&run.state, "{\"secret\":1}");
    must(write_run(&run, err));
    snprintf(run.status, sizeof(run.status), "finished");
    rv_run_text(&run.state, NULL);
    must(write_run(&run, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE kind = 'automate_run'"),
                     2);
    RV_AUTO_FREE char *old =
        rv_test_text(store, "SELECT columns FROM changes WHERE kind = 'automate_run'"
                            " ORDER BY number DESC LIMIT 1");
    assert_non_null(strstr(old, "running"));
    assert_null(strstr(old, "secret"));
}

static void
a_run_that_waits_is_stopped_at_once_and_its_message_comes_to_its_end(void **state)
{
    (void)state;
    int64_t message = 0;
    const struct rv_message_spec spec = { .queue_name = "automate",
                                          .method_name = "deliver",
                                          .deliver_on = rv_now_ms() + 3600000 };
    must(rv_queue_put(store, &spec, &message, err));
    int64_t id = put_run(0, "retry", message);
    assert_int_equal(rv_run_stop(store, id, "ada", &(rv_err){ 0 }), 1);
    RV_AUTO_RUN struct rv_run run = { 0 };
    must(rv_run_load(&run, store, id, err));
    assert_string_equal(run.status, "stopped");
    assert_string_equal(run.stopped_by, "ada");
    assert_string_equal(run.error, "stopped by ada");
    assert_int_not_equal(run.ended_on, 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_queue WHERE deliver_on IS NULL"),
                     1);
}

static void
a_run_at_work_is_asked_to_end(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *who = NULL;
    int64_t id = put_run(0, "running", 0);
    assert_int_equal(rv_run_stop_wanted(store, id, &who, &err), 0);
    assert_int_equal(rv_run_stop(store, id, "ada", &err), 0);
    assert_int_equal(rv_run_stop_wanted(store, id, &who, &err), 1);
    assert_string_equal(who, "ada");
    RV_AUTO_FREE char *status = rv_test_text(store, "SELECT status FROM automate_runs");
    assert_string_equal(status, "running");
}

static void
a_run_that_is_over_is_not_stopped(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = put_run(0, "finished", 0);
    assert_int_equal(rv_run_stop(store, id, "ada", &err), RV_E_CONFLICT);
    assert_non_null(strstr(err.text, "is over: finished"));
    rv_err_clear(&err);
    assert_int_equal(rv_run_stop(store, id + 1, "ada", &err), RV_E_NOT_FOUND);
}

static void
a_run_whose_message_was_cancelled_does_not_wait_for_ever(void **state)
{
    (void)state;
    int count = 0;
    int64_t message = 0;
    const struct rv_message_spec spec = { .queue_name = "automate", .method_name = "deliver" };
    must(rv_queue_put(store, &spec, &message, err));
    int64_t kept = put_run(0, "retry", message), gone = put_run(0, "retry", message + 77);
    put_run(0, "finished", message + 78);
    must(rv_runs_end_forsaken(store, &count, err));
    assert_int_equal(count, 1);
    RV_AUTO_RUN struct rv_run run = { 0 }, other = { 0 };
    must(rv_run_load(&run, store, gone, err));
    must(rv_run_load(&other, store, kept, err));
    assert_string_equal(run.status, "stopped");
    assert_string_equal(other.status, "retry");
    must(rv_runs_end_forsaken(store, &count, err));
    assert_int_equal(count, 0);
}

struct asking {
    struct rv_run_request request;
    int64_t run_id;
};

static int
ask_in(void *arg, struct rv_store *in, struct rv_feed *feed, rv_err *err)
{
    struct asking *asking = arg;
    return rv_run_put(in, feed, &asking->request, &asking->run_id, err);
}

static int
ask(struct asking *asking, rv_err *err)
{
    if (rv_store_reserve_ids(store, RV_RUN_IDS, err))
        return err->code;
    return rv_record_transaction(store, ask_in, asking, err);
}

static void
a_run_about_something_that_is_not_there_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct asking asking;
        int code;
        const char *says;
    } bad[] = {
        { { { .uri = "/a/b/c", .target_kind = "vm", .target_id = 77 }, 0 },
          RV_E_NOT_FOUND,
          "target: there is no vm 77" },
        { { { .uri = "/a/b/c", .target_kind = "sheep", .target_id = 77 }, 0 },
          RV_E_INVALID,
          "no kind 'sheep'" },
        { { { .event_id = 78 }, 0 }, RV_E_NOT_FOUND, "there is no event 78" },
        { { { 0 }, 0 }, RV_E_INVALID, "a path begins with '/'" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        rv_err err = RV_ERR_INIT;
        struct asking asking = bad[i].asking;
        assert_int_equal(ask(&asking, &err), bad[i].code);
        assert_non_null(strstr(err.text, bad[i].says));
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM automate_runs"), 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
an_event_is_run_again_as_the_same_run_unless_that_is_under_way(void **state)
{
    (void)state;
    rv_err refused = RV_ERR_INIT;
    struct asking asking = { .request = { .event_id = 12, .task_id = 9 } };
    must(rv_store_script(
        store, "INSERT INTO event_streams (id, event_type, host_id) VALUES (12, 'x', 50)", err));
    int64_t id = put_run(12, "error", 0);
    rv_test_script(store, "UPDATE automate_runs SET stopped_by = 'ada', error = 'no such luck'");
    must(ask(&asking, err));
    assert_int_equal(asking.run_id, id);
    RV_AUTO_RUN struct rv_run run = { 0 };
    must(rv_run_load(&run, store, id, err));
    assert_string_equal(run.status, "queued");
    assert_null(run.stopped_by);
    assert_null(run.error);
    assert_int_equal(run.task_id, 9);
    assert_int_equal(run.ended_on, 0);
    RV_AUTO_FREE char *message = rv_test_text(store, "SELECT task_id || args FROM miq_queue");
    RV_AUTO_FREE char *expected = rv_format("ae/host/50{\"run\":%lld}", (long long)id);
    assert_string_equal(message, expected);
    assert_int_equal(ask(&asking, &refused), RV_E_CONFLICT);
    assert_non_null(strstr(refused.text, "of event 12 is not over: queued"));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_queue"), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RUNS_TEST(a_run_comes_back_as_it_was_written),
        RUNS_TEST(an_event_has_one_run_by_each_path_whoever_writes_it),
        RUNS_TEST(readers_of_the_feed_are_told_of_runs_and_not_of_their_state),
        RUNS_TEST(a_run_that_waits_is_stopped_at_once_and_its_message_comes_to_its_end),
        RUNS_TEST(a_run_at_work_is_asked_to_end),
        RUNS_TEST(a_run_that_is_over_is_not_stopped),
        RUNS_TEST(a_run_whose_message_was_cancelled_does_not_wait_for_ever),
        RUNS_TEST(a_run_about_something_that_is_not_there_is_refused),
        RUNS_TEST(an_event_is_run_again_as_the_same_run_unless_that_is_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
