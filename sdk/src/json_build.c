/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one scanned value into a tree of cJSON's nodes. The text is copied once,
 * and its strings are ended where they lie in the copy: a value takes one node
 * and no memory of its own. cJSON's own parser goes through each string twice
 * and allocates it, cuts it short at the escape \u0000, and rounds long
 * numbers; on lists of pods it took most of the time.
 */
#include "json_build.h"

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* Behind the copy, so that eight bytes may be looked at at once. */
enum { PADDING = 8 };

struct builder {
    struct rv_sdk_json_arena *arena;
    char *at; /* in a copy of the text, which ends with NULs */
    int no_memory;
};

static cJSON *
new_node(struct builder *b)
{
    cJSON *node = rv_sdk_json_arena_take(b->arena, sizeof(*node));

    if (node)
        memset(node, 0, sizeof(*node));
    else
        b->no_memory = 1;
    return node;
}

static void
skip_space(struct builder *b)
{
    while (rv_sdk_is_space(*b->at))
        b->at++;
}

/* To the first quote, backslash or NUL. */
static char *
skip_plain(char *at)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u;

    for (;; at += 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof(eight));
        uint64_t quote = eight ^ (ones * '"'), slash = eight ^ (ones * '\\');
        /* High bits; only the lowest is exact, since a borrow may run upwards. */
        uint64_t found =
            (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((eight - ones) & ~eight)) &
            (ones * 0x80);
        if (found)
            return at + (__builtin_ctzll(found) >> 3);
    }
#else
    while (*at != '"' && *at != '\\' && *at)
        at++;
    return at;
#endif
}

/* Four hexadecimal digits; -1 when they are none. */
static int32_t
read_hex(const char *at)
{
    int32_t value = 0;

    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'                     ? c - '0'
                    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                             : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static char *
put_utf8(char *to, int32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *to++ = (char)(0xE0 | code >> 12);
        } else {
            *to++ = (char)(0xF0 | code >> 18);
            *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (code & 0x3F));
    return to;
}

/* \uXXXX at b->at, or two of them. U+0000 becomes U+FFFD, the replacement character: nothing behind
 * it is lost, and no store has to keep it. NULL when it is none. */
static char *
read_code(struct builder *b, char *to)
{
    int32_t code = read_hex(b->at + 2), low;

    if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF))
        return NULL;
    if (code >= 0xD800 && code <= 0xDBFF) {
        low = b->at[6] == '\\' && b->at[7] == 'u' ? read_hex(b->at + 8) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return NULL;
        code = 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
        b->at += 6;
    }
    b->at += 6;
    return put_utf8(to, code ? code : 0xFFFD);
}

/* The escape at b->at; what it stands for is never longer. NULL when it is none. */
static char *
read_escape(struct builder *b, char *to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = b->at[1];
    const char *name = c ? strchr(names, c) : NULL;

    if (c == 'u')
        return read_code(b, to);
    if (!name)
        return NULL;
    *to = values[name - names];
    b->at += 2;
    return to + 1;
}

/* At its first quote. NULL when an escape is none, or it does not end; b->at is where. */
static char *
read_string(struct builder *b)
{
    char *from = b->at + 1, *to = skip_plain(from);

    b->at = to;
    while (*b->at == '\\') {
        to = read_escape(b, to);
        if (!to)
            return NULL;
        char *next = skip_plain(b->at);
        memmove(to, b->at, (size_t)(next - b->at));
        to += next - b->at;
        b->at = next;
    }
    if (*b->at != '"')
        return NULL;
    b->at++;
    *to = 0;
    return from;
}

static char *
skip_digits(char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Behind the fraction and exponent that follow whole digits; NULL when they are none. */
static char *
skip_fraction(char *at)
{
    char *from;

    if (*at == '.') {
        from = at + 1;
        at = skip_digits(from);
        if (at == from)
            return NULL;
    }
    if (*at != 'e' && *at != 'E')
        return at;
    at++;
    at += *at == '+' || *at == '-';
    from = at;
    at = skip_digits(from);
    return at == from ? NULL : at;
}

/* As strtod, which wants the point that the process's locale has. */
static double
to_double(char *from, const char *end)
{
    char *point = memchr(from, '.', (size_t)(end - from));

    if (point)
        *point = localeconv()->decimal_point[0];
    return strtod(from, NULL);
}

static void
set_number(cJSON *node, double value)
{
    node->type = cJSON_Number;
    node->valuedouble = value;
    node->valueint = value >= INT_MAX ? INT_MAX : value <= INT_MIN ? INT_MIN : (int)value;
}

/* A whole number of so many digits that a double may have lost some becomes a raw value, which
 * keeps its text, and prints it. */
static int
read_number(struct builder *b, cJSON *node)
{
    char *from = b->at, *first = from + (*from == '-'), *whole = skip_digits(first);
    char *end = whole > first ? skip_fraction(whole) : NULL;
    int64_t value = 0;

    if (!end || (*first == '0' && whole > first + 1))
        return -1;
    b->at = end;
    if (end == whole && whole - first < RV_SDK_JSON_LONG_DIGITS) {
        for (const char *at = first; at < whole; at++)
            value = value * 10 + (*at - '0');
        set_number(node, first > from ? -(double)value : (double)value);
        return 0;
    }
    set_number(node, to_double(from, end));
    if (end > whole)
        return 0;
    node->type = cJSON_Raw;
    node->valuestring = rv_sdk_json_arena_take(b->arena, (size_t)(end - from) + 1);
    if (!node->valuestring) {
        b->no_memory = 1;
        return -1;
    }
    memcpy(node->valuestring, from, (size_t)(end - from));
    node->valuestring[end - from] = 0;
    return 0;
}

static int
read_word(struct builder *b, cJSON *node)
{
    static const struct {
        const char *text;
        size_t len;
        int type;
    } words[] = { { "true", 4, cJSON_True },
                  { "false", 5, cJSON_False },
                  { "null", 4, cJSON_NULL } };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (memcmp(b->at, words[i].text, words[i].len) != 0)
            continue;
        b->at += words[i].len;
        node->type = words[i].type;
        node->valueint = i == 0;
        return 0;
    }
    return -1;
}

static int read_value(struct builder *b, cJSON *node);

static int
read_name(struct builder *b, cJSON *child)
{
    child->string = *b->at == '"' ? read_string(b) : NULL;
    if (!child->string)
        return -1;
    skip_space(b);
    if (*b->at != ':')
        return -1;
    b->at++;
    skip_space(b);
    return 0;
}

/* Of an object or list, at its opening. The scanner has counted how deep it goes. */
static int
read_children(struct builder *b, cJSON *node, char close)
{
    cJSON *last = NULL;

    b->at++;
    skip_space(b);
    if (*b->at == close) {
        b->at++;
        return 0;
    }
    for (;;) {
        cJSON *child = new_node(b);
        if (!child)
            return -1;
        if (last) {
            last->next = child;
            child->prev = last;
        } else {
            node->child = child;
        }
        last = child;
        if ((close == '}' && read_name(b, child) < 0) || read_value(b, child) < 0)
            return -1;
        skip_space(b);
        if (*b->at != ',')
            break;
        b->at++;
        skip_space(b);
    }
    if (*b->at != close)
        return -1;
    b->at++;
    node->child->prev = last; /* as cJSON has it */
    return 0;
}

static int
read_value(struct builder *b, cJSON *node)
{
    switch (*b->at) {
    case '"':
        node->type = cJSON_String;
        node->valuestring = read_string(b);
        return node->valuestring ? 0 : -1;
    case '{':
        node->type = cJSON_Object;
        return read_children(b, node, '}');
    case '[':
        node->type = cJSON_Array;
        return read_children(b, node, ']');
    case '-':
    case '0' ... '9':
        return read_number(b, node);
    default:
        return read_word(b, node);
    }
}

int
rv_sdk_json_build(struct reeve_call *call, struct rv_sdk_json_arena *arena, const char *bytes,
                  uint64_t len, uint64_t offset, cJSON **out)
{
    struct builder b = { .arena = arena };
    cJSON *root = new_node(&b); /* first: rv_sdk_json_arena_of */
    char *text = root ? rv_sdk_json_arena_take(arena, len + PADDING) : NULL;

    if (!text)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for %llu bytes of JSON",
                          (unsigned long long)len);
    memcpy(text, bytes, len);
    memset(text + len, 0, PADDING);
    b.at = text;
    if (read_value(&b, root) == 0 && b.at == text + len) {
        *out = root;
        return 0;
    }
    if (b.no_memory)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for JSON");
    return reeve_fail(call, REEVE_E_PROTOCOL, "not JSON: it goes wrong at byte %llu",
                      (unsigned long long)(offset + (uint64_t)(b.at - text)));
}
