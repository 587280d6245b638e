/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of a full refresh. collect: waiting for the other side; parse: the
 * provider's own work; hash: comparing with what is known; save: in the store.
 */
#include "inventory/stats.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"

enum { STATUS_BYTES = 64 << 10 };

/* Asks the kernel to forget the highest memory so far. */
static void
reset_peak(void)
{
    RV_AUTO_FD int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "5", 1) != 1)
        return; /* then it is the highest since the process began */
}

static int64_t
read_peak(void)
{
    RV_AUTO_BUF rv_buf status = rv_buf_limited(STATUS_BYTES);
    rv_err err = RV_ERR_INIT;
    if (rv_buf_read_file(&status, "/proc/self/status", &err) < 0)
        return 0;
    const char *line = strstr(rv_buf_text(&status), "VmHWM:");
    long long kib = 0;
    return line && sscanf(line, "VmHWM: %lld kB", &kib) == 1 ? kib * 1024 : 0;
}

void
rv_refresh_times_begin(struct rv_refresh_times *times)
{
    memset(times, 0, sizeof(*times));
    times->begin_us = rv_monotonic_us();
    reset_peak();
}

void
rv_refresh_times_end(struct rv_refresh_times *times, const struct rv_saver *saver)
{
    times->end_us = rv_monotonic_us();
    int64_t total_us = times->end_us - times->begin_us;
    rv_saver_counts(saver, &times->counts);
    times->total_ms = total_us / 1000;
    times->collect_ms = times->waited_us / 1000;
    times->parse_ms =
        times->total_ms - times->collect_ms - times->counts.hash_ms - times->counts.save_ms;
    if (times->parse_ms < 0)
        times->parse_ms = 0;
    times->objects = rv_saver_objects(saver);
    times->table_bytes = (int64_t)rv_saver_memory(saver);
    times->peak_rss_bytes = read_peak();
}

cJSON *
rv_refresh_stats(const struct rv_refresh_times *times)
{
    const struct rv_save_counts *counts = &times->counts;
    const struct {
        const char *name;
        int64_t value;
    } figures[] = {
        { "collect_ms", times->collect_ms },
        { "parse_ms", times->parse_ms },
        { "hash_ms", counts->hash_ms },
        { "save_ms", counts->save_ms },
        { "total_ms", times->total_ms },
        { "objects", times->objects },
        { "seen", counts->seen },
        { "unchanged", counts->unchanged },
        { "created", counts->created },
        { "updated", counts->updated },
        { "archived", counts->archived },
        { "deleted", counts->deleted },
        { "restored", counts->restored },
        { "rejected", counts->rejected },
        { "rows", counts->rows },
        { "transactions", counts->transactions },
        { "statements", counts->statements },
        { "dangling", counts->dangling },
        { "replaced_bytes", counts->replaced_bytes },
        { "peak_rss_bytes", times->peak_rss_bytes },
        { "table_bytes", times->table_bytes },
    };
    cJSON *out = cJSON_CreateObject();
    for (size_t i = 0; i < RV_COUNT(figures); i++)
        cJSON_AddNumberToObject(out, figures[i].name, (double)figures[i].value);
    if (times->targets)
        cJSON_AddNumberToObject(out, "targets", times->targets);
    return out;
}

static void
measure(const char *provider, const struct rv_refresh_times *times)
{
    const struct {
        const char *phase;
        int64_t ms;
    } phases[] = {
        { "collect", times->collect_ms },  { "parse", times->parse_ms },
        { "hash", times->counts.hash_ms }, { "save", times->counts.save_ms },
        { "total", times->total_ms },
    };
    for (size_t i = 0; i < RV_COUNT(phases); i++)
        rv_meter_set(RV_M_REFRESH_LAST, phases[i].ms, RV_LABELS(provider, phases[i].phase));
    rv_meter_add(RV_M_REFRESHES, 1, RV_LABELS(provider));
}

void
rv_refresh_log(const char *provider, const struct rv_refresh_times *times)
{
    const struct rv_save_counts *counts = &times->counts;
    if (times->targets == 0)
        measure(provider, times);
    int64_t now_us = rv_monotonic_us();
    RV_AUTO_FREE char *targets =
        times->targets ? rv_format("%d", times->targets) : rv_strdup("all");
    rv_log(RV_INFO, "Refreshing targets...Complete - Timings", RV_F("provider", RV_S(provider)),
           RV_F("targets", RV_S(targets)),
           RV_F("collect_inventory_for_targets_ms", RV_I(times->collect_ms)),
           RV_F("parse_targeted_inventory_ms", RV_I(times->parse_ms)),
           RV_F("save_inventory_ms", RV_I(counts->hash_ms + counts->save_ms)),
           RV_F("manager_refresh_post_processing_ms", RV_I((now_us - times->end_us) / 1000)),
           RV_F("ems_refresh_ms", RV_I((now_us - times->begin_us) / 1000)),
           RV_F("objects", RV_I(times->objects)), RV_F("created", RV_I(counts->created)),
           RV_F("updated", RV_I(counts->updated)), RV_F("archived", RV_I(counts->archived)),
           RV_F("deleted", RV_I(counts->deleted)), RV_F("restored", RV_I(counts->restored)),
           RV_F("rejected", RV_I(counts->rejected)), RV_F("dangling", RV_I(counts->dangling)),
           RV_F("rows", RV_I(counts->rows)), RV_F("hash_ms", RV_I(counts->hash_ms)),
           RV_F("peak_rss_bytes", RV_I(times->peak_rss_bytes)),
           RV_F("table_bytes", RV_I(times->table_bytes)));
}
