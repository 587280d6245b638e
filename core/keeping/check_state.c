/* SPDX-License-Identifier: Apache-2.0
 *
 * What numbers rows and changes, and what is held by whom.
 */
#include "keeping/finding.h"

#include "base/clock.h"
#include "base/mem.h"
#include "model/model.h"
#include "store/notes.h"

/* A lease that nobody has taken back for so long is of a server that is gone for good. */
#define LEFT_MS (3600 * 1000LL)

static int
has_id(const struct rv_layout_table *table)
{
    return table->columns[0].type == REEVE_INT && rv_model_table(table->name) != NULL;
}

static int
check_ids(struct rv_db_check *check, rv_err *err)
{
    int64_t next = 0, region = rv_store_region(check->store);

    if (rv_check_number(&next, check, "SELECT next_id FROM id_blocks WHERE name = 'rows'", err) < 0)
        return err->code;
    for (int i = 0; i < check->layout.count; i++) {
        const struct rv_layout_table *table = &check->layout.tables[i];
        int64_t highest = 0, foreign = 0;
        if (!has_id(table))
            continue;
        RV_AUTO_FREE char *max = rv_format(
            "SELECT MAX(id) FROM \"%s\" WHERE id >= %lld AND id < %lld", table->name,
            (long long)(region * RV_REGION_FACTOR), (long long)((region + 1) * RV_REGION_FACTOR));
        RV_AUTO_FREE char *other = rv_format(
            "SELECT COUNT(*) FROM \"%s\" WHERE id < %lld OR id >= %lld", table->name,
            (long long)(region * RV_REGION_FACTOR), (long long)((region + 1) * RV_REGION_FACTOR));
        if (rv_check_number(&highest, check, max, err) < 0 ||
            rv_check_number(&foreign, check, other, err) < 0)
            return err->code;
        if (highest >= next)
            rv_finding(check, RV_FINDING_ERROR, "ids",
                       "stop the server; UPDATE id_blocks SET next_id = the highest id + 1000000",
                       "table %s has id %lld, but ids from %lld on are given out next", table->name,
                       (long long)highest, (long long)next);
        if (foreign)
            rv_finding(check, RV_FINDING_ERROR, "ids",
                       "rows of other regions were put in by hand: delete them, or restore",
                       "%lld rows of %s have ids of another region than %lld", (long long)foreign,
                       table->name, (long long)region);
    }
    return 0;
}

static int
counted_to(int64_t *out, struct rv_db_check *check, rv_err *err)
{
    return rv_check_number(out, check,
                           rv_store_is_postgres(check->store)
                               ? "SELECT COALESCE(pg_sequence_last_value("
                                 "pg_get_serial_sequence('changes', 'number')::regclass), 0)"
                               : "SELECT seq FROM sqlite_sequence WHERE name = 'changes'",
                           err);
}

/* In this order, while changes are being written and expire: each is no higher than the next. */
static int
check_feed(struct rv_db_check *check, rv_err *err)
{
    int64_t floor = 0, lowest = 0, highest = 0, counted = 0;

    if (rv_note_read(&floor, check->store, RV_NOTE_FEED_FLOOR, err) < 0 ||
        rv_check_number(&lowest, check, "SELECT MIN(number) FROM changes", err) < 0 ||
        rv_check_number(&highest, check, "SELECT MAX(number) FROM changes", err) < 0 ||
        counted_to(&counted, check, err) < 0)
        return err->code;
    if (lowest && lowest <= floor)
        rv_finding(check, RV_FINDING_ERROR, "feed",
                   "UPDATE schema_info SET value = the lowest number - 1 WHERE name = 'feed_floor'",
                   "changes from %lld on are there, but all up to %lld count as expired",
                   (long long)lowest, (long long)floor);
    if (counted < highest || counted < floor)
        rv_finding(
            check, RV_FINDING_ERROR, "feed",
            "stop the server; copy the database with reevectl db copy: numbers are set right",
            "the change feed has numbers up to %lld, but the next will be %lld",
            (long long)(highest > floor ? highest : floor), (long long)counted + 1);
    return 0;
}

static int
check_held(struct rv_db_check *check, rv_err *err)
{
    int64_t left = 0, stuck = 0, long_ago = rv_now_ms() - LEFT_MS;
    RV_AUTO_FREE char *leases = rv_format(
        "SELECT COUNT(*) FROM leases WHERE holder <> 0 AND expires_at < %lld", (long long)long_ago);
    RV_AUTO_FREE char *messages =
        rv_format("SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue' AND"
                  " lease_expires_on < %lld",
                  (long long)long_ago);

    if (rv_check_number(&left, check, leases, err) < 0 ||
        rv_check_number(&stuck, check, messages, err) < 0)
        return err->code;
    if (left)
        rv_finding(check, RV_FINDING_NOTE, "leases",
                   "nothing to do: whoever needs one takes it over",
                   "%lld leases ran out more than an hour ago", (long long)left);
    if (stuck)
        rv_finding(check, RV_FINDING_WARNING, "messages",
                   "start a server of this region: it gives them back to the queue",
                   "%lld messages are held by workers that are gone", (long long)stuck);
    return 0;
}

int
rv_check_state(struct rv_db_check *check, rv_err *err)
{
    if (check_ids(check, err) < 0 || check_feed(check, err) < 0 || check_held(check, err) < 0)
        return err->code;
    return 0;
}
