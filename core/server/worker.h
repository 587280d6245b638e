/* SPDX-License-Identifier: Apache-2.0
 *
 * What all workers have in common: the first frame, the heart, commands from the
 * supervisor, the store (tried until it is there), the row in miq_workers.
 */
#ifndef RV_SERVER_WORKER_H
#define RV_SERVER_WORKER_H

#include "base/frame.h"
#include "base/wait.h"
#include "inventory/provider.h"
#include "settings/settings.h"
#include "store/store.h"

/* When a wait may be cut short. */
enum {
    RV_ARMED_NOT,  /* never: what is being done must be finished */
    RV_ARMED_IDLE, /* by a wake-up, new settings or the wish to stop */
    RV_ARMED_WORK  /* by the end of a message's time, or the wish to stop at once */
};

enum { RV_STOP_GENTLY = 1, RV_STOP_NOW = 2 };

struct rv_worker {
    int fd;
    rv_frame_reader in;
    char type[24], guid[37], server_guid[37], lend_word[33];
    char *home, *store_url, *module_dir, *provider_path, *url, *provider_name, *zone;
    int64_t provider;
    int index;   /* among those of the same type and provider */
    int64_t row; /* in miq_workers */
    int64_t server_id, zone_id, region_id;
    struct rv_settings *settings;
    struct rv_store *store;
    struct rv_vault vault; /* by way of the supervisor */
    const char *fence;     /* "files,calls", "files", "calls", "none", "off"; NULL: not raised */
    rv_err fence_missing;  /* why it is not whole */
    cJSON *types;          /* API: manifests of the modules */
    cJSON *tls;            /* API: files of the certificate; NULL: plain HTTP */

    int stop, woken, settings_changed;
    int settings_missed; /* they could not be read when they had changed */
    int armed;
    int space_low;     /* server: the database has little room left */
    int space_noted;   /* and so says the note in it */
    int interruptible; /* the message may run again: a stop need not wait for it */
    int64_t until_ms;  /* monotonic end of the message's time; 0: none */
    int64_t message;
    int64_t cancelled_message; /* what a person has asked to end */
    char busy[160];
    int64_t beat_ms; /* how often the supervisor wants to hear from us */
    int64_t turn_ms; /* not 0: how often on_wait wants to be called, at least */
    int64_t next_beat_ms;
    int64_t statements; /* of the store, when the last wake-up on "changes" was sent */

    int64_t ticket; /* of the last question */
    int64_t waits_for;
    cJSON *answer;
    /* Frames that are not common to all; may be NULL. */
    void (*on_frame)(void *arg, const cJSON *frame);
    void (*on_wait)(void *arg); /* in every wait, with the heart or as turn_ms says */
    void (*on_store_down)(void *arg, const rv_err *err); /* while rv_worker_store tries again */
    void *arg;
    struct rv_wait_hooks hooks;
};

/* Opens the store and learns its schema; tries again while it is not available, with on_store_down
 * also while anything else is wrong. CANCELLED when told to stop meanwhile. prepare (may be NULL):
 * run on the open store in place of rv_schema_open. */
int rv_worker_store(struct rv_worker *worker, int64_t statement_timeout_ms,
                    int (*prepare)(struct rv_worker *worker, rv_err *err), rv_err *err);
/* Before foreign code is loaded, and after the store was opened: keeps this process from files and
 * system calls that such code has no business with (fence.h), as the setting workers.fence says.
 * Once is enough. UNSUPPORTED when it must be and cannot. */
int rv_worker_fence(struct rv_worker *worker, rv_err *err);
/* Reads the settings again, and applies those of the log. A failure leaves them as they were. */
int rv_worker_settings(struct rv_worker *worker, rv_err *err);
/* The names of the roles that our server has now, at most `most` and a NULL, in place of those that
 * were there. */
int rv_worker_roles(struct rv_worker *worker, char **roles, int most, rv_err *err);
/* Makes the row in miq_workers, and tells the supervisor that we serve these queues (ends with
 * NULL). Tries again while the store takes no row; CANCELLED when told to stop meanwhile. */
int rv_worker_ready(struct rv_worker *worker, const char *const *queues, rv_err *err);

/* For what nobody waits for: a failure is logged. */
void rv_worker_send(struct rv_worker *worker, const cJSON *message);
/* LIMIT when the message is larger than a frame. */
int rv_worker_try_send(struct rv_worker *worker, const cJSON *message, rv_err *err);
/* Whose worker it is, as the server worker has said ("server" of protocol.h). */
void rv_worker_take_server(struct rv_worker *worker, const cJSON *server);
/* Handle what the supervisor has sent; ends the process when it is gone. */
void rv_worker_read(struct rv_worker *worker);
/* Send a question (it gets a ticket) and wait for its answer; *out is the caller's. */
int rv_worker_ask(struct rv_worker *worker, cJSON *question, cJSON **out, rv_err *err);
void rv_worker_wake(struct rv_worker *worker, const char *queue);
void rv_worker_beat(struct rv_worker *worker);

/* What we do now; timeout_ms 0: without limit. */
void rv_worker_busy(struct rv_worker *worker, const char *what, int64_t message,
                    int64_t timeout_ms);
void rv_worker_idle(struct rv_worker *worker);
/* Up to ms, or until something happens: a wake-up, settings, stop. */
void rv_worker_wait(struct rv_worker *worker, int64_t ms);
/* The same, also watching an fd. 1 when it is readable. */
int rv_worker_wait_fd(struct rv_worker *worker, int fd, int64_t ms);

/* Whether the message that we work on was cancelled. */
int rv_worker_message_cancelled(const struct rv_worker *worker);

/* What each type does until it is told to stop; exit code of the process. */
int rv_worker_server(struct rv_worker *worker);
int rv_worker_queue(struct rv_worker *worker);
int rv_worker_events(struct rv_worker *worker);
int rv_worker_refresh(struct rv_worker *worker);
int rv_worker_automate(struct rv_worker *worker);
int rv_worker_event(struct rv_worker *worker);
int rv_worker_api(struct rv_worker *worker);
int rv_worker_verify(struct rv_worker *worker);
int rv_worker_describe(struct rv_worker *worker);

/* main for `reeved --worker TYPE`. */
int rv_worker_main(void);

#endif
