/* SPDX-License-Identifier: Apache-2.0
 *
 * The check of foreign JSON before cJSON sees it. One pass over the bytes with
 * a bit per level in place of recursion, so that no input can exhaust the stack.
 */
#include "base/json_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

/* cJSON copies a number into 64 bytes before it converts it. */
enum { MAX_NUMBER_LEN = 63 };

struct scan {
    const char *text;
    size_t len;
    size_t at;
    int depth;
    int max_depth;
    unsigned char is_object[RV_JSON_DEEPEST / 8 + 1]; /* a bit for each open level */
    rv_err *err;
};

static int
fail_at(struct scan *s, size_t at, const char *what)
{
    size_t line = 1, line_start = 0;
    for (size_t i = 0; i < at && i < s->len; i++) {
        if (s->text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return rv_fail(s->err, RV_E_INVALID, "JSON at byte %zu (line %zu, column %zu): %s", at, line,
                   at - line_start + 1, what);
}

static int
peek(const struct scan *s)
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void
skip_blanks(struct scan *s)
{
    while (s->at < s->len && (s->text[s->at] == ' ' || s->text[s->at] == '\n' ||
                              s->text[s->at] == '\t' || s->text[s->at] == '\r'))
        s->at++;
}

/* Four hexadecimal digits at `at`, or -1. */
static int
code_unit(const struct scan *s, size_t at)
{
    if (s->len - at < 4)
        return -1;
    int unit = 0;
    for (size_t i = at; i < at + 4; i++) {
        int digit = rv_hex_digit((unsigned char)s->text[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* s->at stands behind "\u". */
static int
scan_unicode_escape(struct scan *s)
{
    size_t start = s->at - 2;
    int unit = code_unit(s, s->at);
    if (unit < 0)
        return fail_at(s, start, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fail_at(s, start, "U+0000 is not allowed in a string");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail_at(s, start, "second half of a surrogate pair without its first");
    s->at += 4;
    if (unit < 0xd800 || unit > 0xdbff)
        return 0;
    int low = -1;
    if (s->len - s->at >= 6 && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u')
        low = code_unit(s, s->at + 2);
    if (low < 0xdc00 || low > 0xdfff)
        return fail_at(s, start, "first half of a surrogate pair without its second");
    s->at += 6;
    return 0;
}

static int
scan_escape(struct scan *s)
{
    size_t start = s->at++;
    int c = peek(s);
    s->at++;
    if (c == 'u')
        return scan_unicode_escape(s);
    if (c > 0 && strchr("\"\\/bfnrt", c))
        return 0;
    return fail_at(s, start, "unknown escape in a string");
}

static int
scan_string(struct scan *s)
{
    size_t start = s->at++;
    while (s->at < s->len) {
        unsigned char c = (unsigned char)s->text[s->at];
        if (c == '"') {
            s->at++;
            return 0;
        }
        if (c < 0x20)
            return fail_at(s, s->at, "control character in a string (it must be escaped)");
        if (c != '\\') {
            s->at++;
            continue;
        }
        int failed = scan_escape(s);
        if (failed)
            return failed;
    }
    return fail_at(s, start, "this string does not end");
}

static size_t
skip_digits(struct scan *s)
{
    size_t start = s->at;
    while (s->at < s->len && s->text[s->at] >= '0' && s->text[s->at] <= '9')
        s->at++;
    return s->at - start;
}

static int
scan_number(struct scan *s)
{
    size_t start = s->at;
    s->at += peek(s) == '-';
    size_t first = s->at;
    size_t digits = skip_digits(s);
    if (digits == 0 || (digits > 1 && s->text[first] == '0'))
        return fail_at(s, start, "malformed number");
    if (peek(s) == '.') {
        s->at++;
        if (skip_digits(s) == 0)
            return fail_at(s, start, "malformed number");
    }
    int has_exponent = peek(s) == 'e' || peek(s) == 'E';
    if (has_exponent) {
        s->at++;
        s->at += peek(s) == '+' || peek(s) == '-';
        if (skip_digits(s) == 0)
            return fail_at(s, start, "malformed number");
    }
    size_t len = s->at - start;
    if (len > MAX_NUMBER_LEN)
        return fail_at(s, start, "number of more than 63 characters");
    if (!has_exponent)
        return 0;
    char copy[MAX_NUMBER_LEN + 1];
    memcpy(copy, s->text + start, len);
    copy[len] = '\0';
    return isfinite(strtod(copy, NULL)) ? 0 : fail_at(s, start, "number out of range");
}

static int
scan_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);
    if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0)
        return fail_at(s, s->at, "expected a value");
    s->at += len;
    return 0;
}

static int
scan_scalar(struct scan *s)
{
    switch (peek(s)) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    case -1:
        return fail_at(s, s->at, "the text ends where a value is expected");
    default:
        if (peek(s) == '-' || (peek(s) >= '0' && peek(s) <= '9'))
            return scan_number(s);
        return fail_at(s, s->at, "expected a value");
    }
}

static int
open_level(struct scan *s)
{
    if (s->depth == s->max_depth)
        return rv_fail(s->err, RV_E_LIMIT, "JSON at byte %zu: nested deeper than %d levels", s->at,
                       s->max_depth);
    unsigned bit = 1u << (s->depth % 8);
    unsigned char *bits = &s->is_object[s->depth / 8];
    *bits = (unsigned char)(s->text[s->at] == '{' ? *bits | bit : *bits & ~bit);
    s->depth++;
    s->at++;
    return 0;
}

static int
in_object(const struct scan *s)
{
    int level = s->depth - 1;
    return s->is_object[level / 8] >> (level % 8) & 1;
}

/* A member's name and colon. */
static int
scan_name(struct scan *s)
{
    skip_blanks(s);
    if (peek(s) != '"')
        return fail_at(s, s->at, "expected a name in double quotes");
    int failed = scan_string(s);
    if (failed)
        return failed;
    skip_blanks(s);
    if (peek(s) != ':')
        return fail_at(s, s->at, "expected ':' after a name");
    s->at++;
    return 0;
}

/* After a value: closes levels, up to the next value or the end of the outermost. */
static int
scan_after_value(struct scan *s)
{
    while (s->depth > 0) {
        skip_blanks(s);
        int c = peek(s);
        s->at++;
        if (c == ',')
            return in_object(s) ? scan_name(s) : 0;
        if (c != (in_object(s) ? '}' : ']'))
            return fail_at(s, s->at - 1,
                           in_object(s) ? "expected ',' or '}'" : "expected ',' or ']'");
        s->depth--;
    }
    return 0;
}

/* One value, or the opening of one that is not empty. *opened tells which. */
static int
scan_value(struct scan *s, int *opened)
{
    skip_blanks(s);
    int c = peek(s);
    *opened = 0;
    if (c != '{' && c != '[')
        return scan_scalar(s);
    int failed = open_level(s);
    if (failed)
        return failed;
    skip_blanks(s);
    if (peek(s) == (c == '{' ? '}' : ']')) {
        s->at++;
        s->depth--;
        return 0;
    }
    *opened = 1;
    return c == '{' ? scan_name(s) : 0;
}

static int
scan_document(struct scan *s)
{
    int opened, failed;
    do {
        failed = scan_value(s, &opened);
        if (!failed && !opened)
            failed = scan_after_value(s);
    } while (!failed && s->depth > 0);
    if (failed)
        return failed;
    skip_blanks(s);
    return s->at == s->len ? 0 : fail_at(s, s->at, "something follows the value");
}

int
rv_json_check_text(const char *text, size_t len, int max_depth, rv_err *err)
{
    struct scan s = { .text = text, .len = len, .max_depth = max_depth, .err = err };
    size_t valid = rv_utf8_prefix(text, len);
    if (valid < len)
        return fail_at(&s, valid, text[valid] ? "not UTF-8" : "a zero byte");
    return scan_document(&s);
}
