/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON written piece by piece into a buffer. What it writes is always
 * well-formed as long as calls pair; pairing is the caller's and asserted where
 * that is cheap.
 */
#include "base/json_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

enum { DEEPEST = 32 };

static void
add_escape(rv_buf *out, unsigned char c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof(letters); i += 2) {
        if ((unsigned char)letters[i] == c) {
            char escape[2] = { '\\', letters[i + 1] };
            rv_buf_add(out, escape, sizeof(escape));
            return;
        }
    }
    const char unicode[6] = {
        '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]
    };
    rv_buf_add(out, unicode, sizeof(unicode));
}

static void
add_escaped(rv_buf *out, const char *text, size_t len)
{
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        rv_buf_add(out, text + start, i - start);
        add_escape(out, c);
        start = i + 1;
    }
    rv_buf_add(out, text + start, len - start);
}

/* How many bytes from the first on are ASCII and stand for themselves, in steps of eight; nearly
 * all texts are such as a whole. */
static size_t
plain_prefix(const char *text, size_t len)
{
    const uint64_t ones = 0x0101010101010101u;
    size_t at = 0;
    for (; len - at >= 8; at += 8) {
        uint64_t eight;
        memcpy(&eight, text + at, sizeof(eight));
        uint64_t quote = eight ^ (ones * '"'), slash = eight ^ (ones * '\\');
        uint64_t special = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
                           ((eight - ones * 0x20) & ~eight) | eight;
        if (special & (ones * 0x80))
            break;
    }
    return at;
}

void
rv_json_add_string(rv_buf *out, const char *text, size_t len)
{
    size_t plain = plain_prefix(text, len);
    rv_buf_add_char(out, '"');
    rv_buf_add(out, text, plain);
    text += plain;
    len -= plain;
    for (;;) {
        size_t good = rv_utf8_prefix(text, len);
        add_escaped(out, text, good);
        if (good == len)
            break;
        rv_buf_add_string(out, "\xef\xbf\xbd");
        text += good + 1;
        len -= good + 1;
    }
    rv_buf_add_char(out, '"');
}

void
rv_json_add_double(rv_buf *out, double value)
{
    if (value == trunc(value) && fabs(value) < 1e15) {
        rv_buf_addf(out, "%lld", (long long)value);
        return;
    }
    char text[32];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    rv_buf_add_string(out, text);
}

/* The comma before a value or name, where one is due. */
static void
separate(rv_json_writer *w)
{
    if (w->after_name) {
        w->after_name = 0;
        return;
    }
    if (w->depth == 0)
        return;
    uint32_t bit = (uint32_t)1 << (w->depth - 1);
    if (w->has_items & bit)
        rv_buf_add_char(w->out, ',');
    w->has_items |= bit;
}

static void
open_level(rv_json_writer *w, char bracket)
{
    RV_ASSERT(w->depth < DEEPEST);
    separate(w);
    rv_buf_add_char(w->out, bracket);
    w->has_items &= ~((uint32_t)1 << w->depth);
    w->depth++;
}

static void
close_level(rv_json_writer *w, char bracket)
{
    RV_ASSERT(w->depth > 0 && !w->after_name);
    w->depth--;
    rv_buf_add_char(w->out, bracket);
}

rv_json_writer
rv_json_to(rv_buf *out)
{
    return (rv_json_writer){ .out = out };
}

void
rv_jw_object(rv_json_writer *w)
{
    open_level(w, '{');
}

void
rv_jw_end_object(rv_json_writer *w)
{
    close_level(w, '}');
}

void
rv_jw_array(rv_json_writer *w)
{
    open_level(w, '[');
}

void
rv_jw_end_array(rv_json_writer *w)
{
    close_level(w, ']');
}

void
rv_jw_name(rv_json_writer *w, const char *name)
{
    RV_ASSERT(!w->after_name);
    separate(w);
    rv_json_add_string(w->out, name, strlen(name));
    rv_buf_add_char(w->out, ':');
    w->after_name = 1;
}

void
rv_jw_string(rv_json_writer *w, const char *text)
{
    if (text == NULL)
        rv_jw_null(w);
    else
        rv_jw_string_len(w, text, strlen(text));
}

void
rv_jw_string_len(rv_json_writer *w, const char *text, size_t len)
{
    separate(w);
    rv_json_add_string(w->out, text, len);
}

void
rv_jw_int(rv_json_writer *w, int64_t value)
{
    char text[24];
    separate(w);
    rv_buf_add(w->out, text, rv_format_int(text, value));
}

void
rv_jw_double(rv_json_writer *w, double value)
{
    if (!isfinite(value)) {
        rv_jw_null(w);
        return;
    }
    separate(w);
    rv_json_add_double(w->out, value);
}

void
rv_jw_flag(rv_json_writer *w, int value)
{
    separate(w);
    rv_buf_add_string(w->out, value ? "true" : "false");
}

void
rv_jw_null(rv_json_writer *w)
{
    separate(w);
    rv_buf_add_string(w->out, "null");
}

void
rv_jw_raw(rv_json_writer *w, const char *json, size_t len)
{
    separate(w);
    if (len == 0)
        rv_buf_add_string(w->out, "null");
    else
        rv_buf_add(w->out, json, len);
}

void
rv_jw_time(rv_json_writer *w, int64_t unix_ms)
{
    char text[32];
    rv_format_time(text, unix_ms);
    rv_jw_string(w, text);
}
