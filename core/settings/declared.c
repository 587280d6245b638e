/* SPDX-License-Identifier: Apache-2.0
 *
 * Every setting there is. What is not in this table cannot be set, in
 * reeve.yaml as little as in the store.
 */
#include "settings/settings.h"

#include <stddef.h>

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MIB (1024LL * 1024)

#define COUNT(type, fallback, least, help)                                                         \
    {                                                                                              \
        "workers." type ".count", RV_SET_INT, fallback, least, 64, help                            \
    }
/* What a type or family of workers has of its own; NULL: what `from` has. */
#define OWN(type, from, key, sort, fallback, min, max, help)                                       \
    {                                                                                              \
        "workers." type "." key, sort, fallback, min, max, help, from "." key                      \
    }
#define WORKER(type, from, who, memory, nice, poll, method, restart)                               \
    OWN(type, from, "memory_threshold", RV_SET_SIZE, memory, 0, 1LL << 50, "the same for " who),   \
        OWN(type, from, "nice", RV_SET_INT, nice, 0, 19, "the same for " who),                     \
        OWN(type, from, "poll", RV_SET_DURATION, poll, 10, HOUR, "the same for " who),             \
        OWN(type, from, "poll_method", RV_SET_STRING, method, 0, 0, "the same for " who),          \
        OWN(type, from, "restart_interval", RV_SET_DURATION, restart, 0, 365 * DAY,                \
            "the same for " who),                                                                  \
        OWN(type, from, "heartbeat_timeout", RV_SET_DURATION, NULL, 100, DAY,                      \
            "the same for " who),                                                                  \
        OWN(type, from, "starting_timeout", RV_SET_DURATION, NULL, 100, DAY, "the same for " who), \
        OWN(type, from, "stopping_timeout", RV_SET_DURATION, NULL, 100, DAY, "the same for " who)

/* Most inherit from none and say nothing of it. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct rv_setting declared[] = {
    /* What must be known before the store is open. */
    { "listen", RV_SET_STRING, "127.0.0.1:7400", 0, 0,
      "address and port of the API; port 0 picks a free one" },
    { "allow_plain_http", RV_SET_FLAG, "false", 0, 1,
      "listen off loopback without TLS: passwords and tokens cross the network in clear" },
    { "tls.certificate", RV_SET_STRING, "", 0, 0,
      "PEM file with the server's certificate, then those that lead to its authority; with it the "
      "API speaks TLS only; relative to the home" },
    { "tls.key", RV_SET_STRING, "", 0, 0,
      "PEM file with the certificate's key, which others must not be able to read" },
    { "store", RV_SET_STRING, "", 0, 0,
      "sqlite:PATH or postgresql://USER@HOST/DATABASE; empty: reeve.db in the home" },
    { "store_timeout", RV_SET_DURATION, "30s", 100, DAY,
      "how long PostgreSQL may say nothing while an answer is waited for, before its connection is "
      "dropped and made anew; bulk writes, ANALYZE and changes of the schema have twenty times as "
      "long; of a statement of the API at least api.statement_timeout and 5 s" },
    { "region", RV_SET_INT, "-1", -1, 999,
      "region number: that of a database that is made now (-1: 1), checked against an older one" },
    { "zone", RV_SET_STRING, "default", 0, 0, "zone of this server when it is seen first" },
    { "modules.path", RV_SET_STRING, "", 0, 0,
      "folders with further provider modules, absolute, with ':' between; they are looked through "
      "before the installed one, so that the first of two modules of one name counts" },
    { "core_dumps", RV_SET_FLAG, "false", 0, 1,
      "processes that crash leave core files, in which secrets may be; for developers" },
    { "log.level", RV_SET_STRING, "info", 0, 0, "debug, info, warning or error" },
    { "log.topics", RV_SET_STRING, "", 0, 0,
      "levels of single topics over log.level, as queue=debug,store=warning; topics: supervisor, "
      "server, worker, queue, refresh, save, provider, host, store, settings, api, auth, event, "
      "automate, other" },
    { "log.format", RV_SET_STRING, "logfmt", 0, 0, "logfmt or json" },
    /* Server. */
    { "server.name", RV_SET_STRING, "", 0, 0, "name of this server; empty: the host's" },
    { "server.heartbeat_freq", RV_SET_DURATION, "30s", 100, HOUR,
      "how often the server writes its last_heartbeat" },
    { "server.status_log", RV_SET_DURATION, "5m", 0, DAY,
      "how often the figures of server and workers, and the messages by state, zone and role, are "
      "logged; 0: never" },
    { "server.quiesce_timeout", RV_SET_DURATION, "5m", 100, DAY,
      "how long a stop waits for messages that cannot be begun again; those that can are given "
      "back at once" },
    { "server.memory_threshold", RV_SET_SIZE, "2GiB", 0, 1LL << 50,
      "a reeved that holds more for itself, without its workers, says so and ends with exit code "
      "1; 0: no limit" },
    { "server.memory_info", RV_SET_STRING, "/proc/meminfo", 0, 0,
      "file with the machine's memory figures; another one in containers that have their own" },
    { "server.disk_usage_max", RV_SET_INT, "80", 0, 100,
      "a file system that is fuller, in percent, raises an event evm_server_..._disk_high_usage; "
      "0: none does" },
    { "server.monitor_poll", RV_SET_DURATION, "2s", 50, HOUR,
      "how often leases are renewed and the workers that should be are compared with those that "
      "are" },
    { "server.lost_workers_keep", RV_SET_DURATION, "7d", HOUR, 3650 * DAY,
      "rows of workers whose server has not been seen for so long are dropped" },
    /* Workers. */
    { "workers.heartbeat_freq", RV_SET_DURATION, "1s", 10, MINUTE, "how often a worker beats" },
    { "workers.lease", RV_SET_DURATION, "30s", 200, HOUR,
      "how long a lease holds without being renewed" },
    { "workers.stop_now_timeout", RV_SET_DURATION, "4s", 100, HOUR,
      "a worker that is not wanted any more breaks off what can be begun again; when it runs on, "
      "it "
      "is killed after this time" },
    { "workers.linger", RV_SET_DURATION, "5m", 100, DAY,
      "workers that are started when their queue has messages end when it had none for so long" },
    { "workers.failure_wait", RV_SET_DURATION, "30s", 100, HOUR,
      "wait of a worker whose work fails for a reason that passes, such as a database that is "
      "away; doubles with each failure, and ends early when there is work" },
    { "workers.failure_wait_max", RV_SET_DURATION, "4h", 100, DAY, "the longest of those waits" },
    { "workers.poll_escalate_max", RV_SET_DURATION, "30s", 10, HOUR,
      "how far the polls of a worker with poll_method escalate grow apart" },
    { "workers.swap_start_max", RV_SET_INT, "60", 0, 100,
      "only workers that people need (server, API) are started while more percent of the machine's "
      "swap are used and its memory is short too (workers.memory_start_min); 100: all always" },
    { "workers.memory_start_min", RV_SET_INT, "10", 0, 101,
      "the machine's memory is short while less percent of it are available; 101: the swap alone "
      "counts" },
    { "workers.swap_kill_min", RV_SET_INT, "80", 0, 101,
      "one worker after the other is ended while so many percent of the swap are used, available "
      "memory taken off; 101: never" },
    { "workers.fence", RV_SET_STRING, "on", 0, 0,
      "workers that run a provider's module are kept from files and system calls that it has no "
      "business with, the key file above all: on, as far as the kernel can; required, no module is "
      "loaded when it cannot; off" },
    { "workers.fence_read", RV_SET_STRING, "", 0, 0,
      "further files and folders, absolute and with ':' between, that the modules of providers may "
      "read; the system's libraries, its /etc and the folders of modules they can read anyway" },
    /* The workers.KEY are what all types have unless their family or they themselves say otherwise:
     * workers.generic.poll, else workers.queue.poll, else workers.poll. */
    { "workers.memory_threshold", RV_SET_SIZE, "500MiB", 0, 1LL << 50,
      "a worker that holds more for itself is ended after its message and replaced; 0: no limit" },
    { "workers.nice", RV_SET_INT, "3", 0, 19,
      "how much a worker steps back behind other processes; when it starts" },
    { "workers.poll", RV_SET_DURATION, "3s", 10, HOUR,
      "how often an idle worker looks at the queue without being woken" },
    { "workers.poll_method", RV_SET_STRING, "normal", 0, 0,
      "normal, or escalate: polls that find nothing grow apart up to workers.poll_escalate_max" },
    { "workers.restart_interval", RV_SET_DURATION, "0", 0, 365 * DAY,
      "a worker older than this is ended after its message and replaced; 0: never" },
    { "workers.heartbeat_timeout", RV_SET_DURATION, "2m", 100, DAY,
      "a worker silent for longer is killed and replaced" },
    { "workers.starting_timeout", RV_SET_DURATION, "10m", 100, DAY,
      "a worker that is not ready by then is killed and replaced" },
    { "workers.stopping_timeout", RV_SET_DURATION, "10m", 100, DAY,
      "a worker that was asked to end after its message and runs on is killed so long after the "
      "message's time" },
    WORKER("queue", "workers", "workers that carry out messages", NULL, NULL, NULL, NULL, NULL),
    WORKER("provider", "workers", "workers that serve one provider", "2GiB", "2", NULL, NULL, NULL),
    WORKER("server", "workers", "the worker that keeps the server", NULL, "0", NULL, NULL, NULL),
    COUNT("generic", "2", 0, "workers that carry out messages"),
    WORKER("generic", "workers.queue", "generic workers", NULL, NULL, NULL, NULL, NULL),
    COUNT("priority", "1", 0, "workers that carry out urgent messages only (priority 20 and less)"),
    WORKER("priority", "workers.queue", "priority workers", "600MiB", "1", "1s", NULL, NULL),
    COUNT("reporting", "2", 0, "workers for reports, while there are any to be made"),
    WORKER("reporting", "workers.queue", "reporting workers", NULL, "2", NULL, NULL, NULL),
    COUNT("event_handler", "1", 0, "workers that handle events, while there are any"),
    WORKER("event_handler", "workers.queue", "event handlers", NULL, "2", NULL, NULL, NULL),
    COUNT("metrics_collector", "2", 0, "workers that collect metrics, while there is need"),
    WORKER("metrics_collector", "workers.queue", "metrics collectors", "400MiB", "1", NULL,
           "escalate", NULL),
    COUNT("metrics_processor", "2", 0, "workers that process metrics, while there is need"),
    WORKER("metrics_processor", "workers.queue", "metrics processors", "600MiB", "2", NULL,
           "escalate", NULL),
    COUNT("smartproxy", "2", 0, "workers that scan images and machines, while there is need"),
    WORKER("smartproxy", "workers.queue", "smart proxies", "2GiB", NULL, NULL, NULL, "6h"),
    COUNT("automate", "2", 0, "workers that run automate's methods, while there are any to run"),
    WORKER("automate", "workers.queue", "automate workers", NULL, "2", "1s", NULL, NULL),
    COUNT("schedule", "1", 0, "workers that carry out what a schedule puts on the queue"),
    WORKER("schedule", "workers.queue", "schedule workers", NULL, "1", "15s", NULL, NULL),
    WORKER("refresh", "workers.provider", "a provider's refresh worker", NULL, NULL, NULL, NULL,
           "2h"),
    WORKER("event", "workers.provider", "a provider's event worker", NULL, NULL, NULL, NULL, NULL),
    COUNT("api", "1", 1, "workers that serve the API"),
    WORKER("api", "workers", "API workers", NULL, "0", NULL, NULL, NULL),
    { "workers.quarantine.crashes", RV_SET_INT, "5", 1, 1000,
      "so many crashes in the same callback of a provider disable it" },
    /* Queue and tasks. */
    { "queue.retry_delay", RV_SET_DURATION, "10s", 0, DAY,
      "wait before a failed message is tried again; doubles with each attempt" },
    { "queue.at_once", RV_SET_INT, "32", 1, 64,
      "quick messages that a generic worker takes, and acknowledges, together; 1: one by one" },
    { "tasks.timeout", RV_SET_DURATION, "6h", MINUTE, 365 * DAY,
      "a task that nothing was heard of for so long, and that no message works for, ends as "
      "Error" },
    { "tasks.keep", RV_SET_DURATION, "7d", MINUTE, 3650 * DAY,
      "finished tasks and dead messages are kept this long" },
    { "tasks.rows_max", RV_SET_INT, "100000", 0, 1000000000,
      "so many finished tasks, and so many dead messages, are kept at most; 0: any number" },
    { "changes.keep", RV_SET_DURATION, "1d", MINUTE, 3650 * DAY,
      "the change feed is kept this long" },
    { "changes.rows_max", RV_SET_INT, "5000000", 0, 1000000000000,
      "so many changes are kept at most; 0: any number" },
    { "events.keep", RV_SET_DURATION, "180d", 0, 3650 * DAY,
      "events are kept this long; 0: for ever" },
    { "events.rows_max", RV_SET_INT, "1000000", 0, 1000000000000,
      "so many events that are handled are kept at most; 0: any number" },
    { "events.own", RV_SET_FLAG, "false", 0, 1,
      "what happens to the server and its workers (evm_...) is handled like other events, so that "
      "automate may act on it; an event handler then runs most of the time" },
    { "events.flood_guard", RV_SET_FLAG, "false", 0, 1,
      "of one type of event about one object no more than events.flood_max a minute are kept" },
    { "events.flood_max", RV_SET_INT, "30", 1, 1000000, "see events.flood_guard" },
    { "events.resolve_wait", RV_SET_DURATION, "1s", 0, MINUTE,
      "an event whose object is not known yet waits so long for it, and those behind it" },
    { "events.refresh_window", RV_SET_DURATION, "10s", 0, HOUR,
      "what events ask to be refreshed of a provider is asked of it once in so long, the first "
      "time at once" },
    { "hooks.rate", RV_SET_INT, "600", 1, 1000000,
      "requests a minute that an event receiver takes from all senders together, for each API "
      "worker; a receiver may have a rate of its own" },
    { "hooks.backlog_max", RV_SET_INT, "100000", 1, 100000000,
      "a receiver takes no more while so many of its events wait to be handled" },
    /* Automate. */
    { "automate.method_memory", RV_SET_SIZE, "32MiB", 1 << 16, 1LL << 40,
      "memory of a method and of those that it calls; one that wants more ends with an error" },
    { "automate.method_instructions", RV_SET_INT, "100000000", 1000, 1LL << 50,
      "instructions of Lua that a method may carry out, with those that it calls" },
    { "automate.method_time", RV_SET_DURATION, "30s", 10, DAY,
      "how long a method may run; what must wait longer is a state that tries again" },
    { "automate.depth", RV_SET_INT, "16", 1, 200,
      "methods that run inside each other, by instantiate, at most" },
    { "automate.isolation", RV_SET_STRING, "worker", 0, 0,
      "worker: methods run in their worker; fork: each in a process of its own, which is slower, "
      "and "
      "whose end the worker outlives" },
    { "automate.cache", RV_SET_SIZE, "16MiB", 1 << 16, 1LL << 40,
      "compiled methods, and as much again of the datastore, that an automate worker keeps; of new "
      "workers" },
    { "automate.trace", RV_SET_STRING, "methods", 0, 0,
      "which runs leave a trace (reevectl automate trace): methods, those in which a method ran or "
      "that failed; all; none" },
    { "automate.http_hosts", RV_SET_STRING, "", 0, 0,
      "hosts that methods may ask by HTTP and send traps to: example.com, example.com:8443, commas "
      "between; empty: none" },
    { "automate.keep", RV_SET_DURATION, "7d", 0, 3650 * DAY,
      "runs of automate and their traces are kept this long; 0: for ever" },
    { "automate.rows_max", RV_SET_INT, "100000", 0, 1000000000,
      "so many runs, and so many parts of traces, are kept at most; 0: any number" },
    { "audit.keep", RV_SET_DURATION, "180d", 0, 3650 * DAY,
      "rows of the audit trail are kept this long; 0: for ever" },
    { "inventory.archived_keep", RV_SET_DURATION, "180d", 0, 3650 * DAY,
      "rows of what is gone at its provider are kept this long, with what belongs to them; 0: for "
      "ever" },
    { "inventory.archived_vms_keep", RV_SET_DURATION, "0", 0, 3650 * DAY,
      "the same for virtual machines" },
    { "purge.interval", RV_SET_DURATION, "1m", 100, DAY, "how often what is over is dropped" },
    { "purge.batch", RV_SET_INT, "1000", 1, 100000, "rows dropped in one statement" },
    { "maintenance.free_min", RV_SET_SIZE, "256MiB", 0, 1LL << 50,
      "where less is free on a SQLite store's file system, or less than a twentieth of it when "
      "that "
      "is less, providers are not read until there is more; 0: never" },
    { "maintenance.interval", RV_SET_DURATION, "1h", 0, 365 * DAY,
      "how often the database is looked after: VACUUM and ANALYZE where many rows changed, "
      "SQLite's "
      "log and statistics; 0: never" },
    { "maintenance.full_interval", RV_SET_DURATION, "7d", 0, 365 * DAY,
      "the same for all of it: every table with dead rows, bloated indexes made anew, SQLite's "
      "free "
      "pages given back; 0: never" },
    /* Providers. */
    { "refresh.interval", RV_SET_DURATION, "15m", 100, 365 * DAY,
      "time between full refreshes of a provider that cannot watch" },
    { "refresh.full_interval", RV_SET_DURATION, "0", 0, 365 * DAY,
      "time between full refreshes of a provider that watches; 0: only when needed or asked for" },
    { "refresh.full_threshold", RV_SET_INT, "100", 2, 100000,
      "so many objects of one provider asked for at once are a full refresh" },
    { "refresh.timeout", RV_SET_DURATION, "2h", 1000, 7 * DAY,
      "a full refresh that takes longer is given up" },
    { "refresh.objects_max", RV_SET_INT, "2000000", 0, 1000000000,
      "most objects of one provider; its refresh fails when it names more, so that no provider "
      "fills "
      "the disk; 0: no limit" },
    { "refresh.label_entries_max", RV_SET_INT, "10000", 0, 1000000000,
      "most entries of one category that are made of labels' values (reevectl help mapping); "
      "values "
      "beyond get no tag; 0: no limit" },
    { "refresh.retry_min", RV_SET_DURATION, "1s", 10, HOUR, "first wait after a failed refresh" },
    { "refresh.retry_max", RV_SET_DURATION, "30s", 10, DAY, "longest wait after a failed refresh" },
    { "refresh.auth_retry", RV_SET_DURATION, "1h", 0, 365 * DAY,
      "longest wait before a provider that refused its credentials is tried again by itself: the "
      "first is refresh.auth_check_retry, each further one twice as long; 0: only when somebody "
      "asks "
      "or they were proved" },
    { "refresh.auth_check", RV_SET_DURATION, "1h", 0, 365 * DAY,
      "time between two looks at a provider's credentials; 0: only when they are used" },
    { "refresh.auth_check_retry", RV_SET_DURATION, "1m", 1000, DAY,
      "first wait before credentials that were refused, or could not be proved for a reason that "
      "may "
      "pass, are looked at again; doubles with each" },
    { "refresh.auth_check_attempts", RV_SET_INT, "6", 1, 30,
      "so many looks in a row; then as often as refresh.auth_check says" },
    { "verify.timeout", RV_SET_DURATION, "30s", 100, HOUR,
      "how long the proof of a provider's credentials may take" },
    /* Secrets. */
    { "key.grace", RV_SET_DURATION, "1m", 0, DAY,
      "when a new key has taken over, how long the old one is kept at least, for requests that "
      "were under way" },
    /* API. */
    { "api.token_ttl", RV_SET_DURATION, "10m", SECOND, 365 * DAY,
      "a token that is not used for this long ends" },
    { "api.cli_token_ttl", RV_SET_DURATION, "30d", SECOND, 365 * DAY, "the same for reevectl's" },
    { "api.login_failures", RV_SET_INT, "5", 0, 1000,
      "so many wrong passwords from one address, or for one user, within a minute: more are then "
      "refused for a while, which doubles up to a minute; 0: never" },
    { "api.password_checks", RV_SET_INT, "4", 0, 1000,
      "so many passwords an API worker looks at in a second, after four times as many at once, "
      "each for about a tenth of a second; more are answered 503; tokens and passwords that were "
      "right lately do not count; 0: no limit" },
    { "api.page_size", RV_SET_INT, "1000", 1, 100000,
      "rows of a collection in one answer when the request does not say" },
    { "api.page_size_max", RV_SET_INT, "1000", 1, 1000000, "most rows of one answer" },
    { "api.body_max", RV_SET_SIZE, "4MiB", 1024, 1024 * MIB, "largest request body" },
    { "api.statement_timeout", RV_SET_DURATION, "30s", 100, HOUR,
      "longest statement of a request; all of one that only reads together" },
    { "api.connections_max", RV_SET_INT, "1000", 1, 100000,
      "open connections of one API worker; when there are as many, those without a request at work "
      "are closed for new ones" },
    { "api.connections_per_address", RV_SET_INT, "256", 1, 100000,
      "open connections of one address (of an IPv6 one: its /64), at most seven eighths of "
      "api.connections_max; behind a proxy all are the proxy's" },
    { "api.request_timeout", RV_SET_DURATION, "30s", 100, HOUR,
      "a request that has not come whole by then is ended; it has another second for each 4 KiB "
      "that came" },
    { "api.request_memory_max", RV_SET_SIZE, "64MiB", 4096, 1LL << 40,
      "bytes of all unanswered requests of one API worker; beyond it the largest that are not "
      "whole are ended, of the address that has most; never less than two bodies of api.body_max" },
    { "api.streams_max", RV_SET_INT, "200", 0, 100000, "event streams of one API worker" },
    { "api.stream_buffer_max", RV_SET_SIZE, "4MiB", 4096, 1024 * MIB,
      "a stream whose client reads so slowly that more is waiting is ended" },
    { "api.feed_poll", RV_SET_DURATION, "1s", 10, MINUTE,
      "how often streams look at the change feed without being woken" },
    { "api.stream_heartbeat", RV_SET_DURATION, "15s", 100, HOUR,
      "a stream that had nothing to tell for so long sends a comment" },
    { "api.idle_timeout", RV_SET_DURATION, "60s", 100, HOUR,
      "an idle connection is closed after it" },
    { "api.handshake_timeout", RV_SET_DURATION, "10s", 100, HOUR,
      "a TLS handshake that takes longer is ended" },
    { "api.metrics_token", RV_SET_SECRET, "", 16, 0,
      "bearer token, 16 letters, digits and signs of ASCII at least and no blanks, with which "
      "/metrics may be read from another machine without a login; empty: none" },
    /* Mail. */
    { "smtp.host", RV_SET_STRING, "", 0, 0, "server that takes mails; empty: none are sent" },
    { "smtp.port", RV_SET_INT, "25", 1, 65535, "its port; 587 for starttls, 465 for tls" },
    { "smtp.security", RV_SET_STRING, "starttls", 0, 0,
      "none, starttls (which the server must offer) or tls (from the start)" },
    { "smtp.user_name", RV_SET_STRING, "", 0, 0, "who logs in there; empty: nobody" },
    { "smtp.password", RV_SET_SECRET, "", 0, 0, "password of smtp.user_name" },
    { "smtp.from", RV_SET_STRING, "reeve@localhost", 0, 0,
      "sender of mails that name none of their own" },
    { "smtp.domain", RV_SET_STRING, "", 0, 0,
      "what the server calls itself there; empty: its host's name" },
    { NULL, 0, NULL, 0, 0, NULL },
};

const struct rv_setting *
rv_settings_declared(void)
{
    return declared;
}
