/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the supervisor share: supervisor.c (start, loop, stop),
 * watch.c (starting, ending and watching workers), frames.c (what workers say), oneshot.c
 * (workers for one job).
 */
#ifndef RV_SERVER_SUPERVISOR_INTERNAL_H
#define RV_SERVER_SUPERVISOR_INTERNAL_H

#include "home/home.h"
#include "server/certificate.h"
#include "server/child.h"
#include "server/listen.h"
#include "server/module_watch.h"
#include "server/roster.h"
#include "server/supervisor.h"
#include "server/vault.h"

struct rv_supervisor {
    struct event_base *base;
    struct event *tick, *signals[4];
    struct rv_home home;
    struct rv_listening listening;
    struct rv_certificate *certificate; /* NULL: plain HTTP */
    struct rv_server_vault *vault;
    struct rv_roster *roster;
    struct rv_child *children;
    char *module_dir, *provider_path;
    struct rv_module_watch modules;
    struct rv_settings *limits; /* in force, as the server worker knows them; NULL until then */
    cJSON *origins; /* of limits that are not defaults, as the server worker knows them */
    cJSON *server;  /* who we are: id, zone_id, ...; NULL until the server worker knows */
    cJSON *types;   /* manifests of the provider modules; NULL until described */
    int64_t started_ms;
    int64_t beat_ms, paced_ms; /* how often workers beat; since when they are to */
    int metrics_fd;            /* memory that all workers count in; -1: none */
    int64_t figures_ms;        /* when the memory of workers was last measured */
    int described, announced;  /* types are known (or failed); url is written */
    int64_t stop_ms;           /* when we were told to stop; 0: not */
    int64_t server_told_ms;    /* when the server worker was told to stop, as the last one */
    cJSON *news;               /* events that the server worker has not been told yet */
    int gate_closed;           /* the machine is short of memory */
    int64_t gate_ms, gate_kill_ms;
    int64_t young_bytes; /* what we held over our limit soon after the start; or 0 */
    int exit_code;
};

/* The setting in force. */
int64_t rv_supervisor_limit(const struct rv_supervisor *s, const char *key);

/* workers.TYPE.KEY, in force. */
int64_t rv_supervisor_type_limit(const struct rv_supervisor *s, const char *type, const char *key);
/* Where a limit comes from: "default", "workers.memory_threshold, set in layer region". */
const char *rv_supervisor_origin(const struct rv_supervisor *s, const char *key);

/* judge.c */
/* Look at one worker; kill it or ask it to end when it has to be. */
void rv_supervisor_judge(struct rv_supervisor *s, struct rv_child *child, int64_t now_ms);
void rv_supervisor_kill(struct rv_supervisor *s, struct rv_child *child, const char *why);
/* Limits may have changed: all workers hear how often they are to beat, before they are judged by
 * it. */
void rv_supervisor_pace(struct rv_supervisor *s);

/* gate.c */
void rv_supervisor_gate(struct rv_supervisor *s, int64_t now_ms);
/* Once the limits are known: whether we are over ours from the start. */
void rv_supervisor_young(struct rv_supervisor *s);

/* news.c */
/* An event of a worker (NULL: of the server itself); why may be NULL. */
void rv_supervisor_tell(struct rv_supervisor *s, const char *event, const struct rv_child *child,
                        const char *why);
void rv_supervisor_send_news(struct rv_supervisor *s);
/* What the rows of server and workers should say has changed. */
void rv_supervisor_look(struct rv_supervisor *s);

/* watch.c */
/* Start what is due, look at those that run, and set the timer for the next time. */
void rv_supervisor_check(struct rv_supervisor *s);
void rv_supervisor_reap(struct rv_supervisor *s);
void rv_supervisor_stop_child(struct rv_supervisor *s, struct rv_child *child, int gentle);
/* Whether a worker of this type could be started now. */
int rv_supervisor_may_start(const struct rv_supervisor *s, const char *type);
struct rv_child *rv_supervisor_find(struct rv_supervisor *s, const char *type);
struct rv_child *rv_supervisor_find_guid(struct rv_supervisor *s, const char *guid);
/* For slots and one-shot workers alike; NULL (and logged) when it cannot be started. */
struct rv_child *rv_supervisor_spawn(struct rv_supervisor *s, const char *type, int64_t provider,
                                     const char *name, int index);

/* supervisor.c */
void rv_supervisor_stop(struct rv_supervisor *s, int exit_code);
/* Write `url` when everything that clients need is up. */
void rv_supervisor_announce(struct rv_supervisor *s);
/* Where the API listens, for reevectl beside the home. */
int rv_supervisor_write_url(const struct rv_supervisor *s, rv_err *err);

/* Those of reeve.yaml and the command line that a worker of its type needs: secrets, and the
 * store's URL with its password, are for the API workers, which tell what is set. */
void rv_supervisor_add_settings(const struct rv_supervisor *s, const struct rv_child *child,
                                cJSON *message);
/* Make workers read the settings again, all but one (NULL: all). */
void rv_supervisor_send_settings(struct rv_supervisor *s, const struct rv_child *but);

/* frames.c */
void rv_supervisor_frame(void *arg, struct rv_child *child, const cJSON *frame);

/* oneshot.c */
void rv_supervisor_verify(struct rv_supervisor *s, struct rv_child *asker, const cJSON *request);
void rv_supervisor_proof(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame);
void rv_supervisor_describe(struct rv_supervisor *s);
void rv_supervisor_manifests(struct rv_supervisor *s, const cJSON *types);
/* A one-shot worker is gone: whoever waits for it must hear. */
void rv_supervisor_oneshot_ended(struct rv_supervisor *s, struct rv_child *child, const char *how);

#endif
