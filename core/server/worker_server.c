/* SPDX-License-Identifier: Apache-2.0
 *
 * The server worker: the only one that knows the whole server. It brings the
 * database up to date and says who we are; then it goes its rounds (rounds.c), and hands
 * PostgreSQL's notifications on in between.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "keeping/sealed.h"
#include "queue/queue.h"
#include "server/datastore_commands.h"
#include "server/identity.h"
#include "server/protocol.h"
#include "server/rounds.h"
#include "server/worker.h"
#include "store/schema.h"

enum { SAY_AGAIN_MS = 30000, MOST_CHANNELS = 16, NOTIFIED_MS = 100, TRIM_MS = 15000 };

#define CHANGES_CHANNEL "reeve_changes"

struct server {
    struct rv_worker *worker;
    struct rv_rounds rounds;
    int64_t failing_ms, said_ms, trimmed_ms;
};

static void
warn_of_lost(const struct rv_sealed_tally *tally)
{
    if (tally->open < tally->all)
        rv_log(RV_WARNING, "some stored secrets need a key that is not in the key file",
               RV_F("secrets", RV_I(tally->all - tally->open)), RV_F("key", RV_S(tally->other)),
               RV_F("hint", RV_S("give the credentials of these providers again; 'reeved db "
                                 "forget' lets these secrets go")));
}

/* Before anything is sealed with a key that is not the one of this database. */
static int
check_key(struct rv_worker *worker, rv_err *err)
{
    struct rv_sealed_keys keys = { 0 };
    struct rv_sealed_tally tally;
    cJSON *answer = NULL;
    const cJSON *id = NULL;
    int count = 0;
    RV_AUTO_JSON cJSON *question = rv_message_new("keys");
    cJSON_AddStringToObject(question, "do", "look");
    int failed = rv_worker_ask(worker, question, &answer, err);
    cJSON_ArrayForEach(id, cJSON_GetObjectItemCaseSensitive(answer, "ids"))
    {
        if (cJSON_IsString(id) && count < RV_SEALED_KEYS)
            snprintf(keys.ids[count++], sizeof(keys.ids[0]), "%s", id->valuestring);
    }
    cJSON_Delete(answer);
    if (failed)
        return failed;
    if (rv_sealed_check(&tally, worker->store, &keys, err) == 0)
        warn_of_lost(&tally);
    if (err->code != RV_E_CONFLICT)
        return err->code;
    return rv_hint(err,
                   "put your copy of that key at %s/key (mode 0600) and start again; without one, "
                   "'reeved db forget --home %s' gives the secrets up, and they are given anew",
                   worker->home, worker->home);
}

/* The first of this reeved brings the database up to date and says who we are; a replacement was
 * told who we are. */
static int
prepare(struct rv_worker *worker, rv_err *err)
{
    if (worker->server_id)
        return rv_schema_open(worker->store, err);
    int64_t region = rv_settings_int(worker->settings, "region");
    if (rv_schema_upgrade(worker->store, region, err) || check_key(worker, err) ||
        rv_identity_establish(worker, err))
        return err->code;
    if (rv_identity_admin(worker, err))
        return err->code;
    return rv_datastore_ship(worker, err);
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
    while (!worker->stop && !worker->settings_changed && !server->rounds.due && now_ms < until_ms) {
        /* Some may have come with the answers of the round. */
        if ((take_notifications(server) || server->rounds.woken) &&
            until_ms > round_ms + NOTIFIED_MS)
            until_ms = round_ms + NOTIFIED_MS;
        now_ms = rv_monotonic_ms();
        if (now_ms < until_ms &&
            !rv_worker_wait_fd(worker, rv_store_notify_fd(worker->store), until_ms - now_ms) &&
            !server->rounds.woken)
            break;
        now_ms = rv_monotonic_ms();
    }
    take_notifications(server);
}

/* What the start and upkeep took for a moment, some MiB, is given back. */
static void
trim(struct server *server)
{
    int64_t now_ms = rv_monotonic_ms();
    if (server->trimmed_ms && now_ms - server->trimmed_ms < TRIM_MS)
        return;
    malloc_trim(0);
    server->trimmed_ms = now_ms;
}

/* All workers have ids of a database that is not there any more: they start anew, we first. */
static void
tell_forgotten(struct rv_worker *worker)
{
    RV_AUTO_JSON cJSON *message = rv_message_new("forgotten");
    rv_log(RV_WARNING,
           "the database does not know this server any more: it was restored, or has failed over "
           "to an older state; all workers start anew");
    rv_worker_send(worker, message);
}

static void
serve(struct server *server)
{
    struct rv_worker *worker = server->worker;
    while (!worker->stop) {
        rv_err err = RV_ERR_INIT;
        server->rounds.due = 0;
        server->rounds.woken = 0;
        int failed = rv_rounds_go(&server->rounds, &err);
        if (server->rounds.forgotten) {
            tell_forgotten(worker);
            return;
        }
        if (failed)
            say_failing(server, &err);
        else
            say_well(server);
        trim(server);
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
    server->rounds.someone_died = 1; /* perhaps, while there was no server worker */
    if (replacement)
        return 0;
    rv_happenings_server(server->rounds.happenings, "evm_server_start", NULL);
    return rv_identity_status(worker, "started", err);
}

static void
end(struct server *server)
{
    if (server->worker->stop != RV_STOP_NOW || !server->rounds.quiescing)
        return; /* only we are to be replaced */
    rv_rounds_end(&server->rounds);
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
    struct server server = { .worker = worker };
    int first = worker->server_id == 0, code = 0;
    rv_rounds_open(&server.rounds, worker);
    worker->on_frame = rv_rounds_note;
    worker->arg = &server.rounds;
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
    rv_rounds_close(&server.rounds);
    return code;
}
