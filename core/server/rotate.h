/* SPDX-License-Identifier: Apache-2.0
 *
 * Rotation of the key that seals secrets, as a message ("Server", "rotate_key") that a generic
 * worker carries out while everything runs.
 */
#ifndef RV_SERVER_ROTATE_H
#define RV_SERVER_ROTATE_H

#include "queue/dispatch.h"

/* A command; arg: the worker. */
int rv_rotate_key(void *arg, const struct rv_message *message, char **results, rv_err *err);

#endif
