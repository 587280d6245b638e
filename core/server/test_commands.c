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

static int
work(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    int64_t ms = rv_json_int(args, "ms", 0);
    (void)message;
    return ms > 0 ? rv_sleep(ms, err) : 0;
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
fail(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    const char *word = rv_json_string(args, "class");
    int64_t times = rv_json_int(args, "times", 0);
    int code = class_of(word ? word : "internal");
    if (code == 0)
        return rv_fail(err, RV_E_INVALID, "'%s' is no class of errors", word);
    return times == 0 || message->attempts <= times ? rv_fail(err, code, "told to fail") : 0;
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
hang(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    int64_t ms = rv_json_int(args, "ms", 0);
    (void)message;
    (void)err;
    do
        sleep_deaf(ms > 0 ? ms : 1000);
    while (ms <= 0);
    return 0;
}

static int
crash(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    const struct rlimit no_core = { 0, 0 };
    (void)message;
    (void)err;
    setrlimit(RLIMIT_CORE, &no_core);
    raise((int)rv_json_int(args, "signal", SIGSEGV));
    return 0;
}

static int
grow(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    int64_t mib = rv_json_int(args, "mib", 1), ms = rv_json_int(args, "ms", 1000);
    size_t bytes = (size_t)(mib > 0 ? mib : 1) << 20;
    RV_AUTO_FREE char *memory = rv_alloc(bytes);
    (void)message;
    for (size_t i = 0; i < bytes; i += 4096) /* a page that nobody touched is not there */
        ((volatile char *)memory)[i] = 1;
    return rv_sleep(ms, err);
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
frame(const cJSON *args, const struct rv_message *message, rv_err *err)
{
    if (message->attempts == 1 && send_frame(rv_json_string(args, "kind"), err))
        return err->code;
    return rv_sleep(500, err);
}

/* What a command does between the two lines of its ledger. */
static const struct act {
    const char *name;
    int (*run)(const cJSON *args, const struct rv_message *message, rv_err *err);
} acts[RV_TEST_COMMANDS] = {
    { "work", work },   { "fail", fail }, { "hang", hang },
    { "crash", crash }, { "grow", grow }, { "frame", frame },
};

static int
run(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    const struct act *act = arg;
    RV_AUTO_JSON cJSON *args = NULL;
    (void)results;
    if (rv_json_parse(&args, message->args, strlen(message->args), ARGS_MAX_BYTES, 0, err))
        return rv_wrap(err, "arguments of %s", message->method_name);
    const char *ledger = rv_json_string(args, "ledger");
    if ((ledger && write_line(ledger, "begin", message, err)) || act->run(args, message, err))
        return err->code;
    return ledger ? write_line(ledger, "done", message, err) : 0;
}

void
rv_test_commands(struct rv_command *out)
{
    for (size_t i = 0; i < RV_COUNT(acts); i++)
        out[i] = (struct rv_command){ .class_name = "Test",
                                      .method_name = acts[i].name,
                                      .run = run,
                                      .arg = (void *)(uintptr_t)&acts[i] };
}
