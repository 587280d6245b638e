/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the host and the saver: hands everything on, counts for the progress, and
 * sees that a watch that had failed works again, since what arrives is the proof.
 */
#include "inventory/refresh_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "queue/task.h"

enum { PROGRESS_MS = 1000 };

static int
show_progress(struct rv_refresher *r, rv_err *err)
{
    struct rv_save_counts counts;
    int64_t now = rv_monotonic_ms();
    if (!r->full || now - r->progress_ms < PROGRESS_MS)
        return 0;
    r->progress_ms = now;
    rv_saver_counts(r->saver, &counts);
    if (r->config.progress)
        r->config.progress(r->config.arg, "collect", counts.seen);
    if (r->task_id == 0)
        return 0;
    int pct = r->expected > 0 ? (int)(counts.seen * 95 / r->expected) : -1;
    RV_AUTO_FREE char *message = rv_format("%lld objects", (long long)counts.seen);
    return rv_task_progress(r->store, r->task_id, pct > 95 ? 95 : pct, message, err);
}

/* A watched change has come; it is told of when it is saved. */
static void
note_arrival(struct rv_refresher *r)
{
    if (!r->full && r->arrived_us == 0)
        r->arrived_us = rv_monotonic_us();
}

static void
note_saved(struct rv_refresher *r, int wrote)
{
    if (wrote && r->arrived_us)
        rv_meter_observe(RV_M_WATCH_LAG, rv_monotonic_us() - r->arrived_us,
                         RV_LABELS(r->session.provider->name));
    r->arrived_us = 0;
    if (!wrote)
        return;
    rv_refresh_measure(r);
    rv_log_about(RV_TOPIC_SAVE, RV_DEBUG, "saved",
                 RV_F("provider", RV_S(r->session.provider->name)),
                 RV_F("rows_in_all", RV_I(r->measured.rows)),
                 RV_F("transactions_in_all", RV_I(r->measured.transactions)));
}

static int
sink_emit(void *arg, const struct rv_object *object, rv_err *err)
{
    struct rv_refresher *r = arg;
    note_arrival(r);
    if (r->inner->emit(r->inner->arg, object, err) < 0)
        return err->code;
    rv_refresh_saw(r, object->kind, object->ref);
    return show_progress(r, err);
}

static int
sink_gone(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err)
{
    struct rv_refresher *r = arg;
    note_arrival(r);
    return r->inner->gone(r->inner->arg, kind, ref, err);
}

static int
sink_begin(void *arg, const struct rv_kind *kind, rv_err *err)
{
    const struct rv_refresher *r = arg;
    return r->inner->begin(r->inner->arg, kind, err);
}

static int
sink_complete(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct rv_refresher *r = arg;
    if (r->inner->complete(r->inner->arg, kind, err) < 0)
        return err->code;
    return rv_refresh_note_success(r, err);
}

static int
sink_checkpoint(void *arg, const char *stream, const char *token, rv_err *err)
{
    struct rv_refresher *r = arg;
    if (r->inner->checkpoint(r->inner->arg, stream, token, err) < 0)
        return err->code;
    return rv_refresh_note_success(r, err);
}

static const char *
sink_token(void *arg, const char *stream)
{
    const struct rv_refresher *r = arg;
    return r->inner->token(r->inner->arg, stream);
}

static int
sink_warn(void *arg, const char *name, const char *text, rv_err *err)
{
    struct rv_refresher *r = arg;
    r->warned = 1;
    return r->inner->warn(r->inner->arg, name, text, err);
}

static int
sink_drain(void *arg, rv_err *err)
{
    struct rv_refresher *r = arg;
    struct rv_save_counts before, after;
    rv_saver_counts(r->saver, &before);
    if (r->inner->drain(r->inner->arg, err) < 0)
        return err->code;
    rv_saver_counts(r->saver, &after);
    note_saved(r, after.transactions != before.transactions);
    if (show_progress(r, err) < 0 || rv_refresh_note_change(r, err) < 0)
        return err->code;
    /* Waiting for an answer proves nothing; something that came does. */
    if (after.transactions == before.transactions && !r->warned)
        return 0;
    if (after.transactions == before.transactions && r->failed)
        return 0;
    return rv_refresh_note_success(r, err);
}

static void
sink_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    struct rv_refresher *r = arg;
    r->warned = 1;
    rv_refresh_saw(r, kind, ref);
    r->inner->rejected(r->inner->arg, kind, ref, why);
}

struct rv_sink
rv_refresh_sink(struct rv_refresher *r)
{
    return (struct rv_sink){ .arg = r,
                             .emit = sink_emit,
                             .gone = sink_gone,
                             .begin = sink_begin,
                             .complete = sink_complete,
                             .checkpoint = sink_checkpoint,
                             .token = sink_token,
                             .warn = sink_warn,
                             .drain = sink_drain,
                             .rejected = sink_rejected };
}
