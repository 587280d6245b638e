/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider without anything behind it: a living estate of machines, clouds and pods,
 * invented from a seed, of any size, that changes while one looks at it and
 * fails in every way on request. Shown where no cluster is at hand; used by the
 * tests of core in place of mocks.
 */
#include <stdlib.h>
#include "demo.h"

struct demo {
    const struct reeve_config *config;
    struct demo_estate estate;
    int64_t emitted; /* objects since the refresh began */
    int gone_shown;
    struct demo_events events;
    int events_gone_shown, garbage_events_shown;
};

static const struct reeve_option options[] = {
    { "seed", REEVE_OPT_INT, 0, "1", 0, INT64_MAX, NULL, "what the estate is invented from" },
    { "clusters", REEVE_OPT_INT, 0, "2", 0, 10000, NULL, "virtual machine clusters" },
    { "hosts", REEVE_OPT_INT, 0, "8", 0, 100000, NULL, "hypervisor hosts" },
    { "datastores", REEVE_OPT_INT, 0, "4", 0, 100000, NULL, "datastores" },
    { "vms", REEVE_OPT_INT, 0, "80", 0, 10000000, NULL, "virtual machines" },
    { "projects", REEVE_OPT_INT, 0, "6", 1, 100000, NULL, "namespaces of pods" },
    { "nodes", REEVE_OPT_INT, 0, "5", 0, 100000, NULL, "Kubernetes nodes" },
    { "pods", REEVE_OPT_INT, 0, "60", 0, 10000000, NULL, "pods, each with a container" },
    { "images", REEVE_OPT_INT, 0, "12", 1, 10000000, NULL, "container images that the pods share" },
    { "datacenters", REEVE_OPT_INT, 0, "1", 0, 1000, NULL, "datacenters, with their folders" },
    { "lans", REEVE_OPT_INT, 0, "4", 0, 100000, NULL, "networks of virtual machines" },
    { "details", REEVE_OPT_INT, 0, "100", 0, 10000000, NULL,
      "of how many VMs and hosts all is told: disks, cards, snapshots and so on" },
    { "tenants", REEVE_OPT_INT, 0, "3", 0, 100000, NULL,
      "tenants of the cloud that every fourth VM is an instance of; 0: there is no cloud" },
    { "flavors", REEVE_OPT_INT, 0, "5", 0, 1000, NULL, "sizes of instances" },
    { "stacks", REEVE_OPT_INT, 0, "2", 0, 100000, NULL, "orchestration stacks" },
    { "databases", REEVE_OPT_INT, 0, "2", 0, 100000, NULL, "databases of the cloud" },
    { "networks", REEVE_OPT_INT, 0, "2", 0, 100000, NULL,
      "networks of the cloud, each with two subnets and a router" },
    { "load_balancers", REEVE_OPT_INT, 0, "1", 0, 100000, NULL, "load balancers" },
    { "volumes", REEVE_OPT_INT, 0, "6", 0, 10000000, NULL,
      "volumes, each with a snapshot and a backup" },
    { "buckets", REEVE_OPT_INT, 0, "2", 0, 1000000, NULL,
      "containers of the object store, each with three objects" },
    { "physical_servers", REEVE_OPT_INT, 0, "8", 0, 100000, NULL,
      "physical machines; the hosts run on them" },
    { "configured_systems", REEVE_OPT_INT, 0, "6", 0, 1000000, NULL,
      "systems that a configuration manager sets up; 0: there is none" },
    { "events", REEVE_OPT_INT, 0, "0", 0, 10000, NULL,
      "events a second of machines and hosts; 0: none" },
    { "churn", REEVE_OPT_INT, 0, "1", 0, 100000, NULL, "changes a second while it is watched" },
    { "fault", REEVE_OPT_ENUM, REEVE_OPT_ADVANCED, "none", 0, 0, demo_fault_words,
      "what goes wrong, to see how Reeve takes it" },
    { "fault_after", REEVE_OPT_INT, REEVE_OPT_ADVANCED, "0", 0, INT64_MAX, NULL,
      "objects or changes before the fault shows" },
#ifdef DEMO_FAULT_FILE
    { "fault_file", REEVE_OPT_STRING, REEVE_OPT_ADVANCED, NULL, 0, 0, NULL,
      "while this file exists its first word is the fault" },
#endif
    { "delay", REEVE_OPT_DURATION, REEVE_OPT_ADVANCED, "10ms", 0, 3600000, NULL,
      "of each object, for the fault slow" },
    { "password", REEVE_OPT_SECRET, REEVE_OPT_ADVANCED, NULL, 0, 0, NULL,
      "any; it is not looked at" },
    REEVE_OPTIONS_END
};

static struct demo_size
read_size(const struct reeve_config *config)
{
    return (struct demo_size){
        .clusters = reeve_config_int(config, "clusters"),
        .hosts = reeve_config_int(config, "hosts"),
        .storages = reeve_config_int(config, "datastores"),
        .vms = reeve_config_int(config, "vms"),
        .projects = reeve_config_int(config, "projects"),
        .nodes = reeve_config_int(config, "nodes"),
        .pods = reeve_config_int(config, "pods"),
        .images = reeve_config_int(config, "images"),
        .datacenters = reeve_config_int(config, "datacenters"),
        .lans = reeve_config_int(config, "lans"),
        .details = reeve_config_int(config, "details"),
        .tenants = reeve_config_int(config, "tenants"),
        .flavors = reeve_config_int(config, "flavors"),
        .stacks = reeve_config_int(config, "stacks"),
        .databases = reeve_config_int(config, "databases"),
        .networks = reeve_config_int(config, "networks"),
        .load_balancers = reeve_config_int(config, "load_balancers"),
        .volumes = reeve_config_int(config, "volumes"),
        .buckets = reeve_config_int(config, "buckets"),
        .servers = reeve_config_int(config, "physical_servers"),
        .systems = reeve_config_int(config, "configured_systems"),
    };
}

static int
refused(struct reeve_call *call, enum demo_fault fault)
{
    if (fault == DEMO_AUTH) {
        reeve_fail(call, REEVE_E_AUTH, "the demo estate refuses these credentials");
        reeve_hint(call, "set its option fault to none");
        return REEVE_E_AUTH;
    }
    if (fault == DEMO_UNAVAILABLE)
        return reeve_fail(call, REEVE_E_UNAVAILABLE, "the demo estate cannot be reached");
    return 0;
}

static int
events_fault(void *arg, struct reeve_call *call, int64_t count, struct reeve_event_sink *sink)
{
    struct demo *demo = arg;
    enum demo_fault fault = demo_fault_now(demo->config);
    int64_t after = reeve_config_int(demo->config, "fault_after");

    if (fault == DEMO_GARBAGE && !demo->garbage_events_shown) {
        demo->garbage_events_shown = 1;
        return demo_emit_garbage_events(call, sink);
    }
    if (count < after)
        return refused(call, fault);
    if (fault == DEMO_GONE && !demo->events_gone_shown) {
        demo->events_gone_shown = 1;
        return reeve_fail(call, REEVE_E_GONE, "the demo estate has forgotten this token");
    }
    if (fault == DEMO_DROP)
        return reeve_fail(call, REEVE_E_UNAVAILABLE, "the demo estate dropped the connection");
    if (fault == DEMO_CRASH_EVENTS)
        demo_crash();
    if (fault == DEMO_HANG_EVENTS)
        demo_hang();
    return refused(call, fault);
}

static int
demo_open(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    struct demo_size size = read_size(config);
    enum demo_fault fault = demo_fault_now(config);
    struct demo *demo;
    int status;

    if (fault == DEMO_CRASH_OPEN)
        demo_crash();
    if (fault == DEMO_HANG_OPEN)
        demo_hang();
    demo = calloc(1, sizeof(*demo));
    if (!demo)
        return reeve_fail(call, REEVE_E_LIMIT, "no memory for a connection");
    demo->config = config;
    demo->events = (struct demo_events){ .rate = reeve_config_int(config, "events"),
                                         .fault = events_fault,
                                         .arg = demo };
    status =
        demo_estate_open(call, &demo->estate, (uint64_t)reeve_config_int(config, "seed"), &size);
    if (status < 0) {
        demo_estate_close(&demo->estate);
        free(demo);
        return status;
    }
    *conn = demo;
    return 0;
}

static void
demo_close(void *conn)
{
    struct demo *demo = conn;

    demo_estate_close(&demo->estate);
    free(demo);
}

static int
demo_verify(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    struct demo *demo = conn;
    enum demo_fault fault = demo_fault_now(demo->config);

    if (fault == DEMO_CRASH_VERIFY)
        demo_crash();
    if (fault == DEMO_HANG_VERIFY)
        demo_hang();
    out->uid = reeve_format(call, "demo-%llx", (unsigned long long)demo->estate.seed);
    out->api_version = "1";
    out->account = "demo";
    return refused(call, fault);
}

/* What every object of a refresh passes: the fault that shows after some of them. */
static int
between_objects(struct reeve_call *call, struct demo *demo)
{
    enum demo_fault fault;

    demo->emitted++;
    if (demo->emitted % 64 != 0 && reeve_config_has(demo->config, "fault_file"))
        return 0; /* a look at the file now and then is enough */
    fault = demo_fault_now(demo->config);
    if (fault == DEMO_SLOW)
        return reeve_sleep(call, reeve_config_int(demo->config, "delay"));
    if (demo->emitted <= reeve_config_int(demo->config, "fault_after"))
        return 0;
    if (fault == DEMO_CRASH)
        demo_crash();
    if (fault == DEMO_HANG)
        demo_hang();
    if (fault == DEMO_PARTIAL)
        return reeve_fail(call, REEVE_E_UNAVAILABLE, "the demo estate went away after %lld objects",
                          (long long)demo->emitted);
    return 0;
}

static int
list_part(struct reeve_call *call, struct demo *demo, const struct demo_part *part,
          struct reeve_inventory *inv)
{
    int64_t count = part->count(&demo->estate.size);
    int status = reeve_begin(inv, part->kind);

    for (int64_t i = 0; status == 0 && i < count; i++) {
        status = part->emit(inv, &demo->estate, i);
        if (status == 0)
            status = between_objects(call, demo);
    }
    return status < 0 ? status : reeve_complete(inv, part->kind);
}

static int
keep_step(struct reeve_call *call, struct demo *demo, struct reeve_inventory *inv)
{
    uint64_t mark = reeve_alloc_mark(call);
    char *token = reeve_format(call, "%lld", (long long)demo->estate.step);
    int status = token ? reeve_checkpoint(inv, "churn", token) : REEVE_E_LIMIT;

    reeve_alloc_release(call, mark);
    return status;
}

/* A new process stands at step 0: replay to where the stored token is. */
static void
catch_up(struct demo *demo, struct reeve_inventory *inv)
{
    const char *token = reeve_token(inv, "churn");
    long long step = token ? strtoll(token, NULL, 10) : 0;

    while (demo->estate.step < step)
        demo_estate_step(&demo->estate);
}

static int
demo_refresh(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
             struct reeve_inventory *inv)
{
    struct demo *demo = conn;
    enum demo_fault fault = demo_fault_now(demo->config);
    int status = refused(call, fault);

    (void)scope; /* always everything: single objects are for demo_refresh_targets */
    demo->emitted = 0;
    catch_up(demo, inv);
    if (status == 0 && fault == DEMO_GARBAGE)
        status = demo_emit_garbage(call, inv);
    for (const struct demo_part *part = demo_parts; status == 0 && part->kind; part++)
        status = list_part(call, demo, part, inv);
    return status < 0 ? status : keep_step(call, demo, inv);
}

static int
demo_refresh_targets(struct reeve_call *call, void *conn,
                     const struct reeve_inventory_target *const *targets,
                     struct reeve_inventory *inv)
{
    struct demo *demo = conn;
    int status = refused(call, demo_fault_now(demo->config));

    catch_up(demo, inv);
    return status < 0 ? status : demo_emit_targets(call, &demo->estate, targets, inv);
}

static int
show_change(struct demo *demo, struct reeve_inventory *inv, const struct demo_change *change)
{
    const struct demo_estate *estate = &demo->estate;
    const struct demo_part *part = demo_part_of(change->what);
    struct demo_object now = estate->moving[change->what][change->index];
    char ref[48];
    int status = 0;

    if (now.incarnation != change->before.incarnation) {
        demo_moving_ref(ref, estate, change->what, change->index, change->before);
        status = reeve_gone(inv, part->kind, ref);
    }
    return status < 0 ? status : part->emit(inv, estate, change->index);
}

static int
watch_fault(struct reeve_call *call, struct demo *demo, int64_t changes)
{
    enum demo_fault fault = demo_fault_now(demo->config);

    if (fault == DEMO_GONE && !demo->gone_shown) {
        demo->gone_shown = 1;
        return reeve_fail(call, REEVE_E_GONE, "the demo estate has forgotten this token");
    }
    if (fault == DEMO_DROP && changes >= reeve_config_int(demo->config, "fault_after"))
        return reeve_fail(call, REEVE_E_UNAVAILABLE, "the demo estate dropped the connection");
    return refused(call, fault);
}

static int
demo_watch(struct reeve_call *call, void *conn, struct reeve_inventory *inv)
{
    struct demo *demo = conn;
    int64_t churn = reeve_config_int(demo->config, "churn");
    int64_t begun = reeve_monotonic_ms(call), changes = 0;
    int status = 0;

    catch_up(demo, inv);
    while (status == 0) {
        int64_t due = (reeve_monotonic_ms(call) - begun) * churn / 1000;

        status = watch_fault(call, demo, changes);
        while (status == 0 && changes < due) {
            struct demo_change change = demo_estate_step(&demo->estate);

            changes++;
            if (change.index >= 0)
                status = show_change(demo, inv, &change);
        }
        if (status == 0 && churn > 0)
            status = keep_step(call, demo, inv);
        if (status == 0)
            status = reeve_sleep(call, churn > 0 && churn < 20 ? 1000 / churn : 50);
    }
    return status;
}

static const struct reeve_inventory_iface inventory = {
    .size = sizeof(inventory),
    .kinds = demo_kinds,
    .refresh = demo_refresh,
    .watch = demo_watch,
    .refresh_targets = demo_refresh_targets,
};

static int
demo_events(struct reeve_call *call, void *conn, const char *token, struct reeve_event_sink *sink)
{
    struct demo *demo = conn;

    return demo_watch_events(call, &demo->events, &demo->estate, token, sink);
}

static const struct reeve_events_iface events = {
    .size = sizeof(events),
    .source = "DEMO",
    .types = demo_event_types,
    .watch = demo_events,
};

REEVE_PROVIDER(.name = "demo", .title = "Demo estate", .version = REEVE_SDK_VERSION,
               .vendor = "Reeve", .license = "Apache-2.0", .options = options,
               .inventory = &inventory, .events = &events, .open = demo_open, .verify = demo_verify,
               .close = demo_close)
