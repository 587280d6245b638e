/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that run beside a test. They end with it, also when it crashes.
 */
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"

#define OUTPUT_MAX_BYTES (16u << 20)
#define STEP_MS 10

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* not base's: a test may have set that */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
pause_ms(int64_t ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

    nanosleep(&pause, NULL);
}

static void
redirect(const char *dir, const char *name, int to)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    if (fd < 0 || dup2(fd, to) < 0)
        _exit(126);
    close(fd);
}

static _Noreturn void
become(const char *dir, const char *const *argv, const char *const *env, pid_t parent)
{
    int null = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0)
        _exit(126);
    redirect(dir, "stdout", STDOUT_FILENO);
    redirect(dir, "stderr", STDERR_FILENO);
    for (; env && *env; env++) {
        RV_AUTO_FREE char *name = rv_strndup(*env, strcspn(*env, "="));
        setenv(name, *env + strlen(name) + 1, 1);
    }
    /* execvp takes pointers to char that it does not write to. */
    char **arguments;
    memcpy(&arguments, &argv, sizeof arguments);
    execvp(arguments[0], arguments);
    dprintf(STDERR_FILENO, "exec %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void
rv_test_start(struct rv_test_process *process, const char *const *argv, const char *const *env)
{
    pid_t parent = getpid();

    *process = (struct rv_test_process){ .dir = rv_test_dir() };
    fflush(NULL);
    process->pid = fork();
    RV_ASSERT(process->pid >= 0);
    if (process->pid == 0)
        become(process->dir, argv, env, parent);
}

static int
has_ended(void *arg)
{
    struct rv_test_process *process = arg;

    if (!process->ended && waitpid(process->pid, &process->status, WNOHANG) == process->pid)
        process->ended = 1;
    return process->ended;
}

int
rv_test_wait(struct rv_test_process *process, int64_t timeout_ms)
{
    return rv_test_until(has_ended, process, timeout_ms);
}

void
rv_test_signal(struct rv_test_process *process, int signal_number)
{
    if (!has_ended(process))
        RV_ASSERT(kill(process->pid, signal_number) == 0);
}

static char *
output(const struct rv_test_process *process, const char *name)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", process->dir, name);
    rv_buf text = rv_buf_limited(OUTPUT_MAX_BYTES);
    rv_err err = RV_ERR_INIT;

    if (access(path, R_OK) == 0) /* it may not have come to open them yet */
        RV_ASSERT(rv_buf_read_file(&text, path, &err) == 0);
    return rv_buf_take_string(&text);
}

char *
rv_test_stdout(const struct rv_test_process *process)
{
    return output(process, "stdout");
}

char *
rv_test_stderr(const struct rv_test_process *process)
{
    return output(process, "stderr");
}

void
rv_test_end(struct rv_test_process *process)
{
    if (process->dir && !has_ended(process)) {
        rv_test_signal(process, SIGTERM);
        if (!rv_test_wait(process, 5000)) {
            rv_test_signal(process, SIGKILL);
            rv_test_wait(process, 5000);
        }
    }
    rv_test_dir_remove(process->dir);
    *process = (struct rv_test_process){ 0 };
}

int
rv_test_run(const char *const *argv, const char *const *env, char **out, char **error_out)
{
    struct rv_test_process process;

    rv_test_start(&process, argv, env);
    if (!rv_test_wait(&process, 60000)) {
        rv_test_signal(&process, SIGKILL);
        rv_test_wait(&process, 5000);
    }
    if (out)
        *out = rv_test_stdout(&process);
    if (error_out)
        *error_out = rv_test_stderr(&process);
    int status = process.status;
    rv_test_end(&process);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
rv_test_until(int (*condition)(void *arg), void *arg, int64_t timeout_ms)
{
    int64_t by_ms = now_ms() + timeout_ms;

    for (;;) {
        if (condition(arg))
            return 1;
        if (now_ms() >= by_ms)
            return 0;
        pause_ms(STEP_MS);
    }
}
