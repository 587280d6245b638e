/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs one callback: sets up its call, knows its name should the process crash,
 * and turns what comes back into an error that says something.
 */
#ifndef RV_HOST_RUN_H
#define RV_HOST_RUN_H

#include "host/internal.h"

/* Structs that are lent to a module: one of a later minor takes them for longer than they are, and
 * finds zeros behind their end, where it may also write. */
enum { RV_ROOM_BYTES = 512 };

struct rv_connection {
    const struct rv_module *module;
    void *conn;
};

struct rv_run {
    struct reeve_call call;
    const struct rv_module *module;
    const char *callback;
};

/* spec must stay valid until the end. */
void rv_run_begin(struct rv_run *run, const struct rv_module *module, const char *callback,
                  const struct rv_call_spec *spec);
/* Takes the callback's result: 0, or *err with class and text. Scratch memory is gone afterwards.
 */
int rv_run_end(struct rv_run *run, int result, rv_err *err);

#endif
