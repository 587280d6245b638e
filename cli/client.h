/* SPDX-License-Identifier: Apache-2.0
 *
 * The REST client: JSON over HTTP, server-sent events, errors as classes with the server's own
 * words.
 */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "base/json.h"
#include "config.h"
#include "sse.h"

struct cli_client;

int cli_client_open(struct cli_client **out, const struct cli_context *context, rv_err *err);
/* One more connection to the same server, as the same user. */
int cli_client_clone(struct cli_client **out, const struct cli_client *client, rv_err *err);
void cli_client_close(struct cli_client *client); /* NULL allowed */
const char *cli_client_url(const struct cli_client *client);
/* Whether it shows a home's local-token. */
int cli_client_is_local(const struct cli_client *client);
/* Whether somebody took the last request and did not answer it in time. */
int cli_client_met_silence(const struct cli_client *client);
/* Name and password instead of the token, for login. */
void cli_client_basic(struct cli_client *client, const char *user, const char *password);
/* No request may take longer, unless one asked for it in so many words. */
void cli_client_timeout(struct cli_client *client, long ms);
/* --request-timeout. */
void cli_client_request_timeout(struct cli_client *client, long ms);
/* Print each request and its outcome on stderr. */
void cli_client_trace(struct cli_client *client);

/* path begins with "/api". body NULL: none. 2xx: 0, *out (may be NULL) is the caller's, NULL for
 * an empty answer. Else the class, with the server's own message. */
int cli_request(struct cli_client *client, const char *method, const char *path, const cJSON *body,
                cJSON **out, rv_err *err);
int cli_get(struct cli_client *client, const char *path, cJSON **out, rv_err *err);
/* Whatever is answered: the status, with the body in *out, which is of plain text; or a class. */
long cli_get_text(struct cli_client *client, const char *path, rv_buf *out, rv_err *err);
/* The error that an answer with this status and body stands for. */
int cli_answer_error(const char *body, size_t len, long status, rv_err *err);

/* A collection's stream of changes. ready is called when the stream is open and again when it had
 * to start over (its position is gone): time to list. event is called for each change. What they
 * return ends it when it is not 0, and is returned. Dropped connections go on from the last
 * event. */
struct cli_stream {
    int (*ready)(void *arg);
    int (*event)(void *arg, const struct cli_event *event);
    void *arg;
};
int cli_events(struct cli_client *client, const char *path, const struct cli_stream *stream,
               rv_err *err);

struct cli;
/* Lay --ca, --insecure and REEVE_CA over what the context says; warns when nothing is verified. */
int cli_trust(const struct cli *cli, struct cli_context *context, rv_err *err);

/* --home or REEVE_HOME, of commands that know it: lay the home's url and local-token over that. */
int cli_take_home(const struct cli *cli, struct cli_context *context, rv_err *err);

/* Percent-encode; the caller's to free. */
char *cli_escape(const char *text);

#endif
