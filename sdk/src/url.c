/* SPDX-License-Identifier: Apache-2.0
 *
 * Percent-encoding of what becomes a part of a path or query.
 */
#include "reeve/http.h"

#include <string.h>

static int
is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

char *
reeve_url_escape(struct reeve_call *call, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = reeve_alloc(call, strlen(text) * 3 + 1);
    char *to = escaped;

    if (!escaped)
        return NULL;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (is_unreserved(*at)) {
            *to++ = (char)*at;
            continue;
        }
        *to++ = '%';
        *to++ = digits[*at >> 4];
        *to++ = digits[*at & 15];
    }
    *to = 0;
    return escaped;
}
