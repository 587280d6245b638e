/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes image references apart. Pure; called by the pod mapper and by a fuzz target. It does
 * not fill in what is not said (docker.io, latest): a reference without a registry has none.
 */
#include "image.h"

#include <stdio.h>
#include <string.h>

/* Which bytes a part may have. */
enum { LOWER = 1, UPPER = 2, DIGIT = 4, HEX = 8, PATH = 16, DOT = 32, COLON = 64, SIGN = 128 };
#define WORD (LOWER | UPPER | DIGIT | DOT)

static unsigned
class_of(unsigned char c)
{
    if (c >= 'a' && c <= 'z')
        return LOWER | (c <= 'f' ? HEX : 0);
    if (c >= 'A' && c <= 'Z')
        return UPPER | (c <= 'F' ? HEX : 0);
    if (c >= '0' && c <= '9')
        return DIGIT | HEX;
    if (c == '/')
        return PATH;
    if (c == ':')
        return COLON;
    if (c == '=' || c == '+')
        return SIGN;
    return c == '.' || c == '-' || c == '_' ? DOT : 0;
}

static int
all_of(const char *text, size_t len, unsigned classes)
{
    for (size_t i = 0; i < len; i++) {
        if (!(class_of((unsigned char)text[i]) & classes))
            return 0;
    }
    return len > 0;
}

/* Copies text[0..len) when it fits and has only bytes of these classes. */
static int
take(char *out, size_t size, const char *text, size_t len, unsigned classes)
{
    if (len >= size || !all_of(text, len, classes))
        return -1;
    memcpy(out, text, len);
    out[len] = '\0';
    return 0;
}

static int
take_port(struct kube_image_name *out, const char *text, size_t len)
{
    return len > 1 && text[0] == ':' ? take(out->port, sizeof(out->port), text + 1, len - 1, DIGIT)
                                     : -1;
}

/* [2001:db8::1]:5000 */
static int
take_ipv6(struct kube_image_name *out, const char *text, size_t len)
{
    const char *close = memchr(text, ']', len);
    size_t host_len = close ? (size_t)(close - text) + 1 : 0;

    if (host_len < 4 || host_len >= sizeof(out->host) ||
        !all_of(text + 1, host_len - 2, HEX | COLON | DOT))
        return -1;
    memcpy(out->host, text, host_len);
    out->host[host_len] = '\0';
    return host_len == len ? 0 : take_port(out, text + host_len, len - host_len);
}

static int
take_host(struct kube_image_name *out, const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    size_t host_len = colon ? (size_t)(colon - text) : len;

    if (len && text[0] == '[')
        return take_ipv6(out, text, len);
    if (take(out->host, sizeof(out->host), text, host_len, WORD))
        return -1;
    return colon ? take_port(out, colon, len - host_len) : 0;
}

/* As Docker does: the part before the first slash is a registry when it looks like a host. */
static int
is_host(const char *text, size_t len)
{
    if (memchr(text, '.', len) || memchr(text, ':', len))
        return 1;
    return len == strlen("localhost") && memcmp(text, "localhost", len) == 0;
}

static int
take_digest(struct kube_image_name *out, const char *text)
{
    const char *colon = strchr(text, ':');

    if (!colon || !all_of(text, (size_t)(colon - text), WORD | SIGN))
        return -1;
    if (!all_of(colon + 1, strlen(colon + 1), WORD | SIGN))
        return -1;
    if (strlen(text) >= sizeof(out->digest))
        return -1;
    memcpy(out->digest, text, strlen(text) + 1);
    return 0;
}

static int
take_name(struct kube_image_name *out, const char *text, size_t len)
{
    if (take(out->name, sizeof(out->name), text, len, WORD | PATH))
        return -1;
    if (out->name[0] == '/' || out->name[len - 1] == '/' || strstr(out->name, "//"))
        return -1;
    return 0;
}

/* An id of the runtime's own, without a name: sha256:HEX, or HEX alone. */
static int
is_bare_id(const char *text)
{
    const char *colon = strchr(text, ':');
    const char *hex = colon ? colon + 1 : text;

    if (colon && !all_of(text, (size_t)(colon - text), LOWER | DIGIT))
        return 0;
    return strlen(hex) >= (colon ? 32 : 12) && all_of(hex, strlen(hex), HEX);
}

static const char *
without_scheme(const char *text)
{
    const char *scheme_end = strstr(text, "://");

    return scheme_end ? scheme_end + 3 : text;
}

int
kube_image_parse(struct kube_image_name *out, const char *text)
{
    const char *slash, *at, *colon, *name = text;
    size_t name_len;

    memset(out, 0, sizeof(*out));
    if (!text || !*text)
        return -1;
    at = strchr(text, '@');
    if (at && take_digest(out, at + 1))
        return -1;
    slash = strchr(text, '/');
    if (slash && (!at || slash < at) && is_host(text, (size_t)(slash - text))) {
        if (take_host(out, text, (size_t)(slash - text)))
            return -1;
        name = slash + 1;
    }
    name_len = at ? (size_t)(at - name) : strlen(name);
    colon = memchr(name, ':', name_len);
    if (colon) {
        size_t tag_len = name_len - (size_t)(colon - name) - 1;

        if (take(out->tag, sizeof(out->tag), colon + 1, tag_len, WORD))
            return -1;
        name_len = (size_t)(colon - name);
    }
    return take_name(out, name, name_len);
}

int
kube_image_running(struct kube_image_name *out, const char *image, const char *image_id)
{
    struct kube_image_name asked;
    int asked_known = image && !is_bare_id(image) && kube_image_parse(&asked, image) == 0;

    memset(out, 0, sizeof(*out));
    if (!image_id || !*image_id)
        return -1;
    image_id = without_scheme(image_id);
    if (is_bare_id(image_id)) {
        if (!asked_known)
            return -1;
        *out = asked;
        return 0;
    }
    if (kube_image_parse(out, image_id))
        return -1;
    if (asked_known) {
        if (asked.tag[0])
            memcpy(out->tag, asked.tag, sizeof(out->tag));
        if (!out->digest[0])
            memcpy(out->digest, asked.digest, sizeof(out->digest));
    }
    return 0;
}

void
kube_image_registry(char *out, unsigned long size, const struct kube_image_name *image)
{
    snprintf(out, size, "%s%s%s", image->host, image->port[0] ? ":" : "", image->port);
}
