/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 of RFC 4648, strict but for white space. Used by kubeconfig.c.
 */
#include "base64.h"

#include <string.h>

static int
digit_value(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

static int
is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

char *
kube_base64(struct reeve_call *call, const char *text, uint64_t *len)
{
    char *out = (char *)reeve_alloc(call, strlen(text) / 4 * 3 + 4);
    uint32_t bits = 0;
    int count = 0, padding = 0;
    uint64_t used = 0;

    if (!out)
        return NULL;
    for (; *text; text++) {
        int value = digit_value(*text);

        if (is_space(*text))
            continue;
        if (*text == '=' ? ++padding > 2 : value < 0 || padding)
            return NULL;
        bits = bits << 6 | (uint32_t)(*text == '=' ? 0 : value);
        if (++count % 4)
            continue;
        out[used++] = (char)(bits >> 16);
        out[used++] = (char)(bits >> 8);
        out[used++] = (char)bits;
    }
    if (count % 4)
        return NULL;
    *len = used - (uint64_t)padding;
    out[*len] = '\0';
    return out;
}
