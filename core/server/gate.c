/* SPDX-License-Identifier: Apache-2.0
 *
 * When the machine is short of memory no worker is started but those that an operator needs, and
 * then one after the other is ended: what can be done later first.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <stdio.h>
#include <unistd.h>
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"
#include "server/figures.h"
#include "server/verdict.h"
#include "server/worker_types.h"

enum { LOOK_MS = 5000, BETWEEN_KILLS_MS = 15000 };

static struct rv_child *
first_to_go(struct rv_supervisor *s)
{
    struct rv_child *chosen = NULL;
    int lowest = 0;
    int64_t largest = -1;
    for (struct rv_child *child = s->children; child; child = child->next) {
        const struct rv_worker_type *type = rv_worker_type_find(child->type);
        if (type == NULL || type->kill_rank == 0 || child->stop_ms || child->slot == NULL)
            continue;
        int64_t bytes = rv_child_memory(child);
        if (chosen && (type->kill_rank > lowest || (type->kill_rank == lowest && bytes <= largest)))
            continue;
        chosen = child;
        lowest = type->kill_rank;
        largest = bytes;
    }
    return chosen;
}

static void
say_gate(struct rv_supervisor *s, int closed, const struct rv_machine *machine)
{
    rv_meter_set(RV_M_WORKER_GATE, closed, RV_NO_LABELS);
    if (closed == s->gate_closed)
        return;
    s->gate_closed = closed;
    const struct rv_log_field used = RV_F("swap_used_percent", RV_I(rv_machine_swap_used(machine)));
    const struct rv_log_field left = RV_F("available_bytes", RV_I(machine->memory_available));
    if (closed)
        rv_log(RV_WARNING, "memory is short: no worker is started, but for server and API", used,
               left,
               RV_F("hint", RV_S("give the machine memory, or fewer workers; the limits are "
                                 "workers.swap_start_max and workers.memory_start_min")));
    else
        rv_log(RV_INFO, "workers are started again", used, left);
    /* The server's row is to say so, and workers that waited are to start. */
    rv_supervisor_look(s);
}

/* Our own memory; what workers hold is theirs. */
static int64_t
own_bytes(void)
{
    struct rv_figures figures;
    if (!rv_figures_read(&figures, getpid()))
        return 0;
    return figures.unique_bytes ? figures.unique_bytes : figures.resident_bytes;
}

void
rv_supervisor_young(struct rv_supervisor *s)
{
    int64_t limit = rv_supervisor_limit(s, "server.memory_threshold"), bytes = own_bytes();
    if (!rv_verdict_too_large(bytes, limit, 0))
        return;
    s->young_bytes = bytes;
    rv_log(RV_WARNING,
           "server.memory_threshold is too small: reeved goes on, as another would hold "
           "as much",
           RV_F("bytes", RV_I(bytes)), RV_F("limit", RV_I(limit)),
           RV_F("origin", RV_S(rv_supervisor_origin(s, "server.memory_threshold"))),
           RV_F("hint", RV_S("raise it")));
}

static void
check_self(struct rv_supervisor *s)
{
    int64_t limit = rv_supervisor_limit(s, "server.memory_threshold"), bytes = own_bytes();
    if (!rv_verdict_too_large(bytes, limit, s->young_bytes))
        return;
    RV_AUTO_FREE char *why = rv_format("reeved holds %lld bytes, more than server.memory_threshold "
                                       "allows (%lld)",
                                       (long long)bytes, (long long)limit);
    rv_log(RV_ERROR, "reeved holds too much memory and ends", RV_F("bytes", RV_I(bytes)),
           RV_F("limit", RV_I(limit)),
           RV_F("origin", RV_S(rv_supervisor_origin(s, "server.memory_threshold"))),
           RV_F("hint", RV_S("whoever started it starts it again; raise server.memory_threshold "
                             "when this is its normal size")));
    rv_supervisor_tell(s, "evm_server_memory_exceeded", NULL, why);
    rv_supervisor_stop(s, 1);
}

void
rv_supervisor_gate(struct rv_supervisor *s, int64_t now_ms)
{
    struct rv_machine machine;
    if (s->stop_ms || (s->gate_ms && now_ms - s->gate_ms < LOOK_MS))
        return;
    s->gate_ms = now_ms;
    check_self(s);
    if (s->stop_ms)
        return;
    rv_machine_read(&machine, rv_settings_string(s->limits ? s->limits : s->home.settings,
                                                 "server.memory_info"));
    int lacking = rv_machine_swap_short(&machine);
    say_gate(s,
             rv_machine_is_short(&machine, (int)rv_supervisor_limit(s, "workers.swap_start_max"),
                                 (int)rv_supervisor_limit(s, "workers.memory_start_min")),
             &machine);
    if (lacking < rv_supervisor_limit(s, "workers.swap_kill_min") || lacking == 0 ||
        (s->gate_kill_ms && now_ms - s->gate_kill_ms < BETWEEN_KILLS_MS))
        return;
    struct rv_child *child = first_to_go(s);
    if (child == NULL)
        return;
    s->gate_kill_ms = now_ms;
    snprintf(child->why, sizeof(child->why), "the machine is short of memory");
    rv_log(RV_WARNING, "worker is to end", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("reason", RV_S(child->why)),
           RV_F("swap_short_percent", RV_I(lacking)),
           RV_F("setting", RV_S("workers.swap_kill_min")),
           RV_F("limit", RV_I(rv_supervisor_limit(s, "workers.swap_kill_min"))));
    rv_supervisor_stop_child(s, child, 1);
}
