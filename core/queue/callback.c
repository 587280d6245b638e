/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows the end of a message: its task, and the message that its callback asks for.
 */
#include "queue/queue_internal.h"

#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "queue/task.h"

/* Longer results are left out of a callback's arguments; the task has them. */
enum { CALLBACK_MAX_BYTES = 64 * 1024, RESULTS_MAX_BYTES = 512 * 1024, TEXT_MAX_BYTES = 4096 };

static int
parse(cJSON **out, const char *callback, rv_err *err)
{
    if (rv_json_parse(out, callback, strlen(callback), CALLBACK_MAX_BYTES, 0, err))
        return rv_wrap(err, "callback");
    if (!cJSON_IsObject(*out) || rv_json_string(*out, "method_name") == NULL)
        return rv_fail(err, RV_E_INVALID, "a callback is an object with a method_name");
    return 0;
}

int
rv_queue_callback_check(const char *callback, rv_err *err)
{
    RV_AUTO_JSON cJSON *parsed = NULL;
    return parse(&parsed, callback, err);
}

static cJSON *
results_of(const struct rv_ended *ended)
{
    cJSON *results = NULL;
    rv_err ignored = RV_ERR_INIT;
    if (ended->results)
        rv_json_parse(&results, ended->results, strlen(ended->results), RESULTS_MAX_BYTES, 0,
                      &ignored);
    return results ? results : cJSON_CreateNull();
}

/* The callback's own arguments, and how it went; the caller's to free. */
static char *
args_of(const cJSON *callback, const struct rv_message *message, const struct rv_ended *ended)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(callback, "args");
    RV_AUTO_JSON cJSON *args = cJSON_IsObject(given) || cJSON_IsArray(given)
                                   ? cJSON_Duplicate(given, 1)
                                   : cJSON_CreateObject();
    RV_AUTO_FREE char *text = rv_strndup(ended->text ? ended->text : "", TEXT_MAX_BYTES);
    text[rv_utf8_prefix(text, strlen(text))] = '\0';
    if (cJSON_IsArray(args)) {
        cJSON_AddItemToArray(args, cJSON_CreateString(ended->state));
        cJSON_AddItemToArray(args, cJSON_CreateString(text));
        cJSON_AddItemToArray(args, results_of(ended));
    } else {
        static const char *const ours[] = { "state", "message", "result", "message_id" };
        for (size_t i = 0; i < RV_COUNT(ours); i++)
            cJSON_DeleteItemFromObjectCaseSensitive(args, ours[i]);
        cJSON_AddStringToObject(args, "state", ended->state);
        cJSON_AddStringToObject(args, "message", text);
        cJSON_AddItemToObject(args, "result", results_of(ended));
        cJSON_AddNumberToObject(args, "message_id", (double)message->id);
    }
    return cJSON_PrintUnformatted(args);
}

static int
put_callback(struct rv_store *store, const struct rv_message *message, const cJSON *callback,
             const struct rv_ended *ended, rv_err *err)
{
    RV_AUTO_FREE char *args = args_of(callback, message, ended);
    const struct rv_message_spec spec = {
        .queue_name = rv_json_string(callback, "queue_name"),
        .class_name = rv_json_string(callback, "class_name"),
        .method_name = rv_json_string(callback, "method_name"),
        .target_id = rv_json_int(callback, "instance_id", 0),
        .role = rv_json_string(callback, "role"),
        .zone = rv_json_string(callback, "zone"),
        .priority = (int)rv_json_int(callback, "priority", 0),
        .args = args,
        .flags = RV_MESSAGE_AGAIN,
        .series = message->series ? message->series : "",
        .user_id = message->user_id,
        .group_id = message->group_id,
        .tenant_id = message->tenant_id,
        .tracking_label = message->tracking_label,
    };
    return rv_queue_put(store, &spec, NULL, err);
}

/* A callback that somebody wrote into the table and that cannot be put must not keep its message
 * from ending. */
static int
call_back(struct rv_store *store, const struct rv_message *message, const struct rv_ended *ended,
          rv_err *err)
{
    RV_AUTO_JSON cJSON *callback = NULL;
    int failed = parse(&callback, message->callback, err);
    if (!failed)
        failed = put_callback(store, message, callback, ended, err);
    if (failed == RV_E_INVALID || failed == RV_E_LIMIT) {
        const struct rv_log_field more[] = { RV_F("message", RV_I(message->id)) };
        rv_log_err_with(RV_WARNING, "callback cannot be put", err, more, RV_COUNT(more));
        rv_err_clear(err);
        failed = 0;
    }
    return failed;
}

static const char *
status_of(const char *state)
{
    static const char *const words[][2] = {
        { "ok", "Ok" }, { "warn", "Warn" }, { "timeout", "Timeout" }, { "expired", "Expired" }
    };
    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (rv_streq(words[i][0], state))
            return words[i][1];
    return "Error";
}

int
rv_queue_follow_up(struct rv_store *store, const struct rv_message *message,
                   const struct rv_ended *ended, rv_err *err)
{
    if (message->task_id && rv_task_finish(store, message->task_id, status_of(ended->state),
                                           ended->text, ended->results, err)) {
        if (err->code != RV_E_NOT_FOUND)
            return err->code;
        rv_err_clear(err);
    }
    return message->callback ? call_back(store, message, ended, err) : 0;
}
