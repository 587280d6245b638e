/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials are proved every hour, and after a failure that may pass after 1, 2, 4 ... minutes
 * (those that were refused by a worker that begins then, see staffing.c).
 * It is the provider's refresh worker that proves them: it has the module and the secrets.
 */
#include "server/credentials.h"

#include "base/clock.h"
#include "queue/queue.h"

enum { AT_ONCE = 64, TIMEOUT_MS = 5 * 60 * 1000, ATTEMPTS = 3 };

/* Up to AT_ONCE providers; returns how many. */
static int
find_due(struct rv_worker *worker, int64_t *ids, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(worker->zone_id), rv_vint(rv_now_ms()),
                                rv_vint(rv_settings_int(worker->settings, "refresh.auth_check")),
                                rv_vint(AT_ONCE) };
    int count = 0, more;
    if (params[2].v.i == 0)
        return 0;
    if (rv_store_query(
            worker->store, &rows,
            "SELECT e.id FROM ext_management_systems e"
            " JOIN authentications a ON a.resource_id = e.id AND a.resource_type = 'provider'"
            "  AND a.authtype = 'default'"
            " WHERE e.zone_id = $1 AND e.enabled AND e.quarantine_reason IS NULL"
            "  AND a.status <> 'Invalid' AND COALESCE(a.next_check_on,"
            "   COALESCE(a.last_valid_on, a.last_invalid_on, 0) + $3) <= $2 ORDER BY e.id LIMIT $4",
            params, RV_COUNT(params), err))
        return err->code;
    while (count < AT_ONCE && (more = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = row[0].v.i;
    return err->code ? err->code : count;
}

static int
ask(struct rv_worker *worker, int64_t provider_id, rv_err *err)
{
    char queue[40];
    rv_queue_of_provider(queue, provider_id);
    const struct rv_message_spec spec = { .queue_name = queue,
                                          .class_name = "Provider",
                                          .method_name = "check_credentials",
                                          .target_id = provider_id,
                                          .timeout_ms = TIMEOUT_MS,
                                          .max_attempts = ATTEMPTS,
                                          .flags = RV_MESSAGE_AGAIN | RV_MESSAGE_ONCE };
    int put = rv_queue_put_unless_exists(worker->store, &spec, NULL, err);
    if (put > 0)
        rv_worker_wake(worker, queue);
    return put < 0 ? put : 0;
}

int
rv_credentials_check(struct rv_worker *worker, rv_err *err)
{
    int64_t ids[AT_ONCE];
    int count = find_due(worker, ids, err), failed = count < 0 ? count : 0;
    for (int i = 0; i < count && !failed; i++)
        failed = ask(worker, ids[i], err);
    return failed ? rv_wrap(err, "have credentials proved") : 0;
}
