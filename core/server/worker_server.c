/* SPDX-License-Identifier: Apache-2.0
 *
 * The server worker: the only one that knows the whole server. It brings the
 * database up to date, says who we are and which workers there should be, renews
 * leases, frees what dead workers held, hands PostgreSQL's notifications on, and
 * drops what is over.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "server/census.h"
#include "server/credentials.h"
#include "server/disks.h"
#include "server/happenings.h"
#include "server/identity.h"
#include "server/machine.h"
#include "server/measure.h"
#include "server/protocol.h"
#include "server/purge.h"
#include "server/queue_log.h"
#include "server/space.h"
#include "server/staffing.h"
#include "server/upkeep.h"
#include "server/status_log.h"
#include "server/worker.h"
#include "store/schema.h"

enum {
    SAY_AGAIN_MS = 30000,
    MOST_CHANNELS = 16,
    MOST_ROLES = 63,
    MOST_TYPES = 32,
    NOTIFIED_MS = 100,
    DISKS_MS = 60000
};

#define CHANGES_CHANNEL "reeve_changes"

/* The one path that counts wherever it is mounted. */
static const char *used_home = "";

struct server {
    struct rv_worker *worker;
    struct rv_census *census;
    struct rv_happenings *happenings;
    struct rv_disks disks;
    int64_t disks_ms;
    int someone_died;
    int quiescing;               /* 1: the server goes down; 2: and its row says so */
    cJSON *quarantines;          /* frames that wait: they arrive in the middle of other work */
    char *want, *limits;         /* what was told last, as text */
    char *roles[MOST_ROLES + 1]; /* that we have; ends with NULL */
    int64_t work_ms[MOST_TYPES]; /* when the queue of a type last had messages; 0: never */
    int64_t renewed_ms, purged_ms, counted_ms;
    int due; /* the next round is not to wait */
    int64_t failing_ms, said_ms;
};

static void
on_frame(void *arg, const cJSON *frame)
{
    struct server *server = arg;
    const char *guid = rv_json_string(frame, "guid");
    const char *reason = rv_json_string(frame, "reason");
    if (rv_message_is(frame, "exited") && guid && reason) {
        rv_census_ended(server->census, guid, reason);
        server->someone_died = 1;
    } else if (rv_message_is(frame, "quiesce")) {
        server->quiescing = 1;
    } else if (rv_message_is(frame, "event")) {
        rv_happenings_add(server->happenings, frame);
    } else if (rv_message_is(frame, "quarantine")) {
        cJSON_AddItemToArray(server->quarantines, cJSON_Duplicate(frame, 1));
    } else if (!rv_message_is(frame, "wake")) {
        return;
    }
    server->due = 1;
    server->worker->woken = 1;
}

/* The first of this reeved brings the database up to date and says who we are; a replacement was
 * told who we are. */
static int
prepare(struct rv_worker *worker, rv_err *err)
{
    if (worker->server_id)
        return rv_schema_open(worker->store, err);
    int64_t region = rv_settings_int(worker->settings, "region");
    if (rv_schema_upgrade(worker->store, region, err) || rv_identity_establish(worker, err))
        return err->code;
    return rv_identity_admin(worker, err);
}

static void
tell_server(struct rv_worker *worker)
{
    RV_AUTO_JSON cJSON *message = rv_message_new("server");
    cJSON_AddNumberToObject(message, "id", (double)worker->server_id);
    cJSON_AddNumberToObject(message, "zone_id", (double)worker->zone_id);
    cJSON_AddNumberToObject(message, "region_id", (double)worker->region_id);
    cJSON_AddStringToObject(message, "zone", worker->zone);
    cJSON_AddStringToObject(message, "guid", worker->server_guid);
    rv_worker_send(worker, message);
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

static int
look_at_settings(struct server *server, rv_err *err)
{
    struct rv_worker *worker = server->worker;
    int count = 0;
    if (rv_worker_settings(worker, err) || rv_worker_roles(worker, server->roles, MOST_ROLES, err))
        return err->code;
    while (server->roles[count])
        count++;
    cJSON *limits = rv_message_new("limits");
    cJSON_AddItemToObject(limits, "settings", rv_settings_to_json(worker->settings));
    cJSON_AddItemToObject(limits, "roles",
                          cJSON_CreateStringArray((const char *const *)server->roles, count));
    tell_news(worker, &server->limits, limits);
    return 0;
}

static int
look_at_quarantines(struct server *server, rv_err *err)
{
    while (cJSON_GetArraySize(server->quarantines) > 0) {
        const cJSON *first = server->quarantines->child;
        const char *reason = rv_json_string(first, "reason");
        if (rv_staffing_quarantine(server->worker, rv_json_int(first, "provider", 0),
                                   reason ? reason : "", err))
            return err->code;
        cJSON_DeleteItemFromArray(server->quarantines, 0);
    }
    return rv_staffing_pardon(server->worker, err);
}

/* The queues of types that had messages lately. */
static void
list_busy_queues(const struct server *server, const char **out)
{
    int64_t linger_ms = rv_settings_int(server->worker->settings, "workers.linger");
    const struct rv_worker_type *types = rv_worker_types();
    for (int i = 0; types[i].name && i < MOST_TYPES; i++)
        if (server->work_ms[i] && rv_monotonic_ms() - server->work_ms[i] < linger_ms)
            *out++ = types[i].queue;
    *out = NULL;
}

static int
look_at_staff(struct server *server, rv_err *err)
{
    const char *busy[MOST_TYPES + 1];
    const struct rv_headcount_input input = { .settings = server->worker->settings,
                                              .roles = (const char *const *)server->roles,
                                              .busy_queues = busy };
    if (server->quiescing)
        return 0;
    list_busy_queues(server, busy);
    cJSON *want = rv_staffing_want(server->worker, &input, err);
    if (want == NULL)
        return err->code;
    tell_news(server->worker, &server->want, want);
    return 0;
}

static int
look_at_leases(struct server *server, rv_err *err)
{
    struct rv_worker *worker = server->worker;
    int64_t now_ms = rv_monotonic_ms(), returned = 0;
    int64_t every_ms = rv_settings_heartbeat_ms(worker->settings);
    if (server->someone_died) {
        server->someone_died = 0;
        if (rv_census_bury(server->census, err)) {
            server->someone_died = 1;
            return err->code;
        }
    }
    if (server->renewed_ms == 0 || now_ms - server->renewed_ms >= every_ms) {
        if (rv_census_renew(server->census, err))
            return err->code;
        server->renewed_ms = now_ms;
    }
    if (rv_queue_release_expired(worker->store, &returned, err))
        return err->code;
    if (returned > 0)
        rv_worker_wake(worker, "");
    return rv_queue_expire(worker->store, NULL, err);
}

static void
note_work(struct server *server, const char *queue)
{
    const struct rv_worker_type *types = rv_worker_types();
    for (int i = 0; types[i].name && i < MOST_TYPES; i++)
        if ((types[i].flags & RV_TYPE_ON_DEMAND) && strcmp(types[i].queue, queue) == 0)
            server->work_ms[i] = rv_monotonic_ms();
}

/* Most wake-ups come with the message. This is for those whose time has come, and for any that was
 * lost: workers that follow something else do not look at the queue by themselves. */
static int
look_at_queues(struct server *server, rv_err *err)
{
    struct rv_worker *worker = server->worker;
    char **names = NULL;
    const struct rv_taker anybody = { .roles = (const char *const *)server->roles,
                                      .zone = worker->zone,
                                      .server_guid = worker->server_guid,
                                      .max_priority = 200 };
    if (rv_queue_due(worker->store, &anybody, &names, err))
        return err->code;
    for (int i = 0; names[i]; i++) {
        note_work(server, names[i]);
        rv_worker_wake(worker, names[i]);
    }
    rv_queue_names_free(names);
    return 0;
}

static void
tell_cancel(void *arg, int64_t holder, int64_t message_id)
{
    struct server *server = arg;
    RV_AUTO_JSON cJSON *message = rv_message_new("cancel");
    cJSON_AddNumberToObject(message, "row", (double)holder);
    cJSON_AddNumberToObject(message, "message", (double)message_id);
    rv_worker_send(server->worker, message);
}

static int
look_at_garbage(struct server *server, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    if (server->purged_ms &&
        now_ms - server->purged_ms < rv_settings_int(server->worker->settings, "purge.interval"))
        return 0;
    int more = rv_purge_run(server->worker, err);
    /* Once a round while there is more: leases are renewed in between. */
    server->purged_ms = more > 0 ? 0 : now_ms;
    return more < 0 ? more : 0;
}

static int
used_percent(const char *path)
{
    return strcmp(path, used_home) == 0 ? rv_machine_disk_used(path) : rv_machine_mount_used(path);
}

static void
tell_disk(void *arg, const char *event, const char *path, int percent)
{
    struct server *server = arg;
    RV_AUTO_FREE char *reason = rv_format("%d %% of %s are used", percent, path);
    rv_log(RV_WARNING, "a file system is nearly full", RV_F("path", RV_S(path)),
           RV_F("used_percent", RV_I(percent)), RV_F("event", RV_S(event)));
    rv_happenings_server(server->happenings, event, reason);
}

static void
look_at_disks(struct server *server)
{
    const struct rv_worker *worker = server->worker;
    int64_t now_ms = rv_monotonic_ms();
    if (server->disks_ms && now_ms - server->disks_ms < DISKS_MS)
        return;
    server->disks_ms = now_ms;
    used_home = worker->home;
    int full = rv_disks_check(&server->disks, worker->home,
                              (int)rv_settings_int(worker->settings, "server.disk_usage_max"),
                              used_percent, tell_disk, server);
    rv_census_disks(server->census, full ? "a file system is nearly full; 'reevectl get events' "
                                           "and the log say which"
                                         : NULL);
}

static int
look_at_status(struct server *server, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    int64_t every_ms = rv_settings_int(server->worker->settings, "server.status_log");
    if (server->counted_ms == 0)
        server->counted_ms = now_ms;
    if (every_ms == 0 || now_ms - server->counted_ms < every_ms)
        return 0;
    server->counted_ms = now_ms;
    if (rv_queue_log_counts(server->worker, err))
        return err->code;
    return rv_status_log(server->worker, err);
}

static int
note_quiesce(struct server *server, rv_err *err)
{
    if (server->quiescing != 1)
        return 0;
    if (rv_identity_status(server->worker, "quiesce", err))
        return err->code;
    server->quiescing = 2;
    return 0;
}

/* In the order of who would suffer: leases first. */
static int
go_round(struct server *server, rv_err *err)
{
    rv_measure_machine(server->worker->home);
    rv_space_look(server->worker);
    if (look_at_leases(server, err) || note_quiesce(server, err) || look_at_settings(server, err) ||
        look_at_quarantines(server, err) || look_at_queues(server, err) ||
        look_at_staff(server, err) || rv_staffing_refuse(server->worker, err) ||
        rv_credentials_check(server->worker, err) ||
        rv_task_each_cancelled(server->worker->store, tell_cancel, server, err) ||
        look_at_garbage(server, err) || rv_upkeep_schedule(server->worker, err))
        return err->code;
    look_at_disks(server);
    if (look_at_status(server, err))
        return err->code;
    return rv_happenings_write(server->happenings, err);
}

/* A word that many notifications share is passed on once. */
static void
pass_on(struct server *server, char words[][64], int *count, const char *word)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(words[i], word) == 0)
            return;
    if (*count < MOST_CHANNELS) {
        snprintf(words[*count], sizeof(words[0]), "%s", word);
        (*count)++;
    }
    rv_worker_wake(server->worker, word);
}

/* How many there were. */
static int
take_notifications(struct server *server)
{
    rv_err err = RV_ERR_INIT;
    char words[MOST_CHANNELS][64];
    const char *channel = NULL, *payload = NULL;
    int count = 0, taken = 0;
    while (rv_store_notified(server->worker->store, &channel, &payload, &err) > 0) {
        taken++;
        if (strcmp(channel, CHANGES_CHANNEL) == 0)
            pass_on(server, words, &count, "changes");
        else if (strcmp(channel, RV_QUEUE_CHANNEL) == 0)
            pass_on(server, words, &count, payload ? payload : "");
    }
    return taken;
}

static void
say_failing(struct server *server, const rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    if (server->failing_ms == 0)
        server->failing_ms = now_ms;
    if (server->said_ms && now_ms - server->said_ms < SAY_AGAIN_MS)
        return;
    server->said_ms = now_ms;
    rv_log_err(RV_WARNING, "the database does not do what it should; trying again", err);
}

static void
say_well(struct server *server)
{
    if (server->failing_ms) {
        rv_log(RV_INFO, "the database is well again",
               RV_F("after_ms", RV_I(rv_monotonic_ms() - server->failing_ms)));
        rv_worker_wake(server->worker, ""); /* they wait longer and longer between their tries */
    }
    server->failing_ms = 0;
    server->said_ms = 0;
}

/* Until the next round: notifications are passed on as they come. What they tell may be our
 * business too, but a storm of them is no reason for a storm of rounds. */
static void
rest(struct server *server, int64_t round_ms, int64_t poll_ms)
{
    struct rv_worker *worker = server->worker;
    int64_t until_ms = round_ms + poll_ms, now_ms = round_ms;
    while (!worker->stop && !worker->settings_changed && !server->due && now_ms < until_ms) {
        /* Some may have come with the answers of the round. */
        if (take_notifications(server) && until_ms > round_ms + NOTIFIED_MS)
            until_ms = round_ms + NOTIFIED_MS;
        now_ms = rv_monotonic_ms();
        if (now_ms < until_ms &&
            !rv_worker_wait_fd(worker, rv_store_notify_fd(worker->store), until_ms - now_ms))
            break;
        now_ms = rv_monotonic_ms();
    }
    take_notifications(server);
}

static void
serve(struct server *server)
{
    struct rv_worker *worker = server->worker;
    while (!worker->stop) {
        rv_err err = RV_ERR_INIT;
        server->due = 0;
        if (go_round(server, &err))
            say_failing(server, &err);
        else
            say_well(server);
        rest(server, rv_monotonic_ms(), rv_settings_int(worker->settings, "server.monitor_poll"));
    }
}

static int
begin(struct server *server, rv_err *err)
{
    static const char *const queues[] = { "workers", NULL };
    struct rv_worker *worker = server->worker;
    int replacement = worker->server_id != 0;
    if (rv_worker_store(worker, 0, prepare, err))
        return err->code;
    if (!replacement)
        tell_server(worker);
    if (rv_store_listen(worker->store, CHANGES_CHANNEL, err) ||
        rv_store_listen(worker->store, RV_QUEUE_CHANNEL, err) ||
        rv_worker_ready(worker, queues, err))
        return err->code;
    server->someone_died = 1; /* perhaps, while there was no server worker */
    if (replacement)
        return 0;
    rv_happenings_server(server->happenings, "evm_server_start", NULL);
    return rv_identity_status(worker, "started", err);
}

/* All others have gone: nothing of this server stays held. */
static void
end(struct server *server)
{
    rv_err err = RV_ERR_INIT;
    if (server->worker->stop != RV_STOP_NOW || !server->quiescing)
        return; /* only we are to be replaced */
    rv_happenings_server(server->happenings, "evm_server_stop", NULL);
    if (note_quiesce(server, &err) || rv_happenings_write(server->happenings, &err) ||
        rv_census_close(server->census, &err) ||
        rv_identity_status(server->worker, "stopped", &err))
        rv_log_err(RV_WARNING, "the end could not be written down", &err);
}

static void
tell_fatal(struct rv_worker *worker, const rv_err *err)
{
    RV_AUTO_JSON cJSON *message = rv_message_new("fatal");
    rv_message_put_error(message, err);
    rv_worker_send(worker, message);
}

int
rv_worker_server(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    struct server server = { .worker = worker,
                             .census = rv_census_new(worker),
                             .happenings = rv_happenings_new(worker),
                             .quarantines = cJSON_CreateArray() };
    int first = worker->server_id == 0, code = 0;
    worker->on_frame = on_frame;
    worker->arg = &server;
    if (begin(&server, &err) == 0) {
        serve(&server);
        end(&server);
    } else if (err.code != RV_E_CANCELLED) {
        code = 1;
        /* What was wrong from the start will not get better by another worker. */
        if (first && err.code != RV_E_UNAVAILABLE && err.code != RV_E_TIMEOUT)
            tell_fatal(worker, &err);
        else
            rv_log_err(RV_ERROR, "worker cannot start", &err);
    }
    worker->on_frame = NULL;
    rv_census_free(server.census);
    rv_happenings_free(server.happenings);
    cJSON_Delete(server.quarantines);
    for (int i = 0; server.roles[i]; i++)
        free(server.roles[i]);
    free(server.want);
    free(server.limits);
    return code;
}
