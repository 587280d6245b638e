/* SPDX-License-Identifier: Apache-2.0
 *
 * How a worker has secrets sealed and opened: the supervisor does it, for those who may.
 */
#ifndef RV_VAULT_H
#define RV_VAULT_H

#include "base/err.h"

/* place is what an envelope is bound to (secret.h): "authentications/ROW/COLUMN/PROVIDER" or
 * "settings_changes/KIND/ROW/KEY". Results are malloc'd; wipe what was opened. */
struct rv_vault {
    void *arg;
    int (*seal)(void *arg, char **out, const char *place, const char *text, rv_err *err);
    int (*open)(void *arg, char **out, const char *place, const char *envelope, rv_err *err);
};

#endif
