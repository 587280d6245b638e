/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a run apart, as its parent sees it: fork, serve, wait. Between two frames the parent
 * beats its heart and looks whether somebody wants the run to stop.
 */
#include "script/apart_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/frame.h"
#include "base/mem.h"
#include "base/wait.h"

enum { LOOK_MS = 50, GRACE_MS = 1500, DEFAULT_TIME_MS = 30000 };

struct apart {
    const struct rv_script_run *run;
    struct rv_script_result *result;
    pid_t pid;
    int fd;
    rv_frame_reader reader;
    int64_t ends_ms;
    int ended; /* the last frame came */
    int gone;  /* the other end is closed */
};

static void
name_place(char *out, size_t size, const struct rv_ae_method *method)
{
    const struct rv_ae_class *class = method->class;
    snprintf(out, size, "%s%s%s%s%s", class && class->domain ? class->domain->name : "",
             class && class->domain ? "/" : "", class ? class->path : "", class ? "/" : "",
             method->name);
}

static int
take_end(struct apart *apart, const cJSON *frame, rv_err *err)
{
    struct rv_script_result *result = apart->result;
    const char *place = rv_json_string(frame, "place");
    apart->ended = 1;
    result->exit_code = (int32_t)rv_json_int(frame, "exit", 16);
    result->instructions = rv_json_int(frame, "instructions", 0);
    result->memory_peak = (size_t)rv_json_int(frame, "memory", 0);
    snprintf(result->place, sizeof(result->place), "%s", place ? place : "");
    return rv_apart_error(frame, err);
}

static int
take_frame(struct apart *apart, const cJSON *frame, rv_err *err)
{
    const struct rv_script_host *host = apart->run->host;
    const char *word = rv_json_string(frame, "do");
    if (word && strcmp(word, "end") == 0)
        return take_end(apart, frame, err);
    if (word && strcmp(word, "log") == 0) {
        const char *level = rv_json_string(frame, "name"), *text = rv_json_string(frame, "text");
        host->log(host->arg, level ? level : "info", text ? text : "");
        return 0;
    }
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_apart_serve(host, frame, &answer);
    if (rv_json_int(answer, "code", 0) == RV_E_CANCELLED)
        return rv_apart_error(answer, err);
    return rv_frame_send(apart->fd, answer, err);
}

/* All frames that are there; 0 to go on. */
static int
take_frames(struct apart *apart, rv_err *err)
{
    int got, code = 0;
    cJSON *frame = NULL;
    if (rv_frame_fill(&apart->reader, apart->fd, err) < 0) {
        apart->gone = err->code == RV_E_NOT_FOUND;
        return err->code;
    }
    while (!apart->ended && (got = rv_frame_next(&apart->reader, &frame, err)) != 0) {
        code = got < 0 ? got : take_frame(apart, frame, err);
        cJSON_Delete(frame);
        frame = NULL;
        if (code)
            return code;
    }
    return 0;
}

static int
serve(struct apart *apart, rv_err *err)
{
    const struct rv_script_host *host = apart->run->host;
    while (!apart->ended) {
        int ready = rv_wait_fd(apart->fd, POLLIN, LOOK_MS, err);
        if (ready < 0 || (ready > 0 && take_frames(apart, err)))
            return err->code;
        if (host->pulse && host->pulse(host->arg, err))
            return err->code;
        if (rv_monotonic_ms() > apart->ends_ms)
            return rv_fail(err, RV_E_TIMEOUT,
                           "%s: runs past its time in code that cannot be interrupted",
                           apart->result->place);
    }
    return 0;
}

/* How a child ended that did not say so itself. */
static int
explain_death(struct apart *apart, int status, rv_err *err)
{
    const char *place = apart->result->place;
    rv_err_clear(err);
    if (WIFEXITED(status) && WEXITSTATUS(status) == RV_SCRIPT_EXIT_RUNAWAY)
        return rv_fail(err, RV_E_TIMEOUT,
                       "%s: runs past its time in code that cannot be interrupted", place);
    if (WIFSIGNALED(status))
        return rv_fail(err, RV_E_INTERNAL, "%s: its process was ended by signal %d", place,
                       WTERMSIG(status));
    return rv_fail(err, RV_E_INTERNAL, "%s: its process ended without an answer", place);
}

/* Children that have said their last and are on their way out: nobody waits for that. */
static pid_t leaving[8];

static void
reap(int flags)
{
    for (size_t i = 0; i < RV_COUNT(leaving); i++)
        if (leaving[i] && waitpid(leaving[i], NULL, flags) != 0)
            leaving[i] = 0;
}

static int
let_leave(pid_t pid)
{
    for (size_t i = 0; i < RV_COUNT(leaving); i++) {
        if (leaving[i] == 0) {
            leaving[i] = pid;
            return 1;
        }
    }
    return 0;
}

void
rv_script_apart_reap(void)
{
    reap(0);
}

static int
wait_for(struct apart *apart, int code, rv_err *err)
{
    int status = 0;
    reap(WNOHANG);
    if (apart->ended && let_leave(apart->pid))
        return code;
    if (code && !apart->gone && !apart->ended)
        kill(apart->pid, SIGKILL);
    while (waitpid(apart->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (apart->gone && !apart->ended)
        return explain_death(apart, status, err);
    return code;
}

int
rv_script_run_apart(struct rv_script *script, const struct rv_script_run *run,
                    struct rv_script_result *result, rv_err *err)
{
    int pair[2];
    int64_t began_us = rv_monotonic_us();
    int64_t time_ms = run->limits.time_ms ? run->limits.time_ms : DEFAULT_TIME_MS;
    *result = (struct rv_script_result){ .exit_code = 16 };
    name_place(result->place, sizeof(result->place), run->method);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return rv_fail_errno(err, "make a socket for a method");
    pid_t pid = fork();
    if (pid == 0)
        rv_apart_child(script, run, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return rv_fail_errno(err, "start a process for a method");
    }
    struct apart apart = { .run = run,
                           .result = result,
                           .pid = pid,
                           .fd = pair[0],
                           .reader = rv_frame_reader_new(),
                           .ends_ms = rv_monotonic_ms() + time_ms + GRACE_MS };
    int code = wait_for(&apart, serve(&apart, err), err);
    rv_frame_reader_free(&apart.reader);
    close(apart.fd);
    result->took_us = rv_monotonic_us() - began_us;
    if (code == 0)
        result->place[0] = '\0';
    return code;
}
