/* SPDX-License-Identifier: Apache-2.0
 *
 * /healthz (the worker runs), /readyz (it can serve, and what it is told can be written down) and
 * /metrics. None of them waits for a store that does not answer.
 */
#include <arpa/inet.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/feed.h"
#include "api/gauges.h"
#include "api/handlers.h"
#include "api/health.h"
#include "api/login.h"
#include "api/stats.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    PATIENCE_MS = 2000, /* of whoever only asks whether the store is there */
    BEATS = 3,          /* so many heartbeats may be missed */
    SPARE_MS = 2000
};

int
rv_get_healthz(struct rv_request *req, rv_err *err)
{
    (void)err;
    rv_answer_text(req, 200, "ok\n");
    return 0;
}

int
rv_store_answers(struct rv_api *api, rv_err *err)
{
    rv_value row[1];

    if (api->blind)
        return rv_fail(err, RV_E_UNAVAILABLE, "the database does not answer");
    rv_store_patience(api->config.store, PATIENCE_MS);
    int rc = rv_store_one(api->config.store, row, 1, "SELECT 1", NULL, 0, err);
    rv_store_patience(api->config.store, 0);
    return rc < 0 ? rc : 0;
}

/* Heartbeats are writes: one that is late says that nothing can be written, or that nobody does. */
static int
check_heartbeat(const struct rv_api *api, const rv_value *heartbeat, rv_err *err)
{
    const struct rv_settings *settings = api->config.settings;
    int64_t limit_ms = BEATS * rv_settings_heartbeat_ms(settings) +
                       rv_settings_int(settings, "server.monitor_poll") + SPARE_MS;
    int64_t age_ms = heartbeat->type == RV_INT ? rv_now_ms() - heartbeat->v.i : 0;

    if (age_ms <= limit_ms)
        return 0;
    rv_fail(err, RV_E_UNAVAILABLE, "the server has written no heartbeat for %" PRId64 " s",
            age_ms / 1000);
    return rv_hint(err, "is the disk full, or the database read-only? The log says more");
}

/* In our own words: the database's may name hosts and users, and anybody may ask. */
static int
fail_silent(rv_err *err)
{
    rv_log_err(RV_DEBUG, "not ready", err);
    rv_err_clear(err);
    return rv_fail(err, RV_E_UNAVAILABLE, "the database does not answer");
}

/* The store answers and takes writes, and our server is in it and serves. */
static int
check_ready(struct rv_api *api, rv_err *err)
{
    rv_value row[2];

    if (rv_store_answers(api, err) < 0)
        return fail_silent(err);
    int rc = rv_store_one(api->config.store, row, 2,
                          "SELECT status, last_heartbeat FROM miq_servers WHERE id = $1",
                          (rv_value[]){ rv_vint(api->config.server_id) }, 1, err);
    if (rc < 0)
        return fail_silent(err);
    if (rc == 0 || row[0].type != RV_TEXT || strcmp(row[0].v.text, "started") != 0)
        return rv_fail(err, RV_E_UNAVAILABLE, "the server has not started");
    if (api->draining)
        return rv_fail(err, RV_E_UNAVAILABLE, "the server is going down");
    return check_heartbeat(api, &row[1], err);
}

int
rv_get_readyz(struct rv_request *req, rv_err *err)
{
    rv_err why = RV_ERR_INIT;
    const char *text;

    (void)err;
    if (check_ready(req->api, &why) == 0) {
        rv_answer_text(req, 200, "ok\n");
        return 0;
    }
    text = rv_arena_format(req->arena, "not ready: %s%s%s\n", why.text, why.hint[0] ? "; " : "",
                           why.hint);
    rv_answer_header(req, "Retry-After", "1");
    rv_answer_text(req, 503, text);
    return 0;
}

static int
is_loopback(const struct rv_request *req)
{
    char *address = NULL;
    ev_uint16_t port;

    if (!req->http || !evhttp_request_get_connection(req->http))
        return 0;
    evhttp_connection_get_peer(evhttp_request_get_connection(req->http), &address, &port);
    return address && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0);
}

static void
write_process(const struct rv_request *req, rv_buf *out)
{
    int64_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");

    if (statm) {
        if (fscanf(statm, "%*d %" SCNd64, &pages) != 1)
            pages = 0;
        fclose(statm);
    }
    rv_buf_addf(out,
                "# HELP process_resident_memory_bytes Resident memory of this API worker.\n"
                "# TYPE process_resident_memory_bytes gauge\n"
                "process_resident_memory_bytes %" PRId64 "\n",
                pages * sysconf(_SC_PAGESIZE));
    rv_buf_addf(out,
                "# HELP reeve_api_streams Open event streams of this API worker.\n"
                "# TYPE reeve_api_streams gauge\nreeve_api_streams %d\n",
                rv_hub_streams(req->api->hub));
    rv_buf_addf(out,
                "# HELP reeve_store_statements_total Statements that this API worker ran.\n"
                "# TYPE reeve_store_statements_total counter\n"
                "reeve_store_statements_total %" PRId64 "\n",
                rv_store_statements(req->api->config.store));
}

/* 1 when the store was asked, or has been a moment ago, and answered. */
static int
count_gauges(struct rv_api *api)
{
    rv_err err = RV_ERR_INIT;

    if (rv_store_answers(api, &err) == 0 && rv_gauges_count(api, &err) == 0)
        return 1;
    if (!api->blind)
        rv_log_err(RV_DEBUG, "nothing could be counted for /metrics", &err);
    return 0;
}

static void
write_store(struct rv_api *api, rv_buf *out)
{
    int up = count_gauges(api);

    rv_buf_addf(out,
                "# HELP reeve_store_up 1 when the database answers this API worker.\n"
                "# TYPE reeve_store_up gauge\nreeve_store_up %d\n",
                up);
    rv_gauges_write(api, out);
}

int
rv_get_metrics(struct rv_request *req, rv_err *err)
{
    rv_buf *out = &req->answer.body;

    /* From the machine itself anyone may look; names of providers are nobody else's business. */
    if (!is_loopback(req) || rv_request_header(req, "X-Forwarded-For") ||
        rv_request_header(req, "X-Forwarded-Host")) {
        int rc = req->api->blind ? rv_store_answers(req->api, err) : rv_login(req, err);
        if (rc != 0)
            return rc < 0 ? rc : 0;
    }
    rv_answer_text(req, 200, "");
    req->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    rv_buf_addf(out,
                "# HELP reeve_info What runs here.\n# TYPE reeve_info gauge\n"
                "reeve_info{version=\"%s\"} 1\n",
                req->api->config.version);
    rv_stats_write(req->api->stats, out);
    write_process(req, out);
    write_store(req->api, out);
    return 0;
}
