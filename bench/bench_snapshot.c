/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 9: the queue while a report holds a snapshot open, so that nothing that was deleted since
 * can be taken out of the table and its indexes. At a fixed rate (1,000 messages a second
 * put, four workers taking them) for a minute, against the same before; and at full rate, each
 * worker putting, claiming and ending one message after another, against plain SQL under a
 * snapshot just as old. Windows of two seconds are compared, the last five of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "crew.h"

#define WINDOWS_MOST 200
#define PUT_EACH_US 10000

enum { TAKERS = 4, PUTTERS = 1, LAST_WINDOWS = 5, TOGETHER = 64, IDLE_US = 1000 };

/* Shared by all processes. */
struct meter {
    double begun, window_seconds, until;
    int64_t rate; /* messages a second that are put */
    volatile int64_t put;
    volatile int64_t handled[TAKERS][WINDOWS_MOST];
};

static void
count_some(struct meter *meter, int index, int count)
{
    int window = (int)((bench_now() - meter->begun) / meter->window_seconds);

    if (window >= 0 && window < WINDOWS_MOST)
        meter->handled[index][window] += count;
}

static void
put_some(struct rv_store *store, int64_t count)
{
    const struct rv_message_spec spec = { .class_name = "Bench",
                                          .method_name = "work",
                                          .flags = RV_MESSAGE_AGAIN };
    rv_err err = RV_ERR_INIT;
    int64_t id;

    if (rv_store_reserve_ids(store, count, &err) < 0 || rv_store_begin(store, &err) < 0)
        bench_die("put", &err);
    for (int64_t i = 0; i < count; i++)
        if (rv_queue_put(store, &spec, &id, &err) < 0)
            bench_die("put", &err);
    if (rv_store_commit(store, &err) < 0)
        bench_die("put", &err);
}

/* As many as are due by now, however late we are. */
static int64_t
put_at_rate(struct rv_store *store, struct meter *meter)
{
    double begun = bench_now();
    int64_t put = 0;

    while (bench_now() < meter->until) {
        int64_t due = (int64_t)((bench_now() - begun) * (double)meter->rate) - put;

        if (due > 0)
            put_some(store, due > 100 ? 100 : due);
        put += due > 0 ? due > 100 ? 100 : due : 0;
        usleep(PUT_EACH_US);
    }
    meter->put = put;
    return 0;
}

/* As a worker does that has learnt that these are quick. Returns how many there were. */
static int
take_some(struct rv_store *store, int index, struct rv_floors *floors)
{
    struct rv_taker taker = bench_taker(index, floors);
    struct rv_message *messages[TOGETHER];
    rv_err err = RV_ERR_INIT;
    int found = rv_queue_take_some(store, &taker, TOGETHER, messages, &err);

    if (found < 0 ||
        (found > 0 && rv_queue_done_some(store, messages, found, taker.holder, &err) < 0))
        bench_die("take messages", &err);
    for (int i = 0; i < found; i++)
        rv_message_free(messages[i]);
    return found;
}

static int64_t
work_at_rate(struct rv_store *store, int index, void *arg)
{
    struct meter *meter = arg;
    struct rv_floors floors = { .count = 0 };
    int64_t done = 0;

    if (index >= TAKERS)
        return put_at_rate(store, meter);
    while (bench_now() < meter->until) {
        int found = take_some(store, index, &floors);

        count_some(meter, index, found);
        done += found;
        if (found == 0)
            usleep(IDLE_US);
    }
    return done;
}

static int64_t
cycle_reeve(struct rv_store *store, int index, void *arg)
{
    struct meter *meter = arg;
    struct rv_floors floors = { .count = 0 };
    int64_t done = 0;

    while (bench_now() < meter->until) {
        put_some(store, 1);
        int found = take_some(store, index, &floors);
        count_some(meter, index, found);
        done += found;
    }
    return done;
}

static int64_t
cycle_naive(struct rv_store *store, int index, void *arg)
{
    static const char sql[] =
        "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, args,"
        " msg_timeout, max_attempts, retryable, created_on, updated_on, generation, attempts)"
        " VALUES ($1, 'generic', 'ready', 100, 'Bench', 'work', '{}', 600, 3, FALSE, $2, $2, 0, 0)";
    struct meter *meter = arg;
    struct bench_claim claim;
    rv_err err = RV_ERR_INIT;
    int64_t done = 0;

    for (int64_t i = 0; bench_now() < meter->until; i++) {
        const rv_value params[] = { rv_vint(100000000ll * index + i), rv_vint(rv_now_ms()) };

        if (rv_store_exec(store, NULL, sql, params, 2, &err) < 0)
            bench_die("insert", &err);
        if (bench_claim_skipping(store, index, 1, &claim) == 1) {
            bench_acknowledge(store, &claim);
            count_some(meter, index, 1);
            done++;
        }
    }
    return done;
}

static struct meter *
new_meter(void)
{
    struct meter *meter =
        mmap(NULL, sizeof(*meter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (meter == MAP_FAILED)
        bench_die("mmap", NULL);
    return meter;
}

/* Messages a second in each of the last windows. */
static void
rates_of(struct bench_series *out, const struct meter *meter, double seconds)
{
    int windows = (int)(seconds / meter->window_seconds);

    for (int window = windows - LAST_WINDOWS; window < windows; window++) {
        int64_t handled = 0;

        for (int i = 0; i < TAKERS && window >= 0; i++)
            handled += meter->handled[i][window];
        bench_add(out, (double)handled / meter->window_seconds);
    }
}

struct run {
    struct rv_store *store;
    const struct rv_test_db *db;
    double window_seconds;
    int64_t rate;
};

/* For so long, from a table that is empty and has never been used. */
static void
run_for(struct bench_series *out, const struct run *run, bench_work_fn *work, double seconds)
{
    struct meter *meter = new_meter();
    struct bench_crew crew = { .db = run->db,
                               .count = work == work_at_rate ? TAKERS + PUTTERS : TAKERS,
                               .work = work,
                               .arg = meter };
    struct bench_crew_result result;
    int64_t left;

    rv_test_script(run->store, "TRUNCATE miq_queue");
    *meter = (struct meter){ .begun = bench_now(),
                             .window_seconds = run->window_seconds,
                             .until = bench_now() + seconds,
                             .rate = run->rate };
    bench_crew_run(&result, &crew);
    rates_of(out, meter, seconds);
    left = rv_test_int(run->store, "SELECT count(*) FROM miq_queue");
    if (work == work_at_rate && result.done + left != meter->put)
        bench_die("messages were lost", NULL);
    printf("#   %lld handled in %.0f s, %lld left\n", (long long)result.done, seconds,
           (long long)left);
    munmap(meter, sizeof(*meter));
}

/* A connection that reads, and does not end what it reads. */
static struct rv_store *
hold_snapshot(const struct rv_test_db *db)
{
    struct rv_store *holder = rv_test_store_open(db);

    rv_test_script(holder, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current_snapshot()");
    return holder;
}

int
main(int argc, char **argv)
{
    int64_t hold = bench_option(argc, argv, "hold", 60, 2),
            full = bench_option(argc, argv, "full", 60, 2);
    struct bench_series clean = { .count = 0 }, held = { .count = 0 }, naive = { .count = 0 },
                        reeve = { .count = 0 };
    struct rv_test_db db;
    struct run run = { .store = bench_store(&db),
                       .db = &db,
                       .window_seconds = bench_quick(argc, argv) ? 0.2 : 2,
                       .rate = bench_option(argc, argv, "rate", 1000, 100) };
    struct rv_store *holder;
    char name[96];

    if (!rv_store_is_postgres(run.store))
        bench_die("row 9 needs PostgreSQL: SQLite's readers hold nothing back", NULL);
    run_for(&clean, &run, work_at_rate, 6 * run.window_seconds);
    holder = hold_snapshot(&db);
    run_for(&held, &run, work_at_rate, (double)hold);
    rv_store_close(holder);
    holder = hold_snapshot(&db);
    run_for(&naive, &run, cycle_naive, (double)full);
    run_for(&reeve, &run, cycle_reeve, (double)full);
    rv_store_close(holder);
    snprintf(name, sizeof(name), "%lld messages a second, snapshot held %lld s / none held",
             (long long)run.rate, (long long)hold);
    bench_print(&(struct bench_result){ 9, name, "/s", &clean, &held, bench_at_least(0.8) });
    snprintf(name, sizeof(name), "full rate, snapshot held %lld s / plain SQL", (long long)full);
    bench_print(&(struct bench_result){ 9, name, "/s", &naive, &reeve, bench_at_least(10) });
    rv_store_close(run.store);
    rv_test_db_drop(&db);
    return bench_status();
}
