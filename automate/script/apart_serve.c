/* SPDX-License-Identifier: Apache-2.0
 *
 * The parent's side of a run apart: each question of the child is a call of the host.
 */
#include "script/apart_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

void
rv_apart_add_value(cJSON *frame, const struct rv_ae_value *value, rv_err *err)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(16 << 20);
    cJSON *json = NULL;
    if (rv_ae_to_json(&text, value, err) == 0 &&
        rv_json_parse(&json, rv_buf_text(&text), text.len, text.limit, 0, err) == 0)
        cJSON_AddItemToObject(frame, "value", json);
}

int
rv_apart_value(const cJSON *frame, struct rv_ae_value *out, rv_err *err)
{
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(frame, "value");
    *out = RV_AE_VNIL;
    return json ? rv_ae_from_json(out, json, err) : 0;
}

void
rv_apart_add_error(cJSON *frame, int code, const rv_err *err)
{
    cJSON_AddNumberToObject(frame, "code", code);
    if (code >= 0)
        return;
    cJSON_AddStringToObject(frame, "text", err->text);
    cJSON_AddStringToObject(frame, "hint", err->hint);
}

int
rv_apart_error(const cJSON *frame, rv_err *err)
{
    int code = (int)rv_json_int(frame, "code", RV_E_PROTOCOL);
    const char *text = rv_json_string(frame, "text"), *hint = rv_json_string(frame, "hint");
    if (code >= 0)
        return code;
    rv_fail(err, code, "%s", text ? text : "no answer");
    if (hint && *hint)
        rv_hint(err, "%s", hint);
    return code;
}

/* One question, taken apart. */
struct question {
    const struct rv_script_host *host;
    int64_t self, id;
    const char *name, *kind, *verb;
    const struct rv_ae_value *value;
    struct rv_ae_value out;
    cJSON *answer;
};

static int
find(struct question *q, rv_err *err)
{
    int64_t found = 0;
    int code = q->host->find(q->host->arg, q->self, q->name, &found, err);
    cJSON_AddNumberToObject(q->answer, "number", (double)found);
    return code;
}

static int
describe(struct question *q, rv_err *err)
{
    struct rv_script_object o = { 0 };
    if (q->host->describe(q->host->arg, q->self, &o, err))
        return err->code;
    const struct {
        const char *name, *text;
    } texts[] = { { "path", o.path },
                  { "domain", o.domain },
                  { "namespace", o.namespace_path },
                  { "class", o.class_name },
                  { "instance", o.instance_name },
                  { "message", o.message },
                  { "field", o.field_name },
                  { "type", o.field_type } };
    cJSON_AddNumberToObject(q->answer, "number", (double)o.number);
    cJSON_AddNumberToObject(q->answer, "parent", (double)o.parent);
    for (size_t i = 0; i < RV_COUNT(texts); i++)
        if (texts[i].text)
            cJSON_AddStringToObject(q->answer, texts[i].name, texts[i].text);
    return 0;
}

static int
library(struct question *q, rv_err *err)
{
    const struct rv_ae_method *method = NULL;
    if (q->host->library(q->host->arg, q->self, q->name, &method, err))
        return err->code;
    const struct rv_ae_class *class = method->class;
    cJSON_AddStringToObject(q->answer, "method", method->name);
    cJSON_AddStringToObject(q->answer, "data", method->data ? method->data : "");
    cJSON_AddStringToObject(q->answer, "class", class ? class->path : "");
    cJSON_AddStringToObject(q->answer, "domain", class && class->domain ? class->domain->name : "");
    return 0;
}

static int
model(struct question *q, rv_err *err)
{
    const char *kind = NULL;
    int code = q->host->model(q->host->arg, q->name, &kind, err);
    if (code == 0)
        cJSON_AddStringToObject(q->answer, "kind", kind);
    return code;
}

static int
children(struct question *q, rv_err *err)
{
    return q->host->children(q->host->arg, q->self, &q->out, err);
}

static int
get(struct question *q, rv_err *err)
{
    return q->host->get(q->host->arg, q->self, q->name, &q->out, err);
}

static int
set(struct question *q, rv_err *err)
{
    return q->host->set(q->host->arg, q->self, q->name, q->value, err);
}

static int
attributes(struct question *q, rv_err *err)
{
    return q->host->attributes(q->host->arg, q->self, &q->out, err);
}

static int
decrypt(struct question *q, rv_err *err)
{
    return q->host->decrypt(q->host->arg, q->self, q->name, &q->out, err);
}

static int
call(struct question *q, rv_err *err)
{
    return q->host->call(q->host->arg, q->self, q->name, q->value, &q->out, err);
}

static int
rows(struct question *q, rv_err *err)
{
    return q->host->rows(q->host->arg, q->kind, q->verb, q->value, &q->out, err);
}

static int
column(struct question *q, rv_err *err)
{
    return q->host->column(q->host->arg, q->kind, q->id, q->name, &q->out, err);
}

static int
act(struct question *q, rv_err *err)
{
    return q->host->act(q->host->arg, q->kind, q->id, q->verb, q->value, &q->out, err);
}

static int
names(struct question *q, rv_err *err)
{
    return q->host->names(q->host->arg, q->kind, q->name, &q->out, err);
}

static const struct {
    const char *word;
    int (*run)(struct question *q, rv_err *err);
} words[] = {
    { "get", get },           { "set", set },         { "column", column },
    { "call", call },         { "find", find },       { "describe", describe },
    { "children", children }, { "decrypt", decrypt }, { "attributes", attributes },
    { "model", model },       { "rows", rows },       { "act", act },
    { "names", names },       { "library", library },
};

static int64_t
whole(const cJSON *frame, const char *name)
{
    int64_t number = 0;
    rv_err ignored = RV_ERR_INIT;
    const char *text = rv_json_string(frame, name);
    return text && !rv_parse_int(&number, text, &ignored) ? number : 0;
}

static const char *
text_of(const cJSON *frame, const char *name)
{
    const char *text = rv_json_string(frame, name);
    return text ? text : "";
}

void
rv_apart_serve(const struct rv_script_host *host, const cJSON *request, cJSON **answer)
{
    const char *word = text_of(request, "do");
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    struct question q = { .host = host,
                          .self = whole(request, "self"),
                          .id = whole(request, "id"),
                          .name = text_of(request, "name"),
                          .kind = text_of(request, "kind"),
                          .verb = text_of(request, "verb"),
                          .value = &value,
                          .answer = *answer = cJSON_CreateObject() };
    int code = rv_apart_value(request, &value, &err), known = code < 0;
    for (size_t i = 0; i < RV_COUNT(words) && !known; i++) {
        known = strcmp(words[i].word, word) == 0;
        if (known)
            code = words[i].run(&q, &err);
    }
    if (!known)
        code = rv_fail(&err, RV_E_PROTOCOL, "a method asked for '%.40s'", word);
    if (code >= 0)
        rv_apart_add_value(*answer, &q.out, &err);
    rv_apart_add_error(*answer, err.code ? err.code : code, &err);
    rv_ae_clear(&q.out);
}
