/* SPDX-License-Identifier: Apache-2.0
 *
 * Gauges of the region, from the store.
 */
#include "api/gauges.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "model/model.h"
#include "store/feed.h"

#define KEEP_MS 15000
#define GAUGES_MAX (4u << 20)
#define LABELS_MAX 3

/* A query whose last column is the number and whose others are labels. */
struct gauge {
    const char *name, *help;
    const char *labels[LABELS_MAX + 1];
    const char *sql;
};

static const struct gauge gauges[] = {
    { "reeve_queue_messages",
      "Messages by queue and state.",
      { "queue", "state" },
      "SELECT queue_name, state, COUNT(*) FROM miq_queue GROUP BY queue_name, state ORDER BY 1, "
      "2" },
    { "reeve_tasks",
      "Tasks by state.",
      { "state" },
      "SELECT state, COUNT(*) FROM miq_tasks GROUP BY state ORDER BY 1" },
    { "reeve_workers",
      "Workers by type and status.",
      { "type", "status" },
      "SELECT type, status, COUNT(*) FROM miq_workers GROUP BY type, status ORDER BY 1, 2" },
    { "reeve_provider_enabled",
      "1 when the provider is refreshed.",
      { "provider", "type" },
      "SELECT name, type, CASE WHEN enabled IS NULL OR enabled THEN 1 ELSE 0 END FROM "
      "ext_management_systems ORDER BY id" },
    { "reeve_provider_up",
      "1 when the last refresh or watch of the provider went well.",
      { "provider", "type" },
      "SELECT name, type, CASE WHEN last_refresh_error IS NULL AND last_refresh_date IS NOT NULL "
      "THEN 1 ELSE 0 END FROM ext_management_systems ORDER BY id" },
    { "reeve_provider_warnings",
      "What could not be had of the provider: API groups that are missing, lists that are "
      "forbidden.",
      { "provider", "type" },
      "SELECT name, type, COALESCE(warnings_count, 0) FROM ext_management_systems ORDER BY id" },
    { "reeve_provider_last_refresh_success_seconds",
      "When the provider's last refresh ended well, in seconds since 1970.",
      { "provider", "type" },
      "SELECT name, type, last_refresh_success_date / 1000 FROM ext_management_systems "
      "WHERE last_refresh_success_date IS NOT NULL ORDER BY id" },
    { "reeve_provider_last_inventory_change_seconds",
      "When the provider's inventory last changed, in seconds since 1970.",
      { "provider", "type" },
      "SELECT name, type, last_inventory_date / 1000 FROM ext_management_systems "
      "WHERE last_inventory_date IS NOT NULL ORDER BY id" },
};

static void
add_label(rv_buf *out, const char *name, const rv_value *value, int first)
{
    rv_buf_addf(out, "%s%s=\"", first ? "" : ",", name);
    for (const char *c = value->type == RV_TEXT ? value->v.text : ""; *c; c++) {
        if (*c == '\n')
            rv_buf_add_string(out, "\\n");
        else if (*c == '"' || *c == '\\')
            rv_buf_addf(out, "\\%c", *c);
        else
            rv_buf_add_char(out, *c);
    }
    rv_buf_add_char(out, '"');
}

static void
add_row(rv_buf *out, const char *name, const char *const *labels, const rv_value *row)
{
    int count = 0;

    rv_buf_addf(out, "%s{", name);
    for (; labels[count]; count++)
        add_label(out, labels[count], &row[count], count == 0);
    rv_buf_addf(out, "} %" PRId64 "\n", row[count].type == RV_INT ? row[count].v.i : 0);
}

static void
add_head(rv_buf *out, const char *name, const char *help)
{
    rv_buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static int
add_query(struct rv_store *store, rv_buf *out, const char *name, const char *const *labels,
          const char *sql, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc = rv_store_query(store, &rows, sql, NULL, 0, err);

    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1)
        add_row(out, name, labels, row);
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
    static const char *const labels[] = { "provider", "kind", NULL };
    rv_buf sql = rv_buf_limited(64u << 10);
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
    add_head(out, "reeve_objects", "Active objects of a provider by kind.");
    int rc = add_query(store, out, "reeve_objects", labels, rv_buf_text(&sql), err);
    rv_buf_free(&sql);
    return rc;
}

static int
add_store(struct rv_store *store, rv_buf *out, rv_err *err)
{
    struct rv_cursor cursor;
    int rc = rv_cursor_now(&cursor, store, err);

    if (rc < 0)
        return rc;
    add_head(out, "reeve_feed_number", "Number of the last change in the feed.");
    rv_buf_addf(out, "reeve_feed_number %" PRId64 "\n", cursor.number);
    add_head(out, "reeve_store_bytes", "Size of the database.");
    rv_buf_addf(out, "reeve_store_bytes %" PRId64 "\n", rv_store_bytes(store));
    return 0;
}

static int
count_all(struct rv_api *api, rv_buf *out, rv_err *err)
{
    struct rv_store *store = api->config.store;
    int rc = 0;

    for (size_t i = 0; i < RV_COUNT(gauges) && rc == 0; i++) {
        add_head(out, gauges[i].name, gauges[i].help);
        rc = add_query(store, out, gauges[i].name, gauges[i].labels, gauges[i].sql, err);
    }
    if (rc == 0)
        rc = add_objects(store, out, err);
    return rc < 0 ? rc : add_store(store, out, err);
}

int
rv_gauges_count(struct rv_api *api, rv_err *err)
{
    if (!api->gauges || rv_monotonic_ms() - api->gauges_ms >= KEEP_MS) {
        rv_buf text = rv_buf_limited(GAUGES_MAX);
        int rc = count_all(api, &text, err);
        if (rc < 0) {
            rv_buf_free(&text);
            return rv_wrap(err, "count for /metrics");
        }
        free(api->gauges);
        api->gauges = rv_buf_take_string(&text);
        api->gauges_ms = rv_monotonic_ms();
    }
    return 0;
}

void
rv_gauges_write(const struct rv_api *api, rv_buf *out)
{
    if (!api->gauges)
        return;
    rv_buf_add_string(out, api->gauges);
    add_head(out, "reeve_store_figures_age_seconds",
             "How old the figures are that come from the database.");
    rv_buf_addf(out, "reeve_store_figures_age_seconds %g\n",
                (double)(rv_monotonic_ms() - api->gauges_ms) / 1000);
}

void
rv_gauges_free(struct rv_api *api)
{
    free(api->gauges);
    api->gauges = NULL;
}
