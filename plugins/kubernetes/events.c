/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows the cluster's events with one stream: from the stored position, or from now. A position
 * that is too old has the events listed that are still there (the API server keeps them for an
 * hour); those that were stored already the host knows by their refs.
 */
#include "events.h"

#include <string.h>

#include "follow.h"

/* A stream that ended cleanly before this was not served in earnest. */
#define SHORT_LIFE_MS 1000
/* Bookmarks come once a minute: a longer silence means a position that is still to come. */
#define SILENT_LIFE_MS (150 * 1000)

/* The same events twice; the second for clusters, or accounts, without the first. */
const struct kube_collection kube_event_views[] = {
    { "events", "/apis/events.k8s.io/v1", "event_stream", kube_map_event },
    { "events", "/api/v1", "event_stream", kube_map_event },
};
enum { VIEWS = sizeof(kube_event_views) / sizeof(kube_event_views[0]) };

struct events {
    struct kube_work work;
    struct kube_map map;
    struct reeve_event_sink *sink;
    const struct kube_collection *view;
    char version[KUBE_VERSION_BYTES];
    int must_list; /* the position is not known, or too old */
    int tell;      /* what is listed happened since we last looked */
    int lines;     /* of the open stream */
    int refused;   /* views in a row */
};

static int
not_allowed(struct reeve_call *call)
{
    reeve_fail(call, REEVE_E_PERMISSION, "not allowed to read events");
    reeve_hint(call, "give the account list and watch on events of events.k8s.io; or set the "
                     "option events to false");
    return REEVE_E_PERMISSION;
}

/* The other view, once. */
static int
next_view(struct events *e)
{
    if (++e->refused >= VIEWS)
        return not_allowed(e->work.call);
    reeve_fail_clear(e->work.call);
    e->view = &kube_event_views[(e->view - kube_event_views + 1) % VIEWS];
    return 0;
}

static int
is_refusal(int error_class)
{
    return error_class == REEVE_E_PERMISSION || error_class == REEVE_E_NOT_FOUND;
}

/* What is told while listing has no position of its own: pages come in the order of names. */
static int
list(struct events *e)
{
    struct kube_listing listing;
    int rc;

    e->map.sink = e->tell ? e->sink : NULL;
    e->map.token = NULL;
    rc = kube_list_with(&e->work, e->view, &e->map, &listing);
    e->map.sink = e->sink;
    if (rc)
        return rc;
    if (listing.refused)
        return next_view(e);
    e->refused = 0;
    e->must_list = 0;
    e->tell = 1;
    memcpy(e->version, listing.version, sizeof(e->version));
    return reeve_event_position(e->sink, e->version);
}

static int
open_stream(struct events *e, struct reeve_http_stream **out)
{
    struct reeve_call *call = e->work.call;
    uint64_t mark = reeve_alloc_mark(call);
    const char *version = reeve_url_escape(call, e->version);
    const char *path =
        version ? reeve_format(call,
                               "%s/events?watch=1&allowWatchBookmarks=true&resourceVersion=%s"
                               "&timeoutSeconds=%lld",
                               e->view->api, version,
                               (long long)(e->work.conn->watch_timeout_ms / 1000))
                : NULL;
    int rc =
        path ? reeve_http_stream_open(call, e->work.conn->streams, path, 0, e, out) : REEVE_E_LIMIT;

    reeve_alloc_release(call, mark);
    e->lines = 0;
    return rc;
}

/* It ended cleanly, which each does after a while. */
static int
ended(struct events *e, int64_t lived_ms)
{
    if (e->lines == 0 && lived_ms > SILENT_LIFE_MS)
        e->must_list = 1;
    return lived_ms < SHORT_LIFE_MS ? reeve_sleep(e->work.call, SHORT_LIFE_MS) : 0;
}

static int
read_stream(struct events *e, int64_t opened_ms)
{
    struct reeve_call *call = e->work.call;
    struct reeve_http_next next;
    int rc = 0;

    while (!rc) {
        rc = reeve_http_next(call, e->work.conn->streams, -1, &next);
        if (rc || next.what == REEVE_STREAM_IDLE)
            continue;
        if (next.what == REEVE_STREAM_END) {
            rc = next.error_class ? next.error_class
                                  : ended(e, reeve_monotonic_ms(call) - opened_ms);
            if (next.error_class)
                reeve_fail_status(call, next.status, next.retry_after_ms);
            return rc;
        }
        e->refused = 0;
        e->lines++;
        rc = kube_event_notice(&e->work, &e->map, next.line, next.len, e->version);
    }
    return rc;
}

static int
follow(struct events *e)
{
    struct reeve_http_stream *stream = NULL;
    int64_t opened_ms = reeve_monotonic_ms(e->work.call);
    int rc = open_stream(e, &stream);

    if (!rc)
        rc = read_stream(e, opened_ms);
    reeve_http_stream_close(stream);
    if (is_refusal(rc))
        return next_view(e);
    if (rc != REEVE_E_GONE)
        return rc;
    reeve_log(e->work.call, REEVE_LOG_INFO, "the position of events is too old: listing them");
    reeve_fail_clear(e->work.call);
    e->must_list = 1;
    return 0;
}

int
kube_watch_events(struct reeve_call *call, void *conn, const char *token,
                  struct reeve_event_sink *sink)
{
    struct events e = { .sink = sink, .view = kube_event_views, .tell = token != NULL };
    int rc = 0;

    e.work = (struct kube_work){ .call = call, .conn = (struct kube_connection *)conn };
    e.map = (struct kube_map){ .call = call, .sink = sink, .all_events = e.work.conn->all_events };
    e.must_list = !kube_is_version(token);
    if (!e.must_list)
        memcpy(e.version, token, strlen(token) + 1);
    while (!rc)
        rc = e.must_list ? list(&e) : follow(&e);
    return reeve_wrap(call, rc, "watch events");
}
