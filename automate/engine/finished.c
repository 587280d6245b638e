/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing runs. Each transaction looks whether the message is ours still: a worker that was frozen
 * and woken writes nothing of what another has done meanwhile.
 */
#include "automate/deliver_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "queue/dispatch.h"
#include "queue/measure.h"

enum { WRITE_EVERY_MS = 50 };

static int
keeps_trace(const struct rv_deliverer *deliverer, const struct rv_run *run)
{
    const char *which = rv_settings_string(deliverer->config.settings, "automate.trace");
    if (strcmp(which, "none") == 0)
        return 0;
    return strcmp(which, "all") == 0 || strcmp(run->status, "finished") != 0 ||
           rv_trace_methods(deliverer->live->trace) > 0;
}

/* The trace of the run that ended becomes the list's; the next one goes into another. */
static struct rv_trace *
take_trace(struct rv_deliverer *deliverer)
{
    struct rv_trace *taken = deliverer->live->trace;
    deliverer->live->trace = deliverer->spare ? deliverer->spare : rv_trace_new();
    deliverer->spare = NULL;
    return taken;
}

static void
give_trace(struct rv_deliverer *deliverer, struct rv_trace *trace)
{
    if (trace == NULL)
        return;
    if (deliverer->spare == NULL)
        deliverer->spare = trace;
    else
        rv_trace_free(trace);
}

void
rv_finished_drop(struct rv_deliverer *deliverer)
{
    for (int i = 0; i < deliverer->finished_count; i++) {
        rv_run_clear(&deliverer->finished[i].run);
        give_trace(deliverer, deliverer->finished[i].trace);
        deliverer->finished[i].trace = NULL;
    }
    deliverer->finished_count = 0;
    rv_effects_reset(deliverer->effects);
}

/* Ids for rows, parts of traces and messages. */
static int
reserve(const struct rv_deliverer *deliverer, rv_err *err)
{
    int64_t count =
        4 + RV_QUEUE_END_IDS * (1 + deliverer->along_count) + rv_effects_ids(deliverer->effects);
    for (int i = 0; i < deliverer->finished_count; i++) {
        const struct rv_finished *one = &deliverer->finished[i];
        count += 3 + (one->trace ? rv_trace_ids(one->trace) : 0);
    }
    return rv_store_reserve_ids(deliverer->config.store, count, err);
}

static int
write_trace(const struct rv_finished *one, int had_row, struct rv_store *store, rv_err *err)
{
    int first = 0;
    if (one->trace == NULL)
        return 0;
    if (had_row && rv_trace_next_part(store, one->run.id, &first, err))
        return err->code;
    return rv_trace_write(one->trace, store, one->run.id, first, err);
}

/* A run that waits, out of a message of many events, goes on by a message of its own. */
static int
put_own_message(const struct rv_deliverer *deliverer, struct rv_run *run, struct rv_store *store,
                rv_err *err)
{
    char series[96];
    RV_AUTO_FREE char *args = rv_format("{\"run\":%lld}", (long long)run->id);
    rv_run_series(series, run);
    const struct rv_message_spec spec = { .queue_name = RV_AUTOMATE_QUEUE,
                                          .role = RV_AUTOMATE_ROLE,
                                          .class_name = RV_AUTOMATE_CLASS,
                                          .method_name = RV_AUTOMATE_DELIVER,
                                          .args = args,
                                          .priority = RV_PRIORITY_HIGH,
                                          .max_attempts = RV_AUTOMATE_ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .deliver_on = run->next_on,
                                          .server_guid = run->server_guid,
                                          .timeout_ms = 60 * 60 * 1000LL,
                                          .zone = deliverer->message->zone,
                                          .series = series };
    return rv_queue_put(store, &spec, &run->message_id, err);
}

/* Somebody may have stopped it since it was looked at, which who waits heeds at once. 1 when it is
 * over by another's hand, and is not written again. Messages are locked before. */
static int
heed_stop(struct rv_run *run, struct rv_store *store, rv_err *err)
{
    RV_AUTO_FREE char *who = NULL;
    char status[12] = "";
    if (run->id == 0)
        return 0;
    int found = rv_run_state(status, &who, store, run->id, err);
    if (found <= 0)
        return found;
    if (who && strcmp(run->status, "retry") == 0)
        rv_run_end_stopped(run, who);
    return strcmp(status, "queued") != 0 && strcmp(status, "running") != 0 &&
           strcmp(status, "retry") != 0;
}

static int
write_one(const struct rv_deliverer *deliverer, struct rv_finished *one, struct rv_store *store,
          struct rv_feed *feed, rv_err *err)
{
    int had_row = one->run.id != 0;
    int is_over = heed_stop(&one->run, store, err);
    if (is_over)
        return is_over < 0 ? is_over : 0;
    /* Most events end well at once: told of in the feed, whose writers commit one by one, each of
     * them would wait for all others. */
    if (!had_row && one->run.event_id && strcmp(one->run.status, "finished") == 0)
        feed = NULL;
    if (one->own_message && strcmp(one->run.status, "retry") == 0) {
        if (!had_row && rv_run_write(&one->run, store, feed, err))
            return err->code;
        if (put_own_message(deliverer, &one->run, store, err))
            return err->code;
    }
    return rv_run_write(&one->run, store, feed, err) || write_trace(one, had_row, store, err)
               ? err->code
               : 0;
}

/* What ended, and what handlers asked for meanwhile; `now` (may be NULL) is at work. In the order
 * of locks: messages, rows, events. */
static int
write_all(struct rv_deliverer *deliverer, struct rv_run *now, struct rv_store *store,
          struct rv_feed *feed, rv_err *err)
{
    int (*hold)(struct rv_store *, const struct rv_message *, int64_t, rv_err *) =
        deliverer->alone && deliverer->finished_count ? rv_queue_progress : rv_queue_guard;
    if (hold(store, deliverer->message, deliverer->config.holder, err))
        return err->code;
    for (int i = 0; i < deliverer->along_count && deliverer->ended == NULL; i++)
        if (rv_queue_guard(store, deliverer->along[i], deliverer->config.holder, err))
            return err->code;
    if (rv_effects_write(deliverer->effects, store, feed, deliverer->config.settings,
                         &deliverer->times, err))
        return err->code;
    for (int i = 0; i < deliverer->finished_count; i++)
        if (write_one(deliverer, &deliverer->finished[i], store, feed, err))
            return err->code;
    if (now && rv_run_write(now, store, feed, err))
        return err->code;
    for (int i = 0; i < deliverer->along_count && deliverer->ended; i++)
        if (rv_queue_end_in(store, deliverer->along[i], deliverer->config.holder, deliverer->ended,
                            err))
            return err->code;
    if (deliverer->ended &&
        rv_queue_end_in(store, deliverer->message, deliverer->config.holder, deliverer->ended, err))
        return err->code;
    return rv_effects_write_events(deliverer->effects, store, err);
}

static int
write_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    return write_all(arg, NULL, store, feed, err);
}

static void
wake(void *arg, const char *queue)
{
    const struct rv_deliverer *deliverer = arg;
    if (deliverer->config.wake)
        deliverer->config.wake(deliverer->config.arg, queue);
}

/* It is committed. */
static void
written(struct rv_deliverer *deliverer)
{
    rv_effects_written(deliverer->effects, &deliverer->times, wake, deliverer);
    deliverer->effects_mark = 0;
    rv_finished_drop(deliverer);
}

int
rv_finished_write(struct rv_deliverer *deliverer, rv_err *err)
{
    if (deliverer->finished_count == 0 && rv_effects_count(deliverer->effects) == 0)
        return 0;
    if (reserve(deliverer, err) ||
        rv_record_transaction_later(deliverer->config.store, write_in, deliverer, err))
        return rv_wrap(err, "write %d runs", deliverer->finished_count);
    written(deliverer);
    return 0;
}

int
rv_finished_end(struct rv_deliverer *deliverer, const struct rv_ended *ended, rv_err *err)
{
    deliverer->ended = ended;
    int failed = reserve(deliverer, err) ||
                 rv_record_transaction_later(deliverer->config.store, write_in, deliverer, err);
    deliverer->ended = NULL;
    if (failed)
        return rv_wrap(err, "write %d runs", deliverer->finished_count);
    written(deliverer);
    while (deliverer->along_count > 0) {
        struct rv_message *message = deliverer->along[--deliverer->along_count];
        rv_queue_measure_ended(message, deliverer->along_us[deliverer->along_count], RV_OK, 0);
        rv_message_free(message);
    }
    return RV_COMMAND_ENDED;
}

static void
keep(struct rv_deliverer *deliverer, struct rv_run *run)
{
    struct rv_finished *one = &deliverer->finished[deliverer->finished_count++];
    one->trace = keeps_trace(deliverer, run) ? take_trace(deliverer) : NULL;
    one->run = *run;
    one->own_message = 1;
    *run = (struct rv_run){ 0 };
}

int
rv_finished_add(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    /* Room for one more is made before: what is left may be written with the message's end. */
    if (deliverer->finished_count > 0 &&
        (deliverer->finished_count == RV_FINISHED_MOST || deliverer->alone ||
         now_ms - deliverer->first_finished_ms >= WRITE_EVERY_MS) &&
        rv_finished_write(deliverer, err))
        return err->code;
    if (deliverer->finished_count == 0)
        deliverer->first_finished_ms = now_ms;
    keep(deliverer, run);
    return 0;
}

static int
show_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct rv_deliverer *deliverer = arg;
    return write_all(deliverer, deliverer->run, store, feed, err);
}

int
rv_finished_show(struct rv_deliverer *deliverer, rv_err *err)
{
    struct rv_run *run = deliverer->run;
    if (!deliverer->shown)
        run->attempts++;
    if (reserve(deliverer, err) ||
        rv_record_transaction_later(deliverer->config.store, show_in, deliverer, err))
        return rv_wrap(err, "note that a run is at work");
    deliverer->shown = 1;
    deliverer->live->run_id = run->id;
    written(deliverer);
    return 0;
}

struct continuing {
    struct rv_deliverer *deliverer;
    struct rv_finished one;
};

static int
continue_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct continuing *continuing = arg;
    struct rv_deliverer *deliverer = continuing->deliverer;
    struct rv_run *run = &continuing->one.run;
    if (rv_queue_guard(store, deliverer->message, deliverer->config.holder, err) ||
        heed_stop(run, store, err) < 0)
        return err->code;
    /* One that was stopped comes at once, to its task's end. */
    const struct rv_message_spec changed = { .deliver_on = run->next_on,
                                             .server_guid =
                                                 run->next_on ? run->server_guid : NULL };
    if (rv_queue_continue(store, deliverer->message, deliverer->config.holder, &changed, err) ||
        rv_effects_write(deliverer->effects, store, feed, deliverer->config.settings,
                         &deliverer->times, err) ||
        write_one(deliverer, &continuing->one, store, feed, err))
        return err->code;
    return rv_effects_write_events(deliverer->effects, store, err);
}

int
rv_finished_retry(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err)
{
    struct continuing continuing = { .deliverer = deliverer };
    run->message_id = deliverer->message->id;
    continuing.one.trace = keeps_trace(deliverer, run) ? take_trace(deliverer) : NULL;
    continuing.one.run = *run;
    int64_t ids = 4 + rv_effects_ids(deliverer->effects) +
                  (continuing.one.trace ? rv_trace_ids(continuing.one.trace) : 0);
    int failed =
        rv_store_reserve_ids(deliverer->config.store, ids, err) ||
        rv_record_transaction_later(deliverer->config.store, continue_in, &continuing, err);
    *run = continuing.one.run;
    give_trace(deliverer, continuing.one.trace);
    if (!failed)
        written(deliverer);
    return failed ? err->code : RV_COMMAND_CONTINUED;
}
