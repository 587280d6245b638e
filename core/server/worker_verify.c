/* SPDX-License-Identifier: Apache-2.0
 *
 * One-shot workers: one proves a provider's options by its module, the other
 * asks every installed module what it offers. Neither opens the store.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"
#include "host/host.h"
#include "server/protocol.h"
#include "server/worker.h"

enum { MANIFEST_MAX_BYTES = 1 << 20, JOB_WAIT_MS = 30000, MODULE_MS = 5000 };

/* The job's frame, once it is there. */
struct waiting {
    cJSON *job;
    struct rv_worker *worker;
};

static void
on_frame(void *arg, const cJSON *frame)
{
    struct waiting *waiting = arg;
    if (rv_message_is(frame, "job") && waiting->job == NULL)
        waiting->job = cJSON_Duplicate(frame, 1);
    waiting->worker->woken = 1;
}

static int
stopped(void *arg)
{
    const struct rv_worker *worker = arg;
    return worker->stop;
}

static int
connect_and_verify(struct rv_worker *worker, struct rv_module *module, struct rv_config *config,
                   cJSON *prepared, rv_err *err)
{
    struct rv_connection *connection = NULL;
    struct rv_identity_found found;
    const struct rv_call_spec spec = { .scope = "verify",
                                       .timeout_ms =
                                           rv_settings_int(worker->settings, "verify.timeout"),
                                       .cancelled = stopped,
                                       .arg = worker };
    if (rv_connection_open(&connection, module, config, &spec, err))
        return err->code;
    int failed = rv_connection_verify(connection, &spec, &found, err);
    rv_connection_close(connection);
    if (failed == RV_E_UNSUPPORTED) { /* nothing to prove: it opened */
        rv_err_clear(err);
        return 0;
    }
    if (failed)
        return failed;
    cJSON *identity = cJSON_AddObjectToObject(prepared, "identity");
    cJSON_AddStringToObject(identity, "uid", found.uid);
    cJSON_AddStringToObject(identity, "api_version", found.api_version);
    cJSON_AddStringToObject(identity, "account", found.account);
    return 0;
}

static int
prove_config(struct rv_worker *worker, struct rv_module *module, struct rv_config *config,
             cJSON *prepared, rv_err *err)
{
    cJSON *plain = NULL, *secrets = NULL;
    if (rv_config_split(config, &plain, &secrets, err))
        return err->code;
    cJSON_AddItemToObject(prepared, "plain", plain);
    cJSON_AddItemToObject(prepared, "secrets", secrets ? secrets : cJSON_CreateObject());
    return connect_and_verify(worker, module, config, prepared, err);
}

static int
prove(struct rv_worker *worker, const cJSON *job, cJSON *prepared, rv_err *err)
{
    struct rv_module *module = NULL;
    struct rv_config *config = NULL;
    const char *name = rv_json_string(job, "module");
    if (rv_worker_fence(worker, err) ||
        rv_module_load(&module, worker->provider_path, name ? name : "", err) ||
        rv_config_make(&config, module, cJSON_GetObjectItemCaseSensitive(job, "given"), err))
        return err->code;
    int failed = prove_config(worker, module, config, prepared, err);
    rv_config_free(config);
    return failed;
}

/* Takes prepared. */
static int
try_answer(struct rv_worker *worker, cJSON *prepared, const rv_err *result_err, rv_err *err)
{
    cJSON *proof = rv_message_new("proof");
    cJSON *result = cJSON_AddObjectToObject(proof, "result");
    if (result_err->code)
        rv_message_put_error(result, result_err);
    cJSON_AddItemToObject(result, "prepared", prepared);
    int failed = rv_worker_try_send(worker, proof, err);
    rv_json_wipe(proof);
    cJSON_Delete(proof);
    return failed;
}

static void
answer(struct rv_worker *worker, cJSON *prepared, const rv_err *result_err)
{
    rv_err err = RV_ERR_INIT, ignored = RV_ERR_INIT;
    if (try_answer(worker, prepared, result_err, &err) == 0)
        return;
    rv_wrap(&err, "hand on what the module made of the options");
    try_answer(worker, cJSON_CreateObject(), &err, &ignored);
}

int
rv_worker_verify(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    struct waiting waiting = { .worker = worker };
    worker->on_frame = on_frame;
    worker->arg = &waiting;
    for (int i = 0; waiting.job == NULL && !worker->stop && i < JOB_WAIT_MS / 1000; i++) {
        rv_worker_read(worker);
        if (waiting.job == NULL)
            rv_worker_wait(worker, 1000);
    }
    if (waiting.job) {
        cJSON *prepared = cJSON_CreateObject();
        rv_worker_busy(worker, "verify", 0, 0);
        prove(worker, waiting.job, prepared, &err);
        answer(worker, prepared, &err);
        rv_json_wipe(waiting.job);
        cJSON_Delete(waiting.job);
    }
    worker->on_frame = NULL;
    return 0;
}

/* In a process of its own: what a module does when it is loaded is not known. */
static _Noreturn void
describe_to(int fd, const char *path, const char *name)
{
    rv_err err = RV_ERR_INIT;
    struct rv_module *module = NULL;
    cJSON *out = NULL;
    rv_wait_install(NULL);
    alarm(MODULE_MS / 1000);
    if (rv_module_load(&module, path, name, &err) == 0)
        out = rv_module_describe(module);
    if (out == NULL) {
        out = cJSON_CreateObject();
        rv_message_put_error(out, &err);
    }
    char *text = cJSON_PrintUnformatted(out);
    size_t left = strlen(text);
    for (const char *at = text; left > 0;) {
        ssize_t sent = write(fd, at, left);
        if (sent < 0 && errno != EINTR)
            _exit(1);
        if (sent > 0) {
            at += sent;
            left -= (size_t)sent;
        }
    }
    _exit(0);
}

/* The manifest, or an object with an error. */
static int
describe(cJSON **out, struct rv_worker *worker, const char *name, rv_err *err)
{
    int ends[2], status = 0;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(MANIFEST_MAX_BYTES);
    if (rv_worker_fence(worker, err))
        return err->code;
    if (pipe(ends))
        return rv_fail_errno(err, "make a pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        describe_to(ends[1], worker->provider_path, name);
    }
    close(ends[1]);
    int failed = pid < 0 ? rv_fail_errno(err, "fork") : rv_buf_read_fd(&text, ends[0], err);
    close(ends[0]);
    if (pid > 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    if (failed)
        return failed;
    if (WIFSIGNALED(status))
        return rv_fail(err, RV_E_INTERNAL, "it ended the process that loaded it, by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (rv_json_parse(out, rv_buf_text(&text), text.len, MANIFEST_MAX_BYTES, 0, err))
        return rv_wrap(err, "its manifest");
    failed = rv_message_error(*out, err);
    if (failed) {
        cJSON_Delete(*out);
        *out = NULL;
    }
    return failed;
}

static int
is_same_file(const char *one, const char *other)
{
    struct stat first, second;
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* The first of a name counts: who put another there wonders why it does not run. */
static void
say_hidden(const char *path, const char *name)
{
    char **files = NULL;
    int count = rv_module_files(&files, path, name);
    for (int i = 1; i < count; i++)
        if (!is_same_file(files[0], files[i]))
            rv_log(RV_WARNING, "provider module is hidden by another of its name",
                   RV_F("file", RV_S(files[i])), RV_F("by", RV_S(files[0])));
    rv_names_free(files);
}

static void
say_unreadable(const char *path)
{
    for (const char *at = path + strspn(path, ":"); *at; at += strspn(at, ":")) {
        RV_AUTO_FREE char *folder = rv_strndup(at, strcspn(at, ":"));
        if (access(folder, R_OK | X_OK))
            rv_log(RV_WARNING, "no provider modules", RV_F("folder", RV_S(folder)),
                   RV_F("error", RV_S(strerror(errno))));
        at += strlen(folder);
    }
}

static void
describe_all(struct rv_worker *worker, char **names, cJSON *types, cJSON *broken)
{
    for (int i = 0; names[i]; i++) {
        rv_err err = RV_ERR_INIT;
        cJSON *manifest = NULL;
        say_hidden(worker->provider_path, names[i]);
        if (describe(&manifest, worker, names[i], &err) == 0) {
            cJSON_AddItemToArray(types, manifest);
            continue;
        }
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "name", names[i]);
        rv_message_put_error(one, &err);
        cJSON_AddItemToArray(broken, one);
        const struct rv_log_field module = RV_F("module", RV_S(names[i]));
        rv_log_err_with(RV_ERROR, "provider module cannot be used", &err, &module, 1);
    }
}

int
rv_worker_describe(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    char **names = NULL;
    RV_AUTO_JSON cJSON *message = rv_message_new("manifests");
    cJSON *payload = cJSON_AddObjectToObject(message, "types");
    cJSON *types = cJSON_AddArrayToObject(payload, "types");
    cJSON *broken = cJSON_AddArrayToObject(payload, "broken");
    say_unreadable(worker->provider_path);
    if (rv_module_list(&names, worker->provider_path, &err) == 0)
        describe_all(worker, names, types, broken);
    else
        rv_log_err(RV_WARNING, "no provider modules", &err);
    rv_names_free(names);
    rv_worker_send(worker, message);
    return 0;
}
