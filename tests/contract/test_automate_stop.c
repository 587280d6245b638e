/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs that a person stops, in whatever moment, and events that a person has run again.
 */
#include "deliver_fixture.h"

#include <cjson/cJSON.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_run_that_takes_its_time_is_listed_and_ends_when_it_is_stopped(void **state)
{
    (void)state;
    int status = 0;
    int64_t began_ms;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = spin\n"
          "  method spin: while true do end\n  instance any\n");
    put_events("/Ops/Event/any", "100");
    RV_AUTO_JSON cJSON *patient = cJSON_Parse("{\"automate.method_instructions\":1000000000000}");
    must(rv_settings_overlay(settings, patient, "test", err));
    stop_worker();
    rv_store_close(store);
    pid_t pid = fork();
    if (pid == 0) {
        store = rv_test_store_open(&db);
        start_worker(80);
        work();
        _exit(0);
    }
    store = rv_test_store_open(&db);
    for (began_ms = rv_monotonic_ms();
         count("automate_runs", "status = 'running'") == 0 && rv_monotonic_ms() - began_ms < 20000;)
        usleep(20000);
    began_ms = rv_monotonic_ms();
    must(rv_run_stop(store, rv_test_int(store, "SELECT id FROM automate_runs"), "ada", err));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(rv_monotonic_ms() - began_ms < 5000);
    column_is("error", "1 = 1", "stopped by ada");
    column_is("status", "1 = 1", "stopped");
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
}

static void
a_run_that_a_worker_holds_is_asked_to_end_and_no_stopped_row_becomes_finished(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = on\n"
          "  method on: evm.vmdb('vm').find(20):refresh()\n  instance any\n");
    ask("/Ops/Event/any", NULL, 0);
    stop_on_wake = 1;
    assert_int_equal(work(), 1);
    assert_int_equal(stop_said, 0);
    column_is("status", "1 = 1", "finished"); /* it was done before it was told */
    assert_int_equal(count("changes", "kind = 'automate_run' AND columns LIKE '%stopped\"%'"), 0);
}

static const char polls_and_is_stopped[] =
    "domain Acme 20\nclass Ops/Machine\n  field only state = METHOD::poll\n"
    "  method poll: evm.vmdb('vm').find(20):refresh(); evm.root.ae_result = 'retry'; "
    "evm.root.ae_retry_interval = '1.hour'\n  instance go\n";

static void
a_machine_that_is_stopped_in_a_short_state_does_not_wait_for_its_next_turn(void **state)
{
    (void)state;
    int64_t task = 0;
    begin(polls_and_is_stopped);
    must(rv_task_create(store, "Run", "admin", &task, err));
    ask("/Ops/Machine/go", NULL, task);
    stop_on_wake = 1;
    assert_int_equal(work(), 1);
    assert_int_equal(stop_said, 0);
    column_is("status || ' ' || error", "1 = 1", "stopped stopped by ada");
    assert_int_equal(work(), 1);
    assert_int_equal(count("miq_tasks", "status = 'Error' AND message = 'stopped by ada'"), 1);
    assert_int_equal(count("miq_queue", "queue_name = 'automate'"), 0);
}

static void
a_machine_of_an_event_that_is_stopped_in_its_second_turn_has_no_third(void **state)
{
    (void)state;
    rv_clock_fake(NOW);
    begin(polls_and_is_stopped);
    put_events("/Ops/Machine/go", "100");
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "retry");
    rv_clock_fake(NOW + 3600001);
    stop_on_wake = 1;
    assert_int_equal(work(), 1);
    column_is("status || ' ' || error", "1 = 1", "stopped stopped by ada");
    assert_int_equal(work(), 1);
    assert_int_equal(count("miq_queue", "queue_name = 'automate'"), 0);
}

/* Each event is begun alone after the death; the first one's row says so. */
static void
a_run_that_is_stopped_between_two_workers_is_not_begun_again(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = add\n  method add: " COUNT_UP(
        "runs") "; vm:refresh()\n  instance any\n");
    put_events("/Ops/Event/any", "100");
    assert_int_equal(work_in_child(80), 9);
    assert_int_equal(work_in_child(81), 9);
    column_is("status", "1 = 1", "running");
    stop_it();
    assert_int_equal(stop_said, 1);
    column_is("status", "1 = 1", "stopped");
    assert_int_equal(work_in_child(82), 1);
    column_is("status || ' ' || error", "1 = 1", "stopped stopped by ada");
    assert_int_equal(ledger("runs"), 2);
    assert_int_equal(count("miq_queue", "queue_name = 'automate'"), 0);
}

static void
an_event_whose_run_failed_is_run_again_and_its_trace_tells_of_both(void **state)
{
    (void)state;
    int64_t task = 0;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = on\n"
          "  method on: error('no such luck')\n  instance any\n");
    put_events("/Ops/Event/any", "100");
    work();
    column_is("status", "event_stream_id = 100", "error");
    begin(tags_the_vm);
    must(rv_task_create(store, "Run", "admin", &task, err));
    ask_event(100, task);
    assert_int_equal(work(), 1);
    column_is("status || COALESCE(error, '')", "event_stream_id = 100", "finished");
    assert_int_equal(count("custom_attributes", "name = 'seen' AND value = 'VmOn'"), 1);
    assert_int_equal(count("automate_traces", "data LIKE '%no such luck%'"), 1);
    assert_int_equal(count("automate_traces", "data LIKE '%saw web%'"), 1);
    assert_int_equal(count("miq_tasks", "state = 'Finished' AND status = 'Ok'"), 1);
}

static void
an_event_that_a_person_has_run_before_its_turn_runs_once(void **state)
{
    (void)state;
    int64_t task = 0;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = add\n  method add: " COUNT_UP(
        "runs") "\n  instance any\n");
    put_events("/Ops/Event/any", "100,101");
    must(rv_task_create(store, "Run", "admin", &task, err));
    ask_event(100, task);
    while (work())
        ;
    assert_int_equal(ledger("runs"), 2);
    assert_int_equal(count("automate_runs", "status = 'finished'"), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DELIVER_TEST(a_run_that_takes_its_time_is_listed_and_ends_when_it_is_stopped),
        DELIVER_TEST(a_run_that_a_worker_holds_is_asked_to_end_and_no_stopped_row_becomes_finished),
        DELIVER_TEST(a_machine_that_is_stopped_in_a_short_state_does_not_wait_for_its_next_turn),
        DELIVER_TEST(a_machine_of_an_event_that_is_stopped_in_its_second_turn_has_no_third),
        DELIVER_TEST(a_run_that_is_stopped_between_two_workers_is_not_begun_again),
        DELIVER_TEST(an_event_whose_run_failed_is_run_again_and_its_trace_tells_of_both),
        DELIVER_TEST(an_event_that_a_person_has_run_before_its_turn_runs_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
