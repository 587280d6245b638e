/* SPDX-License-Identifier: Apache-2.0
 *
 * Bare processes, the floor of rows 19 and 20.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "bench.h"
#include "support/support.h"

#define READY_SECONDS 60

static pid_t
start_one(const char *program, const char *url, const int in[2], const int out[2])
{
    const char *argv[] = { program, url, NULL };
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* None has ended: one that could not even be started would be waited for for ever. */
static void
look_for_dead(const struct bench_bare *bare)
{
    for (int i = 0; i < bare->count; i++)
        if (waitpid(bare->pids[i], NULL, WNOHANG) != 0)
            bench_die("a bare process has ended instead of being ready", NULL);
}

/* Each prints one line of six letters. */
static void
await_ready(const struct bench_bare *bare, int out)
{
    static const char ready[] = "ready\n";
    size_t want = (sizeof(ready) - 1) * (size_t)bare->count;
    double until = bench_now() + READY_SECONDS;
    char letters[64];

    for (size_t seen = 0; seen < want;) {
        struct pollfd fd = { out, POLLIN, 0 };
        ssize_t got = poll(&fd, 1, 50) > 0 ? read(out, letters, sizeof(letters)) : 0;

        for (ssize_t i = 0; i < got; i++)
            if (letters[i] != ready[seen++ % (sizeof(ready) - 1)])
                bench_die("a bare process cannot open the store", NULL);
        if (got <= 0)
            look_for_dead(bare);
        if (bench_now() > until)
            bench_die("a bare process is not ready", NULL);
    }
}

void
bench_bare_start(struct bench_bare *bare, int what, const char *url, int count)
{
    RV_AUTO_FREE char *program =
        rv_format(BENCH_BIN "/bench_bare_%s%s", rv_test_is_postgres() ? "postgres" : "sqlite",
                  what == BENCH_BARE_CURL ? "_curl" : "");
    int in[2], out[2];

    RV_ASSERT(count <= BENCH_BARE_MOST);
    if (access(program, X_OK) != 0)
        bench_die(program, NULL);
    if (pipe(in) < 0 || pipe(out) < 0)
        bench_die("pipe", NULL);
    *bare = (struct bench_bare){ .count = count, .in = in[1] };
    for (int i = 0; i < count; i++)
        if ((bare->pids[i] = start_one(program, url, in, out)) < 0)
            bench_die("fork", NULL);
    close(in[0]);
    close(out[1]);
    await_ready(bare, out[0]);
    close(out[0]);
}

void
bench_bare_stop(struct bench_bare *bare)
{
    close(bare->in);
    for (int i = 0; i < bare->count; i++) {
        int status;

        if (waitpid(bare->pids[i], &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
            bench_die("a bare process has failed", NULL);
    }
}
