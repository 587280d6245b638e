/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of an object, in their order: assertions first of all, then each by what it is for.
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

const struct rv_ae_entry *
ws_entry(const struct rv_ae_instance *instance, const char *field)
{
    for (size_t i = 0; i < instance->entry_count; i++)
        if (rv_strcaseeq(instance->entries[i].name, field))
            return &instance->entries[i];
    return NULL;
}

int
ws_is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

const char *
ws_field_value(const struct rv_ws_object *object, const struct rv_ae_field *field)
{
    const struct rv_ae_entry *entry = ws_entry(object->instance, field->name);
    if (entry && !ws_is_blank(entry->value))
        return entry->value;
    return ws_is_blank(field->default_value) ? NULL : field->default_value;
}

/* Nothing to follow or to call: blank, or a comment. */
static int
is_idle(const char *text)
{
    return ws_is_blank(text) || text[strspn(text, " \t\r\n")] == '#';
}

int
ws_takes_message(const char *messages, const char *message)
{
    if (ws_is_blank(messages))
        messages = "create";
    size_t len = strlen(message);
    for (const char *at = messages; at;) {
        at += strspn(at, " ,");
        size_t one = strcspn(at, " ,");
        if ((one == 1 && *at == '*') || (one == len && strncasecmp(at, message, len) == 0))
            return 1;
        at = one ? at + one : NULL;
    }
    return 0;
}

/* FLOW_STOP when one of them is false. */
static int
process_assertions(struct rv_ws_object *object, rv_err *err)
{
    const struct rv_ae_class *class = object->instance->class;
    for (size_t i = 0; i < class->field_count; i++) {
        const struct rv_ae_field *field = &class->fields[i];
        if (ws_pulse(object->ws, err) < 0)
            return err->code;
        const char *text = field->aetype == RV_AE_ASSERTION ? ws_field_value(object, field) : NULL;
        if (text == NULL || !ws_takes_message(field->message, object->message))
            continue;
        int holds;
        if (ws_assert(&holds, object, text, err) < 0)
            return rv_wrap(err, "field '%s'", field->name);
        if (!holds) {
            ws_trace(object, RV_WS_STEP_ASSERTION, text, field->name, NULL, 0, 0);
            return FLOW_STOP;
        }
    }
    return 0;
}

static int
process_attribute(struct rv_ws_object *object, const struct rv_ae_field *field, rv_err *err)
{
    const char *text = ws_field_value(object, field);
    struct rv_ae_value value = RV_AE_VNIL;
    int rc;
    if (text == NULL)
        return 0;
    if (field->datatype == RV_AE_DATA_NULL_COALESCING)
        rc = ws_coalesce(&value, object, text, err);
    else if ((field->flags & RV_AE_SUBSTITUTE) && field->datatype != RV_AE_DATA_PASSWORD)
        rc = ws_substitute(&value, object, text, err);
    else
        value = rv_ae_vtext(text), rc = 0;
    if (rc < 0)
        return rv_wrap(err, "field '%s'", field->name);
    if (ws_convert(object->ws, &value, field, err) < 0) {
        rv_ae_clear(&value);
        return err->code;
    }
    if (field->datatype == RV_AE_DATA_OBJECT && value.type == RV_AE_NIL)
        ws_warn(object, "there is no %s %s", field->object_class, text);
    if (value.type == RV_AE_NIL)
        return 0;
    ws_trace(object, RV_WS_STEP_FIELD, NULL, field->name, &value, 0, 0);
    rv_ws_set(object, field->name, &value);
    return 0;
}

static int
is_method(const char *text)
{
    text += strspn(text, " \t\r\n");
    return strncasecmp(text, "method:", 7) == 0 || strncasecmp(text, "miqaemethod:", 12) == 0;
}

int
ws_follow(struct rv_ws_object *object, const struct rv_ae_field *field, const struct rv_ws_uri *uri,
          rv_err *err)
{
    const char *raw = ws_field_value(object, field);
    if (is_idle(raw))
        return 0;
    if (field->aetype == RV_AE_METHOD || is_method(raw))
        return ws_call_method(object, raw, field->flags & RV_AE_SUBSTITUTE, err);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_WS_URI_MAX);
    if (!(field->flags & RV_AE_SUBSTITUTE))
        rv_buf_add_string(&text, raw);
    else if (ws_substitute_text(&text, object, raw, 1, err) < 0)
        return rv_wrap(err, "field '%s'", field->name);
    const struct rv_ae_entry *entry = ws_entry(object->instance, field->name);
    const char *collect = entry && !ws_is_blank(entry->collect) ? entry->collect : field->collect;
    return ws_relate(object, rv_buf_text(&text), uri, collect, err);
}

static int
process_field(struct rv_ws_object *object, const struct rv_ae_field *field,
              const struct rv_ws_uri *uri, rv_err *err)
{
    switch (field->aetype) {
    case RV_AE_ATTRIBUTE:
        return process_attribute(object, field, err);
    case RV_AE_STATE:
        return ws_process_state(object, field, uri, err);
    case RV_AE_ASSERTION:
        return 0;
    default:
        return ws_follow(object, field, uri, err);
    }
}

static void
take_seeds(struct rv_ws_object *root)
{
    struct rv_ae_value *seeds = &root->ws->seeds;
    ws_charge(root->ws, rv_ae_bytes(seeds));
    for (int32_t i = 0; i < seeds->len; i++) {
        struct rv_ae_value value = rv_ae_copy(&seeds->v.items[i]);
        rv_ae_put(&root->attributes, seeds->v.items[i].key, &value);
    }
    rv_ae_keep_last(&root->attributes);
}

static int
process_in_order(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err)
{
    const struct rv_ae_class *class = object->instance->class;
    for (size_t i = 0; i < class->field_count; i++) {
        const struct rv_ae_field *field = &class->fields[i];
        if (ws_pulse(object->ws, err) < 0)
            return err->code;
        if (!ws_takes_message(field->message, object->message))
            continue;
        object->field = field->name;
        int rc = process_field(object, field, uri, err);
        if (rc < 0 && field->aetype != RV_AE_RELATIONSHIP)
            rv_wrap(err, "%s", object->path);
        if (rc)
            return rc;
    }
    object->field = NULL;
    return rv_ws_check(object->ws, err);
}

int
ws_process_fields(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err)
{
    if (object->parent == NULL)
        take_seeds(object);
    int rc = process_assertions(object, err);
    if (rc == 0)
        rc = ws_take_args(object, uri, err);
    if (rc)
        return rc < 0 ? rv_wrap(err, "%s", object->path) : rc;
    if (!rv_ae_is_machine(object->instance->class))
        return process_in_order(object, uri, err);
    const struct rv_ws_calls *calls = &object->ws->calls;
    if (calls->machine && calls->machine(calls->arg, object->ws, object, err))
        return err->code < 0 ? err->code : FLOW_ABORT;
    struct machine machine;
    ws_machine_enter(&machine, object);
    rc = process_in_order(object, uri, err);
    ws_machine_leave(&machine);
    return rc;
}
