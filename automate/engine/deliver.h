/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of automate: a path, run for one event after the other, or a run that goes on. What
 * comes of each is a row of automate_runs, with its trace. Runs that ended are committed together
 * every 50 ms; a message that is delivered again passes over them.
 *
 * Arguments: {"uri": "/System/Process/Event", "events": [ids]}, or {"run": id}.
 */
#ifndef RV_AE_DELIVER_H
#define RV_AE_DELIVER_H

#include "automate/hooks.h"
#include "automate/live.h"

enum { RV_DELIVER_EVENTS_MAX = 100 };

struct rv_deliverer;

/* Borrowed until the close, all of it. */
struct rv_deliverer_config {
    struct rv_store *store;
    const struct rv_settings *settings;
    const struct rv_vault *vault;
    struct rv_script *script;
    const char *module_dir;
    struct rv_settings_scope scope; /* whose settings these are */
    int64_t holder;                 /* the worker's row */
    const char *server_guid;
    /* The definitions as of now; called before each run, so that a change is in force with the
     * next one. generation: that of the datastore, when it was read along with something else in
     * the last RV_MODELS_AHEAD_MS; else NULL. */
    int (*source)(void *arg, const int64_t *generation, const struct rv_ae_source **out,
                  rv_err *err);
    const struct rv_automate_hooks *hooks; /* may be NULL */
    /* Quick messages that wait are taken along, and end with the first in one commit; NULL: each by
     * itself. */
    const struct rv_taker *taker;
    int64_t along_ms;                           /* none is taken along after so long; 0: 40 */
    void (*wake)(void *arg, const char *queue); /* may be NULL */
    void *arg;
};

int rv_deliverer_open(struct rv_deliverer **out, const struct rv_deliverer_config *config,
                      rv_err *err);
void rv_deliverer_close(struct rv_deliverer *deliverer); /* NULL allowed */
/* As a command of the queue (dispatch.h): 0, RV_COMMAND_CONTINUED, or an error; STALE when the
 * lease on the message has passed on: then nothing was written since. */
int rv_deliverer_deliver(struct rv_deliverer *deliverer, const struct rv_message *message,
                         char **results, rv_err *err);

#endif
