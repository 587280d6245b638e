/* SPDX-License-Identifier: Apache-2.0
 *
 * A message in memory, what it is read from, and its traces in the log.
 */
#include "queue/queue_internal.h"

#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"

static int64_t
int_of(const rv_value *value, int64_t fallback)
{
    return value->type == RV_INT ? value->v.i : fallback;
}

static char *
text_of(const rv_value *value, const char *fallback)
{
    return rv_strdup(value->type == RV_TEXT ? value->v.text : fallback);
}

struct rv_message *
rv_queue_message_of(const rv_value *row)
{
    struct rv_message *message = rv_alloc(sizeof(*message));
    message->id = row[0].v.i;
    message->generation = int_of(&row[1], 0);
    message->target_id = int_of(&row[2], 0);
    message->task_id = int_of(&row[3], 0);
    message->timeout_ms = int_of(&row[4], RV_DEFAULT_TIMEOUT_MS / 1000) * 1000;
    message->created_on = int_of(&row[5], 0);
    message->dequeued_on = int_of(&row[6], 0);
    message->deliver_on = int_of(&row[7], 0);
    message->user_id = int_of(&row[8], 0);
    message->group_id = int_of(&row[9], 0);
    message->tenant_id = int_of(&row[10], 0);
    message->priority = (int)int_of(&row[11], RV_PRIORITY_NORMAL);
    message->flags = int_of(&row[12], 0) ? RV_MESSAGE_AGAIN : 0;
    message->attempts = (int)int_of(&row[13], 0);
    message->max_attempts = (int)int_of(&row[14], RV_DEFAULT_ATTEMPTS);
    message->queue_name = text_of(&row[15], "");
    message->class_name = text_of(&row[16], "");
    message->method_name = text_of(&row[17], "");
    message->args = text_of(&row[18], "{}");
    message->role = text_of(&row[19], NULL);
    message->zone = text_of(&row[20], NULL);
    message->series = text_of(&row[21], NULL);
    message->tracking_label = text_of(&row[22], NULL);
    message->callback = text_of(&row[23], NULL);
    return message;
}

void
rv_message_free(struct rv_message *message)
{
    if (message == NULL)
        return;
    free(message->queue_name);
    free(message->class_name);
    free(message->method_name);
    free(message->args);
    free(message->role);
    free(message->zone);
    free(message->series);
    free(message->tracking_label);
    free(message->callback);
    free(message);
}

/* Arguments stay out: they may be long, and are in the row. */
void
rv_queue_log_put(int64_t id, const struct rv_message_spec *spec)
{
    if (!rv_log_enabled(RV_DEBUG))
        return;
    rv_log(RV_DEBUG, "MIQ(MiqQueue.put)", RV_F("message", RV_I(id)),
           RV_F("queue", RV_S(spec->queue_name)), RV_F("class", RV_S(spec->class_name)),
           RV_F("method", RV_S(spec->method_name)), RV_F("target", RV_I(spec->target_id)),
           RV_F("task", RV_I(spec->task_id)), RV_F("zone", RV_S(spec->zone)),
           RV_F("role", RV_S(spec->role)), RV_F("server", RV_S(spec->server_guid)),
           RV_F("series", RV_S(spec->series)), RV_F("label", RV_S(spec->tracking_label)),
           RV_F("priority", RV_I(spec->priority)), RV_F("deliver_on", RV_I(spec->deliver_on)));
}

void
rv_queue_log_taken(const struct rv_message *message, int64_t holder)
{
    int64_t since_ms =
        message->deliver_on > message->created_on ? message->deliver_on : message->created_on;
    if (!rv_log_enabled(RV_DEBUG))
        return;
    rv_log(RV_DEBUG, "MIQ(MiqQueue.get)", RV_F("message", RV_I(message->id)),
           RV_F("queue", RV_S(message->queue_name)), RV_F("class", RV_S(message->class_name)),
           RV_F("method", RV_S(message->method_name)), RV_F("handler", RV_I(holder)),
           RV_F("attempt", RV_I(message->attempts)),
           RV_F("dequeued_in_s", RV_D((double)(message->dequeued_on - since_ms) / 1000)));
}
