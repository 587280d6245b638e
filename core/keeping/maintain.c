/* SPDX-License-Identifier: Apache-2.0
 *
 * One run, and the notes that say when it was.
 */
#include "base/clock.h"
#include "keeping/maintain_internal.h"
#include "store/notes.h"

int
rv_maintain_run(cJSON **report, struct rv_store *store, const struct rv_maintain_options *options,
                rv_err *err)
{
    struct rv_maintaining run = { .store = store,
                                  .options = options,
                                  .report = cJSON_CreateObject() };
    int64_t begun_ms = rv_monotonic_ms();

    /* Written before: what fails is tried again when it is due, not at once. */
    int failed =
        rv_note_write(store, RV_NOTE_MAINTENANCE, rv_now_ms(), err) < 0 ||
        (options->depth == RV_MAINTAIN_FULL &&
         rv_note_write(store, RV_NOTE_VACUUM, rv_now_ms(), err) < 0) ||
        (rv_store_is_postgres(store) ? rv_maintain_postgres : rv_maintain_sqlite)(&run, err) < 0;
    if (failed) {
        cJSON_Delete(run.report);
        return rv_wrap(err, "maintain the database");
    }
    cJSON_AddNumberToObject(run.report, "ms", (double)(rv_monotonic_ms() - begun_ms));
    *report = run.report;
    return 0;
}
