/* SPDX-License-Identifier: Apache-2.0
 *
 * A run's workspace for programs outside: a row with its objects and variables, which they read and
 * answer to over the API, by its GUID. A run publishes it, and takes the answer when it comes back.
 *
 * Passwords stand in it as stars; what they are is one envelope, bound to the row.
 */
#ifndef RV_AE_WORKSPACE_H
#define RV_AE_WORKSPACE_H

#include <cjson/cJSON.h>
#include "base/vault.h"
#include "store/store.h"

#define RV_WORKSPACE_STARS "password::********"
#define RV_WORKSPACE_PLACE "miq_ae_workspaces/"

enum {
    RV_WORKSPACE_BYTES_MAX = 1 << 20, /* of the input, of the output, of all passwords */
    RV_WORKSPACE_IDS = 2
};

/* The input's JSON, and what its passwords are ({"objects": {NAME: {ATTRIBUTE: text}}, ...}; NULL:
 * none). guid is made. INVALID or LIMIT for what is too large. */
int rv_workspace_create(struct rv_store *store, const struct rv_vault *vault, int64_t run_id,
                        const char *input, const cJSON *secrets, char guid[37], rv_err *err);
/* The output, with passwords in it as stars and `secrets` what they are; both the caller's (wipe
 * the latter), NULL when nobody has answered yet. NOT_FOUND. */
int rv_workspace_output(struct rv_store *store, const struct rv_vault *vault, const char *guid,
                        int64_t *id, cJSON **output, cJSON **secrets, rv_err *err);

/* For the API. given: {"objects": {NAME: {...}}, "state_vars": {...}}, merged into the output.
 * INVALID for anything else, NOT_FOUND, LIMIT. */
int rv_workspace_edit(struct rv_store *store, int64_t id, const cJSON *given, rv_err *err);
/* A password becomes an attribute of the output. */
int rv_workspace_encrypt(struct rv_store *store, const struct rv_vault *vault, int64_t id,
                         const char *object, const char *attribute, const char *text, rv_err *err);
/* A password of the input: *out is the caller's (wipe it). object: "root", a path, or
 * "method_parameters" or "state_vars". NOT_FOUND when there is no such password. */
int rv_workspace_decrypt(char **out, struct rv_store *store, const struct rv_vault *vault,
                         int64_t id, const char *object, const char *attribute, rv_err *err);

#endif
