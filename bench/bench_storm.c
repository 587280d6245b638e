/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 16: a provider tells of ten thousand events a second for a minute. Nothing of it is lost; an
 * urgent message begins nearly as soon as before; another provider's events are handled; memory is
 * flat; and the storming provider is asked for a refresh once in events.refresh_window. Beside it:
 * GET of a machine, and how fast bare multi-row inserts of such rows are.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "ledger.h"
#include "load.h"
#include "queue/queue.h"
#include "storm.h"

enum { SAMPLES_MOST = 200000, PAUSE_US = 20000, LOOK_US = 2000, PATIENCE = 60 };

/* What a phase has measured, in seconds. Events come from a child: shared memory. */
struct phase {
    volatile size_t events, messages, gets;
    double event[SAMPLES_MOST], message[SAMPLES_MOST], get[SAMPLES_MOST];
};

struct scene {
    struct bench_reeved reeved;
    struct rv_test_db db;
    struct rv_store *store;
    struct bench_ledger ledger;
    char token[65], header[128], target[64];
    int64_t other_lane;
};

static struct phase *
new_phase(void)
{
    struct phase *phase =
        mmap(NULL, sizeof(*phase), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (phase == MAP_FAILED)
        bench_die("mmap", NULL);
    return phase;
}

/* Events of the other provider's lane that were handled since the last look. */
static void
look(struct phase *phase, struct rv_store *store, int64_t lane, int64_t *last)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(lane), rv_vint(*last) };
    const rv_value *row;
    rv_err err = RV_ERR_INIT;

    if (rv_store_query(store, &rows,
                       "SELECT e.number, e.timestamp FROM event_streams e JOIN event_lanes l"
                       " ON l.id = e.lane_id WHERE e.lane_id = $1 AND e.number > $2"
                       " AND e.number <= l.handled ORDER BY e.number",
                       params, 2, &err) < 0)
        bench_die("read the lane", &err);
    int64_t now_ms = rv_now_ms();
    while (rv_rows_next(rows, &row, &err) == 1) {
        *last = row[0].v.i;
        if (phase->events < SAMPLES_MOST)
            phase->event[phase->events++] = (double)(now_ms - row[1].v.i) / 1000;
    }
}

static pid_t
start_looking(const struct scene *scene, struct phase *phase)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct rv_store *store = rv_test_store_open(&scene->db);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT handled FROM event_lanes WHERE id = %lld", (long long)scene->other_lane);
    int64_t last = rv_test_int(store, sql);
    for (;;) {
        look(phase, store, scene->other_lane, &last);
        usleep(LOOK_US);
    }
}

static void
send_message(struct scene *scene, struct phase *phase)
{
    const struct rv_message_spec spec = { .class_name = "Test",
                                          .method_name = "work",
                                          .priority = RV_PRIORITY_HIGH,
                                          .args = scene->ledger.args };
    struct bench_entry entry;
    int64_t id, begun_us = rv_monotonic_us();
    rv_err err = RV_ERR_INIT;

    if (rv_queue_put(scene->store, &spec, &id, &err) < 0)
        bench_die("put", &err);
    bench_ledger_await(&scene->ledger, &entry, BENCH_BEGIN, id, PATIENCE);
    phase->message[phase->messages++] = (double)(entry.at_us - begun_us) / 1e6;
}

/* The most that the workers had at any look in the second sixth of a phase, and in the last. Not at
 * the first instant, nor at one: SQLite's page caches, a worker's own of 3 MiB, are empty at the
 * beginning of a transaction, and one touches more pages until the tables have grown some. */
struct flatness {
    int64_t early, late;
    double looked_at;
};

static void
look_at_memory(struct flatness *memory, struct rv_store *store, double passed, double seconds)
{
    int is_early = passed >= seconds / 6 && passed < seconds / 3;
    int64_t *most = is_early ? &memory->early : &memory->late;

    if ((!is_early && passed < seconds * 5 / 6) || passed - memory->looked_at < seconds / 120)
        return;
    memory->looked_at = passed;
    int64_t bytes = bench_workers_bytes(store);
    if (bytes > *most)
        *most = bytes;
}

static void
run_phase(struct scene *scene, struct phase *phase, double seconds, struct flatness *memory)
{
    pid_t looking = start_looking(scene, phase);
    double begun = bench_now();
    int fd = bench_load_connect(scene->reeved.port);

    while (bench_now() - begun < seconds && phase->messages < SAMPLES_MOST) {
        send_message(scene, phase);
        double asked = bench_now();
        free(bench_load_get(fd, scene->target, scene->header));
        phase->get[phase->gets++] = bench_now() - asked;
        if (memory)
            look_at_memory(memory, scene->store, bench_now() - begun, seconds);
        usleep(PAUSE_US);
    }
    close(fd);
    kill(looking, SIGKILL);
    waitpid(looking, NULL, 0);
}

static double
p99(double *values, size_t count)
{
    if (count == 0)
        bench_die("nothing was measured", NULL);
    bench_sort(values, count);
    return bench_of_sorted(values, count, 0.99);
}

static int64_t
number_of(struct rv_store *store, const char *format, const char *provider)
{
    RV_AUTO_FREE char *sql =
        rv_format("%s (SELECT id FROM ext_management_systems WHERE name = '%s')", format, provider);
    return rv_test_int(store, sql);
}

/* The provider's own count is in the lane's token: the step after the last that was told. */
static void
nothing_is_lost(struct rv_store *store)
{
    int64_t rows = number_of(
        store, "SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO' AND ems_id =", "storm");
    int64_t steps =
        number_of(store, "SELECT CAST(token AS BIGINT) FROM event_lanes WHERE ems_id =", "storm");
    printf("#   %lld events were told of, %lld are there\n", (long long)steps, (long long)rows);
    if (rows != steps)
        bench_die("events were lost", NULL);
}

/* Rows a second of such events, bare: the same columns and indexes, 500 at a time. */
static double
insert_bare(struct rv_store *store, int64_t rows)
{
    rv_err err = RV_ERR_INIT;
    double begun = bench_now();
    for (int64_t done = 0; done < rows; done += 500) {
        RV_AUTO_FREE char *sql = rv_format(
            "INSERT INTO event_streams (id, event_type, type, source, timestamp, message, ems_id,"
            " ems_ref, chain_id, full_data, vm_or_template_id, vm_name, host_id, target_type,"
            " target_id, username, created_on, lane_id, number) SELECT %lld + n, "
            "'VmPoweredOnEvent',"
            " 'EmsEvent', 'DEMO', 1700000000000 + n, 'vm-' || n || ' is powered on', 1, 'event-' ||"
            " n, n, '{\"step\":' || n || '}', 1000 + n, 'vm-' || n, 500, 'vm', 1000 + n, 'demo',"
            " 1700000000000, 9, %lld + n FROM (WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT"
            " n + 1 FROM s WHERE n < 500) SELECT n FROM s) t",
            500000000000LL + done, (long long)done);
        if (rv_store_exec(store, NULL, sql, NULL, 0, &err) < 0)
            bench_die("insert", &err);
    }
    return (double)rows / (bench_now() - begun);
}

static void
open_scene(struct scene *scene)
{
    static const char *const settings[] = { "server.monitor_poll=100ms",
                                            "workers.priority.poll=10ms", NULL };
    scene->store = bench_store(&scene->db);
    bench_reeved_start(&scene->reeved, &scene->db, settings);
    bench_reeved_token(&scene->reeved, scene->token);
    snprintf(scene->header, sizeof(scene->header), "X-Auth-Token: %s", scene->token);
    bench_ledger_open(&scene->ledger, "");
    bench_await(scene->store, "SELECT COUNT(*) FROM miq_ae_domains", 1, PATIENCE,
                "the shipped domain is not there");
    bench_provider_add(&scene->reeved, scene->token, "other", 20, 50);
    while (number_of(scene->store,
                     "SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO' AND ems_id =",
                     "other") < 20)
        usleep(20000);
    scene->other_lane =
        number_of(scene->store, "SELECT id FROM event_lanes WHERE ems_id =", "other");
    snprintf(scene->target, sizeof(scene->target), "/api/vms/%lld",
             (long long)rv_test_int(scene->store, "SELECT MIN(id) FROM vms"));
}

struct figures {
    struct bench_series event, storm_event, message, storm_message, get, storm_get;
    struct bench_series early, late, bare, rate;
};

static void
run_once(struct figures *f, int64_t rate, double seconds)
{
    static const char *const pause[] = { "provider", "pause", "storm", NULL };
    struct scene scene = { .token = "" };
    struct phase *idle = new_phase(), *storm = new_phase();
    struct flatness memory = { 0 };

    open_scene(&scene);
    run_phase(&scene, idle, seconds / 6 < 1 ? 1 : seconds / 6, NULL);
    bench_provider_add(&scene.reeved, scene.token, "storm", 500, rate);
    int64_t before =
        number_of(scene.store,
                  "SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO' AND ems_id =", "storm");
    double begun = bench_now();
    run_phase(&scene, storm, seconds, &memory);
    int64_t after =
        number_of(scene.store,
                  "SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO' AND ems_id =", "storm");
    bench_add(&f->rate, (double)(after - before) / (bench_now() - begun));
    bench_add(&f->early, (double)memory.early);
    bench_add(&f->late, (double)memory.late);
    bench_reevectl(&scene.reeved, scene.token, pause);
    RV_AUTO_FREE char *telling =
        rv_format("SELECT COUNT(*) FROM miq_workers w JOIN ext_management_systems e ON e.id ="
                  " w.ems_id WHERE w.type = 'event' AND e.name = 'storm'");
    bench_await(scene.store, telling, 0, 60, "the storm goes on");
    bench_await(scene.store, "SELECT CAST(SUM(written - handled) AS BIGINT) FROM event_lanes", 0,
                120, "events were not handled");
    nothing_is_lost(scene.store);
    bench_add(&f->event, p99(idle->event, idle->events));
    bench_add(&f->storm_event, p99(storm->event, storm->events));
    bench_add(&f->message, p99(idle->message, idle->messages));
    bench_add(&f->storm_message, p99(storm->message, storm->messages));
    bench_add(&f->get, p99(idle->get, idle->gets));
    bench_add(&f->storm_get, p99(storm->get, storm->gets));
    bench_ledger_close(&scene.ledger);
    bench_reeved_end(&scene.reeved);
    bench_add(&f->bare, insert_bare(scene.store, rate * (int64_t)seconds / 4));
    rv_store_close(scene.store);
    rv_test_db_drop(&scene.db);
    munmap(idle, sizeof(*idle));
    munmap(storm, sizeof(*storm));
}

int
main(int argc, char **argv)
{
    int64_t runs = bench_option(argc, argv, "runs", 3, 1),
            rate = bench_option(argc, argv, "rate", 10000, 500);
    double seconds = (double)bench_option(argc, argv, "seconds", 60, 2);
    struct figures f = { .rate = { .count = 0 } };

    for (int64_t i = 0; i < runs; i++)
        run_once(&f, rate, seconds);
    bench_print(&(struct bench_result){ 16, "urgent message begun, p99: in a storm / idle", "s",
                                        &f.message, &f.storm_message, bench_at_most(3) });
    bench_print(&(struct bench_result){ 16, "memory of all workers, most: last sixth / second", "B",
                                        &f.early, &f.late, bench_at_most(1.1) });
    bench_print(&(struct bench_result){ 16, "another's event handled, p99: in a storm / idle", "s",
                                        &f.event, &f.storm_event, bench_no_target() });
    bench_print(&(struct bench_result){ 16, "GET of a machine, p99: in a storm / idle", "s", &f.get,
                                        &f.storm_get, bench_no_target() });
    bench_print(&(struct bench_result){ 16, "events stored / rows of a bare insert", "/s", &f.bare,
                                        &f.rate, bench_no_target() });
    return bench_status();
}
