/* SPDX-License-Identifier: Apache-2.0
 *
 * Which form a request has, and the way to its reader.
 */
#include "hook/body.h"

#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/text.h"
#include "event/event.h"

static const char *const formats[] = { "auto", "cloudevents", "alertmanager" };

const char *
rv_hook_format_name(int format)
{
    return format >= 0 && (size_t)format < RV_COUNT(formats) ? formats[format] : NULL;
}

int
rv_hook_format(const char *word)
{
    for (size_t i = 0; word && i < RV_COUNT(formats); i++)
        if (rv_strcaseeq(formats[i], word))
            return (int)i;
    return -1;
}

const char *
rv_hook_data(struct rv_arena *arena, const cJSON *json)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_HOOK_BODY_MAX * 2);
    if (rv_json_canonical(&text, json) < 0)
        return "{\"truncated\":true}";
    if (text.len > RV_EVENT_DATA_MAX)
        return rv_arena_format(arena, "{\"truncated\":true,\"bytes\":%zu}", text.len);
    return rv_arena_strndup(arena, rv_buf_text(&text), text.len);
}

const char *
rv_hook_message(struct rv_arena *arena, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len > RV_HOOK_MESSAGE_MAX)
        len = rv_utf8_prefix(text, RV_HOOK_MESSAGE_MAX);
    return text ? rv_arena_strndup(arena, text, len) : NULL;
}

int
rv_hook_make_room(struct rv_hook_events *out, int count, rv_err *err)
{
    if (count > RV_HOOK_EVENTS_MAX)
        return rv_fail(err, RV_E_LIMIT, "%d events in one request; %d are taken", count,
                       RV_HOOK_EVENTS_MAX);
    out->items = rv_arena_alloc(out->arena, (size_t)(count ? count : 1) * sizeof(*out->items));
    return out->items ? 0 : rv_fail(err, RV_E_LIMIT, "the request is too large");
}

/* The media type without its parameters is this one. */
static int
is_type(const char *content_type, const char *type)
{
    size_t len = content_type ? strcspn(content_type, "; \t") : 0;
    return len == strlen(type) && strncasecmp(content_type, type, len) == 0;
}

static int
has_header(const struct rv_hook_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (rv_strcaseeq(request->headers[i].name, name))
            return 1;
    return 0;
}

static int
parse(cJSON **out, const struct rv_hook_request *request, rv_err *err)
{
    if (request->body_len == 0)
        return rv_fail(err, RV_E_INVALID, "the request has no body");
    return rv_json_parse(out, request->body, request->body_len, RV_HOOK_BODY_MAX, 0, err);
}

static int
read_one(struct rv_hook_events *out, const cJSON *json, rv_err *err)
{
    if (rv_hook_make_room(out, 1, err) < 0 ||
        rv_hook_cloudevent(&out->items[0], out->arena, json, err) < 0)
        return err->code;
    out->count = 1;
    return 0;
}

static int
read_batch(struct rv_hook_events *out, const cJSON *json, rv_err *err)
{
    const cJSON *one;
    if (!cJSON_IsArray(json))
        return rv_fail(err, RV_E_INVALID, "a batch of CloudEvents is a JSON array");
    if (rv_hook_make_room(out, cJSON_GetArraySize(json), err) < 0)
        return err->code;
    cJSON_ArrayForEach(one, json)
    {
        if (rv_hook_cloudevent(&out->items[out->count], out->arena, one, err) < 0)
            return rv_wrap(err, "event %zu of the batch", out->count + 1);
        out->count++;
    }
    return 0;
}

static int
refuse(const struct rv_hook_request *request, rv_err *err)
{
    rv_fail(err, RV_E_UNSUPPORTED, "content type '%.80s' is not taken here",
            request->content_type ? request->content_type : "");
    return rv_hint(err, "send %s%s%s",
                   request->format != RV_HOOK_ALERTMANAGER
                       ? "a CloudEvent (application/cloudevents+json, "
                         "application/cloudevents-batch+json, or ce- headers)"
                       : "",
                   request->format == RV_HOOK_AUTO ? ", or " : "",
                   request->format != RV_HOOK_CLOUDEVENTS
                       ? "what Alertmanager's webhook_configs send (application/json)"
                       : "");
}

static int
read_cloudevents(struct rv_hook_events *out, const struct rv_hook_request *request, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    if (has_header(request, "ce-specversion"))
        return rv_hook_cloudevent_headers(&json, request, err) < 0 ? err->code
                                                                   : read_one(out, json, err);
    int batch = is_type(request->content_type, "application/cloudevents-batch+json");
    if (!batch && !is_type(request->content_type, "application/cloudevents+json"))
        return refuse(request, err);
    if (parse(&json, request, err) < 0)
        return err->code;
    return batch ? read_batch(out, json, err) : read_one(out, json, err);
}

int
rv_hook_read(struct rv_hook_events *out, const struct rv_hook_request *request, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    int plain = is_type(request->content_type, "application/json") &&
                !has_header(request, "ce-specversion");
    out->count = 0;
    if (request->body_len > RV_HOOK_BODY_MAX)
        return rv_fail(err, RV_E_LIMIT, "a body has at most %d bytes", RV_HOOK_BODY_MAX);
    if (request->format != RV_HOOK_ALERTMANAGER && !plain)
        return read_cloudevents(out, request, err);
    if (request->format == RV_HOOK_CLOUDEVENTS || !plain)
        return refuse(request, err);
    return parse(&json, request, err) < 0 ? err->code : rv_hook_alerts(out, json, err);
}
