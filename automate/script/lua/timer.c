/* SPDX-License-Identifier: Apache-2.0
 *
 * The last lines. While a run is on, an alarm rings each 50 ms. Past the end of its time the alarm
 * makes the hook look at each instruction; a second later the run is in C code that no hook
 * reaches, and the process ends. A run that waits for the host is left alone: the host has limits
 * of its own, and whoever supervises the process.
 */
#include "script/lua/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "base/clock.h"

enum { TICK_MS = 50, GRACE_MS = 1000 };

static struct rv_lua_run *volatile innermost;
static struct sigaction before;
static void (*runaway)(const char *place);
static char place[600];

/* No stdio: this is called from signal handlers. */
const char *
rv_lua_running(void)
{
    const struct rv_lua_run *run = innermost;
    if (!run)
        return "";
    size_t at = 0;
    for (const char *c = run->source + 1; *c && at < sizeof(place) - 24; c++)
        place[at++] = *c;
    char digits[12];
    int count = 0;
    for (unsigned line = run->line > 0 ? (unsigned)run->line : 0; line; line /= 10)
        digits[count++] = (char)('0' + line % 10);
    if (count)
        place[at++] = ':';
    while (count)
        place[at++] = digits[--count];
    place[at] = '\0';
    return place;
}

static void
say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

_Noreturn static void
end_process(struct rv_lua_run *run)
{
    lua_Debug ar;
    /* We are in C, so that the stack of calls stands still. */
    for (int level = 0; level < 32 && !run->closing && lua_getstack(run->L, level, &ar); level++) {
        lua_getinfo(run->L, "Sl", &ar);
        if (ar.currentline > 0) {
            run->line = ar.currentline;
            break;
        }
    }
    const char *where = rv_lua_running();
    if (runaway)
        runaway(where);
    say("reeve: ");
    say(where);
    say(": runs past its time in code that cannot be interrupted; the process ends\n");
    _exit(RV_SCRIPT_EXIT_RUNAWAY);
}

static void
on_alarm(int number)
{
    (void)number;
    struct rv_lua_run *run = innermost;
    if (!run || !run->L)
        return;
    int64_t late = rv_monotonic_ms() - run->budget->ends_ms;
    if (late >= 0 && !run->closing)
        lua_sethook(run->L, rv_lua_hook, LUA_MASKCOUNT, 1);
    if (late >= GRACE_MS && !run->in_host)
        end_process(run);
}

static void
set_timer(int ms)
{
    const struct itimerval every = { .it_interval.tv_usec = ms * 1000,
                                     .it_value.tv_usec = ms * 1000 };
    setitimer(ITIMER_REAL, &every, NULL);
}

struct rv_lua_run *
rv_lua_innermost(void)
{
    return innermost;
}

void
rv_lua_timer_begin(struct rv_lua_run *run)
{
    innermost = run;
    if (run->outer)
        return;
    struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, &before);
    set_timer(TICK_MS);
}

void
rv_lua_timer_end(struct rv_lua_run *run)
{
    innermost = run->outer;
    if (run->outer)
        return;
    set_timer(0);
    sigaction(SIGALRM, &before, NULL);
}

void
rv_lua_on_runaway(void (*fn)(const char *place))
{
    runaway = fn;
}
