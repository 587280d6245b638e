/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor looks at one worker, and does what the verdict says (verdict.h).
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "server/figures.h"
#include "server/protocol.h"
#include "server/verdict.h"
#include "server/worker_types.h"

enum { API_SILENCE_MS = 15000, BEATS_MISSED = 4 /* so many at least make a silence */ };

static int64_t
least(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int64_t
most(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

static int64_t
silence_limit(const struct rv_supervisor *s, const struct rv_child *child)
{
    int64_t limit_ms = rv_supervisor_type_limit(s, child->type, "heartbeat_timeout");
    int64_t beats_ms = BEATS_MISSED * rv_supervisor_limit(s, "workers.heartbeat_freq");
    /* It renews everybody's leases: it must be replaced before they run out. */
    if (strcmp(child->type, "server") == 0)
        return least(limit_ms, most(rv_supervisor_limit(s, "workers.lease") / 2, beats_ms));
    /* People wait for it, and it waits for nothing for long. */
    if (strcmp(child->type, "api") == 0)
        return least(limit_ms, most(API_SILENCE_MS, beats_ms));
    return limit_ms;
}

static void
fill_limits(struct rv_watch_limits *out, const struct rv_supervisor *s,
            const struct rv_child *child)
{
    int64_t beat_ms = rv_supervisor_type_limit(s, child->type, "heartbeat_timeout");
    int64_t start_ms = rv_supervisor_type_limit(s, child->type, "starting_timeout");
    *out = (struct rv_watch_limits){
        .silence_ms = silence_limit(s, child),
        .starting_ms = child->provider ? beat_ms : most(beat_ms, start_ms),
        .stopping_ms = rv_supervisor_type_limit(s, child->type, "stopping_timeout"),
        .stop_now_ms = rv_supervisor_limit(s, "workers.stop_now_timeout"),
        .quiesce_ms = rv_supervisor_limit(s, "server.quiesce_timeout"),
        .age_ms = rv_supervisor_type_limit(s, child->type, "restart_interval"),
        .bytes = rv_supervisor_type_limit(s, child->type, "memory_threshold"),
    };
}

/* Resident memory is cheap to ask for; only when that is too much we ask how much of it is shared.
 */
static int64_t
own_bytes(const struct rv_child *child, int64_t limit)
{
    struct rv_figures figures;
    int64_t bytes = limit ? rv_child_memory(child) : 0;
    if (bytes <= limit || !rv_figures_read(&figures, child->pid) || figures.unique_bytes == 0)
        return bytes;
    return figures.unique_bytes;
}

/* Only of one that has been silent for a while: the others have said that they are well. */
static void
look_at_processor(struct rv_child *child, int64_t silence_ms, int64_t lease_ms, int64_t now_ms)
{
    if (child->message == 0 || now_ms - child->beat_ms < least(silence_ms / 4, lease_ms / 8))
        return;
    double seconds = rv_figures_cpu(child->pid);
    if (seconds > child->silent_cpu && child->silent_cpu > 0)
        child->cpu_ms = now_ms;
    child->silent_cpu = seconds;
}

void
rv_supervisor_kill(struct rv_supervisor *s, struct rv_child *child, const char *why)
{
    if (child->ended_by_us)
        return;
    rv_log(RV_WARNING, "worker killed", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("provider", RV_I(child->provider)),
           RV_F("busy", RV_S(child->busy)), RV_F("reason", RV_S(why)));
    rv_child_kill(child, why);
    if (child->slot)
        rv_supervisor_tell(s, "evm_worker_killed", child, why);
}

/* One that is too large as soon as it has begun does not get better by being replaced. */
static void
note_young(struct rv_child *child, int64_t bytes, const char *key, const char *origin)
{
    if (rv_monotonic_ms() - child->started_ms >= RV_GOOD_LIFE_MS)
        return;
    child->slot->young_bytes = bytes;
    rv_log(RV_WARNING, "a worker's memory limit is too small: the next one is kept",
           RV_F("type", RV_S(child->type)), RV_F("bytes", RV_I(bytes)), RV_F("setting", RV_S(key)),
           RV_F("origin", RV_S(origin)), RV_F("hint", RV_S("raise it")));
}

static void
ask_to_end(struct rv_supervisor *s, struct rv_child *child, int64_t bytes,
           const struct rv_verdict *verdict)
{
    int large = strcmp(verdict->setting, "memory_threshold") == 0;
    RV_AUTO_FREE char *key = rv_format("workers.%s.%s", child->type, verdict->setting);
    const char *origin = rv_supervisor_origin(s, key);
    snprintf(child->why, sizeof(child->why), "%s (%s)", verdict->why, key);
    rv_log(large ? RV_WARNING : RV_INFO, "worker is to end", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("reason", RV_S(verdict->why)),
           RV_F("bytes", RV_I(bytes)), RV_F("limit", RV_I(verdict->limit)),
           RV_F("setting", RV_S(key)), RV_F("origin", RV_S(origin)));
    if (large)
        note_young(child, bytes, key, origin);
    rv_supervisor_tell(s, verdict->event, child, child->why);
    rv_supervisor_stop_child(s, child, 1);
}

/* What is silent is in its row at once, and so in the state of its provider. */
static void
note_silence(struct rv_supervisor *s, struct rv_child *child, int silent)
{
    if (silent == child->silent)
        return;
    child->silent = silent;
    rv_log(silent ? RV_WARNING : RV_INFO,
           silent ? "worker says nothing: it hangs, loops or computes for long"
                  : "worker speaks again",
           RV_F("type", RV_S(child->type)), RV_F("of", RV_I(child->pid)),
           RV_F("provider", RV_S(child->slot && child->slot->name ? child->slot->name : "")),
           RV_F("busy", RV_S(child->busy)));
    rv_supervisor_look(s);
}

void
rv_supervisor_pace(struct rv_supervisor *s)
{
    int64_t beat_ms = rv_supervisor_limit(s, "workers.heartbeat_freq");
    RV_AUTO_JSON cJSON *pace = rv_message_new("pace");
    if (beat_ms == s->beat_ms)
        return;
    s->beat_ms = beat_ms;
    s->paced_ms = rv_monotonic_ms();
    cJSON_AddNumberToObject(pace, "beat_ms", (double)beat_ms);
    for (struct rv_child *child = s->children; child; child = child->next)
        rv_child_send(child, pace);
}

void
rv_supervisor_judge(struct rv_supervisor *s, struct rv_child *child, int64_t now_ms)
{
    struct rv_watch_limits limits;
    fill_limits(&limits, s, child);
    look_at_processor(child, limits.silence_ms, rv_supervisor_limit(s, "workers.lease"), now_ms);
    const struct rv_watched w = {
        .started_ms = child->started_ms,
        .beat_ms = most(child->beat_ms, s->paced_ms),
        .cpu_ms = child->cpu_ms,
        .busy_until_ms = child->busy_until_ms,
        .stop_ms = child->stop_ms,
        .end_ms = child->end_ms,
        .deadline_ms = child->deadline_ms,
        .bytes = child->slot && child->stop_ms == 0 ? own_bytes(child, limits.bytes) : 0,
        .ready = child->ready,
        .has_message = child->message != 0,
        .gentle = child->gentle,
        .must_finish = child->must_finish,
        .is_slot = child->slot != NULL,
        .can_replace = rv_supervisor_may_start(s, child->type),
        .young_bytes = child->slot ? child->slot->young_bytes : 0,
    };
    if (child->slot)
        rv_slot_lives(child->slot, now_ms - child->started_ms);
    note_silence(s, child,
                 rv_verdict_silent(&w, rv_supervisor_limit(s, "workers.heartbeat_freq"), now_ms));
    struct rv_verdict verdict = rv_verdict_of(&w, &limits, now_ms);
    if (verdict.what == RV_LET_BE || child->ended_by_us)
        return;
    if (verdict.what == RV_ASK_TO_END) {
        ask_to_end(s, child, w.bytes, &verdict);
        return;
    }
    if (verdict.event && child->slot)
        rv_supervisor_tell(s, verdict.event, child, verdict.why);
    rv_supervisor_kill(s, child, verdict.why);
}
