/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of automate: runs and their traces, what is read and taken together, redelivery, and
 * what kills a worker.
 */
#include "deliver_fixture.h"

#include <cjson/cJSON.h>
#include <unistd.h>
#include "base/log.h"
#include "base/meter.h"

static void
an_event_runs_a_method_with_its_objects_and_leaves_a_row_and_a_trace(void **state)
{
    (void)state;
    begin(tags_the_vm);
    put_events("/Ops/Event/any", "100");
    assert_int_equal(work(), 1);
    assert_int_equal(count("automate_runs", "status = 'finished' AND event_stream_id = 100"), 1);
    column_is("target_type || '/' || target_id", "event_stream_id = 100", "vm/20");
    column_is("methods", "event_stream_id = 100", "1");
    assert_int_equal(count("automate_runs", "began_on > 0 AND ended_on > 0 AND took_us > 0"), 1);
    assert_int_equal(count("custom_attributes", "name = 'seen' AND value = 'VmOn'"), 1);
    RV_AUTO_FREE char *trace = rv_test_text(store, "SELECT data FROM automate_traces");
    assert_non_null(strstr(trace, "\"text\":\"/Acme/Ops/Event/any\""));
    assert_non_null(strstr(trace, "saw web"));
    assert_non_null(strstr(trace, "\"kind\":\"method\""));
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
}

static void
a_message_of_many_events_leaves_a_run_for_each(void **state)
{
    (void)state;
    begin(tags_the_vm);
    put_events("/Ops/Event/any", "100,101,102");
    assert_int_equal(work(), 1);
    assert_int_equal(count("automate_runs", "status = 'finished'"), 3);
    assert_int_equal(count("automate_traces", "part = 0"), 3);
}

/* Statements that a message about vm 20 takes, with so many events from this id on. */
static int64_t
statements_of(int64_t first, int events, const char *series)
{
    RV_AUTO_BUF rv_buf ids = rv_buf_limited(4096);
    for (int i = 0; i < events; i++) {
        RV_AUTO_FREE char *sql =
            rv_format("INSERT INTO event_streams (id, event_type, type, source, timestamp, ems_id,"
                      " vm_or_template_id) VALUES (%lld, 'VmOn', 'EmsEvent', 'DEMO', 2000, 5, 20)",
                      (long long)(first + i));
        must(rv_store_script(store, sql, err));
        rv_buf_addf(&ids, "%s%lld", i ? "," : "", (long long)(first + i));
    }
    put_events_of("/Ops/Event/any", rv_buf_text(&ids), series);
    int64_t before = rv_store_statements(store);
    assert_int_equal(work(), 1);
    return rv_store_statements(store) - before;
}

static void
what_the_events_of_a_message_need_is_read_together(void **state)
{
    (void)state;
    rv_clock_fake(NOW); /* or a slow machine would find it too old, and read it again */
    begin("domain Acme 20\n"
          "class Ops/Event\n"
          "  field act method = on_event\n"
          "  method on_event: evm.object.said = evm.root.vm.name .. evm.root.event_stream.source\n"
          "  instance any\n");
    int64_t few = statements_of(1000, 32, "ae/vm/20");
    int64_t many = statements_of(2000, 64, "ae/vm/20");
    assert_int_equal(count("automate_runs", "status = 'finished' AND methods = 1"), 96);
    /* A run and its trace are written for each, and next to nothing is read for one alone. */
    if (many - few >= 32 * 3)
        fail_msg("%lld statements for 32 events, %lld for 64", (long long)few, (long long)many);
}

static void
a_series_that_names_no_object_and_an_event_that_ran_already_stop_nobody(void **state)
{
    static const char *const series[] = { "ae/vm/999", "ae/nothing/20", "ae/vm/x", "ae/vm",
                                          "another" };
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = on_event\n"
          "  method on_event: " COUNT_UP("ran") "\n  instance any\n");
    for (size_t i = 0; i < RV_COUNT(series); i++)
        statements_of(1000 + (int64_t)i, 1, series[i]);
    assert_int_equal(ledger("ran"), 5);
    put_events_of("/Ops/Event/any", "100,1000,1004,101", "ae/vm/20");
    assert_int_equal(work(), 1);
    assert_int_equal(ledger("ran"), 7);
    assert_int_equal(count("automate_runs", "status = 'finished'"), 7);
}

static void
runs_without_a_method_leave_no_trace_unless_all_do(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass A/B\n  field x attribute = 1\n  instance c\n");
    put_events("/A/B/c", "100");
    work();
    assert_int_equal(count("automate_traces", "1 = 1"), 0);
    RV_AUTO_JSON cJSON *all = cJSON_Parse("{\"automate.trace\":\"all\"}");
    must(rv_settings_overlay(settings, all, "test", err));
    put_events("/A/B/c", "101");
    work();
    assert_int_equal(count("automate_traces", "1 = 1"), 1);
}

static void
an_operation_that_no_provider_offers_is_refused_and_an_owner_may_be_taken_away(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = go\n"
          "  method go: evm.root.vm.owner = nil; evm.root.vm:start()\n"
          "  instance any\n");
    put_events("/Ops/Event/any", "100");
    assert_int_equal(work(), 1);
    column_has("error", "1 = 1", "vm 20: 'start' is not offered by provider type demo");
}

static void
objects_without_end_are_over_when_a_method_would_be_and_the_next_run_has_its_own_time(void **state)
{
    (void)state;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 16);
    rv_buf_add_string(&text, "domain Acme 20\nclass Ops/Event\n  field act method = go\n"
                             "  method go: evm.log('info', 'x')\n  instance any\nclass A/B\n");
    for (int i = 0; i < 40; i++)
        rv_buf_addf(&text, "  field r%d relationship = /Ops/Event/any\n", i);
    rv_buf_add_string(&text, "  instance c\n");
    rv_clock_fake(NOW);
    begin(rv_buf_text(&text));
    slow_ms = 1000;
    put_events("/A/B/c", "100");
    put_events("/Ops/Event/any", "101");
    while (work())
        ;
    column_has("error", "event_stream_id = 100", "its objects take more than 30000 ms");
    column_is("status", "event_stream_id = 101", "finished");
}

static void
an_error_in_a_method_tells_where_and_the_next_event_runs(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = boom\n"
          "  method boom: if evm.root.event_id == 100 then error('no such luck') end\n"
          "  instance any\n");
    put_events("/Ops/Event/any", "100,101");
    assert_int_equal(work(), 1);
    column_is("status", "event_stream_id = 100", "error");
    column_has("error", "event_stream_id = 100", "no such luck");
    column_has("error_place", "event_stream_id = 100", "Acme/Ops/Event");
    column_has("error_place", "event_stream_id = 100", "boom:1");
    column_is("status", "event_stream_id = 101", "finished");
}

/* What was logged while the messages that are there were worked off; the caller's to free. */
static char *
log_of_work(void)
{
    FILE *log = tmpfile();
    assert_non_null(log);
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, fileno(log));
    work();
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, STDERR_FILENO);
    size_t size = (size_t)lseek(fileno(log), 0, SEEK_END);
    char *text = rv_alloc(size + 1);
    rewind(log);
    assert_int_equal(fread(text, 1, size, log), size);
    fclose(log);
    return text;
}

/* Of the first line that has it: 200 bytes and dots. */
static void
assert_path_is_cut(const char *text, const char *field)
{
    RV_AUTO_FREE char *begins = rv_format(" %s/No/Such/y", field);
    const char *at = strstr(text, begins);
    assert_non_null(at);
    at += 1 + strlen(field);
    assert_int_equal(strcspn(at, "."), 200);
    assert_int_equal(strncmp(at + 200, "... ", 4), 0);
}

static void
a_run_that_floods_the_log_is_cut_off_and_a_line_tells_how_much_was_left_out(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = talk\n"
          "  method talk: local long = ('y'):rep(3000) "
          "for i = 1, 300 do print(('x'):rep(2000)) "
          "evm.instantiate('/No/Such/' .. long) "
          "evm.instance_update('/No/Such/' .. long, {}) "
          "evm.instantiate('no class') end "
          "for i = 1, 500 do evm.log('warn', ('z'):rep(4000)) end "
          "pcall(evm.execute, 'nothing') "
          "error('no such luck')\n"
          "  instance any\n");
    put_events("/Ops/Event/any", "100,101");
    RV_AUTO_FREE char *text = log_of_work();
    column_has("error", "event_stream_id = 100", "no such luck");
    assert_non_null(strstr(text, "automate method failed")); /* that is said in any case */
    const char *end = strstr(text, "automate run says too much");
    assert_non_null(end);
    assert_true(end - text > 700 << 10);
    assert_true(end - text < 1100 << 10);
    assert_non_null(strstr(end, "lines_left_out="));
    assert_path_is_cut(text, "uri=");
    assert_path_is_cut(text, "path=");
    /* The next run may say as much again. */
    const char *next = strstr(end, "automate method says");
    assert_non_null(next);
    assert_non_null(strstr(next, "automate run says too much"));
}

static void
what_a_method_keeps_has_a_ceiling_that_ends_its_run(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = fill\n"
          "  method fill: local mb = string.rep('x', 1048576); for i = 1, 70 do "
          "if evm.root.event_id == 100 then evm.set_state_var('v' .. i, mb) "
          "elseif evm.root.event_id == 101 then pcall(function() evm.root['a' .. i] = mb end) "
          "else local t = {}; for n = 1, 10001 do t['n' .. n] = n end; evm.root.t = t end end\n"
          "  instance any\n");
    put_events("/Ops/Event/any", "100,101,102");
    assert_int_equal(work(), 1);
    column_has("error", "event_stream_id = 100", "more than 67108864 bytes together");
    column_has("error_place", "event_stream_id = 100", "fill:1");
    column_has("error", "event_stream_id = 101", "more than 67108864 bytes together");
    column_has("error", "event_stream_id = 102", "more than 10000 names");
    assert_int_equal(count("automate_runs", "status = 'error'"), 3);
}

static void
a_path_that_nobody_has_is_an_error_of_its_run(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass A/B\n  instance c\n");
    put_events("/Nowhere/At/all", "100");
    assert_int_equal(work(), 1);
    column_is("status", "1 = 1", "error");
    column_has("error", "1 = 1", "Nowhere");
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
}

static void
events_that_ran_are_not_run_again_after_the_workers_death(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = add\n  method add: " COUNT_UP(
        "runs") "\n  instance any\n");
    put_events("/Ops/Event/any", "100,101");
    work();
    assert_int_equal(ledger("runs"), 2);
    put_events("/Ops/Event/any", "100,101,102");
    work();
    assert_int_equal(ledger("runs"), 3);
    assert_int_equal(count("automate_runs", "1 = 1"), 3);
}

static void
a_worker_that_lost_its_message_writes_nothing(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *message = NULL;
    char *results = NULL;
    begin(tags_the_vm);
    put_events("/Ops/Event/any", "100");
    assert_int_equal(rv_queue_take(store, &dispatcher.taker, &message, &err), 1);
    assert_int_equal(rv_queue_release_holder(store, ME, "frozen", NULL, &err), 0);
    assert_int_equal(rv_deliverer_deliver(deliverer, message, &results, &err), RV_E_STALE);
    assert_int_equal(count("automate_runs", "1 = 1"), 0);
    rv_message_free(message);
}

static void
an_event_that_kills_its_workers_ends_in_error_and_the_others_run(void **state)
{
    (void)state;
    int deaths = 0, left = 0, shared;
    must(rv_meter_share(&shared, err));
    rv_meter_join(shared);
    begin("domain Acme 20\nclass Ops/Event\n  field act method = add\n  method add: " COUNT_UP(
        "runs") "; if evm.root.event_id == 101 then vm:refresh() end\n  instance any\n");
    put_events("/Ops/Event/any", "100,101,102");
    for (int64_t worker = 80; worker < 90 && (left = work_in_child(worker)) != 0; worker++)
        deaths += left == 9;
    assert_int_equal(deaths, 3);
    column_is("status", "event_stream_id = 100", "finished");
    column_is("status", "event_stream_id = 101", "error");
    column_has("error", "event_stream_id = 101", "killed");
    column_has("error_place", "event_stream_id = 101", "Acme/Ops/Event/add");
    RV_AUTO_FREE char *trace =
        rv_test_text(store, "SELECT data FROM automate_traces t JOIN automate_runs r"
                            " ON r.id = t.run_id WHERE r.event_stream_id = 101");
    assert_non_null(strstr(trace, "killed: the worker ended while it ran Acme/Ops/Event/add"));
    assert_null(strstr(trace, "kind\":\"object")); /* nor what another run did */
    column_is("status", "event_stream_id = 102", "finished");
    assert_int_equal(count("miq_queue", "queue_name = 'automate'"), 0);
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_AUTOMATE_RUNS, RV_LABELS("error"))), 1);
    assert_int_equal(ledger("runs"), 6); /* 100 twice: it was not written yet; 101 three times */
}

static void
quick_messages_are_taken_along_and_end_with_the_first_but_in_the_order_of_their_objects(
    void **state)
{
    (void)state;
    begin(tags_the_vm);
    takes_along = 1;
    start_worker(ME);
    put_events("/Ops/Event/any", "100");
    put_events("/Ops/Event/any", "101");
    ask("/Ops/Event/any", "{\"vm\":{\"$type\":\"row\",\"kind\":\"vm\",\"value\":\"20\"}}", 0);
    put_events("/Ops/Event/any", "102");
    assert_int_equal(work(), 1);
    assert_int_equal(count("automate_runs", "status = 'finished'"), 2);
    assert_int_equal(count("miq_queue", "state = 'ready' AND attempts = 0"), 2); /* a run is not */
    assert_int_equal(work(), 1);
    assert_int_equal(work(), 1);
    assert_int_equal(count("automate_runs", "event_stream_id IS NOT NULL"), 3);
    assert_int_equal(count("miq_queue", "1 = 1"), 0);
}

static void
a_run_that_aborts_when_it_is_begun_alone_says_so_and_not_why_it_was_alone(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = leave\n  method leave: "
          "local vm = evm.vmdb('vm').find(20); " DIE_ONCE "; exit(MIQ_ABORT)\n  instance any\n");
    put_events("/Ops/Event/any", "100");
    assert_int_equal(work_in_child(80), 9);
    assert_int_equal(work_in_child(81), 1);
    column_is("status || ': ' || error", "1 = 1", "error: a method aborted it");
}

static void
what_was_taken_along_runs_again_when_its_worker_dies(void **state)
{
    (void)state;
    begin("domain Acme 20\nclass Ops/Event\n  field act method = add\n  method add: " COUNT_UP(
        "runs") "; if evm.root.event_id == 101 and " DIE_ONCE_IF " end\n  instance any\n");
    takes_along = 1;
    put_events("/Ops/Event/any", "100");
    put_events("/Ops/Event/any", "101");
    put_events("/Ops/Event/any", "102");
    assert_int_equal(work_in_child(80), 9);
    assert_int_equal(count("automate_runs", "1 = 1"), 0);
    for (int64_t worker = 81; count("miq_queue", "queue_name = 'automate'"); worker++)
        assert_int_equal(work_in_child(worker), 1);
    assert_int_equal(count("automate_runs", "status = 'finished'"), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DELIVER_TEST(an_event_runs_a_method_with_its_objects_and_leaves_a_row_and_a_trace),
        DELIVER_TEST(a_message_of_many_events_leaves_a_run_for_each),
        DELIVER_TEST(what_the_events_of_a_message_need_is_read_together),
        DELIVER_TEST(a_series_that_names_no_object_and_an_event_that_ran_already_stop_nobody),
        DELIVER_TEST(runs_without_a_method_leave_no_trace_unless_all_do),
        DELIVER_TEST(
            an_operation_that_no_provider_offers_is_refused_and_an_owner_may_be_taken_away),
        DELIVER_TEST(
            objects_without_end_are_over_when_a_method_would_be_and_the_next_run_has_its_own_time),
        DELIVER_TEST(an_error_in_a_method_tells_where_and_the_next_event_runs),
        DELIVER_TEST(a_run_that_floods_the_log_is_cut_off_and_a_line_tells_how_much_was_left_out),
        DELIVER_TEST(what_a_method_keeps_has_a_ceiling_that_ends_its_run),
        DELIVER_TEST(a_path_that_nobody_has_is_an_error_of_its_run),
        DELIVER_TEST(events_that_ran_are_not_run_again_after_the_workers_death),
        DELIVER_TEST(a_worker_that_lost_its_message_writes_nothing),
        DELIVER_TEST(an_event_that_kills_its_workers_ends_in_error_and_the_others_run),
        DELIVER_TEST(
            quick_messages_are_taken_along_and_end_with_the_first_but_in_the_order_of_their_objects),
        DELIVER_TEST(a_run_that_aborts_when_it_is_begun_alone_says_so_and_not_why_it_was_alone),
        DELIVER_TEST(what_was_taken_along_runs_again_when_its_worker_dies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
