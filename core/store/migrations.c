/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbered steps from one version of the schema to the next. New tables, columns
 * and indexes need none, the dictionary brings them; a step renames, retypes,
 * drops or moves what is there. It runs before the dictionary is compared.
 */
#include "schema_internal.h"

#include "store/notes.h"
#include "store_internal.h"

static int
make_base(struct rv_store *store, void *arg, rv_err *err)
{
    return rv_schema_make_fixed(store, *(const int64_t *)arg, err);
}

/* The queue is found by partial indexes alone (extra_schema.c); these three were written by every
 * put, take and end. */
static int
drop_queue_indexes(struct rv_store *store, void *arg, rv_err *err)
{
    (void)arg;
    return rv_store_script(store,
                           "DROP INDEX IF EXISTS ix_miq_queue_queue_name;"
                           "DROP INDEX IF EXISTS ix_miq_queue_state;"
                           "DROP INDEX IF EXISTS ix_miq_queue_task_id;",
                           err);
}

/* Those of its references, too: few messages have a task or a user, and who works on one is found
 * by ix_miq_queue_held. */
static int
drop_queue_reference_indexes(struct rv_store *store, void *arg, rv_err *err)
{
    (void)arg;
    return rv_store_script(store,
                           "DROP INDEX IF EXISTS ix_miq_queue_miq_task_id;"
                           "DROP INDEX IF EXISTS ix_miq_queue_handler_id;"
                           "DROP INDEX IF EXISTS ix_miq_queue_user_id;",
                           err);
}

/* An event has few of its references: it is found by partial indexes, with the time in them. */
static int
drop_event_indexes(struct rv_store *store, void *arg, rv_err *err)
{
    (void)arg;
    return rv_store_script(store,
                           "DROP INDEX IF EXISTS ix_event_streams_ems_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_ems_ref;"
                           "DROP INDEX IF EXISTS ix_event_streams_vm_or_template_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_host_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_ems_cluster_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_availability_zone_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_dest_vm_or_template_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_dest_host_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_dest_ems_cluster_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_container_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_container_group_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_container_node_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_container_replicator_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_physical_server_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_generating_ems_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_user_id;"
                           "DROP INDEX IF EXISTS ix_event_streams_target_id;",
                           err);
}

/* The last version is RV_SCHEMA_VERSION. arg: the region of a new database. */
const struct rv_migration rv_migrations[] = {
    { 1, "base", make_base },
    { 2, "the queue without full indexes", drop_queue_indexes },
    { 3, "the queue's references in partial indexes", drop_queue_reference_indexes },
    { 4, "events in partial indexes", drop_event_indexes },
};
const int rv_migration_count = RV_COUNT(rv_migrations);

/* Half of the rows are worse than none. */
static int
refuse_unfinished(struct rv_store *store, rv_err *err)
{
    int64_t unfinished;

    if (rv_note_read(&unfinished, store, RV_NOTE_UNFINISHED, err) < 0)
        return err->code;
    if (!unfinished)
        return 0;
    rv_fail(err, RV_E_CONFLICT, "the database is a copy, or a restored one, that was not finished");
    return rv_hint(err, "copy or restore it once more, with --overwrite; the source is unharmed");
}

int
rv_schema_is_made(struct rv_store *store, rv_err *err)
{
    rv_value tables = RV_VNULL;

    if (rv_store_one(store, &tables, 1, store->driver->made_sql, NULL, 0, err) < 0)
        return rv_wrap(err, "look for the table of notes");
    return tables.v.i > 0;
}

int
rv_schema_version(struct rv_store *store, int64_t *version, rv_err *err)
{
    int made = rv_schema_is_made(store, err);

    *version = 0;
    if (made <= 0)
        return made;
    if (refuse_unfinished(store, err) < 0)
        return err->code;
    return rv_note_need(version, store, RV_NOTE_VERSION, err);
}

static int
fail_newer(int64_t version, int64_t known, rv_err *err)
{
    rv_fail(err, RV_E_CONFLICT, "the database has schema version %lld, this program knows %lld",
            (long long)version, (long long)known);
    return rv_hint(err, "install the newer release again, or restore a backup made before it");
}

static int
set_version(struct rv_store *store, int version, rv_err *err)
{
    return rv_note_write(store, RV_NOTE_VERSION, version, err);
}

static int
step_inside(struct rv_store *store, const struct rv_migration *step, void *arg, rv_err *err)
{
    int64_t version;

    /* Another process may have done it while we waited for the lock. */
    if (rv_store_lock(store, "reeve/schema", err) < 0 ||
        rv_schema_version(store, &version, err) < 0)
        return err->code;
    if (version >= step->version)
        return 0;
    if (step->run(store, arg, err) < 0)
        return err->code;
    return set_version(store, step->version, err);
}

static int
run_step(struct rv_store *store, const struct rv_migration *step, void *arg, rv_err *err)
{
    if (rv_store_begin(store, err) < 0)
        return err->code;
    if (step_inside(store, step, arg, err) == 0 && rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    return rv_wrap(err, "migration %d (%s)", step->version, step->title);
}

int
rv_migrate(struct rv_store *store, const struct rv_migration *steps, int count, void *arg,
           rv_err *err)
{
    int64_t version;

    if (rv_schema_version(store, &version, err) < 0)
        return err->code;
    if (version > steps[count - 1].version)
        return fail_newer(version, steps[count - 1].version, err);
    for (int i = 0; i < count; i++)
        if (steps[i].version > version && run_step(store, &steps[i], arg, err) < 0)
            return err->code;
    return 0;
}
