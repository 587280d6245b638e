/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers from start to end: who is due, who is silent, too large or too old,
 * and what is learnt from an end.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/measure.h"
#include "server/notify.h"
#include "server/protocol.h"
#include "server/worker_types.h"

enum {
    CHECK_MS = 1000,
    START_RETRY_MS = 1000,
    EXPLAIN_MS = 3000, /* a start without a database is explained by then */
};

struct rv_child *
rv_supervisor_find(struct rv_supervisor *s, const char *type)
{
    for (struct rv_child *child = s->children; child; child = child->next)
        if (strcmp(child->type, type) == 0)
            return child;
    return NULL;
}

struct rv_child *
rv_supervisor_find_guid(struct rv_supervisor *s, const char *guid)
{
    for (struct rv_child *child = s->children; child; child = child->next)
        if (strcmp(child->guid, guid) == 0)
            return child;
    return NULL;
}

/* Most times the process is ending and its status will come in a moment. */
static void
on_end(void *arg, struct rv_child *child)
{
    (void)arg;
    child->end_ms = rv_monotonic_ms();
}

static void
send_welcome(struct rv_supervisor *s, struct rv_child *child, const char *name, int index)
{
    const struct rv_worker_type *type = rv_worker_type_find(child->type);
    RV_AUTO_JSON cJSON *welcome = rv_message_new("welcome");
    cJSON_AddStringToObject(welcome, "worker", child->type);
    cJSON_AddStringToObject(welcome, "guid", child->guid);
    cJSON_AddStringToObject(welcome, "lend_word", child->lend_word);
    cJSON_AddNumberToObject(welcome, "provider", (double)child->provider);
    cJSON_AddNumberToObject(welcome, "index", index);
    if (name)
        cJSON_AddStringToObject(welcome, "provider_name", name);
    cJSON_AddStringToObject(welcome, "home", s->home.dir);
    cJSON_AddStringToObject(welcome, "server_guid", s->home.guid);
    if (type && !(type->flags & RV_TYPE_ONCE)) /* the others open none: they need no password */
        cJSON_AddStringToObject(welcome, "store", s->home.store_url);
    cJSON_AddStringToObject(welcome, "module_dir", s->module_dir);
    cJSON_AddStringToObject(welcome, "provider_path", s->provider_path);
    cJSON_AddStringToObject(welcome, "url", s->listening.url);
    if (s->certificate && strcmp(child->type, "api") == 0)
        rv_certificate_tell(s->certificate, welcome);
    cJSON_AddNumberToObject(welcome, "beat_ms", (double)s->beat_ms);
    rv_supervisor_add_settings(s, child, welcome);
    if (s->server)
        cJSON_AddItemToObject(welcome, "server", cJSON_Duplicate(s->server, 1));
    if (s->types && strcmp(child->type, "api") == 0)
        cJSON_AddItemToObject(welcome, "types", cJSON_Duplicate(s->types, 1));
    rv_child_send(child, welcome);
}

struct rv_child *
rv_supervisor_spawn(struct rv_supervisor *s, const char *type, int64_t provider, const char *name,
                    int index)
{
    rv_err err = RV_ERR_INIT;
    struct rv_child *child = NULL;
    const struct rv_child_spec spec = {
        .base = s->base,
        .type = type,
        .provider = provider,
        .name = name,
        .listen_fd = strcmp(type, "api") == 0 ? s->listening.fd : -1,
        .metrics_fd = s->metrics_fd,
        .nice = (int)rv_supervisor_type_limit(s, type, "nice"),
        .now_ms = rv_monotonic_ms(),
        .on_frame = rv_supervisor_frame,
        .on_end = on_end,
        .arg = s,
    };
    if (rv_child_start(&child, &spec, &err)) {
        rv_log_err(RV_ERROR, "worker could not be started", &err);
        return NULL;
    }
    child->next = s->children;
    s->children = child;
    send_welcome(s, child, name, index);
    rv_measure_started(child);
    rv_log(RV_DEBUG, "worker started", RV_F("type", RV_S(type)), RV_F("of", RV_I(child->pid)),
           RV_F("provider", RV_S(name ? name : "")));
    return child;
}

void
rv_supervisor_stop_child(struct rv_supervisor *s, struct rv_child *child, int gentle)
{
    if (child->stop_ms && (gentle || !child->gentle))
        return;
    RV_AUTO_JSON cJSON *stop = rv_message_new("stop");
    cJSON_AddNumberToObject(stop, "gentle", gentle);
    rv_child_send(child, stop);
    child->stop_ms = rv_monotonic_ms();
    child->gentle = gentle;
    if (child->slot && s->stop_ms == 0)
        rv_supervisor_tell(s, "evm_worker_stop", child,
                           child->why[0] ? child->why : "it is not wanted any more");
}

/* API workers need to know the provider types; everything but the server worker needs its work.
 * When that takes long, one that serves the API says so. */
int
rv_supervisor_may_start(const struct rv_supervisor *s, const char *type)
{
    if (s->stop_ms || strcmp(type, "server") == 0)
        return s->stop_ms == 0;
    const struct rv_worker_type *known = rv_worker_type_find(type);
    int64_t late_ms = rv_monotonic_ms() - s->started_ms - EXPLAIN_MS;
    if (s->server == NULL)
        return strcmp(type, "api") == 0 && s->described && late_ms >= 0;
    return !(s->gate_closed && known && known->kill_rank) &&
           (s->described || strcmp(type, "api") != 0);
}

static void
start_slot(struct rv_supervisor *s, struct rv_slot *slot, int64_t now_ms)
{
    struct rv_child *child =
        rv_supervisor_spawn(s, slot->type, slot->provider, slot->name, slot->index);
    if (child == NULL) {
        slot->start_at_ms = now_ms + START_RETRY_MS;
        return;
    }
    child->slot = slot;
    slot->child = child;
}

/* Start what is due. How long until the next one is, at most `most`. */
static int64_t
check_slots(struct rv_supervisor *s, int64_t now_ms, int64_t most)
{
    int count = 0;
    struct rv_slot **slots = rv_roster_slots(s->roster, &count);
    for (int i = 0; i < count; i++) {
        struct rv_slot *slot = slots[i];
        if (slot->child && !slot->wanted) /* what a provider's worker does ends with the wish */
            rv_supervisor_stop_child(s, slot->child, slot->provider == 0);
        if (slot->child || !slot->wanted || !rv_supervisor_may_start(s, slot->type))
            continue;
        if (slot->start_at_ms <= now_ms)
            start_slot(s, slot, now_ms);
        else if (slot->start_at_ms - now_ms < most)
            most = slot->start_at_ms - now_ms;
    }
    return most;
}

static int64_t
check_interval(const struct rv_supervisor *s)
{
    int64_t interval_ms = rv_supervisor_limit(s, "workers.heartbeat_timeout") / 4;
    if (s->stop_ms)
        return 50;
    return interval_ms < 10 ? 10 : interval_ms < CHECK_MS ? interval_ms : CHECK_MS;
}

void
rv_supervisor_check(struct rv_supervisor *s)
{
    int64_t now_ms = rv_monotonic_ms();
    for (struct rv_child *child = s->children; child; child = child->next)
        rv_supervisor_judge(s, child, now_ms);
    rv_supervisor_gate(s, now_ms);
    int64_t next_ms = check_slots(s, now_ms, rv_notify_within(check_interval(s)));
    rv_measure_workers(s, now_ms);
    rv_notify_turn(s, now_ms);
    const struct timeval wait = { .tv_sec = next_ms / 1000, .tv_usec = (next_ms % 1000) * 1000 };
    event_add(s->tick, &wait);
}

static void
describe_end(char *out, size_t size, const struct rv_child *child, int status)
{
    /* A sanitizer turns a fault signal into an exit code; what the crash handler said counts. */
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : child->crash_signal;
    if (child->ended_by_us)
        snprintf(out, size, "killed: %s", child->why);
    else if (number && child->crash_callback[0])
        snprintf(out, size, "signal %d (%s) in %s", number, strsignal(number),
                 child->crash_callback);
    else if (number)
        snprintf(out, size, "signal %d (%s)", number, strsignal(number));
    else if (child->stop_ms && WEXITSTATUS(status) == 0)
        snprintf(out, size, "stopped%s%s", child->why[0] ? ": " : "", child->why);
    else
        snprintf(out, size, "exit code %d", WEXITSTATUS(status));
}

static int
is_fault(const struct rv_child *child, int status)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS };
    int number = child->crash_signal   ? child->crash_signal
                 : WIFSIGNALED(status) ? WTERMSIG(status)
                                       : 0;
    for (size_t i = 0; i < RV_COUNT(faults); i++)
        if (number == faults[i])
            return !child->ended_by_us;
    return 0;
}

static void
quarantine(struct rv_supervisor *s, struct rv_slot *slot, const char *how)
{
    struct rv_child *server = rv_supervisor_find(s, "server");
    RV_AUTO_FREE char *reason =
        rv_format("its worker crashed %d times in %s: %s", slot->crashes, slot->callback, how);
    RV_AUTO_JSON cJSON *message = rv_message_new("quarantine");
    cJSON_AddNumberToObject(message, "provider", (double)slot->provider);
    cJSON_AddStringToObject(message, "reason", reason);
    rv_log(RV_ERROR, "provider in quarantine", RV_F("provider", RV_S(slot->name ? slot->name : "")),
           RV_F("reason", RV_S(reason)),
           RV_F("hint", RV_S("reevectl provider resume NAME tries it again; when it crashes again, "
                             "its plugin needs an update")));
    slot->wanted = 0;
    if (server)
        rv_child_send(server, message);
}

/* It is tried on, slowly; somebody should look. */
static void
say_loop(struct rv_supervisor *s, const struct rv_slot *slot, const struct rv_child *child,
         const char *how)
{
    RV_AUTO_FREE char *why = rv_format("ended %d times in a row soon after its start, the last "
                                       "time: %s",
                                       slot->failures, how);
    rv_log(RV_ERROR, "worker ends again and again", RV_F("type", RV_S(slot->type)),
           RV_F("provider", RV_S(slot->name ? slot->name : "")), RV_F("reason", RV_S(why)));
    rv_supervisor_tell(s, "evm_worker_crash_loop", child, why);
}

static void
slot_lost_child(struct rv_supervisor *s, struct rv_slot *slot, const struct rv_child *child,
                int status, const char *how, int64_t now_ms)
{
    slot->child = NULL;
    if (!slot->wanted || s->stop_ms)
        return;
    if (!child->ended_by_us && child->stop_ms == 0)
        rv_supervisor_tell(s, "evm_worker_killed", child, how);
    /* Told to end, as too old or too large: after a good life its place is taken at once. After a
     * short one the next would end like it, and its start is work too. */
    int64_t lived_ms = now_ms - child->started_ms;
    if (child->stop_ms && child->gentle && lived_ms >= RV_GOOD_LIFE_MS)
        slot->start_at_ms = now_ms;
    else if (rv_slot_ended(slot, lived_ms, now_ms))
        say_loop(s, slot, child, how);
    if (slot->provider && is_fault(child, status)) {
        const char *callback = child->crash_callback[0] ? child->crash_callback : "the core";
        int most = (int)rv_supervisor_limit(s, "workers.quarantine.crashes");
        if (rv_slot_crashed(slot, callback) >= most)
            quarantine(s, slot, how);
    }
    rv_log(RV_WARNING, "worker ended", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("provider", RV_S(slot->name ? slot->name : "")),
           RV_F("how", RV_S(how)),
           RV_F("again_in_ms", RV_I(slot->wanted ? slot->start_at_ms - now_ms : -1)));
}

/* The server worker frees what the dead one held. */
static void
tell_server(struct rv_supervisor *s, const struct rv_child *child, const char *how)
{
    struct rv_child *server = rv_supervisor_find(s, "server");
    if (server == NULL || server == child)
        return;
    RV_AUTO_JSON cJSON *message = rv_message_new("exited");
    cJSON_AddStringToObject(message, "guid", child->guid);
    cJSON_AddStringToObject(message, "reason", how);
    rv_child_send(server, message);
}

static void
child_gone(struct rv_supervisor *s, struct rv_child *child, int status, double cpu_seconds)
{
    char how[256];
    struct rv_child **link = &s->children;
    rv_child_drain(child);
    describe_end(how, sizeof(how), child, status);
    rv_measure_ended(child, is_fault(child, status), status, cpu_seconds);
    while (*link != child)
        link = &(*link)->next;
    *link = child->next;
    if (child->slot)
        slot_lost_child(s, child->slot, child, status, how, rv_monotonic_ms());
    else
        rv_supervisor_oneshot_ended(s, child, how);
    tell_server(s, child, how);
    rv_child_free(child);
}

static double
seconds_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

void
rv_supervisor_reap(struct rv_supervisor *s)
{
    int status = 0;
    pid_t pid;
    struct rusage usage;
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        struct rv_child *child = s->children;
        while (child && child->pid != pid)
            child = child->next;
        if (child)
            child_gone(s, child, status, seconds_of(&usage));
    }
    rv_supervisor_check(s);
}
