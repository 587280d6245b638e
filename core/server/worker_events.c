/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker that handles events: it goes round the lanes in which some wait, a range of each in
 * turn, so that a storm in one lane delays the others by one range. A lane is kept for a while
 * after its last event; other handlers, also those of other servers, take other lanes. Between two
 * rounds it takes a message, for events that a person sends again.
 */
#define RV_LOG_TOPIC RV_TOPIC_EVENT
#include <inttypes.h>
#include <stdlib.h>
#include "automate/automate.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/datastore_commands.h"
#include "server/messages.h"
#include "server/worker_types.h"

enum {
    LANES = 64,
    TURN_MS = 30,
    KEEP_MS = 5000,
    OBJECT_MS = 50,
    DOMAINS_MS = 60000,
    TROUBLE_MS = 1000,
    TROUBLE_MOST_MS = 10000
};

struct held {
    struct rv_lane lane;
    int64_t used_ms;
};

struct events {
    struct rv_worker *worker;
    struct rv_automate *automate;
    struct rv_message_loop loop;
    struct held *held;
    int held_count;
    int64_t after; /* the lane whose turn was last */
    int waits;     /* for an object that is not known yet, and nothing else is to be done */
    int failing;
    struct rv_pace trouble;
};

static void
wake(void *arg, const char *queue)
{
    struct events *events = arg;
    rv_worker_wake(events->worker, queue);
}

static struct held *
held_of(struct events *events, int64_t lane)
{
    for (int i = 0; i < events->held_count; i++)
        if (events->held[i].lane.id == lane)
            return &events->held[i];
    return NULL;
}

static void
forget(struct events *events, struct held *held)
{
    *held = events->held[--events->held_count];
}

/* NULL, without an error when another handles it, or it is gone. */
static struct held *
take(struct events *events, const struct rv_lane *waiting, rv_err *err)
{
    struct rv_worker *worker = events->worker;
    struct held *held = held_of(events, waiting->id);
    struct rv_lane lane = *waiting;
    if (held) {
        held->lane.written = waiting->written;
        held->lane.ems_id = waiting->ems_id;
        return held;
    }
    int failed = rv_lane_take(&lane, worker->store, worker->row,
                              rv_settings_int(worker->settings, "workers.lease"), err);
    if (failed == RV_E_CONFLICT || failed == RV_E_NOT_FOUND)
        rv_err_clear(err);
    if (failed)
        return NULL;
    events->held = rv_realloc(events->held, (size_t)events->held_count + 1, sizeof(*events->held));
    held = &events->held[events->held_count++];
    held->lane = lane;
    return held;
}

/* Gives back what had nothing for a while; now: all. */
static int
give_back(struct events *events, int64_t idle_ms, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    for (int i = events->held_count - 1; i >= 0; i--) {
        struct held *held = &events->held[i];
        if (now_ms - held->used_ms < idle_ms)
            continue;
        if (rv_lane_release(events->worker->store, &held->lane, err) < 0)
            return err->code;
        forget(events, held);
    }
    return 0;
}

/* 1 when events of it were handled. */
static int
handle(struct events *events, const struct rv_lane *waiting, rv_err *err)
{
    int count = 0;
    struct held *held = take(events, waiting, err);
    if (held == NULL)
        return err->code;
    int failed =
        rv_automate_events(events->automate, &held->lane, rv_monotonic_ms() + TURN_MS, &count, err);
    held->used_ms = rv_monotonic_ms();
    if (failed == RV_E_STALE) {
        rv_log_err(RV_INFO, "a lane of events has passed to another handler", err);
        rv_err_clear(err);
        forget(events, held);
        return 0;
    }
    if (!failed && rv_automate_waits(events->automate))
        events->waits = 1;
    return failed ? failed : count > 0 || !events->waits;
}

/* A range of each lane. 1 when there was something to do, 0, or an error. */
static int
go_round(struct events *events, rv_err *err)
{
    struct rv_worker *worker = events->worker;
    struct rv_lane lanes[LANES];
    int busy = 0;
    events->waits = 0;
    int count = rv_lanes_waiting(lanes, LANES, events->after, worker->store, err);
    if (count < 0)
        return count;
    if (count)
        rv_worker_busy(worker, "events", 0, 0);
    for (int i = 0; i < count && !worker->stop; i++) {
        int done = handle(events, &lanes[i], err);
        if (done < 0)
            return done;
        busy |= done;
        rv_worker_read(worker);
    }
    if (count)
        rv_worker_idle(worker);
    int wrapped = events->after != 0;
    events->after = count == LANES ? lanes[LANES - 1].id : 0;
    /* There may be more behind these, or before where we began. */
    return busy || (count == 0 && wrapped) || events->after != 0;
}

static void
say_trouble(struct events *events, const rv_err *err)
{
    struct rv_worker *worker = events->worker;
    rv_worker_idle(worker);
    if (!events->failing)
        rv_log_err(RV_WARNING, "events cannot be handled; trying again", err);
    events->failing = 1;
    rv_worker_wait(worker, rv_pace_next(&events->trouble, TROUBLE_MS, TROUBLE_MOST_MS));
}

static int
work(struct events *events)
{
    rv_err err = RV_ERR_INIT;
    int busy = go_round(events, &err);
    if (busy >= 0 && give_back(events, KEEP_MS, &err) < 0)
        busy = err.code;
    if (busy < 0 && events->worker->stop)
        return 0;
    if (busy < 0) {
        say_trouble(events, &err);
        return busy;
    }
    if (events->failing)
        rv_log(RV_INFO, "events can be handled again");
    events->failing = 0;
    rv_pace_reset(&events->trouble);
    return busy;
}

/* A message: an event that failed, sent again. */
static int
handle_again(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct events *events = arg;
    (void)results;
    return rv_automate_event(events->automate, message->target_id, err);
}

static void
take_settings(struct events *events)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = events->worker;
    int missed = worker->settings_missed;
    if (!worker->settings_changed && !missed)
        return;
    rv_message_loop_renew(&events->loop);
    if (rv_worker_settings(worker, &err) && !missed)
        rv_log_err(RV_WARNING, "settings not read", &err);
}

/* A server's first events may come before what Reeve ships is imported. Something may be wrong with
 * that import, and a site have domains of its own: not for ever. */
static void
await_domains(struct rv_worker *worker)
{
    int64_t until_ms = rv_monotonic_ms() + DOMAINS_MS;
    while (!worker->stop) {
        rv_err err = RV_ERR_INIT;
        int awaited = rv_datastore_awaited(worker, &err);
        if (awaited == 0)
            return;
        if (rv_monotonic_ms() >= until_ms) {
            rv_log(RV_WARNING, "events are handled without the domain that Reeve ships",
                   RV_F("waited_ms", RV_I(DOMAINS_MS)), RV_F("error", RV_S(err.text)));
            return;
        }
        rv_worker_wait(worker, OBJECT_MS);
    }
}

static int
serve(struct events *events, const char *queue)
{
    const struct rv_command commands[] = {
        { "Event", "handle", handle_again, events, 0, "event_stream" },
    };
    struct rv_worker *worker = events->worker;
    rv_err err = RV_ERR_INIT;
    int done = 0;
    await_domains(worker);
    rv_message_loop_open(&events->loop, worker, queue, commands, RV_COUNT(commands));
    while (!worker->stop && done != RV_E_STALE) {
        take_settings(events);
        int busy = work(events);
        if (worker->stop)
            break;
        done = rv_message_loop_once(&events->loop);
        if (busy == 0 && done == 0 && events->waits)
            rv_worker_wait(worker, OBJECT_MS);
        else if (busy == 0 && done == 0)
            rv_message_loop_wait(&events->loop);
        else
            rv_worker_read(worker);
    }
    if (give_back(events, 0, &err) < 0)
        rv_log_err(RV_WARNING, "lanes of events were not given back", &err);
    rv_message_loop_close(&events->loop);
    return done == RV_E_STALE;
}

static int
open_automate(struct events *events, rv_err *err)
{
    struct rv_worker *worker = events->worker;
    const struct rv_automate_config config = { .store = worker->store,
                                               .settings = worker->settings,
                                               .holder = worker->row,
                                               .wake = wake,
                                               .arg = events };
    return rv_automate_open(&events->automate, &config, err);
}

int
rv_worker_events(struct rv_worker *worker)
{
    const char *const queues[] = { rv_worker_type_find(worker->type)->queue, NULL };
    struct events events = { .worker = worker };
    rv_err err = RV_ERR_INIT;
    int code = 0;
    if (rv_worker_store(worker, 0, NULL, &err) || rv_worker_ready(worker, queues, &err) ||
        rv_worker_settings(worker, &err) || open_automate(&events, &err)) {
        code = err.code != RV_E_CANCELLED;
        if (code)
            rv_log_err(RV_ERROR, "worker cannot start", &err);
    } else {
        code = serve(&events, queues[0]);
    }
    rv_automate_close(events.automate);
    free(events.held);
    return code;
}
