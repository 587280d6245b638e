/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of the datastore of automate.
 */
#ifndef RV_API_AUTOMATE_H
#define RV_API_AUTOMATE_H

#include "api/job.h"
#include "datastore/datastore.h"

int rv_domain_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_lock_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_unlock_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_priority_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_domain_import_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_ae_method_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_ae_instance_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_ae_instance_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_ae_instance_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

/* The caller's view of the datastore. */
struct rv_datastore rv_job_datastore(const struct rv_request *req);

#endif
