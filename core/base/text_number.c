/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, durations, sizes and flags as people and protocols write them. Strict: the
 * whole text is the value, or it is INVALID.
 */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
};

static const struct unit size_units[] = {
    { "", 1 },
    { "B", 1 },
    { "K", (int64_t)1 << 10 },
    { "KiB", (int64_t)1 << 10 },
    { "M", (int64_t)1 << 20 },
    { "MiB", (int64_t)1 << 20 },
    { "G", (int64_t)1 << 30 },
    { "GiB", (int64_t)1 << 30 },
    { "T", (int64_t)1 << 40 },
    { "TiB", (int64_t)1 << 40 },
};

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *
skip_digits(const char *text)
{
    while (is_digit(*text))
        text++;
    return text;
}

size_t
rv_format_int(char out[24], int64_t value)
{
    char digits[24];
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t count = 0, len = 0;
    do
        digits[count++] = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        out[len++] = '-';
    while (count > 0)
        out[len++] = digits[--count];
    out[len] = '\0';
    return len;
}

int
rv_parse_int(int64_t *out, const char *text, rv_err *err)
{
    const char *at = text;
    int negative = *at == '-';
    at += negative;
    if (!is_digit(*at))
        return rv_fail(err, RV_E_INVALID, "'%.64s' is not a whole number", text);
    int64_t value = 0;
    for (; is_digit(*at); at++) {
        int digit = *at - '0';
        /* Built up below zero, where there is room for one more. */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return rv_fail(err, RV_E_INVALID, "'%.64s' is out of range", text);
    }
    if (*at != '\0')
        return rv_fail(err, RV_E_INVALID, "'%.64s' is not a whole number", text);
    if (!negative && value == INT64_MIN)
        return rv_fail(err, RV_E_INVALID, "'%.64s' is out of range", text);
    *out = negative ? value : -value;
    return 0;
}

/* The end of [-]digits[.digits][e[+-]digits] at text, or NULL: strtod alone would also take
 * blanks, hexadecimal digits, "inf" and "nan". */
static const char *
skip_double(const char *text)
{
    text += *text == '-';
    if (!is_digit(*text))
        return NULL;
    text = skip_digits(text);
    if (*text == '.') {
        if (!is_digit(text[1]))
            return NULL;
        text = skip_digits(text + 1);
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if (!is_digit(*text))
            return NULL;
        text = skip_digits(text);
    }
    return text;
}

int
rv_parse_double(double *out, const char *text, rv_err *err)
{
    const char *end = skip_double(text);
    if (end == NULL || *end != '\0')
        return rv_fail(err, RV_E_INVALID, "'%.64s' is not a number", text);
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return rv_fail(err, RV_E_INVALID, "'%.64s' is out of range", text);
    *out = value;
    return 0;
}

static const struct unit *
find_unit(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

/* digits, then one of the units. 0; 1 when it is not of that form; 2 when out of range. */
static int
parse_with_unit(int64_t *out, const char *text, const struct unit *units, size_t count)
{
    const char *unit_at = skip_digits(text);
    const struct unit *unit = find_unit(units, count, unit_at);
    if (unit_at == text || unit == NULL)
        return 1;
    int64_t value = 0;
    for (const char *at = text; at < unit_at; at++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *at - '0', &value))
            return 2;
    }
    if (__builtin_mul_overflow(value, unit->factor, &value))
        return 2;
    *out = value;
    return 0;
}

int
rv_parse_duration(int64_t *out_ms, const char *text, rv_err *err)
{
    int wrong = parse_with_unit(out_ms, text, duration_units, RV_COUNT(duration_units));
    if (wrong == 2)
        return rv_fail(err, RV_E_INVALID, "duration '%.64s' is out of range", text);
    if (wrong == 0)
        return 0;
    rv_fail(err, RV_E_INVALID, "'%.64s' is not a duration", text);
    return rv_hint(err, "write a whole number and a unit: 500ms, 10s, 5m, 2h or 1d");
}

int
rv_parse_size(int64_t *out_bytes, const char *text, rv_err *err)
{
    int wrong = parse_with_unit(out_bytes, text, size_units, RV_COUNT(size_units));
    if (wrong == 2)
        return rv_fail(err, RV_E_INVALID, "size '%.64s' is out of range", text);
    if (wrong == 0)
        return 0;
    rv_fail(err, RV_E_INVALID, "'%.64s' is not a size", text);
    return rv_hint(err, "write a whole number of bytes, or one with a unit: 64KiB, 2MiB, 1GiB");
}

void
rv_format_in_unit(char out[32], int64_t number, const char *unit)
{
    static const struct unit times[] = {
        { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
    };
    static const struct unit sizes[] = {
        { "TiB", 1LL << 40 }, { "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 }, { "", 1 },
    };
    const struct unit *in = rv_streq(unit, "ms") ? times : sizes;

    if (number == 0 || (in == sizes && !rv_streq(unit, "bytes"))) {
        snprintf(out, 32, "%lld", (long long)number);
        return;
    }
    while (number % in->factor != 0)
        in++;
    snprintf(out, 32, "%lld%s", (long long)(number / in->factor), in->name);
}

void
rv_format_size(char out[24], double bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    size_t unit = 0;

    /* What is rounded to 1024 of a unit is one of the next. */
    for (; bytes >= 1023.5 && unit + 1 < RV_COUNT(units); unit++)
        bytes /= 1024;
    snprintf(out, 24, bytes < 99.95 && unit > 0 ? "%.1f%s" : "%.0f%s", bytes, units[unit]);
}

int
rv_parse_flag(int64_t *out, const char *text, rv_err *err)
{
    static const char *const yes[] = { "true", "yes", "on", "1" };
    static const char *const no[] = { "false", "no", "off", "0" };
    for (size_t i = 0; i < RV_COUNT(yes); i++) {
        if (rv_strcaseeq(text, yes[i]) || rv_strcaseeq(text, no[i])) {
            *out = rv_strcaseeq(text, yes[i]);
            return 0;
        }
    }
    return rv_fail(err, RV_E_INVALID, "'%.64s' is neither true nor false", text);
}
