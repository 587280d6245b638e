/* SPDX-License-Identifier: Apache-2.0
 *
 * Notifications of Alertmanager: each alert is an event of its name, with "_resolved" behind when
 * it is over. Source: prometheus.io, Alertmanager, configuration, webhook_config: body version 4.
 */
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "hook/body.h"

static const char resolved_suffix[] = "_resolved";

static const cJSON *
labels_of(const cJSON *alert)
{
    return cJSON_GetObjectItemCaseSensitive(alert, "labels");
}

static const char *
label(struct rv_arena *arena, const cJSON *alert, const char *name)
{
    const char *text = rv_json_string(labels_of(alert), name);
    return text && text[0] && strlen(text) <= RV_HOOK_TEXT_MAX ? rv_arena_strdup(arena, text)
                                                               : NULL;
}

static int
read_time(int64_t *out, const cJSON *alert, const char *name, rv_err *err)
{
    const char *text = rv_json_string(alert, name);
    if (!text)
        return rv_fail(err, RV_E_INVALID, "an alert needs '%s'", name);
    return rv_parse_time(out, text, err) < 0 ? rv_wrap(err, "%s", name) : 0;
}

/* What nobody says how bad it is, is taken for bad. */
static const char *
level_of(const cJSON *alert, int resolved)
{
    static const char *const mild[] = { "info", "none", "low", "notice", "debug", "ok" };
    const char *severity = rv_json_string(labels_of(alert), "severity");
    for (size_t i = 0; severity && i < RV_COUNT(mild); i++)
        if (rv_strcaseeq(severity, mild[i]))
            return "detail";
    return resolved ? "detail" : "critical";
}

static const char *
message_of(struct rv_arena *arena, const cJSON *alert)
{
    static const char *const names[] = { "summary", "message", "description" };
    const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(alert, "annotations");
    for (size_t i = 0; i < RV_COUNT(names); i++) {
        const char *text = rv_json_string(annotations, names[i]);
        if (text && text[0])
            return rv_hook_message(arena, text);
    }
    return NULL;
}

/* Alertmanager's fingerprint tells alerts apart by their labels; the time when it began tells one
 * incident from the next. A repeated notification of either end is the same event. */
static int
identify(struct rv_hook_event *out, struct rv_arena *arena, const cJSON *alert, int64_t began_ms,
         int resolved, rv_err *err)
{
    RV_AUTO_BUF rv_buf labels = rv_buf_limited(RV_HOOK_BODY_MAX * 2);
    const char *fingerprint = rv_json_string(alert, "fingerprint");
    if (!fingerprint || !fingerprint[0] || strlen(fingerprint) > 64) {
        if (rv_json_canonical(&labels, labels_of(alert)) < 0)
            return rv_fail(err, RV_E_INVALID, "the labels of an alert cannot be read");
        fingerprint = rv_arena_format(
            arena, "%016llx", (unsigned long long)rv_hash64(rv_buf_text(&labels), labels.len, 0));
    }
    char *incident = rv_arena_format(arena, "%s@%lld", fingerprint, (long long)began_ms);
    /* Numbers are 63 bits long in the store. */
    out->chain_id = (int64_t)(rv_hash64(incident, strlen(incident), 0) >> 1);
    out->ref = rv_arena_format(arena, "%s%s", incident, resolved ? resolved_suffix : "");
    return 0;
}

static int
read_alert(struct rv_hook_event *out, struct rv_arena *arena, const cJSON *alert, rv_err *err)
{
    const char *status = rv_json_string(alert, "status");
    const char *name = rv_json_string(labels_of(alert), "alertname");
    int64_t began_ms, ended_ms;
    int resolved = rv_streq(status, "resolved");
    if (!resolved && !rv_streq(status, "firing"))
        return rv_fail(err, RV_E_INVALID, "status '%.40s' is neither firing nor resolved",
                       status ? status : "");
    if (!name || !name[0])
        return rv_fail(err, RV_E_INVALID, "an alert needs the label 'alertname'");
    if (strlen(name) + sizeof(resolved_suffix) > RV_HOOK_TEXT_MAX)
        return rv_fail(err, RV_E_LIMIT, "an alertname has at most %zu bytes",
                       RV_HOOK_TEXT_MAX - sizeof(resolved_suffix));
    if (read_time(&began_ms, alert, "startsAt", err) < 0 ||
        (resolved && read_time(&ended_ms, alert, "endsAt", err) < 0))
        return err->code;
    *out = (struct rv_hook_event){ .source = "Alertmanager",
                                   .type = rv_arena_format(arena, "%s%s", name,
                                                           resolved ? resolved_suffix : ""),
                                   .time_ms = resolved ? ended_ms : began_ms,
                                   .message = message_of(arena, alert),
                                   .level = level_of(alert, resolved),
                                   .namespace_name = label(arena, alert, "namespace"),
                                   .pod = label(arena, alert, "pod"),
                                   .node = label(arena, alert, "node"),
                                   .container = label(arena, alert, "container"),
                                   .data = rv_hook_data(arena, alert) };
    return identify(out, arena, alert, began_ms, resolved, err);
}

int
rv_hook_alerts(struct rv_hook_events *out, const cJSON *json, rv_err *err)
{
    const cJSON *alerts = cJSON_GetObjectItemCaseSensitive(json, "alerts"), *alert;
    const char *version = rv_json_string(json, "version");
    if (!rv_streq(version, "4") || !cJSON_IsArray(alerts))
        return rv_fail(err, RV_E_INVALID,
                       "this is no notification of Alertmanager: version \"4\" with 'alerts'");
    if (rv_hook_make_room(out, cJSON_GetArraySize(alerts), err) < 0)
        return err->code;
    cJSON_ArrayForEach(alert, alerts)
    {
        if (read_alert(&out->items[out->count], out->arena, alert, err) < 0)
            return rv_wrap(err, "alert %zu", out->count + 1);
        out->count++;
    }
    return 0;
}
