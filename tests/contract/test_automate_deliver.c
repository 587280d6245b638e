/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of automate, with real methods in Lua, on both stores: runs and their traces,
 * redelivery, retries, once-only states, and what kills a worker.
 */
#include "contract.h"

#include <cjson/cJSON.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../unit/resolve/table.h"
#include "automate/deliver.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "queue/dispatch.h"
#include "queue/task.h"

enum { ME = 70, YOU = 71 };
#define NOW 1790000000000LL

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_script *script;
static struct table *table;
static struct rv_deliverer *deliverer;
static struct rv_dispatcher dispatcher;
static struct rv_command command;
static int takes_along;               /* quick messages with the first */
static int die_on_wake, stop_on_wake; /* a refresh that a method asks for comes to woken */
static int stop_said;                 /* what who stopped it was told */
static int64_t slow_ms; /* that a class is looked for; with a clock that is not real */

static int
setup(void **state)
{
    (void)state;
    takes_along = stop_on_wake = 0;
    slow_ms = 0;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    must(rv_script_open(&script, REEVE_MODULES, 1 << 20, err));
    must(rv_store_script(
        store,
        "INSERT INTO ext_management_systems (id, name, type) VALUES (5, 'estate', 'demo');"
        "INSERT INTO vms (id, ems_id, ems_ref, name) VALUES (20, 5, 'vm-20', 'web'),"
        " (21, 5, 'vm-21', 'db');"
        "INSERT INTO event_streams (id, event_type, type, source, timestamp, ems_id,"
        " vm_or_template_id) VALUES (100, 'VmOn', 'EmsEvent', 'DEMO', 1000, 5, 20),"
        " (101, 'VmOff', 'EmsEvent', 'DEMO', 1001, 5, 20),"
        " (102, 'VmOn', 'EmsEvent', 'DEMO', 1002, 5, 21)",
        err));
    return 0;
}

static void
stop_worker(void)
{
    rv_deliverer_close(deliverer);
    deliverer = NULL;
}

static int
teardown(void **state)
{
    (void)state;
    stop_worker();
    if (table)
        table_free(table);
    table = NULL;
    rv_clock_real();
    rv_script_close(script);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define DELIVER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
find_class(void *arg, const struct rv_ae_domain *domain, const char *path,
           const struct rv_ae_class **out, rv_err *err)
{
    rv_clock_advance(slow_ms);
    return table_source(table)->find_class(arg, domain, path, out, err);
}

static int
source_of(void *arg, const int64_t *generation, const struct rv_ae_source **out, rv_err *err)
{
    static struct rv_ae_source slow;
    (void)arg;
    (void)generation;
    (void)err;
    slow = *table_source(table);
    slow.find_class = find_class;
    *out = slow_ms ? &slow : table_source(table);
    return 0;
}

static int
deliver(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    (void)arg;
    return rv_deliverer_deliver(deliverer, message, results, err);
}

/* In the middle of a method: a person stops its run. */
static void
stop_it(void)
{
    struct rv_store *another = rv_test_store_open(&db);
    rv_err err = RV_ERR_INIT;
    stop_said = rv_run_stop(another, rv_test_int(another, "SELECT MAX(id) FROM automate_runs"),
                            "ada", &err);
    rv_store_close(another);
    stop_on_wake = 0;
}

/* In a worker of its own process it is the end, in the middle of that method. */
static void
woken(void *arg, const char *queue)
{
    (void)arg;
    (void)queue;
    if (die_on_wake)
        _exit(9);
    if (stop_on_wake)
        stop_it();
}

/* A worker with this row id, and these definitions. */
static void
start_worker(int64_t holder)
{
    static const char *const queues[] = { "automate", NULL }, *const roles[] = { "automate", NULL };
    const struct rv_deliverer_config config = { .store = store,
                                                .settings = settings,
                                                .script = script,
                                                .module_dir = REEVE_MODULES,
                                                .holder = holder,
                                                .server_guid = "this-server",
                                                .source = source_of,
                                                .taker = takes_along ? &dispatcher.taker : NULL,
                                                .along_ms = 60000,
                                                .wake = woken };
    stop_worker();
    must(rv_deliverer_open(&deliverer, &config, err));
    command = (struct rv_command){ "Automate", "deliver", deliver, NULL, 0, NULL };
    dispatcher = (struct rv_dispatcher){ .store = store,
                                         .taker = { .holder = holder,
                                                    .queues = queues,
                                                    .roles = roles,
                                                    .zone = "default",
                                                    .server_guid = "this-server",
                                                    .max_priority = 200,
                                                    .lease_ms = 30000 },
                                         .commands = &command,
                                         .command_count = 1,
                                         .retry_delay_ms = 1000 };
}

static void
begin(const char *definitions)
{
    if (table)
        table_free(table);
    table = table_new(definitions);
    start_worker(ME);
}

static int
work(void)
{
    rv_err err = RV_ERR_INIT;
    int done = rv_dispatch_one(&dispatcher, &err);
    if (done < 0)
        fail_msg("%s", err.text);
    if (rv_dispatch_settle(&dispatcher, &err))
        fail_msg("%s", err.text);
    return done;
}

static void
put_events_of(const char *uri, const char *events, const char *series)
{
    RV_AUTO_FREE char *args = rv_format("{\"uri\":\"%s\",\"events\":[%s]}", uri, events);
    const struct rv_message_spec spec = { .queue_name = "automate",
                                          .role = "automate",
                                          .class_name = "Automate",
                                          .method_name = "deliver",
                                          .args = args,
                                          .priority = RV_PRIORITY_HIGH,
                                          .max_attempts = RV_AUTOMATE_ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .series = series };
    must(rv_queue_put(store, &spec, NULL, err));
}

static void
put_events(const char *uri, const char *events)
{
    put_events_of(uri, events, NULL);
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

static int64_t
ask(const char *uri, const char *attrs, int64_t task_id)
{
    struct asking asking = { .request = { .uri = uri, .attrs = attrs, .task_id = task_id } };
    must(rv_store_reserve_ids(store, RV_RUN_IDS, err));
    must(rv_record_transaction(store, ask_in, &asking, err));
    return asking.run_id;
}

static int64_t
count(const char *table_name, const char *where)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COUNT(*) FROM %s WHERE %s", table_name, where);
    return rv_test_int(store, sql);
}

static void
column_is(const char *column, const char *where, const char *is)
{
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT COALESCE(CAST(%s AS TEXT), '') FROM automate_runs WHERE %s", column, where);
    RV_AUTO_FREE char *value = rv_test_text(store, sql);
    assert_string_equal(value, is);
}

static void
column_has(const char *column, const char *where, const char *part)
{
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT COALESCE(CAST(%s AS TEXT), '') FROM automate_runs WHERE %s", column, where);
    RV_AUTO_FREE char *value = rv_test_text(store, sql);
    if (strstr(value, part) == NULL)
        fail_msg("%s is '%s', without '%s'", column, value, part);
}

/* The ledger: custom attribute NAME of vm 20, which methods count up. */
static int64_t
ledger(const char *name)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COALESCE(MAX(CAST(value AS BIGINT)), 0) FROM"
                                       " custom_attributes WHERE name = '%s'",
                                       name);
    return rv_test_int(store, sql);
}

#define COUNT_UP(name)                                                                             \
    "local vm = evm.vmdb('vm').find(20); "                                                         \
    "vm:custom_set('" name "', tostring(tonumber(vm:custom_get('" name "') or '0') + 1))"

static const char tags_the_vm[] =
    "domain Acme 20\n"
    "class Ops/Event\n"
    "  field act method = on_event\n"
    "  method on_event: evm.root.vm:custom_set('seen', evm.root.event_type); "
    "evm.log('info', 'saw ' .. evm.root.vm.name)\n"
    "  instance any\n";

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

/* The worker is gone with all that it had in memory: the server worker frees its messages. */
static void
die_and_begin_anew(int64_t holder)
{
    must(rv_queue_release_holder(store, dispatcher.taker.holder, "died", NULL, err));
    start_worker(holder);
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

static const char polls[] =
    "domain Acme 20\n"
    "class Ops/Machine\n"
    "  field first state = METHOD::begin\n"
    "  field second state = METHOD::poll\n"
    "    max_retries: 5\n"
    "  field third state = METHOD::finish\n"
    "  method begin: evm.set_state_var('token', 'abc'); " COUNT_UP(
        "begin") "\n"
                 "  method poll: " COUNT_UP(
                     "poll") "; "
                             "if evm.root.ae_state_retries < 2 then evm.root.ae_result = 'retry'; "
                             "evm.root.ae_retry_interval = '1.minute' end\n"
                             "  method finish: evm.vmdb('vm').find(20)"
                             ":custom_set('token', evm.get_state_var('token'))\n"
                             "  instance go\n";

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

/* Its messages are freed when it has died, as the server worker does. */
static int
work_in_child(int64_t holder)
{
    int status = 0;
    stop_worker();
    rv_store_close(store);
    pid_t pid = fork();
    if (pid == 0) {
        store = rv_test_store_open(&db);
        die_on_wake = 1;
        start_worker(holder);
        int done = work();
        stop_worker();
        rv_store_close(store);
        _exit(done);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    store = rv_test_store_open(&db);
    if (WEXITSTATUS(status) == 9)
        must(rv_queue_release_holder(store, holder, "died", NULL, err));
    return WEXITSTATUS(status);
}

#define DIE_ONCE_IF "not vm:custom_get('died') then vm:custom_set('died', 'yes'); vm:refresh()"
#define DIE_ONCE "if not vm:custom_get('died') then vm:custom_set('died', 'yes'); vm:refresh() end"

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

static void
an_event_that_kills_its_workers_ends_in_error_and_the_others_run(void **state)
{
    (void)state;
    int deaths = 0, left = 0;
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
    assert_int_equal(ledger("runs"), 6); /* 100 twice: it was not written yet; 101 three times */
}

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

static int64_t
ask_event(int64_t event_id, int64_t task_id)
{
    struct asking asking = {
        .request = { .event_id = event_id, .uri = "/Ops/Event/any", .task_id = task_id }
    };
    must(rv_store_reserve_ids(store, RV_RUN_IDS, err));
    must(rv_record_transaction(store, ask_in, &asking, err));
    return asking.run_id;
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
        DELIVER_TEST(retry_comes_back_at_the_same_state_after_its_interval_with_its_variables),
        DELIVER_TEST(a_run_that_retries_out_of_a_batch_goes_on_by_a_message_of_its_own),
        DELIVER_TEST(a_machine_that_waits_goes_on_after_every_worker_has_died),
        DELIVER_TEST(too_many_retries_end_the_machine_and_the_task_says_why),
        DELIVER_TEST(a_pinned_retry_waits_for_its_server),
        DELIVER_TEST(a_clock_an_hour_back_or_on_changes_no_outcome),
        DELIVER_TEST(a_once_only_state_that_ended_is_passed_over_when_its_worker_dies_later),
        DELIVER_TEST(a_once_only_state_that_was_cut_off_is_not_begun_a_second_time),
        DELIVER_TEST(an_event_that_kills_its_workers_ends_in_error_and_the_others_run),
        DELIVER_TEST(
            quick_messages_are_taken_along_and_end_with_the_first_but_in_the_order_of_their_objects),
        DELIVER_TEST(what_was_taken_along_runs_again_when_its_worker_dies),
        DELIVER_TEST(a_run_that_takes_its_time_is_listed_and_ends_when_it_is_stopped),
        DELIVER_TEST(a_run_that_a_worker_holds_is_asked_to_end_and_no_stopped_row_becomes_finished),
        DELIVER_TEST(a_machine_that_is_stopped_in_a_short_state_does_not_wait_for_its_next_turn),
        DELIVER_TEST(a_machine_of_an_event_that_is_stopped_in_its_second_turn_has_no_third),
        DELIVER_TEST(an_event_whose_run_failed_is_run_again_and_its_trace_tells_of_both),
        DELIVER_TEST(an_event_that_a_person_has_run_before_its_turn_runs_once),
        DELIVER_TEST(a_run_that_is_stopped_between_two_workers_is_not_begun_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
