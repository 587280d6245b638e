/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a transfer. libcurl names its sockets; the wait is the process's, which beats its heart
 * and hears when it is to stop.
 */
#include "transfer.h"

#include <string.h>
#include "base/err.h"

enum { SOCKETS_MAX = 16, WAIT_MS = 1000, CONNECT_MS = 10000, DEFAULT_MS = 30000 };

void
rv_net_prepare(CURL *curl, const struct rv_net_tls *tls, int64_t timeout_ms, char *detail)
{
    long verify = (tls->flags & RV_NET_UNVERIFIED) == 0;
    long whole_ms = timeout_ms > 0 ? (long)timeout_ms : DEFAULT_MS;
    detail[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     whole_ms < CONNECT_MS ? whole_ms : CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, whole_ms);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (tls->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, tls->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

/* The sockets that it waits for; how many. */
static size_t
sockets_of(CURLM *multi, struct pollfd *out)
{
    fd_set in, to, bad;
    int highest = -1;
    size_t count = 0;
    FD_ZERO(&in);
    FD_ZERO(&to);
    FD_ZERO(&bad);
    if (curl_multi_fdset(multi, &in, &to, &bad, &highest) != CURLM_OK)
        return 0;
    for (int fd = 0; fd <= highest && count < SOCKETS_MAX; fd++) {
        short events =
            (short)((FD_ISSET(fd, &in) ? POLLIN : 0) | (FD_ISSET(fd, &to) ? POLLOUT : 0));
        if (events)
            out[count++] = (struct pollfd){ .fd = fd, .events = events };
    }
    return count;
}

static int
wait_once(CURLM *multi, rv_net_wait wait, rv_err *err)
{
    struct pollfd fds[SOCKETS_MAX];
    long timeout_ms = -1;
    size_t count = sockets_of(multi, fds);
    curl_multi_timeout(multi, &timeout_ms);
    if (timeout_ms < 0 || timeout_ms > WAIT_MS)
        timeout_ms = WAIT_MS;
    /* Without a socket (a name is looked up in a thread) it says when to look again. */
    int ready = wait(fds, count, timeout_ms, err);
    return ready < 0 ? ready : 0;
}

int
rv_net_perform(CURL *curl, CURLcode *code, rv_net_wait wait, rv_err *err)
{
    CURLM *multi = curl_multi_init();
    int running = 1, left, rc = 0;
    if (!multi || curl_multi_add_handle(multi, curl) != CURLM_OK)
        rc = rv_fail(err, RV_E_INTERNAL, "libcurl does not begin a transfer");
    while (rc == 0 && running) {
        CURLMcode failed = curl_multi_perform(multi, &running);
        if (failed != CURLM_OK)
            rc = rv_fail(err, RV_E_INTERNAL, "libcurl: %s", curl_multi_strerror(failed));
        else if (running)
            rc = wait_once(multi, wait, err);
    }
    const CURLMsg *message = rc == 0 ? curl_multi_info_read(multi, &left) : NULL;
    if (rc == 0 && !message)
        rc = rv_fail(err, RV_E_INTERNAL, "libcurl ended a transfer without an outcome");
    if (message)
        *code = message->data.result;
    if (multi)
        curl_multi_remove_handle(multi, curl);
    curl_multi_cleanup(multi);
    return rc;
}

int
rv_net_failed(CURLcode code, const char *what, const char *detail, rv_err *err)
{
    int class = RV_E_UNAVAILABLE;
    if (code == CURLE_OPERATION_TIMEDOUT)
        class = RV_E_TIMEOUT;
    else if (code == CURLE_LOGIN_DENIED)
        class = RV_E_AUTH;
    else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED)
        class = RV_E_PERMISSION;
    else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        class = RV_E_INVALID;
    return rv_fail(err, class, "%s: %s", what, detail[0] ? detail : curl_easy_strerror(code));
}

int
rv_net_check_line(const char *what, const char *text, rv_err *err)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
            return rv_fail(err, RV_E_INVALID, "%s has a line end or another control byte in it",
                           what);
    return 0;
}
