/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of one stream: opened at a position, ended by the server every few minutes,
 * opened again where it was. Failures of one collection do not touch the others.
 */
#include "follow.h"

#include <stdio.h>
#include <string.h>

/* After so many failures in a row a collection gets a warning on the provider. */
#define WARN_AFTER 3
/* The first pause of a collection that is refused, and after how many its list is tried instead. */
#define FIRST_REFUSED_MS ((int64_t)2000)
#define LIST_AFTER_REFUSALS 3
/* A stream that ended cleanly before this was not served in earnest. */
#define SHORT_LIFE_MS 1000
/* Even a quiet collection gets a bookmark a minute. A stream that lived longer than this without
 * a line stands at a version that is still to come: the cluster was restored from a backup. */
#define SILENT_LIFE_MS (150 * 1000)

static int64_t
now_ms(const struct kube_watch *watch)
{
    return reeve_monotonic_ms(watch->work.call);
}

/* xorshift: only spreads the ends of the streams. */
static uint64_t
random_below(struct kube_watch *watch, uint64_t bound)
{
    uint64_t x = watch->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    watch->random = x;
    return bound ? x % bound : 0;
}

int
kube_follow_open(struct kube_watch *watch, struct kube_follow *f)
{
    struct reeve_call *call = watch->work.call;
    uint64_t mark = reeve_alloc_mark(call);
    int64_t limit_s = watch->work.conn->watch_timeout_ms / 1000;
    const char *version = reeve_url_escape(call, f->version);
    const char *path;
    int rc = REEVE_E_LIMIT;

    limit_s += (int64_t)random_below(watch, (uint64_t)limit_s + 1);
    path = version ? reeve_format(call,
                                  "%s/%s?watch=1&allowWatchBookmarks=true&resourceVersion=%s"
                                  "&timeoutSeconds=%lld",
                                  f->what->api, f->what->name, version, (long long)limit_s)
                   : NULL;
    if (path)
        rc = reeve_http_stream_open(call, watch->work.conn->streams, path, 0, f, &f->stream);
    reeve_alloc_release(call, mark);
    f->opened_at_ms = now_ms(watch);
    f->lines = 0;
    return rc;
}

void
kube_follow_close(struct kube_follow *f)
{
    reeve_http_stream_close(f->stream);
    f->stream = NULL;
}

/* The position is too old: close, and list at the next turn. */
static void
restart(struct kube_watch *watch, struct kube_follow *f)
{
    reeve_log(watch->work.call, REEVE_LOG_INFO, "the position of %s is too old: listing it again",
              f->what->name);
    kube_follow_close(f);
    f->must_list = 1;
    f->due_at_ms = now_ms(watch);
}

static void
forget_failures(struct kube_follow *f)
{
    f->auth_failures = 0;
    f->error_class = 0;
    reeve_backoff_reset(&f->backoff);
}

int
kube_follow_works(struct kube_watch *watch, struct kube_follow *f)
{
    forget_failures(f);
    f->refused = 0;
    if (!f->warned)
        return 0;
    f->warned = 0;
    return reeve_warn(watch->work.inv, f->what->name, NULL);
}

static int
is_ours(int error_class)
{
    return error_class == REEVE_E_CANCELLED || error_class == REEVE_E_INTERNAL;
}

/* 403 and 404 usually last, so the pauses grow to minutes; but an API server that has just started
 * says them too, before it has read its roles. */
static void
plan_refused(struct kube_watch *watch, struct kube_follow *f)
{
    int64_t longest_ms = watch->work.conn->retry_refused_ms;
    int64_t pause_ms = f->refused < 10 ? FIRST_REFUSED_MS << f->refused : longest_ms;

    f->refused++;
    f->due_at_ms = now_ms(watch) + (pause_ms < longest_ms ? pause_ms : longest_ms);
}

static int
note_refusal(struct kube_watch *watch, struct kube_follow *f, int error_class)
{
    plan_refused(watch, f);
    f->error_class = error_class;
    reeve_backoff_reset(&f->backoff);
    /* What may be listed and not watched is listed now and then. */
    f->must_list |= f->refused > LIST_AFTER_REFUSALS;
    if (f->warned)
        return 0;
    f->warned = 1;
    return kube_warn_refused(&watch->work, f->what, error_class);
}

static int
warn_of_failure(struct kube_watch *watch, struct kube_follow *f)
{
    char text[600];

    if (f->backoff.failures != WARN_AFTER)
        return 0;
    f->warned = 1;
    snprintf(text, sizeof(text), "cannot be followed: %s", f->error);
    return reeve_warn(watch->work.inv, f->what->name, text);
}

int
kube_follow_failed(struct kube_watch *watch, struct kube_follow *f, int error_class,
                   int64_t retry_after_ms)
{
    struct reeve_call *call = watch->work.call;

    kube_follow_close(f);
    if (is_ours(error_class) || now_ms(watch) >= reeve_deadline_ms(call))
        return error_class;
    snprintf(f->error, sizeof(f->error), "%s", reeve_fail_text(call));
    if (error_class == REEVE_E_GONE) {
        reeve_fail_clear(call);
        restart(watch, f);
        return 0;
    }
    if (error_class == REEVE_E_AUTH && ++f->auth_failures > 1)
        return reeve_wrap(call, error_class, "watch %s", f->what->name);
    reeve_fail_clear(call);
    if (error_class == REEVE_E_PERMISSION || error_class == REEVE_E_NOT_FOUND)
        return note_refusal(watch, f, error_class);
    f->error_class = error_class;
    f->due_at_ms = now_ms(watch) + reeve_backoff_next(&f->backoff, retry_after_ms);
    reeve_log(call, REEVE_LOG_DEBUG, "watch %s: %s; trying again in %lld ms", f->what->name,
              f->error, (long long)(f->due_at_ms - now_ms(watch)));
    return warn_of_failure(watch, f);
}

int
kube_follow_ended(struct kube_watch *watch, struct kube_follow *f,
                  const struct reeve_http_next *next)
{
    int64_t lived_ms = now_ms(watch) - f->opened_at_ms;

    if (next->error_class)
        return kube_follow_failed(watch, f, next->error_class, next->retry_after_ms);
    kube_follow_close(f);
    if (!f->lines && lived_ms > SILENT_LIFE_MS) {
        restart(watch, f);
        return 0;
    }
    f->due_at_ms = now_ms(watch) + (lived_ms < SHORT_LIFE_MS ? SHORT_LIFE_MS : 0);
    return kube_follow_works(watch, f);
}

/* List one collection; *host_failed as in kube_listing. 0 also when it is refused. */
static int
list_collection(struct kube_watch *watch, struct kube_follow *f, int *host_failed)
{
    struct kube_listing listing;
    int rc;

    kube_follow_close(f);
    rc = kube_list(&watch->work, f->what, &listing);
    *host_failed = listing.host_failed;
    f->must_list = rc || listing.refused;
    if (rc)
        return rc;
    f->warned = listing.refused;
    if (listing.refused) {
        plan_refused(watch, f);
        return 0;
    }
    f->due_at_ms = now_ms(watch);
    memcpy(f->version, listing.version, sizeof(f->version));
    return 0;
}

/* The others of its kind: what one collection lacks the other may have. *at is the one that
 * failed. */
static int
list_siblings(struct kube_watch *watch, const struct kube_follow *f, struct kube_follow **at,
              int *host_failed)
{
    int refused = 0;

    for (int i = 0; i < watch->count; i++) {
        struct kube_follow *other = &watch->follows[i];
        int rc;

        if (other == f || strcmp(other->what->kind, f->what->kind) != 0)
            continue;
        *at = other;
        rc = list_collection(watch, other, host_failed);
        if (rc)
            return rc;
        refused |= other->must_list;
    }
    if (refused)
        return 0;
    *host_failed = 1;
    return reeve_complete(watch->work.inv, f->what->kind);
}

static int
store_positions(struct kube_watch *watch, const char *kind)
{
    for (int i = 0; i < watch->count; i++) {
        struct kube_follow *f = &watch->follows[i];
        int rc;

        if (strcmp(f->what->kind, kind) != 0 || f->must_list)
            continue;
        forget_failures(f);
        rc = reeve_checkpoint(watch->work.inv, f->what->name, f->version);
        if (rc)
            return rc;
    }
    return 0;
}

int
kube_follow_list(struct kube_watch *watch, struct kube_follow *f)
{
    struct kube_follow *at = f;
    int host_failed = 1, rc = reeve_begin(watch->work.inv, f->what->kind);

    kube_image_cache_clear(&watch->work.conn->images);
    if (!rc)
        rc = list_collection(watch, f, &host_failed);
    if (!rc && f->must_list)
        return 0;
    if (!rc)
        rc = list_siblings(watch, f, &at, &host_failed);
    if (!rc)
        return store_positions(watch, f->what->kind);
    return host_failed ? rc : kube_follow_failed(watch, at, rc, 0);
}
