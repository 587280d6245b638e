/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the table that the host hands to the module. A table of an older host
 * is shorter: its missing slots, like all slots before the host has bound
 * itself, are filled with functions that do nothing, so that no wrapper has to
 * ask whether a slot is there.
 */
#include "host_table.h"
#include "reeve/provider.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

static int64_t
clock_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
no_fail(struct reeve_call *call, int32_t error_class, const char *text)
{
    (void)call, (void)error_class, (void)text;
}

static void
no_hint(struct reeve_call *call, const char *text)
{
    (void)call, (void)text;
}

static void
no_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms)
{
    (void)call, (void)remote_status, (void)retry_after_ms;
}

static const char *
no_text(struct reeve_call *call)
{
    (void)call;
    return "";
}

static void
no_clear(struct reeve_call *call)
{
    (void)call;
}

static int64_t
own_now(struct reeve_call *call)
{
    (void)call;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t
own_monotonic(struct reeve_call *call)
{
    (void)call;
    return clock_ms(CLOCK_MONOTONIC);
}

static int64_t
no_deadline(struct reeve_call *call)
{
    (void)call;
    return INT64_MAX;
}

static int32_t
not_cancelled(struct reeve_call *call)
{
    (void)call;
    return 0;
}

static int32_t
no_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    (void)call, (void)fds, (void)count, (void)timeout_ms;
    return REEVE_E_INTERNAL;
}

static void *
no_alloc(struct reeve_call *call, uint64_t bytes)
{
    (void)call, (void)bytes;
    return NULL;
}

static uint64_t
no_mark(struct reeve_call *call)
{
    (void)call;
    return 0;
}

static void
no_release(struct reeve_call *call, uint64_t mark)
{
    (void)call, (void)mark;
}

static int32_t
no_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
               int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg)
{
    (void)call, (void)secret, (void)fn, (void)arg;
    return REEVE_E_INTERNAL;
}

static const char *
no_config_string(const struct reeve_config *config, const char *name)
{
    (void)config, (void)name;
    return NULL;
}

static int64_t
no_config_int(const struct reeve_config *config, const char *name)
{
    (void)config, (void)name;
    return 0;
}

static int32_t
no_config_has(const struct reeve_config *config, const char *name)
{
    (void)config, (void)name;
    return 0;
}

static const struct reeve_secret *
no_config_secret(const struct reeve_config *config, const char *name)
{
    (void)config, (void)name;
    return NULL;
}

static struct reeve_object *
no_object(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    (void)inv, (void)kind, (void)ref;
    return NULL;
}

static struct reeve_object *
no_child(struct reeve_object *owner, const char *kind)
{
    (void)owner, (void)kind;
    return NULL;
}

static void
no_set_text(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len)
{
    (void)obj, (void)column, (void)bytes, (void)len;
}

static void
no_set_int(struct reeve_object *obj, const char *column, int64_t value)
{
    (void)obj, (void)column, (void)value;
}

static void
no_set_double(struct reeve_object *obj, const char *column, double value)
{
    (void)obj, (void)column, (void)value;
}

static void
no_set_flag(struct reeve_object *obj, const char *column, int32_t value)
{
    (void)obj, (void)column, (void)value;
}

static void
no_set_json(struct reeve_object *obj, const char *column, const char *json)
{
    (void)obj, (void)column, (void)json;
}

static void
no_link(struct reeve_object *obj, const char *column, const char *kind, const char *ref)
{
    (void)obj, (void)column, (void)kind, (void)ref;
}

static void
no_link_name(struct reeve_object *obj, const char *column, const char *kind, const char *scope,
             const char *name)
{
    (void)obj, (void)column, (void)kind, (void)scope, (void)name;
}

static int32_t
no_emit(struct reeve_object *obj)
{
    (void)obj;
    return REEVE_E_INTERNAL;
}

static void
no_discard(struct reeve_object *obj)
{
    (void)obj;
}

/* A host of version 1.0; before the host has bound itself, there is nobody to tell. */
static int32_t
no_secret_new(struct reeve_call *call, const char *bytes, uint64_t len, struct reeve_secret **out)
{
    (void)bytes, (void)len, (void)out;
    reeve_fail(call, REEVE_E_UNSUPPORTED,
               "this server cannot keep secrets that are got at run time");
    reeve_hint(call, "this provider needs a server of version 1.1 of the provider interface");
    return REEVE_E_UNSUPPORTED;
}

static void
no_secret_free(struct reeve_secret *secret)
{
    (void)secret;
}

static int32_t
no_inventory_pair(struct reeve_inventory *inv, const char *first, const char *second)
{
    (void)inv, (void)first, (void)second;
    return REEVE_E_INTERNAL;
}

static int32_t
no_inventory_kind(struct reeve_inventory *inv, const char *kind)
{
    (void)inv, (void)kind;
    return REEVE_E_INTERNAL;
}

static const char *
no_token(struct reeve_inventory *inv, const char *stream)
{
    (void)inv, (void)stream;
    return NULL;
}

static struct reeve_object *
no_event(struct reeve_event_sink *sink, const char *type, const char *ref, int64_t time_ms)
{
    (void)sink, (void)type, (void)ref, (void)time_ms;
    return NULL;
}

static int32_t
no_event_emit(struct reeve_object *event, const char *token)
{
    (void)event, (void)token;
    return REEVE_E_INTERNAL;
}

static int32_t
no_event_position(struct reeve_event_sink *sink, const char *token)
{
    (void)sink, (void)token;
    return REEVE_E_INTERNAL;
}

static void
no_prepared(struct reeve_call *call, void *out, const char *name, const char *value)
{
    (void)call, (void)out, (void)name, (void)value;
}

static const struct reeve_host absent = {
    .size = sizeof(struct reeve_host),
    .version = "",
    .fail = no_fail,
    .fail_wrap = no_fail,
    .fail_hint = no_hint,
    .fail_status = no_status,
    .fail_text = no_text,
    .fail_clear = no_clear,
    .log = no_fail,
    .now_ms = own_now,
    .monotonic_ms = own_monotonic,
    .deadline_ms = no_deadline,
    .cancelled = not_cancelled,
    .wait = no_wait,
    .alloc = no_alloc,
    .alloc_mark = no_mark,
    .alloc_release = no_release,
    .secret_with = no_secret_with,
    .config_string = no_config_string,
    .config_int = no_config_int,
    .config_has = no_config_has,
    .config_secret = no_config_secret,
    .object = no_object,
    .child = no_child,
    .set_text = no_set_text,
    .set_int = no_set_int,
    .set_double = no_set_double,
    .set_flag = no_set_flag,
    .set_time = no_set_int,
    .set_json = no_set_json,
    .link = no_link,
    .link_name = no_link_name,
    .emit = no_emit,
    .gone = no_inventory_pair,
    .begin = no_inventory_kind,
    .complete = no_inventory_kind,
    .checkpoint = no_inventory_pair,
    .token = no_token,
    .warn = no_inventory_pair,
    .prepared = no_prepared,
    .discard = no_discard,
    .secret_new = no_secret_new,
    .secret_free = no_secret_free,
    .event = no_event,
    .event_emit = no_event_emit,
    .event_position = no_event_position,
};

static const struct reeve_host *bound = &absent;
static struct reeve_host filled; /* stands in for a table with holes */

/* The slots are all pointers of one size, so holes can be filled slot by slot. */
static int
fill_holes(struct reeve_host *table)
{
    typedef void (*slot)(void);
    const size_t first = offsetof(struct reeve_host, fail);
    int holes = 0;

    for (size_t at = first; at < sizeof(*table); at += sizeof(slot)) {
        slot have;
        memcpy(&have, (const char *)table + at, sizeof(have));
        if (have)
            continue;
        memcpy((char *)table + at, (const char *)&absent + at, sizeof(have));
        holes++;
    }
    return holes;
}

void
reeve_sdk_bind(const struct reeve_host *host)
{
    if (!host) {
        bound = &absent;
        return;
    }
    memset(&filled, 0, sizeof(filled));
    memcpy(&filled, host, host->size < sizeof(filled) ? (size_t)host->size : sizeof(filled));
    /* The host's own table is kept where it can be: a test may change a slot later. */
    int holes = fill_holes(&filled);
    bound = holes == 0 && host->size >= sizeof(filled) ? host : &filled;
}

const struct reeve_host *
rv_sdk_host(void)
{
    return bound;
}
