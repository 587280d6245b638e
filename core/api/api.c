/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of the API in a worker.
 */
#include "api/api_internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include "api/backlog.h"
#include "api/feed.h"
#include "api/gauges.h"
#include "api/health.h"
#include "api/http.h"
#include "api/job.h"
#include "api/login.h"
#include "api/tokens.h"
#include "hook/rate.h"
#include "base/mem.h"

int
rv_api_open(struct rv_api **out, const struct rv_api_config *config, rv_err *err)
{
    struct rv_api *api = rv_alloc(sizeof(*api));

    api->config = *config;
    api->logins = rv_logins_new();
    api->tokens = rv_tokens_new();
    api->hook_rates = rv_hook_rates_new();
    api->hub = rv_hub_new(api);
    int rc = rv_http_open(api, err);
    if (rc < 0) {
        rv_api_close(api);
        return rv_wrap(err, "open the API");
    }
    *out = api;
    return 0;
}

void
rv_api_drain(struct rv_api *api)
{
    if (api->draining)
        return;
    api->draining = 1;
    rv_http_drain(api);
    rv_hub_drain(api->hub);
}

int
rv_api_idle(const struct rv_api *api)
{
    return api->in_flight == 0;
}

void
rv_api_close(struct rv_api *api)
{
    if (!api)
        return;
    api->draining = 1;
    rv_api_measure_end(api);
    rv_jobs_drop(api);
    rv_backlog_drop(api);
    rv_http_close(api);
    rv_hub_free(api->hub);
    rv_logins_free(api->logins);
    rv_tokens_free(api->tokens);
    rv_hook_rates_free(api->hook_rates);
    rv_gauges_free(api);
    free(api);
}

void
rv_api_changed(struct rv_api *api)
{
    if (api->config.outside)
        api->due |= RV_DUE_POLL;
    else
        rv_hub_poll(api->hub);
}

void
rv_api_touched(struct rv_api *api)
{
    api->config.host.wake(api->config.host.arg, "changes");
    rv_hub_poll(api->hub);
}
