/* SPDX-License-Identifier: Apache-2.0
 *
 * The spying table. Every slot that is not overridden is the host's own.
 */
#include "spy.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "reeve/host.h"
#include "base/clock.h"
#include "base/text.h"

enum {
    PATTERNS = 256,
    PATTERN_BYTES = 8,
    FINDINGS = 16,
    BIG_TEXT_BYTES = (1 << 20) + 1,
    SECRET_BYTES = 1 << 20
};

struct pattern {
    const char *option, *form;
    char *bytes;
    size_t len;
};

struct spy spy;
static const struct reeve_host *const real = &rv_host_table;
static struct reeve_host table;
static struct trial *trial;
static pthread_t thread;
static struct pattern patterns[PATTERNS];
static int pattern_count;
static char found[FINDINGS][96];
static int found_count;
/* Of the object that is open. */
static char open_kind[64], open_ref[200];

void
spy_begin(int64_t late_until_ms)
{
    spy.calls = spy.waits = spy.allocs = spy.emits = spy.strangers = spy.refused = 0;
    spy.late_until_ms = late_until_ms;
}

void
spy_refused(const char *kind, const char *ref, const char *why)
{
    if (spy.refused < SPY_REFUSALS)
        snprintf(spy.refusals[spy.refused], SPY_TEXT_BYTES, "%.60s '%.100s': %.300s", kind, ref,
                 why);
    spy.refused++;
}

static void
add_pattern(const char *option, const char *form, const char *bytes, size_t len)
{
    if (pattern_count == PATTERNS || len < PATTERN_BYTES)
        return;
    patterns[pattern_count++] = (struct pattern){
        .option = option ? rv_strdup(option) : NULL,
        .form = form,
        .bytes = rv_strndup(bytes, len),
        .len = len,
    };
}

/* In base64 a text looks different behind 0, 1 and 2 bytes; what depends on its neighbours is left
 * out. */
static void
add_base64(const char *option, const char *value, size_t len)
{
    for (size_t before = 0; before < 3; before++) {
        RV_AUTO_FREE char *padded = rv_format("%.*s%s", (int)before, "::", value);
        RV_AUTO_BUF
        rv_buf text = rv_buf_limited(len * 2 + 64);
        rv_base64_encode(&text, padded, before + len);
        size_t from = (8 * before + 5) / 6, to = 8 * (before + len) / 6;
        add_pattern(option, " in base64", rv_buf_text(&text) + from, to - from);
    }
}

void
spy_seek(const char *name, const char *value)
{
    size_t len = strlen(value);
    if (len < PATTERN_BYTES)
        return;
    add_pattern(name, "", value, len);
    add_base64(name, value, len);
}

/* Said once for each option and place. */
static void
report_secret(const struct pattern *pattern, const char *where)
{
    char place[96];
    snprintf(place, sizeof(place), "%.40s|%.50s", pattern->option ? pattern->option : "", where);
    for (int i = 0; i < found_count; i++)
        if (strcmp(found[i], place) == 0)
            return;
    if (found_count == FINDINGS)
        return;
    snprintf(found[found_count++], sizeof(found[0]), "%s", place);
    if (pattern->option == NULL)
        trial_fail(trial, "a secret of a session (reeve_secret_new) appears%s in %s", pattern->form,
                   where);
    else
        trial_fail(trial, "the value of option '%s' appears%s in %s", pattern->option,
                   pattern->form, where);
    trial_advise(trial, "hand secrets to the HTTP helpers as handles, and lend their bytes with "
                        "reeve_secret_with only; never put them into a text");
}

void
spy_look(const char *where, const char *bytes, size_t len)
{
    for (int i = 0; bytes && i < pattern_count; i++)
        if (memmem(bytes, len, patterns[i].bytes, patterns[i].len))
            report_secret(&patterns[i], where);
}

static void
look(const char *where, const char *text)
{
    if (text && pattern_count)
        spy_look(where, text, strlen(text));
}

/* What every call of the table passes. */
static void
enter(void)
{
    spy.calls++;
    if (!pthread_equal(pthread_self(), thread) && spy.strangers++ == 0) {
        trial_fail(trial, "the host was called from another thread in %s", trial->report->callback);
        trial_advise(trial, "call the host from the thread that runs the callback only");
    }
    while (spy.late_until_ms && rv_monotonic_ms() < spy.late_until_ms)
        usleep(500);
}

static void
spy_fail(struct reeve_call *call, int32_t error_class, const char *text)
{
    enter();
    look("the text of an error (reeve_fail)", text);
    real->fail(call, error_class, text);
}

static void
spy_fail_wrap(struct reeve_call *call, int32_t error_class, const char *doing)
{
    enter();
    look("the text of an error (reeve_wrap)", doing);
    real->fail_wrap(call, error_class, doing);
}

static void
spy_fail_hint(struct reeve_call *call, const char *text)
{
    enter();
    look("a hint (reeve_hint)", text);
    real->fail_hint(call, text);
}

static void
spy_log(struct reeve_call *call, int32_t level, const char *text)
{
    enter();
    look("a line of the log (reeve_log)", text);
    real->log(call, level, text);
}

static int32_t
spy_cancelled(struct reeve_call *call)
{
    enter();
    return real->cancelled(call);
}

static int32_t
spy_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    enter();
    spy.waits++;
    trial->report->waiting = 1;
    int32_t rc = real->wait(call, fds, count, timeout_ms);
    trial->report->waiting = 0;
    trial->report->busy_ms = rv_monotonic_ms();
    return rc;
}

static void *
spy_alloc(struct reeve_call *call, uint64_t bytes)
{
    enter();
    if (++spy.allocs != spy.fail_alloc_at)
        return real->alloc(call, bytes);
    real->fail(call, REEVE_E_LIMIT, "reeve-conform refused an allocation");
    return NULL;
}

static struct reeve_object *
spy_object(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    enter();
    look("the ref of an object", ref);
    snprintf(open_kind, sizeof(open_kind), "%s", kind ? kind : "");
    snprintf(open_ref, sizeof(open_ref), "%s", ref ? ref : "");
    return real->object(inv, kind, ref);
}

static void
spy_set_text(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len)
{
    enter();
    if (pattern_count && bytes)
        spy_look("a column of an object", bytes, len);
    real->set_text(obj, column, bytes, len);
}

static void
spy_set_json(struct reeve_object *obj, const char *column, const char *json)
{
    enter();
    look("a column of an object", json);
    real->set_json(obj, column, json);
}

static void
spy_link(struct reeve_object *obj, const char *column, const char *kind, const char *ref)
{
    look("a link", ref);
    real->link(obj, column, kind, ref);
}

static void
spy_link_name(struct reeve_object *obj, const char *column, const char *kind, const char *scope,
              const char *name)
{
    look("a link", scope);
    look("a link", name);
    real->link_name(obj, column, kind, scope, name);
}

/* Makes the open object one that the host refuses. */
static void
spoil(struct reeve_object *obj)
{
    const struct rv_kind *kind = rv_model_kind(open_kind);
    for (int i = 0; kind && spy.spoil_class == REEVE_E_LIMIT && i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (column->type != REEVE_STRING || (column->flags & REEVE_COL_CORE) || i == kind->key[0])
            continue;
        RV_AUTO_FREE char *big = rv_alloc(BIG_TEXT_BYTES);
        memset(big, 'x', BIG_TEXT_BYTES);
        real->set_text(obj, column->name, big, BIG_TEXT_BYTES);
        return;
    }
    real->set_text(obj, "no column has this name", "x", 1);
}

static int32_t
spy_emit(struct reeve_object *obj)
{
    enter();
    int64_t before = spy.refused;
    if (++spy.emits == spy.spoil_emit_at)
        spoil(obj);
    int32_t rc = real->emit(obj);
    trial->report->emits = spy.emits;
    trial->report->busy_ms = rv_monotonic_ms();
    /* The sink is told of those that have a kind; for the others there is nobody else. */
    if ((rc == REEVE_E_INVALID || rc == REEVE_E_LIMIT) && spy.refused == before)
        spy_refused(open_kind, open_ref,
                    rv_model_kind(open_kind) ? "its kind is not in the inventory's list of kinds, "
                                               "or its ref is empty, too long or not UTF-8"
                                             : "this kind is not known");
    return rc;
}

static int32_t
spy_gone(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    enter();
    look("the ref of an object that is gone", ref);
    return real->gone(inv, kind, ref);
}

static int32_t
spy_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token)
{
    enter();
    look("a resume token", stream);
    look("a resume token", token);
    return real->checkpoint(inv, stream, token);
}

static int32_t
spy_warn(struct reeve_inventory *inv, const char *name, const char *text)
{
    enter();
    look("a warning", name);
    look("a warning", text);
    return real->warn(inv, name, text);
}

static struct reeve_object *
spy_event(struct reeve_event_sink *sink, const char *type, const char *ref, int64_t time_ms)
{
    enter();
    look("the type of an event", type);
    look("the ref of an event", ref);
    snprintf(open_kind, sizeof(open_kind), "event_stream");
    snprintf(open_ref, sizeof(open_ref), "%s", ref ? ref : "");
    return real->event(sink, type, ref, time_ms);
}

static int32_t
spy_event_emit(struct reeve_object *event, const char *token)
{
    enter();
    look("the token of an event", token);
    spy.emits++;
    int32_t rc = real->event_emit(event, token);
    trial->report->emits = spy.emits;
    trial->report->busy_ms = rv_monotonic_ms();
    return rc;
}

static int32_t
spy_event_position(struct reeve_event_sink *sink, const char *token)
{
    enter();
    look("the token of an event", token);
    return real->event_position(sink, token);
}

static int32_t
spy_secret_new(struct reeve_call *call, const char *bytes, uint64_t len, struct reeve_secret **out)
{
    enter();
    if (spy.seek_new && bytes && len <= SECRET_BYTES) {
        RV_AUTO_FREE char *value = rv_strndup(bytes, len);
        spy_seek(NULL, value);
    }
    return real->secret_new(call, bytes, len, out);
}

static void
spy_prepared(struct reeve_call *call, void *out, const char *name, const char *value)
{
    char where[120];
    enter();
    snprintf(where, sizeof(where), "option '%.40s', which is not a secret (reeve_prepared)",
             name ? name : "");
    if (name && !rv_option_is_secret(trial->module, name))
        look(where, value);
    real->prepared(call, out, name, value);
}

void
spy_bind(struct trial *of)
{
    trial = of;
    thread = pthread_self();
    table = *real;
    table.fail = spy_fail;
    table.fail_wrap = spy_fail_wrap;
    table.fail_hint = spy_fail_hint;
    table.log = spy_log;
    table.cancelled = spy_cancelled;
    table.wait = spy_wait;
    table.alloc = spy_alloc;
    table.object = spy_object;
    table.set_text = spy_set_text;
    table.set_json = spy_set_json;
    table.link = spy_link;
    table.link_name = spy_link_name;
    table.emit = spy_emit;
    table.gone = spy_gone;
    table.checkpoint = spy_checkpoint;
    table.warn = spy_warn;
    table.prepared = spy_prepared;
    table.secret_new = spy_secret_new;
    table.event = spy_event;
    table.event_emit = spy_event_emit;
    table.event_position = spy_event_position;
    rv_module_bind(trial->module, &table);
}
