/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands for tests: work that is written down, failures of every kind.
 */
#include "server/test_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/wait.h"
#include "server/protocol.h"

enum { ARGS_MAX_BYTES = 64 * 1024, LAST_CLASS = RV_E_STALE };

static int
write_line(const char *path, const char *word, const struct rv_message *message, rv_err *err)
{
    char line[160];
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return rv_fail_errno(err, "open the ledger '%s'", path);
    int length =
        snprintf(line, sizeof(line), "%s %lld %d %lld %d %lld %lld\n", word, (long long)message->id,
                 message->attempts, (long long)message->generation, (int)getpid(),
                 (long long)rv_monotonic_us(), (long long)message->target_id);
    if (write(fd, line, (size_t)length) != length)
        return rv_fail_errno(err, "write the ledger '%s'", path);
    return 0;
}

/* What the message asks for. */
struct order {
    cJSON *args;
    const char *ledger;
};

static int
begin(struct order *order, const struct rv_message *message, rv_err *err)
{
    if (rv_json_parse(&order->args, message->args, strlen(message->args), ARGS_MAX_BYTES, 0, err))
        return rv_wrap(err, "arguments of %s", message->method_name);
    order->ledger = rv_json_string(order->args, "ledger");
    return order->ledger ? write_line(order->ledger, "begin", message, err) : 0;
}

static int
done(struct order *order, const struct rv_message *message, int failed, rv_err *err)
{
    if (!failed && order->ledger)
        failed = write_line(order->ledger, "done", message, err);
    cJSON_Delete(order->args);
    return failed;
}

static int
work(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    int64_t ms = rv_json_int(order.args, "ms", 0);
    return done(&order, message, ms > 0 ? rv_sleep(ms, err) : 0, err);
}

static int
class_of(const char *word)
{
    for (int code = RV_E_AUTH; code >= LAST_CLASS; code--)
        if (rv_streq(rv_class_name(code), word))
            return code;
    return 0;
}

static int
fail(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    const char *word = rv_json_string(order.args, "class");
    int64_t times = rv_json_int(order.args, "times", 0);
    int code = class_of(word ? word : "internal");
    if (code == 0)
        rv_fail(err, RV_E_INVALID, "'%s' is no class of errors", word);
    else if (times == 0 || message->attempts <= times)
        rv_fail(err, code, "told to fail");
    return done(&order, message, err->code, err);
}

/* Not by rv_wait: nothing beats and nothing is read meanwhile. */
static void
sleep_deaf(int64_t ms)
{
    struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

static int
hang(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    int64_t ms = rv_json_int(order.args, "ms", 0);
    do
        sleep_deaf(ms > 0 ? ms : 1000);
    while (ms <= 0);
    return done(&order, message, 0, err);
}

static int
crash(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    const struct rlimit no_core = { 0, 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    int number = (int)rv_json_int(order.args, "signal", SIGSEGV);
    setrlimit(RLIMIT_CORE, &no_core);
    raise(number);
    return done(&order, message, 0, err);
}

static int
grow(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    int64_t mib = rv_json_int(order.args, "mib", 1), ms = rv_json_int(order.args, "ms", 1000);
    size_t bytes = (size_t)(mib > 0 ? mib : 1) << 20;
    RV_AUTO_FREE char *memory = rv_alloc(bytes);
    for (size_t i = 0; i < bytes; i += 4096) /* a page that nobody touched is not there */
        ((volatile char *)memory)[i] = 1;
    return done(&order, message, rv_sleep(ms, err), err);
}

/* Bytes that no worker would send, to the supervisor. What comes of it is the supervisor's. */
static int
send_frame(const char *kind, rv_err *err)
{
    static const struct {
        const char *kind, *bytes;
        size_t size;
    } frames[] = {
        { "garbage", "\0\0\0\5}{\xff\xfe!", 9 },
        { "cut", "\0\0\1\0{\"type\":\"beat\"", 18 },
        { "huge", "\x40\0\0\0{", 5 },
    };
    for (size_t i = 0; i < RV_COUNT(frames); i++)
        if (rv_streq(frames[i].kind, kind))
            return write(RV_WORKER_SOCKET, frames[i].bytes, frames[i].size) ==
                           (ssize_t)frames[i].size
                       ? 0
                       : rv_fail_errno(err, "write the frame");
    return rv_fail(err, RV_E_INVALID, "'%s' is no kind of frame", kind ? kind : "");
}

static int
frame(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct order order = { 0 };
    (void)arg;
    (void)results;
    if (begin(&order, message, err))
        return done(&order, message, err->code, err);
    if (message->attempts == 1 && send_frame(rv_json_string(order.args, "kind"), err))
        return done(&order, message, err->code, err);
    return done(&order, message, rv_sleep(500, err), err);
}

void
rv_test_commands(struct rv_command *out)
{
    const struct rv_command commands[RV_TEST_COMMANDS] = {
        { "Test", "work", work, NULL, 0, NULL }, { "Test", "fail", fail, NULL, 0, NULL },
        { "Test", "hang", hang, NULL, 0, NULL }, { "Test", "crash", crash, NULL, 0, NULL },
        { "Test", "grow", grow, NULL, 0, NULL }, { "Test", "frame", frame, NULL, 0, NULL },
    };
    memcpy(out, commands, sizeof(commands));
}
