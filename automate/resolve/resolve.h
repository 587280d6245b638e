/* SPDX-License-Identifier: Apache-2.0
 *
 * A workspace: the tree of objects that a path becomes. The resolver follows relationships,
 * substitutes, converts and runs state machines by itself; methods, built-in handlers and rows of
 * the model are asked of the caller. It knows neither Lua nor a database.
 */
#ifndef RV_RESOLVE_H
#define RV_RESOLVE_H

#include "base/buf.h"
#include "tree/tree.h"
#include "tree/value.h"

struct rv_ws;
struct rv_ws_object;

enum { /* how a method ended: ManageIQ's exit codes 0, 4, 8, 16 */
       RV_WS_OK = 0,
       RV_WS_WARN = 4,  /* logged; goes on */
       RV_WS_STOP = 8,  /* this object is dropped */
       RV_WS_ABORT = 16 /* the whole run ends */
};

enum rv_ws_outcome {
    RV_WS_DONE = 0, /* the path was resolved, every machine in it ended */
    RV_WS_RETRY,    /* a machine waits: save, come back after rv_ws_retry_ms */
    RV_WS_FAILED,   /* a machine ended in error: root's ae_reason says why */
    RV_WS_ABORTED   /* a method said so */
};

enum rv_ws_step_kind {                        /* what a step of the trace tells */
                       RV_WS_STEP_OBJECT = 1, /* an object was made; text is its full path */
                       RV_WS_STEP_FIELD,      /* an attribute got a value */
                       RV_WS_STEP_ASSERTION,  /* was false: the object is dropped */
                       RV_WS_STEP_METHOD, /* a method or handler was called; code and took_us of it
                                           */
                       RV_WS_STEP_STATE,  /* a state's step ended: text "name/on_entry", code the
                                             result */
                       RV_WS_STEP_WARN,
                       RV_WS_STEP_END, /* the object is finished */
};

struct rv_ws_step {
    int32_t kind; /* enum rv_ws_step_kind */
    int32_t depth;
    int64_t object; /* its number */
    const char *text;
    const char *name; /* the field's, method's or state's; may be NULL */
    const struct rv_ae_value *value;
    int32_t code;
    int64_t took_us;
};

struct rv_ws_calls {
    void *arg;
    /* Run a method of the datastore on self; its inputs are resolved already (rv_ws_inputs). One
     * of RV_WS_OK ... ABORT, or negative: an error, whose text becomes ae_reason in a machine
     * and else aborts the run. NULL: methods are not run (simulation). */
    int (*method)(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
                  const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err);
    /* As method, for location "builtin". */
    int (*builtin)(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
                   const struct rv_ae_method *method, const struct rv_ae_value *inputs,
                   rv_err *err);
    /* Before the states of an object's machine: RV_WS_OK, or ABORT for who does not run them. May
     * be NULL. */
    int (*machine)(void *arg, struct rv_ws *ws, struct rv_ws_object *self, rv_err *err);
    /* The row of `Class::attribute=id`; nil when there is none. class_name as written. NULL: rows
     * are named, not looked for. */
    int (*row)(void *arg, struct rv_ae_value *out, const char *class_name, int64_t id, rv_err *err);
    /* ${object.column}: a column or association of a row. NULL: nil. */
    int (*column)(void *arg, struct rv_ae_value *out, const char *kind, int64_t id,
                  const char *name, rv_err *err);
    /* Before the main step of a state with RV_AE_ONCE is begun: 0 when that is noted for good, 1
     * when it was begun before (its step ends in error). NULL: no state is once-only. */
    int (*once)(void *arg, struct rv_ws *ws, const char *state_path, rv_err *err);
    /* A once-only state is over and the machine has gone on: what rv_ws_save gives now is kept for
     * good. May be NULL. */
    int (*checkpoint)(void *arg, struct rv_ws *ws, rv_err *err);
    /* At each object, field and ${...}: negative ends the run with this error (its time is over,
     * it is to stop). May be NULL. */
    int (*pulse)(void *arg, rv_err *err);
    void (*trace)(void *arg, const struct rv_ws_step *step); /* may be NULL */
    int64_t (*now_ms)(void *arg);                            /* wall clock; NULL: the real one */
};

struct rv_ws_limits { /* 0: the default */
    int depth;        /* objects above an object; 64 */
    int objects;      /* 10,000 */
    int matches;      /* of a wildcard; 10,000 */
    size_t bytes;     /* of one attribute; 1 MiB */
    size_t total;     /* bytes of all attributes, seeds and state variables; 64 MiB */
};

/* source and calls must outlive it. */
int rv_ws_open(struct rv_ws **out, const struct rv_ae_source *source,
               const struct rv_ws_calls *calls, const struct rv_ws_limits *limits, rv_err *err);
void rv_ws_close(struct rv_ws *ws); /* NULL allowed */

/* What is set beyond limits.total or RV_AE_NAMES_MAX is dropped, and ends the run at the next
 * field: its error, or 0. */
int rv_ws_check(const struct rv_ws *ws, rv_err *err);

/* Set an attribute of the root before it is made (event_id, object_name, user ...). Takes over
 * value. */
void rv_ws_seed(struct rv_ws *ws, const char *name, struct rv_ae_value *value);
/* The items of a map, each under its key. Takes over map. */
void rv_ws_seed_all(struct rv_ws *ws, struct rv_ae_value *map);
/* "/System/Process/Event?event_id=12#create": makes the object and all below it. parent NULL: the
 * root. *out (may be NULL) is NULL when an assertion or a stop dropped it. INVALID for a path that
 * cannot be read, NOT_FOUND when no domain has it, CONFLICT for a cycle, LIMIT. */
int rv_ws_instantiate(struct rv_ws *ws, struct rv_ws_object *parent, const char *uri,
                      struct rv_ws_object **out, rv_err *err);
/* 1 for what is no fault of what is resolved, and may be gone the next time: UNAVAILABLE, TIMEOUT,
 * CANCELLED, STALE. */
int rv_ws_interrupts(int code);
enum rv_ws_outcome rv_ws_outcome(const struct rv_ws *ws);
/* Until the retry is due, at most a hundred years; 0: at once. */
int64_t rv_ws_retry_ms(const struct rv_ws *ws);
int rv_ws_retry_here(const struct rv_ws *ws); /* 1: by this server only */

/* What a retry needs: state of each machine, counters, state variables. Restore before the same
 * path is instantiated again. */
int rv_ws_save(const struct rv_ws *ws, rv_buf *out, rv_err *err);
int rv_ws_restore(struct rv_ws *ws, const char *state, size_t len, rv_err *err);

/* Objects, for methods. Numbers are 1 (the root) and up, in the order of their making. */
struct rv_ws_object *rv_ws_root(const struct rv_ws *ws);
struct rv_ws_object *rv_ws_current(const struct rv_ws *ws);
struct rv_ws_object *rv_ws_by_number(const struct rv_ws *ws, int64_t number);
/* "/", ".", "..", "/Class", "name" of an ancestor; NULL when there is none. */
struct rv_ws_object *rv_ws_find(const struct rv_ws *ws, struct rv_ws_object *from,
                                const char *path);
int64_t rv_ws_number(const struct rv_ws_object *object);
struct rv_ws_object *rv_ws_parent(const struct rv_ws_object *object);
size_t rv_ws_child_count(const struct rv_ws_object *object);
struct rv_ws_object *rv_ws_child(const struct rv_ws_object *object, size_t index);
const struct rv_ae_instance *rv_ws_instance(const struct rv_ws_object *object); /* as found */
const char *rv_ws_path(const struct rv_ws_object *object); /* "/Domain/Namespace/Class/instance" */
const char *rv_ws_message(const struct rv_ws_object *object); /* "create" */
const char *
rv_ws_made_by(const struct rv_ws_object *object);           /* the parent's field; NULL: the root */
const char *rv_ws_field(const struct rv_ws_object *object); /* the field it is at; may be NULL */
/* Attribute names are lower case. Borrowed; NULL when there is none. */
const struct rv_ae_value *rv_ws_get(const struct rv_ws_object *object, const char *name);
void rv_ws_set(struct rv_ws_object *object, const char *name,
               struct rv_ae_value *value);                                     /* takes over */
const struct rv_ae_value *rv_ws_attributes(const struct rv_ws_object *object); /* a map */
const struct rv_ae_value *rv_ws_state_vars(const struct rv_ws *ws);            /* a map */
void rv_ws_set_state_var(struct rv_ws *ws, const char *name, struct rv_ae_value *value);
/* What ${...} gives in a field of this object: "/#vm.name". nil when there is none. */
int rv_ws_value(struct rv_ws_object *object, const char *expression, struct rv_ae_value *out,
                rv_err *err);
/* A step RV_WS_STEP_WARN, with code 0: something to know, and nothing wrong. */
void rv_ws_note(struct rv_ws_object *object, const char *format, ...) RV_PRINTF(2, 3);
void rv_ws_prepend_namespace(struct rv_ws *ws, const char *namespace_path); /* NULL: none */
/* A method by path ("/Domain/Ns/Class/method", "Ns/Class/method", "method" of self's class), with
 * override. NOT_FOUND. */
int rv_ws_method(struct rv_ws *ws, struct rv_ws_object *self, const char *path,
                 const struct rv_ae_method **out, rv_err *err);

#endif
