/* SPDX-License-Identifier: Apache-2.0
 *
 * See deliver_fixture.h.
 */
#include "deliver_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

struct rv_test_db db;
struct rv_store *store;
struct rv_settings *settings;
static struct rv_script *script;
static struct table *table;
struct rv_deliverer *deliverer;
struct rv_dispatcher dispatcher;
static struct rv_command command;
int takes_along;
int stop_on_wake;
static int die_on_wake;
int stop_said;
int64_t slow_ms;

int
deliver_setup(void **state)
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

void
stop_worker(void)
{
    rv_deliverer_close(deliverer);
    deliverer = NULL;
}

int
deliver_teardown(void **state)
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

void
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

void
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

void
begin(const char *definitions)
{
    if (table)
        table_free(table);
    table = table_new(definitions);
    start_worker(ME);
}

int
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

void
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

void
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

int64_t
ask(const char *uri, const char *attrs, int64_t task_id)
{
    struct asking asking = { .request = { .uri = uri, .attrs = attrs, .task_id = task_id } };
    must(rv_store_reserve_ids(store, RV_RUN_IDS, err));
    must(rv_record_transaction(store, ask_in, &asking, err));
    return asking.run_id;
}

int64_t
count(const char *table_name, const char *where)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COUNT(*) FROM %s WHERE %s", table_name, where);
    return rv_test_int(store, sql);
}

void
column_is(const char *column, const char *where, const char *is)
{
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT COALESCE(CAST(%s AS TEXT), '') FROM automate_runs WHERE %s", column, where);
    RV_AUTO_FREE char *value = rv_test_text(store, sql);
    assert_string_equal(value, is);
}

void
column_has(const char *column, const char *where, const char *part)
{
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT COALESCE(CAST(%s AS TEXT), '') FROM automate_runs WHERE %s", column, where);
    RV_AUTO_FREE char *value = rv_test_text(store, sql);
    if (strstr(value, part) == NULL)
        fail_msg("%s is '%s', without '%s'", column, value, part);
}

int64_t
ledger(const char *name)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COALESCE(MAX(CAST(value AS BIGINT)), 0) FROM"
                                       " custom_attributes WHERE name = '%s'",
                                       name);
    return rv_test_int(store, sql);
}

int64_t
ask_event(int64_t event_id, int64_t task_id)
{
    struct asking asking = {
        .request = { .event_id = event_id, .uri = "/Ops/Event/any", .task_id = task_id }
    };
    must(rv_store_reserve_ids(store, RV_RUN_IDS, err));
    must(rv_record_transaction(store, ask_in, &asking, err));
    return asking.run_id;
}

void
die_and_begin_anew(int64_t holder)
{
    must(rv_queue_release_holder(store, dispatcher.taker.holder, "died", NULL, err));
    start_worker(holder);
}

int
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

const char tags_the_vm[] =
    "domain Acme 20\n"
    "class Ops/Event\n"
    "  field act method = on_event\n"
    "  method on_event: evm.root.vm:custom_set('seen', evm.root.event_type); "
    "evm.log('info', 'saw ' .. evm.root.vm.name)\n"
    "  instance any\n";

const char polls[] =
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
