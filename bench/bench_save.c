/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows 2 and 3: saving N rows of which a few have changed. The baseline is what
 * ManageIQ's batch saver and most others do: COPY everything into a temporary
 * table, then INSERT ... ON CONFLICT DO UPDATE ... WHERE distinct, all of it in one transaction.
 * Reeve is fed the same rows one by one and saves in transactions of at most a thousand changed
 * objects: one at a hundred thousand rows with one in a hundred changed, ten at a million. Same
 * table, same indexes, same values, compared at the end; PostgreSQL only.
 *
 * The log is measured twice: between checkpoints, and with a checkpoint right before each save,
 * after which the first change of a page logs the page whole. The baseline keeps no change feed;
 * what the feed takes of Reeve's log is found by copying the same entries into a twin of its table.
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
#define EMS_ID 1000000000001

enum { BETWEEN, RIGHT_AFTER }; /* checkpoints */

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

/* The entries of the feed after a number, in memory. */
struct entries {
    rv_value *values;
    size_t rows;
    struct rv_arena *texts;
};
static const char *const entry_columns[] = { "kind", "row_id", "ems_id", "op", "columns", "at" };
#define ENTRY_COLUMNS ((int)RV_COUNT(entry_columns))
#define ENTRY_LIST "kind, row_id, ems_id, op, columns, at"
#define ENTRIES_AT_ONCE 1000 /* as the feed's writer does */

static void
read_entries(struct entries *entries, struct rv_store *store, int64_t after)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(after);
    const rv_value *row;
    rv_err err = RV_ERR_INIT;

    *entries = (struct entries){ .texts = rv_arena_new(0) };
    if (rv_store_query(store, &rows,
                       "SELECT " ENTRY_LIST " FROM changes WHERE number > $1 ORDER BY number",
                       &param, 1, &err) < 0)
        bench_die("read the feed", &err);
    while (rv_rows_next(rows, &row, &err) == 1) {
        entries->values = rv_realloc(entries->values, (entries->rows + 1) * (size_t)ENTRY_COLUMNS,
                                     sizeof(rv_value));
        for (int i = 0; i < ENTRY_COLUMNS; i++) {
            rv_value *to = &entries->values[entries->rows * (size_t)ENTRY_COLUMNS + (size_t)i];

            *to = row[i];
            if (row[i].type == RV_TEXT)
                to->v.text = rv_arena_strndup(entries->texts, row[i].v.text, (size_t)row[i].len);
        }
        entries->rows++;
    }
    if (err.code)
        bench_die("read the feed", &err);
}

/* What the entries after this number cost in log: they are copied into a table of the same shape
 * and size, with the same indexes, as many in a transaction. */
static double
feed_wal(struct rv_store *store, int64_t after, int checkpoint)
{
    struct entries entries;
    rv_err err = RV_ERR_INIT;
    int64_t wal;

    read_entries(&entries, store, after);
    if (checkpoint == RIGHT_AFTER)
        rv_test_script(store, "CHECKPOINT");
    wal = bench_wal_begin(store);
    for (size_t done = 0; done < entries.rows; done += ENTRIES_AT_ONCE) {
        size_t left = entries.rows - done;

        if (rv_store_insert_rows(store, "bench_feed", entry_columns, ENTRY_COLUMNS,
                                 entries.values + done * (size_t)ENTRY_COLUMNS,
                                 left < ENTRIES_AT_ONCE ? left : ENTRIES_AT_ONCE, &err) < 0)
            bench_die("write the feed again", &err);
    }
    double bytes = bench_wal_end(store, wal);
    rv_arena_free(entries.texts);
    free(entries.values);
    return bytes;
}

/* One size: both databases, and what was measured. */
struct pair {
    int64_t rows, one_in, round;
    struct rv_test_db db, other_db;
    struct rv_store *store, *other;
    struct rv_saver_config config;
    struct rv_saver *saver;
};

struct figures {
    struct bench_series base_s, our_s, base_wal, our_wal, feed, rest, idle_wal;
    int64_t transactions;
};

static void
open_pair(struct pair *pair)
{
    struct rv_saver_config other;
    struct rv_saver *filler;
    rv_err err = RV_ERR_INIT;
    double took;

    pair->store = bench_store(&pair->db);
    pair->other = bench_store(&pair->other_db);
    if (!rv_store_is_postgres(pair->store)) {
        puts("# rows 2 and 3 compare with ON CONFLICT on PostgreSQL: REEVE_TEST_STORE is not "
             "postgres");
        exit(2);
    }
    pair->config = (struct rv_saver_config){ .store = pair->store, .ems_id = EMS_ID };
    other = (struct rv_saver_config){ .store = pair->other, .ems_id = EMS_ID };
    if (rv_saver_open(&pair->saver, &pair->config, &err) < 0 ||
        rv_saver_open(&filler, &other, &err) < 0)
        bench_die("open a saver", &err);
    run_reeve(pair->saver, pair->rows, 0, pair->one_in, &took);
    run_reeve(filler, pair->rows, 0, pair->one_in, &took);
    rv_saver_close(filler);
    rv_test_script(pair->store, "CREATE TABLE bench_feed (LIKE changes INCLUDING ALL);"
                                "INSERT INTO bench_feed (" ENTRY_LIST ") SELECT " ENTRY_LIST
                                " FROM changes ORDER BY number");
    rv_test_script(pair->store, "ANALYZE");
    rv_test_script(pair->other, "ANALYZE");
    bench_wal_begin_all(pair->store);
}

static void
close_pair(struct pair *pair)
{
    rv_saver_close(pair->saver);
    rv_store_close(pair->store);
    rv_store_close(pair->other);
    rv_test_db_drop(&pair->db);
    rv_test_db_drop(&pair->other_db);
}

/* Rows that a round changes: those whose remainder is its number. */
static int64_t
rows_changed(const struct pair *pair)
{
    return pair->rows / pair->one_in + (pair->rows % pair->one_in > pair->round);
}

static void
save_ours(struct pair *pair, struct figures *f, int checkpoint)
{
    int64_t last = rv_test_int(pair->store, "SELECT MAX(number) FROM changes"), wal;
    struct rv_save_counts counts;
    double took, bytes, feed;

    rv_saver_counts_reset(pair->saver);
    if (checkpoint == RIGHT_AFTER)
        rv_test_script(pair->store, "CHECKPOINT");
    wal = bench_wal_begin(pair->store);
    run_reeve(pair->saver, pair->rows, pair->round, pair->one_in, &took);
    bytes = bench_wal_end(pair->store, wal);
    rv_saver_counts(pair->saver, &counts);
    if (counts.updated != rows_changed(pair))
        bench_die("other rows were saved than had changed", NULL);
    feed = feed_wal(pair->store, last, checkpoint);
    f->transactions = counts.transactions;
    bench_add(&f->our_s, took);
    bench_add(&f->our_wal, bytes);
    bench_add(&f->feed, feed);
    bench_add(&f->rest, bytes - feed);
}

static void
save_theirs(struct pair *pair, struct figures *f, int checkpoint)
{
    double took;
    int64_t wal;

    if (checkpoint == RIGHT_AFTER)
        rv_test_script(pair->other, "CHECKPOINT");
    wal = bench_wal_begin(pair->store);
    run_baseline(pair->other, EMS_ID, pair->rows, pair->round, pair->one_in, &took);
    bench_add(&f->base_s, took);
    bench_add(&f->base_wal, bench_wal_end(pair->store, wal));
}

static void
measure(struct pair *pair, struct figures *f, int64_t runs, int checkpoint)
{
    int64_t place = bench_wal_checkpoint(pair->store);

    for (int64_t i = 0; i < runs; i++) {
        int64_t wal;
        double took;

        pair->round++;
        save_theirs(pair, f, checkpoint);
        save_ours(pair, f, checkpoint);
        wal = bench_wal_begin(pair->store);
        run_reeve(pair->saver, pair->rows, pair->round, pair->one_in, &took);
        bench_add(&f->idle_wal, bench_wal_end(pair->store, wal));
    }
    if (checkpoint == BETWEEN && bench_wal_checkpoint(pair->store) != place)
        puts("# a checkpoint fell between the rounds: what follows it logs whole pages; see "
             "max_wal_size");
}

static void
compare_tables(struct pair *pair)
{
    static const char sql[] =
        "SELECT count(*) || ' rows, ' || sum(hashtextextended(ROW(ems_ref, name, namespace, phase,"
        " message, ipaddress, restart_policy, dns_policy, resource_version)::text, 0)::numeric)"
        " FROM container_groups WHERE deleted_on IS NULL";
    RV_AUTO_FREE char *ours = rv_test_text(pair->store, sql);
    RV_AUTO_FREE char *theirs = rv_test_text(pair->other, sql);

    if (strcmp(ours, theirs) != 0) {
        fprintf(stderr, "bench: Reeve: %s; baseline: %s\n", ours, theirs);
        bench_die("both sides should hold the same rows", NULL);
    }
}

static void
print_rows(const struct pair *pair, const struct figures *f, int checkpoint)
{
    const char *when = checkpoint == BETWEEN ? "between checkpoints" : "after a CHECKPOINT";
    int between = checkpoint == BETWEEN;
    char row[96], total[32], feed[32], rest[32];

    snprintf(row, sizeof(row), "save, 1 in %lld of %lld changed%s", (long long)pair->one_in,
             (long long)pair->rows, between ? "" : ", after a CHECKPOINT");
    bench_print(&(struct bench_result){ 2, row, "s", &f->base_s, &f->our_s,
                                        between ? bench_at_most(0.25) : bench_no_target() });
    snprintf(row, sizeof(row), "its log without the feed, %s", when);
    bench_print(&(struct bench_result){ 3, row, "B", &f->base_wal, &f->rest,
                                        between ? bench_at_most(0.05) : bench_no_target() });
    snprintf(row, sizeof(row), "its log with the feed, %s", when);
    bench_print(
        &(struct bench_result){ 3, row, "B", &f->base_wal, &f->our_wal, bench_no_target() });
    if (between)
        bench_print(&(struct bench_result){ 3, "log when nothing changed", "B", &f->base_wal,
                                            &f->idle_wal, bench_at_most(0) });
    bench_figure(total, bench_quantile(&f->our_wal, 0.5), "B");
    bench_figure(feed, bench_quantile(&f->feed, 0.5), "B");
    bench_figure(rest, bench_quantile(&f->rest, 0.5), "B");
    printf("#   Reeve's log, %s: %s in all, the feed's %s, the rest %s; %lld transactions\n", when,
           total, feed, rest, (long long)f->transactions);
}

static void
run_size(int64_t rows, int64_t runs, int64_t one_in)
{
    struct pair pair = { .rows = rows, .one_in = one_in };

    open_pair(&pair);
    /* The first of each side makes its temporary tables. */
    struct figures first = { .transactions = 0 };
    measure(&pair, &first, 1, BETWEEN);
    printf("#   cold, not in the rows below: baseline %.0f ms, Reeve %.0f ms\n",
           first.base_s.values[0] * 1000, first.our_s.values[0] * 1000);
    for (int checkpoint = BETWEEN; checkpoint <= RIGHT_AFTER; checkpoint++) {
        struct figures figures = { .transactions = 0 };

        measure(&pair, &figures, runs, checkpoint);
        print_rows(&pair, &figures, checkpoint);
    }
    compare_tables(&pair);
    close_pair(&pair);
}

int
main(int argc, char **argv)
{
    int64_t rows = bench_option(argc, argv, "rows", 100000, 5000),
            runs = bench_option(argc, argv, "runs", 5, 1);
    int64_t one_in = bench_option(argc, argv, "one-in", 100, 100);

    if (rows < 1 || runs < 1 || 2 * runs + 1 >= one_in)
        bench_die("each round changes other rows: --one-in must be above 2 x --runs + 1", NULL);
    run_size(rows, runs, one_in);
    if (bench_option(argc, argv, "tenfold", 0, 0))
        run_size(10 * rows, runs, one_in);
    return bench_status();
}
