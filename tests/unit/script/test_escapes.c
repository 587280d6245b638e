/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/lua/escapes: each file tries to get away, and says in its first line what ends it: a limit
 * ("-- memory", "-- instructions", "-- time"), an error with its text, or nothing ("-- ok"). The
 * run itself asserts that all of its memory came back.
 */
#include "script_test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#define ESCAPES REEVE_SOURCE_DIR "/tests/lua/escapes"
enum { LONGEST_MS = 5000 }; /* with sanitizers, on a machine that does other things too */

static char *
first_line(const char *text)
{
    assert_int_equal(strncmp(text, "-- ", 3), 0);
    return rv_strndup(text + 3, strcspn(text + 3, "\n"));
}

/* Whether it ended as its first line says. */
static int
is_as_wanted(const struct bench *b, const char *wanted, int code)
{
    const char *said = b->err.text;
    if (strcmp(wanted, "ok") == 0)
        return code == 0 && b->result.exit_code == 0;
    if (!strstr(b->result.place, "Shop/Ops/Crash/act"))
        return 0;
    if (strcmp(wanted, "memory") == 0)
        return code == RV_E_LIMIT && strstr(said, "KiB of memory");
    if (strcmp(wanted, "instructions") == 0)
        return code == RV_E_LIMIT && strstr(said, "instructions and did not end");
    if (strcmp(wanted, "time") == 0)
        return code == RV_E_TIMEOUT;
    return strncmp(wanted, "error: ", 7) == 0 && code == RV_E_INVALID && strstr(said, wanted + 7);
}

static int
try_file(struct bench *b, const char *name)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    RV_AUTO_FREE char *path = rv_format(ESCAPES "/%s", name);
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_buf_read_file(&text, path, &err), 0);
    RV_AUTO_FREE char *wanted = first_line(rv_buf_text(&text));
    int by_time = strcmp(wanted, "time") == 0;
    b->limits = (struct rv_script_limits){ .memory_bytes = 8 << 20,
                                           .instructions = by_time ? INT64_MAX : 3000000,
                                           .time_ms = by_time ? 200 : 20000 };
    bench_world(b,
                "{\"path\":\"/Shop/Ops/Crash/on_pod\",\"root\":{\"vm\":{\"kind\":\"vm\",\"id\":1,"
                "\"name\":\"web\"}}}");
    int64_t began = rv_monotonic_ms();
    int code = bench_run(b, rv_buf_text(&text));
    int64_t took = rv_monotonic_ms() - began;
    if (is_as_wanted(b, wanted, code) && took < LONGEST_MS && b->result.memory_peak <= 8 << 20)
        return 0;
    print_message("%s: wanted '%s', got %d after %lld ms, exit code %d, '%s'\n", name, wanted, code,
                  (long long)took, b->result.exit_code, b->err.text);
    return 1;
}

static int
is_lua(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".lua") == 0;
}

static void
each_escape_ends_with_the_limit_that_its_first_line_names(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(ESCAPES, &entries, is_lua, alphasort);
    int failed = 0;
    assert_true(count > 60);
    for (int i = 0; i < count; i++) {
        failed += try_file(*state, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

/* Nothing that a method may call runs for ever in C. A host function that does stands for it. */
static int
never_return(void *arg, rv_err *err)
{
    (void)arg;
    (void)err;
    for (volatile int on = 1; on;)
        continue;
    return 0;
}

static int
run_away(struct bench *b)
{
    static const struct rv_ae_domain domain = { .name = "Shop" };
    static const struct rv_ae_class class = { .domain = &domain, .path = "Ops/Crash" };
    static const char text[] = "local x\n\nfor i = 1, 1000000 do x = i end\n";
    const struct rv_ae_method method = {
        .class = &class, .name = "act", .data = text, .data_len = sizeof(text) - 1
    };
    struct rv_script_host host = *rv_mock_host(b->mock);
    host.pulse = never_return;
    const struct rv_script_run run = {
        .method = &method, .self = 1, .host = &host, .limits = { .time_ms = 100 }
    };
    return rv_script_run(b->script, &run, &b->result, &b->err);
}

static void
a_run_in_endless_c_code_ends_its_process_and_is_named(void **state)
{
    int said[2], status = 0;
    char text[512] = "";
    int64_t began = rv_monotonic_ms();
    assert_int_equal(pipe(said), 0);
    fflush(stdout);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(said[1], STDERR_FILENO);
        run_away(*state);
        _exit(0);
    }
    close(said[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), RV_SCRIPT_EXIT_RUNAWAY);
    assert_true(read(said[0], text, sizeof(text) - 1) > 0);
    close(said[0]);
    assert_has(text, "Shop/Ops/Crash/act:3: runs past its time");
    assert_true(rv_monotonic_ms() - began < LONGEST_MS);
}

static int
cancel(void *arg, rv_err *err)
{
    int *left = arg;
    return --*left > 0 ? 0 : rv_fail(err, RV_E_CANCELLED, "a person said stop");
}

static void
a_run_that_is_told_to_stop_stops_and_cannot_catch_it(void **state)
{
    struct bench *b = *state;
    static const char text[] = "while true do pcall(function() while true do end end) end";
    const struct rv_ae_method method = { .name = "act",
                                         .data = text,
                                         .data_len = sizeof(text) - 1 };
    int left = 3;
    struct rv_script_host host = *rv_mock_host(b->mock);
    host.arg = &left;
    host.pulse = cancel;
    const struct rv_script_run run = {
        .method = &method, .domain = "Shop", .host = &host, .limits = { .instructions = INT64_MAX }
    };
    rv_err_clear(&b->err);
    assert_int_equal(rv_script_run(b->script, &run, &b->result, &b->err), RV_E_CANCELLED);
    assert_has(b->err.text, "Shop/act:1: was stopped");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_escape_ends_with_the_limit_that_its_first_line_names),
        cmocka_unit_test(a_run_in_endless_c_code_ends_its_process_and_is_named),
        cmocka_unit_test(a_run_that_is_told_to_stop_stops_and_cannot_catch_it),
    };
    return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
