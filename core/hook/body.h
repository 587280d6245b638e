/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody sends to a receiver, as events: CloudEvents 1.0 in the three forms of its HTTP
 * binding, and notifications of Alertmanager (body version 4).
 */
#ifndef RV_HOOK_BODY_H
#define RV_HOOK_BODY_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include "base/mem.h"

enum {
    RV_HOOK_BODY_MAX = 1 << 20,
    RV_HOOK_EVENTS_MAX = 500, /* of one request */
    RV_HOOK_TEXT_MAX = 255,   /* bytes of a type, a name */
    RV_HOOK_MESSAGE_MAX = 1000,
};

enum rv_hook_format { RV_HOOK_AUTO = 0, RV_HOOK_CLOUDEVENTS, RV_HOOK_ALERTMANAGER };

/* "auto", "cloudevents", "alertmanager"; NULL when it is none. -1 when the word is none. */
const char *rv_hook_format_name(int format);
int rv_hook_format(const char *word);

struct rv_hook_header { /* of the request: those that begin with ce- */
    const char *name, *value;
};

struct rv_hook_request {
    int format; /* enum rv_hook_format: what the receiver takes */
    const char *content_type;
    const struct rv_hook_header *headers;
    size_t header_count;
    const char *body;
    size_t body_len;
};

/* Texts live in the arena that was given. NULL: not told. */
struct rv_hook_event {
    const char *source; /* "CloudEvents", "Alertmanager" */
    const char *type;
    const char *ref;  /* the same for the same event, whenever it is sent */
    int64_t time_ms;  /* 0: not told */
    int64_t chain_id; /* joins an alert with its end; 0: none */
    const char *message;
    const char *level; /* "critical", "detail" */
    const char *data;  /* JSON */
    /* What it is about, by names of Kubernetes. */
    const char *namespace_name, *pod, *node, *container;
};

struct rv_hook_events {
    struct rv_arena *arena; /* the caller's */
    struct rv_hook_event *items;
    size_t count;
};

/* UNSUPPORTED for what this receiver does not take (its text says what it does), INVALID with the
 * place, LIMIT. All or none. */
int rv_hook_read(struct rv_hook_events *out, const struct rv_hook_request *request, rv_err *err);

/* The parts. */
int rv_hook_cloudevent(struct rv_hook_event *out, struct rv_arena *arena, const cJSON *json,
                       rv_err *err);
/* The binary form as the JSON form. *out is the caller's (cJSON_Delete). */
int rv_hook_cloudevent_headers(cJSON **out, const struct rv_hook_request *request, rv_err *err);
int rv_hook_alerts(struct rv_hook_events *out, const cJSON *json, rv_err *err);
/* JSON of a value, or of a note of its size when it is larger than an event may be. */
const char *rv_hook_data(struct rv_arena *arena, const cJSON *json);
/* For people: a copy, cut at RV_HOOK_MESSAGE_MAX. NULL gives NULL. */
const char *rv_hook_message(struct rv_arena *arena, const char *text);
/* Room for count events; LIMIT when that is too many. */
int rv_hook_make_room(struct rv_hook_events *out, int count, rv_err *err);

#endif
