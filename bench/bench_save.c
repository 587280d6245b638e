/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows 2 and 3: saving N rows of which a few have changed. The baseline is what
 * ManageIQ's batch saver and most others do: COPY everything into a temporary
 * table, then INSERT ... ON CONFLICT DO UPDATE ... WHERE distinct. Same table, same
 * indexes, same values, one transaction each; PostgreSQL only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "base/mem.h"
#include "inventory/saver.h"
#include "support/support.h"

static const char *const text_columns[] = { "name",       "namespace",       "phase",
                                            "message",    "ipaddress",       "restart_policy",
                                            "dns_policy", "resource_version" };
#define TEXTS 8

struct row {
    char ref[48];
    char texts[TEXTS][48];
};

/* Row i as of a round: from one round to the next, one row in one_in differs. Rounds below one_in.
 */
static void
make_row(struct row *row, int64_t i, int64_t round, int64_t one_in)
{
    int64_t changed = i % one_in >= 1 && i % one_in <= round ? i % one_in : 0;

    snprintf(row->ref, sizeof(row->ref), "00000000-0000-4000-8000-%012llx", (unsigned long long)i);
    snprintf(row->texts[0], 48, "app-%lld", (long long)i);
    snprintf(row->texts[1], 48, "fleet-%lld", (long long)(i % 10));
    snprintf(row->texts[2], 48, "Running");
    snprintf(row->texts[3], 48, "%lld changes", (long long)changed);
    snprintf(row->texts[4], 48, "10.%lld.%lld.%lld", (long long)(i >> 16 & 255),
             (long long)(i >> 8 & 255), (long long)(i & 255));
    snprintf(row->texts[5], 48, "Always");
    snprintf(row->texts[6], 48, "ClusterFirst");
    snprintf(row->texts[7], 48, "%lld", (long long)(100 + changed));
}

static void
emit_all(struct rv_saver *saver, int64_t rows, int64_t round, int64_t one_in)
{
    const struct rv_kind *kind = rv_model_kind("container_group");
    const struct rv_sink *sink = rv_saver_sink(saver);
    rv_value *values = rv_alloc((size_t)kind->column_count * sizeof(*values));
    rv_err err = RV_ERR_INIT;
    struct row row;

    for (int64_t i = 0; i < rows; i++) {
        struct rv_object object = { .kind = kind, .ref = row.ref, .values = values };

        make_row(&row, i, round, one_in);
        values[rv_kind_column(kind, "ems_ref")] = rv_vtext(row.ref);
        for (int t = 0; t < TEXTS; t++)
            values[rv_kind_column(kind, text_columns[t])] = rv_vtext(row.texts[t]);
        if (sink->emit(sink->arg, &object, &err) < 0)
            bench_die("emit", &err);
    }
    free(values);
    if (sink->complete(sink->arg, kind, &err) < 0 || rv_saver_flush(saver, &err) < 0)
        bench_die("save", &err);
}

static void
run_reeve(struct rv_saver *saver, int64_t rows, int64_t round, int64_t one_in, double *took)
{
    static const char *const kinds[] = { "container_group", NULL };
    double begun = bench_now();
    rv_err err = RV_ERR_INIT;

    if (rv_saver_begin_all(saver, kinds, &err) < 0)
        bench_die("begin", &err);
    emit_all(saver, rows, round, one_in);
    *took = bench_now() - begun;
}

static const char upsert_head[] =
    "INSERT INTO container_groups (id, ems_id, ems_ref, name, namespace, phase, message, ipaddress,"
    " restart_policy, dns_policy, resource_version) SELECT id, ems_id, ems_ref, name, namespace, "
    "phase,"
    " message, ipaddress, restart_policy, dns_policy, resource_version FROM incoming"
    " ON CONFLICT (ems_id, ems_ref) DO UPDATE SET name = excluded.name, namespace = "
    "excluded.namespace,"
    " phase = excluded.phase, message = excluded.message, ipaddress = excluded.ipaddress,"
    " restart_policy = excluded.restart_policy, dns_policy = excluded.dns_policy,"
    " resource_version = excluded.resource_version"
    " WHERE (container_groups.name, container_groups.namespace, container_groups.phase,"
    " container_groups.message, container_groups.ipaddress, container_groups.restart_policy,"
    " container_groups.dns_policy) IS DISTINCT FROM (excluded.name, excluded.namespace, "
    "excluded.phase,"
    " excluded.message, excluded.ipaddress, excluded.restart_policy, excluded.dns_policy)";

static void
run_baseline(struct rv_store *store, int64_t ems_id, int64_t rows, int64_t round, int64_t one_in,
             double *took)
{
    static const char *const columns[] = { "id",         "ems_id",          "ems_ref",
                                           "name",       "namespace",       "phase",
                                           "message",    "ipaddress",       "restart_policy",
                                           "dns_policy", "resource_version" };
    const int count = (int)RV_COUNT(columns);
    struct row *made = rv_alloc((size_t)rows * sizeof(*made));
    rv_value *values = rv_alloc((size_t)rows * (size_t)count * sizeof(*values));
    rv_err err = RV_ERR_INIT;
    double begun = bench_now();

    for (int64_t i = 0; i < rows; i++) {
        rv_value *v = values + i * count;

        make_row(&made[i], i, round, one_in);
        v[0] = rv_vint(9000000000000 + i); /* not used where the row is there */
        v[1] = rv_vint(ems_id);
        v[2] = rv_vtext(made[i].ref);
        for (int t = 0; t < TEXTS; t++)
            v[3 + t] = rv_vtext(made[i].texts[t]);
    }
    if (rv_store_begin(store, &err) < 0 ||
        rv_store_script(
            store,
            "CREATE TEMP TABLE incoming (id bigint, ems_id bigint, ems_ref text COLLATE \"C\","
            " name text, namespace text, phase text, message text, ipaddress text,"
            " restart_policy text, dns_policy text, resource_version text) ON COMMIT DROP",
            &err) < 0 ||
        rv_store_insert_rows(store, "incoming", columns, count, values, (size_t)rows, &err) < 0 ||
        rv_store_script(store, upsert_head, &err) < 0 || rv_store_commit(store, &err) < 0)
        bench_die("temporary table and ON CONFLICT", &err);
    *took = bench_now() - begun;
    free(values);
    free(made);
}

/* What the feed rows after this number cost in write-ahead log, by writing them once more: the
 * baseline writes none, so row 3 is shown with and without. */
static double
feed_wal(struct rv_store *store, int64_t after)
{
    rv_value param = rv_vint(after);
    rv_err err = RV_ERR_INIT;
    int64_t wal = bench_wal_bytes(store);

    if (rv_store_exec(store, NULL, "INSERT INTO bench_feed SELECT * FROM changes WHERE number > $1",
                      &param, 1, &err) < 0)
        bench_die("write the feed again", &err);
    return (double)(bench_wal_bytes(store) - wal);
}

int
main(int argc, char **argv)
{
    int64_t rows = bench_option(argc, argv, "rows", 100000),
            runs = bench_option(argc, argv, "runs", 5);
    int64_t one_in = bench_option(argc, argv, "one-in", 100);
    struct bench_series base = { .count = 0 }, ours = { .count = 0 }, base_wal = { .count = 0 },
                        our_wal = { .count = 0 }, idle_wal = { .count = 0 },
                        feedless = { .count = 0 };
    struct rv_test_db db, other_db;
    struct rv_store *store = bench_store(&db), *other = bench_store(&other_db);
    struct rv_saver_config config = { .store = store, .ems_id = 1000000000001 };
    struct rv_saver_config other_config = { .store = other, .ems_id = 1000000000001 };
    struct rv_saver *saver, *filler;
    rv_err err = RV_ERR_INIT;
    double took;

    if (!rv_store_is_postgres(store)) {
        puts("# rows 2 and 3 compare with ON CONFLICT on PostgreSQL: REEVE_TEST_STORE is not "
             "postgres");
        return 2;
    }
    if (rv_saver_open(&saver, &config, &err) < 0 || rv_saver_open(&filler, &other_config, &err) < 0)
        bench_die("open a saver", &err);
    run_reeve(saver, rows, 0, one_in, &took);
    run_reeve(filler, rows, 0, one_in, &took);
    rv_saver_close(filler);
    rv_test_script(store, "CREATE TABLE bench_feed (LIKE changes INCLUDING ALL)");
    for (int64_t i = 1; i <= runs; i++) {
        int64_t wal = bench_wal_bytes(other);

        run_baseline(other, other_config.ems_id, rows, i, one_in, &took);
        bench_add(&base, took);
        bench_add(&base_wal, (double)(bench_wal_bytes(other) - wal));
        int64_t last = rv_test_int(store, "SELECT MAX(number) FROM changes");
        wal = bench_wal_bytes(store);
        run_reeve(saver, rows, i, one_in, &took);
        double bytes = (double)(bench_wal_bytes(store) - wal);
        bench_add(&ours, took);
        bench_add(&our_wal, bytes);
        bench_add(&feedless, bytes - feed_wal(store, last));
        wal = bench_wal_bytes(store);
        run_reeve(saver, rows, i, one_in, &took);
        bench_add(&idle_wal, (double)(bench_wal_bytes(store) - wal));
    }
    bench_row("2 save with 1 in 100 changed", "s", &base, &ours, 0.25);
    bench_row("3 log, 1 in 100 changed, without the feed", "B", &base_wal, &feedless, 0.05);
    bench_row("3 log, 1 in 100 changed, with the feed", "B", &base_wal, &our_wal, 0.05);
    bench_row("3 log, nothing changed", "B", &base_wal, &idle_wal, 0.0001);
    rv_saver_close(saver);
    rv_store_close(store);
    rv_store_close(other);
    rv_test_db_drop(&db);
    rv_test_db_drop(&other_db);
    return bench_all_met() ? 0 : 1;
}
