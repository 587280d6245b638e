/* SPDX-License-Identifier: Apache-2.0
 *
 * The service manager's protocol is a datagram of lines; libsystemd is not needed for it.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "server/supervisor_internal.h"

enum {
    STATUS_MS = 1000,
    BEATS = 4,            /* of ours within the watchdog's time */
    OLD_ENOUGH_MS = 10000 /* a server worker that has lived so long does not crash in a loop */
};

/* A stop may take as long as server.quiesce_timeout, which the unit does not know; what ends it
 * after TimeoutStopSec is a supervisor that says nothing. */
#define MORE_TIME "EXTEND_TIMEOUT_USEC=15000000"

static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: nobody listens */
static int64_t watchdog_ms;   /* 0: none */
static int64_t beaten_ms, well_ms, status_ms;
static char status[256];

/* A path, or an abstract name that begins with '@'. */
static void
open_socket(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    if (len < 2 || len >= sizeof(manager.sun_path) || (name[0] != '/' && name[0] != '@'))
        return;
    manager.sun_family = AF_UNIX;
    memcpy(manager.sun_path, name, len + 1);
    if (name[0] == '@')
        manager.sun_path[0] = '\0';
    manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
}

static void
open_watchdog(const char *microseconds, const char *pid)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t us = 0, whose = 0;
    if (microseconds == NULL || rv_parse_int(&us, microseconds, &ignored) || us < 1000 ||
        (pid && (rv_parse_int(&whose, pid, &ignored) || whose != getpid())))
        return;
    watchdog_ms = us / 1000;
}

void
rv_notify_open(void)
{
    open_socket(getenv("NOTIFY_SOCKET"));
    open_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void
tell(const char *lines)
{
    if (manager_len == 0)
        return;
    RV_AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&manager,
                         manager_len) < 0)
        rv_log(RV_DEBUG, "the service manager could not be told",
               RV_F("error", RV_S(strerror(errno))));
}

void
rv_notify_ready(const char *url)
{
    RV_AUTO_FREE char *lines = rv_format("READY=1\nSTATUS=serving at %s", url);
    well_ms = beaten_ms = rv_monotonic_ms();
    tell(lines);
}

void
rv_notify_reloading(void)
{
    RV_AUTO_FREE char *lines = rv_format("RELOADING=1\nMONOTONIC_USEC=%" PRId64, rv_monotonic_us());
    tell(lines);
}

void
rv_notify_reloaded(void)
{
    tell("READY=1");
}

void
rv_notify_stopping(void)
{
    status_ms = rv_monotonic_ms();
    tell("STOPPING=1\nSTATUS=stopping\n" MORE_TIME);
}

/* A server worker that crashes as soon as it starts has a heart too, each time anew. */
static void
look_at_heart(struct rv_supervisor *s)
{
    const struct rv_child *server = rv_supervisor_find(s, "server");
    if (server == NULL || server->beat_ms <= well_ms)
        return;
    if (server->ready || server->beat_ms - server->started_ms > OLD_ENOUGH_MS)
        well_ms = server->beat_ms;
}

static void
tell_status(struct rv_supervisor *s, int64_t now_ms)
{
    char text[sizeof(status)];
    int running = 0, wanted = 0, looping = 0, count = 0;
    struct rv_slot **slots = rv_roster_slots(s->roster, &count);
    for (int i = 0; i < count; i++) {
        wanted += slots[i]->wanted;
        running += slots[i]->child != NULL;
        looping += slots[i]->wanted && slots[i]->failures >= RV_LOOP_LIKELY;
    }
    if (!s->announced || now_ms - status_ms < STATUS_MS)
        return;
    status_ms = now_ms;
    int len = snprintf(text, sizeof(text), "serving at %s; %d of %d workers run", s->listening.url,
                       running, wanted);
    if (looping && len > 0 && (size_t)len < sizeof(text))
        snprintf(text + len, sizeof(text) - (size_t)len, "; %d end again and again", looping);
    if (strcmp(text, status) == 0)
        return;
    memcpy(status, text, sizeof(status));
    RV_AUTO_FREE char *line = rv_format("STATUS=%s", status);
    tell(line);
}

static void
ask_for_time(int64_t now_ms)
{
    if (now_ms - status_ms < STATUS_MS)
        return;
    status_ms = now_ms;
    tell(MORE_TIME);
}

void
rv_notify_turn(struct rv_supervisor *s, int64_t now_ms)
{
    if (manager_len == 0)
        return;
    if (s->stop_ms) {
        ask_for_time(now_ms);
        return;
    }
    look_at_heart(s);
    tell_status(s, now_ms);
    if (watchdog_ms == 0 || now_ms - beaten_ms < watchdog_ms / BEATS ||
        now_ms - well_ms > watchdog_ms)
        return;
    beaten_ms = now_ms;
    tell("WATCHDOG=1");
}

int64_t
rv_notify_within(int64_t most_ms)
{
    int64_t beat_ms = watchdog_ms / BEATS;
    return watchdog_ms && beat_ms < most_ms ? (beat_ms > 0 ? beat_ms : 1) : most_ms;
}
