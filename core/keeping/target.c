/* SPDX-License-Identifier: Apache-2.0
 *
 * What a database needs around its rows when it becomes another one's copy.
 */
#include "keeping/target.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "keeping/keeping.h"
#include "model/model.h"
#include "store/notes.h"
#include "store/schema.h"

/* Ids that were given out after a backup was taken are known out there. None of them is given to
 * another row: as many are skipped as nobody uses up between a backup and its restoring. */
#define SKIPPED_IDS 1000000

static int
is_ours(const struct rv_copy_target *target, const char *table)
{
    return rv_layout_table(target->layout, table) || rv_model_table(table);
}

/* Only of a database of Reeve that is whole. */
static int
read_number(int64_t *out, struct rv_store *store, const char *sql, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(store, row, 1, sql, NULL, 0, err);

    if (found > 0 && row[0].type == RV_INT)
        *out = row[0].v.i;
    return found < 0 ? found : 0;
}

static int
look(struct rv_keep_identity *out, struct rv_store *store, const struct rv_layout *layout,
     rv_err *err)
{
    int unfinished = rv_layout_is_unfinished(store, err);

    *out = (struct rv_keep_identity){ .tables = layout->count };
    if (unfinished != 0)
        return err->code;
    if (!rv_layout_table(layout, "schema_info") || !rv_layout_table(layout, "id_blocks"))
        return 0;
    if (rv_note_read(&out->region, store, RV_NOTE_REGION, err) < 0 ||
        read_number(&out->ids_used, store, "SELECT next_id FROM id_blocks WHERE name = 'rows'",
                    err) < 0)
        return err->code;
    out->made = 1;
    return 0;
}

int
rv_keep_look(struct rv_keep_identity *out, struct rv_store *store, rv_err *err)
{
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };

    if (rv_layout_read(&layout, store, err) < 0)
        return err->code;
    return look(out, store, &layout, err);
}

static int
look_at_old(struct rv_copy_target *target, const struct rv_layout *layout, rv_err *err)
{
    struct rv_keep_identity old;

    if (look(&old, target->store, layout, err) < 0)
        return err->code;
    if (old.ids_used > target->ids_used)
        target->ids_used = old.ids_used;
    if (!old.made || old.region == target->region)
        return 0;
    rv_fail(err, RV_E_CONFLICT, "the target is of region %lld, what is to come of region %lld",
            (long long)old.region, (long long)target->region);
    return rv_hint(err, "the region is part of every id; choose another database");
}

/* Kinds of providers have tables too; a copy that was broken off may have none of them. */
static void
learn_kinds(struct rv_store *store, const struct rv_layout *old)
{
    rv_err ignored = RV_ERR_INIT;

    if (rv_layout_table(old, "provider_kinds"))
        rv_provider_kinds_load(store, &ignored);
}

static int
refuse_full(const struct rv_layout *old, rv_err *err)
{
    rv_fail(err, RV_E_CONFLICT, "the target is not empty: it has table %s and %d more",
            old->tables[0].name, old->count - 1);
    return rv_hint(err,
                   "choose an empty database, or give --overwrite: what it holds is lost then");
}

/* Leaves in `old` what is to be dropped. */
static void
keep_foreign(const struct rv_copy_target *target, struct rv_layout *old)
{
    RV_AUTO_LAYOUT struct rv_layout foreign = { 0 };
    int kept = 0;

    foreign.tables = rv_realloc(NULL, (size_t)old->count + 1, sizeof *foreign.tables);
    for (int i = 0; i < old->count; i++) {
        if (is_ours(target, old->tables[i].name))
            old->tables[kept++] = old->tables[i];
        else
            foreign.tables[foreign.count++] = old->tables[i];
    }
    old->count = kept;
}

static int
make(struct rv_copy_target *target, const struct rv_layout *old, rv_err *err)
{
    if (rv_store_begin(target->store, err) < 0)
        return err->code;
    if (rv_layout_drop(target->store, old, err) == 0 &&
        rv_layout_make(target->store, target->layout, err) == 0 &&
        rv_store_commit(target->store, err) == 0)
        return 0;
    rv_store_rollback(target->store);
    return err->code;
}

int
rv_copy_target_begin(struct rv_copy_target *target, int flags, rv_err *err)
{
    RV_AUTO_LAYOUT struct rv_layout old = { 0 };

    if (rv_layout_read(&old, target->store, err) < 0)
        return err->code;
    learn_kinds(target->store, &old);
    keep_foreign(target, &old);
    if (old.count > 0 && !(flags & RV_KEEP_OVERWRITE))
        return refuse_full(&old, err);
    if (old.count > 0 && look_at_old(target, &old, err) < 0)
        return err->code;
    return make(target, &old, err);
}

/* Tables may be missing in what an older release has left. */
static int
run_on(struct rv_copy_target *target, const char *table, const char *sql, const rv_value *params,
       int count, rv_err *err)
{
    if (!rv_layout_table(target->layout, table))
        return 0;
    return rv_store_exec(target->store, NULL, sql, params, count, err);
}

/* Its workers are gone, and so is what they held; its disk is another one. The messages go back to
 * the queue by their rules when the server looks for leases that ran out. */
static int
clear_server(struct rv_copy_target *target, rv_err *err)
{
    const rv_value now[] = { rv_vint(rv_now_ms()) };

    if (run_on(target, "schema_info",
               "DELETE FROM schema_info WHERE name = '" RV_NOTE_LOW_SPACE "'", NULL, 0, err) < 0 ||
        run_on(target, "leases", "UPDATE leases SET holder = 0, expires_at = 0", NULL, 0, err) <
            0 ||
        run_on(target, "miq_workers", "DELETE FROM miq_workers", NULL, 0, err) < 0 ||
        run_on(target, "miq_queue",
               "UPDATE miq_queue SET lease_expires_on = 0 WHERE state = 'dequeue'", NULL, 0,
               err) < 0 ||
        run_on(target, "miq_servers",
               "UPDATE miq_servers SET status = 'stopped', stopped_on = $1"
               " WHERE status <> 'stopped'",
               now, 1, err) < 0)
        return rv_wrap(err, "clear what the old server held");
    return 0;
}

static int
skip_ids(struct rv_copy_target *target, rv_err *err)
{
    rv_value params[] = { rv_vint(SKIPPED_IDS), rv_vint(target->ids_used),
                          rv_vint((target->region + 1) * RV_REGION_FACTOR) };

    return rv_store_exec(target->store, NULL,
                         "UPDATE id_blocks SET next_id = CASE"
                         " WHEN next_id + $1 >= $3 THEN next_id"
                         " WHEN next_id + $1 < $2 THEN $2 ELSE next_id + $1 END"
                         " WHERE name = 'rows'",
                         params, 3, err);
}

static int
count_on(struct rv_copy_target *target, rv_err *err)
{
    for (int i = 0; i < target->layout->count; i++) {
        const struct rv_layout_table *table = &target->layout->tables[i];
        int64_t last = 0;
        if (!table->counts)
            continue;
        if (strcmp(table->name, "changes") == 0 &&
            rv_note_read(&last, target->store, RV_NOTE_FEED_FLOOR, err) < 0)
            return err->code;
        if (rv_layout_count_from(target->store, table, last, err) < 0)
            return err->code;
    }
    return 0;
}

static int
finish_inside(struct rv_copy_target *target, rv_err *err)
{
    if (clear_server(target, err) < 0 || skip_ids(target, err) < 0 || count_on(target, err) < 0)
        return err->code;
    return rv_layout_finished(target->store, err);
}

static int
analyze(struct rv_copy_target *target, rv_err *err)
{
    for (int i = 0; i < target->layout->count; i++)
        if (rv_store_analyze(target->store, target->layout->tables[i].name, err) < 0)
            return err->code;
    return 0;
}

int
rv_copy_target_finish(struct rv_copy_target *target, rv_err *err)
{
    if (rv_store_begin(target->store, err) < 0)
        return err->code;
    if (finish_inside(target, err) < 0 || rv_store_commit(target->store, err) < 0) {
        rv_store_rollback(target->store);
        return rv_wrap(err, "finish the database");
    }
    if (rv_schema_upgrade(target->store, target->region, err) < 0)
        return err->code;
    return analyze(target, err);
}
