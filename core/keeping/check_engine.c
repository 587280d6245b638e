/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's own view: is every page and index as it should be, and does somebody hold back what
 * should go on. On PostgreSQL all rows are read (which opens every page and long value), each
 * table is counted by its pages and by its key; with the extension amcheck, indexes are walked.
 */
#include "keeping/finding.h"

#include <string.h>

#include "base/mem.h"
#include "keeping/flow.h"

/* Rows of one or two texts; each is a finding. Returns how many, or an error. */
static int
each_row(struct rv_db_check *check, int level, const char *what, const char *hint, const char *sql,
         const char *fine, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int count = 0, more;

    if (rv_store_query(check->store, &rows, sql, NULL, 0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        const char *text = row[0].type == RV_TEXT ? row[0].v.text : "";
        if (fine && strcmp(text, fine) == 0)
            continue;
        rv_finding(check, level, what, hint, "%s", text);
        count++;
    }
    return more < 0 ? more : count;
}

static int
check_sqlite(struct rv_db_check *check, rv_err *err)
{
    if (each_row(check, RV_FINDING_ERROR, "integrity",
                 "stop the server, restore the newest backup; what it lacks comes with the next "
                 "refresh",
                 "PRAGMA integrity_check(20)", "ok", err) < 0)
        return err->code;
    return 0;
}

static int
walk_indexes(struct rv_db_check *check, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;

    if (rv_store_query(check->store, &rows,
                       "SELECT c.relname, bt_index_check(c.oid) FROM pg_class c"
                       " JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'"
                       " JOIN pg_index i ON i.indexrelid = c.oid AND i.indisvalid"
                       " WHERE c.relnamespace = current_schema()::regnamespace"
                       " AND c.relkind = 'i' ORDER BY c.relname",
                       NULL, 0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (rv_keep_step(check->watch, "walked", row[0].v.text, 0, err) < 0)
            return err->code;
    return more;
}

static int
read_everything(struct rv_db_check *check, rv_err *err)
{
    struct rv_store_source rows = { .store = check->store, .layout = &check->layout };
    struct rv_flow_source source = rv_source_of_store(&rows);
    RV_AUTO_FREE struct rv_tally *tallies =
        rv_realloc(NULL, (size_t)check->layout.count + 1, sizeof *tallies);

    rv_flow(&source, NULL, tallies, check->watch, err);
    rv_store_source_end(&rows);
    return err->code;
}

/* Both ways of counting in one snapshot, so that what is written meanwhile counts in neither. */
static int
count_both_ways(struct rv_db_check *check, const struct rv_layout_table *table, rv_err *err)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COUNT(*) FROM \"%s\"", table->name);
    int64_t by_page = 0, by_index = 0;

    if (rv_store_begin_snapshot(check->store, err) < 0)
        return err->code;
    if (rv_store_script(check->store,
                        "SET LOCAL enable_indexonlyscan = off;"
                        "SET LOCAL enable_indexscan = off;"
                        "SET LOCAL enable_bitmapscan = off",
                        err) == 0 &&
        rv_check_number(&by_page, check, sql, err) == 0 &&
        rv_store_script(check->store,
                        "SET LOCAL enable_indexonlyscan = on;"
                        "SET LOCAL enable_indexscan = on;"
                        "SET LOCAL enable_seqscan = off",
                        err) == 0)
        rv_check_number(&by_index, check, sql, err);
    rv_store_rollback(check->store);
    if (err->code == 0 && by_page != by_index)
        rv_finding(check, RV_FINDING_ERROR, "integrity", "REINDEX TABLE, then check again",
                   "table %s has %lld rows, its index %lld", table->name, (long long)by_page,
                   (long long)by_index);
    return err->code;
}

static int
check_heap(struct rv_db_check *check, rv_err *err)
{
    if (rv_store_begin_snapshot(check->store, err) < 0)
        return err->code;
    read_everything(check, err);
    rv_store_rollback(check->store);
    for (int i = 0; i < check->layout.count && !err->code; i++)
        count_both_ways(check, &check->layout.tables[i], err);
    return err->code;
}

/* Kept open, these hold back what VACUUM may take away, and locks. */
static int
check_sessions(struct rv_db_check *check, rv_err *err)
{
    if (each_row(check, RV_FINDING_WARNING, "sessions",
                 "end it: SELECT pg_terminate_backend(PID); until then deleted rows stay",
                 "SELECT 'session ' || pid || ' of ' || application_name || ' is in a transaction"
                 " since ' || date_trunc('second', xact_start) FROM pg_stat_activity"
                 " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                 " AND xact_start < now() - interval '1 hour' LIMIT 20",
                 NULL, err) < 0 ||
        each_row(check, RV_FINDING_WARNING, "sessions",
                 "COMMIT PREPARED or ROLLBACK PREPARED it: Reeve makes none",
                 "SELECT 'prepared transaction ' || gid || ' holds locks' FROM pg_prepared_xacts"
                 " WHERE database = current_database() LIMIT 20",
                 NULL, err) < 0 ||
        each_row(check, RV_FINDING_WARNING, "sessions",
                 "drop it when nobody uses it any more: pg_drop_replication_slot(NAME)",
                 "SELECT 'replication slot ' || slot_name || ' is not used and keeps the log'"
                 " FROM pg_replication_slots WHERE NOT active LIMIT 20",
                 NULL, err) < 0)
        return err->code;
    return 0;
}

static int
check_postgres(struct rv_db_check *check, rv_err *err)
{
    int64_t amcheck = 0;

    if (each_row(check, RV_FINDING_ERROR, "integrity", "REINDEX INDEX CONCURRENTLY, or drop it",
                 "SELECT 'index ' || c.relname || ' is not valid' FROM pg_index i"
                 " JOIN pg_class c ON c.oid = i.indexrelid"
                 " WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid",
                 NULL, err) < 0 ||
        rv_check_number(&amcheck, check,
                        "SELECT COUNT(*) FROM pg_extension WHERE extname = 'amcheck'", err) < 0 ||
        check_heap(check, err) < 0)
        return err->code;
    if (!amcheck)
        rv_finding(check, RV_FINDING_NOTE, "integrity",
                   "as a superuser in this database: CREATE EXTENSION amcheck",
                   "indexes were counted and not walked: the extension amcheck is not there");
    else if (walk_indexes(check, err) < 0)
        return err->code;
    return check_sessions(check, err);
}

int
rv_check_engine(struct rv_db_check *check, rv_err *err)
{
    return rv_store_is_postgres(check->store) ? check_postgres(check, err)
                                              : check_sqlite(check, err);
}
