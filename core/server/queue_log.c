/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of the queue in the log, one line a state: "count for state", by zone and in it by role,
 * as operators of ManageIQ look for it.
 */
#include "server/queue_log.h"

#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "queue/queue.h"

/* {"ready": {"default": {"event": 3, "nil": 1}}} */
static void
add(cJSON *object, const char *name, int64_t count)
{
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(object, name);
    double sum = (double)count + (old ? old->valuedouble : 0);
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddNumberToObject(object, name, sum);
}

static cJSON *
below(cJSON *object, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return item ? item : cJSON_AddObjectToObject(object, name);
}

static void
add_count(void *arg, const struct rv_queue_count *count)
{
    cJSON *states = arg;
    cJSON *zone = below(below(states, count->state), count->zone ? count->zone : "nil");
    add(zone, count->role ? count->role : "nil", count->count);
}

static int64_t
sum_of(const cJSON *object)
{
    const cJSON *item;
    int64_t sum = 0;
    cJSON_ArrayForEach(item, object)
    {
        sum += cJSON_IsNumber(item) ? (int64_t)item->valuedouble : sum_of(item);
    }
    return sum;
}

int
rv_queue_log_counts(struct rv_worker *worker, rv_err *err)
{
    static const char *const always[] = { "ready", "dequeue", "error" };
    RV_AUTO_JSON cJSON *states = cJSON_CreateObject();
    const cJSON *state;
    for (size_t i = 0; i < RV_COUNT(always); i++)
        cJSON_AddObjectToObject(states, always[i]);
    if (rv_queue_counts(worker->store, add_count, states, err))
        return err->code;
    cJSON_ArrayForEach(state, states)
    {
        char *text = cJSON_PrintUnformatted(state);
        rv_log(RV_INFO, "MIQ(MiqServer.log_system_status) count for state",
               RV_F("state", RV_S(state->string)), RV_F("count", RV_I(sum_of(state))),
               RV_F("by_zone_and_role", RV_S(text)));
        cJSON_free(text);
    }
    return 0;
}
