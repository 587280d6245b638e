/* SPDX-License-Identifier: Apache-2.0
 *
 * From the well-known options of a connection to the settings of a client, so
 * that providers read them alike.
 */
#include "reeve/http.h"
#include "reeve/options.h"

#include <string.h>

static int
read_security(struct reeve_call *call, const struct reeve_config *config,
              struct reeve_http_config *out, const char **scheme)
{
    const char *protocol = reeve_config_string(config, "security_protocol");
    const char *ca = reeve_config_string(config, "certificate_authority");

    *scheme = "https";
    if (ca && *ca)
        out->ca_pem = ca;
    if (!protocol || !*protocol)
        out->tls = out->ca_pem ? REEVE_TLS_VERIFY_CA : REEVE_TLS_VERIFY;
    else if (strcmp(protocol, "ssl-with-validation") == 0)
        out->tls = REEVE_TLS_VERIFY;
    else if (strcmp(protocol, "ssl-with-validation-custom-ca") == 0)
        out->tls = REEVE_TLS_VERIFY_CA;
    else if (strcmp(protocol, "ssl-without-validation") == 0)
        out->tls = REEVE_TLS_NO_VERIFY;
    else if (strcmp(protocol, "non-ssl") == 0)
        *scheme = "http";
    else
        return reeve_fail(call, REEVE_E_INVALID, "security_protocol '%s' is not known", protocol);
    if (out->tls != REEVE_TLS_VERIFY_CA || out->ca_pem)
        return 0;
    reeve_fail(call, REEVE_E_INVALID, "security_protocol is '%s', but there is no CA certificate",
               protocol);
    reeve_hint(call, "give certificate_authority, in PEM form, or choose ssl-with-validation");
    return REEVE_E_INVALID;
}

static int
make_url(struct reeve_call *call, const struct reeve_config *config, const char *scheme,
         const char **out)
{
    const char *host = reeve_config_string(config, "hostname");
    const char *path = reeve_config_string(config, "path");
    int64_t port = reeve_config_int(config, "port");

    if (!host || !*host)
        return reeve_fail(call, REEVE_E_INVALID, "the host name is missing");
    int bare_v6 = strchr(host, ':') && host[0] != '[';
    char *end = port > 0 ? reeve_format(call, ":%lld", (long long)port) : reeve_strdup(call, "");
    if (!end)
        return REEVE_E_LIMIT;
    *out = reeve_format(call, "%s://%s%s%s%s%s%s", scheme, bare_v6 ? "[" : "", host,
                        bare_v6 ? "]" : "", end, path && *path && *path != '/' ? "/" : "",
                        path ? path : "");
    return *out ? 0 : REEVE_E_LIMIT;
}

static void
read_secret(const struct reeve_config *config, const char *name, const struct reeve_secret **out)
{
    const struct reeve_secret *secret = reeve_config_secret(config, name);

    if (secret)
        *out = secret;
}

static void
read_text(const struct reeve_config *config, const char *name, const char **out)
{
    const char *text = reeve_config_string(config, name);

    if (text && *text)
        *out = text;
}

int
reeve_http_options(struct reeve_call *call, const struct reeve_config *config,
                   struct reeve_http_config *out)
{
    const char *scheme;
    int status = read_security(call, config, out, &scheme);

    if (status == 0)
        status = make_url(call, config, scheme, &out->base_url);
    read_secret(config, "auth_key", &out->bearer);
    read_text(config, "userid", &out->userid);
    if (out->userid)
        read_secret(config, "password", &out->password);
    read_text(config, "client_certificate", &out->client_cert_pem);
    if (out->client_cert_pem)
        read_secret(config, "client_key", &out->client_key);
    read_text(config, "http_proxy", &out->proxy);
    read_text(config, "http_proxy_userid", &out->proxy_userid);
    if (out->proxy_userid)
        read_secret(config, "http_proxy_password", &out->proxy_password);
    return status;
}
