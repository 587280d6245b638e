/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit trail (audit_events): who did what, when, and whether it went well. Nobody edits its
 * rows; retention drops old ones. No secret may be in what is written here: say that a password
 * was changed, never what to.
 */
#ifndef RV_AUDIT_H
#define RV_AUDIT_H

#include "store/record.h"

struct rv_audit {
    const char *event;        /* ManageIQ's word where it has one: "authenticate_database" */
    const char *userid;       /* who; NULL: the server itself */
    const char *source;       /* where it came from: an address; may be NULL */
    const char *target_class; /* ManageIQ's class of what it was done to; may be NULL */
    int64_t target_id;        /* 0: of no row */
    const char *details;      /* JSON object; may be NULL */
    int failed;               /* status "failure", else "success" */
    /* A sentence for people. */
    const char *message;
};

/* Within a transaction, the id reserved before; feed may not be NULL. */
int rv_audit_write(struct rv_store *store, struct rv_feed *feed, const struct rv_audit *audit,
                   rv_err *err);
/* In a transaction of its own, for what has happened already: an error is logged, since it can no
 * longer be undone. */
void rv_audit_note(struct rv_store *store, const struct rv_audit *audit);

#endif
