/* SPDX-License-Identifier: Apache-2.0
 *
 * Gauges of the region, from the store.
 */
#include "api/gauges.h"

#include <stdlib.h>
#include <string.h>
#include "query/virtual.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/model.h"
#include "store/feed.h"
#include "store/notes.h"

enum {
    KEEP_MS = 15000,
    KEEP_MOST_MS = 600000,
    KEEP_FOR = 50, /* times as long as counting took: a fiftieth of the time, at most */
    GAUGES_MAX = 4 << 20
};

struct rv_gauges {
    char *text[RV_METERS]; /* samples; NULL: none */
    int64_t counted_ms, keep_ms;
};

enum { ANY, SQLITE, POSTGRES };

/* A query whose last column is the number and whose others are labels. $1, where it stands, is the
 * time. */
struct gauge {
    enum rv_meter meter;
    int store; /* which engine knows it */
    const char *sql;
};

#define PROVIDERS "FROM ext_management_systems p ORDER BY id"

static const struct gauge queries[] = {
    { RV_M_QUEUE_MESSAGES, ANY,
      "SELECT queue_name, state, role, zone, COUNT(*) FROM miq_queue"
      " GROUP BY queue_name, state, role, zone ORDER BY 1, 2, 3, 4" },
    { RV_M_QUEUE_OLDEST, ANY,
      "SELECT queue_name, CAST($1 AS bigint) - MIN(COALESCE(deliver_on, created_on))"
      " FROM miq_queue WHERE state = 'ready' AND (deliver_on IS NULL OR deliver_on <= $1)"
      " GROUP BY queue_name ORDER BY 1" },
    { RV_M_EVENTS_WAITING, ANY,
      "SELECT name, COALESCE(written, 0) - COALESCE(handled, 0) FROM event_lanes ORDER BY name" },
    { RV_M_EVENTS_WAIT_AGE, ANY,
      "SELECT CAST($1 AS bigint) - MIN((SELECT e.created_on FROM event_streams e"
      " WHERE e.lane_id = l.id AND e.number > l.handled ORDER BY e.number LIMIT 1))"
      " FROM event_lanes l WHERE l.written > l.handled" },
    { RV_M_TASKS, ANY, "SELECT state, COUNT(*) FROM miq_tasks GROUP BY state ORDER BY 1" },
    { RV_M_WORKERS, ANY,
      "SELECT type, status, COUNT(*) FROM miq_workers GROUP BY type, status ORDER BY 1, 2" },
    { RV_M_WORKERS_UNFENCED, ANY,
      "SELECT COUNT(*) FROM miq_workers"
      " WHERE fence <> 'files,calls' AND stopped_on IS NULL" },
    { RV_M_PROVIDER_ENABLED, ANY,
      "SELECT name, type, CASE WHEN enabled IS NULL OR enabled THEN 1 ELSE 0 END " PROVIDERS },
    { RV_M_PROVIDER_UP, ANY,
      "SELECT name, type, CASE " RV_PROVIDER_STATE("p") " WHEN 'ok' THEN 1 ELSE 0 END " PROVIDERS },
    { RV_M_PROVIDER_WARNINGS, ANY, "SELECT name, type, COALESCE(warnings_count, 0) " PROVIDERS },
    { RV_M_PROVIDER_SUCCESS, ANY, "SELECT name, type, last_refresh_success_date " PROVIDERS },
    { RV_M_PROVIDER_CHANGE, ANY, "SELECT name, type, last_inventory_date " PROVIDERS },
    { RV_M_FEED_OLDEST, ANY, "SELECT at FROM changes ORDER BY number LIMIT 1" },
    { RV_M_BACKUP, ANY, "SELECT " RV_NOTE_SQL(RV_NOTE_BACKUP) },
    { RV_M_KEY_ROTATION, ANY,
      "SELECT MIN(created_on) FROM miq_queue"
      " WHERE method_name = 'rotate_key' AND class_name = 'Server' AND error IS NOT NULL" },
    { RV_M_STORE_CONNECTIONS, POSTGRES,
      "SELECT COALESCE(state, 'other'), COUNT(*) FROM pg_stat_activity"
      " WHERE datname = current_database() GROUP BY 1 ORDER BY 1" },
    { RV_M_STORE_CONNECTIONS_MAX, POSTGRES,
      "SELECT CAST(current_setting('max_connections') AS bigint)" },
    { RV_M_STORE_WAL_WRITTEN, POSTGRES,
      "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bigint)" },
};

static void
add_row(rv_buf *out, enum rv_meter meter, const rv_value *row)
{
    const char *labels[RV_METER_LABELS + 1] = { NULL };
    const struct rv_series *series = rv_meter_series(meter);
    int count = 0;

    for (; series->labels[count]; count++)
        labels[count] = row[count].type == RV_TEXT ? row[count].v.text : "";
    /* What is not known is not told. */
    if (row[count].type == RV_INT)
        rv_meter_write_sample(out, meter, labels,
                              (double)row[count].v.i * (series->unit > 0 ? series->unit : 1));
}

static int
add_query(struct rv_store *store, rv_buf *out, enum rv_meter meter, const char *sql, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    const rv_value now = rv_vint(rv_now_ms());
    int rc = rv_store_query(store, &rows, sql, &now, strstr(sql, "$1") ? 1 : 0, err);

    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1)
        add_row(out, meter, row);
    return rc < 0 ? rc : 0;
}

static int
is_counted(const struct rv_kind *kind)
{
    return !kind->server && !kind->child && rv_kind_column(kind, "ems_id") >= 0;
}

/* Active objects of each kind and provider, in one statement. */
static int
add_objects(struct rv_store *store, rv_buf *out, rv_err *err)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(64u << 10);
    int count = 0;

    rv_buf_add_string(&sql, "SELECT p.name, o.kind, o.n FROM (");
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (!is_counted(kind))
            continue;
        rv_buf_addf(&sql,
                    "%sSELECT ems_id, '%s' AS kind, COUNT(*) AS n FROM \"%s\"%s GROUP BY ems_id",
                    count++ ? " UNION ALL " : "", kind->api_name, kind->table,
                    kind->archived ? " WHERE deleted_on IS NULL" : "");
    }
    rv_buf_add_string(&sql,
                      ") o JOIN ext_management_systems p ON p.id = o.ems_id ORDER BY p.id, o.kind");
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return add_query(store, out, RV_M_OBJECTS, rv_buf_text(&sql), err);
}

/* The text of one series: made by a call that may fail. */
static int
keep(struct rv_gauges *into, enum rv_meter meter, rv_buf *text, int rc)
{
    if (rc < 0) {
        rv_buf_free(text);
        return rc;
    }
    into->text[meter] = rv_buf_take_string(text);
    return 0;
}

static void
keep_number(struct rv_gauges *into, enum rv_meter meter, int64_t value)
{
    rv_buf text = rv_buf_limited(GAUGES_MAX);
    rv_meter_write_sample(&text, meter, RV_NO_LABELS, (double)value);
    keep(into, meter, &text, 0);
}

static int
count_queries(struct rv_gauges *into, struct rv_store *store, rv_err *err)
{
    int engine = rv_store_is_postgres(store) ? POSTGRES : SQLITE;
    int rc = 0;

    for (size_t i = 0; i < RV_COUNT(queries) && rc == 0; i++) {
        rv_buf text = rv_buf_limited(GAUGES_MAX);
        if (queries[i].store == ANY || queries[i].store == engine)
            rc = add_query(store, &text, queries[i].meter, queries[i].sql, err);
        rc = keep(into, queries[i].meter, &text, rc);
    }
    return rc;
}

/* What was counted of providers that are gone, or have another name now, is told no more. */
static int
forget_providers(struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    char **names = rv_alloc(sizeof(char *));
    int count = 0;
    int rc = rv_store_query(store, &rows, "SELECT name " PROVIDERS, NULL, 0, err);

    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1) {
        names = rv_realloc(names, (size_t)count + 2, sizeof(char *));
        names[count++] = rv_strdup(row[0].type == RV_TEXT ? row[0].v.text : "");
        names[count] = NULL;
    }
    if (rc == 0)
        rv_meter_keep("provider", (const char *const *)names);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return rc;
}

static int
count_all(struct rv_gauges *into, struct rv_store *store, rv_err *err)
{
    struct rv_cursor cursor;
    rv_buf objects = rv_buf_limited(GAUGES_MAX);

    if (keep(into, RV_M_OBJECTS, &objects, add_objects(store, &objects, err)) < 0 ||
        count_queries(into, store, err) < 0 || forget_providers(store, err) < 0 ||
        rv_cursor_now(&cursor, store, err) < 0)
        return err->code;
    keep_number(into, RV_M_FEED_NUMBER, cursor.number);
    keep_number(into, RV_M_STORE_BYTES, rv_store_bytes(store));
    if (!rv_store_is_postgres(store))
        keep_number(into, RV_M_STORE_WAL, rv_store_log_bytes(store));
    return 0;
}

static void
free_gauges(struct rv_gauges *gauges)
{
    for (int i = 0; gauges && i < RV_METERS; i++)
        free(gauges->text[i]);
    free(gauges);
}

int
rv_gauges_count(struct rv_api *api, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();

    if (api->gauges && now_ms - api->gauges->counted_ms < api->gauges->keep_ms)
        return 0;
    struct rv_gauges *counted = rv_alloc(sizeof(*counted));
    if (count_all(counted, api->config.store, err) < 0) {
        free_gauges(counted);
        return rv_wrap(err, "count for /metrics");
    }
    counted->counted_ms = rv_monotonic_ms();
    counted->keep_ms = (counted->counted_ms - now_ms) * KEEP_FOR;
    if (counted->keep_ms < KEEP_MS)
        counted->keep_ms = KEEP_MS;
    if (counted->keep_ms > KEEP_MOST_MS)
        counted->keep_ms = KEEP_MOST_MS;
    free_gauges(api->gauges);
    api->gauges = counted;
    return 0;
}

int64_t
rv_gauges_age_ms(const struct rv_api *api)
{
    return api->gauges ? rv_monotonic_ms() - api->gauges->counted_ms : -1;
}

void
rv_gauges_write(const struct rv_api *api, rv_buf *out, enum rv_meter meter)
{
    if (api->gauges && api->gauges->text[meter])
        rv_buf_add_string(out, api->gauges->text[meter]);
}

void
rv_gauges_free(struct rv_api *api)
{
    free_gauges(api->gauges);
    api->gauges = NULL;
}
