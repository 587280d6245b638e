/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks belong to a turn of the backlog, not to requests: one of those may be answered, and gone,
 * while the store is waited for.
 */
#include "api/tokens.h"

#include <stdlib.h>
#include "api/api_internal.h"
#include "base/clock.h"
#include "base/text.h"

enum {
    LOOKS_MOST = 64,
    FRESH_MS = 100 /* what waited for longer behind another request is looked up anew */
};

struct rv_tokens {
    struct rv_token_look looks[LOOKS_MOST];
    size_t count; /* of those that were found */
    int64_t looked_ms;
};

struct rv_tokens *
rv_tokens_new(void)
{
    return rv_alloc(sizeof(struct rv_tokens));
}

void
rv_tokens_free(struct rv_tokens *tokens)
{
    free(tokens);
}

static struct rv_token_look *
find(struct rv_tokens *tokens, size_t count, const char *digest)
{
    for (size_t i = 0; i < count; i++)
        if (rv_streq(tokens->looks[i].digest, digest))
            return &tokens->looks[i];
    return NULL;
}

/* How many there are then. */
static size_t
add(struct rv_tokens *tokens, size_t count, const struct rv_request *req)
{
    const char *token = rv_request_header(req, "X-Auth-Token");
    struct rv_token_look *look = &tokens->looks[count];

    if (!token || count == LOOKS_MOST || !rv_auth_digest(look->digest, token))
        return count;
    look->token_id = 0;
    return find(tokens, count, look->digest) ? count : count + 1;
}

void
rv_tokens_look(struct rv_api *api)
{
    struct rv_tokens *tokens = api->tokens;
    rv_err ignored = RV_ERR_INIT;
    size_t count = 0;

    if (!api->waiting || !api->waiting->next_waiting)
        return;
    for (const struct rv_request *req = api->waiting; req; req = req->next_waiting)
        count = add(tokens, count, req);
    /* Probes may be answered while we wait: nothing is found before all of it is. */
    if (count > 0 && rv_auth_tokens_look(api->config.store, tokens->looks, count, &ignored) == 0)
        tokens->count = count;
    tokens->looked_ms = rv_monotonic_ms();
}

struct rv_token_look *
rv_tokens_found(const struct rv_api *api, const char *token)
{
    char digest[RV_TOKEN_SIZE];

    if (api->tokens->count == 0 || rv_monotonic_ms() - api->tokens->looked_ms > FRESH_MS ||
        !rv_auth_digest(digest, token))
        return NULL;
    return find(api->tokens, api->tokens->count, digest);
}

void
rv_tokens_forget(struct rv_api *api)
{
    api->tokens->count = 0;
}
