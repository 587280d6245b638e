/* SPDX-License-Identifier: Apache-2.0
 *
 * Playing methods, and writing down what happens.
 */
#include "run.h"

#include "../base/check.h"
#include "base/mem.h"
#include "base/text.h"

static void
add_value(rv_buf *out, const struct rv_ae_value *value)
{
    if (value->type == RV_AE_TEXT)
        rv_buf_addf(out, "\"%s\"", value->v.text);
    else if (value->type == RV_AE_SYMBOL)
        rv_buf_addf(out, ":%s", value->v.text);
    else if (value->type == RV_AE_NIL)
        rv_buf_add_string(out, "nil");
    else
        rv_ae_show(out, value);
}

static void
add_inputs(rv_buf *out, const struct rv_ae_value *inputs)
{
    rv_buf_add_char(out, '(');
    for (int32_t i = 0; i < inputs->len; i++) {
        rv_buf_addf(out, "%s%s=", i ? ", " : "", inputs->v.items[i].key);
        add_value(out, &inputs->v.items[i]);
    }
    rv_buf_add_char(out, ')');
}

static void
trace(void *arg, const struct rv_ws_step *step)
{
    struct run *run = arg;
    rv_buf *out = &run->trace;
    int depth = step->depth + (step->kind != RV_WS_STEP_OBJECT);
    if (step->kind == RV_WS_STEP_END && step->code == 0)
        return;
    rv_buf_addf(out, "%*s", 2 * depth, "");
    switch (step->kind) {
    case RV_WS_STEP_OBJECT:
        rv_buf_add_string(out, step->text);
        if (step->name)
            rv_buf_addf(out, " for %s", step->name);
        break;
    case RV_WS_STEP_FIELD:
        rv_buf_addf(out, "%s = ", step->name);
        add_value(out, step->value);
        break;
    case RV_WS_STEP_ASSERTION:
        rv_buf_addf(out, "%s does not hold: %s", step->name, step->text);
        break;
    case RV_WS_STEP_METHOD:
        rv_buf_addf(out, "%s", step->name);
        add_inputs(out, step->value);
        rv_buf_addf(out, step->code < 0 ? " failed: %s" : " -> %s%d",
                    step->code < 0 ? step->text : (step->text ? "not run, " : ""), step->code);
        break;
    case RV_WS_STEP_STATE:
        rv_buf_addf(out, "%s: %s", step->text, step->value->v.text);
        break;
    case RV_WS_STEP_WARN:
        rv_buf_addf(out, "warning: %s", step->text);
        break;
    default:
        rv_buf_add_string(out, step->code < 0 ? "failed" : step->code == 1 ? "dropped" : "aborted");
    }
    rv_buf_add_char(out, '\n');
}

static void
keep(struct run *run, const struct rv_ws *ws)
{
    rv_err err = RV_ERR_INIT;
    rv_buf_reset(&run->state);
    assert_int_equal(rv_ws_save(ws, &run->state, &err), 0);
}

static int
once(void *arg, struct rv_ws *ws, const char *path, rv_err *err)
{
    struct run *run = arg;
    (void)err;
    RV_AUTO_FREE char *line = rv_format("%s\n", path);
    if (strstr(rv_buf_text(&run->begun), line))
        return 1;
    rv_buf_add_string(&run->begun, line);
    keep(run, ws);
    return 0;
}

static int
checkpoint(void *arg, struct rv_ws *ws, rv_err *err)
{
    (void)err;
    keep(arg, ws);
    return 0;
}

static int
row(void *arg, struct rv_ae_value *out, const char *class_name, int64_t id, rv_err *err)
{
    (void)arg, (void)err;
    *out = RV_AE_VNIL;
    if (id < 100)
        *out = rv_ae_vrow(rv_strcaseeq(class_name, "host") ? "host" : "vm", id);
    return 0;
}

static int
column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
       rv_err *err)
{
    (void)arg, (void)err;
    *out = RV_AE_VNIL;
    if (strcmp(name, "host") == 0)
        *out = rv_ae_vrow("host", 1);
    if (strcmp(name, "name") == 0) {
        RV_AUTO_FREE char *text = rv_format("%s-%lld", kind, (long long)id);
        *out = rv_ae_vtext(text);
    }
    return 0;
}

static int64_t
now_ms(void *arg)
{
    return ((struct run *)arg)->now_ms;
}

struct play {
    struct run *run;
    int depth;
    struct rv_ws *ws;
    struct rv_ws_object *self;
    const struct rv_ae_value *inputs;
};

static struct rv_ae_value
played_value(const struct play *play, const char *text)
{
    const struct rv_ae_value *input = *text == '@' ? rv_ae_get(play->inputs, text + 1) : NULL;
    return input ? rv_ae_copy(input) : rv_ae_vtext(text);
}

static int
try_again(const struct play *play, const char *times)
{
    rv_err err = RV_ERR_INIT;
    int64_t most;
    const struct rv_ae_value *tried = rv_ws_get(rv_ws_root(play->ws), "ae_state_retries");
    assert_int_equal(rv_parse_int(&most, times, &err), 0);
    if (tried == NULL || tried->v.i < most) {
        struct rv_ae_value value = rv_ae_vtext("retry");
        rv_ws_set(rv_ws_root(play->ws), "ae_result", &value);
    }
    return 0;
}

static int
act(const struct play *play, char *action, rv_err *err)
{
    int64_t code;
    action += strspn(action, " ");
    if (strncmp(action, "exit ", 5) == 0)
        return rv_parse_int(&code, action + 5, err) < 0 ? err->code : (int)code;
    if (strncmp(action, "fail ", 5) == 0)
        return rv_fail(err, RV_E_INVALID, "%s", action + 5);
    if (strncmp(action, "retry ", 6) == 0)
        return try_again(play, action + 6);
    if (strncmp(action, "call ", 5) == 0)
        return rv_ws_instantiate(play->ws, play->self, action + 5, NULL, err);
    if (strcmp(action, "die") == 0)
        return rv_fail(err, RV_E_CANCELLED, "killed");
    char *equals = strchr(action, '=');
    if (equals == NULL)
        return 0;
    *equals = '\0';
    struct rv_ae_value value = played_value(play, equals + 1);
    rv_buf_addf(&play->run->trace, "%*s%s := ", 2 * play->depth, "", action);
    add_value(&play->run->trace, &value);
    rv_buf_add_char(&play->run->trace, '\n');
    if (strncmp(action, "var ", 4) == 0)
        rv_ws_set_state_var(play->ws, action + 4, &value);
    else if (*action == '/')
        rv_ws_set(rv_ws_root(play->ws), action + 1, &value);
    else
        rv_ws_set(play->self, action, &value);
    return 0;
}

static int
method(void *arg, struct rv_ws *ws, struct rv_ws_object *self, const struct rv_ae_method *called,
       const struct rv_ae_value *inputs, rv_err *err)
{
    struct play play = { .run = arg, .depth = 1, .ws = ws, .self = self, .inputs = inputs };
    RV_AUTO_FREE char *text = rv_strdup(called->data ? called->data : "");
    for (struct rv_ws_object *at = rv_ws_parent(self); at; at = rv_ws_parent(at))
        play.depth++;
    assert_ptr_equal(rv_ws_current(ws), self);
    for (char *next = text; next;) {
        int code = act(&play, strsep(&next, ";"), err);
        if (code)
            return code;
    }
    return 0;
}

void
run_init(struct run *run, const char *definitions)
{
    *run = (struct run){ .table = table_new(definitions),
                         .trace = rv_buf_limited(1 << 20),
                         .state = rv_buf_limited(1 << 20),
                         .begun = rv_buf_limited(1 << 20),
                         .now_ms = 1795300000000 };
}

void
run_free(struct run *run)
{
    table_free(run->table);
    rv_buf_free(&run->trace);
    rv_buf_free(&run->state);
    rv_buf_free(&run->begun);
}

static void
add_outcome(struct run *run, const struct rv_ws *ws)
{
    static const char *const words[] = { "done", "retry", "failed", "aborted" };
    enum rv_ws_outcome outcome = rv_ws_outcome(ws);
    const struct rv_ws_object *root = rv_ws_root(ws);
    const struct rv_ae_value *reason = root ? rv_ws_get(root, "ae_reason") : NULL;
    rv_buf_addf(&run->trace, "%s", words[outcome]);
    if (outcome == RV_WS_RETRY) {
        rv_buf_addf(&run->trace, " in %lld s%s", (long long)rv_ws_retry_ms(ws) / 1000,
                    rv_ws_retry_here(ws) ? ", here" : "");
        keep(run, ws);
    }
    if (reason && outcome != RV_WS_DONE)
        rv_buf_addf(&run->trace, ": %s", reason->v.text);
    rv_buf_add_char(&run->trace, '\n');
}

static int
pulse(void *arg, rv_err *err)
{
    struct run *run = arg;
    return run->pulses && --run->pulses == 0 ? rv_fail(err, RV_E_LIMIT, "its time is over") : 0;
}

void
run_path(struct run *run, const char *uri, int fresh)
{
    const struct rv_ws_calls calls = { .arg = run,
                                       .method = run->simulates ? NULL : method,
                                       .builtin = run->simulates ? NULL : method,
                                       .row = row,
                                       .column = column,
                                       .once = once,
                                       .checkpoint = checkpoint,
                                       .pulse = pulse,
                                       .trace = trace,
                                       .now_ms = now_ms };
    struct rv_ws *ws;
    rv_err err = RV_ERR_INIT;
    rv_buf_reset(&run->trace);
    if (fresh) {
        rv_buf_reset(&run->state);
        rv_buf_reset(&run->begun);
    }
    assert_int_equal(rv_ws_open(&ws, table_source(run->table), &calls, &run->limits, &err), 0);
    if (run->state.len)
        assert_int_equal(rv_ws_restore(ws, rv_buf_text(&run->state), run->state.len, &err), 0);
    if (rv_ws_instantiate(ws, NULL, uri, NULL, &err) < 0)
        rv_buf_addf(&run->trace, "%s: %s\n", rv_class_name(err.code), err.text);
    else
        add_outcome(run, ws);
    rv_ws_close(ws);
}
