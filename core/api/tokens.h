/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of requests that wait side by side are looked up together: one statement a token, one
 * round trip to PostgreSQL, instead of one each. Nothing is remembered for longer than that: a
 * token that was revoked before a request came lets nobody in.
 */
#ifndef RV_API_TOKENS_H
#define RV_API_TOKENS_H

#include "api/request.h"

struct rv_tokens;

struct rv_tokens *rv_tokens_new(void);
void rv_tokens_free(struct rv_tokens *tokens);

/* For all that wait now. What fails is left to each request's own look. */
void rv_tokens_look(struct rv_api *api);
/* What was found for this token, in this turn; or NULL: look for yourself. */
struct rv_token_look *rv_tokens_found(const struct rv_api *api, const char *token);
/* The turn is over. */
void rv_tokens_forget(struct rv_api *api);

#endif
