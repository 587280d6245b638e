/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens to workers is an event. The supervisor opens no store: it tells the server worker,
 * and keeps what it has to tell while there is none.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include "base/clock.h"
#include "server/protocol.h"

enum { MOST_NEWS = 256 };

void
rv_supervisor_send_news(struct rv_supervisor *s)
{
    struct rv_child *server = rv_supervisor_find(s, "server");
    if (server == NULL || !server->ready || server->end_ms)
        return;
    while (cJSON_GetArraySize(s->news) > 0) {
        cJSON *first = cJSON_DetachItemFromArray(s->news, 0);
        rv_child_send(server, first);
        cJSON_Delete(first);
    }
}

void
rv_supervisor_look(struct rv_supervisor *s)
{
    struct rv_child *server = rv_supervisor_find(s, "server");
    RV_AUTO_JSON cJSON *message = rv_message_new("look");
    if (server && !server->end_ms)
        rv_child_send(server, message);
}

static void
add(struct rv_supervisor *s, cJSON *message)
{
    if (cJSON_GetArraySize(s->news) >= MOST_NEWS) /* the oldest says least about what is now */
        cJSON_DeleteItemFromArray(s->news, 0);
    cJSON_AddItemToArray(s->news, message);
    rv_supervisor_send_news(s);
}

void
rv_supervisor_tell(struct rv_supervisor *s, const char *event, const struct rv_child *child,
                   const char *why)
{
    cJSON *message = rv_message_new("event");
    cJSON_AddStringToObject(message, "event", event);
    cJSON_AddNumberToObject(message, "at_ms", (double)rv_now_ms());
    if (why && why[0])
        cJSON_AddStringToObject(message, "reason", why);
    if (child) {
        cJSON_AddStringToObject(message, "worker", child->type);
        cJSON_AddStringToObject(message, "guid", child->guid);
        cJSON_AddNumberToObject(message, "pid", child->pid);
        cJSON_AddNumberToObject(message, "row", (double)child->row);
        if (child->provider)
            cJSON_AddNumberToObject(message, "provider", (double)child->provider);
        if (child->slot && child->slot->name)
            cJSON_AddStringToObject(message, "provider_name", child->slot->name);
    }
    add(s, message);
}
