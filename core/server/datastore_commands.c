/* SPDX-License-Identifier: Apache-2.0
 *
 * An import is a message: it may be large, and nobody who answers requests shall be kept by it.
 * What is wrong with what a person gave ends that person's task; only what is our own business
 * makes a dead message.
 */
#define RV_LOG_TOPIC RV_TOPIC_AUTOMATE
#include "server/datastore_commands.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "datastore/datastore.h"
#include "model/model.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "store/record.h"
#include "tree/folder.h"

enum { SHIP_MS = 10 * 60 * 1000, ATTEMPTS = 3, ARGS_MAX = 64 << 10 };
#define DATA_MAX ((size_t)96 << 20)

struct upload {
    cJSON *options;
    rv_buf data;
};

static void
free_upload(struct upload *upload)
{
    cJSON_Delete(upload->options);
    rv_buf_free(&upload->data);
}

static int
read_args(cJSON **out, const struct rv_message *message, rv_err *err)
{
    return rv_json_parse(out, message->args, strlen(message->args), ARGS_MAX, 0, err);
}

/* NOT_FOUND when it was imported already, before the worker that did it died. */
static int
read_upload(struct upload *out, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[2], param = rv_vint(id);
    int found = rv_store_one(
        store, row, 2, "SELECT options, data FROM automate_imports WHERE id = $1", &param, 1, err);

    if (found <= 0)
        return found < 0 ? found : rv_fail(err, RV_E_NOT_FOUND, "nothing waits to be imported");
    out->data = rv_buf_limited(DATA_MAX);
    out->options = row[0].type == RV_TEXT ? cJSON_Parse(row[0].v.text) : NULL;
    if (rv_json_flag(out->options, "base64", 0))
        return rv_base64_decode(&out->data, row[1].v.text, (size_t)row[1].len, err);
    rv_buf_add(&out->data, row[1].v.text, (size_t)row[1].len);
    return rv_buf_check(&out->data, err);
}

static int
forget_upload(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const int64_t *id = arg;

    return rv_record_delete(store, feed, rv_model_kind("automate_import"), *id, err);
}

struct progress {
    struct rv_worker *worker;
    int64_t task_id;
};

static int
tell_progress(void *arg, size_t done, size_t all, rv_err *err)
{
    const struct progress *progress = arg;
    struct rv_store *store = progress->worker->store;
    char text[80];

    if (progress->task_id == 0)
        return 0;
    int cancelled = rv_task_cancelled(store, progress->task_id, err);
    if (cancelled)
        return cancelled < 0 ? cancelled : rv_fail(err, RV_E_CANCELLED, "cancelled");
    snprintf(text, sizeof(text), "%zu of %zu rows are written", done, all);
    return rv_task_progress(store, progress->task_id, all ? (int)(done * 95 / all) : 0, text, err);
}

static char *
report_of(const struct rv_ae_imported *out)
{
    RV_AUTO_JSON cJSON *json = cJSON_CreateObject();
    const struct {
        const char *name;
        size_t count;
    } counts[] = { { "domains", out->domains },
                   { "namespaces", out->namespaces },
                   { "classes", out->classes },
                   { "instances", out->instances },
                   { "methods", out->methods },
                   { "created", out->created },
                   { "changed", out->changed },
                   { "deleted", out->deleted },
                   { "unknown_passwords", out->unknown_secrets } };

    for (size_t i = 0; i < RV_COUNT(counts); i++)
        cJSON_AddNumberToObject(json, counts[i].name, (double)counts[i].count);
    return cJSON_PrintUnformatted(json);
}

/* Who asked is told; nobody else need look at it. */
static int
is_the_askers(int code)
{
    return code == RV_E_INVALID || code == RV_E_PERMISSION || code == RV_E_CONFLICT ||
           code == RV_E_LIMIT || code == RV_E_NOT_FOUND || code == RV_E_CANCELLED;
}

static int
end_with(struct rv_worker *worker, const struct rv_message *message, int code, rv_err *err)
{
    rv_err why = *err;

    if (code >= 0 || !is_the_askers(code) || message->task_id == 0)
        return code;
    rv_err_clear(err);
    RV_AUTO_FREE char *text =
        why.hint[0] ? rv_format("%s (%s)", why.text, why.hint) : rv_strdup(why.text);
    rv_log(RV_INFO, "an import into the datastore was refused", RV_F("why", RV_S(why.text)));
    return rv_task_finish(worker->store, message->task_id, "Error", text, NULL, err);
}

static int
import_upload(struct rv_worker *worker, const struct rv_message *message,
              const struct upload *upload, char **results, rv_err *err)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    struct progress progress = { .worker = worker, .task_id = message->task_id };
    const struct rv_ae_import options = { .as = rv_json_string(upload->options, "as"),
                                          .enable = rv_json_flag(upload->options, "enable", 0),
                                          .progress = tell_progress,
                                          .arg = &progress };
    const struct rv_datastore ds = { .store = worker->store,
                                     .vault = &worker->vault,
                                     .userid = rv_json_string(upload->options, "userid"),
                                     .user_id = message->user_id };
    struct rv_ae_imported out;

    if (rv_ae_tree_parse(&tree, rv_buf_text(&upload->data), upload->data.len, NULL, err) < 0 ||
        rv_datastore_import(&ds, tree, &options, &out, err) < 0)
        return err->code;
    *results = report_of(&out);
    rv_log(RV_INFO, "imported into the datastore", RV_F("report", RV_S(*results)));
    return 0;
}

static int
import(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rv_worker *worker = arg;
    struct upload upload = { 0 };
    int64_t id = message->target_id;
    rv_err later = RV_ERR_INIT;

    int rc = read_upload(&upload, worker->store, id, err);
    if (rc == 0)
        rc = import_upload(worker, message, &upload, results, err);
    free_upload(&upload);
    if (rc == 0 || is_the_askers(rc))
        rv_record_transaction(worker->store, forget_upload, &id, &later);
    return end_with(worker, message, rc, err);
}

/* PREFIX/share/reeve/domains, for modules in PREFIX/lib/reeve or PREFIX/lib/TRIPLET/reeve. */
static char *
shipped_folder(const struct rv_worker *worker)
{
    static const char *const ways[] = { "../..", "../../.." };

    for (size_t i = 0; worker->module_dir && i < RV_COUNT(ways); i++) {
        RV_AUTO_FREE char *path =
            rv_format("%s/%s/share/reeve/domains", worker->module_dir, ways[i]);
        char *found = realpath(path, NULL);
        if (found)
            return found;
    }
    return NULL;
}

static int
shipped_digest(char out[33], const struct rv_worker *worker, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *folder = shipped_folder(worker);
    RV_AUTO_FREE char *path = folder ? rv_format("%s/%s", folder, name) : NULL;

    if (path == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "there are no shipped domains beside the modules");
    return rv_ae_folder_digest(out, path, err);
}

static int
has_digest(struct rv_store *store, const char *name, const char *digest, rv_err *err)
{
    RV_AUTO_FREE char *key = rv_strdup(name);
    rv_value out;

    rv_lower(key);
    const rv_value params[] = { rv_vtext(key), rv_vtext(digest) };
    return rv_store_one(store, &out, 1,
                        "SELECT 1 FROM miq_ae_domains WHERE name_key = $1 AND digest = $2", params,
                        2, err);
}

static int
import_shipped(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rv_worker *worker = arg;
    RV_AUTO_JSON cJSON *args = NULL;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    struct rv_ae_imported out;
    char digest[33];

    if (read_args(&args, message, err) < 0)
        return err->code;
    const char *name = rv_json_string(args, "domain");
    if (name == NULL || strchr(name, '/'))
        return rv_fail(err, RV_E_INVALID, "arguments of Automate.import_shipped name no domain");
    if (shipped_digest(digest, worker, name, err) < 0)
        return err->code;
    int there = has_digest(worker->store, name, digest, err);
    if (there)
        return there < 0 ? there : 0;
    RV_AUTO_FREE char *folder = shipped_folder(worker);
    RV_AUTO_FREE char *path = rv_format("%s/%s", folder, name);
    const struct rv_datastore ds = { .store = worker->store, .vault = &worker->vault };
    const struct rv_ae_import options = { .as = name, .system = 1, .digest = digest };
    if (rv_ae_tree_read(&tree, path, NULL, err) < 0 ||
        rv_datastore_import(&ds, tree, &options, &out, err) < 0)
        return err->code;
    *results = report_of(&out);
    rv_log(RV_INFO, "imported a domain that Reeve ships", RV_F("domain", RV_S(name)),
           RV_F("report", RV_S(*results)));
    return 0;
}

/* What is large is emptied in pieces; it was taken out of sight before. */
static int
delete_domain(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rv_worker *worker = arg;
    const struct rv_datastore ds = { .store = worker->store };

    (void)results;
    int rc = rv_datastore_delete(&ds, message->target_id, NULL, err);
    if (rc == RV_E_NOT_FOUND) { /* done, before the worker that did it died */
        rv_err_clear(err);
        return 0;
    }
    return end_with(worker, message, rc, err);
}

void
rv_datastore_commands(struct rv_command out[RV_DATASTORE_COMMANDS], struct rv_worker *worker)
{
    out[0] = (struct rv_command){ "Automate", "import", import, worker, 0, NULL };
    out[1] = (struct rv_command){ "Automate", "import_shipped", import_shipped, worker, 0, NULL };
    out[2] = (struct rv_command){ "Automate", "delete", delete_domain, worker, 0, NULL };
}

static int
ask_for(struct rv_worker *worker, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *args = rv_format("{\"domain\":\"%s\"}", name);
    const struct rv_message_spec spec = { .queue_name = "generic",
                                          .class_name = "Automate",
                                          .method_name = "import_shipped",
                                          .args = args,
                                          .server_guid = worker->server_guid,
                                          .timeout_ms = SHIP_MS,
                                          .max_attempts = ATTEMPTS,
                                          .series = RV_DATASTORE_SERIES,
                                          .flags = RV_MESSAGE_AGAIN };

    int put = rv_queue_put_unless_exists(worker->store, &spec, NULL, err);
    if (put > 0)
        rv_worker_wake(worker, "generic");
    return put < 0 ? put : 0;
}

/* What a crash has left of a domain that was to go. */
static int
ask_for_deletion(struct rv_worker *worker, rv_err *err)
{
    int64_t id = 0;
    int found = rv_datastore_leftover(worker->store, &id, err);
    const struct rv_message_spec spec = { .queue_name = "generic",
                                          .class_name = "Automate",
                                          .method_name = "delete",
                                          .target_id = id,
                                          .timeout_ms = SHIP_MS,
                                          .max_attempts = ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN };
    if (found <= 0)
        return found;
    return rv_queue_put_unless_exists(worker->store, &spec, NULL, err) < 0 ? err->code : 0;
}

/* Most tests start with a fresh database, and have nothing to do with what is in the domain. */
static int
is_left_out(void)
{
#ifdef REEVE_TEST_HOOKS
    return getenv("REEVE_TEST_UNSHIPPED") != NULL;
#else
    return 0;
#endif
}

/* Of each shipped domain until one says other than 0. */
static int
each_shipped(struct rv_worker *worker, int (*fn)(struct rv_worker *, const char *, rv_err *),
             rv_err *err)
{
    RV_AUTO_FREE char *folder = is_left_out() ? NULL : shipped_folder(worker);
    DIR *dir = folder ? opendir(folder) : NULL;
    const struct dirent *entry;
    int rc = 0;

    while (dir && rc == 0 && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && !strpbrk(entry->d_name, "\"\\"))
            rc = fn(worker, entry->d_name, err);
    if (dir)
        closedir(dir);
    return rc;
}

static int
ask_when_other(struct rv_worker *worker, const char *name, rv_err *err)
{
    char digest[33];
    if (shipped_digest(digest, worker, name, err) < 0)
        return err->code;
    int there = has_digest(worker->store, name, digest, err);
    return there < 0 ? there : there ? 0 : ask_for(worker, name, err);
}

int
rv_datastore_ship(struct rv_worker *worker, rv_err *err)
{
    int rc = ask_for_deletion(worker, err);

    if (rc == 0)
        rc = each_shipped(worker, ask_when_other, err);
    return rc < 0 ? rv_wrap(err, "look at the domains that Reeve ships") : 0;
}

static int
is_missing(struct rv_worker *worker, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *key = rv_strdup(name);
    rv_value out, param;

    rv_lower(key);
    param = rv_vtext(key);
    int there = rv_store_one(worker->store, &out, 1,
                             "SELECT 1 FROM miq_ae_domains WHERE name_key = $1", &param, 1, err);
    return there < 0 ? there : !there;
}

int
rv_datastore_awaited(struct rv_worker *worker, rv_err *err)
{
    return each_shipped(worker, is_missing, err);
}
