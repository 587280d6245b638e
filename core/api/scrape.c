/* SPDX-License-Identifier: Apache-2.0
 *
 * The token that Prometheus is given: it does not end, and opens /metrics alone.
 */
#include "api/scrape.h"

#include <string.h>
#include <strings.h>
#include "api/api_internal.h"
#include "base/secret.h"
#include "base/text.h"

static int
same(const char *a, const char *b)
{
    char left[65], right[65];

    /* Digests differ in their first bytes: the time of the comparison tells nothing of the text. */
    rv_sha256_hex(left, a, strlen(a));
    rv_sha256_hex(right, b, strlen(b));
    return rv_streq(left, right);
}

int
rv_scrape_token(struct rv_request *req, rv_err *err)
{
    const struct rv_api_config *config = &req->api->config;
    const struct rv_settings_scope scope = { config->region_id, config->zone_id,
                                             config->server_id };
    const char *given = rv_request_header(req, "Authorization");
    char *token = NULL;

    if (!given || strncasecmp(given, "Bearer ", 7) != 0)
        return 0;
    int rc = rv_settings_secret(&token, config->store, &config->host.vault, &scope,
                                "api.metrics_token", err);
    if (rc <= 0)
        return rc;
    rc = same(token, given + 7);
    rv_wipe(token, strlen(token));
    free(token);
    return rc;
}
