/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes to a terminal: text without anything that drives it, its width, messages, and what
 * happens at Ctrl-C.
 */
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include "cli.h"

#define MESSAGE_LIMIT (1u << 20)

static int quiet;

/* Code point of well-formed UTF-8 at text, and how many bytes it takes; -1 for a bad byte. */
static long
decode(const char *text, size_t *len)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t want = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    long point = want == 1 ? c[0] : c[0] & (0xff >> (want + 1));

    *len = 1;
    if (!rv_utf8_valid(text, strnlen(text, want)) || strnlen(text, want) < want)
        return -1;
    for (size_t i = 1; i < want; i++)
        point = point << 6 | (c[i] & 0x3f);
    *len = want;
    return point;
}

/* Controls of both sets, DEL, and what turns the writing direction around. */
static int
drives(long point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c || point == 0x200e ||
           point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

static void
clean(rv_buf *out, const char *text, const char *kept)
{
    size_t len;

    for (; *text; text += len) {
        long point = decode(text, &len);

        if (!drives(point) || (point > 0 && point < 0x80 && strchr(kept, (int)point)))
            rv_buf_add(out, text, len);
        else if (point == '\t')
            rv_buf_add_char(out, ' ');
        else
            rv_buf_add_char(out, '?');
    }
}

void
cli_clean_line(rv_buf *out, const char *text)
{
    clean(out, text, "");
}

void
cli_clean_text(rv_buf *out, const char *text)
{
    clean(out, text, "\n\t");
}

size_t
cli_width(const char *text)
{
    size_t width = 0, len;

    for (; *text; text += len) {
        long point = decode(text, &len);
        int places = point < 0x80 ? 1 : wcwidth((wchar_t)point);

        width += places < 0 ? 1 : (size_t)places;
    }
    return width;
}

void
cli_set_quiet(int to)
{
    quiet = to;
}

static void RV_PRINTF(2, 0) print_message(const char *before, const char *format, va_list args)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(MESSAGE_LIMIT);
    RV_AUTO_FREE char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        return;
    rv_buf_add_string(&out, before);
    cli_clean_text(&out, text);
    rv_buf_add_char(&out, '\n');
    fflush(stdout); /* what was said before a message stands before it */
    fputs(rv_buf_text(&out), stderr);
}

void
cli_say(const char *format, ...)
{
    va_list args;

    if (quiet)
        return;
    va_start(args, format);
    print_message("", format, args);
    va_end(args);
}

void
cli_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_message("reevectl: ", format, args);
    va_end(args);
}

int
cli_exit_code(int error_class)
{
    switch (error_class) {
    case RV_OK:
        return CLI_OK;
    case RV_E_NOT_FOUND:
        return CLI_NOT_FOUND;
    case RV_E_AUTH:
    case RV_E_PERMISSION:
        return CLI_DENIED;
    case RV_E_CONFLICT:
        return CLI_CONFLICT;
    case RV_E_TIMEOUT:
        return CLI_WAIT_TIMED_OUT;
    case RV_E_UNAVAILABLE:
        return CLI_UNREACHABLE;
    case RV_E_CANCELLED:
        return CLI_INTERRUPTED;
    default:
        return CLI_FAILURE;
    }
}

int
cli_failed(const rv_err *err)
{
    cli_warn("%s%s%s", err->text, err->hint[0] ? "\n  hint: " : "", err->hint);
    return cli_exit_code(err->code);
}

/* What the signal handler may touch. */
static struct {
    char text[256];
    struct termios before;
    int fd, out;
    volatile sig_atomic_t echo_is_off;
} at_interrupt;

void
cli_echo_on(void)
{
    if (at_interrupt.echo_is_off)
        tcsetattr(at_interrupt.fd, TCSAFLUSH, &at_interrupt.before);
    at_interrupt.echo_is_off = 0;
}

static int
switch_off(int fd, tcflag_t flags)
{
    struct termios silent;

    if (tcgetattr(fd, &at_interrupt.before) < 0)
        return -1;
    at_interrupt.fd = fd;
    silent = at_interrupt.before;
    silent.c_lflag &= ~flags;
    at_interrupt.echo_is_off = 1;
    return tcsetattr(fd, TCSAFLUSH, &silent);
}

int
cli_echo_off(int fd)
{
    return switch_off(fd, ECHO);
}

int
cli_keys(int fd)
{
    return switch_off(fd, ECHO | ICANON);
}

size_t
cli_columns_of(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 0;
}

static void
on_interrupt(int signal_number)
{
    ssize_t ignored;

    cli_echo_on();
    ignored = write(at_interrupt.out, at_interrupt.text, strlen(at_interrupt.text));
    (void)ignored;
    _exit(128 + signal_number);
}

void
cli_on_interrupt(int fd, const char *text)
{
    struct sigaction action = { .sa_handler = on_interrupt };

    at_interrupt.out = fd;
    snprintf(at_interrupt.text, sizeof(at_interrupt.text), "%s", text ? text : "");
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
