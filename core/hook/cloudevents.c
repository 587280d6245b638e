/* SPDX-License-Identifier: Apache-2.0
 *
 * One CloudEvent in JSON. Source: CloudEvents 1.0.2, the specification and its JSON format.
 */
#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "hook/body.h"

/* A text that must be there, and not empty. */
static const char *
needed(const cJSON *json, const char *name, rv_err *err)
{
    const char *text = rv_json_string(json, name);
    if (!text || !text[0])
        rv_fail(err, RV_E_INVALID, "a CloudEvent needs '%s', a text that is not empty", name);
    return text && text[0] ? text : NULL;
}

static int
check(const cJSON *json, rv_err *err)
{
    const char *version = rv_json_string(json, "specversion");
    if (!cJSON_IsObject(json))
        return rv_fail(err, RV_E_INVALID, "a CloudEvent is a JSON object");
    if (!version || strncmp(version, "1.", 2) != 0)
        return rv_fail(err, RV_E_INVALID, "specversion '%.20s' is not known: 1.0 is",
                       version ? version : "");
    if (!needed(json, "id", err) || !needed(json, "source", err) || !needed(json, "type", err))
        return err->code;
    if (strlen(rv_json_string(json, "type")) > RV_HOOK_TEXT_MAX)
        return rv_fail(err, RV_E_LIMIT, "a type has at most %d bytes", RV_HOOK_TEXT_MAX);
    return 0;
}

static int
read_time(int64_t *out, const cJSON *json, rv_err *err)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(json, "time");
    if (time == NULL || cJSON_IsNull(time))
        return 0;
    if (!cJSON_IsString(time))
        return rv_fail(err, RV_E_INVALID, "time: a text such as 2026-11-22T10:00:00Z is expected");
    return rv_parse_time(out, time->valuestring, err) < 0 ? rv_wrap(err, "time") : 0;
}

/* source and id together tell one event from another; long ones by their digest. So that no two
 * pairs look the same, an id with the sign between them goes by the digest, too: of the source's
 * length and both. */
static int
identify(struct rv_hook_event *out, struct rv_arena *arena, const cJSON *json, rv_err *err)
{
    const char *source = rv_json_string(json, "source"), *id = rv_json_string(json, "id");
    RV_AUTO_BUF rv_buf ref = rv_buf_limited(RV_HOOK_BODY_MAX * 2);
    int is_plain = strchr(id, '#') == NULL;
    if (is_plain)
        rv_buf_addf(&ref, "%s#%s", source, id);
    else
        rv_buf_addf(&ref, "%zu#%s#%s", strlen(source), source, id);
    if (rv_buf_check(&ref, err) < 0)
        return err->code;
    if (is_plain && ref.len <= RV_HOOK_TEXT_MAX) {
        out->ref = rv_arena_strdup(arena, rv_buf_text(&ref));
        return 0;
    }
    struct rv_digest digest = rv_digest_of(rv_buf_text(&ref), ref.len);
    out->ref = rv_arena_format(arena, "%016llx%016llx", (unsigned long long)digest.high,
                               (unsigned long long)digest.low);
    return 0;
}

/* The words in the data that people read, or what the event is about. */
static const char *
message_of(const cJSON *json)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(json, "data");
    const char *text = rv_json_string(data, "message");
    if (!text)
        text = rv_json_string(data, "summary");
    return text ? text : rv_json_string(json, "subject");
}

int
rv_hook_cloudevent(struct rv_hook_event *out, struct rv_arena *arena, const cJSON *json,
                   rv_err *err)
{
    *out = (struct rv_hook_event){ .source = "CloudEvents", .level = "detail" };
    if (check(json, err) < 0 || read_time(&out->time_ms, json, err) < 0 ||
        identify(out, arena, json, err) < 0)
        return err->code;
    out->type = rv_arena_strdup(arena, rv_json_string(json, "type"));
    out->message = rv_hook_message(arena, message_of(json));
    out->data = rv_hook_data(arena, json);
    return 0;
}
