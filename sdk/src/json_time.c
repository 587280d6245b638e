/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 3339 times: "2024-02-29T23:59:60.5+01:00" to milliseconds UTC since 1970.
 */
#include "reeve/json.h"

/* That many digits at *at, -1 when there are others. */
static int
digits(const char **at, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static int
take(const char **at, char wanted)
{
    if (**at != wanted)
        return 0;
    (*at)++;
    return 1;
}

static int
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Since 1970-01-01, Gregorian throughout. */
static int64_t
day_number(int year, int month, int day)
{
    int64_t before = year - 1;
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400;

    if (year == 0)
        days = -366; /* the divisions above round the wrong way there */
    for (int m = 1; m < month; m++)
        days += days_of_month(year, m);
    return days + day - 1 - 719162;
}

static int
take_date(const char **at, int64_t *day)
{
    int year = digits(at, 4);
    int month = year >= 0 && take(at, '-') ? digits(at, 2) : -1;
    int of_month = month >= 1 && month <= 12 && take(at, '-') ? digits(at, 2) : -1;

    if (of_month < 1 || of_month > days_of_month(year, month))
        return 0;
    *day = day_number(year, month, of_month);
    return 1;
}

/* Up to milliseconds; more digits are dropped. */
static int
take_fraction(const char **at, int *ms)
{
    int unit = 100;

    *ms = 0;
    if (!take(at, '.'))
        return 1;
    if (**at < '0' || **at > '9')
        return 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
        *ms += (**at - '0') * unit;
    return 1;
}

static int
take_clock(const char **at, int64_t *ms)
{
    int fraction;
    int hour = digits(at, 2);
    int minute = hour >= 0 && hour <= 23 && take(at, ':') ? digits(at, 2) : -1;
    int second = minute >= 0 && minute <= 59 && take(at, ':') ? digits(at, 2) : -1;

    if (second < 0 || second > 60 || !take_fraction(at, &fraction))
        return 0;
    *ms = ((hour * 60 + minute) * 60 + (int64_t)second) * 1000 + fraction;
    return 1;
}

static int
take_offset(const char **at, int64_t *ms)
{
    *ms = 0;
    if (take(at, 'Z') || take(at, 'z'))
        return 1;
    int sign = take(at, '+') ? 1 : take(at, '-') ? -1 : 0;
    int hour = sign ? digits(at, 2) : -1;
    int minute = hour >= 0 && hour <= 23 && take(at, ':') ? digits(at, 2) : -1;
    if (minute < 0 || minute > 59)
        return 0;
    *ms = sign * (hour * 60 + (int64_t)minute) * 60 * 1000;
    return 1;
}

int64_t
reeve_json_time(const struct reeve_json *json, const char *path, int64_t fallback)
{
    const char *at = reeve_json_string(json, path, "");
    int64_t day, clock_ms, offset_ms;

    if (!take_date(&at, &day) || (*at != 'T' && *at != 't' && *at != ' '))
        return fallback;
    at++;
    if (!take_clock(&at, &clock_ms) || !take_offset(&at, &offset_ms) || *at)
        return fallback;
    return day * 24 * 60 * 60 * 1000 + clock_ms - offset_ms;
}
