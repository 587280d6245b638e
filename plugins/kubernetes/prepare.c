/* SPDX-License-Identifier: Apache-2.0
 *
 * From what a person gives (a kubeconfig, or the address as a URL, a token with a line
 * end behind it) to the declared options. What is given beside a kubeconfig wins over what is in
 * it. Running it over its own result changes nothing.
 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "reeve/json.h"
#include "reeve/provider.h"
#include "kubeconfig.h"
#include "server_url.h"

struct preparation {
    struct reeve_call *call;
    const struct reeve_json *given;
    void *out;
    int failed; /* class of what the kubeconfig's values failed with */
};

static int
hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, c | 0x20);

    return c && at ? (int)(at - digits) : -1;
}

/* %40 is '@', in place. */
static int
unescape(struct reeve_call *call, char *text)
{
    char *to = text;

    for (const char *at = text; *at; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        int high = hex_digit(at[1]), low = high < 0 ? -1 : hex_digit(at[2]);
        if (low < 0 || (high == 0 && low == 0))
            return reeve_fail(
                call, REEVE_E_INVALID,
                "the user or password in http_proxy has a '%%' without two hex digits");
        *to++ = (char)(high << 4 | low);
        at += 2;
    }
    *to = '\0';
    return 0;
}

static int
prepare_part(struct preparation *p, const char *name, const char *text, size_t len)
{
    char *copy = reeve_format(p->call, "%.*s", (int)len, text);

    if (!copy)
        return REEVE_E_LIMIT;
    int rc = unescape(p->call, copy);
    if (!rc && !reeve_json_member(p->given, name))
        reeve_prepared(p->call, p->out, name, copy);
    return rc;
}

/* http://user:password@host:port: the address is stored and shown in clear, so they become options
 * of their own. */
static int
split_proxy(struct preparation *p, const char *text)
{
    const char *scheme = strstr(text, "://");
    const char *user = scheme ? scheme + 3 : text, *host = NULL;
    size_t len = strcspn(user, "/?#");

    for (size_t i = 0; i < len; i++) {
        if (user[i] == '@')
            host = user + i + 1;
    }
    if (!host) {
        reeve_prepared(p->call, p->out, "http_proxy", text);
        return 0;
    }
    size_t pair_len = (size_t)(host - 1 - user);
    const char *colon = (const char *)memchr(user, ':', pair_len);
    size_t user_len = colon ? (size_t)(colon - user) : pair_len;
    char *address = reeve_format(p->call, "%.*s%s", (int)(user - text), text, host);
    if (!address)
        return REEVE_E_LIMIT;
    reeve_prepared(p->call, p->out, "http_proxy", address);
    int rc = prepare_part(p, "http_proxy_userid", user, user_len);
    if (!rc && colon)
        rc = prepare_part(p, "http_proxy_password", colon + 1, pair_len - user_len - 1);
    return rc;
}

static void
set_from_kubeconfig(void *arg, const char *name, const char *value)
{
    struct preparation *p = (struct preparation *)arg;

    if (reeve_json_member(p->given, name))
        return;
    if (strcmp(name, "http_proxy") == 0 && !p->failed)
        p->failed = split_proxy(p, value);
    else
        reeve_prepared(p->call, p->out, name, value);
}

static int
read_kubeconfig(struct preparation *p)
{
    const char *text = reeve_json_string(p->given, "kubeconfig", NULL);
    const char *context = reeve_json_string(p->given, "context", NULL);
    int rc = 0;

    if (text)
        rc = kube_kubeconfig_read(p->call, text, strlen(text), context, set_from_kubeconfig, p);
    else if (context)
        rc = reeve_fail(p->call, REEVE_E_INVALID, "context is of use with a kubeconfig only");
    reeve_prepared(p->call, p->out, "kubeconfig", NULL);
    reeve_prepared(p->call, p->out, "context", NULL);
    return rc ? rc : p->failed;
}

/* People paste the whole URL into the field. */
static int
split_hostname(struct preparation *p, const char *text)
{
    struct kube_server_url url;
    const char *wrong;
    char port[16];

    if (!strstr(text, "://")) {
        reeve_prepared(p->call, p->out, "hostname", text);
        return 0;
    }
    wrong = kube_server_url_parse(&url, text);
    if (wrong)
        return reeve_fail(p->call, REEVE_E_INVALID, "hostname '%.200s' %s", text, wrong);
    snprintf(port, sizeof(port), "%d", url.port);
    reeve_prepared(p->call, p->out, "hostname", url.host);
    if (!reeve_json_member(p->given, "port"))
        reeve_prepared(p->call, p->out, "port", port);
    if (!reeve_json_member(p->given, "path") && url.path[0])
        reeve_prepared(p->call, p->out, "path", url.path);
    if (!reeve_json_member(p->given, "security_protocol") && !url.tls)
        reeve_prepared(p->call, p->out, "security_protocol", "non-ssl");
    return 0;
}

/* Tokens come out of files that end with a line end. */
static int
trim_token(struct preparation *p, const char *text)
{
    size_t len = strlen(text);
    char *copy = reeve_strdup(p->call, text);

    if (!copy)
        return REEVE_E_LIMIT;
    while (len && strchr(" \t\r\n", copy[len - 1]))
        copy[--len] = '\0';
    reeve_prepared(p->call, p->out, "auth_key", copy);
    return 0;
}

static int
take_given(struct preparation *p, const struct reeve_json *member)
{
    const char *name = reeve_json_name(member);
    const char *text = reeve_json_string(member, NULL, NULL);

    if (strcmp(name, "kubeconfig") == 0 || strcmp(name, "context") == 0)
        return 0;
    if (text && strcmp(name, "hostname") == 0)
        return split_hostname(p, text);
    if (text && strcmp(name, "auth_key") == 0)
        return trim_token(p, text);
    if (text && strcmp(name, "http_proxy") == 0)
        return split_proxy(p, text);
    if (!text && reeve_json_type(member) != REEVE_JSON_NULL)
        text = reeve_json_text(p->call, member);
    reeve_prepared(p->call, p->out, name, text);
    return 0;
}

int
kube_prepare(struct reeve_call *call, const char *given, void *out)
{
    struct preparation p = { .call = call, .out = out };
    struct reeve_json *json;
    int rc = reeve_json_parse(call, given, strlen(given), 0, &json);

    if (rc)
        return rc;
    p.given = json;
    if (reeve_json_type(json) != REEVE_JSON_OBJECT)
        rc = reeve_fail(call, REEVE_E_INVALID, "options must be a JSON object");
    else
        rc = read_kubeconfig(&p);
    for (const struct reeve_json *m = reeve_json_first(json, NULL); m && !rc;
         m = reeve_json_next(m))
        rc = take_given(&p, m);
    /* Whoever gives an authority wants it to be the one. */
    if (!rc && reeve_json_string(json, "certificate_authority", NULL) &&
        !reeve_json_member(json, "security_protocol"))
        reeve_prepared(call, out, "security_protocol", "ssl-with-validation-custom-ca");
    reeve_json_free(json);
    return rc;
}
