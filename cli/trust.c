/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom to believe that he is the server: verified by the system's authorities, by those of a file,
 * or not at all, in so many words. And what a failed handshake means for who reads of it.
 */
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "client_internal.h"

/* X509_V_ERR_..., which curl hands on. */
enum { NOT_YET_VALID = 9, EXPIRED = 10 };

static int
is_https(const char *url)
{
    return url && strncasecmp(url, "https://", 8) == 0;
}

/* Kept for commands that are run from elsewhere. */
static int
take_ca(struct cli_context *context, const char *path, rv_err *err)
{
    char *whole = realpath(path, NULL);

    if (!whole)
        return rv_fail_errno(err, "certificates to trust, '%s'", path);
    free(context->ca);
    context->ca = rv_strdup(whole);
    free(whole);
    return 0;
}

int
cli_trust(const struct cli *cli, struct cli_context *context, rv_err *err)
{
    const char *ca = cli_value(cli, "ca"), *from_environment = getenv("REEVE_CA");

    if (ca && cli_has(cli, "insecure"))
        return rv_fail(err, RV_E_INVALID, "--ca and --insecure exclude each other");
    if (ca || (from_environment && *from_environment)) {
        if (take_ca(context, ca ? ca : from_environment, err) < 0)
            return err->code;
        context->insecure = 0;
    }
    if (cli_has(cli, "insecure"))
        context->insecure = 1;
    if (context->insecure && is_https(context->url))
        cli_warn("warning: --insecure: whoever answers as %s is believed, and gets the token",
                 context->url);
    return 0;
}

static int
fail_verification(const struct cli_client *client, rv_err *err)
{
    long result = 0;

    curl_easy_getinfo(client->curl, CURLINFO_SSL_VERIFYRESULT, &result);
    if (result == EXPIRED || result == NOT_YET_VALID) {
        rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: the server's certificate %s", client->url,
                result == EXPIRED ? "has expired" : "is not valid yet");
        return rv_hint(err, "is the clock right here? Else the server needs a new certificate, "
                            "which it takes without a restart");
    }
    if (result <= 1) { /* the chain was good: curl has not even noted it */
        rv_fail(err, RV_E_UNAVAILABLE,
                "cannot reach %s: the server's certificate is for another name: %s", client->url,
                client->detail);
        return rv_hint(err, "use the name that it is for in --url (the server's log tells it), or "
                            "have it made anew with this one");
    }
    rv_fail(err, RV_E_UNAVAILABLE,
            "cannot reach %s: the server's certificate is not signed by an authority that is "
            "trusted here: %s",
            client->url, client->detail);
    return rv_hint(err, "get the authority's certificate (of a self-signed one: itself) from who "
                        "runs the server, then --ca FILE, at best with login, or REEVE_CA=FILE");
}

static int
fail_handshake(const struct cli_client *client, rv_err *err)
{
    if (!strstr(client->detail, "wrong version number"))
        return rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: no TLS: %s", client->url,
                       client->detail);
    rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: what listens there does not speak TLS",
            client->url);
    return rv_hint(err,
                   "if it is a Reeve server without a certificate: http:// instead of https://");
}

int
cli_fail_tls(const struct cli_client *client, CURLcode code, rv_err *err)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
        return fail_verification(client, err);
    case CURLE_SSL_CONNECT_ERROR:
        return fail_handshake(client, err);
    case CURLE_SSL_CACERT_BADFILE:
        rv_fail(err, RV_E_INVALID, "certificates to trust: '%s' cannot be used",
                client->ca ? client->ca : "the system's");
        return rv_hint(err, "a PEM file is wanted; log in again with --ca FILE");
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        if (is_https(client->url))
            return 0;
        rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: the connection was closed without answer",
                client->url);
        return rv_hint(err, "does the server speak TLS? https:// instead of http:// then");
    default:
        return 0;
    }
}
