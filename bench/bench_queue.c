/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows 6 and 7: four workers empty a queue, durably: one message at a time, and a
 * hundred. Row 6 is set against the textbook way (a transaction that looks for the first ready
 * message, locks and marks it; another that deletes it) and against two commits of one row each for
 * every message; row 7 against the same two statements of plain SQL for a hundred, and
 * against row 6. All on the same table with the same indexes; each handles every message once.
 */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "crew.h"

enum { BATCH = 100 };

/* One way to empty the queue. */
struct way {
    bench_work_fn *work;
    int64_t messages;
};

static int64_t
work_naively(struct rv_store *store, int index, void *arg)
{
    struct bench_claim claim;
    int64_t done = 0;

    (void)arg;
    while (bench_claim_naive(store, index, &claim) > 0) {
        bench_acknowledge(store, &claim);
        done++;
    }
    return done;
}

static int64_t
work_skipping(struct rv_store *store, int index, void *arg)
{
    struct bench_claim claim;
    int64_t done = 0;

    (void)arg;
    while (bench_claim_skipping(store, index, 1, &claim) > 0) {
        bench_acknowledge(store, &claim);
        done++;
    }
    return done;
}

static int64_t
work_batches(struct rv_store *store, int index, void *arg)
{
    struct bench_claim claim;
    int64_t done = 0;

    (void)arg;
    while (bench_claim_skipping(store, index, BATCH, &claim) > 0) {
        bench_acknowledge(store, &claim);
        done += claim.count;
    }
    return done;
}

/* Two durable commits for each message, without a queue: a row that comes, and goes. */
static int64_t
work_commits(struct rv_store *store, int index, void *arg)
{
    const struct way *way = arg;
    int64_t share = way->messages / 4;
    rv_err err = RV_ERR_INIT;

    for (int64_t i = 0; i < share; i++) {
        const rv_value id = rv_vint(index * way->messages + i);

        if (rv_store_exec(store, NULL, "INSERT INTO bench_commits (id) VALUES ($1)", &id, 1, &err) <
                0 ||
            rv_store_exec(store, NULL, "DELETE FROM bench_commits WHERE id = $1", &id, 1, &err) < 0)
            bench_die("commit", &err);
    }
    return share;
}

static int64_t
work_reeve(struct rv_store *store, int index, void *arg)
{
    struct rv_floors floors = { .count = 0 };
    struct rv_taker taker = bench_taker(index, &floors);
    struct rv_message *message;
    rv_err err = RV_ERR_INIT;
    int64_t done = 0;

    (void)arg;
    while (rv_queue_take(store, &taker, &message, &err) == 1) {
        if (rv_queue_done(store, message, taker.holder, &err) < 0)
            break;
        rv_message_free(message);
        done++;
    }
    if (err.code)
        bench_die("take a message", &err);
    return done;
}

static int64_t
work_reeve_batches(struct rv_store *store, int index, void *arg)
{
    struct rv_floors floors = { .count = 0 };
    struct rv_taker taker = bench_taker(index, &floors);
    struct rv_message *messages[BATCH];
    rv_err err = RV_ERR_INIT;
    int64_t done = 0;
    int count;

    (void)arg;
    while ((count = rv_queue_take_some(store, &taker, BATCH, messages, &err)) > 0) {
        if (rv_queue_done_some(store, messages, count, taker.holder, &err) < 0)
            break;
        for (int i = 0; i < count; i++)
            rv_message_free(messages[i]);
        done += count;
    }
    if (err.code)
        bench_die("take messages", &err);
    return done;
}

/* Messages a second. */
static double
rate_of(struct rv_store *store, const struct rv_test_db *db, const struct way *way)
{
    struct bench_crew crew = {
        .db = db, .count = 4, .work = way->work, .arg = (void *)(uintptr_t)way
    };
    struct bench_crew_result result;

    bench_backlog(store, way->messages);
    bench_crew_run(&result, &crew);
    if (result.done != way->messages)
        bench_die("each message should have been handled once", NULL);
    if (way->work != work_commits && rv_test_int(store, "SELECT count(*) FROM miq_queue") != 0)
        bench_die("messages were left", NULL);
    return (double)result.done / result.seconds;
}

struct figures {
    struct bench_series naive, skipping, commits, single;
    struct bench_series bare_batch, batch;
};

int
main(int argc, char **argv)
{
    int64_t messages =
                bench_option(argc, argv, "messages", rv_test_is_postgres() ? 3000 : 400, 200),
            many = bench_option(argc, argv, "batched", rv_test_is_postgres() ? 40000 : 10000, 1000),
            runs = bench_option(argc, argv, "runs", 5, 1);
    const struct way naive = { work_naively, messages }, skipping = { work_skipping, messages },
                     commits = { work_commits, messages }, single = { work_reeve, messages },
                     bare_batch = { work_batches, many }, batch = { work_reeve_batches, many };
    struct figures f = { .naive = { .count = 0 } };
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);

    if (messages < 4 || messages % 4)
        bench_die("--messages takes a multiple of 4", NULL);
    rv_test_script(store, "CREATE TABLE bench_commits (id bigint PRIMARY KEY)");
    for (int64_t i = 0; i < runs; i++) {
        bench_add(&f.naive, rate_of(store, &db, &naive));
        bench_add(&f.single, rate_of(store, &db, &single));
        bench_add(&f.commits, rate_of(store, &db, &commits));
        bench_add(&f.skipping, rate_of(store, &db, &skipping));
        bench_add(&f.bare_batch, rate_of(store, &db, &bare_batch));
        bench_add(&f.batch, rate_of(store, &db, &batch));
    }
    bench_print(&(struct bench_result){ 6,
                                        "one message at a time, 4 workers / textbook claim and ack",
                                        "/s", &f.naive, &f.single, bench_at_least(1.5) });
    bench_print(&(struct bench_result){ 6,
                                        "one message at a time, 4 workers / two bare commits each",
                                        "/s", &f.commits, &f.single, bench_at_least(0.9) });
    bench_print(&(struct bench_result){ 6,
                                        "one message at a time, 4 workers / SQL that skips locked",
                                        "/s", &f.skipping, &f.single, bench_no_target() });
    bench_print(&(struct bench_result){ 7, "a hundred at a time, 4 workers / SQL for a hundred",
                                        "/s", &f.bare_batch, &f.batch, bench_at_least(0.9) });
    bench_print(&(struct bench_result){ 7, "a hundred at a time, 4 workers / one at a time", "/s",
                                        &f.single, &f.batch, bench_at_least(15) });
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
