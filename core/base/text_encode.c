/* SPDX-License-Identifier: Apache-2.0
 *
 * Hexadecimal, base64 and percent-encoding. libsodium's coders take constant time, so that keys
 * and tokens may go through here.
 */
#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int
rv_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
rv_hex(char *out, const void *bytes, size_t len)
{
    sodium_bin2hex(out, 2 * len + 1, bytes, len);
}

/* libsodium 1.0.18 takes bytes beyond ASCII for digits, and a zero byte for one of the blanks. */
static size_t
ascii_prefix(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && text[at] > 0 && text[at] < 0x7f)
        at++;
    return at;
}

int
rv_base64_decode(rv_buf *out, const char *text, size_t len, rv_err *err)
{
    size_t ascii = ascii_prefix(text, len);
    if (ascii < len)
        return rv_fail(err, RV_E_INVALID, "not base64 at byte %zu", ascii);
    size_t size = len / 4 * 3 + 3;
    unsigned char *bytes = malloc(size);
    if (bytes == NULL)
        return rv_fail(err, RV_E_LIMIT, "out of memory for %zu bytes of base64", len);
    size_t used = 0;
    const char *end = NULL;
    int wrong = sodium_base642bin(bytes, size, text, len, "\r\n\t ", &used, &end,
                                  sodium_base64_VARIANT_ORIGINAL);
    if (wrong == 0 && end == text + len)
        rv_buf_add(out, bytes, used);
    sodium_memzero(bytes, size);
    free(bytes);
    if (wrong || end != text + len)
        return rv_fail(err, RV_E_INVALID, "not base64 at byte %zu", end ? (size_t)(end - text) : 0);
    return rv_buf_check(out, err);
}

void
rv_base64_encode(rv_buf *out, const void *bytes, size_t len)
{
    /* Whole groups of three, so that padding comes at the very end only. */
    enum { PIECE_BYTES = 3 * 256 };
    const unsigned char *at = bytes;
    char text[PIECE_BYTES / 3 * 4 + 1];
    while (len > 0) {
        size_t piece = len < PIECE_BYTES ? len : PIECE_BYTES;
        sodium_bin2base64(text, sizeof(text), at, piece, sodium_base64_VARIANT_ORIGINAL);
        rv_buf_add_string(out, text);
        at += piece;
        len -= piece;
    }
    sodium_memzero(text, sizeof(text));
}

static int
is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void
rv_percent_encode(rv_buf *out, const char *bytes, size_t len, const char *also)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        const char escape[3] = { '%', digits[c >> 4], digits[c & 15] };
        if (is_unreserved(bytes[i]) || (c && strchr(also, c)))
            rv_buf_add_char(out, bytes[i]);
        else
            rv_buf_add(out, escape, sizeof(escape));
    }
}
