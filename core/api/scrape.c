/* SPDX-License-Identifier: Apache-2.0
 *
 * The token that Prometheus is given: it does not end, and opens /metrics alone. Its digest is kept
 * beside that of the envelope it was opened from: the supervisor is asked when the setting has
 * changed, not with each request.
 */
#include "api/scrape.h"

#include <string.h>
#include <strings.h>
#include "api/api_internal.h"
#include "api/health.h"
#include "api/login.h"
#include "base/secret.h"
#include "base/text.h"

/* As whose secret guesses are counted; no user has a blank in his id. */
#define GUESSED "the token of /metrics"

static int
learn(struct rv_api *api, const char *place, const char *envelope, rv_err *err)
{
    const struct rv_vault *vault = &api->config.host.vault;
    char of_envelope[65];
    char *token = NULL;

    rv_sha256_hex(of_envelope, envelope, strlen(envelope));
    if (rv_streq(of_envelope, api->scrape.envelope))
        return 0;
    if (vault->open(vault->arg, &token, place, envelope, err) < 0)
        return rv_wrap(err, "open setting 'api.metrics_token'");
    if (token[0])
        rv_sha256_hex(api->scrape.token, token, strlen(token));
    else
        api->scrape.token[0] = '\0';
    rv_wipe(token, strlen(token));
    free(token);
    memcpy(api->scrape.envelope, of_envelope, sizeof(of_envelope));
    return 0;
}

/* 1 when there is a token, whose digest is known then. While the store is away the one that was
 * good before is: Prometheus is to hear of it. */
static int
know_token(struct rv_api *api, rv_err *err)
{
    const struct rv_api_config *config = &api->config;
    const struct rv_settings_scope scope = { config->region_id, config->zone_id,
                                             config->server_id };
    RV_AUTO_FREE char *envelope = NULL;
    RV_AUTO_FREE char *place = NULL;
    int rc = api->blind ? rv_store_answers(api, err)
                        : rv_settings_sealed(&envelope, &place, config->store, &scope,
                                             "api.metrics_token", err);

    if (rc < 0 && api->scrape.token[0]) {
        rv_err_clear(err);
        return 1;
    }
    if (rc == 0)
        api->scrape.token[0] = api->scrape.envelope[0] = '\0';
    if (rc <= 0)
        return rc;
    if (learn(api, place, envelope, err) < 0)
        return err->code;
    return api->scrape.token[0] != '\0';
}

static int
log_in(struct rv_request *req, rv_err *err)
{
    return req->api->blind ? rv_store_answers(req->api, err) : rv_login(req, err);
}

int
rv_scrape_login(struct rv_request *req, rv_err *err)
{
    const char *given = rv_request_header(req, "Authorization");

    if (rv_request_header(req, "X-Auth-Token") || !given || strncasecmp(given, "Bearer ", 7) != 0)
        return log_in(req, err);
    int rc = know_token(req->api, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return log_in(req, err);
    if (rv_login_held_back(req, GUESSED))
        return 1;
    if (rv_sha256_is(req->api->scrape.token, given + 7))
        return 0;
    rv_login_guessed_wrong(req, GUESSED);
    return log_in(req, err);
}
