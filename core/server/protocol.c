/* SPDX-License-Identifier: Apache-2.0
 *
 * Helpers for the frames between supervisor and workers.
 */
#include "server/protocol.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"

#define LENT_PREFIX "\x01lent\x01"

cJSON *
rv_message_new(const char *type)
{
    cJSON *message = cJSON_CreateObject();
    RV_ASSERT(message && cJSON_AddStringToObject(message, "type", type));
    return message;
}

int
rv_message_is(const cJSON *message, const char *type)
{
    const char *word = rv_json_string(message, "type");
    return word && strcmp(word, type) == 0;
}

void
rv_message_put_error(cJSON *message, const rv_err *err)
{
    cJSON *error = cJSON_AddObjectToObject(message, "error");
    cJSON_AddNumberToObject(error, "code", err->code);
    cJSON_AddStringToObject(error, "text", err->text);
    cJSON_AddStringToObject(error, "hint", err->hint);
    cJSON_AddNumberToObject(error, "remote_status", err->remote_status);
}

int
rv_message_error(const cJSON *message, rv_err *out)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(message, "error");
    rv_err_clear(out);
    if (!cJSON_IsObject(error))
        return 0;
    const char *text = rv_json_string(error, "text");
    const char *hint = rv_json_string(error, "hint");
    int64_t code = rv_json_int(error, "code", RV_E_INTERNAL);
    rv_fail(out, code < 0 && code >= RV_E_STALE ? (int)code : RV_E_INTERNAL, "%s",
            text ? text : "");
    if (hint && hint[0])
        rv_hint(out, "%s", hint);
    out->remote_status = (int32_t)rv_json_int(error, "remote_status", 0);
    return out->code;
}

char *
rv_lent_make(const char *word, const char *place, const char *envelope)
{
    return rv_format("%s%s\x01%s\x01%s", LENT_PREFIX, word, place, envelope);
}

int
rv_lent_parse(const char *text, const char *word, char **place, char **envelope)
{
    RV_AUTO_FREE char *prefix = rv_format("%s%s\x01", LENT_PREFIX, word);
    size_t len = strlen(prefix);
    if (word[0] == '\0' || strncmp(text, prefix, len) != 0)
        return 0;
    const char *middle = strchr(text + len, '\x01');
    if (middle == NULL)
        return 0;
    *place = rv_strndup(text + len, (size_t)(middle - text) - len);
    *envelope = rv_strdup(middle + 1);
    return 1;
}
