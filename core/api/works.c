/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries by several keys, tasks, messages, and putting work on the queue.
 */
#include "api/works.h"

#include <inttypes.h>
#include <stdlib.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "api/listing.h"
#include "base/text.h"
#include "queue/task.h"
#include "store/audit.h"
#include "store/record.h"

/* Documents in the order that was asked for; the same row may be asked for twice. */
static int
write_found(struct rv_job *job, const struct rv_identifier *identifiers, int count,
            const struct rv_documents *documents, rv_err *err)
{
    for (int i = 0; i < count; i++) {
        int at = rv_documents_find(documents, identifiers[i].id);
        if (at < 0)
            return rv_fail_row(
                job->kind, rv_arena_format(job->req->arena, "%" PRId64, identifiers[i].id), err);
        rv_jw_raw(rv_job_out(job), documents->text.data + documents->starts[at],
                  documents->ends[at] - documents->starts[at]);
    }
    return 0;
}

static int
read_identifiers(struct rv_job *job, const cJSON *first, struct rv_identifier *out, int *count,
                 rv_err *err)
{
    for (const cJSON *item = first; item; item = job->bulk ? item->next : NULL) {
        int rc = rv_identifier_read(&out[(*count)++], job->kind, item, err);
        if (rc < 0)
            return rc;
    }
    return rv_identifier_find(job->req->api->config.store, job->kind, out, *count, err);
}

/* One statement for the rows, however many there are. */
int
rv_query_all(struct rv_job *job, const cJSON *first, rv_err *err)
{
    struct rv_identifier *identifiers =
        rv_arena_alloc(job->req->arena, RV_JOB_ITEMS_MAX * sizeof(*identifiers));
    int64_t *ids = rv_arena_alloc(job->req->arena, RV_JOB_ITEMS_MAX * sizeof(*ids));
    RV_AUTO_LISTING struct rv_listing listing = { 0 };
    RV_AUTO_DOCUMENTS struct rv_documents documents = { 0 };
    int count = 0;
    int rc = read_identifiers(job, first, identifiers, &count, err);

    if (rc < 0)
        return rc;
    for (int i = 0; i < count; i++)
        ids[i] = identifiers[i].id;
    job->req->params[job->req->param_count == RV_PARAMS_MAX ? RV_PARAMS_MAX - 1
                                                            : job->req->param_count++] =
        (struct rv_param){ "archived", "true" };
    rc = rv_listing_open(&listing, job->req, job->kind, NULL, 0, 0, err);
    if (rc == 0)
        rc = rv_listing_documents(&listing, ids, count, &documents, err);
    return rc < 0 ? rc : write_found(job, identifiers, count, &documents, err);
}

static void
finish_result(struct rv_job *job, int64_t id, const char *message)
{
    rv_job_result(job, id, message);
    rv_jw_end_object(rv_job_out(job));
}

void
rv_job_add_task(struct rv_job *job, int64_t task_id)
{
    const struct rv_kind *tasks = rv_model_kind("task");
    rv_json_writer *w = rv_job_out(job);

    if (task_id == 0)
        return;
    rv_jw_name(w, "task_id");
    rv_document_id(w, task_id);
    rv_jw_name(w, "task_href");
    rv_jw_string(w, rv_document_href(job->req, tasks, task_id));
    rv_jw_name(w, "tasks");
    rv_jw_array(w);
    rv_jw_object(w);
    rv_jw_name(w, "id");
    rv_document_id(w, task_id);
    rv_jw_name(w, "href");
    rv_jw_string(w, rv_document_href(job->req, tasks, task_id));
    rv_jw_end_object(w);
    rv_jw_end_array(w);
}

void
rv_job_audit(struct rv_job *job, const char *event, int64_t id, const char *what)
{
    rv_audit_note(job->req->api->config.store,
                  &(struct rv_audit){ .event = event,
                                      .userid = job->req->who.userid,
                                      .target_class = job->kind->def->class_name,
                                      .target_id = id,
                                      .message = what });
}

int
rv_task_cancel_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    int rc = rv_row_exists(job->req, job->kind, id, err);

    if (rc == 0)
        rc = rv_task_cancel(job->req->api->config.store, id, err);
    if (rc == 0)
        finish_result(job, id,
                      rv_arena_format(job->req->arena, "Task id: %" PRId64 " cancelled", id));
    return rc;
}

/* Reads under the transaction's lock, so that no worker starts it meanwhile. */
static int
delete_task(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    int64_t id = *(const int64_t *)arg;
    rv_value row[1];
    int rc = rv_store_one(store, row, 1, "SELECT state FROM miq_tasks WHERE id = $1",
                          (rv_value[]){ rv_vint(id) }, 1, err);

    if (rc < 0)
        return rc;
    if (rc == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "Couldn't find MiqTask with 'id'=%" PRId64, id);
    if (row[0].type != RV_TEXT || !rv_streq(row[0].v.text, "Finished"))
        return rv_fail(err, RV_E_CONFLICT,
                       "task %" PRId64 " is %s; only finished tasks are deleted", id,
                       row[0].type == RV_TEXT ? row[0].v.text : "?");
    if (rv_task_drop_log(store, id, err))
        return err->code;
    return rv_record_delete(store, feed, rv_model_kind("task"), id, err);
}

int
rv_task_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    int rc = rv_record_transaction(job->req->api->config.store, delete_task, &id, err);

    if (rc == 0 && !job->empty)
        finish_result(job, id,
                      rv_arena_format(job->req->arena, "tasks id: %" PRId64 " deleting", id));
    return rc;
}

int
rv_message_retry_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_api *api = job->req->api;
    rv_value row[1];
    (void)item;
    int rc = rv_row_exists(job->req, job->kind, id, err);

    if (rc == 0)
        rc = rv_queue_send_again(api->config.store, id, err);
    if (rc < 0)
        return rc;
    rc = rv_store_one(api->config.store, row, 1, "SELECT queue_name FROM miq_queue WHERE id = $1",
                      (rv_value[]){ rv_vint(id) }, 1, err);
    if (rc < 0)
        return rc;
    if (rc == 1 && row[0].type == RV_TEXT)
        api->config.host.wake(api->config.host.arg, row[0].v.text);
    finish_result(job, id,
                  rv_arena_format(job->req->arena, "Message id: %" PRId64 " is sent again", id));
    return 0;
}

/* 1: put, or its task follows the same one, which waits; 0: that one has a task (*task_id). */
static int
put_in_transaction(struct rv_store *store, const struct rv_queued *queued, int64_t *task_id,
                   rv_err *err)
{
    struct rv_message_spec spec = queued->message;
    int64_t message_id;
    int rc = rv_task_create(store, queued->task_name, queued->userid, task_id, err);

    if (rc < 0)
        return rc;
    spec.task_id = *task_id;
    rc = rv_queue_put_unless_exists(store, &spec, &message_id, err);
    if (rc != 0)
        return rc;
    return rv_queue_follow(store, message_id, task_id, err);
}

int
rv_put_with_task(struct rv_store *store, const struct rv_queued *queued, int64_t *task_id,
                 rv_err *err)
{
    int rc = rv_store_reserve_ids(store, 4, err);

    if (rc == 0)
        rc = rv_store_begin(store, err);
    if (rc < 0)
        return rc;
    rc = put_in_transaction(store, queued, task_id, err);
    if (rc == 1)
        return rv_store_commit(store, err);
    rv_store_rollback(store); /* the new task as well */
    return rc;
}
