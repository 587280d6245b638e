/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of handlers share.
 */
#ifndef RV_AUTOMATE_HANDLERS_INTERNAL_H
#define RV_AUTOMATE_HANDLERS_INTERNAL_H

#include "automate/handlers.h"

struct handling {
    const struct rv_handlers *handlers;
    struct rv_ws *ws;
    struct rv_ws_object *self;
    const struct rv_ae_value *inputs;
    const char *name; /* of the method */
};

/* handlers.c. The text of an input, else of an attribute of the object; "" when there is none. */
const char *handling_text(const struct handling *handling, const char *name);
/* What the root calls what a symbol means. */
const char *handling_attribute(const char *symbol);
/* The row that a symbol means: "src_vm", "ems", "container_group", ... 1 with *out, 0 when the
 * event is about none, or an error. */
int handling_row(const struct handling *handling, const char *symbol, struct rv_ae_value *out,
                 rv_err *err);
/* The id in a number, a row or a text; 0: none. */
int handling_id(const struct handling *handling, const char *expression, int64_t *out, rv_err *err);

/* Each returns as a method does. */
int handle_refresh(const struct handling *handling, rv_err *err);
int handle_refresh_target(const struct handling *handling, rv_err *err);
int handle_refresh_new_target(const struct handling *handling, rv_err *err);
int handle_state(const struct handling *handling, rv_err *err);
int handle_template(const struct handling *handling, rv_err *err);
int handle_snapshots(const struct handling *handling, rv_err *err);
int handle_nothing(const struct handling *handling, rv_err *err);
int handle_policy(const struct handling *handling, rv_err *err);
int handle_enforce(const struct handling *handling, rv_err *err);
int handle_prevented(const struct handling *handling, rv_err *err);
int handle_scan(const struct handling *handling, rv_err *err);
int handle_parse_category(const struct handling *handling, rv_err *err);
int handle_parse_request(const struct handling *handling, rv_err *err);
int handle_parse_event(const struct handling *handling, rv_err *err);
int handle_log_object(const struct handling *handling, rv_err *err);
int handle_log_workspace(const struct handling *handling, rv_err *err);
int handle_execute(const struct handling *handling, rv_err *err);
int handle_least_utilized(const struct handling *handling, rv_err *err);

#endif
