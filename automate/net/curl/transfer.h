/* SPDX-License-Identifier: Apache-2.0
 *
 * One transfer of libcurl, from its start to its end, in the process's own way of waiting.
 */
#ifndef RV_NET_TRANSFER_H
#define RV_NET_TRANSFER_H

#include <curl/curl.h>
#include "net/module.h"

struct rv_net_tls {
    const char *ca_file;
    int flags; /* RV_NET_UNVERIFIED */
};

/* What every transfer has: no proxy, no netrc, no signals, these certificates, this much time.
 * detail, of CURL_ERROR_SIZE bytes, gets libcurl's words. */
void rv_net_prepare(CURL *curl, const struct rv_net_tls *tls, int64_t timeout_ms, char *detail);
/* Runs it. 0 with *code its outcome, or CANCELLED and INTERNAL. */
int rv_net_perform(CURL *curl, CURLcode *code, rv_net_wait wait, rv_err *err);
/* An outcome that is none as an error: "WHAT: words". */
int rv_net_failed(CURLcode code, const char *what, const char *detail, rv_err *err);
/* INVALID when a text that stands in a line of a protocol has a line end or a control byte in it.
 */
int rv_net_check_line(const char *what, const char *text, rv_err *err);

int rv_net_curl_http(const struct rv_net_request *request, struct rv_net_response *response,
                     rv_net_wait wait, rv_err *err);
int rv_net_curl_mail(const struct rv_net_server *server, const struct rv_net_mail *mail,
                     rv_net_wait wait, rv_err *err);

#endif
