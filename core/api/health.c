/* SPDX-License-Identifier: Apache-2.0
 *
 * /healthz (the worker runs), /readyz (it can serve, and what it is told can be written down) and
 * /metrics. None of them waits for a store that does not answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/conn.h"
#include "api/feed.h"
#include "api/gauges.h"
#include "api/handlers.h"
#include "api/health.h"
#include "api/local.h"
#include "api/login.h"
#include "api/scrape.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"

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
fail_silent(const struct rv_api *api, rv_err *err)
{
    rv_log_err(RV_DEBUG, "not ready", err);
    return rv_fail_silent(api, err);
}

/* The store answers and takes writes, and our server is in it and serves. */
static int
check_ready(struct rv_api *api, rv_err *err)
{
    rv_value row[2];

    if (rv_store_answers(api, err) < 0)
        return fail_silent(api, err);
    int rc = rv_store_one(api->config.store, row, 2,
                          "SELECT status, last_heartbeat FROM miq_servers WHERE id = $1",
                          (rv_value[]){ rv_vint(api->config.server_id) }, 1, err);
    if (rc < 0)
        return fail_silent(api, err);
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

/* Of this process, which may be one of several that serve the API. */
void
rv_api_measure(struct rv_api *api)
{
    char worker[16];

    snprintf(worker, sizeof(worker), "%d", api->config.index);
    rv_meter_set(RV_M_HTTP_CONNECTIONS, rv_conns_count(api->conns), RV_LABELS(worker));
    rv_meter_set(RV_M_HTTP_STREAMS, rv_hub_streams(api->hub), RV_LABELS(worker));
}

void
rv_api_measure_end(const struct rv_api *api)
{
    char worker[16];

    snprintf(worker, sizeof(worker), "%d", api->config.index);
    rv_meter_forget(RV_M_HTTP_CONNECTIONS, RV_LABELS(worker));
    rv_meter_forget(RV_M_HTTP_STREAMS, RV_LABELS(worker));
}

static int64_t
resident_bytes(void)
{
    int64_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");

    if (statm) {
        if (fscanf(statm, "%*d %" SCNd64, &pages) != 1)
            pages = 0;
        fclose(statm);
    }
    return pages * sysconf(_SC_PAGESIZE);
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

/* What this process alone knows. */
static void
write_own(const struct rv_api *api, rv_buf *out, enum rv_meter meter, int store_up)
{
    int64_t age_ms = rv_gauges_age_ms(api);

    if (meter == RV_M_BUILD)
        rv_meter_write_sample(out, meter, RV_LABELS(api->config.version), 1);
    else if (meter == RV_M_PROCESS_RESIDENT)
        rv_meter_write_sample(out, meter, RV_NO_LABELS, (double)resident_bytes());
    else if (meter == RV_M_STORE_UP)
        rv_meter_write_sample(out, meter, RV_NO_LABELS, store_up);
    else if (meter == RV_M_STORE_AGE && age_ms >= 0)
        rv_meter_write_sample(out, meter, RV_NO_LABELS, (double)age_ms / 1000);
}

/* Every series is named, also when there is nothing to tell of it: who looks for one finds what it
 * means. */
static void
write_metrics(struct rv_api *api, rv_buf *out)
{
    int store_up = count_gauges(api);

    rv_api_measure(api);
    for (int meter = 0; meter < RV_METERS; meter++) {
        rv_meter_write_head(out, (enum rv_meter)meter);
        rv_meter_write_cells(out, (enum rv_meter)meter);
        rv_gauges_write(api, out, (enum rv_meter)meter);
        write_own(api, out, (enum rv_meter)meter, store_up);
    }
}

int
rv_get_metrics(struct rv_request *req, rv_err *err)
{
    /* From the machine itself anyone may look; names of providers are nobody else's business. */
    int rc = rv_local_machine(req) ? 0 : rv_scrape_login(req, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rv_answer_text(req, 200, "");
    req->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    write_metrics(req->api, &req->answer.body);
    return 0;
}
