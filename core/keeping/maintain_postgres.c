/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL looks after its tables by itself, by shares of their rows. That is too seldom where
 * few rows change all the time: the queue, leases, workers; and it never makes an index smaller.
 */
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "keeping/maintain_internal.h"

#define REINDEX_MIN_BYTES (16LL << 20)
#define NAMES_MAX 256

static const char dead_sql[] =
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    " AND (n_dead_tup > 1000 + n_live_tup / 5 OR (n_dead_tup > 100 AND relname IN"
    " ('miq_queue', 'leases', 'changes', 'miq_workers', 'miq_servers', 'miq_tasks',"
    " 'inventory_streams', 'inventory_references')) OR ($1 = 1 AND n_dead_tup > 0))"
    " ORDER BY n_dead_tup DESC, relname LIMIT 256";

static const char changed_sql[] =
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    " AND n_mod_since_analyze > 1000 + n_live_tup / 10 AND $1 = $1"
    " ORDER BY n_mod_since_analyze DESC, relname LIMIT 256";

/* What an index of plain columns takes when it is full to nine tenths, from what is known of its
 * table: 16 bytes a row beside the values. Three times that is bloated. */
static const char bloated_sql[] =
    "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
    " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_am m ON m.oid = i.relam"
    " JOIN pg_attribute a ON a.attrelid = i.oid AND a.attnum > 0"
    " LEFT JOIN pg_stats s ON s.schemaname = current_schema() AND s.tablename = t.relname"
    "  AND s.attname = a.attname"
    " WHERE i.relnamespace = current_schema()::regnamespace AND m.amname = 'btree'"
    " AND x.indisvalid AND t.reltuples >= 0 AND pg_relation_size(i.oid) > $1"
    " GROUP BY i.oid, i.relname, i.reltuples"
    " HAVING pg_relation_size(i.oid) > 3 * (65536 + GREATEST(i.reltuples, 0) / 0.9 *"
    "  (16 + SUM(COALESCE(s.avg_width, 16) + 4)))"
    " ORDER BY pg_relation_size(i.oid) DESC LIMIT 8";

/* Of a REINDEX CONCURRENTLY that was broken off. */
static const char left_over_sql[] =
    "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
    " WHERE i.relnamespace = current_schema()::regnamespace AND NOT x.indisvalid"
    " AND i.relname ~ '_ccnew[0-9]*$' AND $1 = $1";

struct names {
    char *at[NAMES_MAX];
    int count;
};

static void
free_names(struct names *names)
{
    for (int i = 0; i < names->count; i++)
        free(names->at[i]);
}

static int
read_names(struct names *out, struct rv_store *store, const char *sql, int64_t number, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(number) };
    const rv_value *row = NULL;
    int more;

    out->count = 0;
    if (rv_store_query(store, &rows, sql, params, 1, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (out->count < NAMES_MAX)
            out->at[out->count++] = rv_strdup(row[0].v.text);
    return more;
}

/* Each by itself: one that another session holds, or that is too large for the time, fails alone.
 */
static int
run_each(struct rv_maintaining *run, const struct names *names, const char *before,
         const char *list, rv_err *err)
{
    cJSON *done = cJSON_AddArrayToObject(run->report, list);

    for (int i = 0; i < names->count; i++) {
        RV_AUTO_FREE char *sql = rv_format("%s \"%s\"", before, names->at[i]);
        if (rv_store_script(run->store, sql, err) == 0) {
            cJSON_AddItemToArray(done, cJSON_CreateString(names->at[i]));
            continue;
        }
        if (err->code == RV_E_CANCELLED)
            return err->code;
        RV_AUTO_FREE char *text = rv_format("%s: %s", sql, err->text);
        cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(run->report, "failed"),
                             cJSON_CreateString(text));
        rv_err_clear(err);
    }
    return 0;
}

static int
look_and_run(struct rv_maintaining *run, const char *sql, int64_t number, const char *before,
             const char *list, rv_err *err)
{
    struct names names;
    int rc = read_names(&names, run->store, sql, number, err);

    if (rc == 0)
        rc = run_each(run, &names, before, list, err);
    free_names(&names);
    return rc;
}

int
rv_maintain_postgres(struct rv_maintaining *run, rv_err *err)
{
    int full = run->options->depth == RV_MAINTAIN_FULL;
    int64_t least =
        run->options->reindex_min_bytes ? run->options->reindex_min_bytes : REINDEX_MIN_BYTES;

    cJSON_AddArrayToObject(run->report, "failed");
    if (look_and_run(run, dead_sql, full, "VACUUM (ANALYZE, SKIP_LOCKED)", "vacuumed", err) < 0 ||
        look_and_run(run, changed_sql, 0, "ANALYZE (SKIP_LOCKED)", "analyzed", err) < 0)
        return err->code;
    if (!full)
        return 0;
    if (look_and_run(run, left_over_sql, 0, "DROP INDEX CONCURRENTLY", "dropped", err) < 0)
        return err->code;
    return look_and_run(run, bloated_sql, least, "REINDEX INDEX CONCURRENTLY", "reindexed", err);
}
