/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 11: eight writers put the same messages again and again, which must each be there
 * once: rv_queue_put_unless_exists against one INSERT ... ON CONFLICT DO NOTHING on a table with a
 * unique index over what is ready. Nearly all of it finds what is there already. Writers begin
 * at different keys and seldom meet; whether one that does is put twice is looked for apart
 * from the rate, by eight writers that all begin at the same key.
 */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crew.h"

enum { WRITERS = 8 };

struct load {
    int64_t keys, rounds;
    int64_t apart; /* keys between where one writer begins and where the next does */
};

static int64_t
key_of(const struct load *load, int index, int64_t i)
{
    return 1 + (i + index * load->apart) % load->keys;
}

static int64_t
put_reeve(struct rv_store *store, int index, void *arg)
{
    const struct load *load = arg;
    rv_err err = RV_ERR_INIT;
    int64_t put = 0;

    for (int64_t i = 0; i < load->keys * load->rounds; i++) {
        const struct rv_message_spec spec = { .queue_name = "bench",
                                              .class_name = "Bench",
                                              .method_name = "work",
                                              .target_id = key_of(load, index, i) };
        int done = rv_queue_put_unless_exists(store, &spec, NULL, &err);

        if (done < 0)
            bench_die("put unless exists", &err);
        put += done;
    }
    return put;
}

static int64_t
put_bare(struct rv_store *store, int index, void *arg)
{
    static const char sql[] =
        "INSERT INTO bench_queue (id, queue_name, state, priority, class_name, method_name,"
        " target_id, args, msg_timeout, max_attempts, retryable, digest, created_on, updated_on,"
        " generation, attempts) VALUES ($1, 'bench', 'ready', 100, 'Bench', 'work', $2, '{}', 600,"
        " 3, 0, $3, $4, $4, 0, 0) ON CONFLICT (digest) WHERE state = 'ready' DO NOTHING";
    const struct load *load = arg;
    rv_err err = RV_ERR_INIT;
    int64_t put = 0;

    for (int64_t i = 0; i < load->keys * load->rounds; i++) {
        int64_t key = key_of(load, index, i), changed = 0;
        char text[64];
        struct rv_digest digest;

        snprintf(text, sizeof(text), "bench Bench work %lld", (long long)key);
        digest = rv_digest_of(text, strlen(text));
        snprintf(text, sizeof(text), "%016llx%016llx", (unsigned long long)digest.high,
                 (unsigned long long)digest.low);
        const rv_value params[] = { rv_vint(1000000 * index + i), rv_vint(key), rv_vtext(text),
                                    rv_vint(rv_now_ms()) };
        if (rv_store_exec(store, &changed, sql, params, RV_COUNT(params), &err) < 0)
            bench_die("insert", &err);
        put += changed;
    }
    return put;
}

static void
make_bare_table(struct rv_store *store)
{
    rv_test_script(store,
                   "CREATE TABLE bench_queue (id bigint PRIMARY KEY, queue_name text, state text,"
                   " priority bigint, class_name text, method_name text, target_id bigint, args"
                   " text, msg_timeout bigint, max_attempts bigint, retryable bigint, digest text,"
                   " created_on bigint, updated_on bigint, generation bigint, attempts bigint);"
                   "CREATE INDEX bench_queue_ready ON bench_queue (queue_name, priority, id)"
                   " WHERE state = 'ready';"
                   "CREATE UNIQUE INDEX bench_queue_digest ON bench_queue (digest)"
                   " WHERE state = 'ready'");
}

/* Puts a second. Every key must be there; *twice: rows that should not be. */
static double
rate_of(struct rv_store *store, const struct rv_test_db *db, const struct load *load,
        bench_work_fn *work, const char *table, double *twice)
{
    RV_AUTO_FREE char *clear = rv_format("DELETE FROM %s", table);
    RV_AUTO_FREE char *rows = rv_format("SELECT count(*) FROM %s", table);
    RV_AUTO_FREE char *keys = rv_format("SELECT count(DISTINCT target_id) FROM %s", table);
    struct bench_crew crew = {
        .db = db, .count = WRITERS, .work = work, .arg = (void *)(uintptr_t)load
    };
    struct bench_crew_result result;

    rv_test_script(store, clear);
    bench_crew_run(&result, &crew);
    if (rv_test_int(store, keys) != load->keys || rv_test_int(store, rows) != result.done)
        bench_die("each message should be there, and as many as were said to be put", NULL);
    *twice = (double)(result.done - load->keys);
    return (double)(load->keys * load->rounds * WRITERS) / result.seconds;
}

int
main(int argc, char **argv)
{
    struct load load = { .keys = bench_option(argc, argv, "keys", 200, 40),
                         .rounds = bench_option(argc, argv, "rounds", 20, 3) };
    /* For each key that is new, eight come at once. */
    struct load meeting = { .keys = bench_option(argc, argv, "meetings", 1000, 40), .rounds = 1 };
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    struct bench_series bare = { .count = 0 }, reeve = { .count = 0 }, duplicates = { .count = 0 },
                        keys = { .count = 0 };
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);

    load.apart = load.keys / WRITERS;
    make_bare_table(store);
    for (int64_t i = 0; i < runs; i++) {
        double twice, twice_met;

        bench_add(&bare, rate_of(store, &db, &load, put_bare, "bench_queue", &twice));
        bench_add(&reeve, rate_of(store, &db, &load, put_reeve, "miq_queue", &twice));
        rate_of(store, &db, &meeting, put_reeve, "miq_queue", &twice_met);
        bench_add(&duplicates, twice + twice_met);
        bench_add(&keys, (double)(load.keys + meeting.keys));
    }
    bench_print(&(struct bench_result){ 11, "put unless exists, 8 writers / unique index in SQL",
                                        "/s", &bare, &reeve, bench_at_least(0.9) });
    bench_print(&(struct bench_result){ 11, "messages that were put twice, of so many", "", &keys,
                                        &duplicates, bench_at_most(0) });
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
