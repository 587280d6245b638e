/* SPDX-License-Identifier: Apache-2.0
 *
 * The handler builds one frame by hand and writes it: nothing in it allocates,
 * locks or formats by stdio. Then the signal goes on to whoever had it before (a
 * sanitizer's report, the core dump).
 */
#include "server/crash.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "host/host.h"

enum { STACK_BYTES = 64 * 1024, FRAME_BYTES = 256 };

static int socket_fd = -1;
static struct sigaction before[65];
static char handler_stack[STACK_BYTES];
static const char *(*running)(void) = rv_host_running;

static size_t
put(char *frame, size_t at, const char *text)
{
    for (; *text && at < FRAME_BYTES - 64; text++)
        if (*text >= ' ' && *text <= '~' && *text != '"' && *text != '\\')
            frame[at++] = *text;
    return at;
}

static size_t
put_raw(char *frame, size_t at, const char *text)
{
    size_t len = strlen(text);
    memcpy(frame + at, text, len);
    return at + len;
}

static void
say(int number, const char *callback)
{
    char frame[FRAME_BYTES];
    char digits[4] = { (char)('0' + number / 10), (char)('0' + number % 10), '\0', '\0' };
    size_t at = 4;
    at = put_raw(frame, at, "{\"type\":\"crash\",\"callback\":\"");
    at = put(frame, at, callback);
    at = put_raw(frame, at, "\",\"signal\":");
    at = put_raw(frame, at, digits[0] == '0' ? digits + 1 : digits);
    at = put_raw(frame, at, "}");
    uint32_t len = (uint32_t)(at - 4);
    frame[0] = (char)(len >> 24);
    frame[1] = (char)(len >> 16);
    frame[2] = (char)(len >> 8);
    frame[3] = (char)len;
    ssize_t sent = send(socket_fd, frame, at, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    say(number, running());
    sigaction(number, &before[number], NULL);
    /* A real fault happens again when we return; one that was sent must be sent again. */
    if (info->si_code <= 0 || number == SIGABRT)
        raise(number);
}

void
rv_crash_install(int fd)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
    const stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    socket_fd = fd;
    sigaltstack(&stack, NULL);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < RV_COUNT(numbers); i++)
        sigaction(numbers[i], &action, &before[numbers[i]]);
}

void
rv_crash_in(const char *(*who)(void))
{
    running = who;
}

void
rv_crash_runaway(const char *place, int exit_code)
{
    say(SIGALRM, place);
    _exit(exit_code);
}
