/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time as text. All in UTC and in the proleptic Gregorian calendar;
 * the C library's calendar functions are not used, since they know of time
 * zones and we do not want to.
 */
#include "base/text.h"

#include <stdio.h>

enum { DAY_MS = 86400000 };

struct moment {
    int year, month, day;
    int hour, minute, second, millisecond;
    int offset_minutes;
};

/* Days from 1970-01-01. Years are counted from March, so that the leap day comes last. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = (int)(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
    int month_from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int
days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly count digits; moves *at behind them. */
static int
take_digits(int *out, const char **at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return 0;
        value = value * 10 + (**at - '0');
    }
    *out = value;
    return 1;
}

static int
take_char(const char **at, char c)
{
    if (**at != c)
        return 0;
    (*at)++;
    return 1;
}

static int
take_date(struct moment *m, const char **at)
{
    return take_digits(&m->year, at, 4) && take_char(at, '-') && take_digits(&m->month, at, 2) &&
           take_char(at, '-') && take_digits(&m->day, at, 2) && m->month >= 1 && m->month <= 12 &&
           m->day >= 1 && m->day <= days_in_month(m->year, m->month);
}

/* A fraction of any length; what is finer than a millisecond is dropped. */
static int
take_fraction(struct moment *m, const char **at)
{
    if (!take_char(at, '.') && !take_char(at, ','))
        return 1;
    int digits = 0;
    int unit = 100;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        m->millisecond += unit * (**at - '0');
        unit /= 10;
    }
    return digits > 0;
}

/* hh:mm[:ss[.fraction]]. A leap second (60) counts as the first of the next minute. */
static int
take_clock(struct moment *m, const char **at)
{
    if (!take_digits(&m->hour, at, 2) || !take_char(at, ':') || !take_digits(&m->minute, at, 2))
        return 0;
    if (take_char(at, ':') && (!take_digits(&m->second, at, 2) || !take_fraction(m, at)))
        return 0;
    return m->hour <= 23 && m->minute <= 59 && m->second <= 60;
}

/* Z, +hh, +hhmm, +hh:mm, or nothing for UTC. */
static int
take_offset(struct moment *m, const char **at)
{
    if (**at == '\0' || take_char(at, 'Z') || take_char(at, 'z'))
        return 1;
    int sign = **at == '-' ? -1 : 1;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return 0;
    int hours, minutes = 0;
    if (!take_digits(&hours, at, 2))
        return 0;
    int has_minutes = take_char(at, ':') || **at != '\0';
    if (has_minutes && !take_digits(&minutes, at, 2))
        return 0;
    m->offset_minutes = sign * (hours * 60 + minutes);
    return hours <= 23 && minutes <= 59;
}

static int
take_moment(struct moment *m, const char *text)
{
    if (!take_date(m, &text))
        return 0;
    if (*text == '\0')
        return 1;
    if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
        return 0;
    return take_clock(m, &text) && take_offset(m, &text) && *text == '\0';
}

int
rv_parse_time(int64_t *out_ms, const char *text, rv_err *err)
{
    struct moment m = { 0 };
    if (!take_moment(&m, text)) {
        rv_fail(err, RV_E_INVALID, "'%.64s' is not a time", text);
        return rv_hint(err, "write it as 2026-11-22 or 2026-11-22T10:00:00Z");
    }
    int64_t minutes = (int64_t)m.hour * 60 + m.minute - m.offset_minutes;
    *out_ms = days_from_date(m.year, m.month, m.day) * DAY_MS + minutes * 60000 +
              (int64_t)m.second * 1000 + m.millisecond;
    return 0;
}

/* Two digits, and what follows them, if anything. Returns behind them. */
static char *
add_two(char *at, unsigned value, char after)
{
    *at++ = (char)('0' + value / 10 % 10);
    *at++ = (char)('0' + value % 10);
    if (after)
        *at++ = after;
    return at;
}

void
rv_format_time(char out[32], int64_t unix_ms)
{
    int64_t days = unix_ms / DAY_MS;
    int64_t rest = unix_ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int64_t year;
    int month, day;
    date_from_days(days, &year, &month, &day);
    unsigned ms = (unsigned)(rest % 1000);
    unsigned seconds = (unsigned)(rest / 1000);
    char *at = out;
    if (year >= 0 && year <= 9999) { /* by hand: answers are full of times */
        at = add_two(at, (unsigned)(year / 100), '\0');
        at = add_two(at, (unsigned)(year % 100), '-');
    } else {
        at += snprintf(out, 12, "%04lld-", (long long)(year % 1000000000));
    }
    at = add_two(at, (unsigned)month, '-');
    at = add_two(at, (unsigned)day, 'T');
    at = add_two(at, seconds / 3600, ':');
    at = add_two(at, seconds / 60 % 60, ':');
    at = add_two(at, seconds % 60, ms ? '.' : 'Z');
    if (ms) {
        *at++ = (char)('0' + ms / 100);
        at = add_two(at, ms % 100, 'Z');
    }
    *at = '\0';
}
