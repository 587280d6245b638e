/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting: readiness, timeouts, the heart, commands that come in between,
 * cancellation.
 */
#include "base/wait.h"

#include "base/clock.h"
#include "base/mem.h"
#include "check.h"

struct worker {
    struct rv_wait_hooks hooks;
    int commands[2]; /* a pipe */
    int beats, readies;
    int cancelled;
    int sleep_in_beat;
};

static void
on_ready(void *arg)
{
    struct worker *worker = arg;
    char command;
    worker->readies++;
    if (read(worker->commands[0], &command, 1) != 1)
        worker->hooks.fd = -1;
    else if (command == 'c')
        worker->cancelled = 1;
}

static void
beat(void *arg)
{
    struct worker *worker = arg;
    rv_err err = RV_ERR_INIT;
    worker->beats++;
    if (worker->sleep_in_beat)
        assert_int_equal(rv_sleep(1, &err), 0);
}

static int
is_cancelled(void *arg)
{
    struct worker *worker = arg;
    return worker->cancelled;
}

static int
start(void **state)
{
    struct worker *worker = rv_alloc(sizeof(*worker));
    if (pipe(worker->commands) != 0)
        return -1;
    worker->hooks = (struct rv_wait_hooks){ .arg = worker,
                                            .fd = worker->commands[0],
                                            .on_ready = on_ready,
                                            .beat = beat,
                                            .beat_ms = 20,
                                            .cancelled = is_cancelled };
    rv_wait_install(&worker->hooks);
    *state = worker;
    return 0;
}

static int
stop(void **state)
{
    struct worker *worker = *state;
    rv_wait_install(NULL);
    rv_clock_real();
    close(worker->commands[0]);
    if (worker->commands[1] >= 0)
        close(worker->commands[1]);
    free(worker);
    return 0;
}

static void
without_hooks_it_is_a_poll(void **state)
{
    (void)state;
    rv_wait_install(NULL);
    rv_err err = RV_ERR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    RV_AUTO_FD int in = ends[0];
    RV_AUTO_FD int out = ends[1];
    int64_t before_us = rv_monotonic_us();
    assert_int_equal(rv_wait_fd(in, POLLIN, 30, &err), 0);
    assert_true(rv_monotonic_us() - before_us >= 29000);
    assert_int_equal(rv_wait_fd(out, POLLOUT, -1, &err), 1);
    assert_int_equal(write(out, "x", 1), 1);
    struct pollfd fds[2] = { { .fd = in, .events = POLLIN }, { .fd = out, .events = POLLOUT } };
    assert_int_equal(rv_wait(fds, 2, 0, &err), 2);
    assert_int_equal(fds[0].revents, POLLIN);
    assert_int_equal(fds[1].revents, POLLOUT);
}

static void
many_descriptors_can_be_watched(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    RV_AUTO_FD int in = ends[0];
    RV_AUTO_FD int out = ends[1];
    struct pollfd fds[100];
    for (size_t count = 1; count <= RV_COUNT(fds); count++) {
        for (size_t i = 0; i < count; i++)
            fds[i] = (struct pollfd){ .fd = in, .events = POLLIN, .revents = POLLERR };
        fds[count - 1] = (struct pollfd){ .fd = out, .events = POLLOUT };
        assert_int_equal(rv_wait(fds, count, -1, &err), 1);
        assert_int_equal(fds[count - 1].revents, POLLOUT);
        if (count > 1)
            assert_int_equal(fds[0].revents, 0);
    }
}

static void
the_heart_beats_while_it_waits(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_sleep(110, &err), 0);
    assert_in_range(worker->beats, 3, 8);
}

static void
a_command_is_read_and_the_wait_goes_on(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(write(worker->commands[1], "xxx", 3), 3);
    int64_t before_us = rv_monotonic_us();
    assert_int_equal(rv_sleep(40, &err), 0);
    assert_true(rv_monotonic_us() - before_us >= 39000);
    assert_int_equal(worker->readies, 3);
}

static void
cancellation_ends_any_wait(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(write(worker->commands[1], "c", 1), 1);
    assert_int_equal(rv_wait_fd(worker->commands[0], POLLHUP, -1, &err), RV_E_CANCELLED);
    assert_string_equal(err.text, "cancelled");
    assert_int_equal(rv_sleep(10000, &err), RV_E_CANCELLED);
    assert_int_equal(rv_wait_poll(&err), RV_E_CANCELLED);
    /* Even when something is ready. */
    assert_int_equal(rv_wait_fd(worker->commands[1], POLLOUT, 0, &err), RV_E_CANCELLED);
}

static void
a_computation_sees_a_command_by_polling(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_wait_poll(&err), 0);
    assert_int_equal(worker->beats, 1);
    assert_int_equal(write(worker->commands[1], "c", 1), 1);
    assert_int_equal(rv_wait_poll(&err), RV_E_CANCELLED);
    assert_int_equal(worker->beats, 2);
}

static void
a_lost_command_channel_does_not_spin(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    close(worker->commands[1]);
    worker->commands[1] = -1;
    assert_int_equal(rv_sleep(50, &err), 0);
    assert_int_equal(worker->readies, 1);
}

static void
a_wait_within_a_beat_does_not_beat(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    worker->sleep_in_beat = 1;
    assert_int_equal(rv_wait_poll(&err), 0);
    assert_int_equal(worker->beats, 1);
}

static void
under_a_fake_clock_a_sleep_takes_no_time_but_beats(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    worker->hooks.beat_ms = 10000;
    int64_t before_us = rv_monotonic_us();
    rv_clock_fake(1000);
    assert_int_equal(rv_sleep(3600000, &err), 0);
    assert_int_equal(rv_now_ms(), 3601000);
    assert_int_equal(worker->beats, 360);
    rv_clock_real();
    assert_true(rv_monotonic_us() - before_us < 5000000);
}

static void
a_wait_on_descriptors_ends_under_a_fake_clock(void **state)
{
    struct worker *worker = *state;
    rv_err err = RV_ERR_INIT;
    rv_clock_fake(1000);
    assert_int_equal(rv_wait_fd(worker->commands[1], POLLIN, 50, &err), 0);
    assert_int_equal(rv_now_ms(), 1050);
}

static void
a_bad_descriptor_is_reported_as_ready(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct pollfd one = { .fd = 1023, .events = POLLIN };
    assert_int_equal(rv_wait(&one, 1, -1, &err), 1);
    assert_int_equal(one.revents, POLLNVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_hooks_it_is_a_poll),
        cmocka_unit_test_setup_teardown(many_descriptors_can_be_watched, start, stop),
        cmocka_unit_test_setup_teardown(the_heart_beats_while_it_waits, start, stop),
        cmocka_unit_test_setup_teardown(a_command_is_read_and_the_wait_goes_on, start, stop),
        cmocka_unit_test_setup_teardown(cancellation_ends_any_wait, start, stop),
        cmocka_unit_test_setup_teardown(a_computation_sees_a_command_by_polling, start, stop),
        cmocka_unit_test_setup_teardown(a_lost_command_channel_does_not_spin, start, stop),
        cmocka_unit_test_setup_teardown(a_wait_within_a_beat_does_not_beat, start, stop),
        cmocka_unit_test_setup_teardown(under_a_fake_clock_a_sleep_takes_no_time_but_beats, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_wait_on_descriptors_ends_under_a_fake_clock, start, stop),
        cmocka_unit_test_setup_teardown(a_bad_descriptor_is_reported_as_ready, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
