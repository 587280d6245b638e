/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanner spends its time in two loops: eight bytes at a time through the
 * plain parts of strings, one table look-up a byte between them. Everything
 * rare (escapes, characters beyond ASCII) leaves these loops.
 */
#include "json_scan.h"

#include <string.h>

enum state { START, BETWEEN, STRING, ESCAPE, WORD };

enum fault { TOO_DEEP = 1, TOO_MANY, NOT_UTF8, NUL_BYTE, ODD_BYTE };

/* Outside of strings. PLAIN and COMMA are added to the number of values as they are. */
enum byte_class { PLAIN = 0, COMMA = 1, OPEN, CLOSE, QUOTE, ODD };

static const uint8_t classes[256] = {
    [0x00 ... 0x08] = ODD, /* \t, \n and \r may stand there */
    [0x0B ... 0x0C] = ODD, [0x0E ... 0x1F] = ODD, [0x7F ... 0xFF] = ODD,
    ['"'] = QUOTE,         [','] = COMMA,         ['['] = OPEN,
    ['{'] = OPEN,          [']'] = CLOSE,         ['}'] = CLOSE,
};

void
rv_sdk_scan_begin(struct rv_sdk_scan *scan, int max_depth)
{
    memset(scan, 0, sizeof(*scan));
    scan->max_depth = max_depth > 0 ? max_depth : RV_SDK_JSON_DEPTH;
    if (scan->max_depth > RV_SDK_JSON_MAX_DEPTH)
        scan->max_depth = RV_SDK_JSON_MAX_DEPTH;
    scan->state = START;
}

int
rv_sdk_scan_in_word(const struct rv_sdk_scan *scan)
{
    return scan->state == WORD;
}

/* High bit of each byte that is a quote, a backslash, NUL or not ASCII. Only the lowest of them is
 * exact, since a borrow may run upwards. */
static inline uint64_t
special_bytes(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t quote = eight ^ (ones * '"');
    uint64_t slash = eight ^ (ones * '\\');

    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((eight - ones) & ~eight) |
            eight) &
           (ones * 0x80);
}

static inline int
is_special(char c)
{
    return c == '"' || c == '\\' || c == 0 || ((unsigned char)c & 0x80);
}

/* To the first byte of a string that needs a look. */
static inline const char *
skip_plain(const char *at, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof(eight));
        uint64_t special = special_bytes(eight);
        if (special)
            return at + (__builtin_ctzll(special) >> 3);
        at += 8;
    }
#endif
    while (at < end && !is_special(*at))
        at++;
    return at;
}

/* The first byte of a character: how many follow, and bounds of the next one, which keep out
 * overlong forms, surrogates and what lies beyond U+10FFFF. 0 when it starts none. */
static int
begin_character(struct rv_sdk_scan *scan, uint8_t byte)
{
    scan->utf8_low = 0x80;
    scan->utf8_high = 0xBF;
    if (byte >= 0xC2 && byte <= 0xDF) {
        scan->utf8_left = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
        scan->utf8_left = 2;
        if (byte == 0xE0)
            scan->utf8_low = 0xA0;
        if (byte == 0xED)
            scan->utf8_high = 0x9F;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
        scan->utf8_left = 3;
        if (byte == 0xF0)
            scan->utf8_low = 0x90;
        if (byte == 0xF4)
            scan->utf8_high = 0x8F;
    } else {
        return 0;
    }
    return 1;
}

/* Characters beyond ASCII, as many as stand in a row. Stops before the first other byte, or, with
 * a fault, at the byte that is wrong. */
static const char *
skip_characters(struct rv_sdk_scan *scan, const char *at, const char *end)
{
    for (; at < end; at++) {
        uint8_t byte = (uint8_t)*at;
        if (scan->utf8_left > 0) {
            if (byte < scan->utf8_low || byte > scan->utf8_high) {
                scan->fault = NOT_UTF8;
                return at;
            }
            scan->utf8_low = 0x80;
            scan->utf8_high = 0xBF;
            scan->utf8_left--;
        } else if (byte < 0x80) {
            return at;
        } else if (!begin_character(scan, byte)) {
            scan->fault = NOT_UTF8;
            return at;
        }
    }
    return at;
}

/* Inside of a string; leaves it in state BETWEEN behind its closing quote. */
static const char *
scan_string(struct rv_sdk_scan *scan, const char *at, const char *end)
{
    if (scan->utf8_left > 0) {
        at = skip_characters(scan, at, end);
        if (scan->fault)
            return at;
    }
    for (;;) {
        at = skip_plain(at, end);
        if (at == end)
            return at;
        if (*at == '"') {
            scan->state = BETWEEN;
            return at + 1;
        }
        if (*at == '\\') {
            if (end - at > 1) {
                at += 2; /* whether it is an escape at all is the parser's business */
                continue;
            }
            scan->state = ESCAPE;
            return at + 1;
        }
        if (*at == 0) {
            scan->fault = NUL_BYTE;
            return at;
        }
        at = skip_characters(scan, at, end);
        if (scan->fault || at == end)
            return at;
    }
}

/* Between the strings of a container, to its end or into the next string. */
static const char *
scan_between(struct rv_sdk_scan *scan, const char *at, const char *end)
{
    uint32_t values = scan->values;

    for (; at < end; at++) {
        uint8_t class = classes[(uint8_t)*at];
        if (class <= COMMA) {
            values += class;
            continue;
        }
        if (class == QUOTE) {
            scan->state = STRING;
            at++;
            break;
        }
        if (class == CLOSE) {
            if (--scan->depth == 0) {
                at++;
                break;
            }
        } else if (class == OPEN) {
            values++;
            if (++scan->depth > scan->max_depth) {
                scan->fault = TOO_DEEP;
                break;
            }
        } else {
            scan->fault = ODD_BYTE;
            break;
        }
    }
    scan->values = values;
    if (values > RV_SDK_JSON_MAX_VALUES && !scan->fault)
        scan->fault = TOO_MANY;
    return at;
}

/* A number, true, false, null: the parser says whether it is one. */
static const char *
scan_word(const char *at, const char *end)
{
    while (at < end && classes[(uint8_t)*at] == PLAIN && !rv_sdk_is_space(*at) && *at != ':')
        at++;
    return at;
}

static const char *
scan_start(struct rv_sdk_scan *scan, const char *at)
{
    switch (classes[(uint8_t)*at]) {
    case OPEN:
        scan->depth = 1;
        scan->values = 1;
        scan->state = BETWEEN;
        return at + 1;
    case QUOTE:
        scan->state = STRING;
        return at + 1;
    case PLAIN:
        scan->state = WORD;
        return at + 1;
    default:
        scan->fault = ODD_BYTE;
        return at;
    }
}

const char *
rv_sdk_scan_value(struct rv_sdk_scan *scan, const char *at, const char *end,
                  enum rv_sdk_scan_result *result)
{
    while (at < end) {
        switch ((enum state)scan->state) {
        case START:
            at = scan_start(scan, at);
            break;
        case BETWEEN:
            at = scan_between(scan, at, end);
            break;
        case STRING:
            at = scan_string(scan, at, end);
            break;
        case ESCAPE:
            scan->state = STRING;
            at++;
            break;
        case WORD:
            at = scan_word(at, end);
            *result = at < end ? RV_SDK_SCAN_END : RV_SDK_SCAN_MORE;
            return at;
        }
        if (scan->fault) {
            *result = RV_SDK_SCAN_FAULT;
            return at;
        }
        if (scan->state == BETWEEN && scan->depth == 0) {
            *result = RV_SDK_SCAN_END;
            return at;
        }
    }
    *result = RV_SDK_SCAN_MORE;
    return at;
}

int
rv_sdk_scan_fail(struct reeve_call *call, const struct rv_sdk_scan *scan, uint64_t offset)
{
    unsigned long long at = offset;

    switch ((enum fault)scan->fault) {
    case TOO_DEEP:
        return reeve_fail(call, REEVE_E_LIMIT,
                          "JSON is nested more than %d levels deep at byte %llu", scan->max_depth,
                          at);
    case TOO_MANY:
        return reeve_fail(call, REEVE_E_LIMIT,
                          "a JSON value holds more than %d others at byte %llu",
                          RV_SDK_JSON_MAX_VALUES, at);
    case NOT_UTF8:
        return reeve_fail(call, REEVE_E_PROTOCOL, "JSON text is not UTF-8 at byte %llu", at);
    case NUL_BYTE:
        return reeve_fail(call, REEVE_E_PROTOCOL, "JSON text holds a NUL byte at byte %llu", at);
    case ODD_BYTE:
        break;
    }
    return reeve_fail(call, REEVE_E_PROTOCOL, "not JSON: unexpected character at byte %llu", at);
}
