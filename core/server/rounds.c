/* SPDX-License-Identifier: Apache-2.0
 *
 * What a round of the server worker looks at: leases, settings, staff, queues, garbage, disks.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include "server/rounds.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/text.h"
#include "event/lanes.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "server/credentials.h"
#include "server/identity.h"
#include "server/measure.h"
#include "server/protocol.h"
#include "server/purge.h"
#include "server/queue_log.h"
#include "server/sole_roles.h"
#include "server/space.h"
#include "server/staffing.h"
#include "server/status_log.h"
#include "server/upkeep.h"

enum { DISKS_MS = 60000, MACHINE_MS = 15000 };

/* Whether so long has passed since *last_ms (0: never), which is now then. */
static int
is_time(int64_t *last_ms, int64_t every_ms)
{
    int64_t now_ms = rv_monotonic_ms();
    if (*last_ms && now_ms - *last_ms < every_ms)
        return 0;
    *last_ms = now_ms;
    return 1;
}

/* Send it unless it is what was sent last. Takes message. */
static void
tell_news(struct rv_worker *worker, char **last, cJSON *message)
{
    char *text = cJSON_PrintUnformatted(message);
    if (!rv_streq(text, *last)) {
        rv_worker_send(worker, message);
        free(*last);
        *last = text;
        text = NULL;
    }
    free(text);
    cJSON_Delete(message);
}

/* Of what processes are ended for. */
static cJSON *
origins_of(const struct rv_settings *settings)
{
    static const char *const ends[] = { ".memory_threshold", ".restart_interval" };
    cJSON *origins = cJSON_CreateObject();
    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++)
        for (size_t i = 0; i < RV_COUNT(ends); i++) {
            if (!rv_streq(strrchr(one->key, '.'), ends[i]))
                continue;
            int layer = rv_settings_origin(settings, one->key);
            if (layer == RV_LAYER_DEFAULT)
                continue;
            RV_AUTO_FREE char *text =
                rv_format("%s, set in layer %s", rv_settings_source(settings, one->key),
                          rv_settings_layer_name(layer));
            cJSON_AddStringToObject(origins, one->key, text);
        }
    return origins;
}

static int
look_at_settings(struct rv_rounds *rounds, rv_err *err)
{
    struct rv_worker *worker = rounds->worker;
    int count = 0;
    if (rv_worker_settings(worker, err) || rv_sole_roles_look(worker, err) ||
        rv_worker_roles(worker, rounds->roles, RV_ROUNDS_ROLES, err))
        return err->code;
    while (rounds->roles[count])
        count++;
    cJSON *limits = rv_message_new("limits");
    cJSON_AddItemToObject(limits, "settings", rv_settings_to_json(worker->settings));
    cJSON_AddItemToObject(limits, "roles",
                          cJSON_CreateStringArray((const char *const *)rounds->roles, count));
    cJSON_AddItemToObject(limits, "origins", origins_of(worker->settings));
    tell_news(worker, &rounds->limits, limits);
    /* What was taken for a short lease must not wait for the pace of a long one. */
    int64_t lease_ms = rv_settings_int(worker->settings, "workers.lease");
    if (rounds->renewed_ms && lease_ms != rounds->renewed_lease_ms) {
        rounds->renewed_ms = 0;
        rounds->due = 1;
    }
    return 0;
}

static int
look_at_quarantines(struct rv_rounds *rounds, rv_err *err)
{
    while (cJSON_GetArraySize(rounds->quarantines) > 0) {
        const cJSON *first = rounds->quarantines->child;
        const char *reason = rv_json_string(first, "reason");
        if (rv_staffing_quarantine(rounds->worker, rv_json_int(first, "provider", 0),
                                   reason ? reason : "", err))
            return err->code;
        cJSON_DeleteItemFromArray(rounds->quarantines, 0);
    }
    return rv_staffing_pardon(rounds->worker, err);
}

/* The queues of types that had messages lately. */
static void
list_busy_queues(const struct rv_rounds *rounds, const char **out)
{
    int64_t linger_ms = rv_settings_int(rounds->worker->settings, "workers.linger");
    const struct rv_worker_type *types = rv_worker_types();
    for (int i = 0; types[i].name && i < RV_ROUNDS_TYPES; i++)
        if (rounds->work_ms[i] && rv_monotonic_ms() - rounds->work_ms[i] < linger_ms)
            *out++ = types[i].queue;
    *out = NULL;
}

static int
look_at_staff(struct rv_rounds *rounds, rv_err *err)
{
    const char *busy[RV_ROUNDS_TYPES + 1];
    const struct rv_headcount_input input = { .settings = rounds->worker->settings,
                                              .roles = (const char *const *)rounds->roles,
                                              .busy_queues = busy };
    if (rounds->quiescing)
        return 0;
    list_busy_queues(rounds, busy);
    cJSON *want = rv_staffing_want(rounds->worker, &input, err);
    if (want == NULL)
        return err->code;
    tell_news(rounds->worker, &rounds->want, want);
    return 0;
}

/* Without its row a server has no roles, and so would end its own API: it must not come to that. */
static int
look_at_identity(struct rv_rounds *rounds, rv_err *err)
{
    int known = rv_identity_known(rounds->worker, err);
    if (known)
        return known < 0 ? known : 0;
    rounds->forgotten = 1;
    return rv_fail(err, RV_E_GONE, "the database does not know this server any more");
}

static int
look_at_leases(struct rv_rounds *rounds, rv_err *err)
{
    struct rv_worker *worker = rounds->worker;
    int64_t now_ms = rv_monotonic_ms(), returned = 0;
    int64_t every_ms = rv_settings_heartbeat_ms(worker->settings);
    if (rounds->someone_died) {
        rounds->someone_died = 0;
        if (rv_census_bury(rounds->census, err)) {
            rounds->someone_died = 1;
            return err->code;
        }
    }
    if (rounds->renewed_ms == 0 || now_ms - rounds->renewed_ms >= every_ms) {
        if (rv_census_renew(rounds->census, err))
            return err->code;
        rounds->renewed_ms = now_ms;
        rounds->renewed_lease_ms = rv_settings_int(worker->settings, "workers.lease");
    }
    if (rv_queue_release_expired(worker->store, &returned, err))
        return err->code;
    if (returned > 0)
        rv_worker_wake(worker, "");
    return rv_queue_expire(worker->store, NULL, err);
}

static void
note_work(struct rv_rounds *rounds, const char *queue)
{
    const struct rv_worker_type *types = rv_worker_types();
    for (int i = 0; types[i].name && i < RV_ROUNDS_TYPES; i++)
        if ((types[i].flags & RV_TYPE_ON_DEMAND) && strcmp(types[i].queue, queue) == 0)
            rounds->work_ms[i] = rv_monotonic_ms();
}

/* Events are no messages: their handlers are wanted while some wait in a lane. */
static int
look_at_events(struct rv_rounds *rounds, rv_err *err)
{
    int64_t waiting = 0, oldest_ms = 0;
    if (rv_event_backlog(rounds->worker->store, &waiting, &oldest_ms, err) < 0)
        return err->code;
    if (waiting > 0) {
        note_work(rounds, "ems");
        rv_worker_wake(rounds->worker, "ems");
    }
    return 0;
}

/* Most wake-ups come with the message. This is for those whose time has come, and for any that was
 * lost: workers that follow something else do not look at the queue by themselves. */
static int
look_at_queues(struct rv_rounds *rounds, rv_err *err)
{
    struct rv_worker *worker = rounds->worker;
    char **names = NULL;
    const struct rv_taker anybody = { .roles = (const char *const *)rounds->roles,
                                      .zone = worker->zone,
                                      .server_guid = worker->server_guid,
                                      .max_priority = 200 };
    if (rv_queue_due(worker->store, &anybody, &names, err))
        return err->code;
    for (int i = 0; names[i]; i++) {
        note_work(rounds, names[i]);
        rv_worker_wake(worker, names[i]);
    }
    rv_queue_names_free(names);
    return 0;
}

static void
tell_cancel(void *arg, int64_t holder, int64_t message_id)
{
    struct rv_rounds *rounds = arg;
    RV_AUTO_JSON cJSON *message = rv_message_new("cancel");
    cJSON_AddNumberToObject(message, "row", (double)holder);
    cJSON_AddNumberToObject(message, "message", (double)message_id);
    rv_worker_send(rounds->worker, message);
}

static int
look_at_garbage(struct rv_rounds *rounds, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    if (rounds->purged_ms &&
        now_ms - rounds->purged_ms < rv_settings_int(rounds->worker->settings, "purge.interval"))
        return 0;
    int more = rv_purge_run(rounds->worker, err);
    /* Once a round while there is more: leases are renewed in between. */
    rounds->purged_ms = more > 0 ? 0 : now_ms;
    return more < 0 ? more : 0;
}

/* The home counts wherever it is mounted. */
static int
used_percent(void *arg, const char *path)
{
    const struct rv_rounds *rounds = arg;
    return strcmp(path, rounds->worker->home) == 0 ? rv_machine_disk_used(path)
                                                   : rv_machine_mount_used(path);
}

static void
tell_disk(void *arg, const char *event, const char *path, int percent)
{
    struct rv_rounds *rounds = arg;
    RV_AUTO_FREE char *reason = rv_format("%d %% of %s are used", percent, path);
    rv_log(RV_WARNING, "a file system is nearly full", RV_F("path", RV_S(path)),
           RV_F("used_percent", RV_I(percent)), RV_F("event", RV_S(event)));
    rv_happenings_server(rounds->happenings, event, reason);
}

static void
look_at_disks(struct rv_rounds *rounds)
{
    const struct rv_worker *worker = rounds->worker;
    if (!is_time(&rounds->disks_ms, DISKS_MS))
        return;
    int full = rv_disks_check(&rounds->disks, worker->home,
                              (int)rv_settings_int(worker->settings, "server.disk_usage_max"),
                              used_percent, tell_disk, rounds);
    rv_census_disks(rounds->census, full);
}

static int
look_at_status(struct rv_rounds *rounds, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    int64_t every_ms = rv_settings_int(rounds->worker->settings, "server.status_log");
    if (rounds->counted_ms == 0)
        rounds->counted_ms = now_ms;
    if (every_ms == 0 || now_ms - rounds->counted_ms < every_ms)
        return 0;
    rounds->counted_ms = now_ms;
    if (rv_queue_log_counts(rounds->worker, err))
        return err->code;
    return rv_status_log(rounds->worker, err);
}

void
rv_rounds_note(void *arg, const cJSON *frame)
{
    struct rv_rounds *rounds = arg;
    const char *guid = rv_json_string(frame, "guid");
    const char *reason = rv_json_string(frame, "reason");
    if (rv_message_is(frame, "exited") && guid && reason) {
        rv_census_ended(rounds->census, guid, reason);
        rounds->someone_died = 1;
    } else if (rv_message_is(frame, "look")) {
        rounds->renewed_ms = 0;
    } else if (rv_message_is(frame, "quiesce")) {
        rounds->quiescing = 1;
    } else if (rv_message_is(frame, "event")) {
        rv_happenings_add(rounds->happenings, frame);
    } else if (rv_message_is(frame, "quarantine")) {
        cJSON_AddItemToArray(rounds->quarantines, cJSON_Duplicate(frame, 1));
    } else if (rv_message_is(frame, "wake")) {
        rounds->woken = 1;
        rounds->worker->woken = 1;
        return;
    } else {
        return;
    }
    rounds->due = 1;
    rounds->worker->woken = 1;
}

/* Once it goes down. */
static int
write_quiesce(struct rv_rounds *rounds, rv_err *err)
{
    if (rounds->quiescing != 1)
        return 0;
    if (rv_identity_status(rounds->worker, "quiesce", err))
        return err->code;
    rounds->quiescing = 2;
    return 0;
}

/* In the order of who would suffer: leases first. */
static int
look_at_all(struct rv_rounds *rounds, rv_err *err)
{
    struct rv_worker *worker = rounds->worker;
    if (is_time(&rounds->machine_ms, MACHINE_MS))
        rv_measure_machine(worker->home,
                           rv_settings_string(worker->settings, "server.memory_info"));
    int was_low = worker->space_low;
    rv_space_look(worker);
    if (worker->space_low != was_low)
        rounds->renewed_ms = 0; /* the server's row says so at once */
    if (look_at_identity(rounds, err) || look_at_leases(rounds, err) ||
        write_quiesce(rounds, err) || look_at_settings(rounds, err) ||
        look_at_quarantines(rounds, err) || look_at_queues(rounds, err) ||
        look_at_events(rounds, err) || look_at_staff(rounds, err) ||
        rv_staffing_refuse(worker, err) || rv_credentials_check(worker, err) ||
        rv_task_each_cancelled(worker->store, tell_cancel, rounds, err) ||
        look_at_garbage(rounds, err))
        return err->code;
    if (!is_time(&rounds->upkeep_ms, rv_upkeep_look_ms(worker->settings)))
        return 0;
    return rv_upkeep_schedule(worker, err);
}

/* What says how the server does must not wait until it does well. */
int
rv_rounds_go(struct rv_rounds *rounds, rv_err *err)
{
    rv_err late = RV_ERR_INIT;
    int failed = look_at_all(rounds, err);
    if (rounds->forgotten)
        return failed;
    look_at_disks(rounds);
    if (look_at_status(rounds, &late) && !failed) {
        *err = late;
        failed = late.code;
    }
    rv_err_clear(&late);
    if (rv_happenings_write(rounds->happenings, &late) && !failed) {
        *err = late;
        failed = late.code;
    }
    return failed;
}

static int
write_events(struct rv_rounds *rounds, rv_err *err)
{
    return rv_happenings_write(rounds->happenings, err);
}

static int
free_all(struct rv_rounds *rounds, rv_err *err)
{
    return rv_census_close(rounds->census, err);
}

static int
write_stopped(struct rv_rounds *rounds, rv_err *err)
{
    return rv_identity_status(rounds->worker, "stopped", err);
}

void
rv_rounds_end(struct rv_rounds *rounds)
{
    static int (*const steps[])(struct rv_rounds * rounds, rv_err * err) = { write_quiesce,
                                                                             write_events, free_all,
                                                                             write_stopped };
    rv_happenings_server(rounds->happenings, "evm_server_stop", NULL);
    for (size_t i = 0; i < RV_COUNT(steps); i++) {
        rv_err err = RV_ERR_INIT;
        if (steps[i](rounds, &err))
            rv_log_err(RV_WARNING, "a part of the end could not be written down", &err);
        rv_err_clear(&err);
    }
}

void
rv_rounds_open(struct rv_rounds *rounds, struct rv_worker *worker)
{
    *rounds = (struct rv_rounds){ .worker = worker,
                                  .census = rv_census_new(worker),
                                  .happenings = rv_happenings_new(worker),
                                  .quarantines = cJSON_CreateArray() };
}

void
rv_rounds_close(struct rv_rounds *rounds)
{
    rv_census_free(rounds->census);
    rv_happenings_free(rounds->happenings);
    cJSON_Delete(rounds->quarantines);
    for (int i = 0; rounds->roles[i]; i++)
        free(rounds->roles[i]);
    free(rounds->want);
    free(rounds->limits);
}
