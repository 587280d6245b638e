/* SPDX-License-Identifier: Apache-2.0
 *
 * /healthz (the worker runs), /readyz (it can serve) and /metrics.
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
#include "api/login.h"
#include "api/stats.h"

int
rv_get_healthz(struct rv_request *req, rv_err *err)
{
    (void)err;
    rv_answer_text(req, 200, "ok\n");
    return 0;
}

/* The store answers and our server is in it and serves. */
int
rv_get_readyz(struct rv_request *req, rv_err *err)
{
    const struct rv_api_config *config = &req->api->config;
    rv_value row[1];
    int rc = rv_store_one(config->store, row, 1, "SELECT status FROM miq_servers WHERE id = $1",
                          (rv_value[]){ rv_vint(config->server_id) }, 1, err);

    if (rc < 0)
        return rc;
    if (rc == 0 || row[0].type != RV_TEXT || strcmp(row[0].v.text, "started") != 0 ||
        req->api->draining) {
        rv_answer_header(req, "Retry-After", "1");
        rv_answer_text(req, 503, "not ready: the server has not started\n");
        return 0;
    }
    rv_answer_text(req, 200, "ok\n");
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

int
rv_get_metrics(struct rv_request *req, rv_err *err)
{
    rv_buf *out = &req->answer.body;

    /* From the machine itself anyone may look; names of providers are nobody else's business. */
    if (!is_loopback(req) || rv_request_header(req, "X-Forwarded-For") ||
        rv_request_header(req, "X-Forwarded-Host")) {
        int rc = rv_login(req, err);
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
    return rv_gauges_write(req->api, out, err);
}
