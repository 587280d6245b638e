/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of requests, and what is answered out of turn.
 */
#include "api/backlog.h"

#include <event2/event.h>
#include <event2/http.h>
#include <string.h>
#include "api/feed.h"
#include "api/health.h"
#include "api/http.h"
#include "api/tokens.h"
#include "base/text.h"

/* A statement that takes so long may never end. */
enum { SILENT_MS = 5000 };

void
rv_backlog_add(struct rv_request *req)
{
    struct rv_request **at = &req->api->waiting;

    while (*at)
        at = &(*at)->next_waiting;
    *at = req;
}

void
rv_backlog_drop(struct rv_api *api)
{
    while (api->waiting) {
        struct rv_request *req = api->waiting;
        api->waiting = req->next_waiting;
        rv_request_free(req);
    }
}

int
rv_api_has_work(const struct rv_api *api)
{
    return api->waiting || api->due;
}

/* Asks first: what is told to streams is told without the loop turning. */
static void
serve_streams(struct rv_api *api)
{
    rv_err ignored = RV_ERR_INIT;
    int due = api->due;

    api->due = 0;
    if (rv_hub_streams(api->hub) && rv_store_answers(api, &ignored) < 0) {
        rv_hub_later(api->hub);
        return;
    }
    if (due & RV_DUE_POLL)
        rv_hub_poll(api->hub);
    if (due & RV_DUE_BEATS)
        rv_hub_beat(api->hub);
}

void
rv_api_work(struct rv_api *api)
{
    int count = 0;

    /* Those that come meanwhile are for the next time: the loop sends answers in between. */
    for (const struct rv_request *req = api->waiting; req; req = req->next_waiting)
        count++;
    rv_tokens_look(api);
    for (; count > 0 && api->waiting; count--) {
        struct rv_request *req = api->waiting;
        api->waiting = req->next_waiting;
        req->next_waiting = NULL;
        int writes = req->method != RV_M_GET;
        rv_http_carry_out(req);
        if (writes) /* a logout, perhaps */
            rv_tokens_forget(api);
    }
    rv_tokens_forget(api);
    if (api->due)
        serve_streams(api);
}

static int
is_path(const struct rv_request *req, const char *path)
{
    const char *uri = evhttp_request_get_uri(req->http);
    size_t len = strlen(path);

    return uri && strncmp(uri, path, len) == 0 && (uri[len] == '\0' || uri[len] == '?');
}

static int
is_answered_now(const struct rv_request *req, int64_t waited_ms)
{
    return is_path(req, "/healthz") ||
           (waited_ms >= SILENT_MS && (is_path(req, "/readyz") || is_path(req, "/metrics")));
}

void
rv_api_turn(struct rv_api *api, int64_t waited_ms)
{
    if (api->telling)
        return;
    event_base_loop(api->config.base, EVLOOP_NONBLOCK);
    api->blind = 1;
    for (struct rv_request **at = &api->waiting; *at;) {
        struct rv_request *req = *at;
        if (!is_answered_now(req, waited_ms)) {
            at = &req->next_waiting;
            continue;
        }
        *at = req->next_waiting;
        req->next_waiting = NULL;
        rv_http_carry_out(req);
    }
    api->blind = 0;
}
