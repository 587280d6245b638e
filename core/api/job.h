/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying out a writing request: one action over one resource or a list of them. An action may
 * finish later (it asks a provider); the request is parked meanwhile.
 */
#ifndef RV_API_JOB_H
#define RV_API_JOB_H

#include "api/request.h"
#include "model/model.h"

struct rv_action;
struct rv_job;

/* Works on one entry: item (object, or NULL) and, unless RV_ACTION_NO_ROW, row id. Writes one JSON
 * object to rv_job_out and returns 0; 1 when it will call rv_job_done later; or fails. */
typedef int (*rv_action_run)(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

/* Works on all entries at once; first is one object, or the first of a list when job->bulk. */
typedef int (*rv_action_run_all)(struct rv_job *job, const cJSON *first, rv_err *err);

#define RV_JOB_ITEMS_MAX 1000

struct rv_job {
    struct rv_request *req;
    const struct rv_action *action;
    const struct rv_kind *kind;
    int64_t id;        /* of the path; 0: a collection's */
    const cJSON *item; /* at work */
    int64_t item_id;
    int64_t began_ms;  /* monotonic */
    const cJSON *next; /* entry after it */
    int finished;      /* no entry is left */
    int bulk;          /* "resources" was given: failures are entries of the results */
    int empty;         /* DELETE: 204 */
    rv_json_writer w;  /* of the answer's body */
    void *state;       /* the action's own while it waits; free_state frees it */
    void (*free_state)(void *state);
    struct rv_job *next_parked; /* of those whose request is parked */
};

/* POST to a collection or resource, PUT, PATCH, DELETE. Fills the answer, or parks the request. */
int rv_job_start(struct rv_request *req, const struct rv_kind *kind, int64_t id, rv_err *err);
rv_json_writer *rv_job_out(struct rv_job *job);
/* The entry that was left for later has its result in rv_job_out (result->code 0), or failed. */
void rv_job_done(struct rv_job *job, const rv_err *result);

/* The server ends: forget those that wait, and their requests. */
void rv_jobs_drop(struct rv_api *api);

/* success, message and href of the row; the object stays open. */
void rv_job_result(struct rv_job *job, int64_t id, const char *message);

#endif
