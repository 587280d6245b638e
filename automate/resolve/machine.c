/* SPDX-License-Identifier: Apache-2.0
 *
 * State machines. A class with states runs them one after another: on_entry, the state itself,
 * on_exit, or on_error. What a step puts into the root's ae_result decides how it goes on:
 *
 *   ok        on_exit, then the next state, or ae_next_state (forward only)
 *   warn      as ok
 *   skip      the next state, without on_exit; ae_next_state set by on_entry means the same
 *   retry     on_exit, then all ends; the run comes back to this state after ae_retry_interval
 *   restart   as retry, but to ae_next_state or the first state
 *   error     on_error; when that says continue, the next state, else the machine ends in error
 *   async_launch   as retry, without on_exit
 *
 * A retry within a state, by a machine in it, ends all without another word: the state comes back
 * where it was, and its own tries are not counted.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum { PLAIN_RETRIES_MAX = 100 };
#define RETRY_MOST_MS (100LL * 365 * 86400 * 1000)

static struct rv_ws_object *
root_of(const struct rv_ws_object *object)
{
    return rv_ws_root(object->ws);
}

static int
result_is(const struct rv_ws_object *object, const char *result)
{
    return rv_strcaseeq(ws_text(root_of(object), "ae_result"), result);
}

static void
set_result(struct rv_ws_object *object, const char *result)
{
    ws_set_text(root_of(object), "ae_result", result);
}

static void
set_error(struct rv_ws_object *object, const char *reason)
{
    set_result(object, "error");
    ws_set_text(root_of(object), "ae_reason", reason);
}

/* The state of this name, or NULL; name NULL: the first. Those that do not run for the object's
 * message are none. */
static const struct rv_ae_field *
find_state(const struct rv_ws_object *object, const char *name, const struct rv_ae_field *after)
{
    const struct rv_ae_class *class = object->instance->class;
    for (size_t i = after ? (size_t)(after - class->fields) + 1 : 0; i < class->field_count; i++) {
        const struct rv_ae_field *field = &class->fields[i];
        if (field->aetype == RV_AE_STATE && ws_takes_message(field->message, object->message) &&
            (name == NULL || rv_strcaseeq(field->name, name)))
            return field;
    }
    return NULL;
}

/* Beginning a state forgets what was counted for the last one. NULL: the machine has ended. */
static void
go_to(struct rv_ws_object *object, const struct rv_ae_field *state)
{
    struct rv_ws *ws = object->ws;
    const char *key = ws->machine->key;
    ws_machine_end_all(ws, key);
    ws_machine_note(ws, key, "state", rv_ae_vtext(state ? state->name : ""));
    ws_machine_note(ws, key, "started", rv_ae_vint(state ? ws_now_ms(ws) : 0));
    ws_machine_note(ws, key, "retries", rv_ae_vint(0));
    if (state == NULL)
        ws_machine_note(ws, key, "done", rv_ae_vbool(1));
    ws_machine_show(ws);
}

/* What the instance says of this state, else its class. */
static const char *
saying(const struct rv_ws_object *object, const struct rv_ae_field *state, const char *what)
{
    const struct rv_ae_entry *entry = ws_entry(object->instance, state->name);
    const char *own = NULL, *other = NULL;
    if (strcmp(what, "on_entry") == 0)
        own = entry ? entry->on_entry : NULL, other = state->on_entry;
    else if (strcmp(what, "on_exit") == 0)
        own = entry ? entry->on_exit : NULL, other = state->on_exit;
    else if (strcmp(what, "on_error") == 0)
        own = entry ? entry->on_error : NULL, other = state->on_error;
    else if (strcmp(what, "max_retries") == 0)
        own = entry ? entry->max_retries : NULL, other = state->max_retries;
    else
        own = entry ? entry->max_time : NULL, other = state->max_time;
    return ws_is_blank(own) ? other : own;
}

static void
fail_limit(struct rv_ws_object *object, const struct rv_ae_field *state, const char *what)
{
    RV_AUTO_FREE char *reason = rv_format("state '%s': %s", state->name, what);
    set_error(object, reason);
}

/* More tries or more time than allowed end the state in error. A clock that was set back counts as
 * no time at all. */
static void
check_limits(struct rv_ws_object *object, const struct rv_ae_field *state)
{
    struct rv_ws *ws = object->ws;
    const char *most = saying(object, state, "max_retries");
    const char *longest = saying(object, state, "max_time");
    int64_t retries = ws_machine_int(ws, ws->machine->key, "retries"), limit;
    int64_t spent_ms = ws_now_ms(ws) - ws_machine_int(ws, ws->machine->key, "started");
    rv_err err = RV_ERR_INIT;
    ws_set_text(root_of(object), "ae_state_max_retries", ws_is_blank(most) ? "" : most);
    if (!ws_is_blank(most)) {
        if (rv_parse_int(&limit, most, &err) < 0)
            fail_limit(object, state, err.text);
        else if (retries > limit)
            fail_limit(object, state, "the number of maximum retries was exceeded");
    }
    if (!ws_is_blank(longest) && result_is(object, "ok")) {
        if (ws_parse_interval(&limit, longest, &err) < 0)
            fail_limit(object, state, err.text);
        else if (spent_ms > limit)
            fail_limit(object, state, "the maximum time was exceeded");
    }
}

static void
begin_step(struct rv_ws_object *object, const char *step)
{
    ws_set_text(root_of(object), "ae_state_step", step);
    ws_set_text(root_of(object), "ae_status_state", step);
}

static void
trace_step(struct rv_ws_object *object, const struct rv_ae_field *state, const char *step)
{
    struct rv_ws_object *root = root_of(object);
    const char *result = ws_text(root, "ae_result");
    RV_AUTO_FREE char *text = rv_format("%s/%s", state->name, step);
    RV_AUTO_AE_VALUE struct rv_ae_value value = rv_ae_vtext(result);
    ws_trace(object, RV_WS_STEP_STATE, text, state->name, &value, 0, 0);
}

/* What failed becomes the machine's error; a stop or an abort passes through. */
static int
take_failure(struct rv_ws_object *object, const struct rv_ae_field *state, const char *step, int rc,
             rv_err *err)
{
    if (rc >= 0 || err->code == RV_E_CANCELLED || err->code == RV_E_STALE)
        return rc;
    RV_AUTO_FREE char *reason = rv_format("state '%s', %s: %s", state->name, step, err->text);
    rv_err_clear(err);
    set_error(object, reason);
    return 0;
}

/* "first; second(x => 1)". */
static int
run_step(struct rv_ws_object *object, const struct rv_ae_field *state, const char *step,
         rv_err *err)
{
    const char *methods = saying(object, state, step);
    if (ws_is_blank(methods))
        return 0;
    RV_AUTO_FREE char *own = rv_strdup(methods);
    RV_AUTO_FREE char *before = rv_strdup(ws_text(root_of(object), "ae_result"));
    begin_step(object, step);
    int rc = 0;
    for (char *next = own; next && rc == 0 && result_is(object, before);) {
        char *one = strsep(&next, ";");
        if (!ws_is_blank(one) && one[strspn(one, " \t\r\n")] != '#')
            rc = take_failure(object, state, step, ws_call_method(object, one, 1, err), err);
    }
    trace_step(object, state, step);
    return rc;
}

/* 1 when the step must not be run: its name is noted before it begins. */
static int
was_begun(struct rv_ws_object *object, const struct rv_ae_field *state, rv_err *err)
{
    struct rv_ws *ws = object->ws;
    const char *key = ws->machine->key;
    if (!(state->flags & RV_AE_ONCE) || ws->calls.once == NULL)
        return 0;
    RV_AUTO_FREE char *mark =
        rv_format("%s/%s/%lld", key, state->name, (long long)ws_machine_int(ws, key, "retries"));
    int rc = ws->calls.once(ws->calls.arg, ws, mark, err);
    if (rc > 0)
        fail_limit(object, state, "it was cut off, and must not begin a second time");
    return rc;
}

static int
run_main(struct rv_ws_object *object, const struct rv_ae_field *state, const struct rv_ws_uri *uri,
         rv_err *err)
{
    int begun = was_begun(object, state, err);
    if (begun)
        return begun < 0 ? begun : 0;
    begin_step(object, "main");
    int rc = take_failure(object, state, "main", ws_follow(object, state, uri, err), err);
    trace_step(object, state, "main");
    return rc;
}

static int
run_on_error(struct rv_ws_object *object, const struct rv_ae_field *state, rv_err *err)
{
    int rc = run_step(object, state, "on_error", err);
    if (result_is(object, "continue"))
        set_result(object, "ok");
    return rc;
}

/* 1 when there is an ae_next_state: *out is NULL when no state has that name there. */
static int
take_next_state(const struct rv_ae_field **out, struct rv_ws_object *object,
                const struct rv_ae_field *after)
{
    RV_AUTO_FREE char *name = rv_strdup(ws_text(root_of(object), "ae_next_state"));
    if (ws_is_blank(name))
        return 0;
    *out = find_state(object, name, after);
    if (*out == NULL) {
        RV_AUTO_FREE char *reason =
            rv_format("ae_next_state '%s' is no state of %s%s", name, object->path,
                      after && find_state(object, name, NULL) ? " behind this one" : "");
        set_error(object, reason);
    }
    ws_set_text(root_of(object), "ae_next_state", "");
    return 1;
}

static int
settle_ok(struct rv_ws_object *object, const struct rv_ae_field *state, rv_err *err)
{
    const struct rv_ae_field *next = NULL;
    set_result(object, "ok");
    if (take_next_state(&next, object, state)) {
        if (next == NULL)
            return FLOW_ABORT;
    } else {
        next = find_state(object, NULL, state);
    }
    go_to(object, next);
    struct rv_ws_calls *calls = &object->ws->calls;
    if ((state->flags & RV_AE_ONCE) && calls->checkpoint)
        return calls->checkpoint(calls->arg, object->ws, err);
    return 0;
}

static void
settle_retry(struct rv_ws_object *object)
{
    struct rv_ws *ws = object->ws;
    const char *key = ws->machine->key;
    set_result(object, "retry");
    if (ws->machine->inner_retries)
        return;
    ws_machine_end_all(ws, key);
    ws_machine_note(ws, key, "retries", rv_ae_vint(ws_machine_int(ws, key, "retries") + 1));
    ws_machine_show(ws);
}

static int
settle_restart(struct rv_ws_object *object)
{
    const struct rv_ae_field *next = NULL;
    if (!take_next_state(&next, object, NULL))
        next = find_state(object, NULL, NULL);
    if (next == NULL)
        return FLOW_ABORT;
    go_to(object, next);
    set_result(object, "retry");
    return 0;
}

static int
settle(struct rv_ws_object *object, const struct rv_ae_field *state, rv_err *err)
{
    if (result_is(object, "ok") || result_is(object, "skip"))
        return settle_ok(object, state, err);
    if (result_is(object, "restart"))
        return settle_restart(object);
    if (result_is(object, "retry") || result_is(object, "async_launch")) {
        settle_retry(object);
        return 0;
    }
    if (!result_is(object, "error")) {
        RV_AUTO_FREE char *reason = rv_format("state '%s': ae_result '%s' means nothing here",
                                              state->name, ws_text(root_of(object), "ae_result"));
        set_error(object, reason);
    }
    return 0;
}

/* All steps of the state that the machine is at. */
static int
run_state(struct rv_ws_object *object, const struct rv_ae_field *state, const struct rv_ws_uri *uri,
          rv_err *err)
{
    object->ws->machine->inner_retries = 0;
    check_limits(object, state);
    int rc = result_is(object, "ok") ? run_step(object, state, "on_entry", err) : 0;
    int skips = !ws_is_blank(ws_text(root_of(object), "ae_next_state"));
    if (rc == 0 && result_is(object, "ok") && skips)
        set_result(object, "skip");
    if (rc == 0 && result_is(object, "ok"))
        rc = run_main(object, state, uri, err);
    if (rc == 0 && result_is(object, "warn"))
        set_result(object, "ok");
    int waits = result_is(object, "retry") && !object->ws->machine->inner_retries;
    if (rc == 0 && (result_is(object, "ok") || waits))
        rc = run_step(object, state, "on_exit", err);
    if (rc == 0 && result_is(object, "error"))
        rc = run_on_error(object, state, err);
    return rc ? rc : settle(object, state, err);
}

/* Where it is; a machine that has not begun begins. NULL: it is not to run, or is at a state that
 * is gone. */
static const struct rv_ae_field *
state_at(struct rv_ws_object *object, const struct rv_ae_field *first)
{
    struct rv_ws *ws = object->ws;
    const char *key = ws->machine->key;
    if (!result_is(object, "ok") || ws_machine_int(ws, key, "done"))
        return NULL;
    if (*ws_machine_text(ws, key, "state") == '\0')
        go_to(object, first);
    const struct rv_ae_field *state = find_state(object, ws_machine_text(ws, key, "state"), NULL);
    if (state == NULL) {
        RV_AUTO_FREE char *reason = rv_format("state '%s' is not in %s any more",
                                              ws_machine_text(ws, key, "state"), object->path);
        set_error(object, reason);
    }
    return state;
}

int
ws_process_state(struct rv_ws_object *object, const struct rv_ae_field *field,
                 const struct rv_ws_uri *uri, rv_err *err)
{
    if (state_at(object, field) != field)
        return 0;
    const char *value = ws_field_value(object, field);
    if (value == NULL || value[strspn(value, " \t\r\n")] == '#')
        return settle_ok(object, field, err);
    return run_state(object, field, uri, err);
}

static const char *
root_result(const struct rv_ws *ws)
{
    const struct rv_ws_object *root = rv_ws_root(ws);
    return root ? ws_text(root, "ae_result") : "";
}

enum rv_ws_outcome
rv_ws_outcome(const struct rv_ws *ws)
{
    const char *result = root_result(ws);
    if (ws->aborted)
        return RV_WS_ABORTED;
    if (rv_strcaseeq(result, "error"))
        return RV_WS_FAILED;
    if (!rv_strcaseeq(result, "retry"))
        return RV_WS_DONE;
    return ws->met.len == 0 && ws->plain_retries >= PLAIN_RETRIES_MAX ? RV_WS_FAILED : RV_WS_RETRY;
}

int64_t
rv_ws_retry_ms(const struct rv_ws *ws)
{
    const struct rv_ws_object *root = rv_ws_root(ws);
    const struct rv_ae_value *value = root ? rv_ws_get(root, "ae_retry_interval") : NULL;
    rv_err err = RV_ERR_INIT;
    int64_t ms = 0;
    if (value && value->type == RV_AE_INT && value->v.i > 0)
        ms = value->v.i > RETRY_MOST_MS / 1000 ? RETRY_MOST_MS : value->v.i * 1000;
    else if (value && value->type == RV_AE_DOUBLE && value->v.d > 0)
        ms = value->v.d > (double)(RETRY_MOST_MS / 1000) ? RETRY_MOST_MS
                                                         : (int64_t)(value->v.d * 1000);
    else if (value && value->type == RV_AE_TEXT && ws_parse_interval(&ms, value->v.text, &err) < 0)
        ms = 0;
    return ms < 0 ? 0 : ms > RETRY_MOST_MS ? RETRY_MOST_MS : ms;
}

int
rv_ws_retry_here(const struct rv_ws *ws)
{
    const struct rv_ws_object *root = rv_ws_root(ws);
    const struct rv_ae_value *value = root ? rv_ws_get(root, "ae_retry_server_affinity") : NULL;
    return value && !rv_ae_is_blank(value) &&
           !(value->type == RV_AE_TEXT && rv_strcaseeq(value->v.text, "false"));
}
