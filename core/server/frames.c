/* SPDX-License-Identifier: Apache-2.0
 *
 * What workers say to the supervisor (protocol.h lists it). A worker is believed
 * only in what is its own business: wants and limits come from the server worker alone.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "server/figures.h"
#include "server/logging.h"
#include "server/protocol.h"

#define WORKSPACES "miq_ae_workspaces/" /* places of their passwords */

static void
on_ready(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const cJSON *queues = cJSON_GetObjectItemCaseSensitive(frame, "queues");
    const cJSON *queue = NULL;
    child->ready = 1;
    child->row = rv_json_int(frame, "row", 0);
    child->queue_count = 0;
    cJSON_ArrayForEach(queue, queues)
    {
        if (!cJSON_IsString(queue) || child->queue_count >= (int)RV_COUNT(child->queues))
            continue;
        snprintf(child->queues[child->queue_count++], sizeof(child->queues[0]), "%s",
                 queue->valuestring);
    }
    if (strcmp(child->type, "server") == 0)
        rv_supervisor_send_news(s);
    if (child->slot)
        rv_supervisor_tell(s, "evm_worker_start", child, NULL);
    rv_supervisor_announce(s);
}

static void
on_beat(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *busy = rv_json_string(frame, "busy");
    int64_t left_ms = rv_json_int(frame, "left_ms", -1);
    (void)s;
    child->beat_ms = rv_monotonic_ms();
    child->message = rv_json_int(frame, "message", 0);
    child->must_finish = rv_json_int(frame, "must_finish", 0) != 0;
    child->cpu_ms = 0;
    child->silent_cpu = 0;
    child->busy_until_ms = left_ms >= 0 ? child->beat_ms + left_ms : 0;
    snprintf(child->busy, sizeof(child->busy), "%s", busy ? busy : "");
}

static int
serves(const struct rv_child *child, const char *queue)
{
    if (queue[0] == '\0')
        return 1;
    for (int i = 0; i < child->queue_count; i++)
        if (strcmp(child->queues[i], queue) == 0)
            return 1;
    return 0;
}

/* Tell whoever serves this queue; "" is everybody. How many that are. */
static int
wake(struct rv_supervisor *s, const char *queue)
{
    int woken = 0;
    RV_AUTO_JSON cJSON *message = rv_message_new("wake");
    cJSON_AddStringToObject(message, "queue", queue);
    for (struct rv_child *child = s->children; child; child = child->next)
        if (serves(child, queue)) {
            rv_child_send(child, message);
            woken++;
        }
    return woken;
}

static void
on_wake(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *queue = rv_json_string(frame, "queue");
    (void)child;
    /* When nobody serves it, perhaps there should be somebody. */
    if (wake(s, queue ? queue : "") == 0 && strcmp(queue, "changes") != 0)
        wake(s, "workers");
}

static void
on_server(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    (void)child;
    cJSON_Delete(s->server);
    s->server = cJSON_Duplicate(frame, 1);
    rv_server_vault_keep(s->vault); /* from now on secrets are sealed with it */
    for (struct rv_child *one = s->children; one; one = one->next)
        if (strcmp(one->type, "api") == 0)
            rv_child_send(one, frame);
    rv_supervisor_check(s);
}

static void
stop_forgotten(struct rv_supervisor *s, struct rv_child *child, int gentle)
{
    if (child->slot == NULL || child->stop_ms || s->stop_ms)
        return;
    snprintf(child->why, sizeof(child->why), "the database does not know it any more");
    rv_log(RV_WARNING, "worker is to end", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("reason", RV_S(child->why)));
    rv_supervisor_stop_child(s, child, gentle);
}

/* Of the server: what all workers were told of it holds no more; the next server worker makes it
 * known again. */
static void
on_forgotten(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *guid = rv_json_string(frame, "guid");
    struct rv_child *meant = guid ? rv_supervisor_find_guid(s, guid) : NULL;
    (void)child;
    if (meant)
        stop_forgotten(s, meant, 1);
    if (guid)
        return;
    cJSON_Delete(s->server);
    s->server = NULL;
    for (struct rv_child *one = s->children; one; one = one->next)
        stop_forgotten(s, one, 0);
}

static void
on_waits(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    rv_err err = RV_ERR_INIT;
    (void)child;
    (void)frame;
    if (s->stop_ms == 0 && rv_supervisor_write_url(s, &err))
        rv_log_err(RV_ERROR, "url could not be written", &err);
}

static void
on_want(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const cJSON *want = NULL;
    int64_t now_ms = rv_monotonic_ms();
    (void)child;
    if (s->stop_ms)
        return;
    rv_roster_begin(s->roster);
    cJSON_ArrayForEach(want, cJSON_GetObjectItemCaseSensitive(frame, "workers"))
    {
        const char *type = rv_json_string(want, "type");
        if (type)
            rv_roster_set(s->roster, type, rv_json_int(want, "provider", 0),
                          rv_json_string(want, "name"), (int)rv_json_int(want, "count", 1), now_ms);
    }
    rv_roster_end(s->roster);
    rv_supervisor_check(s);
}

static void
on_limits(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    rv_err err = RV_ERR_INIT;
    struct rv_settings *limits = rv_settings_new();
    if (rv_settings_overlay(limits, cJSON_GetObjectItemCaseSensitive(frame, "settings"),
                            "server worker", &err)) {
        rv_log_err(RV_ERROR, "settings of the server worker refused", &err);
        rv_settings_free(limits);
        return;
    }
    int first = s->limits == NULL;
    rv_settings_free(s->limits);
    s->limits = limits;
    cJSON_Delete(s->origins);
    s->origins = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(frame, "origins"), 1);
    if (first)
        rv_supervisor_young(s);
    rv_server_log(limits);
    rv_supervisor_pace(s);
    rv_supervisor_send_settings(s, child);
    rv_supervisor_check(s);
}

static void
on_cancel(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    int64_t row = rv_json_int(frame, "row", 0);
    (void)child;
    for (struct rv_child *one = s->children; one; one = one->next)
        if (row && one->row == row)
            rv_child_send(one, frame);
}

/* Those that end again and again, whether they run just now or not. */
static void
add_loops(struct rv_supervisor *s, cJSON *live)
{
    int count = 0;
    struct rv_slot **slots = rv_roster_slots(s->roster, &count);
    cJSON *loops = cJSON_AddArrayToObject(live, "loops");
    for (int i = 0; i < count; i++) {
        if (slots[i]->failures < RV_LOOP_FAILURES || !slots[i]->wanted)
            continue;
        cJSON *loop = cJSON_CreateObject();
        cJSON_AddStringToObject(loop, "type", slots[i]->type);
        cJSON_AddNumberToObject(loop, "failures", slots[i]->failures);
        if (slots[i]->name)
            cJSON_AddStringToObject(loop, "provider", slots[i]->name);
        cJSON_AddItemToArray(loops, loop);
    }
}

static void
on_who(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    int64_t now_ms = rv_monotonic_ms();
    RV_AUTO_JSON cJSON *live = rv_message_new("live");
    struct rv_figures own;
    cJSON_AddNumberToObject(live, "pid", getpid());
    if (rv_figures_read(&own, getpid())) { /* nobody else may look so closely */
        cJSON_AddNumberToObject(live, "uss", (double)own.unique_bytes);
        cJSON_AddNumberToObject(live, "pss", (double)own.proportional_bytes);
    }
    cJSON_AddNumberToObject(live, "ticket", (double)rv_json_int(frame, "ticket", 0));
    cJSON *workers = cJSON_AddArrayToObject(live, "workers");
    for (const struct rv_child *one = s->children; one; one = one->next) {
        cJSON *worker = cJSON_CreateObject();
        cJSON_AddStringToObject(worker, "guid", one->guid);
        cJSON_AddNumberToObject(worker, "pid", one->pid);
        /* One that computes is alive: it keeps its leases. */
        int64_t alive_ms = one->message && one->cpu_ms > one->beat_ms ? one->cpu_ms : one->beat_ms;
        cJSON_AddNumberToObject(worker, "silent_ms", (double)(now_ms - alive_ms));
        cJSON_AddNumberToObject(worker, "message", (double)one->message);
        cJSON_AddStringToObject(worker, "status",
                                one->silent    ? "silent"
                                : one->stop_ms ? "stopping"
                                : !one->ready  ? "starting"
                                : one->busy[0] ? "working"
                                               : "ready");
        cJSON_AddItemToArray(workers, worker);
    }
    add_loops(s, live);
    if (s->gate_closed)
        cJSON_AddNumberToObject(live, "closed", 1);
    rv_child_send(child, live);
}

static void
on_end_worker(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *guid = rv_json_string(frame, "guid"), *what = rv_json_string(frame, "what");
    struct rv_child *meant = guid ? rv_supervisor_find_guid(s, guid) : NULL;
    (void)child;
    if (meant == NULL || meant->slot == NULL || what == NULL || s->stop_ms)
        return;
    if (strcmp(what, "kill") == 0) {
        rv_supervisor_kill(s, meant, "a person asked for it");
        return;
    }
    snprintf(meant->why, sizeof(meant->why), "a person asked for it");
    rv_log(RV_INFO, "worker is to end", RV_F("type", RV_S(meant->type)),
           RV_F("of", RV_I(meant->pid)), RV_F("reason", RV_S(meant->why)));
    rv_supervisor_stop_child(s, meant, 1);
}

static void
on_seal(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    cJSON *answer = rv_server_vault_seal(s->vault, frame, child->lend_word);
    rv_child_send(child, answer);
    cJSON_Delete(answer);
}

static void
on_open(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    cJSON *answer = rv_server_vault_unseal(s->vault, frame, child->provider);
    rv_child_send(child, answer);
    rv_json_wipe(answer);
    cJSON_Delete(answer);
}

/* Passwords of the datastore, for methods, and of the server that takes their mails. A worker that
 * runs foreign code is given no others. */
static void
on_open_datastore(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *place = rv_json_string(frame, "place");
    int setting = place && strncmp(place, "settings_changes/", 17) == 0;
    cJSON *answer = setting ? rv_server_vault_unseal_setting(s->vault, frame, "smtp.password")
                            : rv_server_vault_unseal_under(s->vault, frame, "miq_ae_");
    rv_child_send(child, answer);
    rv_json_wipe(answer);
    cJSON_Delete(answer);
}

/* Of workspaces, which an API worker opens for the programs that were given them. */
static void
on_open_api(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *place = rv_json_string(frame, "place");
    if (place == NULL || strncmp(place, WORKSPACES, strlen(WORKSPACES)) != 0) {
        on_open(s, child, frame);
        return;
    }
    cJSON *answer = rv_server_vault_unseal_under(s->vault, frame, WORKSPACES);
    rv_child_send(child, answer);
    rv_json_wipe(answer);
    cJSON_Delete(answer);
}

/* A run publishes passwords, and takes others; it seals nothing else. */
static void
on_seal_workspace(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *place = rv_json_string(frame, "place");
    RV_AUTO_JSON cJSON *elsewhere = NULL;
    if (place == NULL || strncmp(place, WORKSPACES, strlen(WORKSPACES)) != 0) {
        elsewhere = cJSON_Duplicate(frame, 1);
        cJSON_DeleteItemFromObjectCaseSensitive(elsewhere, "place");
    }
    on_seal(s, child, elsewhere ? elsewhere : frame);
}

static void
on_keys(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    cJSON *answer = rv_server_vault_keys(s->vault, frame);
    rv_child_send(child, answer);
    cJSON_Delete(answer);
}

static void
on_reseal(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    cJSON *answer = rv_server_vault_reseal(s->vault, frame);
    rv_child_send(child, answer);
    cJSON_Delete(answer);
}

static void
on_manifests(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    child->answered = 1;
    rv_supervisor_manifests(s, cJSON_GetObjectItemCaseSensitive(frame, "types"));
}

static void
on_fatal(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    rv_err err = RV_ERR_INIT;
    (void)child;
    rv_message_error(frame, &err);
    rv_log_err(RV_ERROR, "reeved cannot run", &err);
    rv_server_vault_unmake(s->vault);
    rv_supervisor_stop(s, 1);
}

static void
on_crash(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    const char *callback = rv_json_string(frame, "callback");
    (void)s;
    snprintf(child->crash_callback, sizeof(child->crash_callback), "%s", callback ? callback : "");
    child->crash_signal = (int)rv_json_int(frame, "signal", 0);
}

static const struct {
    const char *word;
    const char *only; /* the type of worker that may say it; NULL: any */
    void (*run)(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame);
} words[] = {
    { "beat", NULL, on_beat },
    { "ready", NULL, on_ready },
    { "wake", NULL, on_wake },
    { "crash", NULL, on_crash },
    { "server", "server", on_server },
    { "forgotten", "server", on_forgotten },
    { "waits", "api", on_waits },
    { "want", "server", on_want },
    { "limits", "server", on_limits },
    { "who", "server", on_who },
    { "cancel", "server", on_cancel },
    { "fatal", "server", on_fatal },
    { "seal", "api", on_seal },
    { "seal", "generic", on_seal },
    { "seal", "priority", on_seal },
    { "end", "api", on_end_worker },
    { "verify", "api", rv_supervisor_verify },
    { "open", "refresh", on_open },
    { "open", "event", on_open },
    { "seal", "automate", on_seal_workspace },
    { "open", "api", on_open_api },
    { "open", "automate", on_open_datastore },
    { "open", "generic", on_open_datastore },
    { "open", "priority", on_open_datastore },
    { "keys", "generic", on_keys },
    { "keys", "server", on_keys },
    { "reseal", "generic", on_reseal },
    { "proof", "verify", rv_supervisor_proof },
    { "manifests", "describe", on_manifests },
};

void
rv_supervisor_frame(void *arg, struct rv_child *child, const cJSON *frame)
{
    const char *word = rv_json_string(frame, "type");
    for (size_t i = 0; word && i < RV_COUNT(words); i++) {
        if (strcmp(words[i].word, word) != 0)
            continue;
        if (words[i].only == NULL || strcmp(words[i].only, child->type) == 0) {
            words[i].run(arg, child, frame);
            return;
        }
    }
    rv_log(RV_WARNING, "worker said something that it may not", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("word", RV_S(word ? word : "")));
}
