/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows all collections at once, in one blocking loop: one stream each, all waited for
 * together. A collection without a position is listed first. The loop ends when the host says so,
 * when the credentials are refused, or when no collection at all can be reached: the host then
 * shows the error and calls again.
 */
#include "provider.h"

#include <string.h>

#include "follow.h"

/* So many failures of every stream in a row mean that the cluster is gone, not one request. */
#define GIVE_UP_AFTER 3
#define LONGEST_WAIT_MS (60 * 1000)

static void
begin_follows(struct kube_watch *watch)
{
    watch->count = kube_collection_count;
    for (int i = 0; i < watch->count; i++) {
        struct kube_follow *f = &watch->follows[i];
        const char *token;

        f->what = &kube_collections[i];
        token = reeve_token(watch->work.inv, f->what->name);
        f->must_list = !kube_is_version(token);
        if (!f->must_list)
            memcpy(f->version, token, strlen(token) + 1);
    }
}

static void
close_follows(struct kube_watch *watch)
{
    for (int i = 0; i < watch->count; i++)
        kube_follow_close(&watch->follows[i]);
}

/* An open stream that did not fail by now is served, even if nothing was said yet. */
static int
is_settled(const struct kube_watch *watch, const struct kube_follow *f)
{
    int64_t open_ms = reeve_monotonic_ms(watch->work.call) - f->opened_at_ms;

    return f->stream && open_ms > watch->work.conn->connect_timeout_ms + 2000;
}

/* When nothing can be reached, the oldest reason. */
static int
check_reach(struct kube_watch *watch)
{
    const struct kube_follow *worst = NULL;

    for (int i = 0; i < watch->count; i++) {
        const struct kube_follow *f = &watch->follows[i];

        if (f->refused && !f->stream)
            continue;
        if (f->backoff.failures < GIVE_UP_AFTER || is_settled(watch, f))
            return 0;
        if (!worst || f->backoff.failures > worst->backoff.failures)
            worst = f;
    }
    if (!worst)
        return 0; /* everything is refused: warnings say so */
    return reeve_fail(watch->work.call, worst->error_class, "watch: %s", worst->error);
}

static int
tend(struct kube_watch *watch, struct kube_follow *f)
{
    int rc;

    if (f->must_list) {
        rc = kube_follow_list(watch, f);
        if (rc || f->must_list || f->stream)
            return rc;
    }
    rc = kube_follow_open(watch, f);
    return rc ? kube_follow_failed(watch, f, rc, 0) : 0;
}

/* Opens what is due; *wait_ms is the time until the next is. */
static int
tend_all(struct kube_watch *watch, int64_t *wait_ms)
{
    struct reeve_call *call = watch->work.call;

    *wait_ms = LONGEST_WAIT_MS;
    for (int i = 0; i < watch->count; i++) {
        struct kube_follow *f = &watch->follows[i];
        int64_t left_ms = f->due_at_ms - reeve_monotonic_ms(call);
        int rc = f->stream || left_ms > 0 ? 0 : tend(watch, f);

        if (rc)
            return rc;
        left_ms = f->due_at_ms - reeve_monotonic_ms(call);
        if (!f->stream && left_ms < *wait_ms)
            *wait_ms = left_ms > 0 ? left_ms : 0;
    }
    return check_reach(watch);
}

static int
any_open(const struct kube_watch *watch)
{
    for (int i = 0; i < watch->count; i++) {
        if (watch->follows[i].stream)
            return 1;
    }
    return 0;
}

/* One thing that happens, or the time until something is due. */
static int
step(struct kube_watch *watch, int64_t wait_ms)
{
    struct reeve_call *call = watch->work.call;
    struct reeve_http_next next;
    struct kube_follow *f;
    int rc;

    if (!any_open(watch))
        return reeve_sleep(call, wait_ms);
    rc = reeve_http_next(call, watch->work.conn->streams, wait_ms, &next);
    if (rc || next.what == REEVE_STREAM_IDLE)
        return rc;
    f = (struct kube_follow *)next.tag;
    return next.what == REEVE_STREAM_LINE ? kube_follow_notice(watch, f, next.line, next.len)
                                          : kube_follow_ended(watch, f, &next);
}

int
kube_watch(struct reeve_call *call, void *arg, struct reeve_inventory *inv)
{
    struct kube_watch *watch = (struct kube_watch *)reeve_alloc(call, sizeof(*watch));
    int64_t wait_ms;
    int rc;

    if (!watch)
        return REEVE_E_LIMIT;
    watch->work =
        (struct kube_work){ .call = call, .conn = (struct kube_connection *)arg, .inv = inv };
    watch->map = (struct kube_map){ .call = call, .inv = inv };
    watch->random = (uint64_t)reeve_now_ms(call) * 2654435761u + 1;
    rc = kube_version(call, watch->work.conn, NULL);
    if (rc)
        return rc;
    begin_follows(watch);
    do {
        rc = tend_all(watch, &wait_ms);
        if (!rc)
            rc = step(watch, wait_ms);
    } while (!rc);
    close_follows(watch);
    return rc;
}
