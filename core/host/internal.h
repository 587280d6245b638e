/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of core/host share: the structs behind the SDK's opaque types,
 * and the functions that host_table.c collects. Not for other folders.
 */
#ifndef RV_HOST_INTERNAL_H
#define RV_HOST_INTERNAL_H

#include "host/host.h"
#include "reeve/host.h"
#include "base/mem.h"

enum {
    RV_CALL_MEMORY_BYTES = 256 << 20,
    RV_OBJECT_MEMORY_BYTES = 64 << 20,
    RV_TEXT_BYTES = 1 << 20, /* one column */
    RV_SECRET_BYTES = 1 << 20,
    RV_NAME_BYTES = 1024, /* a ref or name */
    RV_STREAM_BYTES = 128,
    RV_TOKEN_BYTES = 4096,
    RV_STREAMS = 64,
    RV_WARNING_NAME_BYTES = 128
};

struct rv_module {
    struct rv_module *next; /* of all that were loaded */
    char *path;
    char *name;
    void *library;
    struct rv_arena *arena;   /* of the copies: all below is of this host's version */
    struct reeve_sizes sizes; /* the module's own */
    struct reeve_provider provider;
    struct reeve_inventory_iface inventory;
    struct reeve_events_iface events;
    struct reeve_metrics_iface metrics;
    struct reeve_operations_iface operations;
};

struct reeve_secret {
    char *bytes; /* sodium_malloc: locked, not readable but while lent */
    uint64_t len;
    int lent;
};

struct rv_option_value {
    const struct reeve_option *option;
    int given;  /* 0: the fallback, or nothing */
    char *text; /* NULL when absent or secret */
    int64_t number;
    struct reeve_secret *secret;
};

struct reeve_config {
    struct rv_option_value *settings;
    int count;
};

struct rv_config {
    const struct rv_module *module;
    struct reeve_config handle;
};

struct reeve_call {
    const struct rv_call_spec *spec;
    struct rv_arena *arena;
    int64_t deadline_ms; /* monotonic, INT64_MAX for none */
    int64_t waited_us;
    rv_err err;
    rv_err sink_err; /* the sink's first failure: nothing goes on after it */
};

/* The inventory of one refresh or watch. One object is open at a time. */
struct reeve_inventory {
    struct reeve_call *call;
    const struct rv_sink *sink;
    struct rv_arena *arena;    /* of the open object */
    struct reeve_object *open; /* NULL when none */
    struct reeve_object *hole; /* swallows the setters of what could not begin */
    uint8_t *kinds;            /* per kind index: RV_KIND_... */
    int kind_count;
    int64_t replaced_bytes; /* of the open object */
    unsigned emitted;
    rv_err failure; /* of the open object: the first one */
    char streams[RV_STREAMS][RV_STREAM_BYTES + 1];
    int stream_count;
    int targeted; /* few objects are looked at: nothing may be said of the others */
    struct reeve_event_sink *events; /* whose part this is; NULL: inventory */
};
enum { RV_KIND_DECLARED = 1, RV_KIND_BEGUN = 2 };

struct reeve_object {
    struct rv_object object; /* NULL kind: the hole */
    struct reeve_inventory *inventory;
    struct reeve_object *last_child;
    int link_size;
};

/* The events of one watch: what is open is an event in place of an object. */
struct reeve_event_sink {
    struct reeve_inventory inventory;
    const struct rv_kind *kind; /* event_stream */
    const char *source;
    uint8_t *kept; /* per column: 1, no provider sets it */
    int type_column, class_column, time_column, source_column, ref_column, message_column;
};

/* tables.c: into module, zero so far, what the module declares, arrays and kinds too. */
int rv_tables_copy(struct rv_module *module, const struct reeve_provider *theirs, rv_err *err);
/* check.c: what a module declares is sane, or err says all that is wrong. */
int rv_module_check(const struct rv_module *module, rv_err *err);
/* config.c: the text of one option's value to its number; INVALID says what is expected. */
int rv_option_parse(int64_t *number, const struct reeve_option *option, const char *text,
                    rv_err *err);

/* call.c */
void rv_call_begin(struct reeve_call *call, const struct rv_call_spec *spec);
void rv_call_end(struct reeve_call *call);
/* Cancelled, past the deadline, or broken by the sink: the class, else 0. */
int rv_call_check(struct reeve_call *call);
/* Keeps the sink's failure and returns what the provider is told. */
int rv_call_broken(struct reeve_call *call, const rv_err *err);
/* Well-formed UTF-8 without control characters: what is shown to people. */
void rv_call_tidy(char *text);
void rv_call_fail(struct reeve_call *call, int32_t error_class, const char *text);
void rv_call_wrap(struct reeve_call *call, int32_t error_class, const char *doing);
void rv_call_hint(struct reeve_call *call, const char *text);
void rv_call_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms);
const char *rv_call_text(struct reeve_call *call);
void rv_call_clear(struct reeve_call *call);
void rv_call_log(struct reeve_call *call, int32_t level, const char *text);
int64_t rv_call_now_ms(struct reeve_call *call);
int64_t rv_call_monotonic_ms(struct reeve_call *call);
int64_t rv_call_deadline_ms(struct reeve_call *call);
int32_t rv_call_cancelled(struct reeve_call *call);
int32_t rv_call_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count,
                     int64_t timeout_ms);
void *rv_call_alloc(struct reeve_call *call, uint64_t bytes);
uint64_t rv_call_mark(struct reeve_call *call);
void rv_call_release(struct reeve_call *call, uint64_t mark);

/* secret.c */
struct reeve_secret *rv_host_secret_new(const char *bytes, size_t len);
/* One that the provider got at run time: 1 byte to RV_SECRET_BYTES. */
int32_t rv_host_secret_keep(struct reeve_call *call, const char *bytes, uint64_t len,
                            struct reeve_secret **out);
void rv_host_secret_free(struct reeve_secret *secret);
int32_t rv_host_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
                            int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg);

/* config.c */
const char *rv_config_get_string(const struct reeve_config *config, const char *name);
int64_t rv_config_get_int(const struct reeve_config *config, const char *name);
int32_t rv_config_get_has(const struct reeve_config *config, const char *name);
const struct reeve_secret *rv_config_get_secret(const struct reeve_config *config,
                                                const char *name);
/* prepare.c: *out is what the module's prepare makes of given (a copy when it has none). */
int rv_config_prepare(cJSON **out, const struct rv_module *module, const cJSON *given, rv_err *err);
void rv_prepared_set(struct reeve_call *call, void *out, const char *name, const char *value);

/* inventory.c */
void rv_inventory_begin(struct reeve_inventory *inv, struct reeve_call *call,
                        const struct rv_module *module);
void rv_inventory_end(struct reeve_inventory *inv);
void rv_inventory_begun(struct reeve_inventory *inv); /* all kinds: a whole refresh */
/* When an object is still open, it was forgotten: it is refused, and closed. */
void rv_inventory_forgotten(struct reeve_inventory *inv);
int32_t rv_inventory_emit(struct reeve_object *obj);
int32_t rv_inventory_gone(struct reeve_inventory *inv, const char *kind, const char *ref);
int32_t rv_inventory_begin_kind(struct reeve_inventory *inv, const char *kind);
int32_t rv_inventory_complete(struct reeve_inventory *inv, const char *kind);
int32_t rv_inventory_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token);
const char *rv_inventory_token(struct reeve_inventory *inv, const char *stream);
int32_t rv_inventory_warn(struct reeve_inventory *inv, const char *name, const char *text);

/* object.c */
struct reeve_object *rv_object_begin(struct reeve_inventory *inv, const char *kind,
                                     const char *ref);
struct reeve_object *rv_object_child(struct reeve_object *owner, const char *kind);
/* What swallows the setters of an object that cannot begin, and whose failure is told at its emit.
 */
struct reeve_object *rv_object_hole(struct reeve_inventory *inv);
/* Opens an object with this ref, whose columns are all NULL; the hole, when memory is out. */
struct reeve_object *rv_object_open(struct reeve_inventory *inv, const struct rv_kind *kind,
                                    const char *ref);
/* Required columns and key of the object and its children are there. */
int rv_object_check(struct reeve_object *obj, rv_err *err);
void rv_object_discard(struct reeve_object *obj);
/* Drops the open object and its memory. */
void rv_object_end(struct reeve_inventory *inv);
/* The first failure of the open object sticks. */
void rv_object_fail(struct reeve_object *obj, int error_class, const char *format, ...)
    RV_PRINTF(3, 4);
/* NULL when ref may identify an object, else what is wrong with it. */
const char *rv_ref_problem(const char *ref, int *error_class);

/* event.c */
struct reeve_object *rv_event_begin(struct reeve_event_sink *sink, const char *type,
                                    const char *ref, int64_t time_ms);
int32_t rv_event_emit(struct reeve_object *event, const char *token);
int32_t rv_event_position(struct reeve_event_sink *sink, const char *token);
/* Whether it is an event, and the column one that core fills. */
int rv_event_keeps(const struct reeve_object *obj, int column);
/* How much of a text fits into a column of the event, whole characters; len for other objects. */
size_t rv_event_cut(const struct reeve_object *obj, int column, const char *bytes, size_t len);

/* setters.c */
void rv_object_set_text(struct reeve_object *obj, const char *column, const char *bytes,
                        uint64_t len);
void rv_object_set_int(struct reeve_object *obj, const char *column, int64_t value);
void rv_object_set_double(struct reeve_object *obj, const char *column, double value);
void rv_object_set_flag(struct reeve_object *obj, const char *column, int32_t value);
void rv_object_set_time(struct reeve_object *obj, const char *column, int64_t unix_ms);
void rv_object_set_json(struct reeve_object *obj, const char *column, const char *json);
void rv_object_link(struct reeve_object *obj, const char *column, const char *kind,
                    const char *ref);
void rv_object_link_name(struct reeve_object *obj, const char *column, const char *kind,
                         const char *scope, const char *name);

#endif
