/* SPDX-License-Identifier: Apache-2.0
 *
 * Splits the `server` of a kubeconfig, as strict as it can be: what kubectl would use
 * in another way than we do is refused.
 */
#include "server_url.h"

#include <string.h>

static int
has_odd_byte(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f || *text == '\\')
            return 1;
    }
    return 0;
}

static const char *
take_port(struct kube_server_url *out, const char *text, size_t len)
{
    int port = 0;

    if (len < 1 || len > 5)
        return "has no valid port";
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return "has no valid port";
        port = port * 10 + (text[i] - '0');
    }
    if (port < 1 || port > 65535)
        return "has no valid port";
    out->port = port;
    return NULL;
}

static const char *
take_authority(struct kube_server_url *out, const char *text, size_t len)
{
    const char *end = text + len, *host = text, *host_end, *close;

    if (memchr(text, '@', len))
        return "has a user name in it";
    if (len && *text == '[') {
        close = memchr(text, ']', len);
        if (!close)
            return "has no valid host";
        host++;
        host_end = close;
        close++;
    } else {
        close = memchr(text, ':', len);
        close = close ? close : end;
        host_end = close;
    }
    if (host_end == host || (size_t)(host_end - host) >= sizeof(out->host))
        return "has no valid host";
    memcpy(out->host, host, (size_t)(host_end - host));
    if (close == end)
        return NULL;
    return *close == ':' ? take_port(out, close + 1, (size_t)(end - close) - 1)
                         : "has no valid host";
}

const char *
kube_server_url_parse(struct kube_server_url *out, const char *text)
{
    size_t authority_len, path_len;
    const char *wrong;

    memset(out, 0, sizeof(*out));
    if (has_odd_byte(text))
        return "has blanks or bytes that are not ASCII";
    if (strncasecmp(text, "https://", 8) == 0) {
        *out = (struct kube_server_url){ .port = 443, .tls = 1 };
        text += 8;
    } else if (strncasecmp(text, "http://", 7) == 0) {
        out->port = 80;
        text += 7;
    } else {
        return "does not begin with https:// or http://";
    }
    if (strpbrk(text, "?#"))
        return "has a query or fragment";
    authority_len = strcspn(text, "/");
    wrong = take_authority(out, text, authority_len);
    if (wrong)
        return wrong;
    text += authority_len;
    path_len = strlen(text);
    while (path_len && text[path_len - 1] == '/')
        path_len--;
    if (path_len >= sizeof(out->path))
        return "has a path that is too long";
    memcpy(out->path, text, path_len);
    return NULL;
}
