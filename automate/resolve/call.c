/* SPDX-License-Identifier: Apache-2.0
 *
 * Calling a method: which one it is, what goes in, and what its end means.
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

struct call {
    struct rv_ws_object *self; /* NULL: it is read only */
    char *path;                /* of the method */
    struct rv_ae_value args;   /* a map: what was given with the call */
    struct rv_ae_value inputs;
    size_t bytes; /* of both, as charged */
};

/* A value goes in. */
static int
put(struct call *call, struct rv_ae_value *map, const char *name, struct rv_ae_value *value,
    rv_err *err)
{
    size_t bytes = rv_ae_bytes(value);
    rv_ae_set(map, name, value);
    if (map->len > RV_WS_URI_ARGS_MAX)
        return rv_fail(err, RV_E_LIMIT, "more than %d arguments", RV_WS_URI_ARGS_MAX);
    if (call->self == NULL)
        return 0;
    call->bytes += bytes;
    ws_charge(call->self->ws, bytes);
    return rv_ws_check(call->self->ws, err);
}

static int
give(struct call *call, const char *name, const char *text, int substitutes, rv_err *err)
{
    struct rv_ae_value value = RV_AE_VNIL;
    RV_AUTO_FREE char *lower = rv_strdup(name);
    rv_lower(lower);
    if (!substitutes)
        value = rv_ae_vtext(text);
    else if (ws_substitute(&value, call->self, text, err) < 0)
        return err->code;
    return put(call, &call->args, lower, &value, err);
}

/* "'text'", "\"text\"" or what stands until a comma; *at is behind it. last: '}' of the text. */
static char *
take_value(const char **at, const char *last)
{
    const char *from = *at + strspn(*at, " \t\r\n");
    char quote = *from == '\'' || *from == '"' ? *from++ : '\0';
    const char *to = from;
    while (*to && (quote ? *to != quote : *to != ',' && *to != ')')) {
        size_t len = ws_substitution_length(to, last);
        to += len ? len : 1;
    }
    const char *end = to;
    while (!quote && end > from && isspace((unsigned char)end[-1]))
        end--;
    *at = *to && quote ? to + 1 : to;
    return rv_strndup(from, (size_t)(end - from));
}

/* What is between the brackets of "name(key => 'value', other => 1)". */
static int
take_list(struct call *call, const char *at, int substitutes, rv_err *err)
{
    const char *last = strrchr(at, '}');
    for (;;) {
        at += strspn(at, " \t\r\n,:");
        if (*at == ')')
            return at[1 + strspn(at + 1, " \t\r\n")] == '\0'
                       ? 0
                       : rv_fail(err, RV_E_INVALID, "'%.40s' is not understood", at + 1);
        size_t len = strcspn(at, " \t\r\n=,)");
        RV_AUTO_FREE char *name = rv_strndup(at, len);
        at += len;
        at += strspn(at, " \t\r\n");
        if (len == 0 || strncmp(at, "=>", 2) != 0)
            return rv_fail(err, RV_E_INVALID, "arguments are written (name => 'value', ...)");
        at += 2;
        RV_AUTO_FREE char *value = take_value(&at, last);
        if (give(call, name, value, substitutes, err) < 0)
            return err->code;
    }
}

static int
take_uri(struct call *call, const char *text, rv_err *err)
{
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    if (rv_ws_uri_parse(&uri, text, err) < 0)
        return err->code;
    if (uri.name == NULL)
        return rv_fail(err, RV_E_INVALID, "'%.200s' names no method", text);
    call->path =
        uri.class_path ? rv_format("%s/%s", uri.class_path, uri.name) : rv_strdup(uri.name);
    for (size_t i = 0; i < uri.arg_count; i++)
        if (give(call, uri.args[i].name, uri.args[i].value, 0, err) < 0)
            return err->code;
    return 0;
}

static int
parse(struct call *call, const char *text, int substitutes, rv_err *err)
{
    text += strspn(text, " \t\r\n");
    size_t len = strcspn(text, "(?$");
    if (text[len] == '(') {
        RV_AUTO_FREE char *name = rv_strndup(text, len);
        return take_uri(call, name, err) < 0 ? err->code
                                             : take_list(call, text + len + 1, substitutes, err);
    }
    RV_AUTO_BUF rv_buf whole = rv_buf_limited(RV_WS_URI_MAX);
    if (!substitutes)
        rv_buf_add_string(&whole, text);
    else if (ws_substitute_text(&whole, call->self, text, 1, err) < 0)
        return err->code;
    while (whole.len && isspace((unsigned char)whole.data[whole.len - 1]))
        whole.data[--whole.len] = '\0';
    return take_uri(call, rv_buf_text(&whole), err);
}

/* What was given with the call, else the attribute of that name, else the default. */
static int
take_input(struct rv_ae_value *out, struct call *call, const struct rv_ae_field *input, rv_err *err)
{
    RV_AUTO_FREE char *name = rv_strdup(input->name);
    rv_lower(name);
    const struct rv_ae_value *given = rv_ae_get(&call->args, name);
    if (given == NULL || given->type == RV_AE_NIL)
        given = rv_ws_get(call->self, name);
    *out = RV_AE_VNIL;
    if (given && given->type != RV_AE_NIL) {
        *out = rv_ae_copy(given);
    } else if (ws_is_blank(input->default_value)) {
        rv_fail(err, RV_E_INVALID, "it was called without '%s'", input->name);
        return rv_hint(err, "give it with the call, as an attribute of %s, or a default",
                       call->self->path);
    } else if (input->datatype == RV_AE_DATA_NULL_COALESCING) {
        return ws_coalesce(out, call->self, input->default_value, err);
    } else if (ws_substitute(out, call->self, input->default_value, err) < 0) {
        return err->code;
    }
    if (ws_convert(call->self->ws, out, input, err) == 0)
        return 0;
    rv_ae_clear(out);
    return err->code;
}

/* Those that the method declares, then what was given besides. */
static int
take_inputs(struct call *call, const struct rv_ae_method *method, rv_err *err)
{
    for (size_t i = 0; i < method->input_count; i++) {
        struct rv_ae_value value;
        if (take_input(&value, call, &method->inputs[i], err) < 0)
            return err->code;
        RV_AUTO_FREE char *name = rv_strdup(method->inputs[i].name);
        rv_lower(name);
        if (put(call, &call->inputs, name, &value, err) < 0)
            return err->code;
    }
    for (int32_t i = 0; i < call->args.len; i++) {
        const struct rv_ae_value *given = &call->args.v.items[i];
        if (rv_ae_get(&call->inputs, given->key))
            continue;
        struct rv_ae_value value = rv_ae_copy(given);
        if (put(call, &call->inputs, given->key, &value, err) < 0)
            return err->code;
    }
    return 0;
}

static int
run(struct call *call, const struct rv_ae_method *method, rv_err *err)
{
    struct rv_ws_object *self = call->self;
    const struct rv_ws_calls *calls = &self->ws->calls;
    int builtin = method->location && strcasecmp(method->location, "builtin") == 0;
    int (*runs)(void *, struct rv_ws *, struct rv_ws_object *, const struct rv_ae_method *,
                const struct rv_ae_value *, rv_err *) = builtin ? calls->builtin : calls->method;
    struct rv_ws_object *before = self->ws->current;
    int64_t began_us = rv_monotonic_us();
    self->ws->current = self;
    int code = runs ? runs(calls->arg, self->ws, self, method, &call->inputs, err) : RV_WS_OK;
    self->ws->current = before;
    ws_trace(self, RV_WS_STEP_METHOD, code < 0 ? err->text : (runs ? NULL : "not run"),
             method->name, &call->inputs, code, runs ? rv_monotonic_us() - began_us : 0);
    return code;
}

static int
flow_of(struct rv_ws_object *self, const struct rv_ae_method *method, int code)
{
    if (self->ws->aborted || code == RV_WS_ABORT)
        return FLOW_ABORT;
    if (code == RV_WS_STOP)
        return FLOW_STOP;
    if (code == RV_WS_OK || code == RV_WS_WARN)
        return 0;
    ws_warn(self, "method '%s' ended with %d, which means nothing: the run ends", method->name,
            code);
    return FLOW_ABORT;
}

int
ws_call_method(struct rv_ws_object *object, const char *text, int substitutes, rv_err *err)
{
    struct call call = { .self = object, .args = rv_ae_vmap(), .inputs = rv_ae_vmap() };
    const struct rv_ae_method *method = NULL;
    int rc = parse(&call, text, substitutes, err);
    if (rc == 0)
        rc = rv_ws_method(object->ws, object, call.path, &method, err);
    if (rc == 0)
        rc = take_inputs(&call, method, err);
    if (rc == 0)
        rc = run(&call, method, err);
    if (rc < 0)
        rv_wrap(err, "method '%.200s'", call.path ? call.path : text);
    else
        rc = flow_of(object, method, rc);
    ws_release(object->ws, call.bytes);
    free(call.path);
    rv_ae_clear(&call.args);
    rv_ae_clear(&call.inputs);
    return rc;
}

int
ws_check_call(char **path, const char *text, rv_err *err)
{
    struct call call = { .args = rv_ae_vmap() };
    int rc = parse(&call, text, 0, err);
    *path = rc == 0 ? call.path : NULL;
    if (rc < 0)
        free(call.path);
    rv_ae_clear(&call.args);
    return rc;
}
