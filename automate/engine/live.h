/* SPDX-License-Identifier: Apache-2.0
 *
 * What a delivery gives to the resolver and to methods: rows of the model, the datastore, the log.
 * One for each worker; it is pointed at one run after the other.
 */
#ifndef RV_AE_LIVE_H
#define RV_AE_LIVE_H

#include "automate/models.h"
#include "automate/runs.h"
#include "automate/trace.h"
#include "base/vault.h"
#include "queue/queue.h"
#include "resolve/resolve.h"
#include "script/script.h"
#include "settings/settings.h"

struct rv_live {
    struct rv_store *store;
    const struct rv_settings *settings;
    const struct rv_vault *vault;
    struct rv_script *script;
    const char *module_dir;
    struct rv_settings_scope scope; /* whose settings: of smtp.password */
    void (*wake)(void *arg, const char *queue);
    int (*pulse)(void *arg, rv_err *err); /* each some milliseconds of a method */
    int (*builtin)(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
                   const struct rv_ae_method *method, const struct rv_ae_value *inputs,
                   rv_err *err);
    /* A method of Lua is about to run. */
    int (*before)(void *arg, const char *place, rv_err *err);
    /* As in rv_ws_calls; NULL: no state is once-only. */
    int (*once)(void *arg, const char *state_path, rv_err *err);
    int (*checkpoint)(void *arg, rv_err *err);
    /* The run is to have its row, since it is told of elsewhere; run_id says it then. NULL: it has
     * none. */
    int (*show)(void *arg, rv_err *err);
    void *arg; /* of these */

    struct rv_models *models;
    struct rv_trace *trace;
    struct rv_ws *ws; /* of the run at work */
    struct rv_net *net;
    int64_t run_id;      /* 0: it has no row yet */
    int64_t event_id;    /* that it is about; 0: none */
    int64_t deadline_ms; /* monotonic: of the whole message */
    int64_t pulsed_ms;   /* likewise: the last time between fields */
    int rbac;
    int64_t log_bytes, lines_left_out;
    int methods_at_work; /* one in the other */
    int64_t ends_ms;     /* monotonic: of the outermost of them */
    /* The run's time outside of methods and handlers: before, and since (monotonic). */
    int64_t outside_ms, outside_since_ms;
    char place[512];     /* of the last error of a method; "" */
    rv_buf described[4]; /* texts of describe, until the next one */
};

struct rv_live *rv_live_new(const struct rv_live *given); /* the members above the blank line */
void rv_live_free(struct rv_live *live);
/* Another run begins. */
void rv_live_begin(struct rv_live *live, struct rv_ws *ws, int64_t run_id, int64_t event_id);
/* It is over: a line tells how many of its lines the log has not. */
void rv_live_end(struct rv_live *live);
/* What lines of the log name a run by: the event that it is about, which has a trace too, else its
 * row. */
#define RV_LIVE_F(live)                                                                            \
    RV_F((live)->event_id ? "event" : "run",                                                       \
         RV_I((live)->event_id ? (live)->event_id : (live)->run_id))
/* What the resolver is given. */
struct rv_ws_calls rv_live_calls(struct rv_live *live);
/* The interface of methods; for tests and benchmarks, which run one without a path. */
struct rv_script_host rv_live_host(struct rv_live *live);

/* What the method at work, or else the message, has left, at least 1; most_ms without an end. */
int64_t rv_live_left_ms(const struct rv_live *live, int64_t most_ms);

/* A line that a method says: into the server's log, with what it is about, and into the trace. arg
 * is the live host; level as in struct rv_script_host. */
void rv_live_log(void *arg, const char *level, const char *text);
/* Whether the run may still have a line of so many bytes in the server's log; it is counted. */
int rv_live_may_log(struct rv_live *live, size_t bytes);
/* A path as a line of the log has it: 200 bytes of it; the caller's to free. */
char *rv_live_short_path(const char *path);

/* The text of a password attribute. */
int rv_live_decrypt(struct rv_live *live, const struct rv_ae_value *secret, struct rv_ae_value *out,
                    rv_err *err);
/* evm.NAME(...): the table of engine/evm_calls.c; evm.execute(NAME, ...): that of execute.c. */
int rv_live_call(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
                 struct rv_ae_value *out, rv_err *err);
int rv_live_execute(struct rv_live *live, const char *name, const struct rv_ae_value *args,
                    int first, struct rv_ae_value *out, rv_err *err);
/* Argument `index` as text; INVALID when it is none. */
int rv_live_text(const struct rv_ae_value *args, int index, const char *what, const char **out,
                 rv_err *err);

#endif
