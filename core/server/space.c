/* SPDX-License-Identifier: Apache-2.0
 *
 * The server worker looks once a round: a system call, and a statement when it has changed.
 */
#include "server/space.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "store/notes.h"
#include "store/url.h"

int64_t
rv_space_floor(int64_t setting_bytes, int64_t total_bytes)
{
    return setting_bytes < total_bytes / 20 ? setting_bytes : total_bytes / 20;
}

int
rv_space_judge(int64_t free_bytes, int64_t floor_bytes, int was_low)
{
    return free_bytes < floor_bytes + (was_low ? floor_bytes / 4 : 0);
}

static void
say(int low, int64_t free_bytes, int64_t floor_bytes)
{
    if (low)
        rv_log(RV_WARNING,
               "little room is left for the database: providers are not read until there is more",
               RV_F("free_bytes", RV_I(free_bytes)), RV_F("wanted_bytes", RV_I(floor_bytes)),
               RV_F("hint", RV_S("free space there, or keep less: changes.keep, events.keep, "
                                 "inventory.archived_keep; maintenance.free_min says how much is "
                                 "wanted")));
    else
        rv_log(RV_INFO, "there is room for the database again",
               RV_F("free_bytes", RV_I(free_bytes)));
}

/* For `db status`. What another start of the server has left there is put right too. */
static int
note(struct rv_worker *worker, rv_err *err)
{
    int64_t since_ms = 0;
    if (rv_note_read(&since_ms, worker->store, RV_NOTE_LOW_SPACE, err) < 0)
        return err->code;
    if (worker->space_low == (since_ms != 0))
        return 0;
    return rv_note_write(worker->store, RV_NOTE_LOW_SPACE, worker->space_low ? rv_now_ms() : 0,
                         err);
}

void
rv_space_look(struct rv_worker *worker)
{
    struct rv_disk disk;
    rv_err ignored = RV_ERR_INIT;

    const char *path = rv_store_url_file(worker->store_url);
    if (!path || !rv_machine_disk(&disk, path))
        return;
    int64_t floor_bytes =
        rv_space_floor(rv_settings_int(worker->settings, "maintenance.free_min"), disk.size_bytes);
    int low = rv_space_judge(disk.free_bytes, floor_bytes, worker->space_low);
    if (low != worker->space_low) {
        worker->space_low = low;
        worker->space_noted = 0;
        say(low, disk.free_bytes, floor_bytes);
    }
    if (worker->space_noted)
        return;
    /* On a disk that is full already it cannot be written: the log has said it. */
    if (note(worker, &ignored) < 0)
        rv_log_err(RV_DEBUG, "the lack of room is not noted", &ignored);
    else
        worker->space_noted = 1;
}
