/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of domains, instances and methods. What may be large (an import, the deletion of a large
 * domain) is a message, and a task to follow it.
 */
#include "api/automate.h"

#include <inttypes.h>
#include <string.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "api/works.h"
#include "base/text.h"
#include "datastore/edit.h"
#include "model/model.h"
#include "queue/task.h"
#include "store/record.h"
#include "tree/names.h"
#include "tree/tar.h"

enum {
    IMPORT_MS = 3600 * 1000,
    ATTEMPTS = 3,
    IDS = 8,
    MOST_FIELDS = 1000,
    CHECKED_HERE_MAX = 1 << 20,
    PACKED_HERE_MAX = 32 << 10 /* of what grows fifty times and more */
};

struct rv_datastore
rv_job_datastore(const struct rv_request *req)
{
    const struct rv_api_config *config = &req->api->config;

    return (struct rv_datastore){ .store = config->store,
                                  .vault = &config->host.vault,
                                  .userid = req->who.userid,
                                  .user_id = req->who.user_id };
}

static int
is_for_people(const char *name)
{
    return rv_streq(name, "display_name") || rv_streq(name, "description");
}

/* Texts of the item by name; others of `known` are left to the caller. What people read may be
 * taken away: null is the empty text. */
struct text_key {
    const char *name;
    const char **out;
};

static int
read_texts(const cJSON *item, const struct text_key *keys, size_t count, const char *const *known,
           const char *where, rv_err *err)
{
    if (rv_json_check_keys(item, known, where, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, keys[i].name);
        if (cJSON_IsNull(value) && is_for_people(keys[i].name))
            *keys[i].out = "";
        if (value == NULL || (cJSON_IsNull(value) && !rv_streq(keys[i].name, "name")))
            continue;
        if (!cJSON_IsString(value))
            return rv_fail(err, RV_E_INVALID, "%s: a text is expected", keys[i].name);
        if (is_for_people(keys[i].name) && strlen(value->valuestring) > RV_AE_VALUE_MAX)
            return rv_fail(err, RV_E_INVALID, "%s: at most %d bytes are taken", keys[i].name,
                           RV_AE_VALUE_MAX);
        *keys[i].out = value->valuestring;
    }
    return 0;
}

/* -1 when it is not said. */
static int
read_flag(const cJSON *item, const char *name, int *out, rv_err *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, name);

    *out = -1;
    if (value == NULL || cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsBool(value))
        return rv_fail(err, RV_E_INVALID, "%s: true or false is expected", name);
    *out = cJSON_IsTrue(value);
    return 0;
}

static int
read_place(const cJSON *item, int64_t *out, rv_err *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "priority");

    *out = -1;
    if (value == NULL || cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsNumber(value) || value->valuedouble < 1 || value->valuedouble > INT32_MAX ||
        value->valuedouble != (double)(int64_t)value->valuedouble)
        return rv_fail(err, RV_E_INVALID, "priority: a whole number from 1 is expected");
    *out = (int64_t)value->valuedouble;
    return 0;
}

static int
read_domain(struct rv_ae_domain_change *out, const cJSON *item, rv_err *err)
{
    static const char *const known[] = { "action",  "id",           "href",
                                         "name",    "display_name", "description",
                                         "enabled", "priority",     NULL };
    const struct text_key keys[] = { { "name", &out->name },
                                     { "display_name", &out->display_name },
                                     { "description", &out->description } };

    *out = (struct rv_ae_domain_change)RV_AE_DOMAIN_STAYS;
    if (read_texts(item, keys, RV_COUNT(keys), known, "a domain", err) < 0 ||
        read_flag(item, "enabled", &out->enabled, err) < 0)
        return err->code;
    return read_place(item, &out->priority, err);
}

static void
finish(struct rv_job *job, int64_t id, const char *what)
{
    if (job->empty)
        return;
    rv_job_result(
        job, id,
        rv_arena_format(job->req->arena, "%s id: %" PRId64 " %s", job->kind->def->title, id, what));
    rv_jw_end_object(rv_job_out(job));
}

int
rv_domain_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_domain_change domain;

    if (read_domain(&domain, item, err) < 0)
        return err->code;
    if (domain.name == NULL)
        return rv_fail(err, RV_E_INVALID, "a domain needs a name");
    if (rv_datastore_create(&ds, &domain, &id, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_domain_create", id, "An automate domain was added");
    finish(job, id, "created");
    return 0;
}

int
rv_domain_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_domain_change change;

    if (rv_row_exists(job->req, job->kind, id, err) < 0 || read_domain(&change, item, err) < 0 ||
        rv_datastore_edit(&ds, id, &change, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_domain_edit", id, "An automate domain was changed");
    finish(job, id, "changed");
    return 0;
}

int
rv_domain_priority_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const known[] = { "action", "id", "href", "priority", NULL };
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_domain_change change = RV_AE_DOMAIN_STAYS;

    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_json_check_keys(item, known, "set_priority", err) < 0 ||
        read_place(item, &change.priority, err) < 0)
        return err->code;
    if (change.priority < 1)
        return rv_fail(err, RV_E_INVALID, "priority: the place that it is to have, from 1 up");
    if (rv_datastore_edit(&ds, id, &change, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_domain_edit", id, "An automate domain has another priority");
    finish(job, id, "has another priority");
    return 0;
}

static int
put_deletion(struct rv_job *job, int64_t id, int64_t *task_id, rv_err *err)
{
    const struct rv_api_config *config = &job->req->api->config;
    struct rv_queued queued = { .message = { .queue_name = "generic",
                                             .class_name = "Automate",
                                             .method_name = "delete",
                                             .target_id = id,
                                             .timeout_ms = IMPORT_MS,
                                             .max_attempts = ATTEMPTS,
                                             .flags = RV_MESSAGE_AGAIN },
                                .task_name = "Delete an automate domain",
                                .userid = job->req->who.userid };

    if (rv_put_with_task(config->store, &queued, task_id, err) < 0)
        return err->code;
    config->host.wake(config->host.arg, "generic");
    return 0;
}

int
rv_domain_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);
    int64_t task_id = 0;
    int left = 0;

    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_datastore_delete(&ds, id, &left, err) < 0 ||
        (left && put_deletion(job, id, &task_id, err) < 0))
        return err->code;
    rv_job_audit(job, "miq_ae_domain_delete", id, "An automate domain was deleted");
    if (job->empty)
        return 0;
    rv_job_result(job, id,
                  rv_arena_format(job->req->arena, "Automate domain id: %" PRId64 " %s", id,
                                  left ? "is being deleted" : "deleted"));
    rv_job_add_task(job, task_id);
    rv_jw_end_object(rv_job_out(job));
    return 0;
}

int
rv_domain_lock_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);

    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 || rv_datastore_lock(&ds, id, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_domain_lock", id, "An automate domain was locked");
    finish(job, id, "locked");
    return 0;
}

int
rv_domain_unlock_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);

    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 || rv_datastore_unlock(&ds, id, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_domain_unlock", id, "An automate domain was unlocked");
    finish(job, id, "unlocked");
    return 0;
}

struct import {
    const char *data, *encoding, *as;
    int enable, is_base64;
    const char *options;
    struct rv_job *job;
    int64_t id, task_id;
};

/* What is wrong with the files is said at once, with file and line; the rest by the task. What is
 * large is looked at by the task alone: other requests wait for this worker. */
static int
check_import(struct import *import, rv_err *err)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    RV_AUTO_BUF rv_buf bytes = rv_buf_limited(RV_AE_ARCHIVE_MAX);

    import->is_base64 = rv_streq(import->encoding, "base64");
    if (strlen(import->data) > CHECKED_HERE_MAX)
        return 0;
    if (!import->is_base64)
        return rv_ae_tree_parse(&tree, import->data, strlen(import->data), NULL, err);
    if (rv_base64_decode(&bytes, import->data, strlen(import->data), err) < 0 ||
        rv_buf_check(&bytes, err) < 0)
        return rv_wrap(err, "data");
    if (rv_ae_tar_is(rv_buf_text(&bytes), bytes.len) && bytes.len > PACKED_HERE_MAX)
        return 0;
    return rv_ae_tree_parse(&tree, rv_buf_text(&bytes), bytes.len, NULL, err);
}

static int
read_import(struct import *import, const cJSON *item, rv_err *err)
{
    static const char *const known[] = { "action", "data", "encoding", "as", "enable", NULL };
    const struct text_key keys[] = { { "data", &import->data },
                                     { "encoding", &import->encoding },
                                     { "as", &import->as } };

    if (read_texts(item, keys, RV_COUNT(keys), known, "an import", err) < 0 ||
        read_flag(item, "enable", &import->enable, err) < 0)
        return err->code;
    if (import->data == NULL)
        return rv_fail(err, RV_E_INVALID,
                       "data: a YAML document, or a zip or tar.gz archive with encoding"
                       " base64");
    if (import->encoding && !rv_streq(import->encoding, "base64") &&
        !rv_streq(import->encoding, "none"))
        return rv_fail(err, RV_E_INVALID, "encoding: base64 or none is expected");
    if (import->as && rv_ae_name_check(RV_AE_NAMED_DOMAIN, import->as, err) < 0)
        return err->code;
    return check_import(import, err);
}

static const char *
import_options(const struct import *import)
{
    struct rv_request *req = import->job->req;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(4096);
    rv_json_writer w = rv_json_to(&text);

    rv_jw_object(&w);
    rv_jw_name(&w, "as");
    rv_jw_string(&w, import->as);
    rv_jw_name(&w, "enable");
    rv_jw_flag(&w, import->enable > 0);
    rv_jw_name(&w, "base64");
    rv_jw_flag(&w, import->is_base64);
    rv_jw_name(&w, "userid");
    rv_jw_string(&w, req->who.userid);
    rv_jw_end_object(&w);
    return rv_arena_strdup(req->arena, rv_buf_text(&text));
}

static int
put_import(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct import *import = arg;
    const struct rv_request *req = import->job->req;

    if (rv_task_create(store, "Import into the automate datastore", req->who.userid,
                       &import->task_id, err) < 0)
        return err->code;
    const struct rv_field fields[] = { { "options", rv_vtext(import->options) },
                                       { "data", rv_vtext(import->data) },
                                       { "miq_task_id", rv_vint(import->task_id) } };
    if (rv_record_insert(store, feed, rv_model_kind("automate_import"), fields,
                         (int)RV_COUNT(fields), &import->id, err) < 0)
        return err->code;
    const struct rv_message_spec spec = { .queue_name = "generic",
                                          .class_name = "Automate",
                                          .method_name = "import",
                                          .target_id = import->id,
                                          .priority = RV_PRIORITY_HIGH,
                                          .timeout_ms = IMPORT_MS,
                                          .max_attempts = ATTEMPTS,
                                          .task_id = import->task_id,
                                          .user_id = req->who.user_id,
                                          .series = RV_DATASTORE_SERIES,
                                          .flags = RV_MESSAGE_AGAIN };
    return rv_queue_put(store, &spec, NULL, err);
}

int
rv_domain_import_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_api_config *config = &job->req->api->config;
    struct import import = { .job = job };
    rv_json_writer *w = rv_job_out(job);

    (void)id;
    if (read_import(&import, item, err) < 0)
        return err->code;
    import.options = import_options(&import);
    if (rv_store_reserve_ids(config->store, IDS, err) < 0 ||
        rv_record_transaction(config->store, put_import, &import, err) < 0)
        return err->code;
    config->host.wake(config->host.arg, "generic");
    rv_job_audit(job, "miq_ae_domain_import", 0, "Content for the automate datastore is imported");
    rv_jw_object(w);
    rv_jw_name(w, "success");
    rv_jw_flag(w, 1);
    rv_jw_name(w, "message");
    rv_jw_string(w, "The content is being imported");
    rv_job_add_task(job, import.task_id);
    rv_jw_end_object(w);
    return 0;
}

/* An entry may be named by it; it is none of what can be changed. */
static int
check_name_stays(struct rv_job *job, int64_t id, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT name FROM \"%s\" WHERE id = $1", job->kind->table);
    rv_value row, param = rv_vint(id);

    if (name == NULL)
        return 0;
    int found = rv_store_one(job->req->api->config.store, &row, 1, sql, &param, 1, err);
    if (found > 0 && row.type == RV_TEXT && !rv_strcaseeq(row.v.text, name))
        return rv_fail(err, RV_E_INVALID, "the name stays, paths lead to it: '%.255s'", row.v.text);
    return found < 0 ? found : 0;
}

/* What a method cannot be without. */
static int
check_no_null(const cJSON *item, rv_err *err)
{
    static const char *const keys[] = { "data", "language", "location" };

    for (size_t i = 0; i < RV_COUNT(keys); i++) {
        if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(item, keys[i])))
            return rv_fail(err, RV_E_INVALID, "%s: a text is expected", keys[i]);
    }
    return 0;
}

int
rv_ae_method_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const known[] = { "action",      "id",       "href",
                                         "data",        "name",     "display_name",
                                         "description", "language", "location",
                                         NULL };
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_method_change change = { 0 };
    const char *name = NULL;
    const struct text_key keys[] = {
        { "data", &change.data },         { "display_name", &change.display_name },
        { "language", &change.language }, { "description", &change.description },
        { "location", &change.location }, { "name", &name },
    };

    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        read_texts(item, keys, RV_COUNT(keys), known, "a method", err) < 0 ||
        check_no_null(item, err) < 0 || check_name_stays(job, id, name, err) < 0)
        return err->code;
    change.data_len = change.data ? strlen(change.data) : 0;
    if (rv_datastore_edit_method(&ds, id, &change, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_method_edit", id, "An automate method was changed");
    finish(job, id, "changed");
    return 0;
}

/* {"rel1": "/path", "meth1": null} */
static int
read_said(struct rv_job *job, struct rv_ae_instance_change *out, const cJSON *fields, rv_err *err)
{
    const cJSON *one;

    if (fields == NULL || cJSON_IsNull(fields))
        return 0;
    if (!cJSON_IsObject(fields) || cJSON_GetArraySize(fields) > MOST_FIELDS)
        return rv_fail(err, RV_E_INVALID, "fields: an object of at most %d values", MOST_FIELDS);
    struct rv_ae_said *said =
        rv_arena_alloc(job->req->arena, ((size_t)cJSON_GetArraySize(fields) + 1) * sizeof(*said));
    cJSON_ArrayForEach(one, fields)
    {
        if (!cJSON_IsString(one) && !cJSON_IsNull(one))
            return rv_fail(err, RV_E_INVALID, "fields: %s: a text is expected, or null",
                           one->string);
        said[out->count++] = (struct rv_ae_said){ one->string, cJSON_GetStringValue(one) };
    }
    out->said = said;
    return 0;
}

static int
read_instance(struct rv_job *job, struct rv_ae_instance_change *out, const char **name,
              const cJSON *item, const char *const *known, rv_err *err)
{
    const struct text_key keys[] = { { "name", name },
                                     { "display_name", &out->display_name },
                                     { "description", &out->description } };

    if (read_texts(item, keys, RV_COUNT(keys), known, "an instance", err) < 0)
        return err->code;
    return read_said(job, out, cJSON_GetObjectItemCaseSensitive(item, "fields"), err);
}

int
rv_ae_instance_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const known[] = { "action",      "class_id", "name", "display_name",
                                         "description", "fields",   NULL };
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_instance_change change = { 0 };
    const char *name = NULL;
    int64_t class_id = 0;

    if (read_instance(job, &change, &name, item, known, err) < 0)
        return err->code;
    if (name == NULL ||
        rv_id_read(&class_id, cJSON_GetObjectItemCaseSensitive(item, "class_id"), err) < 0)
        return rv_fail(err, RV_E_INVALID, "an instance needs a class_id and a name");
    if (rv_datastore_create_instance(&ds, class_id, name, &change, &id, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_instance_create", id, "An automate instance was added");
    finish(job, id, "created");
    return 0;
}

int
rv_ae_instance_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const known[] = { "action",       "id",          "href",   "name",
                                         "display_name", "description", "fields", NULL };
    const struct rv_datastore ds = rv_job_datastore(job->req);
    struct rv_ae_instance_change change = { 0 };
    const char *name = NULL;

    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        read_instance(job, &change, &name, item, known, err) < 0 ||
        check_name_stays(job, id, name, err) < 0 ||
        rv_datastore_edit_instance(&ds, id, &change, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_instance_edit", id, "An automate instance was changed");
    finish(job, id, "changed");
    return 0;
}

int
rv_ae_instance_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(job->req);

    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_datastore_delete_instance(&ds, id, err) < 0)
        return err->code;
    rv_job_audit(job, "miq_ae_instance_delete", id, "An automate instance was deleted");
    finish(job, id, "deleted");
    return 0;
}
