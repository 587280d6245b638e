/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes that begin together.
 */
#include "crew.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_SECONDS 60

struct member {
    volatile int ready;
    double begun, ended;
    int64_t done;
};

struct bench_crew_shared {
    volatile int go;
    struct member members[BENCH_CREW_MOST];
};

static void
be_member(struct bench_crew_shared *shared, const struct bench_crew *crew, int index)
{
    struct member *member = &shared->members[index];
    struct rv_store *store;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    store = rv_test_store_open(crew->db);
    if (crew->prepare)
        crew->prepare(store, index, crew->arg);
    member->ready = 1;
    while (!shared->go)
        usleep(200);
    member->begun = bench_now();
    member->done = crew->work(store, index, crew->arg);
    member->ended = bench_now();
    rv_store_close(store);
    _exit(0);
}

static void
await_ready(const struct bench_running *running)
{
    double until = bench_now() + READY_SECONDS;

    for (int i = 0; i < running->count; i++)
        while (!running->shared->members[i].ready) {
            if (bench_now() > until || waitpid(running->pids[i], NULL, WNOHANG) != 0)
                bench_die("a process of the crew could not begin", NULL);
            usleep(200);
        }
}

void
bench_crew_start(struct bench_running *running, const struct bench_crew *crew)
{
    RV_ASSERT(crew->count <= BENCH_CREW_MOST);
    fflush(stdout);
    *running = (struct bench_running){ .count = crew->count };
    running->shared = mmap(NULL, sizeof(*running->shared), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (running->shared == MAP_FAILED)
        bench_die("mmap", NULL);
    for (int i = 0; i < crew->count; i++) {
        running->pids[i] = fork();
        if (running->pids[i] < 0)
            bench_die("fork", NULL);
        if (running->pids[i] == 0)
            be_member(running->shared, crew, i);
    }
    await_ready(running);
    running->shared->go = 1;
}

void
bench_crew_wait(struct bench_running *running, struct bench_crew_result *out)
{
    double begun = 0, ended = 0;

    *out = (struct bench_crew_result){ 0 };
    for (int i = 0; i < running->count; i++) {
        const struct member *member = &running->shared->members[i];
        int status;

        if (waitpid(running->pids[i], &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
            bench_die("a process of the crew has failed", NULL);
        begun = i == 0 || member->begun < begun ? member->begun : begun;
        ended = member->ended > ended ? member->ended : ended;
        out->done += member->done;
    }
    out->seconds = ended - begun;
    munmap(running->shared, sizeof(*running->shared));
}

void
bench_crew_run(struct bench_crew_result *out, const struct bench_crew *crew)
{
    struct bench_running running;

    bench_crew_start(&running, crew);
    bench_crew_wait(&running, out);
}
