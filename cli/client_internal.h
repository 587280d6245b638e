/* SPDX-License-Identifier: Apache-2.0
 *
 * What requests and streams have in common.
 */
#ifndef CLI_CLIENT_INTERNAL_H
#define CLI_CLIENT_INTERNAL_H

#include <curl/curl.h>
#include "client.h"

#define CLI_ERROR_LIMIT (1u << 20) /* bytes of an error's body */

struct cli_client {
    CURL *curl;
    char *url, *token, *user, *password, *ca, *local;
    int insecure;
    char detail[CURL_ERROR_SIZE]; /* curl's words for what went wrong */
    int trace;
    int silent;      /* whoever took the last request said nothing to it */
    long timeout_ms; /* 0: as usual */
    long asked_ms;   /* --request-timeout; 0: none */
};

/* The caller's, by cli_free_headers, which wipes them. */
struct curl_slist *cli_headers_of(const struct cli_client *client, const char *accept);
void cli_add_header(struct curl_slist **headers, const char *name, const char *value);
void cli_free_headers(struct curl_slist *headers);
/* All options of the handle anew. */
void cli_set_up(struct cli_client *client, const char *url, struct curl_slist *headers);
/* What has to do with TLS; 0 when this has not. */
int cli_fail_tls(const struct cli_client *client, CURLcode code, rv_err *err);
int cli_fail_transfer(const struct cli_client *client, CURLcode code, rv_err *err);
/* Say what a transfer that began then has come to, when that is wanted. */
void cli_trace(const struct cli_client *client, const char *method, const char *url,
               int64_t begun_ms);

#endif
