/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker is this program again. It finds its socket (and the listening one) at
 * fixed fds and everything else in the first frame, so that nothing secret is in argv
 * or the environment.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/guid.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "server/privilege.h"
#include "server/protocol.h"

enum { WAKES_ENOUGH_BYTES = 64 << 10, ABOVE_FIXED_FDS = 16 };

static void
take_frames(struct rv_child *child)
{
    rv_err err = RV_ERR_INIT;
    cJSON *frame = NULL;
    int got;
    while ((got = rv_frame_next(&child->in, &frame, &err)) > 0) {
        child->on_frame(child->arg, child, frame);
        rv_json_wipe(frame);
        cJSON_Delete(frame);
    }
    if (got < 0) {
        rv_log(RV_ERROR, "worker broke the protocol", RV_F("worker", RV_S(child->type)),
               RV_F("pid", RV_I(child->pid)), RV_F("error", RV_S(err.text)));
        rv_child_kill(child, "it broke the protocol");
    }
}

/* 1 when more may come, 0 when nothing is there now, -1 at the end. */
static int
read_some(struct rv_child *child)
{
    rv_err err = RV_ERR_INIT;
    int got = child->fd < 0 ? -1 : rv_frame_fill(&child->in, child->fd, &err);
    if (got > 0)
        take_frames(child);
    return got < 0 ? -1 : got;
}

static void
on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct rv_child *child = arg;
    (void)fd;
    (void)events;
    if (read_some(child) < 0) {
        event_del(child->readable);
        child->on_end(child->arg, child);
    }
}

static void
flush(struct rv_child *child)
{
    while (child->out.len > 0) {
        ssize_t sent = send(child->fd, child->out.data, child->out.len, MSG_NOSIGNAL);
        if (sent <= 0) {
            if (sent < 0 && errno == EINTR)
                continue;
            break;
        }
        size_t left = child->out.len - (size_t)sent;
        memmove(child->out.data, child->out.data + sent, left);
        rv_wipe(child->out.data + left, (size_t)sent);
        child->out.len = left;
    }
    if (child->out.len > 0 && child->writable)
        event_add(child->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    flush(arg);
}

/* In the new process, before it becomes a worker. */
static _Noreturn void
become_worker(const struct rv_child_spec *spec, int socket_fd, pid_t supervisor)
{
    char provider[32];
    char program[] = "reeved", option[] = "--worker";
    sigset_t none;
    snprintf(provider, sizeof(provider), "%" PRId64, spec->provider);
    /* The kernel ends us with the supervisor, also when it is killed. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != supervisor)
        _exit(70);
    rv_privilege_worker();
    (void)!nice(spec->nice); /* at worst it is as nice as we are */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int high = fcntl(socket_fd, F_DUPFD_CLOEXEC, ABOVE_FIXED_FDS);
    int listen_high =
        spec->listen_fd < 0 ? -1 : fcntl(spec->listen_fd, F_DUPFD_CLOEXEC, ABOVE_FIXED_FDS);
    int metrics_high =
        spec->metrics_fd < 0 ? -1 : fcntl(spec->metrics_fd, F_DUPFD_CLOEXEC, ABOVE_FIXED_FDS);
    int null = open("/dev/null", O_RDONLY);
    if (high < 0 || null < 0 || dup2(null, 0) < 0 || dup2(high, RV_WORKER_SOCKET) < 0)
        _exit(71);
    close(RV_WORKER_LISTEN);
    if (listen_high >= 0 && dup2(listen_high, RV_WORKER_LISTEN) < 0)
        _exit(72);
    close(RV_WORKER_METRICS);
    if (metrics_high >= 0 && dup2(metrics_high, RV_WORKER_METRICS) < 0)
        _exit(74);
    close_range(RV_WORKER_METRICS + 1, ~0U, 0);
    char *type = rv_strdup(spec->type);
    char *name = spec->name ? rv_strdup(spec->name) : NULL;
    char *argv[] = {
        program, option, type, spec->provider ? provider : NULL, spec->provider ? name : NULL, NULL
    };
    execv("/proc/self/exe", argv);
    _exit(73);
}

static struct rv_child *
new_child(const struct rv_child_spec *spec, pid_t pid, int fd)
{
    struct rv_child *child = rv_alloc(sizeof(*child));
    child->pid = pid;
    child->fd = fd;
    child->in = rv_frame_reader_new();
    child->out = rv_buf_limited(RV_CHILD_OUT_MAX);
    snprintf(child->type, sizeof(child->type), "%s", spec->type);
    rv_guid(child->guid);
    rv_random_hex(child->lend_word, 16);
    child->provider = spec->provider;
    child->started_ms = child->beat_ms = spec->now_ms;
    child->on_frame = spec->on_frame;
    child->on_end = spec->on_end;
    child->arg = spec->arg;
    child->readable = event_new(spec->base, fd, EV_READ | EV_PERSIST, on_readable, child);
    child->writable = event_new(spec->base, fd, EV_WRITE, on_writable, child);
    RV_ASSERT(child->readable && child->writable);
    event_add(child->readable, NULL);
    return child;
}

int
rv_child_start(struct rv_child **out, const struct rv_child_spec *spec, rv_err *err)
{
    int pair[2];
    pid_t supervisor = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return rv_fail_errno(err, "start a %s worker: make a socket", spec->type);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    pid_t pid = fork();
    if (pid == 0)
        become_worker(spec, pair[1], supervisor);
    close(pair[1]);
    if (pid < 0) {
        rv_fail_errno(err, "start a %s worker", spec->type);
        close(pair[0]);
        return err->code;
    }
    *out = new_child(spec, pid, pair[0]);
    return 0;
}

int
rv_child_try_send(struct rv_child *child, const cJSON *message, rv_err *err)
{
    if (child->fd < 0)
        return rv_fail(err, RV_E_NOT_FOUND, "the worker has ended");
    if (rv_frame_append(&child->out, message, err))
        return err->code;
    flush(child);
    return 0;
}

void
rv_child_send(struct rv_child *child, const cJSON *message)
{
    rv_err err = RV_ERR_INIT;
    if (child->fd < 0 || (child->out.len > WAKES_ENOUGH_BYTES && rv_message_is(message, "wake")))
        return;
    if (rv_child_try_send(child, message, &err))
        rv_log(RV_WARNING, "message to a worker dropped", RV_F("worker", RV_S(child->type)),
               RV_F("pid", RV_I(child->pid)), RV_F("error", RV_S(err.text)));
}

void
rv_child_drain(struct rv_child *child)
{
    while (read_some(child) > 0)
        ;
}

void
rv_child_kill(struct rv_child *child, const char *why)
{
    if (!child->ended_by_us)
        snprintf(child->why, sizeof(child->why), "%s", why);
    child->ended_by_us = 1;
    kill(child->pid, SIGKILL);
}

void
rv_child_free(struct rv_child *child)
{
    event_free(child->readable);
    event_free(child->writable);
    if (child->fd >= 0)
        close(child->fd);
    rv_frame_reader_free(&child->in);
    rv_buf_wipe(&child->out);
    cJSON_Delete(child->lent);
    free(child);
}

int64_t
rv_child_memory(const struct rv_child *child)
{
    char path[64], line[128] = "";
    long long size = 0, resident = 0;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)child->pid);
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, line, sizeof(line) - 1) <= 0)
        return 0;
    if (sscanf(line, "%lld %lld", &size, &resident) != 2)
        return 0;
    return (int64_t)resident * sysconf(_SC_PAGESIZE);
}
