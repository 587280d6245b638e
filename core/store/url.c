/* SPDX-License-Identifier: Apache-2.0
 *
 * A store's URL as it may be shown: without passwords, wherever they stand.
 */
#include "store/store.h"

#include <string.h>
#include "base/buf.h"
#include "base/text.h"

#define URL_MAX_BYTES 65536

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
