/* SPDX-License-Identifier: Apache-2.0
 *
 * Events through the domain that is shipped, and through one that overrides it: what is asked of
 * providers, what is noted in rows, what is left to a run.
 */
#include "contract.h"

#include "automate/automate.h"
#include "automate/handlers.h"
#include "automate/switchboard.h"
#include "base/clock.h"
#include "base/text.h"
#include "datastore/datastore.h"
#include "model/model.h"
#include "queue/queue.h"
#include "tree/read.h"

enum { HANDLER = 77, LEASE_MS = 60000, EMS = 5, VM = 40, HOST = 50, POD = 60 };

/* What is shipped, and a domain over it; read once. */
static struct rv_ae_tree *shipped, *own;
static struct rv_ae_source *shipped_source, *own_source;

struct bench {
    struct rv_store *store;
    struct rv_settings *settings;
    struct rv_automate *automate;
    struct rv_ae_source source;
    const struct rv_ae_domain *domains[2];
    int domain_count; /* 1: without our own */
    struct rv_ae_instance *changed, before;
    struct rv_lane lane;
    struct rv_automate_hooks hooks;
    int64_t events;
    char hooked[512];
    int prevents;
    int64_t slow_ms; /* that a class is looked for; with a clock that is not real */
};

static int
source_of(void *arg, const struct rv_ae_source **out, rv_err *err)
{
    struct bench *bench = arg;
    (void)err;
    *out = &bench->source;
    return 0;
}

static int
domains_of(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err)
{
    struct bench *bench = arg;
    (void)err;
    bench->domains[0] = &own->domains[0].def;
    bench->domains[1] = &shipped->domains[0].def;
    *out = bench->domains + (2 - bench->domain_count);
    *count = (size_t)bench->domain_count;
    return 0;
}

static int
find_class(void *arg, const struct rv_ae_domain *domain, const char *path,
           const struct rv_ae_class **out, rv_err *err)
{
    const struct bench *bench = arg;
    const struct rv_ae_source *source =
        domain == &own->domains[0].def ? own_source : shipped_source;
    if (bench->slow_ms)
        rv_clock_advance(bench->slow_ms);
    return source->find_class(source->arg, domain, path, out, err);
}

static int
find_instance(void *arg, const struct rv_ae_class *class, const char *name,
              const struct rv_ae_instance **out, rv_err *err)
{
    (void)arg;
    return shipped_source->find_instance(shipped_source->arg, class, name, out, err);
}

static int
find_method(void *arg, const struct rv_ae_class *class, const char *name,
            const struct rv_ae_method **out, rv_err *err)
{
    (void)arg;
    return shipped_source->find_method(shipped_source->arg, class, name, out, err);
}

static int
read_domains(void **state)
{
    rv_err err = RV_ERR_INIT;
    (void)state;
    if (rv_ae_tree_read(&shipped, REEVE_SOURCE_DIR "/automate/domains", NULL, &err) < 0 ||
        rv_ae_tree_read(&own, REEVE_SOURCE_DIR "/tests/data/automate", NULL, &err) < 0)
        fail_msg("%s", err.text);
    shipped_source = rv_ae_tree_source(shipped);
    own_source = rv_ae_tree_source(own);
    return 0;
}

static int
free_domains(void **state)
{
    (void)state;
    rv_ae_tree_source_close(shipped_source);
    rv_ae_tree_source_close(own_source);
    rv_ae_tree_free(shipped);
    rv_ae_tree_free(own);
    return 0;
}

static int
policy(void *arg, const struct rv_hook_target *target, const char *event, const char *param,
       rv_err *err)
{
    struct bench *bench = arg;
    size_t len = strlen(bench->hooked);
    (void)param, (void)err;
    snprintf(bench->hooked + len, sizeof(bench->hooked) - len, "%s %s::%d; ", event, target->kind,
             (int)target->id);
    return 0;
}

static int
enforce(void *arg, const struct rv_hook_target *target, rv_err *err)
{
    struct bench *bench = arg;
    policy(arg, target, "enforce", NULL, err);
    return bench->prevents;
}

static int
scan(void *arg, const struct rv_hook_target *target, rv_err *err)
{
    return policy(arg, target, "scan", NULL, err);
}

static void
open_bench(struct bench *bench, struct rv_store *store)
{
    *bench = (struct bench){ .store = store, .settings = rv_settings_new() };
    bench->domain_count = 1;
    bench->source = (struct rv_ae_source){ .arg = bench,
                                           .domains = domains_of,
                                           .find_class = find_class,
                                           .find_instance = find_instance,
                                           .find_method = find_method };
    bench->hooks = (struct rv_automate_hooks){ bench, policy, enforce, scan };
    must(rv_automate_open(&bench->automate,
                          &(struct rv_automate_config){ .store = store,
                                                        .settings = bench->settings,
                                                        .holder = HANDLER,
                                                        .source = source_of,
                                                        .hooks = &bench->hooks,
                                                        .arg = bench },
                          err));
    rv_test_script(store, "INSERT INTO ext_management_systems (id, name, type, created_on)"
                          " VALUES (5, 'estate', 'vmware', 1);"
                          "INSERT INTO hosts (id, ems_id, ems_ref, name, power_state)"
                          " VALUES (50, 5, 'host-50', 'h1', 'on');"
                          "INSERT INTO vms (id, ems_id, ems_ref, name, power_state, template,"
                          " state_changed_on)"
                          " VALUES (40, 5, 'vm-40', 'web', 'off', FALSE, 1000);"
                          "INSERT INTO container_groups (id, ems_id, ems_ref, name)"
                          " VALUES (60, 5, 'pod-60', 'web-1')");
    must(rv_lane_of_provider(&bench->lane, store, EMS, err));
    must(rv_lane_take(&bench->lane, store, HANDLER, LEASE_MS, err));
}

static void
close_bench(struct bench *bench)
{
    rv_automate_close(bench->automate);
    rv_settings_free(bench->settings);
    if (bench->changed)
        *bench->changed = bench->before;
}

/* What an instance for the demo provider's events leads to from now on. */
static void
lead(struct bench *bench, const char *instance, const struct rv_ae_entry *entries, size_t count)
{
    struct rv_ae_tree_class *class =
        rv_ae_tree_class(&shipped->domains[0], "System/Event/EmsEvent/Demo");
    if (bench->changed == NULL) {
        bench->changed = rv_ae_tree_instance(class, instance);
        bench->before = *bench->changed;
    }
    bench->changed->entries = entries;
    bench->changed->entry_count = count;
}

static void
lead_to(struct bench *bench, const struct rv_ae_entry *entries, size_t count)
{
    lead(bench, "VmMigratedEvent", entries, count);
}

/* columns and values: of the event's row besides. */
static void
happen(struct bench *bench, const char *source, const char *event_type, const char *columns,
       const char *values)
{
    RV_AUTO_FREE char *sql = rv_format(
        "INSERT INTO event_streams (id, type, source, event_type, timestamp, ems_id, lane_id,"
        " number%s) SELECT 700 + written, 'EmsEvent', $2, $3, 5000, 5, id, written%s FROM"
        " event_lanes WHERE id = $1",
        columns, values);
    const rv_value params[] = { rv_vint(bench->lane.id), rv_vtext(source), rv_vtext(event_type) };
    int64_t number;
    must(rv_store_begin(bench->store, err));
    must(rv_lane_extend(bench->store, bench->lane.id, 1, NULL, &number, err));
    must(rv_store_exec(bench->store, NULL, sql, params, 3, err));
    must(rv_store_commit(bench->store, err));
    must(rv_lane_read(&bench->lane, bench->store, err));
    bench->events++;
}

static void
handle(struct bench *bench)
{
    int64_t all = 0;
    while (bench->lane.handled < bench->lane.written) {
        int count = 0;
        must(rv_automate_events(bench->automate, &bench->lane, INT64_MAX, &count, err));
        all += count;
    }
    assert_int_equal(all, bench->events);
    bench->events = 0;
}

static void
start_again(struct bench *bench)
{
    rv_test_script(bench->store, "DELETE FROM miq_queue");
    bench->hooked[0] = '\0';
}

/* What providers are asked for: the messages' arguments. */
#define assert_asked(bench, expected)                                                              \
    assert_column((bench)->store, "SELECT args FROM miq_queue ORDER BY id", expected)

#define VM_LINK ", vm_or_template_id", ", 40"
#define HOST_LINK ", host_id", ", 50"

static void
a_vm_event_refreshes_that_vm_else_its_host_else_the_provider(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "VC", "RemoveSnapshot_Task", ", vm_or_template_id, host_id", ", 40, 50");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
    start_again(&bench);
    happen(&bench, "VC", "RemoveSnapshot_Task", ", vm_name, host_id", ", 'new', 50");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"host\",\"id\":50}]}");
    start_again(&bench);
    happen(&bench, "VC", "RemoveSnapshot_Task", ", vm_name", ", 'new'");
    handle(&bench);
    assert_asked(&bench, "{}");
    close_bench(&bench);
}

static void
an_event_that_nobody_knows_has_no_effect(void **state)
{
    static const char *const unknown[][2] = {
        { "VC", "NobodyKnows" },
        { "Nobody", "VmPoweredOnEvent" },
        { "VC", "../Demo/x" },
        { "VC", "a%2Fb" },
        { "https://a/b", "x" },
        { "VC", "*" },
        { "VC", "PoweredOn?target=ems" },
        { "VC", "x#destroy" },
        { "", "x" },
        { "VC", "${/#event_id}" },
    };
    struct bench bench;
    open_bench(&bench, store_of(state));
    for (size_t i = 0; i < RV_COUNT(unknown); i++)
        happen(&bench, unknown[i][0], unknown[i][1], VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT COUNT(*) FROM miq_queue", "0");
    assert_column(bench.store, "SELECT COUNT(*) FROM event_streams", "10");
    assert_string_equal(bench.hooked, "");
    close_bench(&bench);
}

static void
an_event_whose_type_has_a_slash_or_a_star_is_one_that_its_source_knows_nothing_of(void **state)
{
    static const char *const types[] = { "VmMigratedEvent/x", "../Demo/VmPoweredOffEvent", "a%2Fb",
                                         "Vm*", "100%" };
    const struct rv_ae_entry entry = { .name = "rel4",
                                       .value = "/System/event_handlers/event_action_refresh"
                                                "?target=src_vm" };
    struct bench bench;
    open_bench(&bench, store_of(state));
    lead(&bench, ".missing", &entry, 1);
    for (size_t i = 0; i < RV_COUNT(types); i++) {
        happen(&bench, "DEMO", types[i], VM_LINK);
        handle(&bench);
        assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
        start_again(&bench);
    }
    close_bench(&bench);
}

static void
an_event_notes_the_state_that_it_tells_of(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "VC", "VmPoweredOnEvent", VM_LINK);
    happen(&bench, "VC", "HostConnectionLostEvent", HOST_LINK);
    happen(&bench, "EVM", "MarkAsTemplate_Complete", VM_LINK);
    happen(&bench, "VC", "VmPoweredOffEvent", ", vm_name", ", 'nobody'");
    handle(&bench);
    assert_column(bench.store, "SELECT power_state FROM vms", "on");
    assert_column(bench.store, "SELECT power_state FROM hosts", "off");
    assert_column(bench.store, "SELECT COUNT(*) FROM vms WHERE template = TRUE", "1");
    assert_string_equal(bench.hooked,
                        "vm_start vm::40; host_disconnect host::50; vm_template vm::40; ");
    happen(&bench, "VC", "MarkAsVirtualMachine", VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT COUNT(*) FROM vms WHERE template = TRUE", "0");
    close_bench(&bench);
}

static void
an_event_that_came_late_changes_no_state(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    rv_test_script(bench.store, "UPDATE vms SET state_changed_on = 5001");
    happen(&bench, "VC", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT power_state FROM vms", "off");
    rv_test_script(bench.store, "UPDATE vms SET state_changed_on = 5000");
    happen(&bench, "VC", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT power_state FROM vms", "on");
    close_bench(&bench);
}

static void
a_pods_event_asks_for_the_pod_and_one_that_is_gone_for_its_name(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "KUBERNETES", "POD_FAILED", ", container_group_id", ", 60");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"container_group\",\"id\":60}]}");
    assert_string_equal(bench.hooked, "containergroup_failed container_group::60; ");
    start_again(&bench);
    happen(&bench, "KUBERNETES", "POD_KILLING", ", container_group_name, container_namespace",
           ", 'web-2', 'shop'");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"container_group\",\"scope\":\"shop\","
                         "\"name\":\"web-2\"}]}");
    close_bench(&bench);
}

static void
of_two_events_the_later_one_counts_whichever_comes_first(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "VC", "VmPoweredOnEvent", VM_LINK);
    happen(&bench, "VC", "VmPoweredOffEvent", VM_LINK);
    rv_test_script(bench.store, "UPDATE event_streams SET timestamp = 4000 WHERE number = 2");
    handle(&bench);
    assert_column(bench.store, "SELECT power_state || state_changed_on FROM vms", "on5000");
    happen(&bench, "VC", "VmPoweredOffEvent", VM_LINK);
    rv_test_script(bench.store, "UPDATE event_streams SET timestamp = 4000 WHERE number = 3");
    handle(&bench);
    assert_column(bench.store, "SELECT power_state || state_changed_on FROM vms", "on5000");
    close_bench(&bench);
}

static void
an_object_tells_its_provider_when_its_event_does_not(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "KUBERNETES", "POD_FAILED", ", container_group_id", ", 60");
    rv_test_script(bench.store, "UPDATE event_streams SET ems_id = NULL");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"container_group\",\"id\":60}]}");
    close_bench(&bench);
}

static void
what_an_event_is_about_is_refreshed_when_nothing_is_named(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "AMAZON", "AWS_API_CALL_StartInstances", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
    start_again(&bench);
    happen(&bench, "AMAZON", "AWS_API_CALL_CreateVpc", "", "");
    handle(&bench);
    assert_asked(&bench, "{}");
    close_bench(&bench);
}

static void
many_events_of_one_machine_are_one_request(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    for (int i = 0; i < 100; i++)
        happen(&bench, "DEMO", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
    close_bench(&bench);
}

/* Each of the thirteen by itself, as a path names it. */
static void
each_handler_has_its_effect(void **state)
{
    static const struct {
        const char *path, *args, *hooked;
    } handlers[] = {
        { "refresh", "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}", "" },
        { "refresh_sync", "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}", "" },
        { "event_action_refresh?target=src_host", "{\"targets\":[{\"kind\":\"host\",\"id\":50}]}",
          "" },
        { "event_action_refresh_sync?target=ems", "{}", "" },
        { "event_action_refresh_new_target", "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}", "" },
        { "event_action_policy?target=src_host&policy_event=x", "", "x host::50; " },
        { "event_action_scan", "", "scan vm::40; " },
        { "event_enforce_policy", "", "enforce vm::40; " },
        { "change_event_target_state?target=src_vm&param=paused", "", "" },
        { "src_vm_as_template?flag=true", "", "" },
        { "src_vm_destroy_all_snapshots", "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}", "" },
        { "src_vm_disconnect_storage", "", "" },
        { "check_policy_prevent", "", "" },
    };
    struct bench bench;
    open_bench(&bench, store_of(state));
    struct rv_ae_entry entry = { .name = "rel4" };
    lead_to(&bench, &entry, 1);
    for (size_t i = 0; i < RV_COUNT(handlers); i++) {
        RV_AUTO_FREE char *path = rv_format("/System/event_handlers/%s", handlers[i].path);
        entry.value = path;
        happen(&bench, "DEMO", "VmMigratedEvent", ", vm_or_template_id, host_id", ", 40, 50");
        handle(&bench);
        assert_asked(&bench, handlers[i].args);
        assert_string_equal(bench.hooked, handlers[i].hooked);
        start_again(&bench);
    }
    assert_column(bench.store, "SELECT power_state FROM vms", "paused");
    assert_column(bench.store, "SELECT COUNT(*) FROM vms WHERE template = TRUE", "1");
    close_bench(&bench);
}

static void
what_a_policy_prevents_ends_there(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    struct rv_ae_entry entries[] = {
        { .name = "rel1", .value = "/System/event_handlers/event_enforce_policy" },
        { .name = "rel2", .value = "/System/event_handlers/check_policy_prevent" },
        { .name = "rel3", .value = "/System/event_handlers/refresh" },
    };
    lead_to(&bench, entries, RV_COUNT(entries));
    for (bench.prevents = 0; bench.prevents < 2; bench.prevents++) {
        happen(&bench, "DEMO", "VmMigratedEvent", VM_LINK);
        handle(&bench);
        assert_asked(&bench, bench.prevents ? "" : "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
        start_again(&bench);
    }
    close_bench(&bench);
}

static void
a_path_with_a_method_or_a_machine_is_left_to_a_run_whole(void **state)
{
    const struct rv_ae_entry entries[] = {
        { .name = "rel1", .value = "/System/event_handlers/refresh" },
        { .name = "rel2", .value = "/Integration/Steps/playbook" },
        { .name = "rel3", .value = "/System/event_handlers/change_event_target_state?param=on" },
    };
    struct bench bench;
    open_bench(&bench, store_of(state));
    happen(&bench, "DEMO", "vm_started", VM_LINK); /* nobody's yet */
    handle(&bench);
    assert_asked(&bench, "");
    bench.domain_count = 2;
    lead_to(&bench, entries, RV_COUNT(entries));
    for (int i = 2; i < 4; i++) {
        RV_AUTO_FREE char *args = rv_format("{\"uri\":\"/System/Process/Event\","
                                            "\"target_kind\":\"vm\",\"target_id\":40,"
                                            "\"events\":[%d]}",
                                            700 + i);
        happen(&bench, "DEMO", i == 2 ? "vm_started" : "VmMigratedEvent", VM_LINK);
        handle(&bench);
        assert_asked(&bench, args);
        start_again(&bench);
    }
    assert_column(bench.store, "SELECT power_state FROM vms", "off");
    bench.domain_count = 1;
    happen(&bench, "DEMO", "vm_started", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "");
    close_bench(&bench);
}

static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg, (void)place, (void)err;
    *out = rv_format("sealed %zu", strlen(text));
    return 0;
}

/* The same with what is in the database. */
static void
a_domain_in_the_database_counts_from_the_next_range_on(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    rv_automate_close(bench.automate);
    const struct rv_automate_config config = { .store = bench.store,
                                               .settings = bench.settings,
                                               .holder = HANDLER };
    const struct rv_vault vault = { .seal = seal };
    const struct rv_datastore ds = { .store = bench.store, .vault = &vault };
    const struct rv_ae_import as_shipped = { .system = 1, .enable = 1 };
    const struct rv_ae_import enabled = { .enable = 1 };
    struct rv_ae_imported imported;
    must(rv_automate_open(&bench.automate, &config, err));
    happen(&bench, "DEMO", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "");
    must(rv_datastore_import(&ds, shipped, &as_shipped, &imported, err));
    happen(&bench, "DEMO", "VmPoweredOnEvent", VM_LINK);
    happen(&bench, "DEMO", "vm_started", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
    start_again(&bench);
    must(rv_datastore_import(&ds, own, &enabled, &imported, err));
    happen(&bench, "DEMO", "vm_started", VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT method_name FROM miq_queue", "deliver");
    start_again(&bench);
    int64_t id = rv_test_int(bench.store, "SELECT id FROM miq_ae_domains WHERE name = 'Acme'");
    struct rv_ae_domain_change off = RV_AE_DOMAIN_STAYS;
    off.enabled = 0;
    must(rv_datastore_edit(&ds, id, &off, err));
    happen(&bench, "DEMO", "vm_started", VM_LINK);
    handle(&bench);
    assert_asked(&bench, "");
    close_bench(&bench);
}

static void
what_a_domain_says_wrongly_is_left_to_a_run_that_tells_of_it(void **state)
{
    const struct rv_ae_entry entry = { .name = "rel5", .value = "/Nowhere/at/all" };
    struct bench bench;
    open_bench(&bench, store_of(state));
    lead_to(&bench, &entry, 1);
    happen(&bench, "DEMO", "VmMigratedEvent", VM_LINK);
    happen(&bench, "DEMO", "VmPoweredOnEvent", ", host_id", ", 50");
    handle(&bench);
    assert_column(bench.store,
                  "SELECT method_name || ' ' || args FROM miq_queue ORDER BY method_name",
                  "deliver {\"uri\":\"/System/Process/Event\",\"target_kind\":\"vm\","
                  "\"target_id\":40,\"events\":[701]},"
                  "refresh {\"targets\":[{\"kind\":\"host\",\"id\":50}]}");
    close_bench(&bench);
}

static void
what_takes_longer_than_others_can_wait_is_left_to_a_run(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    rv_clock_fake(rv_now_ms());
    bench.slow_ms = 700;
    happen(&bench, "DEMO", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    rv_clock_real();
    bench.slow_ms = 0;
    assert_column(bench.store, "SELECT method_name FROM miq_queue", "deliver");
    start_again(&bench);
    happen(&bench, "DEMO", "VmPoweredOnEvent", VM_LINK);
    handle(&bench);
    assert_column(bench.store, "SELECT method_name FROM miq_queue", "refresh");
    close_bench(&bench);
}

/* As those are that a person makes. */
static void
an_event_that_names_its_target_only_is_about_that(void **state)
{
    const struct rv_ae_entry entries[] = {
        { .name = "rel4", .value = "/System/event_handlers/event_action_refresh?target=src_vm" },
        { .name = "rel5", .value = "/Integration/Steps/playbook" },
    };
    struct bench bench;
    open_bench(&bench, store_of(state));
    lead_to(&bench, entries, 1);
    happen(&bench, "DEMO", "VmMigratedEvent", ", target_type, target_id", ", 'vm', 40");
    handle(&bench);
    assert_asked(&bench, "{\"targets\":[{\"kind\":\"vm\",\"id\":40}]}");
    start_again(&bench);
    bench.domain_count = 2;
    lead_to(&bench, entries, 2);
    happen(&bench, "DEMO", "VmMigratedEvent", ", target_type, target_id", ", 'vm', 40");
    handle(&bench);
    assert_column(bench.store, "SELECT task_id FROM miq_queue", "ae/vm/40");
    close_bench(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_vm_event_refreshes_that_vm_else_its_host_else_the_provider),
        schema_test(an_event_that_nobody_knows_has_no_effect),
        schema_test(
            an_event_whose_type_has_a_slash_or_a_star_is_one_that_its_source_knows_nothing_of),
        schema_test(an_event_notes_the_state_that_it_tells_of),
        schema_test(an_event_that_came_late_changes_no_state),
        schema_test(of_two_events_the_later_one_counts_whichever_comes_first),
        schema_test(an_object_tells_its_provider_when_its_event_does_not),
        schema_test(a_pods_event_asks_for_the_pod_and_one_that_is_gone_for_its_name),
        schema_test(what_an_event_is_about_is_refreshed_when_nothing_is_named),
        schema_test(many_events_of_one_machine_are_one_request),
        schema_test(each_handler_has_its_effect),
        schema_test(what_a_policy_prevents_ends_there),
        schema_test(a_path_with_a_method_or_a_machine_is_left_to_a_run_whole),
        schema_test(a_domain_in_the_database_counts_from_the_next_range_on),
        schema_test(what_a_domain_says_wrongly_is_left_to_a_run_that_tells_of_it),
        schema_test(what_takes_longer_than_others_can_wait_is_left_to_a_run),
        schema_test(an_event_that_names_its_target_only_is_about_that),
    };
    return cmocka_run_group_tests_name("automate_switchboard", tests, read_domains, free_domains);
}
