/* SPDX-License-Identifier: Apache-2.0
 *
 * Hung or at work? A worker beats in every wait, so a silent one computes, or hangs. While it has a
 * message, one that uses the processor is believed until the message's time is over. One that
 * neither speaks nor computes hangs, message or not.
 */
#include "server/verdict.h"

#include <stddef.h>

/* The processor time of a silent one is looked at after some seconds: it must not be called silent
 * before. */
enum {
    TIMEOUT_GRACE_MS = 2000,
    END_GRACE_MS = 2000,
    BEATS_OWED = 6,
    LEAST_SILENT_MS = 500,
    COMPUTING_PATIENCE = 5 /* times as long: it may compute for its message, or loop */
};

static struct rv_verdict
say(int what, const char *event, const char *why)
{
    return (struct rv_verdict){ .what = what, .event = event, .why = why };
}

static struct rv_verdict
say_over(const char *setting, int64_t limit, const char *event, const char *why)
{
    struct rv_verdict verdict = say(RV_ASK_TO_END, event, why);
    verdict.setting = setting;
    verdict.limit = limit;
    return verdict;
}

static int64_t
silent_ms(const struct rv_watched *w, int64_t now_ms)
{
    return now_ms - (w->has_message && w->cpu_ms > w->beat_ms ? w->cpu_ms : w->beat_ms);
}

static int
is_silent(const struct rv_watched *w, const struct rv_watch_limits *limits, int64_t now_ms)
{
    return silent_ms(w, now_ms) >
           (w->ready || !w->is_slot ? limits->silence_ms : limits->starting_ms);
}

int
rv_verdict_silent(const struct rv_watched *w, int64_t beat_ms, int64_t now_ms)
{
    int64_t owed_ms = BEATS_OWED * beat_ms;
    if (owed_ms < LEAST_SILENT_MS)
        owed_ms = LEAST_SILENT_MS;
    return w->ready &&
           (silent_ms(w, now_ms) > owed_ms || now_ms - w->beat_ms > COMPUTING_PATIENCE * owed_ms);
}

static int
stops_too_long(const struct rv_watched *w, const struct rv_watch_limits *limits, int64_t now_ms)
{
    int64_t from_ms = w->stop_ms;
    if (w->stop_ms == 0)
        return 0;
    if (!w->gentle)
        return now_ms - from_ms > (w->must_finish ? limits->quiesce_ms : limits->stop_now_ms);
    if (w->busy_until_ms > from_ms)
        from_ms = w->busy_until_ms;
    return now_ms - from_ms > limits->stopping_ms;
}

int
rv_verdict_too_large(int64_t bytes, int64_t limit, int64_t young_bytes)
{
    return limit && bytes > limit && bytes > young_bytes + young_bytes / 2;
}

struct rv_verdict
rv_verdict_of(const struct rv_watched *w, const struct rv_watch_limits *limits, int64_t now_ms)
{
    if (w->end_ms && now_ms - w->end_ms > END_GRACE_MS)
        return say(RV_KILL, NULL, "its socket has ended");
    if (is_silent(w, limits, now_ms))
        return say(RV_KILL, "evm_worker_not_responding", "its heart has not beaten for too long");
    if (w->busy_until_ms && now_ms > w->busy_until_ms + TIMEOUT_GRACE_MS)
        return say(RV_KILL, "evm_worker_not_responding",
                   "it works on a message for longer than that may take");
    if (w->deadline_ms && now_ms > w->deadline_ms)
        return say(RV_KILL, NULL, "it takes longer than verify.timeout allows");
    if (stops_too_long(w, limits, now_ms))
        return say(RV_KILL, NULL, "it did not stop in time");
    /* One that does its work is better than none. */
    if (w->stop_ms || !w->is_slot || !w->can_replace)
        return say(RV_LET_BE, NULL, NULL);
    if (rv_verdict_too_large(w->bytes, limits->bytes, w->young_bytes))
        return say_over("memory_threshold", limits->bytes, "evm_worker_memory_exceeded",
                        "it holds too much memory");
    if (limits->age_ms && now_ms - w->started_ms > limits->age_ms)
        return say_over("restart_interval", limits->age_ms, "evm_worker_uptime_exceeded",
                        "it is old");
    return say(RV_LET_BE, NULL, NULL);
}
