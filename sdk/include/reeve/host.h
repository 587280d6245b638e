/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's functions as a table: the only boundary between a module and
 * whatever loads it (a worker, a test, reeve-conform). Authors use the
 * functions of the other headers, which libreeve-sdk maps to this table;
 * bindings for other languages use it directly. Fields are only appended; a
 * module must look at `size` before it uses one that a later minor added.
 */
#ifndef REEVE_HOST_H
#define REEVE_HOST_H

#include <stdint.h>
#include "reeve/call.h"
#include "reeve/options.h"
#include "reeve/inventory.h"
#include "reeve/events.h"

struct reeve_host {
    uint64_t size;
    const char *version; /* of the host, for logs */

    void (*fail)(struct reeve_call *call, int32_t error_class, const char *text);
    void (*fail_wrap)(struct reeve_call *call, int32_t error_class, const char *doing);
    void (*fail_hint)(struct reeve_call *call, const char *text);
    void (*fail_status)(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms);
    const char *(*fail_text)(struct reeve_call *call);
    void (*fail_clear)(struct reeve_call *call);
    void (*log)(struct reeve_call *call, int32_t level, const char *text);

    int64_t (*now_ms)(struct reeve_call *call);
    int64_t (*monotonic_ms)(struct reeve_call *call);
    int64_t (*deadline_ms)(struct reeve_call *call);
    int32_t (*cancelled)(struct reeve_call *call);
    int32_t (*wait)(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count,
                    int64_t timeout_ms);
    void *(*alloc)(struct reeve_call *call, uint64_t bytes);
    uint64_t (*alloc_mark)(struct reeve_call *call);
    void (*alloc_release)(struct reeve_call *call, uint64_t mark);
    int32_t (*secret_with)(struct reeve_call *call, const struct reeve_secret *secret,
                           int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg);

    const char *(*config_string)(const struct reeve_config *config, const char *name);
    int64_t (*config_int)(const struct reeve_config *config, const char *name);
    int32_t (*config_has)(const struct reeve_config *config, const char *name);
    const struct reeve_secret *(*config_secret)(const struct reeve_config *config,
                                                const char *name);

    struct reeve_object *(*object)(struct reeve_inventory *inv, const char *kind, const char *ref);
    struct reeve_object *(*child)(struct reeve_object *owner, const char *kind);
    void (*set_text)(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len);
    void (*set_int)(struct reeve_object *obj, const char *column, int64_t value);
    void (*set_double)(struct reeve_object *obj, const char *column, double value);
    void (*set_flag)(struct reeve_object *obj, const char *column, int32_t value);
    void (*set_time)(struct reeve_object *obj, const char *column, int64_t unix_ms);
    void (*set_json)(struct reeve_object *obj, const char *column, const char *json);
    void (*link)(struct reeve_object *obj, const char *column, const char *kind, const char *ref);
    void (*link_name)(struct reeve_object *obj, const char *column, const char *kind,
                      const char *scope, const char *name);
    int32_t (*emit)(struct reeve_object *obj);
    int32_t (*gone)(struct reeve_inventory *inv, const char *kind, const char *ref);
    int32_t (*begin)(struct reeve_inventory *inv, const char *kind);
    int32_t (*complete)(struct reeve_inventory *inv, const char *kind);
    int32_t (*checkpoint)(struct reeve_inventory *inv, const char *stream, const char *token);
    const char *(*token)(struct reeve_inventory *inv, const char *stream);
    int32_t (*warn)(struct reeve_inventory *inv, const char *name, const char *text);

    void (*prepared)(struct reeve_call *call, void *out, const char *name, const char *value);

    /* Since 1.1. */
    void (*discard)(struct reeve_object *obj);
    int32_t (*secret_new)(struct reeve_call *call, const char *bytes, uint64_t len,
                          struct reeve_secret **out);
    void (*secret_free)(struct reeve_secret *secret);

    /* Since 1.3. */
    struct reeve_object *(*event)(struct reeve_event_sink *sink, const char *type, const char *ref,
                                  int64_t time_ms);
    int32_t (*event_emit)(struct reeve_object *event, const char *token);
    int32_t (*event_position)(struct reeve_event_sink *sink, const char *token);
};

#endif
