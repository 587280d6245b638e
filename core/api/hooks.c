/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /hooks/NAME: events from outside. No login: a receiver has a secret of its own, which is
 * compared without telling by its time. It is 192 bits that we made ourselves: nobody guesses it,
 * so who shows a wrong one keeps nobody else out. What is refused costs no write but one in ten
 * seconds that counts it.
 */
#define RV_LOG_TOPIC RV_TOPIC_EVENT
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/feed.h"
#include "api/handlers.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "base/secret.h"
#include "base/text.h"
#include "hook/rate.h"
#include "hook/receive.h"

enum { HEADERS_MAX = 32 };

/* The secret of "Authorization: Bearer SECRET"; NULL when there is none. */
static const char *
shown_secret(const struct rv_request *req)
{
    const char *header = rv_request_header(req, "Authorization");

    if (!header || strncasecmp(header, "Bearer ", 7) != 0)
        return NULL;
    header += 7;
    return header + strspn(header, " ");
}

/* Counted in the receiver's row, and said, now and then: an old secret in a sender is found so. */
static void
tell_refused(struct rv_request *req, const struct rv_receiver *receiver, const char *why)
{
    rv_err err = RV_ERR_INIT;
    int64_t count = rv_hook_rate_take_refused(req->api->hook_rates, receiver->id);

    rv_log(RV_WARNING, "requests to an event receiver were refused",
           RV_F("receiver", RV_S(receiver->name)), RV_F("count", RV_I(count)),
           RV_F("reason", RV_S(why)),
           RV_F("hint", RV_S("auth: the sender shows an old secret, or none; 'reevectl hook secret "
                             "NAME' makes a new one")));
    if (rv_receiver_refused(req->api->config.store, receiver->id, count, &err) < 0)
        rv_log_err(RV_WARNING, "what a receiver refused cannot be counted", &err);
}

static void
refuse(struct rv_request *req, const struct rv_receiver *receiver, const char *why)
{
    rv_meter_add(RV_M_HOOK_REFUSED, 1, RV_LABELS(why));
    if (receiver->id && rv_hook_rate_refused(req->api->hook_rates, receiver->id, rv_monotonic_ms()))
        tell_refused(req, receiver, why);
}

/* 0, or 1 when it was answered. A name that there is not is answered as a wrong secret is. */
static int
authenticate(struct rv_request *req, struct rv_receiver *receiver, int found)
{
    const char *secret = shown_secret(req);

    if (secret && rv_sha256_is(receiver->digest, secret) && found && receiver->digest[0])
        return 0;
    refuse(req, receiver, "auth");
    rv_answer_header(req, "WWW-Authenticate", "Bearer realm=\"reeve hooks\"");
    rv_answer_error(req, 401, "there is no such receiver, or this is not its secret",
                    "send Authorization: Bearer SECRET, as 'reevectl hook add' showed it");
    return 1;
}

static void
answer_too_many(struct rv_request *req, int64_t wait_ms, const char *message)
{
    rv_answer_header(req, "Retry-After",
                     rv_arena_format(req->arena, "%" PRId64, (wait_ms + 999) / 1000));
    rv_answer_error(req, 429, message, NULL);
}

static int64_t
rate_of(const struct rv_api *api, const struct rv_receiver *receiver)
{
    return receiver->rate ? receiver->rate : rv_settings_int(api->config.settings, "hooks.rate");
}

/* 0, or 1 when it was answered. */
static int
hold_back(struct rv_request *req, const struct rv_receiver *receiver)
{
    int64_t wait_ms = rv_hook_rate_take(req->api->hook_rates, receiver->id,
                                        rate_of(req->api, receiver), rv_monotonic_ms());

    if (wait_ms == 0)
        return 0;
    refuse(req, receiver, "rate");
    answer_too_many(req, wait_ms, "this receiver was sent more than it takes (hooks.rate)");
    return 1;
}

/* Those of the binary form of a CloudEvent. */
static int
collect_headers(struct rv_request *req, struct rv_hook_header *out, size_t *count, rv_err *err)
{
    struct evkeyvalq *all = req->http ? evhttp_request_get_input_headers(req->http) : NULL;
    struct evkeyval *one;

    *count = 0;
    if (!all)
        return 0;
    TAILQ_FOREACH(one, all, next)
    {
        if (strncasecmp(one->key, "ce-", 3) != 0)
            continue;
        if (*count == HEADERS_MAX)
            return rv_fail(err, RV_E_INVALID, "a CloudEvent has at most %d ce- headers",
                           HEADERS_MAX);
        out[(*count)++] = (struct rv_hook_header){ one->key, one->value };
    }
    return 0;
}

static int
read_events(struct rv_request *req, const struct rv_receiver *receiver, struct rv_hook_events *out,
            rv_err *err)
{
    struct rv_hook_header headers[HEADERS_MAX];
    struct rv_hook_request request = { .format = receiver->format,
                                       .content_type = rv_request_header(req, "Content-Type"),
                                       .headers = headers,
                                       .body = req->body,
                                       .body_len = req->body_len };

    *out = (struct rv_hook_events){ .arena = req->arena };
    if (collect_headers(req, headers, &request.header_count, err) < 0)
        return err->code;
    return rv_hook_read(out, &request, err);
}

static int
status_of(int code)
{
    switch (code) {
    case RV_E_LIMIT:
        return 413;
    case RV_E_UNSUPPORTED:
        return 415;
    default:
        return 400;
    }
}

static int
write_events(struct rv_request *req, const struct rv_receiver *receiver,
             const struct rv_hook_events *events, rv_err *err)
{
    struct rv_api *api = req->api;
    int64_t written = 0;
    int rc =
        rv_hook_receive(api->config.store, receiver, events,
                        rv_hook_rate_take_refused(api->hook_rates, receiver->id),
                        rv_settings_int(api->config.settings, "hooks.backlog_max"), &written, err);

    if (rc == RV_E_RATE_LIMITED) {
        refuse(req, receiver, "backlog");
        answer_too_many(req, err->retry_after_ms, err->text);
        return 0;
    }
    if (rc < 0)
        return rc;
    rv_meter_add(RV_M_HOOK_EVENTS, (uint64_t)events->count, RV_LABELS(receiver->name));
    if (written > 0) {
        api->config.host.wake(api->config.host.arg, "ems");
        rv_api_touched(api);
    }
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    rv_jw_name(&w, "received");
    rv_jw_int(&w, (int64_t)events->count);
    rv_jw_name(&w, "stored");
    rv_jw_int(&w, written);
    rv_jw_end_object(&w);
    return 0;
}

int
rv_post_hook(struct rv_request *req, rv_err *err)
{
    struct rv_receiver receiver = { 0 };
    struct rv_hook_events events;
    int found = rv_receiver_find(&receiver, req->api->config.store, req->segments[1], err);

    if (found < 0)
        return err->code;
    if (authenticate(req, &receiver, found))
        return 0;
    if (!receiver.enabled) {
        refuse(req, &receiver, "disabled");
        rv_answer_error(req, 403, "this receiver is switched off", "reevectl hook enable NAME");
        return 0;
    }
    if (hold_back(req, &receiver))
        return 0;
    if (read_events(req, &receiver, &events, err) < 0) {
        refuse(req, &receiver, "bad");
        rv_answer_error(req, status_of(err->code), err->text, err->hint);
        return 0;
    }
    return write_events(req, &receiver, &events, err);
}

/* The handshake of "HTTP 1.1 Web Hooks for Event Delivery": who asks may send. It says the same for
 * every name. */
int
rv_options_hook(struct rv_request *req, rv_err *err)
{
    const char *origin = rv_request_header(req, "WebHook-Request-Origin");

    (void)err;
    rv_answer_empty(req);
    rv_answer_header(req, "Allow", "OPTIONS, POST");
    if (origin && strlen(origin) <= 255) {
        rv_answer_header(req, "WebHook-Allowed-Origin", "*");
        rv_answer_header(req, "WebHook-Allowed-Rate",
                         rv_arena_format(req->arena, "%" PRId64,
                                         rv_settings_int(req->api->config.settings, "hooks.rate")));
    }
    return 0;
}
