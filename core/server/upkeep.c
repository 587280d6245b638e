/* SPDX-License-Identifier: Apache-2.0
 *
 * Due is what the notes in the store say, so that of many servers one does it. It runs in a worker
 * of messages: the server worker must not be kept from its leases by a VACUUM.
 */
#include "server/upkeep.h"

#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "keeping/maintain.h"
#include "store/notes.h"

enum {
    LOOK_EVERY_MS = 60000,
    TIMEOUT_MS = 2 * 3600 * 1000,
    PRIORITY_LOW = 150,
    ARGS_MAX_BYTES = 4096
};

/* Every 0 ms: never. */
static int
is_due(struct rv_worker *worker, const char *note, const char *setting, rv_err *err)
{
    int64_t last_ms = 0, every_ms = rv_settings_int(worker->settings, setting);
    int64_t now_ms = rv_now_ms();

    if (every_ms == 0)
        return 0;
    if (rv_note_read(&last_ms, worker->store, note, err) < 0)
        return err->code;
    /* Below 0: it never was, and is counted from then on. */
    if (last_ms < 0)
        last_ms = -last_ms;
    /* A database that has no note yet, or one from a clock that was wrong. */
    if (last_ms == 0 || last_ms > now_ms + every_ms)
        return rv_note_write(worker->store, note, -now_ms, err);
    return now_ms - last_ms >= every_ms;
}

static int
ask_for(struct rv_worker *worker, const char *args, rv_err *err)
{
    const struct rv_message_spec spec = { .queue_name = "generic",
                                          .class_name = "Database",
                                          .method_name = "maintain",
                                          .args = args,
                                          .role = "database_operations",
                                          .priority = PRIORITY_LOW,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .timeout_ms = TIMEOUT_MS,
                                          .max_attempts = 2 };

    return rv_queue_put_unless_exists(worker->store, &spec, NULL, err);
}

int64_t
rv_upkeep_look_ms(const struct rv_settings *settings)
{
    int64_t look_ms = rv_settings_int(settings, "maintenance.interval") / 4;
    return look_ms == 0 || look_ms > LOOK_EVERY_MS ? LOOK_EVERY_MS : look_ms;
}

int
rv_upkeep_schedule(struct rv_worker *worker, rv_err *err)
{
    int full = is_due(worker, RV_NOTE_VACUUM, "maintenance.full_interval", err);
    if (full < 0)
        return full;
    if (full)
        return ask_for(worker, "{\"depth\":\"full\"}", err) < 0 ? err->code : 0;
    int light = is_due(worker, RV_NOTE_MAINTENANCE, "maintenance.interval", err);
    if (light <= 0)
        return light;
    return ask_for(worker, "{}", err) < 0 ? err->code : 0;
}

static void
log_failures(const cJSON *report)
{
    const cJSON *one = NULL;

    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(report, "failed"))
    {
        rv_log(RV_WARNING, "maintenance of the database left something out",
               RV_F("why", RV_S(one->valuestring)));
    }
}

/* {} or {"depth": "light"|"full"}; anything else is said, or a slip would be the light one. */
static int
depth_of(int *out, const char *args, rv_err *err)
{
    RV_AUTO_JSON cJSON *parsed = NULL;
    if (rv_json_parse(&parsed, args, strlen(args), ARGS_MAX_BYTES, 0, err) < 0)
        return rv_wrap(err, "arguments of Database.maintain");
    const cJSON *depth = cJSON_GetObjectItemCaseSensitive(parsed, "depth");
    const char *word = depth ? cJSON_GetStringValue(depth) : "light";
    if (!cJSON_IsObject(parsed) || word == NULL ||
        (strcmp(word, "light") != 0 && strcmp(word, "full") != 0))
        return rv_fail(err, RV_E_INVALID,
                       "arguments of Database.maintain are {} or {\"depth\":\"full\"}, not %.100s",
                       args);
    *out = strcmp(word, "full") == 0 ? RV_MAINTAIN_FULL : RV_MAINTAIN_LIGHT;
    return 0;
}

static int
maintain(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rv_worker *worker = arg;
    struct rv_maintain_options options = { .depth = RV_MAINTAIN_LIGHT };
    RV_AUTO_JSON cJSON *report = NULL;

    if (depth_of(&options.depth, message->args, err) < 0)
        return err->code;
    if (rv_maintain_run(&report, worker->store, &options, err) < 0)
        return err->code;
    log_failures(report);
    *results = cJSON_PrintUnformatted(report);
    rv_log(RV_INFO, "the database was maintained", RV_F("report", RV_S(*results)));
    return 0;
}

struct rv_command
rv_upkeep_command(struct rv_worker *worker)
{
    return (struct rv_command){ "Database", "maintain", maintain, worker, 0, NULL };
}
