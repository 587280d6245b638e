/* SPDX-License-Identifier: Apache-2.0
 *
 * State machines that come back: retries, once-only states, and workers that die meanwhile.
 */
#include "deliver_fixture.h"

static void
retry_comes_back_at_the_same_state_after_its_interval_with_its_variables(void **state)
{
    (void)state;
    rv_clock_fake(NOW);
    begin(polls);
    int64_t task = 0;
    must(rv_task_create(store, "Run", "admin", &task, err));
    ask("/Ops/Machine/go", NULL, task);
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "retry");
    column_is("ae_state", "1 = 1", "second");
    column_is("ae_state_retries", "1 = 1", "1");
    column_is("next_on", "1 = 1", "1790000060000");
    assert_int_equal(count("miq_tasks", "state = 'Active'"), 1);
    assert_int_equal(work(), 0);
    rv_clock_fake(NOW + 60001);
    assert_int_equal(work(), 1);
    column_is("ae_state_retries", "1 = 1", "2");
    rv_clock_fake(NOW + 120002);
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "finished");
    assert_int_equal(ledger("begin"), 1);
    assert_int_equal(ledger("poll"), 3);
    assert_int_equal(count("custom_attributes", "name = 'token' AND value = 'abc'"), 1);
    assert_int_equal(count("miq_tasks", "state = 'Finished' AND status = 'Ok'"), 1);
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
    assert_int_equal(count("automate_traces", "1 = 1"), 3);
}

static void
a_run_that_retries_out_of_a_batch_goes_on_by_a_message_of_its_own(void **state)
{
    (void)state;
    rv_clock_fake(NOW);
    begin(polls);
    put_events("/Ops/Machine/go", "100,102");
    assert_int_equal(work(), 1);
    assert_int_equal(count("automate_runs", "status = 'retry'"), 2);
    assert_int_equal(count("miq_queue", "state = 'ready' AND args LIKE '{\"run\":%'"), 2);
    assert_int_equal(count("miq_queue", "task_id IN ('ae/vm/20', 'ae/vm/21')"), 2);
    put_events("/Ops/Machine/go",
               "100,102"); /* delivered again: both wait, and go on by themselves */
    assert_int_equal(work(), 1);
    assert_int_equal(ledger("begin"), 2);
    rv_clock_fake(NOW + 60001);
    while (work())
        ;
    rv_clock_fake(NOW + 120002);
    while (work())
        ;
    assert_int_equal(count("automate_runs", "status = 'finished'"), 2);
    assert_int_equal(ledger("begin"), 2);
}

static void
a_machine_that_waits_goes_on_after_every_worker_has_died(void **state)
{
    (void)state;
    rv_clock_fake(NOW);
    begin(polls);
    ask("/Ops/Machine/go", NULL, 0);
    work();
    die_and_begin_anew(YOU);
    rv_clock_fake(NOW + 60001);
    assert_int_equal(work(), 1);
    die_and_begin_anew(ME);
    rv_clock_fake(NOW + 120002);
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "finished");
    assert_int_equal(ledger("begin"), 1);
}

static void
too_many_retries_end_the_machine_and_the_task_says_why(void **state)
{
    (void)state;
    int64_t task = 0;
    rv_clock_fake(NOW);
    begin("domain Acme 20\nclass Ops/Machine\n  field only state = METHOD::poll\n"
          "    max_retries: 1\n  method poll: evm.root.ae_result = 'retry'\n  instance go\n");
    must(rv_task_create(store, "Run", "admin", &task, err));
    ask("/Ops/Machine/go", NULL, task);
    while (work())
        ;
    column_is("status", "1 = 1", "error");
    column_has("error", "1 = 1", "maximum retries");
    assert_int_equal(count("miq_tasks", "status = 'Error' AND message LIKE '%maximum retries%'"),
                     1);
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
}

static void
a_pinned_retry_waits_for_its_server(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Machine\n  field only state = METHOD::poll\n"
          "  method poll: if evm.root.ae_state_retries == 0 then evm.root.ae_result = 'retry'; "
          "evm.root.ae_retry_server_affinity = true end\n  instance go\n");
    ask("/Ops/Machine/go", NULL, 0);
    work();
    column_is("server_guid", "1 = 1", "this-server");
    dispatcher.taker.server_guid = "another";
    assert_int_equal(work(), 0);
    dispatcher.taker.server_guid = "this-server";
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "finished");
}

static void
a_clock_an_hour_back_or_on_changes_no_outcome(void **state)
{
    (void)state;
    static const int64_t jumps[] = { -3600000, 3600000 };
    for (size_t i = 0; i < RV_COUNT(jumps); i++) {
        int64_t now_ms = NOW + (int64_t)i * 10000000;
        rv_clock_fake(now_ms);
        begin(polls);
        ask("/Ops/Machine/go", NULL, 0);
        work();
        rv_clock_fake(now_ms + jumps[i]);
        work();
        for (int turn = 0; turn < 200 && count("automate_runs", "status = 'retry'"); turn++) {
            now_ms += 60001;
            rv_clock_fake(now_ms + jumps[i]);
            work();
        }
        assert_int_equal(count("automate_runs", "status = 'finished'"), (int64_t)i + 1);
    }
}

static void
a_once_only_state_that_ended_is_passed_over_when_its_worker_dies_later(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Machine\n"
          "  field pay state once = METHOD::pay\n  field check state = METHOD::check\n"
          "  method pay: " COUNT_UP("paid") "\n  method check: " COUNT_UP(
              "checked") "; " DIE_ONCE "\n  instance go\n");
    ask("/Ops/Machine/go", NULL, 0);
    assert_int_equal(work_in_child(80), 9);
    column_is("status", "1 = 1", "running");
    assert_int_equal(work_in_child(81), 1);
    column_is("status", "1 = 1", "finished");
    assert_int_equal(ledger("paid"), 1);
    assert_int_equal(ledger("checked"), 2);
}

static void
a_once_only_state_that_was_cut_off_is_not_begun_a_second_time(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Machine\n"
          "  field pay state once = METHOD::pay\n  field check state = METHOD::check\n"
          "  method pay: " COUNT_UP("paid") "; " DIE_ONCE "\n  method check: " COUNT_UP(
              "checked") "\n  instance go\n");
    ask("/Ops/Machine/go", NULL, 0);
    assert_int_equal(work_in_child(80), 9);
    assert_int_equal(work_in_child(81), 1);
    column_is("status", "1 = 1", "error");
    column_has("error", "1 = 1", "cut off");
    assert_int_equal(ledger("paid"), 1);
    assert_int_equal(ledger("checked"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DELIVER_TEST(retry_comes_back_at_the_same_state_after_its_interval_with_its_variables),
        DELIVER_TEST(a_run_that_retries_out_of_a_batch_goes_on_by_a_message_of_its_own),
        DELIVER_TEST(a_machine_that_waits_goes_on_after_every_worker_has_died),
        DELIVER_TEST(too_many_retries_end_the_machine_and_the_task_says_why),
        DELIVER_TEST(a_pinned_retry_waits_for_its_server),
        DELIVER_TEST(a_clock_an_hour_back_or_on_changes_no_outcome),
        DELIVER_TEST(a_once_only_state_that_ended_is_passed_over_when_its_worker_dies_later),
        DELIVER_TEST(a_once_only_state_that_was_cut_off_is_not_begun_a_second_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
