/* SPDX-License-Identifier: Apache-2.0
 *
 * Options that are missing, unknown or odd: refused by the host's rules, or by
 * prepare and open with an error, but never by a crash.
 */
#include "checks.h"

#include <string.h>
#include "callback.h"

enum { LONG_VALUE_BYTES = 4000 };

static void
miss_one(struct trial *trial, const char *name)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(options, name);
    struct rv_config *config = trial_config_of(trial, options, &err);
    /* prepare may have made it from another option. */
    if (config && trial->provider->prepare == NULL)
        trial_fail(trial, "it was taken without its required option '%s'", name);
    else if (config == NULL && strstr(err.text, name) == NULL)
        trial_fail(trial, "without option '%s' the error does not name it: %s", name, err.text);
    if (config)
        trial_config_free(trial, config);
}

void
check_missing_options(struct trial *trial)
{
    int count = 0;
    const struct reeve_option *option = trial->provider->options;
    for (; option && option->name; option++) {
        if (!(option->flags & REEVE_OPT_REQUIRED))
            continue;
        miss_one(trial, option->name);
        count++;
    }
    trial_remark(trial, "%d required", count);
}

void
check_unknown_option(struct trial *trial)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    cJSON_AddStringToObject(options, "reeve_conform_unknown", "x");
    if (trial_config_of(trial, options, &err)) {
        trial_fail(trial, "an option that is not declared was taken");
        trial_advise(trial, "prepare must remove only what it replaces");
    } else if (strstr(err.text, "reeve_conform_unknown") == NULL) {
        trial_fail(trial, "the error about an unknown option does not name it: %s", err.text);
    }
}

static void
try_value(struct trial *trial, const struct reeve_option *option, const char *value)
{
    rv_err err = RV_ERR_INIT;
    struct rv_connection *connection = NULL;
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(options, option->name);
    cJSON_AddStringToObject(options, option->name, value);
    struct rv_config *config = trial_config_of(trial, options, &err);
    if (config == NULL)
        return;
    struct run run = { 0 };
    int rc = callback_open(trial, config, &run, &connection);
    if (rc == 0)
        callback_close(trial, connection);
    else if (rc == REEVE_E_INTERNAL)
        trial_fail(trial, "open with option '%s' set to '%.40s': %s (internal)", option->name,
                   value, run.err.text);
    trial_config_free(trial, config);
}

static void
try_texts(struct trial *trial, const struct reeve_option *option)
{
    static const char *const odd[] = {
        "x",
        " ",
        "%s%s%n%1000000d",
        "a\nb\tc\x01",
        "gr\xc3\xbc\xc3\x9f dich, \xf0\x9f\x8c\x8d",
        "\"';<>&|$(){}[]\\",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "http://127.0.0.1:9/../..?a=b#c",
        "0",
        "-1",
        "[::1]"
    };
    char long_text[LONG_VALUE_BYTES + 1];
    memset(long_text, 'x', LONG_VALUE_BYTES);
    long_text[LONG_VALUE_BYTES] = '\0';
    for (size_t i = 0; i < RV_COUNT(odd); i++)
        try_value(trial, option, odd[i]);
    try_value(trial, option, long_text);
}

static void
try_bounds(struct trial *trial, const struct reeve_option *option)
{
    const char *unit = option->type == REEVE_OPT_DURATION ? "ms" : "";
    RV_AUTO_FREE char *least = rv_format("%lld%s", (long long)option->min, unit);
    RV_AUTO_FREE char *most = rv_format("%lld%s", (long long)option->max, unit);
    if (option->min == 0 && option->max == 0)
        return;
    try_value(trial, option, least);
    try_value(trial, option, most);
}

void
check_odd_values(struct trial *trial)
{
    const struct reeve_option *option = trial->provider->options;
    for (; option && option->name; option++) {
        switch (option->type) {
        case REEVE_OPT_STRING:
        case REEVE_OPT_TEXT:
        case REEVE_OPT_SECRET:
        case REEVE_OPT_URL:
            try_texts(trial, option);
            break;
        case REEVE_OPT_ENUM:
            /* The choices of an advanced option may do anything, even crash on request. */
            for (size_t i = 0; !(option->flags & REEVE_OPT_ADVANCED) && option->choices[i]; i++)
                try_value(trial, option, option->choices[i]);
            break;
        case REEVE_OPT_FLAG:
            try_value(trial, option, "true");
            try_value(trial, option, "false");
            break;
        default:
            try_bounds(trial, option);
        }
    }
    if (trial_failed(trial))
        trial_advise(trial, "open checks what it is given, and fails with REEVE_E_INVALID and a "
                            "text that names the option");
}
