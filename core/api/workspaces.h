/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of workspaces of automate, for programs that a run has asked something of.
 */
#ifndef RV_API_WORKSPACES_H
#define RV_API_WORKSPACES_H

#include "api/job.h"

int rv_workspace_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_workspace_encrypt_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_workspace_decrypt_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
