/* SPDX-License-Identifier: Apache-2.0
 *
 * Children. Both ends of one pipe, a process group of its own, and a clock: the
 * report says until when the running callback must be back.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

enum {
    OUTPUT_BYTES = 24 << 10, /* kept of a child's output: half from its beginning, half its end */
    CHECK_LIMIT_MS = 3600 * 1000, /* of a whole check, between callbacks too */
    EXIT_LIMIT_MS = 120 * 1000,
    STACK_BYTES = 64 << 10
};

static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
static struct sigaction before[RV_COUNT(faults)];
static struct report *shared;

/* Notes the signal and lets it do what it would have done: a sanitizer prints its report. */
static void
note_fault(int number)
{
    shared->fault = number;
    for (size_t i = 0; i < RV_COUNT(faults); i++)
        if (faults[i] == number)
            sigaction(number, &before[i], NULL);
    raise(number);
}

static void
note_faults(struct report *report)
{
    static char stack[STACK_BYTES];
    stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) }, old;
    shared = report;
    if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE))
        sigaltstack(&own, NULL);
    struct sigaction action = { .sa_handler = note_fault, .sa_flags = SA_ONSTACK };
    for (size_t i = 0; i < RV_COUNT(faults); i++)
        sigaction(faults[i], &action, &before[i]);
}

static void
set_up(struct report *report, int output, int own_output)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct rlimit no_core = { 0, 0 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    sigaction(SIGPIPE, &ignore, NULL);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    if (!own_output)
        dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    rv_log_setup(RV_LOG_LOGFMT, RV_DEBUG, STDERR_FILENO);
    note_faults(report);
}

/* Keeps the beginning, and of the rest the end. */
static void
keep(rv_buf *output, rv_buf *tail, const char *bytes, size_t len)
{
    size_t room = OUTPUT_BYTES / 2 - output->len, now = len < room ? len : room;
    rv_buf_add(output, bytes, now);
    if (len == now)
        return;
    rv_buf_add(tail, bytes + now, len - now);
    if (tail->len > OUTPUT_BYTES / 2) {
        size_t surplus = tail->len - OUTPUT_BYTES / 2;
        memmove(tail->data, tail->data + surplus, tail->len - surplus + 1);
        tail->len -= surplus;
        tail->failed = 1; /* something in between is gone */
    }
}

/* 1: more may come; 0: the end. */
static int
take_output(int fd, rv_buf *output, rv_buf *tail, int timeout_ms)
{
    char bytes[4096];
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    if (poll(&readable, 1, timeout_ms) <= 0)
        return 1;
    ssize_t len = read(fd, bytes, sizeof(bytes));
    if (len > 0)
        keep(output, tail, bytes, (size_t)len);
    return len > 0 || (len < 0 && (errno == EINTR || errno == EAGAIN));
}

static int
is_overdue(const struct report *report, int64_t started_ms)
{
    int64_t now_ms = rv_monotonic_ms(), until_ms = report->until_ms;
    return (until_ms > 0 && now_ms >= until_ms) || now_ms >= started_ms + CHECK_LIMIT_MS;
}

static void
follow(struct ending *ending, const struct report *report, pid_t pid, int fd)
{
    RV_AUTO_BUF
    rv_buf tail = rv_buf_limited(OUTPUT_BYTES);
    int64_t started_ms = rv_monotonic_ms();
    int open = 1;
    while (waitpid(pid, &ending->status, WNOHANG) == 0) {
        if (open)
            open = take_output(fd, &ending->output, &tail, 20);
        else
            usleep(1000);
        if (!ending->overdue && is_overdue(report, started_ms)) {
            ending->overdue = 1;
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
        }
    }
    /* What it started may hold the pipe open: that is not waited for. */
    kill(-pid, SIGKILL);
    for (int i = 0; open && i < 1024; i++)
        open = take_output(fd, &ending->output, &tail, 0);
    if (tail.failed)
        rv_buf_add_string(&ending->output, "\n[...]\n");
    rv_buf_add(&ending->output, rv_buf_text(&tail), tail.len);
}

int
child_run(struct ending *ending, struct report *report, void (*fn)(void *arg), void *arg,
          int own_output, rv_err *err)
{
    int ends[2];
    *ending = (struct ending){ .output = rv_buf_limited(2 * OUTPUT_BYTES) };
    if (pipe2(ends, O_CLOEXEC) < 0)
        return rv_fail_errno(err, "pipe");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        set_up(report, ends[1], own_output);
        fn(arg);
        report->ended = 1;
        report->until_ms = rv_monotonic_ms() + EXIT_LIMIT_MS;
        exit(0); /* not _exit: leaks are looked for on the way out */
    }
    close(ends[1]);
    if (pid > 0) {
        setpgid(pid, pid);
        follow(ending, report, pid, ends[0]);
    }
    close(ends[0]);
    return pid > 0 ? 0 : rv_fail_errno(err, "fork");
}

void
child_free(struct ending *ending)
{
    rv_buf_free(&ending->output);
}
