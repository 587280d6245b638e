/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 checks, ASCII folding and nearest names.
 */
#include "base/text.h"

#include <string.h>

enum { NEAREST_MAX_LEN = 64 };

static int
is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the well-formed character of two bytes or more at s, or 0: neither over-long, nor a
 * surrogate, nor beyond U+10FFFF (table 3-7 of the Unicode standard). */
static size_t
long_character(const unsigned char *s, size_t len)
{
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return len >= 2 && is_tail(s[1]) ? 2 : 0;
    if ((s[0] & 0xf0) == 0xe0) {
        if (len < 3 || !is_tail(s[1]) || !is_tail(s[2]))
            return 0;
        int over_long = s[0] == 0xe0 && s[1] < 0xa0;
        int surrogate = s[0] == 0xed && s[1] > 0x9f;
        return over_long || surrogate ? 0 : 3;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        if (len < 4 || !is_tail(s[1]) || !is_tail(s[2]) || !is_tail(s[3]))
            return 0;
        int over_long = s[0] == 0xf0 && s[1] < 0x90;
        int too_large = s[0] == 0xf4 && s[1] > 0x8f;
        return over_long || too_large ? 0 : 4;
    }
    return 0;
}

/* 1 when eight bytes are all ASCII and none is 0. */
static int
is_plain_word(const unsigned char *s)
{
    uint64_t word;
    memcpy(&word, s, sizeof(word));
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    return ((word | (word - ones)) & tops) == 0;
}

size_t
rv_utf8_prefix(const char *bytes, size_t len)
{
    const unsigned char *s = (const unsigned char *)bytes;
    size_t at = 0;
    while (at < len) {
        if (len - at >= 8 && is_plain_word(s + at)) {
            at += 8;
        } else if (s[at] < 0x80) {
            if (s[at] == 0)
                break;
            at++;
        } else {
            size_t step = long_character(s + at, len - at);
            if (step == 0)
                break;
            at += step;
        }
    }
    return at;
}

int
rv_utf8_valid(const char *bytes, size_t len)
{
    return rv_utf8_prefix(bytes, len) == len;
}

size_t
rv_utf8_clean(rv_buf *out, const char *bytes, size_t len)
{
    size_t replaced = 0;
    for (;;) {
        size_t good = rv_utf8_prefix(bytes, len);
        rv_buf_add(out, bytes, good);
        if (good == len)
            return replaced;
        rv_buf_add_string(out, "\xef\xbf\xbd");
        replaced++;
        bytes += good + 1;
        len -= good + 1;
    }
}

static char
fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int
rv_streq(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

int
rv_strcaseeq(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    while (*a && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return fold(*a) == fold(*b);
}

void
rv_lower(char *text)
{
    for (; *text; text++)
        *text = fold(*text);
}

static int
least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edits (insert, remove, replace, swap of neighbours) between two short names. */
static int
edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int rows[3][NEAREST_MAX_LEN + 1];
    int *two_up = rows[0], *up = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        up[j] = (int)j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= b_len; j++) {
            int differs = fold(a[i - 1]) != fold(b[j - 1]);
            row[j] = least(up[j] + 1, row[j - 1] + 1, up[j - 1] + differs);
            int swapped = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                          fold(a[i - 2]) == fold(b[j - 1]);
            if (swapped && two_up[j - 2] + 1 < row[j])
                row[j] = two_up[j - 2] + 1;
        }
        int *oldest = two_up;
        two_up = up;
        up = row;
        row = oldest;
    }
    return up[b_len];
}

const char *
rv_nearest(const char *name, const char *const *candidates)
{
    size_t len = strnlen(name, NEAREST_MAX_LEN + 1);
    if (len > NEAREST_MAX_LEN)
        return NULL;
    const char *nearest = NULL;
    int smallest = (int)(len / 3) + 1;
    for (; *candidates; candidates++) {
        size_t candidate_len = strnlen(*candidates, NEAREST_MAX_LEN + 1);
        if (candidate_len > NEAREST_MAX_LEN)
            continue;
        int distance = edit_distance(name, len, *candidates, candidate_len);
        if (distance < smallest) {
            smallest = distance;
            nearest = *candidates;
        }
    }
    return nearest;
}
