/* SPDX-License-Identifier: Apache-2.0
 *
 * What went wrong, in words for the person who has to put it right. libcurl's
 * code says which layer failed; where that is too coarse (TLS above all), the
 * text in its error buffer tells the cases apart.
 */
#include "http_internal.h"

#include <ctype.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

int
rv_sdk_http_status_class(int32_t status)
{
    switch (status) {
    case 401:
        return REEVE_E_AUTH;
    case 403:
        return REEVE_E_PERMISSION;
    case 404:
        return REEVE_E_NOT_FOUND;
    case 409:
        return REEVE_E_CONFLICT;
    case 410:
        return REEVE_E_GONE;
    case 408:
    case 504:
        return REEVE_E_TIMEOUT;
    case 429:
        return REEVE_E_RATE_LIMITED;
    default:
        break;
    }
    if (status >= 200 && status <= 299)
        return 0;
    if (status >= 500 && status <= 599)
        return REEVE_E_UNAVAILABLE;
    return status >= 400 && status <= 499 ? REEVE_E_INVALID : REEVE_E_PROTOCOL;
}

/* libcurl's texts begin with a capital and may end with a full stop or line end. A name such as
 * "OpenSSL" keeps its capital. */
static const char *
in_house_style(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && (text[len - 1] == '.' || isspace((unsigned char)text[len - 1])))
        text[--len] = 0;
    size_t small = 1;
    while (islower((unsigned char)text[small]))
        small++;
    if (isupper((unsigned char)text[0]) && (text[small] == 0 || text[small] == ' '))
        text[0] = (char)tolower((unsigned char)text[0]);
    return text;
}

static const char *
detail(struct rv_sdk_transfer *transfer, CURLcode code)
{
    if (transfer->error[0] == 0)
        snprintf(transfer->error, sizeof(transfer->error), "%s", curl_easy_strerror(code));
    return in_house_style(transfer->error);
}

static int
mentions(const struct rv_sdk_transfer *transfer, const char *words)
{
    return strcasestr(transfer->error, words) != NULL;
}

static int
explain_stop(struct reeve_call *call, const struct rv_sdk_transfer *transfer)
{
    const struct rv_sdk_http_request *request = &transfer->request;
    unsigned long long limit = request->max_bytes;
    int64_t silence_ms = request->silence_ms > 0 ? request->silence_ms : RV_SDK_HTTP_ANSWER_MS;

    switch (transfer->stop) {
    case RV_SDK_STOP_BODY:
        return reeve_fail(call, REEVE_E_LIMIT, "%s: the answer is larger than %llu bytes",
                          transfer->label, limit);
    case RV_SDK_STOP_LINE:
        return reeve_fail(call, REEVE_E_LIMIT, "%s: a line is longer than %llu bytes",
                          transfer->label, (unsigned long long)request->max_line_bytes);
    case RV_SDK_STOP_HEADER:
        if (transfer->header_lines > RV_SDK_HTTP_HEADER_LINES)
            return reeve_fail(call, REEVE_E_LIMIT, "%s: the answer has more than %d headers",
                              transfer->label, RV_SDK_HTTP_HEADER_LINES);
        return reeve_fail(call, REEVE_E_LIMIT, "%s: the answer's headers are larger than %d bytes",
                          transfer->label, RV_SDK_HTTP_HEADER_BYTES);
    case RV_SDK_STOP_SILENT:
        return reeve_fail(call, REEVE_E_TIMEOUT, "%s: nothing came for %lld ms", transfer->label,
                          (long long)silence_ms);
    default:
        return reeve_fail(call, REEVE_E_INTERNAL, "%s: out of memory for the answer",
                          transfer->label);
    }
}

static int
explain_untrusted(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    const char *origin = transfer->http->origin;
    int own_ca = transfer->http->tls == REEVE_TLS_VERIFY_CA;
    long result = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        reeve_fail(call, REEVE_E_INVALID, "the certificate of %s has expired", origin);
        reeve_hint(call, "renew the server's certificate, or check this machine's clock");
        return REEVE_E_INVALID;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        reeve_fail(call, REEVE_E_INVALID, "the certificate of %s is not valid yet", origin);
        reeve_hint(call, "check the clocks of both machines");
        return REEVE_E_INVALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        reeve_fail(call, REEVE_E_INVALID, "the certificate of %s is not signed by %s", origin,
                   own_ca ? "the given authority" : "a known authority");
        reeve_hint(call, own_ca ? "certificate_authority must hold the CA certificate that signed "
                                  "the server's, in PEM form"
                                : "give its CA certificate as certificate_authority, with "
                                  "security_protocol ssl-with-validation-custom-ca");
        return REEVE_E_INVALID;
    default:
        break;
    }
    reeve_fail(call, REEVE_E_INVALID, "the certificate of %s cannot be trusted: %s", origin,
               detail(transfer, transfer->result));
    if (mentions(transfer, "subject name") || mentions(transfer, "host name"))
        reeve_hint(call, "use the name that the certificate is made out to as host name");
    return REEVE_E_INVALID;
}

/* Alerts by which a server turns a client's certificate away. TLS 1.3 sends them after the
 * handshake, as if the connection broke. */
static int
refuses_certificate(const struct rv_sdk_transfer *transfer)
{
    static const char *const alerts[] = { "certificate required", "bad certificate",
                                          "certificate unknown",  "certificate expired",
                                          "certificate revoked",  "alert unknown ca" };

    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
        if (mentions(transfer, alerts[i]))
            return 1;
    }
    return 0;
}

static int
explain_refused_certificate(struct reeve_call *call, const struct rv_sdk_transfer *transfer)
{
    int given = transfer->http->client_cert_pem != NULL;

    reeve_fail(call, REEVE_E_AUTH,
               given ? "%s refuses the client certificate" : "%s asks for a client certificate",
               transfer->http->origin);
    reeve_hint(call, given ? "check that it has not expired and is signed by an authority that the "
                             "server trusts"
                           : "give client_certificate and client_key");
    return REEVE_E_AUTH;
}

static int
explain_handshake(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    const char *origin = transfer->http->origin;

    if (refuses_certificate(transfer))
        return explain_refused_certificate(call, transfer);
    if (mentions(transfer, "wrong version number") ||
        mentions(transfer, "packet length too long") || mentions(transfer, "unknown protocol") ||
        mentions(transfer, "http request") || mentions(transfer, "record layer failure")) {
        reeve_fail(call, REEVE_E_INVALID, "the server at %s does not speak TLS on this port",
                   origin);
        reeve_hint(call, "check the port; if the service has no TLS, use http://");
        return REEVE_E_INVALID;
    }
    if (mentions(transfer, "unsupported protocol") || mentions(transfer, "protocol version") ||
        mentions(transfer, "no shared cipher") || mentions(transfer, "handshake failure"))
        return reeve_fail(call, REEVE_E_INVALID, "no TLS version and cipher in common with %s: %s",
                          origin, detail(transfer, transfer->result));
    if (mentions(transfer, "SSL_ERROR_SYSCALL") || mentions(transfer, "unexpected eof"))
        return reeve_fail(call, REEVE_E_UNAVAILABLE,
                          "%s ended the connection during the TLS handshake", origin);
    return reeve_fail(call, REEVE_E_UNAVAILABLE, "the TLS handshake with %s failed: %s", origin,
                      detail(transfer, transfer->result));
}

static int
explain_connect(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    long code = 0;
    char text[128] = "";

    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &code);
    if (code != 0)
        snprintf(text, sizeof(text), "%s", strerrordesc_np((int)code));
    reeve_fail(call, REEVE_E_UNAVAILABLE, "cannot connect to %s%s: %s", transfer->http->origin,
               transfer->http->proxy ? " through the proxy" : "",
               text[0] ? in_house_style(text) : detail(transfer, transfer->result));
    reeve_hint(call, "check the address and the port, and that the service is running and no "
                     "firewall is between");
    return REEVE_E_UNAVAILABLE;
}

static int
explain_name(struct reeve_call *call, const struct rv_sdk_transfer *transfer)
{
    int proxy = transfer->result == CURLE_COULDNT_RESOLVE_PROXY;

    reeve_fail(call, REEVE_E_UNAVAILABLE, "the %s of %s cannot be found in the DNS",
               proxy ? "proxy" : "host name", transfer->http->origin);
    reeve_hint(call, "check the spelling, and this machine's DNS servers");
    return REEVE_E_UNAVAILABLE;
}

static int
explain_timeout(struct reeve_call *call, const struct rv_sdk_transfer *transfer)
{
    curl_off_t pretransfer_us = 0;
    int64_t connect_ms = transfer->http->connect_ms, whole_ms = transfer->request.whole_ms;

    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
    if (pretransfer_us == 0)
        return reeve_fail(
            call, REEVE_E_TIMEOUT, "no connection to %s within %lld ms", transfer->http->origin,
            (long long)(whole_ms > 0 && whole_ms < connect_ms ? whole_ms : connect_ms));
    return reeve_fail(call, REEVE_E_TIMEOUT, "%s: no whole answer within %lld ms", transfer->label,
                      (long long)whole_ms);
}

/* The TLS handshake of this transfer's connection was done, on our side. */
static int
has_handshake(const struct rv_sdk_transfer *transfer)
{
    curl_off_t us = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &us);
    return us > 0;
}

static int
explain_cut(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    if (refuses_certificate(transfer))
        return explain_refused_certificate(call, transfer);
    if (!transfer->answered) {
        reeve_fail(call, REEVE_E_UNAVAILABLE, "%s: the connection ended without an answer: %s",
                   transfer->label, detail(transfer, transfer->result));
        if (has_handshake(transfer) && !transfer->http->client_cert_pem)
            reeve_hint(call, "if the server asks for a client certificate, give "
                             "client_certificate and client_key");
        return REEVE_E_UNAVAILABLE;
    }
    return reeve_fail(call, REEVE_E_UNAVAILABLE, "%s: the answer was cut off after %llu bytes",
                      transfer->label, (unsigned long long)transfer->received);
}

static int
explain_odd(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    return reeve_fail(call, REEVE_E_PROTOCOL, "%s: what %s answers is not HTTP as it should be: %s",
                      transfer->label, transfer->http->origin, detail(transfer, transfer->result));
}

static int
explain_own_tls(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    int ca = transfer->result == CURLE_SSL_CACERT_BADFILE;

    reeve_fail(call, REEVE_E_INVALID, "%s cannot be used: %s",
               ca ? "the CA certificate" : "the client certificate or its key",
               detail(transfer, transfer->result));
    reeve_hint(call, ca ? "certificate_authority must be PEM text that begins with "
                          "-----BEGIN CERTIFICATE-----"
                        : "client_certificate and client_key must be PEM texts that belong "
                          "together, the key without a passphrase");
    return REEVE_E_INVALID;
}

/* What the proxy answered to being asked for a tunnel; 0 when that was good, or not asked. */
static long
proxy_refusal(const struct rv_sdk_transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 300 ? status : 0;
}

static int
explain_proxy(struct reeve_call *call, const struct rv_sdk_transfer *transfer, long status)
{
    int error_class = status == 407 ? REEVE_E_AUTH : REEVE_E_UNAVAILABLE;

    reeve_fail(call, error_class, "the proxy does not connect us to %s: it answers with status %ld",
               transfer->http->origin, status);
    if (status == 407)
        reeve_hint(call, "give the proxy's user and password as http_proxy_userid and "
                         "http_proxy_password");
    return error_class;
}

int
rv_sdk_http_explain(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    long refusal = proxy_refusal(transfer);

    if (transfer->stop != RV_SDK_STOP_NONE)
        return explain_stop(call, transfer);
    if (refusal != 0)
        return explain_proxy(call, transfer, refusal);
    switch (transfer->result) {
    case CURLE_PEER_FAILED_VERIFICATION:
        return explain_untrusted(call, transfer);
    case CURLE_SSL_CONNECT_ERROR:
        return explain_handshake(call, transfer);
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        return explain_own_tls(call, transfer);
    case CURLE_COULDNT_CONNECT:
        return explain_connect(call, transfer);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return explain_name(call, transfer);
    case CURLE_OPERATION_TIMEDOUT:
        return explain_timeout(call, transfer);
    case CURLE_FILESIZE_EXCEEDED:
        transfer->stop = RV_SDK_STOP_BODY;
        return explain_stop(call, transfer);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return explain_cut(call, transfer);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return explain_odd(call, transfer);
    case CURLE_OUT_OF_MEMORY:
        return reeve_fail(call, REEVE_E_INTERNAL, "%s: out of memory", transfer->label);
    default:
        return reeve_fail(call, REEVE_E_UNAVAILABLE, "%s: %s", transfer->label,
                          detail(transfer, transfer->result));
    }
}

int
rv_sdk_http_interrupted(struct reeve_call *call, int error_class, const char *label)
{
    const char *what = error_class == REEVE_E_CANCELLED ? "cancelled" : "the deadline passed";

    if (error_class != REEVE_E_CANCELLED && error_class != REEVE_E_TIMEOUT)
        return error_class; /* a save that failed: its text says all */
    if (reeve_fail_text(call)[0] == 0)
        return reeve_fail(call, error_class, "%s: %s", label, what);
    return reeve_wrap(call, error_class, "%s", label);
}
