/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a quantity into mantissa * 10^ten * 2^two, all whole numbers, so that neither
 * "100m" nor "9223372036854775807" loses anything before it is turned into what the caller wants.
 * Pure; called by the mappers and by a fuzz target.
 */
#include "quantity.h"

#include <math.h>
#include <string.h>

/* Kubernetes keeps 9 digits behind the point; exponents beyond this are nonsense or an attack. */
#define MAX_EXPONENT 400

struct parts {
    uint64_t mantissa;
    int negative;
    int ten;
    int two;
};

static const struct suffix {
    const char *text;
    int ten, two;
} suffixes[] = {
    { "", 0, 0 },    { "n", -9, 0 },  { "u", -6, 0 },  { "m", -3, 0 },
    { "k", 3, 0 },   { "M", 6, 0 },   { "G", 9, 0 },   { "T", 12, 0 },
    { "P", 15, 0 },  { "E", 18, 0 },  { "Ki", 0, 10 }, { "Mi", 0, 20 },
    { "Gi", 0, 30 }, { "Ti", 0, 40 }, { "Pi", 0, 50 }, { "Ei", 0, 60 },
};

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Adds a digit, or, when the mantissa is full, only notes its weight. */
static void
take_digit(struct parts *parts, int digit, int behind_point)
{
    if (parts->mantissa > (UINT64_MAX - 9) / 10) {
        parts->ten += !behind_point;
        return;
    }
    parts->mantissa = parts->mantissa * 10 + (uint64_t)digit;
    parts->ten -= behind_point;
}

/* Returns what follows the number, NULL when there is none. */
static const char *
read_number(struct parts *parts, const char *at)
{
    int digits = 0, behind_point = 0;

    parts->negative = *at == '-';
    at += *at == '-' || *at == '+';
    for (; is_digit(*at) || (*at == '.' && !behind_point); at++) {
        if (*at == '.') {
            behind_point = 1;
            continue;
        }
        digits++;
        take_digit(parts, *at - '0', behind_point);
    }
    return digits > 0 ? at : NULL;
}

/* "e3", "E-3"; a lone "E" is a suffix. */
static int
read_exponent(struct parts *parts, const char *at)
{
    int negative, value = 0;

    negative = at[1] == '-';
    at += 1 + (at[1] == '-' || at[1] == '+');
    if (!is_digit(*at))
        return -1;
    for (; is_digit(*at); at++) {
        value = value * 10 + (*at - '0');
        if (value > MAX_EXPONENT)
            return -1;
    }
    parts->ten += negative ? -value : value;
    return *at ? -1 : 0;
}

static int
read_suffix(struct parts *parts, const char *at)
{
    if ((*at == 'e' || *at == 'E') && at[1] && at[1] != 'i')
        return read_exponent(parts, at);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (strcmp(at, suffixes[i].text) == 0) {
            parts->ten += suffixes[i].ten;
            parts->two += suffixes[i].two;
            return 0;
        }
    }
    return -1;
}

static int
read_quantity(struct parts *parts, const char *text)
{
    const char *rest;

    *parts = (struct parts){ 0 };
    if (!text || strlen(text) > 1024)
        return -1;
    rest = read_number(parts, text);
    return rest ? read_suffix(parts, rest) : -1;
}

/* mantissa * 2^two as 128 bits always fits: 64 + 60 bits. */
static int
magnitude(unsigned __int128 *out, const struct parts *parts)
{
    unsigned __int128 value = (unsigned __int128)parts->mantissa << parts->two;
    int ten = parts->ten;

    for (; ten > 0 && value; ten--) {
        if (value > (unsigned __int128)INT64_MAX)
            return -1;
        value *= 10;
    }
    for (; ten < 0 && value > 1; ten++)
        value = value / 10 + (value % 10 != 0);
    *out = value;
    return value > (unsigned __int128)INT64_MAX ? -1 : 0;
}

int
kube_quantity(double *out, const char *text)
{
    struct parts parts;
    double value;

    if (read_quantity(&parts, text))
        return -1;
    /* Both operands exact: one rounding, so that 100m is the double nearest to 0.1. */
    if (parts.mantissa < (1ULL << 53) && parts.ten >= -22 && parts.ten <= 22)
        value = parts.ten < 0 ? (double)parts.mantissa / pow(10, -parts.ten)
                              : (double)parts.mantissa * pow(10, parts.ten);
    else
        value = (double)((long double)parts.mantissa * powl(10, parts.ten));
    value = ldexp(value, parts.two);
    if (!isfinite(value))
        return -1;
    *out = parts.negative ? -value : value;
    return 0;
}

int
kube_quantity_int(int64_t *out, const char *text)
{
    struct parts parts;
    unsigned __int128 value;

    if (read_quantity(&parts, text) || magnitude(&value, &parts))
        return -1;
    *out = parts.negative ? -(int64_t)value : (int64_t)value;
    return 0;
}
