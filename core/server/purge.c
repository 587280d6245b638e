/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules are core/keeping's; this is who carries them out.
 */
#include "server/purge.h"

#include "automate/runs.h"
#include "base/log.h"
#include "keeping/retention.h"
#include "queue/task.h"

int
rv_purge_run(struct rv_worker *worker, rv_err *err)
{
    static struct rv_retention state;

    if (rv_task_expire_silent(worker->store, rv_settings_int(worker->settings, "tasks.timeout"),
                              NULL, err) ||
        rv_runs_end_forsaken(worker->store, NULL, err))
        return err->code;
    int more = rv_retention_run(&state, worker->store, worker->settings, err);

    if (state.dropped > 0)
        rv_log(RV_DEBUG, "rows that are over were dropped", RV_F("rows", RV_I(state.dropped)));
    return more;
}
