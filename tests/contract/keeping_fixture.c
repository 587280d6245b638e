/* SPDX-License-Identifier: Apache-2.0
 *
 * Databases to keep.
 */
#include "keeping_fixture.h"

#include "base/clock.h"
#include "base/json.h"
#include "keeping/flow.h"
#include "keeping/report.h"
#include "model/model.h"
#include "store/feed.h"
#include "store/schema.h"

static const struct reeve_column widget_columns[] = {
    { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Key" },
    { "shiny", REEVE_FLAG, 0, NULL, "Whether it is" },
    { "weight", REEVE_DOUBLE, 0, NULL, "In kilograms" },
    REEVE_COLUMNS_END,
};
static const char *const widget_key[] = { "ems_ref", NULL };
static const struct reeve_kind widget = {
    .size = sizeof(struct reeve_kind),
    .name = "acme_widget",
    .table = "acme_widgets",
    .api_name = "acme_widgets",
    .title = "Widget",
    .help = "Something of a plugin",
    .columns = widget_columns,
    .key = widget_key,
};

static void
fill_widgets(struct rv_store *store)
{
    if (!rv_model_kind("acme_widget"))
        must(rv_model_add(&widget, err));
    must(rv_schema_add_kind(store, "acme", rv_model_kind("acme_widget"), err));
    must_exec(store,
              "INSERT INTO acme_widgets (id, ems_ref, shiny, weight) VALUES ($1, $2, $3, $4)",
              rv_vint(1000000000090), rv_vtext("w"), rv_vint(1), rv_vdouble(0.1));
}

static void
fill_pods(struct rv_store *store)
{
    static const char *const columns[] = { "id",    "ems_id",     "ems_ref",   "name",
                                           "phase", "created_on", "deleted_on" };
    enum { COLUMNS = 7, PODS = 3000 };
    rv_value *values = rv_alloc(sizeof(rv_value) * COLUMNS * PODS);
    char(*refs)[32] = rv_alloc(sizeof(*refs) * PODS);

    for (int i = 0; i < PODS; i++) {
        rv_value *row = values + i * COLUMNS;
        snprintf(refs[i], sizeof refs[i], "uid-%d", i);
        row[0] = rv_vint(1000000001000 + i);
        row[1] = rv_vint(1000000000001);
        row[2] = rv_vtext(refs[i]);
        row[3] = rv_vtext(i % 3 ? "web\t\\N \xc3\xa9\n\"'" : "");
        row[4] = i % 5 ? rv_vtext("Running") : RV_VNULL;
        row[5] = rv_vint(-1 - i);
        row[6] = i % 7 ? RV_VNULL : rv_vint(INT64_MAX - i);
    }
    must(rv_store_insert_rows(store, "container_groups", columns, COLUMNS, values, PODS, err));
    free(refs);
    free(values);
}

static void
fill_changes(struct rv_store *store)
{
    struct rv_feed *feed = rv_feed_new();

    for (int i = 0; i < 20; i++)
        rv_feed_add(feed, rv_model_kind("container_group"), 1000000001000 + i, 0, RV_UPDATED,
                    "{\"phase\":\"Pending\"}");
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    rv_feed_free(feed);
    must_exec(store, "DELETE FROM changes WHERE number <= $1", rv_vint(5));
    must_exec(store, "UPDATE schema_info SET value = $1 WHERE name = 'feed_floor'", rv_vint(5));
}

void
keeping_fill(struct rv_store *store)
{
    must(rv_store_reserve_ids(store, 5000, err));
    fill_widgets(store);
    fill_pods(store);
    fill_changes(store);
    must_exec(store,
              "INSERT INTO miq_queue (id, queue_name, state, priority, method_name, retryable,"
              " attempts, generation, handler_type, handler_id, lease_expires_on)"
              " VALUES ($1, 'generic', 'dequeue', 100, 'work', $2, 1, 1, 'worker', $3, $4)",
              rv_vint(1000000000050), rv_vint(1), rv_vint(1000000000060),
              rv_vint(rv_now_ms() + 1000000));
    must_exec(store, "INSERT INTO miq_workers (id, guid, type) VALUES ($1, 'g', 'generic')",
              rv_vint(1000000000060));
    must_exec(store, "INSERT INTO miq_servers (id, guid, status) VALUES ($1, 's', 'started')",
              rv_vint(1000000000061));
    must_exec(store,
              "INSERT INTO leases (name, holder, generation, expires_at) VALUES ('x', $1, 7, $2)",
              rv_vint(1000000000060), rv_vint(rv_now_ms() + 1000000));
    must_exec(store, "INSERT INTO miq_workers (id, guid, percent_cpu) VALUES ($1, 'h', $2)",
              rv_vint(1000000000062), rv_vdouble(1e-300));
}

void
keeping_open_same(struct keeping_db *out)
{
    rv_test_db_create(&out->db);
    out->store = rv_test_store_open(&out->db);
}

void
keeping_open_sqlite(struct keeping_db *out)
{
    *out = (struct keeping_db){ .db = { .dir = rv_test_dir() } };
    snprintf(out->db.url, sizeof out->db.url, "sqlite:%s/other.db", out->db.dir);
    out->store = rv_test_store_open(&out->db);
}

void
keeping_close(struct keeping_db *db)
{
    rv_store_close(db->store);
    rv_test_db_drop(&db->db);
}

static int
changes_in_a_copy(const char *table)
{
    static const char *const names[] = { "leases",    "miq_workers", "miq_servers",
                                         "miq_queue", "schema_info", "id_blocks" };

    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (strcmp(names[i], table) == 0)
            return 1;
    return 0;
}

/* How many rows each table has, and a digest of them: the same for the same rows, also on the other
 * engine. */
static int
digest_inside(cJSON **report, struct rv_store *store, rv_err *err)
{
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };

    if (rv_layout_read(&layout, store, err) < 0)
        return err->code;
    struct rv_store_source rows = { .store = store, .layout = &layout };
    struct rv_flow_source source = rv_source_of_store(&rows);
    RV_AUTO_FREE struct rv_tally *tallies =
        rv_realloc(NULL, (size_t)layout.count + 1, sizeof *tallies);
    if (rv_flow(&source, NULL, tallies, NULL, err) == 0)
        *report = rv_keep_report(&layout, tallies);
    rv_store_source_end(&rows);
    return err->code;
}

static cJSON *
digest(struct rv_store *store)
{
    cJSON *report = NULL;

    must(rv_schema_open(store, err));
    must(rv_store_begin_snapshot(store, err));
    must(digest_inside(&report, store, err));
    rv_store_rollback(store);
    return report;
}

void
keeping_assert_equal(struct rv_store *left, struct rv_store *right)
{
    RV_AUTO_JSON cJSON *a = digest(left);
    RV_AUTO_JSON cJSON *b = digest(right);
    const cJSON *table = NULL;
    int count = 0;

    const cJSON *others = cJSON_GetObjectItemCaseSensitive(b, "tables");
    cJSON_ArrayForEach(table, cJSON_GetObjectItemCaseSensitive(a, "tables"))
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(others, table->string);
        count++;
        if (changes_in_a_copy(table->string))
            continue;
        if (!other || rv_json_int(table, "rows", -1) != rv_json_int(other, "rows", -2) ||
            strcmp(rv_json_string(table, "digest"), rv_json_string(other, "digest")) != 0)
            fail_msg("table %s is not the same", table->string);
    }
    assert_true(count > 50);
}
