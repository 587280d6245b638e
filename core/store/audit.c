/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the audit trail.
 */
#include "store/audit.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

enum { MESSAGE_BYTES = 2000, NAME_BYTES = 255 };

/* Names that somebody made up (of users who do not exist) end where the column would, and are
 * UTF-8 whatever was sent. */
static char *
bounded(const char *text, size_t most)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(4 * most + 16);
    size_t len = text ? strlen(text) : 0;

    if (text == NULL)
        return NULL;
    rv_utf8_clean(&clean, text, len < most ? len : most);
    return rv_buf_take_string(&clean);
}

int
rv_audit_write(struct rv_store *store, struct rv_feed *feed, const struct rv_audit *audit,
               rv_err *err)
{
    RV_AUTO_FREE char *message = bounded(audit->message, MESSAGE_BYTES);
    RV_AUTO_FREE char *userid = bounded(audit->userid ? audit->userid : "system", NAME_BYTES);
    const struct rv_field fields[] = {
        { "event", rv_vtext(audit->event) },
        { "status", rv_vtext(audit->failed ? "failure" : "success") },
        { "severity", rv_vtext(audit->failed ? "warn" : "info") },
        { "message", rv_vtext(message) },
        { "userid", rv_vtext(userid) },
        { "source", audit->source ? rv_vtext(audit->source) : RV_VNULL },
        { "target_class", audit->target_class ? rv_vtext(audit->target_class) : RV_VNULL },
        { "target_id", audit->target_id ? rv_vint(audit->target_id) : RV_VNULL },
        { "details", audit->details ? rv_vtext(audit->details) : RV_VNULL },
    };

    if (rv_record_insert(store, feed, rv_model_table("audit_events"), fields, RV_COUNT(fields),
                         NULL, err))
        return rv_wrap(err, "write the audit trail");
    return 0;
}

static int
write_row(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    return rv_audit_write(store, feed, arg, err);
}

void
rv_audit_note(struct rv_store *store, const struct rv_audit *audit)
{
    rv_err err = RV_ERR_INIT;
    struct rv_audit copy = *audit;

    rv_log(RV_INFO, "audit", RV_F("event", RV_S(audit->event)),
           RV_F("status", RV_S(audit->failed ? "failure" : "success")),
           RV_F("user", RV_S(audit->userid ? audit->userid : "system")),
           RV_F("what", RV_S(audit->message)));
    if (rv_store_reserve_ids(store, 1, &err) ||
        rv_record_transaction(store, write_row, &copy, &err))
        rv_log_err(RV_WARNING, "a row of the audit trail is missing", &err);
}
