/* SPDX-License-Identifier: Apache-2.0
 *
 * What a database takes and who uses it, for people and for what watches it.
 */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "keeping/keeping.h"
#include "model/model.h"
#include "store/feed.h"
#include "store/notes.h"
#include "store/schema.h"

#define SHOWN_TABLES "15"

static const char sqlite_tables[] =
    /* dbstat counts the pages; an index counts for its table. */
    "SELECT m.tbl_name, SUM(d.pgsize) AS bytes, NULL, 0, 0 FROM dbstat d"
    " JOIN sqlite_master m ON m.name = d.name WHERE d.aggregate = TRUE"
    " GROUP BY m.tbl_name ORDER BY bytes DESC, m.tbl_name LIMIT " SHOWN_TABLES;

static const char postgres_tables[] =
    /* reltuples is as old as the last vacuum, and -1 before the first; the counters are up to date,
       but gone after a crash. */
    "SELECT c.relname, pg_total_relation_size(c.oid) AS bytes,"
    " COALESCE(NULLIF(s.n_live_tup, 0), CAST(GREATEST(c.reltuples, 0) AS bigint)),"
    " COALESCE(s.n_dead_tup, 0),"
    " COALESCE(CAST(EXTRACT(EPOCH FROM GREATEST(s.last_vacuum, s.last_autovacuum)) * 1000"
    " AS bigint), 0)"
    " FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
    " ORDER BY bytes DESC, c.relname LIMIT " SHOWN_TABLES;

static void
add_time(cJSON *to, const char *name, int64_t ms)
{
    char text[32];

    if (ms <= 0) {
        cJSON_AddNullToObject(to, name);
        return;
    }
    rv_format_time(text, ms);
    cJSON_AddStringToObject(to, name, text);
}

static int64_t
number(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : value->type == RV_DOUBLE ? (int64_t)value->v.d : 0;
}

/* One number, by name; what cannot be asked (no permission, another version) is null. */
static void
add_number(cJSON *to, const char *name, struct rv_store *store, const char *sql)
{
    rv_value row[1];
    rv_err ignored = RV_ERR_INIT;

    if (rv_store_one(store, row, 1, sql, NULL, 0, &ignored) > 0 && row[0].type != RV_NULL)
        cJSON_AddNumberToObject(to, name, (double)number(&row[0]));
    else
        cJSON_AddNullToObject(to, name);
}

static int
add_tables(cJSON *to, struct rv_store *store, rv_err *err)
{
    int postgres = rv_store_is_postgres(store), more;
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    cJSON *tables = cJSON_AddArrayToObject(to, "tables");

    if (rv_store_query(store, &rows, postgres ? postgres_tables : sqlite_tables, NULL, 0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(tables, one);
        cJSON_AddStringToObject(one, "name", row[0].v.text);
        cJSON_AddNumberToObject(one, "bytes", (double)number(&row[1]));
        if (!postgres)
            continue;
        cJSON_AddNumberToObject(one, "rows", (double)number(&row[2]));
        cJSON_AddNumberToObject(one, "dead_rows", (double)number(&row[3]));
        add_time(one, "vacuumed_at", number(&row[4]));
    }
    return more;
}

/* SQLite knows no estimate. */
static int
count_rows(cJSON *to, struct rv_store *store, rv_err *err)
{
    cJSON *table = NULL;
    rv_value row[1];

    if (rv_store_is_postgres(store))
        return 0;
    cJSON_ArrayForEach(table, cJSON_GetObjectItemCaseSensitive(to, "tables"))
    {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT COUNT(*) FROM \"%s\"", rv_json_string(table, "name"));
        if (rv_store_one(store, row, 1, sql, NULL, 0, err) < 0)
            return err->code;
        cJSON_AddNumberToObject(table, "rows", (double)number(&row[0]));
    }
    return 0;
}

static int
add_feed(cJSON *to, struct rv_store *store, rv_err *err)
{
    struct rv_cursor cursor;
    char text[48];
    rv_value row[4];
    cJSON *feed = cJSON_AddObjectToObject(to, "changes");

    if (rv_cursor_now(&cursor, store, err) < 0)
        return err->code;
    /* By the key's ends: the oldest is the one with the lowest number. */
    if (rv_store_one(store, row, 4,
                     "SELECT " RV_NOTE_SQL(
                         RV_NOTE_FEED_FLOOR) ","
                                             " (SELECT MAX(number) FROM changes), (SELECT COUNT(*) "
                                             "FROM changes),"
                                             " (SELECT at FROM changes ORDER BY number LIMIT 1)",
                     NULL, 0, err) < 0)
        return err->code;
    rv_cursor_format(text, &cursor);
    cJSON_AddStringToObject(feed, "cursor", text);
    cJSON_AddNumberToObject(feed, "from", (double)number(&row[0]) + 1);
    cJSON_AddNumberToObject(feed, "to", (double)number(&row[1]));
    cJSON_AddNumberToObject(feed, "rows", (double)number(&row[2]));
    add_time(feed, "oldest_at", number(&row[3]));
    return 0;
}

static void
add_sqlite(cJSON *to, struct rv_store *store)
{
    cJSON_AddStringToObject(to, "engine", "sqlite");
    add_number(to, "page_size", store, "SELECT page_size FROM pragma_page_size");
    add_number(to, "pages", store, "SELECT page_count FROM pragma_page_count");
    add_number(to, "free_pages", store, "SELECT freelist_count FROM pragma_freelist_count");
}

static void
add_postgres(cJSON *to, struct rv_store *store)
{
    cJSON_AddStringToObject(to, "engine", "postgresql");
    add_number(to, "server_version", store, "SELECT current_setting('server_version_num')::bigint");
    add_number(to, "connections", store,
               "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()");
    add_number(to, "connections_max", store, "SELECT current_setting('max_connections')::bigint");
    add_number(to, "locks_waited_for", store,
               "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND (database IS NULL OR database ="
               " (SELECT oid FROM pg_database WHERE datname = current_database()))");
    add_number(to, "oldest_transaction_s", store,
               "SELECT CAST(EXTRACT(EPOCH FROM MAX(now() - xact_start)) AS bigint)"
               " FROM pg_stat_activity WHERE datname = current_database()"
               " AND pid <> pg_backend_pid()");
    add_number(to, "oldest_snapshot_xids", store,
               "SELECT MAX(age(backend_xmin)) FROM pg_stat_activity"
               " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    add_number(to, "wal_bytes", store, "SELECT SUM(size) FROM pg_ls_waldir()");
}

static int
add_notes(cJSON *to, struct rv_store *store, rv_err *err)
{
    static const char *const names[] = { RV_NOTE_BACKUP, RV_NOTE_MAINTENANCE, RV_NOTE_VACUUM,
                                         RV_NOTE_LOW_SPACE };

    for (size_t i = 0; i < RV_COUNT(names); i++) {
        int64_t ms = 0;
        if (rv_note_read(&ms, store, names[i], err) < 0)
            return err->code;
        add_time(to, names[i], ms);
    }
    return 0;
}

int
rv_keep_status(cJSON **report, struct rv_store *store, int64_t walk_max_bytes, rv_err *err)
{
    cJSON *out = cJSON_CreateObject();
    int64_t bytes = rv_store_bytes(store);

    cJSON_AddNumberToObject(out, "schema_version", RV_SCHEMA_VERSION);
    cJSON_AddNumberToObject(out, "region", (double)rv_store_region(store));
    if (rv_store_is_postgres(store))
        add_postgres(out, store);
    else
        add_sqlite(out, store);
    cJSON_AddNumberToObject(out, "bytes", (double)bytes);
    if (add_notes(out, store, err) == 0 && add_feed(out, store, err) == 0 &&
        (rv_store_is_postgres(store) || bytes <= walk_max_bytes) &&
        add_tables(out, store, err) == 0)
        count_rows(out, store, err);
    if (err->code) {
        cJSON_Delete(out);
        return rv_wrap(err, "status of the database");
    }
    *report = out;
    return 0;
}
