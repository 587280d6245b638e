/* SPDX-License-Identifier: Apache-2.0
 *
 * Spans of time, counted back from now.
 */
#include "query/relative.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/text.h"

enum unit { MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR };

enum { BACK_MAX = 100000 /* units; what is longer ago than that is nobody's time */ };

static const char *const words[] = { "minute", "hour", "day", "week", "month", "quarter", "year" };

/* With or without an s; -1 when it is none. */
static int
unit_of(const char *word)
{
    size_t len = strlen(word);
    if (len > 1 && word[len - 1] == 's')
        len--;
    for (int i = 0; i < (int)RV_COUNT(words); i++)
        if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
            return i;
    return -1;
}

/* The first moment of the unit that lies so many units back, or (back < 0) ahead. */
static int64_t
begin_of(enum unit unit, int64_t now_ms, int back)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm parts;
    gmtime_r(&now, &parts);
    parts.tm_sec = 0;
    if (unit != MINUTE)
        parts.tm_min = 0;
    if (unit > HOUR)
        parts.tm_hour = 0;
    if (unit == WEEK)
        parts.tm_mday -= (parts.tm_wday + 6) % 7 + 7 * back;
    if (unit >= MONTH)
        parts.tm_mday = 1;
    if (unit == QUARTER)
        parts.tm_mon -= parts.tm_mon % 3 + 3 * back;
    if (unit == YEAR)
        parts.tm_mon = 0;
    parts.tm_min -= unit == MINUTE ? back : 0;
    parts.tm_hour -= unit == HOUR ? back : 0;
    parts.tm_mday -= unit == DAY ? back : 0;
    parts.tm_mon -= unit == MONTH ? back : 0;
    parts.tm_year -= unit == YEAR ? back : 0;
    return (int64_t)timegm(&parts) * 1000;
}

/* "today", "this week", "3 days ago" as unit and how many back. */
static int
read_words(enum unit *unit, int *back, const char *text)
{
    char first[16], second[16], third[16], more[2];
    int count = sscanf(text, "%15s %15s %15s %1s", first, second, third, more);
    int64_t number = 0;
    rv_err ignored = RV_ERR_INIT;
    *back = 0;
    *unit = strcmp(first, "now") == 0 ? HOUR : DAY;
    if (count == 1) {
        *back = strcmp(first, "yesterday") == 0;
        return *back || *unit == HOUR || strcmp(first, "today") == 0;
    }
    int found = count == 2 || count == 3 ? unit_of(second) : -1;
    if (found < 0)
        return 0;
    *unit = (enum unit)found;
    *back = strcmp(first, "last") == 0;
    if (count == 2)
        return *back || strcmp(first, "this") == 0;
    if (strcmp(third, "ago") != 0 || rv_parse_int(&number, first, &ignored) < 0 || number < 0 ||
        number > BACK_MAX)
        return 0;
    *back = (int)number;
    return 1;
}

int
rv_relative_span(int64_t *from_ms, int64_t *to_ms, const char *text, int64_t now_ms)
{
    char lower[64];
    enum unit unit;
    int back;
    if (strlen(text) >= sizeof(lower) || text[strspn(text, " \t")] == '\0')
        return 0;
    memcpy(lower, text, strlen(text) + 1);
    rv_lower(lower);
    if (!read_words(&unit, &back, lower))
        return 0;
    *from_ms = begin_of(unit, now_ms, back);
    *to_ms = begin_of(unit, now_ms, back - 1);
    return 1;
}
