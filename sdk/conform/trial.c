/* SPDX-License-Identifier: Apache-2.0
 *
 * A check's surroundings: loads the module, makes configurations, writes the
 * report, and cleans up. Runs in the child.
 */
#include "trial.h"

#include <stdarg.h>
#include <string.h>
#include "base/text.h"
#include "callback.h"
#include "record.h"
#include "spy.h"

static void
set_verdict(struct trial *trial, enum verdict verdict)
{
    /* A failure stays. */
    if (trial->report->verdict != VERDICT_FAILED)
        trial->report->verdict = verdict;
}

/* One line, whatever the text: the lines of a text become lines of the report. */
static void
add_line(struct report *report, const char *text)
{
    size_t len = strlen(text), room = sizeof(report->text) - report->len;
    if (report->lines == REPORT_LINES || len + 2 > room) {
        report->unsaid++;
        return;
    }
    memcpy(report->text + report->len, text, len);
    report->len += (uint32_t)len;
    report->text[report->len++] = '\n';
    report->text[report->len] = '\0';
    report->lines++;
}

int
trial_fail(struct trial *trial, const char *format, ...)
{
    char line[2560];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    add_line(trial->report, line);
    set_verdict(trial, VERDICT_FAILED);
    return -1;
}

static const char *
advice_of(int error_class)
{
    switch (error_class) {
    case RV_E_AUTH:
    case RV_E_PERMISSION:
        return "give credentials that the other side takes";
    case RV_E_UNAVAILABLE:
    case RV_E_TIMEOUT:
        return "look whether the system that the options name is up";
    case RV_E_INVALID:
    case RV_E_LIMIT:
        return "the text says what cannot be taken; kinds and columns are in docs/dictionary.md";
    case RV_E_INTERNAL:
        return "callbacks return 0 or a class REEVE_E_..., after reeve_fail has said why";
    default:
        return "";
    }
}

int
trial_fail_err(struct trial *trial, const rv_err *err, const char *format, ...)
{
    char doing[400];
    va_list args;
    va_start(args, format);
    vsnprintf(doing, sizeof(doing), format, args);
    va_end(args);
    trial_fail(trial, "%s: %s (%s)", doing, err->text, rv_class_name(err->code));
    return trial_advise(trial, "%s", err->hint[0] ? err->hint : advice_of(err->code));
}

int
trial_advise(struct trial *trial, const char *format, ...)
{
    char *advice = trial->report->advice;
    if (advice[0])
        return -1;
    va_list args;
    va_start(args, format);
    vsnprintf(advice, sizeof(trial->report->advice), format, args);
    va_end(args);
    return -1;
}

void
trial_remark(struct trial *trial, const char *format, ...)
{
    /* Why it was skipped stays. */
    if (trial->report->verdict == VERDICT_SKIPPED)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(trial->report->remark, sizeof(trial->report->remark), format, args);
    va_end(args);
}

int
trial_skip(struct trial *trial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(trial->report->remark, sizeof(trial->report->remark), format, args);
    va_end(args);
    set_verdict(trial, VERDICT_SKIPPED);
    return -1;
}

int
trial_skip_options(struct trial *trial, const char *missing)
{
    trial->report->wanting = 1;
    return trial_skip(trial, "needs --option for %s", missing);
}

int
trial_skip_changing(struct trial *trial, const char *format, ...)
{
    char how[140];
    va_list args;
    va_start(args, format);
    vsnprintf(how, sizeof(how), format, args);
    va_end(args);
    how[strcspn(how, "\n")] = '\0';
    return trial_skip(trial, "the system changes while it is listed: %s", how);
}

void
trial_doubt(struct trial *trial)
{
    trial->report->doubtful = 1;
}

int
trial_failed(const struct trial *trial)
{
    return trial->report->verdict == VERDICT_FAILED;
}

static int
load(struct trial *trial)
{
    rv_err err = RV_ERR_INIT;
    if (rv_model_init(&err) < 0)
        return trial_fail_err(trial, &err, "the dictionary");
    callback_begin(trial, "reeve_provider_entry", trial->conform->limit_ms);
    int rc = rv_module_load_file(&trial->module, trial->conform->path, &err);
    callback_end(trial);
    if (rc < 0) {
        trial->report->cause = CAUSE_LOAD;
        return trial_fail_err(trial, &err, "the module does not load");
    }
    trial->provider = rv_module_provider(trial->module);
    spy_bind(trial);
    return 0;
}

static void
clean_up(struct trial *trial)
{
    while (trial->connection_count > 0)
        callback_close(trial, trial->connections[trial->connection_count - 1]);
    while (trial->config_count > 0)
        rv_config_free(trial->configs[--trial->config_count]);
    while (trial->record_count > 0)
        record_free(trial->records[--trial->record_count]);
}

void
trial_run(struct trial *trial)
{
    enum need need = trial->check->need;
    int ready = need == NEED_FILE || load(trial) == 0;
    if (ready && need == NEED_INVENTORY && trial->provider->inventory == NULL) {
        trial_remark(trial, "it offers no inventory");
        ready = 0;
    }
    if (ready)
        trial->check->run(trial);
    clean_up(trial);
    if (trial->report->verdict == VERDICT_NONE)
        trial->report->verdict = VERDICT_PASSED;
}

static int
is_given(const struct trial *trial, const struct reeve_option *option)
{
    return cJSON_GetObjectItemCaseSensitive(trial->conform->given, option->name) != NULL;
}

static int
is_missing(const struct trial *trial, const struct reeve_option *option)
{
    return (option->flags & REEVE_OPT_REQUIRED) && !option->fallback && !is_given(trial, option);
}

char *
trial_missing(const struct trial *trial)
{
    RV_AUTO_BUF
    rv_buf names = rv_buf_limited(4096);
    const struct reeve_option *option = trial->provider->options;
    for (; option && option->name; option++)
        if (is_missing(trial, option))
            rv_buf_addf(&names, "%s%s", names.len ? ", " : "", option->name);
    return names.len ? rv_buf_take_string(&names) : NULL;
}

/* A value that the host takes, behind which there is nobody. */
static void
invent(cJSON *options, const struct reeve_option *option)
{
    RV_AUTO_FREE char *number = rv_format("%lld", (long long)(option->min > 1 ? option->min : 1));
    RV_AUTO_FREE char *time = rv_format("%lldms", (long long)(option->min > 1 ? option->min : 1));
    const char *value = option->type == REEVE_OPT_INT || option->type == REEVE_OPT_SIZE ? number
                        : option->type == REEVE_OPT_DURATION                            ? time
                        : option->type == REEVE_OPT_FLAG                                ? "false"
                        : option->type == REEVE_OPT_URL         ? "http://127.0.0.1:9"
                        : option->type == REEVE_OPT_ENUM        ? option->choices[0]
                        : strcmp(option->name, "hostname") == 0 ? "127.0.0.1"
                                                                : "invented";
    cJSON_AddStringToObject(options, option->name, value);
}

cJSON *
trial_options(const struct trial *trial, int invented)
{
    cJSON *options = cJSON_Duplicate(trial->conform->given, 1);
    const struct reeve_option *option = trial->provider->options;
    for (; invented && option && option->name; option++)
        if (is_missing(trial, option))
            invent(options, option);
    return options;
}

struct rv_config *
trial_config_of(struct trial *trial, const cJSON *given, rv_err *err)
{
    struct rv_config *config = NULL;
    if (trial->config_count == TRIAL_CONFIGS) {
        rv_fail(err, RV_E_LIMIT, "more than %d configurations in one check", TRIAL_CONFIGS);
        return NULL;
    }
    callback_begin(trial, "prepare", trial->conform->limit_ms);
    int rc = rv_config_make(&config, trial->module, given, err);
    callback_end(trial);
    if (rc == 0)
        trial->configs[trial->config_count++] = config;
    return config;
}

void
trial_config_free(struct trial *trial, struct rv_config *config)
{
    for (int i = 0; i < trial->config_count; i++) {
        if (trial->configs[i] != config)
            continue;
        trial->configs[i] = trial->configs[--trial->config_count];
        rv_config_free(config);
        return;
    }
}

/* Required options are missing. Were the others right? Then what needs these is skipped. */
static void
skip_or_fail(struct trial *trial, const char *missing)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    if (trial_config_of(trial, options, &err))
        trial_skip_options(trial, missing);
    else
        trial_fail_err(trial, &err, "the options that were given");
}

struct rv_config *
trial_config(struct trial *trial)
{
    rv_err err = RV_ERR_INIT;
    struct rv_config *config = trial_config_of(trial, trial->conform->given, &err);
    if (config)
        return config;
    RV_AUTO_FREE char *missing = trial_missing(trial);
    if (missing && err.code == RV_E_INVALID)
        skip_or_fail(trial, missing);
    else
        trial_fail_err(trial, &err, "the options that were given");
    return NULL;
}

struct rv_config *
trial_config_invented(struct trial *trial)
{
    rv_err err = RV_ERR_INIT;
    struct rv_config *config = trial_config_of(trial, trial->conform->given, &err);
    RV_AUTO_FREE char *missing = trial_missing(trial);
    if (config || missing == NULL) {
        if (config == NULL)
            trial_fail_err(trial, &err, "the options that were given");
        return config;
    }
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    config = trial_config_of(trial, options, &err);
    trial->invented = 1;
    if (config == NULL)
        trial_fail_err(trial, &err, "the options that were given");
    return config;
}

struct record *
trial_record(struct trial *trial)
{
    struct record *record = record_new(rv_model_count());
    RV_ASSERT(trial->record_count < TRIAL_RECORDS);
    return trial->records[trial->record_count++] = record;
}
