/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens in the estate: machines go on, off and elsewhere, hosts come and go; `events` of it
 * a second. What happens at a step is a function of the seed, so a step is all that a token needs
 * to hold. Those of the last steps are told again to whoever comes without one, at the times that
 * they had then.
 */
#include <stdio.h>
#include <stdlib.h>
#include "emit.h"

enum { SLEEP_MS = 20, THINGS = 8 };

/* Of eight steps in a row: a task and what it does belong to the same machine, and together. */
enum thing { ON_TASK, ON, RECONFIGURED, OFF_TASK, OFF, MIGRATED, HOST_LOST, HOST_BACK };

static const struct {
    const char *type, *before, *after; /* the message: the name is between */
    enum thing with;                   /* whose machine it is, and whose number joins them */
    int is_task;
} things[THINGS] = {
    [ON_TASK] = { "PowerOnVM_Task", "Task: power on ", "", ON_TASK, 1 },
    [ON] = { "VmPoweredOnEvent", "", " is powered on", ON_TASK, 0 },
    [RECONFIGURED] = { "VmReconfiguredEvent", "", " was reconfigured", RECONFIGURED, 0 },
    [OFF_TASK] = { "PowerOffVM_Task", "Task: power off ", "", OFF_TASK, 1 },
    [OFF] = { "VmPoweredOffEvent", "", " is powered off", OFF_TASK, 0 },
    [MIGRATED] = { "VmMigratedEvent", "", " was migrated", MIGRATED, 0 },
    [HOST_LOST] = { "HostConnectionLostEvent", "Lost the connection to ", "", HOST_LOST, 0 },
    [HOST_BACK] = { "HostConnectedEvent", "Connected to ", "", HOST_LOST, 0 },
};

const struct reeve_event_type demo_event_types[] = {
    { "PowerOnVM_Task", NULL, NULL, "somebody has a virtual machine started", 0, 0 },
    { "VmPoweredOnEvent", NULL, NULL, "a virtual machine was started", 0, 0 },
    { "VmReconfiguredEvent", NULL, NULL, "a virtual machine's settings were changed", 0, 0 },
    { "PowerOffVM_Task", NULL, NULL, "somebody has a virtual machine stopped", 0, 0 },
    { "VmPoweredOffEvent", NULL, NULL, "a virtual machine was stopped", 0, 0 },
    { "VmMigratedEvent", NULL, NULL, "a virtual machine went to another host", 0, 0 },
    { "HostConnectionLostEvent", NULL, NULL, "a host does not answer", 0, 0 },
    { "HostConnectedEvent", NULL, NULL, "a host answers again", 0, 0 },
    { "DemoGarbage", "status", "detail", "told by the fault garbage", REEVE_EVENT_QUIET, 0 },
    { "DemoEstateQuiet", "status", "detail", "nothing could happen: there are no machines", 0, 0 },
    REEVE_EVENT_TYPES_END
};

/* The step that began what this one belongs to. */
static int64_t
first_step(int64_t step)
{
    enum thing thing = (enum thing)(step % THINGS);

    return step - (int64_t)(thing - things[thing].with);
}

/* One of the machines that churn does not replace, so that it is the same for every worker. */
static int64_t
machine_of(const struct demo_estate *estate, int64_t step)
{
    int64_t kept = (estate->size.vms + 3) / 4;

    return 4 * demo_pick(estate, "event", first_step(step), 1, kept);
}

static void
set_vm(struct reeve_object *event, const struct demo_estate *estate, int64_t vm, char name[64])
{
    char ref[48];

    demo_moving_ref(ref, estate, DEMO_VM, vm, (struct demo_object){ 0, 0 });
    demo_vm_name(name, estate, vm);
    reeve_link(event, "vm_or_template_id", "vm", ref);
    reeve_link(event, "target_id", "vm", ref);
    reeve_set_string(event, "vm_name", name);
    reeve_set_string(event, "vm_location", ref);
}

static void
set_host(struct reeve_object *event, const struct demo_estate *estate, const char *column,
         const char *name_column, int64_t host, char name[64])
{
    demo_host_name(name, host);
    demo_link(event, column, "host", estate, "host", host, estate->size.hosts);
    reeve_set_string(event, name_column, name);
}

/* What it is about; 0: nothing that it could be about is there. */
static int
set_subject(struct reeve_object *event, const struct demo_estate *estate, int64_t step,
            char name[64])
{
    enum thing thing = (enum thing)(step % THINGS);
    int64_t hosts = estate->size.hosts, vms = estate->size.vms;
    int64_t host = demo_pick(estate, "event", first_step(step), 2, hosts);
    char other[64];

    if (hosts > 0 && (vms == 0 || thing == HOST_LOST || thing == HOST_BACK)) {
        set_host(event, estate, "host_id", "host_name", host, name);
        demo_link(event, "target_id", "host", estate, "host", host, hosts);
        return 1;
    }
    if (vms == 0)
        return 0;
    set_vm(event, estate, machine_of(estate, step), name);
    if (hosts > 0)
        set_host(event, estate, "host_id", "host_name", host, other);
    if (hosts > 0 && thing == MIGRATED)
        set_host(event, estate, "dest_host_id", "dest_host_name", (host + 1) % hosts, other);
    return 1;
}

static int
emit(const struct demo_estate *estate, int64_t step, int64_t time_ms, const char *token,
     struct reeve_event_sink *sink)
{
    int subject = estate->size.hosts > 0 || estate->size.vms > 0;
    enum thing thing = (enum thing)(step % THINGS);
    const char *type = subject ? things[thing].type : "DemoEstateQuiet";
    struct reeve_object *event;
    char ref[48], name[64] = "", data[48];

    demo_ref(ref, "event", estate, step);
    event = reeve_event(sink, type, ref, time_ms);
    if (set_subject(event, estate, step, name))
        demo_set_format(event, "message", "%s%s%s", things[thing].before, name,
                        things[thing].after);
    reeve_set_flag(event, "is_task", subject && things[thing].is_task);
    reeve_set_int(event, "chain_id", first_step(step) + 1);
    reeve_set_string(event, "username", "demo");
    snprintf(data, sizeof(data), "{\"step\":%lld}", (long long)step);
    reeve_set_json(event, "full_data", data);
    return reeve_event_emit(event, token);
}

/* The event of the next step, now. */
static int
happen(struct reeve_call *call, const struct demo_estate *estate, struct demo_events *events,
       struct reeve_event_sink *sink)
{
    int64_t step = events->step++, now_ms = reeve_now_ms(call);
    char token[32];

    events->told[step % DEMO_EVENTS_KEPT] = now_ms;
    snprintf(token, sizeof(token), "%lld", (long long)events->step);
    return emit(estate, step, now_ms, token, sink);
}

/* Without a token: what of this connection's is still known. */
static int
tell_again(const struct demo_estate *estate, struct demo_events *events,
           struct reeve_event_sink *sink)
{
    int64_t first = events->step > DEMO_EVENTS_KEPT ? events->step - DEMO_EVENTS_KEPT : 0;
    int status = 0;

    for (int64_t step = first; step < events->step && status == 0; step++)
        if (events->told[step % DEMO_EVENTS_KEPT])
            status = emit(estate, step, events->told[step % DEMO_EVENTS_KEPT], NULL, sink);
    return status;
}

static int
read_step(const char *token, int64_t *step)
{
    char *end;
    long long value = strtoll(token, &end, 10);

    if (end == token || *end || value < 0)
        return -1;
    *step = value;
    return 0;
}

int
demo_watch_events(struct reeve_call *call, struct demo_events *events,
                  const struct demo_estate *estate, const char *token,
                  struct reeve_event_sink *sink)
{
    int64_t rate = events->rate, begun, count = 0;
    int status = 0;

    if (!token)
        status = tell_again(estate, events, sink);
    else if (read_step(token, &events->step) < 0)
        status = reeve_fail(call, REEVE_E_GONE, "the demo estate does not know this token");
    begun = reeve_monotonic_ms(call);
    while (status == 0) {
        int64_t due = (reeve_monotonic_ms(call) - begun) * rate / 1000;

        status = events->fault(events->arg, call, count, sink);
        for (; status == 0 && count < due; count++)
            status = happen(call, estate, events, sink);
        if (status == 0)
            status = reeve_sleep(call, rate > 0 && rate < 1000 / SLEEP_MS ? 1000 / rate : SLEEP_MS);
    }
    return status;
}
