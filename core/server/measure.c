/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of processes and of the machine. Reading them costs, so they are as old as people who
 * look at curves can bear.
 */
#include "server/measure.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/meter.h"
#include "server/figures.h"

enum { FIRST_FIGURES_MS = 1000, FIGURES_MS = 15000, MOST_TYPES = 16 };

/* Sums of the workers of one type. */
struct sums {
    char type[24];
    int64_t processes, wanted, looping, silent_ms;
    int64_t resident, unique;
};

void
rv_measure_started(const struct rv_child *child)
{
    rv_meter_add(RV_M_WORKER_STARTS, 1, RV_LABELS(child->type));
}

static void
count_cpu(struct rv_child *child, double cpu_seconds)
{
    if (cpu_seconds <= child->cpu_seconds)
        return;
    rv_meter_add(RV_M_WORKER_CPU, (int64_t)((cpu_seconds - child->cpu_seconds) * 1000),
                 RV_LABELS(child->type));
    /* Only what was counted: parts of a millisecond wait for the next time. */
    child->cpu_seconds += (double)(int64_t)((cpu_seconds - child->cpu_seconds) * 1000) / 1000;
}

void
rv_measure_ended(struct rv_child *child, int fault, int status, double cpu_seconds)
{
    const char *how = child->ended_by_us                       ? "killed"
                      : fault                                  ? "crashed"
                      : WIFSIGNALED(status)                    ? "signalled"
                      : WEXITSTATUS(status) && !child->stop_ms ? "failed"
                                                               : "stopped";
    count_cpu(child, cpu_seconds);
    rv_meter_add(RV_M_WORKER_ENDS, 1, RV_LABELS(child->type, how));
}

static struct sums *
sums_of(struct sums *all, int *count, const char *type)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(all[i].type, type) == 0)
            return &all[i];
    if (*count == MOST_TYPES)
        return NULL;
    struct sums *sums = &all[(*count)++];
    snprintf(sums->type, sizeof(sums->type), "%s", type);
    return sums;
}

static void
add_slots(struct rv_supervisor *s, struct sums *all, int *count)
{
    int slot_count = 0;
    struct rv_slot **slots = rv_roster_slots(s->roster, &slot_count);
    for (int i = 0; i < slot_count; i++) {
        struct sums *sums = sums_of(all, count, slots[i]->type);
        if (sums == NULL || !slots[i]->wanted)
            continue;
        sums->wanted++;
        sums->looping += slots[i]->failures >= RV_LOOP_LIKELY;
    }
}

static void
add_figures(struct sums *sums, struct rv_child *child)
{
    struct rv_figures figures;
    if (!rv_figures_read(&figures, child->pid))
        return;
    sums->resident += figures.resident_bytes;
    sums->unique += figures.unique_bytes;
    count_cpu(child, figures.cpu_seconds);
}

static void
add_children(struct rv_supervisor *s, struct sums *all, int *count, int64_t now_ms, int figures)
{
    for (struct rv_child *child = s->children; child; child = child->next) {
        struct sums *sums = sums_of(all, count, child->type);
        if (sums == NULL)
            continue;
        sums->processes++;
        if (now_ms - child->beat_ms > sums->silent_ms)
            sums->silent_ms = now_ms - child->beat_ms;
        if (figures)
            add_figures(sums, child);
    }
}

static void
set_sums(const struct sums *sums, int figures)
{
    const char *const *labels = RV_LABELS(sums->type);
    rv_meter_set(RV_M_WORKER_PROCESSES, sums->processes, labels);
    rv_meter_set(RV_M_WORKER_WANTED, sums->wanted, labels);
    rv_meter_set(RV_M_WORKER_LOOPING, sums->looping, labels);
    rv_meter_set(RV_M_WORKER_HEARTBEAT, sums->silent_ms, labels);
    if (!figures)
        return;
    rv_meter_set(RV_M_WORKER_RESIDENT, sums->resident, labels);
    rv_meter_set(RV_M_WORKER_UNIQUE, sums->unique, labels);
}

/* More often while the server is young and its workers grow. */
static int
figures_due(const struct rv_supervisor *s, int64_t now_ms)
{
    int64_t every_ms = (now_ms - s->started_ms) / 4;
    if (every_ms < FIRST_FIGURES_MS)
        every_ms = FIRST_FIGURES_MS;
    return now_ms - s->figures_ms >= (every_ms < FIGURES_MS ? every_ms : FIGURES_MS);
}

void
rv_measure_workers(struct rv_supervisor *s, int64_t now_ms)
{
    /* Types that were there once are told as none from then on. */
    static struct sums all[MOST_TYPES];
    static int count;
    int figures = figures_due(s, now_ms);
    for (int i = 0; i < count; i++)
        all[i].processes = all[i].wanted = all[i].looping = all[i].silent_ms = all[i].resident =
            all[i].unique = 0;
    if (figures)
        s->figures_ms = now_ms;
    add_slots(s, all, &count);
    add_children(s, all, &count, now_ms, figures);
    for (int i = 0; i < count; i++)
        set_sums(&all[i], figures);
}

void
rv_measure_machine(const char *home, const char *memory_info)
{
    struct rv_machine machine;
    struct rv_disk disk;
    rv_machine_read(&machine, memory_info);
    if (machine.memory_total) {
        rv_meter_set(RV_M_MEMORY_AVAILABLE, machine.memory_available, RV_NO_LABELS);
        rv_meter_set(RV_M_MEMORY_SIZE, machine.memory_total, RV_NO_LABELS);
    }
    if (!rv_machine_disk(&disk, home))
        return;
    rv_meter_set(RV_M_DISK_FREE, disk.free_bytes, RV_NO_LABELS);
    rv_meter_set(RV_M_DISK_SIZE, disk.size_bytes, RV_NO_LABELS);
}
