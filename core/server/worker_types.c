/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of kill_rank: what can be done later goes first. What an operator needs to see
 * what is wrong never does, and starts while the memory is short, too.
 */
#include "server/worker_types.h"

#include <stdio.h>
#include <string.h>
#include "queue/queue.h"
#include "server/worker.h"

enum { ANY_PRIORITY = 200, URGENT = 20 };

static const struct rv_worker_type types[] = {
    { "server", NULL, NULL, 0, RV_TYPE_ALWAYS, 0, rv_worker_server },
    { "generic", NULL, "generic", ANY_PRIORITY, 0, 6, rv_worker_queue },
    { "priority", NULL, "generic", URGENT, 0, 9, rv_worker_queue },
    { "reporting", "reporting", "reporting", ANY_PRIORITY, RV_TYPE_ON_DEMAND, 3, rv_worker_queue },
    { "event_handler", "event", "ems", ANY_PRIORITY, RV_TYPE_ON_DEMAND, 5, rv_worker_events },
    { "metrics_collector", "ems_metrics_collector", "metrics_collector", ANY_PRIORITY,
      RV_TYPE_ON_DEMAND, 2, rv_worker_queue },
    { "metrics_processor", "ems_metrics_processor", "ems_metrics_processor", ANY_PRIORITY,
      RV_TYPE_ON_DEMAND, 1, rv_worker_queue },
    { "smartproxy", "smartproxy", "smartproxy", ANY_PRIORITY, RV_TYPE_ON_DEMAND, 4,
      rv_worker_queue },
    { "automate", "automate", "automate", ANY_PRIORITY, RV_TYPE_ON_DEMAND, 8, rv_worker_automate },
    { "schedule", "scheduler", "schedule", ANY_PRIORITY, RV_TYPE_ON_DEMAND, 8, rv_worker_queue },
    { "refresh", "ems_inventory", NULL, ANY_PRIORITY, RV_TYPE_PROVIDER, 7, rv_worker_refresh },
    { "event", "event", NULL, ANY_PRIORITY, RV_TYPE_PROVIDER, 7, rv_worker_event },
    { "api", "web_services", NULL, 0, 0, 0, rv_worker_api },
    { "verify", NULL, NULL, 0, RV_TYPE_ONCE, 0, rv_worker_verify },
    { "describe", NULL, NULL, 0, RV_TYPE_ONCE, 0, rv_worker_describe },
    { NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct rv_worker_type *
rv_worker_types(void)
{
    return types;
}

const struct rv_worker_type *
rv_worker_type_find(const char *name)
{
    for (const struct rv_worker_type *type = types; type->name; type++)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

static const char *
key_of(char *out, size_t size, const char *name, const char *key)
{
    const struct rv_worker_type *type = rv_worker_type_find(name);
    if (type && !(type->flags & RV_TYPE_ONCE))
        snprintf(out, size, "workers.%s.%s", name, key);
    else
        snprintf(out, size, "workers.%s", key);
    return out;
}

int64_t
rv_worker_type_int(const struct rv_settings *settings, const char *type, const char *key)
{
    char text[96];
    return rv_settings_int(settings, key_of(text, sizeof(text), type, key));
}

const char *
rv_worker_type_string(const struct rv_settings *settings, const char *type, const char *key)
{
    char text[96];
    return rv_settings_string(settings, key_of(text, sizeof(text), type, key));
}
