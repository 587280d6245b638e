/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store's URL says, and how it may be shown.
 */
#include "store/url.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define URL_MAX_BYTES 65536
#define OF_FILE "sqlite:"

static const struct scheme {
    const char *prefix, *driver;
} schemes[] = {
    { OF_FILE, "sqlite" },
    { "postgresql://", "postgres" },
    { "postgres://", "postgres" },
};

/* Options of libpq whose values are files and folders. */
static const char *const reads[] = { "sslrootcert=", "sslcert=",   "sslkey=",
                                     "sslcrl=",      "sslcrldir=", "passfile=" };

static int
begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *
rv_store_url_driver(const char *url)
{
    for (size_t i = 0; i < RV_COUNT(schemes); i++)
        if (begins_with(url, schemes[i].prefix))
            return schemes[i].driver;
    return NULL;
}

int
rv_store_url_check(const char *url, rv_err *err)
{
    if (rv_store_url_driver(url))
        return 0;
    rv_fail(err, RV_E_INVALID,
            "the store's URL begins neither with sqlite: nor with postgresql://");
    return rv_hint(err, "sqlite:/path/to/file or postgresql://user@host/database");
}

const char *
rv_store_url_file(const char *url)
{
    return begins_with(url, OF_FILE) ? url + strlen(OF_FILE) : NULL;
}

char *
rv_store_url_absolute(const char *url)
{
    char cwd[PATH_MAX];
    const char *path = rv_store_url_file(url);

    if (!path || path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
        return rv_strdup(url);
    return rv_format(OF_FILE "%s/%s", cwd, path);
}

/* "user:secret@host" to "user@host". Taken to the last '@': a password that was not escaped as it
 * should be must not show either. */
static const char *
add_without_password(rv_buf *out, const char *at, const char *end)
{
    const char *host = NULL;

    for (const char *c = at; c < end; c++)
        if (*c == '@')
            host = c;
    if (!host)
        return at;
    const char *colon = memchr(at, ':', (size_t)(host - at));
    rv_buf_add(out, at, (size_t)((colon ? colon : host) - at));
    return host;
}

static int
is_secret_option(const char *option, size_t len)
{
    static const char *const names[] = { "password=", "sslpassword=" };

    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (len >= strlen(names[i]) && strncmp(option, names[i], strlen(names[i])) == 0)
            return 1;
    return 0;
}

static void
add_options(rv_buf *out, const char *at)
{
    while (*at) {
        size_t len = 1 + strcspn(at + 1, "&"); /* with the '?' or '&' before it */
        if (is_secret_option(at + 1, len - 1)) {
            rv_buf_add(out, at, 1 + strcspn(at + 1, "="));
            rv_buf_add_string(out, "=***");
        } else {
            rv_buf_add(out, at, len);
        }
        at += len;
    }
}

char *
rv_store_url_public(const char *url)
{
    rv_buf out = rv_buf_limited(URL_MAX_BYTES);
    const char *start = strstr(url, "://");

    if (!start) {
        rv_buf_add_string(&out, url);
        return rv_buf_take_string(&out);
    }
    start += 3;
    const char *options = start + strcspn(start, "?");
    rv_buf_add(&out, url, (size_t)(start - url));
    const char *rest = add_without_password(&out, start, options);
    rv_buf_add(&out, rest, (size_t)(options - rest));
    add_options(&out, options);
    return rv_buf_take_string(&out);
}

/* "%2F" is '/'; what libpq would refuse stays as it is. */
static void
decode(char *text)
{
    char *to = text;

    for (const char *at = text; *at; at++) {
        int high = *at == '%' ? rv_hex_digit(at[1]) : -1;
        int low = high >= 0 ? rv_hex_digit(at[2]) : -1;
        *to++ = low >= 0 ? (char)(high << 4 | low) : *at;
        at += low >= 0 ? 2 : 0;
    }
    *to = '\0';
}

void
rv_store_url_reads(const char *url, void (*fn)(void *arg, const char *path), void *arg)
{
    const char *at = rv_store_url_file(url) ? NULL : strchr(url, '?');

    while (at && *at++) {
        size_t len = strcspn(at, "&");
        for (size_t i = 0; i < RV_COUNT(reads); i++) {
            size_t word = strlen(reads[i]);
            if (len <= word || strncmp(at, reads[i], word) != 0)
                continue;
            RV_AUTO_FREE char *path = rv_strndup(at + word, len - word);
            decode(path);
            fn(arg, path);
        }
        at += len;
    }
}
