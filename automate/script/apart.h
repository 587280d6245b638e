/* SPDX-License-Identifier: Apache-2.0
 *
 * A run in a process of its own: a child is forked for it, which asks its parent for whatever it
 * wants of the host, over a socket. Whatever happens in it, the parent goes on.
 */
#ifndef RV_SCRIPT_APART_H
#define RV_SCRIPT_APART_H

#include "script/script.h"

/* As rv_script_run; the host is called in this process, while the child waits. A child that does
 * not end a second after its time is killed: TIMEOUT; one that dies: INTERNAL. */
int rv_script_run_apart(struct rv_script *script, const struct rv_script_run *run,
                        struct rv_script_result *result, rv_err *err);
/* Waits until the last children are gone: they are not waited for when they have answered. */
void rv_script_apart_reap(void);

#endif
