/* SPDX-License-Identifier: Apache-2.0
 *
 * Between parent and child of a run apart. A request is {"do": name, "self", "name", "kind", "id",
 * "verb", "value"}, what it needs of these; its answer {"code", "text", "hint", "value", ...}. The
 * last frame is {"do": "end", ...}.
 */
#ifndef RV_SCRIPT_APART_INTERNAL_H
#define RV_SCRIPT_APART_INTERNAL_H

#include "base/json.h"
#include "script/apart.h"

/* In the child; never returns. */
_Noreturn void rv_apart_child(struct rv_script *script, const struct rv_script_run *run, int fd);
/* In the parent: what the child asked, asked of the host. *answer is the caller's; NULL: it waits
 * for none. */
void rv_apart_serve(const struct rv_script_host *host, const cJSON *request, cJSON **answer);

void rv_apart_add_value(cJSON *frame, const struct rv_ae_value *value, rv_err *err);
int rv_apart_value(const cJSON *frame, struct rv_ae_value *out, rv_err *err);
void rv_apart_add_error(cJSON *frame, int code, const rv_err *err);
int rv_apart_error(const cJSON *frame, rv_err *err);

#endif
