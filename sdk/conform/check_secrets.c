/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of secret options, and secrets got at run time, must not come back: in no error, log line,
 * object, link, warning, token or identity, nor on the module's output or in the environment.
 */
#include "checks.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "callback.h"
#include "record.h"
#include "spy.h"

enum { CAPTURE_BYTES = 4 << 20 };

extern char **environ;

/* Its output goes into memory of a fixed size, so that what it prints can be looked at. */
struct capture {
    int fd, out, err;
};

static void
capture_begin(struct capture *capture)
{
    fflush(NULL);
    capture->fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    capture->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    capture->err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (capture->fd < 0 || ftruncate(capture->fd, CAPTURE_BYTES) < 0)
        return;
    fcntl(capture->fd, F_ADD_SEALS, F_SEAL_GROW);
    dup2(capture->fd, STDOUT_FILENO);
    dup2(capture->fd, STDERR_FILENO);
}

static void
capture_end(struct capture *capture)
{
    fflush(NULL);
    off_t len = lseek(capture->fd, 0, SEEK_CUR);
    dup2(capture->out, STDOUT_FILENO);
    dup2(capture->err, STDERR_FILENO);
    void *text =
        len > 0 ? mmap(NULL, CAPTURE_BYTES, PROT_READ, MAP_SHARED, capture->fd, 0) : MAP_FAILED;
    if (text != MAP_FAILED) {
        spy_look("what it prints", text, (size_t)len);
        munmap(text, CAPTURE_BYTES);
    }
    close(capture->fd);
    close(capture->out);
    close(capture->err);
}

static void
look_at_environment(void)
{
    for (char **variable = environ; variable && *variable; variable++)
        spy_look("the environment", *variable, strlen(*variable));
}

static void
look_at_error(const char *of, const rv_err *err)
{
    char where[64];
    snprintf(where, sizeof(where), "the error of %s", of);
    spy_look(where, err->text, strlen(err->text));
    spy_look(where, err->hint, strlen(err->hint));
}

/* Everything that a connection can do, each for a short while; what fails may fail. */
static void
live(struct trial *trial, struct rv_config *config)
{
    int64_t while_ms = trial->conform->watch_ms;
    struct rv_connection *connection = NULL;
    struct rv_identity_found found;
    struct run open = { 0 }, verify = { .cancel_at_ms = 4 * while_ms };
    spy.seek_new = 1;
    if (callback_open(trial, config, &open, &connection) < 0) {
        look_at_error("open", &open.err);
        return;
    }
    if (trial->provider->verify) {
        callback_verify(trial, connection, &verify, &found);
        look_at_error("verify", &verify.err);
        spy_look("its identity", (const char *)&found, sizeof(found));
    }
    if (trial->provider->inventory) {
        struct record *record = record_new(rv_model_count());
        struct run refresh = { .record = record, .cancel_at_ms = 4 * while_ms };
        struct run watch = { .record = record, .cancel_at_ms = while_ms };
        callback_refresh(trial, connection, &refresh);
        look_at_error("refresh", &refresh.err);
        if (trial->provider->inventory->watch)
            callback_watch(trial, connection, &watch);
        look_at_error("watch", &watch.err);
        record_free(record);
    }
    callback_close(trial, connection);
}

/* The values that were given, and those that prepare made of them. */
static void
seek_given(struct trial *trial, const struct rv_config *config, int *count)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *plain = NULL, *secrets = NULL;
    const cJSON *item;
    cJSON_ArrayForEach(item, trial->conform->given)
    {
        if (!rv_option_is_secret(trial->module, item->string))
            continue;
        spy_seek(item->string, item->valuestring);
        ++*count;
    }
    if (rv_config_split(config, &plain, &secrets, &err) < 0)
        trial_fail_err(trial, &err, "the options");
    cJSON_ArrayForEach(item, secrets)
    {
        spy_seek(item->string, item->valuestring);
        ++*count;
    }
    rv_json_wipe(secrets);
}

void
check_given_secrets(struct trial *trial)
{
    struct capture capture;
    int count = 0;
    struct rv_config *config = trial_config(trial);
    if (config == NULL)
        return;
    seek_given(trial, config, &count);
    trial_config_free(trial, config);
    capture_begin(&capture);
    /* Again from the beginning: prepare is to be listened to as well. */
    config = trial_config(trial);
    if (config)
        live(trial, config);
    look_at_environment();
    capture_end(&capture);
    if (count == 0)
        trial_remark(trial, "none was given");
}

/* A value that nobody else has, in several shapes: alone, and inside of what a parser of
 * configuration files would trip over. */
static void
try_canary(struct trial *trial, const char *option, const char *shape)
{
    rv_err err = RV_ERR_INIT;
    struct capture capture;
    RV_AUTO_FREE char *canary = rv_format("canary%s7Fq2xVb9", option);
    for (char *c = canary; *c; c++)
        if (*c == '_')
            *c = 'U';
    const char *hole = strchr(shape, '@');
    RV_AUTO_FREE char *value = rv_format("%.*s%s%s", (int)(hole - shape), shape, canary, hole + 1);
    RV_AUTO_JSON cJSON *options = trial_options(trial, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(options, option);
    cJSON_AddStringToObject(options, option, value);
    spy_seek(option, canary);
    capture_begin(&capture);
    struct rv_config *config = trial_config_of(trial, options, &err);
    look_at_error("prepare", &err);
    if (config)
        live(trial, config);
    look_at_environment();
    capture_end(&capture);
    if (config)
        trial_config_free(trial, config);
}

void
check_canaries(struct trial *trial)
{
    static const char *const shapes[] = {
        "@",
        "users: [{token: @",
        "{\"token\": \"@\", ",
        ("-----BEGIN PRIVATE KEY-----\n@\n"
         "-----END PRIVATE KEY-----\n"),
    };
    int count = 0;
    const struct reeve_option *option = trial->provider->options;
    for (; option && option->name; option++) {
        if (option->type != REEVE_OPT_SECRET)
            continue;
        count++;
        for (size_t i = 0; i < RV_COUNT(shapes); i++)
            try_canary(trial, option->name, shapes[i]);
    }
    trial_remark(trial, "%d secret options", count);
}
