/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting, in slices no longer than the heart's beat. The hooks are re-read in
 * every round, since a hook may change them (a lost supervisor clears its fd).
 * A wait inside a hook is a bare poll: a heart that beats in a beat would never
 * come to an end.
 */
#include "base/wait.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

enum { SMALL_SET = 16 };

static const struct rv_wait_hooks *installed;
static int inside_hook;

static const struct rv_wait_hooks *
hooks_now(void)
{
    return inside_hook ? NULL : installed;
}

static void
beat_once(void)
{
    const struct rv_wait_hooks *hooks = hooks_now();
    if (hooks == NULL || hooks->beat == NULL)
        return;
    inside_hook = 1;
    hooks->beat(hooks->arg);
    inside_hook = 0;
}

static int
check_cancelled(rv_err *err)
{
    const struct rv_wait_hooks *hooks = hooks_now();
    if (hooks == NULL || hooks->cancelled == NULL)
        return 0;
    inside_hook = 1;
    int cancelled = hooks->cancelled(hooks->arg);
    inside_hook = 0;
    return cancelled ? rv_fail(err, RV_E_CANCELLED, "cancelled") : 0;
}

static void
run_ready(void)
{
    const struct rv_wait_hooks *hooks = hooks_now();
    if (hooks == NULL)
        return;
    inside_hook = 1;
    hooks->on_ready(hooks->arg);
    inside_hook = 0;
}

/* How long the next poll may take; -1 for ever. */
static int64_t
next_slice_ms(int64_t left_ms)
{
    const struct rv_wait_hooks *hooks = hooks_now();
    int64_t slice = left_ms;
    if (hooks && hooks->beat_ms > 0 && (slice < 0 || slice > hooks->beat_ms))
        slice = hooks->beat_ms;
    return slice > INT_MAX ? INT_MAX : slice;
}

/* poll(2). Under a fake clock a wait for nothing but time is over at once. */
static int
poll_slice(struct pollfd *set, size_t total, size_t callers, int64_t slice_ms)
{
    int fake = rv_clock_is_fake();
    int asleep = fake && callers == 0 && slice_ms >= 0;
    int ready = poll(set, total, asleep ? 0 : (int)slice_ms);
    if (fake && ready == 0 && slice_ms > 0)
        rv_clock_advance(slice_ms);
    return ready;
}

static int
count_ready(const struct pollfd *set, size_t count)
{
    int ready = 0;
    for (size_t i = 0; i < count; i++)
        ready += set[i].revents != 0;
    return ready;
}

/* One round over the caller's fds and the hook's: as rv_wait, with 0 for "nothing yet". */
static int
wait_slice(struct pollfd *set, size_t count, int64_t slice_ms, rv_err *err)
{
    const struct rv_wait_hooks *hooks = hooks_now();
    int watched = hooks && hooks->fd >= 0 && hooks->on_ready;
    size_t total = count;
    if (watched)
        set[total++] = (struct pollfd){ .fd = hooks->fd, .events = POLLIN };
    int ready = poll_slice(set, total, count, slice_ms);
    if (ready < 0 && errno != EINTR)
        return rv_fail_errno(err, "poll");
    if (ready <= 0) {
        for (size_t i = 0; i < total; i++)
            set[i].revents = 0;
        return 0;
    }
    if (watched && set[count].revents)
        run_ready();
    return count_ready(set, count);
}

static int
wait_in(struct pollfd *set, size_t count, int64_t timeout_ms, rv_err *err)
{
    int64_t start_ms = rv_monotonic_ms();
    for (;;) {
        beat_once();
        int failed = check_cancelled(err);
        if (failed)
            return failed;
        int64_t left_ms = -1;
        if (timeout_ms >= 0) {
            int64_t gone_ms = rv_monotonic_ms() - start_ms;
            left_ms = gone_ms < timeout_ms ? timeout_ms - gone_ms : 0;
        }
        int ready = wait_slice(set, count, next_slice_ms(left_ms), err);
        if (ready)
            return ready;
        if (timeout_ms >= 0 && rv_monotonic_ms() - start_ms >= timeout_ms)
            return check_cancelled(err);
    }
}

void
rv_wait_install(const struct rv_wait_hooks *hooks)
{
    installed = hooks;
}

int
rv_wait(struct pollfd *fds, size_t count, int64_t timeout_ms, rv_err *err)
{
    struct pollfd small[SMALL_SET];
    RV_AUTO_FREE struct pollfd *large = NULL;
    struct pollfd *set = small;
    if (count >= SMALL_SET)
        set = large = rv_realloc(NULL, count + 1, sizeof(*set));
    if (count > 0)
        memcpy(set, fds, count * sizeof(*set));
    int ready = wait_in(set, count, timeout_ms, err);
    for (size_t i = 0; i < count; i++)
        fds[i].revents = ready > 0 ? set[i].revents : 0;
    return ready;
}

int
rv_wait_fd(int fd, short events, int64_t timeout_ms, rv_err *err)
{
    struct pollfd one = { .fd = fd, .events = events };
    return rv_wait(&one, 1, timeout_ms, err);
}

int
rv_sleep(int64_t ms, rv_err *err)
{
    return rv_wait(NULL, 0, ms > 0 ? ms : 0, err);
}

int
rv_wait_poll(rv_err *err)
{
    return rv_wait(NULL, 0, 0, err);
}
