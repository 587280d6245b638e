/* SPDX-License-Identifier: Apache-2.0
 *
 * What `reeved db` shows: progress on stderr when that is a terminal, the result on stdout.
 */
#include "db/db_internal.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

enum { DRAW_MS = 200 };

static volatile sig_atomic_t interrupted;
static int64_t drawn_ms;
static int drawn;
static int hushed;

static void
on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static int
stopped(void *arg)
{
    (void)arg;
    return interrupted;
}

static void
draw(void *arg, const char *doing, const char *table, int64_t rows)
{
    int64_t now_ms = rv_monotonic_ms();
    (void)arg;

    if (hushed || !isatty(STDERR_FILENO) || now_ms - drawn_ms < DRAW_MS)
        return;
    drawn_ms = now_ms;
    drawn = 1;
    fprintf(stderr, "\r\033[K%s: %lld %s", table, (long long)rows, doing);
    fflush(stderr);
}

const struct rv_keep_watch *
rv_db_watch(void)
{
    static const struct rv_keep_watch watch = { .tell = draw, .stopped = stopped };
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    const struct sigaction action = { .sa_handler = on_signal };
    const struct sigaction ignore = { .sa_handler = SIG_IGN };

    for (size_t i = 0; i < RV_COUNT(numbers); i++)
        sigaction(numbers[i], &action, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return &watch;
}

void
rv_db_watch_end(void)
{
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = 0;
}

void
rv_db_hush(void)
{
    hushed = 1;
}

RV_PRINTF(2, 0)
static void
say(const char *before, const char *format, va_list args)
{
    rv_db_watch_end();
    if (hushed)
        return;
    fputs(before, stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void
rv_db_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void
rv_db_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(isatty(STDERR_FILENO) ? "\033[1mWARNING:\033[0m " : "WARNING: ", format, args);
    va_end(args);
}

void
rv_db_clean(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        int c1 = *at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if ((*at < 0x20 && *at != '\n') || *at == 0x7f || c1)
            *at = '?';
        if (c1)
            at[1] = '?';
    }
}

static void
print_item(const cJSON *item)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);

    if (cJSON_IsString(item))
        rv_buf_add_string(&text, item->valuestring);
    else
        rv_json_canonical(&text, item);
    if (text.data)
        rv_db_clean(text.data);
    printf("%-20s %s\n", item->string, rv_buf_text(&text));
}

int
rv_db_is_table(const struct rv_db *db)
{
    return db->args.output ? strcmp(db->args.output, "table") == 0 : isatty(STDOUT_FILENO);
}

void
rv_db_print(const struct rv_db *db, const char *headline, const cJSON *report)
{
    const cJSON *item = NULL;

    rv_db_watch_end();
    if (!rv_db_is_table(db)) {
        char *text = cJSON_Print(report);
        puts(text);
        free(text);
        return;
    }
    puts(headline);
    cJSON_ArrayForEach(item, report)
    {
        if (strcmp(item->string, "tables") != 0 && !(cJSON_IsArray(item) && !item->child))
            print_item(item);
    }
}
