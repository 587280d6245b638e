/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the resolver share.
 *
 * Functions that work on objects return 0, an error, or how a method wants things to go on:
 * FLOW_STOP (this object is dropped) and FLOW_ABORT (the whole run ends); both are positive.
 */
#ifndef RV_RESOLVE_INTERNAL_H
#define RV_RESOLVE_INTERNAL_H

#include "resolve/resolve.h"
#include "resolve/uri.h"

enum { FLOW_STOP = 1, FLOW_ABORT = 2 };

struct rv_ws_object {
    struct rv_ws *ws;
    struct rv_ws_object *parent;
    struct rv_ws_object **children;
    size_t child_count;
    int64_t number;
    const struct rv_ae_instance *instance;
    char *path;
    char *message;
    const char *made_by; /* the parent's field; NULL: none */
    const char *field;   /* the one that it is at */
    int32_t depth;
    struct rv_ae_value attributes; /* a map; names in lower case */
};

/* A state machine that is being walked: the object with the states, and what is kept of it. Where
 * it is and since when is in the workspace's map of machines, under its key. */
struct machine {
    struct machine *outer;
    struct rv_ws_object *object;
    char *key;         /* "ns/class/instance", "#2" behind it when it is met a second time */
    int inner_retries; /* a machine within its state waits */
};

struct rv_ws {
    const struct rv_ae_source *source;
    struct rv_ws_calls calls;
    struct rv_ws_limits limits;
    const struct rv_ae_domain *const *domains; /* highest priority first */
    size_t domain_count;
    struct rv_ws_object **objects; /* by number; those that were dropped too */
    size_t object_count;
    struct rv_ws_object *current;
    char *prepended;
    struct rv_ae_value seeds, state_vars;
    struct rv_ae_value machines; /* key -> {"state","started","retries","outer","done"} */
    struct rv_ae_value met;      /* path of a machine -> how often in this run */
    struct machine *machine;     /* the innermost that is being walked */
    int64_t plain_retries;       /* of a path without a machine */
    int aborted;
    size_t bytes; /* of all attributes, seeds and state variables, and of calls under way */
    rv_err stop;  /* why it cannot go on: budget.c */
};

/* budget.c */
/* At each object, field and ${...}: an error when it is to end. */
int ws_pulse(struct rv_ws *ws, rv_err *err);
/* rv_ws_check tells when that was too much. */
void ws_charge(struct rv_ws *ws, size_t bytes);
void ws_release(struct rv_ws *ws, size_t bytes);
void ws_check_names(struct rv_ws *ws, const struct rv_ae_value *map);
/* rv_ae_set in a map that is counted. */
void ws_keep(struct rv_ws *ws, struct rv_ae_value *map, const char *name,
             struct rv_ae_value *value);

/* find.c */
struct found {
    const struct rv_ae_instance *instance;
    int missing; /* it is .missing */
};
int ws_find_instance(struct found *out, struct rv_ws *ws, const char *class_path, const char *name,
                     rv_err *err);
/* The classes of this path in all domains, in the order of their looks, at least one; *out is the
 * caller's. NOT_FOUND. */
int ws_find_classes(const struct rv_ae_class ***out, size_t *count, struct rv_ws *ws,
                    const char *class_path, rv_err *err);
/* wildcard.c: names that match, each once, sorted without regard to case; *out is a list. */
int ws_match(struct rv_ae_value *out, struct rv_ws *ws, const char *class_path, const char *pattern,
             rv_err *err);
/* cycle.c */
int ws_check_cycle(struct rv_ws_object *parent, const struct rv_ae_instance *instance,
                   const char *message, rv_err *err);

/* object.c: linked to its parent, and counted. */
struct rv_ws_object *ws_object_new(struct rv_ws *ws, struct rv_ws_object *parent,
                                   const struct rv_ae_instance *instance, const char *message);
void ws_object_drop(struct rv_ws_object *object);
void ws_set_text(struct rv_ws_object *object, const char *name, const char *text);
/* The text of an attribute; "" when it is absent or no text. */
const char *ws_text(const struct rv_ws_object *object, const char *name);

/* field.c */
const struct rv_ae_entry *ws_entry(const struct rv_ae_instance *instance, const char *field);
/* What the instance says, else the class; NULL when both say nothing. */
const char *ws_field_value(const struct rv_ws_object *object, const struct rv_ae_field *field);
int ws_is_blank(const char *text);
/* Whether a field with this list of messages runs for it. */
int ws_takes_message(const char *messages, const char *message);
int ws_process_fields(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err);
/* args.c: what stands in the query becomes attributes. */
int ws_take_args(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err);
/* relate.c: makes the objects that the text leads to, below `object`; uri: of the object. */
int ws_relate(struct rv_ws_object *object, const char *value, const struct rv_ws_uri *uri,
              const char *collect, rv_err *err);
/* A method, relationship or state's value, with ${...} put in. */
int ws_follow(struct rv_ws_object *object, const struct rv_ae_field *field,
              const struct rv_ws_uri *uri, rv_err *err);
/* call.c: "name", "name(x => 1)", "METHOD::name?x=1" or "/A/B/C/name". substitutes: ${...} is still
 * in the text. */
int ws_call_method(struct rv_ws_object *object, const char *text, int substitutes, rv_err *err);

/* substitute.c. ws_substitute_text puts the values into text; for_uri: so that they cannot add
 * arguments or messages to a path. ws_substitute gives the value itself, of whatever type, when the
 * text is one ${...}. */
int ws_substitute_text(rv_buf *out, struct rv_ws_object *object, const char *text, int for_uri,
                       rv_err *err);
int ws_substitute(struct rv_ae_value *out, struct rv_ws_object *object, const char *text,
                  rv_err *err);
/* What is between the braces. */
int ws_look_up(struct rv_ae_value *out, struct rv_ws_object *object, const char *text, size_t len,
               rv_err *err);
/* Length of "${...}" at text, 0 when it is none. last: the last '}' of the whole text, NULL when it
 * has none; it is not looked for again and again. */
size_t ws_substitution_length(const char *text, const char *last);
/* coalesce.c */
int ws_coalesce(struct rv_ae_value *out, struct rv_ws_object *object, const char *text,
                rv_err *err);
/* convert.c. Takes value over and fills it. */
int ws_convert(struct rv_ws *ws, struct rv_ae_value *value, const struct rv_ae_field *field,
               rv_err *err);
int ws_parse_interval(int64_t *out_ms, const char *text,
                      rv_err *err); /* "10.minutes", "90", "5m" */
/* assert.c: *holds 0 or 1. */
int ws_assert(int *holds, struct rv_ws_object *object, const char *text, rv_err *err);
/* collect.c: of the children that a relationship made. */
int ws_collect(struct rv_ws_object *object, const char *text, struct rv_ws_object *const *children,
               size_t count, rv_err *err);

/* Whether they can be read, without any object. *path of a method is the caller's; ${...} must have
 * been taken out of its text. */
int ws_check_assertion(const char *text, rv_err *err);
int ws_check_collect(const char *text, rv_err *err);
int ws_check_call(char **path, const char *text, rv_err *err);

/* machine.c */
int ws_process_state(struct rv_ws_object *object, const struct rv_ae_field *field,
                     const struct rv_ws_uri *uri, rv_err *err);
/* nested.c: around the fields of a machine's object. */
void ws_machine_enter(struct machine *machine, struct rv_ws_object *object);
void ws_machine_leave(struct machine *machine);
void ws_machine_end_all(struct rv_ws *ws, const char *outer_key); /* those within it begin anew */
struct rv_ae_value *ws_machine_record(struct rv_ws *ws, const char *key);
int64_t ws_machine_int(struct rv_ws *ws, const char *key, const char *name);      /* 0: absent */
const char *ws_machine_text(struct rv_ws *ws, const char *key, const char *name); /* "": absent */
void ws_machine_show(struct rv_ws *ws); /* the innermost, in the root's attributes */
void ws_machine_note(struct rv_ws *ws, const char *key, const char *name, struct rv_ae_value value);

/* ws.c: *out is NULL when it was dropped. */
int ws_instantiate(struct rv_ws_object **out, struct rv_ws *ws, struct rv_ws_object *parent,
                   const struct rv_ws_uri *uri, rv_err *err);

/* trace.c */
void ws_trace(struct rv_ws_object *object, int kind, const char *text, const char *name,
              const struct rv_ae_value *value, int code, int64_t took_us);
void ws_warn(struct rv_ws_object *object, const char *format, ...) RV_PRINTF(2, 3);
int64_t ws_now_ms(const struct rv_ws *ws);

#endif
