/* SPDX-License-Identifier: Apache-2.0
 *
 * See sdk_host.h.
 */
#include "support/sdk_host.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reeve/provider.h"

struct sdk_host_block {
    struct sdk_host_block *next;
    uint64_t number;
    uint64_t bytes;
    char data[] __attribute__((aligned(16)));
};

static int64_t
clock_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
host_fail(struct reeve_call *call, int32_t error_class, const char *text)
{
    call->error_class = error_class;
    snprintf(call->text, sizeof(call->text), "%s", text);
    call->hint[0] = 0;
}

static void
host_fail_wrap(struct reeve_call *call, int32_t error_class, const char *doing)
{
    char whole[sizeof(call->text)];

    snprintf(whole, sizeof(whole), "%.1000s: %.3000s", doing, call->text);
    call->error_class = error_class;
    memcpy(call->text, whole, sizeof(whole));
}

static void
host_fail_hint(struct reeve_call *call, const char *text)
{
    snprintf(call->hint, sizeof(call->hint), "%s", text);
}

static void
host_fail_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms)
{
    call->remote_status = remote_status;
    call->retry_after_ms = retry_after_ms;
}

static const char *
host_fail_text(struct reeve_call *call)
{
    return call->text;
}

static void
host_fail_clear(struct reeve_call *call)
{
    call->error_class = 0;
    call->text[0] = call->hint[0] = 0;
    call->remote_status = 0;
    call->retry_after_ms = 0;
}

static void
host_log(struct reeve_call *call, int32_t level, const char *text)
{
    static const char *const names[] = { "debug", "info", "warning", "error" };

    fprintf(call->log_file, "%s %s\n", level >= 0 && level <= 3 ? names[level] : "?", text);
}

static int64_t
host_now(struct reeve_call *call)
{
    (void)call;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t
host_monotonic(struct reeve_call *call)
{
    (void)call;
    return clock_ms(CLOCK_MONOTONIC);
}

static int64_t
host_deadline(struct reeve_call *call)
{
    return call->deadline_ms;
}

static int32_t
host_cancelled(struct reeve_call *call)
{
    return clock_ms(CLOCK_MONOTONIC) >= call->cancel_at_ms;
}

static int64_t
earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int32_t
ended(struct reeve_call *call)
{
    int64_t now = clock_ms(CLOCK_MONOTONIC);

    if (now >= call->cancel_at_ms) {
        host_fail(call, REEVE_E_CANCELLED, "cancelled");
        return REEVE_E_CANCELLED;
    }
    if (now >= call->deadline_ms) {
        host_fail(call, REEVE_E_TIMEOUT, "the deadline passed");
        return REEVE_E_TIMEOUT;
    }
    return 0;
}

static int32_t
host_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    struct pollfd *polled = calloc(count + 1, sizeof(*polled));
    int64_t now = clock_ms(CLOCK_MONOTONIC);
    int64_t until = timeout_ms < 0 ? INT64_MAX : now + timeout_ms;
    int64_t end = earliest(until, earliest(call->deadline_ms, call->cancel_at_ms));
    int ready = 0;

    call->waits++;
    for (uint64_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){ .fd = fds[i].fd, .events = fds[i].events };
    if (ended(call) == 0) {
        int64_t left = end == INT64_MAX ? -1 : end > now ? end - now : 0;
        ready = poll(polled, count, left > 60000 ? 60000 : (int)left);
    }
    for (uint64_t i = 0; i < count; i++)
        fds[i].revents = ready > 0 ? polled[i].revents : 0;
    free(polled);
    if (ready > 0)
        return ready;
    return ended(call);
}

static void *
host_alloc(struct reeve_call *call, uint64_t bytes)
{
    if (bytes > call->memory_limit - call->memory_used) {
        host_fail(call, REEVE_E_LIMIT, "scratch memory is used up");
        return NULL;
    }
    struct sdk_host_block *block = calloc(1, sizeof(*block) + bytes);
    if (!block)
        abort();
    block->next = call->blocks;
    block->number = block->next ? block->next->number + 1 : 1;
    block->bytes = bytes;
    call->blocks = block;
    call->memory_used += bytes;
    return block->data;
}

static uint64_t
host_alloc_mark(struct reeve_call *call)
{
    return call->blocks ? call->blocks->number : 0;
}

static void
host_alloc_release(struct reeve_call *call, uint64_t mark)
{
    while (call->blocks && call->blocks->number > mark) {
        struct sdk_host_block *block = call->blocks;
        call->blocks = block->next;
        call->memory_used -= block->bytes;
        free(block);
    }
}

static int32_t
host_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
                 int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg)
{
    call->lent++;
    /* A copy of the exact length: reading a byte behind it is found by the sanitizer. */
    char *bytes = malloc(secret->len ? secret->len : 1);
    if (!bytes)
        abort();
    memcpy(bytes, secret->bytes, secret->len);
    int status = fn(arg, bytes, secret->len);
    explicit_bzero(bytes, secret->len);
    free(bytes);
    return status;
}

static int32_t
host_secret_new(struct reeve_call *call, const char *bytes, uint64_t len, struct reeve_secret **out)
{
    struct reeve_secret *secret = malloc(sizeof(*secret));
    char *copy = malloc(len);

    if (!secret || !copy)
        abort();
    memcpy(copy, bytes, len);
    *secret = (struct reeve_secret){ copy, len };
    call->secrets++;
    *out = secret;
    return 0;
}

static void
host_secret_free(struct reeve_secret *secret)
{
    union {
        const char *lent;
        char *own;
    } bytes = { .lent = secret->bytes };

    free(bytes.own);
    free(secret);
}

static const char *
find_option(const struct sdk_host_option *options, const char *name)
{
    for (; options && options->name; options++) {
        if (strcmp(options->name, name) == 0)
            return options->text;
    }
    return NULL;
}

static const char *
host_config_string(const struct reeve_config *config, const char *name)
{
    return find_option(config->options, name);
}

static int64_t
host_config_int(const struct reeve_config *config, const char *name)
{
    const char *text = find_option(config->options, name);

    return text ? strtoll(text, NULL, 10) : 0;
}

static const struct reeve_secret *
host_config_secret(const struct reeve_config *config, const char *name)
{
    for (const struct sdk_host_secret *s = config->secrets; s && s->name; s++) {
        if (strcmp(s->name, name) == 0)
            return &s->secret;
    }
    return NULL;
}

static int32_t
host_config_has(const struct reeve_config *config, const char *name)
{
    return find_option(config->options, name) || host_config_secret(config, name);
}

/* The record is flat, so an inventory also stands for its objects. */
static struct reeve_object *
as_object(struct reeve_inventory *inv)
{
    return (void *)inv;
}

static FILE *
record_of(struct reeve_object *obj)
{
    struct reeve_inventory *inv = (void *)obj;

    return inv->file;
}

static struct reeve_object *
host_object(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    fprintf(inv->file, "object %s %s\n", kind, ref);
    return as_object(inv);
}

static struct reeve_object *
host_child(struct reeve_object *owner, const char *kind)
{
    fprintf(record_of(owner), "child %s\n", kind);
    return owner;
}

static void
host_set_text(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len)
{
    if (bytes)
        fprintf(record_of(obj), "%s=%.*s\n", column, (int)len, bytes);
}

static void
host_set_int(struct reeve_object *obj, const char *column, int64_t value)
{
    fprintf(record_of(obj), "%s=%lld\n", column, (long long)value);
}

static void
host_set_double(struct reeve_object *obj, const char *column, double value)
{
    fprintf(record_of(obj), "%s=%g\n", column, value);
}

static void
host_set_flag(struct reeve_object *obj, const char *column, int32_t value)
{
    fprintf(record_of(obj), "%s=%s\n", column, value ? "true" : "false");
}

static void
host_set_json(struct reeve_object *obj, const char *column, const char *json)
{
    if (json)
        fprintf(record_of(obj), "%s=%s\n", column, json);
}

static void
host_link(struct reeve_object *obj, const char *column, const char *kind, const char *ref)
{
    if (ref)
        fprintf(record_of(obj), "%s->%s %s\n", column, kind, ref);
}

static void
host_link_name(struct reeve_object *obj, const char *column, const char *kind, const char *scope,
               const char *name)
{
    if (name)
        fprintf(record_of(obj), "%s=>%s %s/%s\n", column, kind, scope ? scope : "", name);
}

static int32_t
host_emit(struct reeve_object *obj)
{
    struct reeve_inventory *inv = (void *)obj;

    fputs("emit\n", inv->file);
    inv->objects++;
    if (inv->objects != inv->fail_at)
        return ended(inv->call);
    host_fail(inv->call, REEVE_E_INTERNAL, "this emit was to fail");
    return REEVE_E_INTERNAL;
}

static void
host_discard(struct reeve_object *obj)
{
    fputs("discard\n", record_of(obj));
}

/* A sink of events is an inventory, too. */
static struct reeve_object *
host_event(struct reeve_event_sink *sink, const char *type, const char *ref, int64_t time_ms)
{
    struct reeve_inventory *inv = (void *)sink;

    fprintf(inv->file, "event %s %s %lld\n", type, ref, (long long)time_ms);
    return as_object(inv);
}

static int32_t
host_event_emit(struct reeve_object *event, const char *token)
{
    fprintf(record_of(event), "token %s\n", token ? token : "-");
    return host_emit(event);
}

static int32_t
host_event_position(struct reeve_event_sink *sink, const char *token)
{
    struct reeve_inventory *inv = (void *)sink;

    fprintf(inv->file, "position %s\n", token);
    return 0;
}

static int32_t
host_gone(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    fprintf(inv->file, "gone %s %s\n", kind, ref);
    return 0;
}

static int32_t
host_begin(struct reeve_inventory *inv, const char *kind)
{
    fprintf(inv->file, "begin %s\n", kind);
    return 0;
}

static int32_t
host_complete(struct reeve_inventory *inv, const char *kind)
{
    fprintf(inv->file, "complete %s\n", kind);
    return 0;
}

static int32_t
host_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token)
{
    fprintf(inv->file, "checkpoint %s %s\n", stream, token);
    return 0;
}

static const char *
host_token(struct reeve_inventory *inv, const char *stream)
{
    return find_option(inv->tokens, stream);
}

static int32_t
host_warn(struct reeve_inventory *inv, const char *name, const char *text)
{
    fprintf(inv->file, "warn %s %s\n", name, text ? text : "(cleared)");
    return 0;
}

static void
host_prepared(struct reeve_call *call, void *out, const char *name, const char *value)
{
    (void)call;
    fprintf(out, "%s=%s\n", name, value ? value : "(removed)");
}

static const struct reeve_host table = {
    .size = sizeof(struct reeve_host),
    .version = "test",
    .fail = host_fail,
    .fail_wrap = host_fail_wrap,
    .fail_hint = host_fail_hint,
    .fail_status = host_fail_status,
    .fail_text = host_fail_text,
    .fail_clear = host_fail_clear,
    .log = host_log,
    .now_ms = host_now,
    .monotonic_ms = host_monotonic,
    .deadline_ms = host_deadline,
    .cancelled = host_cancelled,
    .wait = host_wait,
    .alloc = host_alloc,
    .alloc_mark = host_alloc_mark,
    .alloc_release = host_alloc_release,
    .secret_with = host_secret_with,
    .config_string = host_config_string,
    .config_int = host_config_int,
    .config_has = host_config_has,
    .config_secret = host_config_secret,
    .object = host_object,
    .child = host_child,
    .set_text = host_set_text,
    .set_int = host_set_int,
    .set_double = host_set_double,
    .set_flag = host_set_flag,
    .set_time = host_set_int,
    .set_json = host_set_json,
    .link = host_link,
    .link_name = host_link_name,
    .emit = host_emit,
    .gone = host_gone,
    .begin = host_begin,
    .complete = host_complete,
    .checkpoint = host_checkpoint,
    .token = host_token,
    .warn = host_warn,
    .prepared = host_prepared,
    .discard = host_discard,
    .secret_new = host_secret_new,
    .secret_free = host_secret_free,
    .event = host_event,
    .event_emit = host_event_emit,
    .event_position = host_event_position,
};

const struct reeve_host *
sdk_host_table(void)
{
    return &table;
}

void
sdk_host_begin(struct reeve_call *call)
{
    memset(call, 0, sizeof(*call));
    call->deadline_ms = call->cancel_at_ms = INT64_MAX;
    call->memory_limit = (uint64_t)256 << 20;
    call->log_file = open_memstream(&call->log, &call->log_bytes);
    if (!call->log_file)
        abort();
    reeve_sdk_bind(&table);
}

void
sdk_host_end(struct reeve_call *call)
{
    host_alloc_release(call, 0);
    fclose(call->log_file);
    free(call->log);
}

void
sdk_host_forget(struct reeve_call *call)
{
    host_fail_clear(call);
    rewind(call->log_file);
}

const char *
sdk_host_log(struct reeve_call *call)
{
    fflush(call->log_file);
    return call->log;
}

void
sdk_host_set_deadline(struct reeve_call *call, int64_t ms)
{
    call->deadline_ms = clock_ms(CLOCK_MONOTONIC) + ms;
}

void
sdk_host_cancel_after(struct reeve_call *call, int64_t ms)
{
    call->cancel_at_ms = clock_ms(CLOCK_MONOTONIC) + ms;
}

void
sdk_host_inventory_begin(struct reeve_inventory *inv, struct reeve_call *call)
{
    memset(inv, 0, sizeof(*inv));
    inv->call = call;
    inv->file = open_memstream(&inv->record, &inv->record_bytes);
    if (!inv->file)
        abort();
}

const char *
sdk_host_record(struct reeve_inventory *inv)
{
    fflush(inv->file);
    return inv->record;
}

void
sdk_host_inventory_end(struct reeve_inventory *inv)
{
    fclose(inv->file);
    free(inv->record);
}
