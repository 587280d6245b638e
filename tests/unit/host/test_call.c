/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls: errors on their way out, waiting, cancellation, deadlines, memory.
 */
#include "host_test.h"

#include <unistd.h>
#include "base/clock.h"

static int
act(const char *what, const struct rv_call_spec *spec, struct rv_identity_found *found, rv_err *err)
{
    char options[128];
    snprintf(options, sizeof(options), "{\"act\":\"%s\",\"token\":\"tok-s3cr3t\"}", what);
    struct rv_config *config = good_config(options);
    struct rv_connection *connection = NULL;
    int rc = rv_connection_open(&connection, good_module(), config, spec, err);
    if (rc == 0)
        rc = rv_connection_verify(connection, spec, found, err);
    rv_connection_close(rc == 0 || connection ? connection : NULL);
    rv_config_free(config);
    return rc;
}

static void
verify_brings_back_the_identity(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(act("", &spec, &found, &err), 0);
    assert_string_equal(found.uid, "uid-1");
    assert_string_equal(found.api_version, "v1.2");
    assert_string_equal(found.account, "me");
    assert_string_equal(rv_host_running(), "");
}

static void
errors_carry_class_text_hint_and_status(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(act("open-fails", &spec, &found, &err), RV_E_UNAVAILABLE);
    assert_string_equal(err.text, "connect: no route");
    assert_string_equal(err.hint, "plug it in");
    assert_int_equal(err.remote_status, 503);
    assert_int_equal(err.retry_after_ms, 1500);
}

static void
a_stranger_cannot_put_us_off_for_long(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(act("open-in-a-thousand-years", &spec, &found, &err), RV_E_RATE_LIMITED);
    assert_int_equal(err.retry_after_ms, 15 * 60 * 1000);
}

static const struct {
    const char *what;
    int error_class;
    const char *says;
} odd[] = {
    { "silent", RV_E_AUTH, "verify of provider 'good' failed: auth" },
    { "nonsense", RV_E_INTERNAL, "returned 42, which is no error class" },
    { "garbage", RV_E_PROTOCOL, "got ? ?" },
    { "hog", RV_E_LIMIT, "needs more than 256 MiB of scratch memory" },
};

static void
odd_results_become_errors_that_say_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(odd); i++) {
        struct rv_call_spec spec = { .scope = "good" };
        struct rv_identity_found found;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(act(odd[i].what, &spec, &found, &err), odd[i].error_class);
        assert_contains(err.text, odd[i].says);
    }
}

static void
secrets_are_masked_in_error_texts(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good" };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(act("leak", &spec, &found, &err), RV_E_AUTH);
    assert_null(strstr(err.text, "s3cr3t"));
}

static int
cancelled_after(void *arg)
{
    return --*(int *)arg < 0;
}

static void
a_wait_ends_when_cancelled(void **state)
{
    (void)state;
    int rounds = 3;
    struct rv_call_spec spec = { .scope = "good", .cancelled = cancelled_after, .arg = &rounds };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    int64_t start = rv_monotonic_ms();
    assert_int_equal(act("sleep", &spec, &found, &err), RV_E_CANCELLED);
    assert_true(rv_monotonic_ms() - start < 5000);
}

static void
a_wait_ends_at_the_deadline(void **state)
{
    (void)state;
    struct rv_call_spec spec = { .scope = "good", .timeout_ms = 50 };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    int64_t start = rv_monotonic_ms();
    assert_int_equal(act("sleep", &spec, &found, &err), RV_E_TIMEOUT);
    int64_t took = rv_monotonic_ms() - start;
    assert_in_range(took, 50, 5000);
    assert_contains(err.text, "not done within 50 ms");
}

static int pipe_fds[2];

static int
wait_for_ready_pipe(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)inv;
    struct reeve_pollfd fd = { .fd = pipe_fds[0], .events = 1 };
    return rv_host_table.wait(call, &fd, 1, -1) == 1 && fd.revents == 1 ? 0 : REEVE_E_INTERNAL;
}

static int
wait_for_nothing(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)inv;
    struct reeve_pollfd fd = { .fd = pipe_fds[0], .events = 1 };
    return rv_host_table.wait(call, &fd, 1, 20);
}

static void
what_is_pending_is_saved_before_a_wait_that_sleeps(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(run_refresh(wait_for_nothing, &heard, &err), 0);
    assert_int_equal(heard.drains, 1);
    heard.drains = 0;
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_int_equal(run_refresh(wait_for_ready_pipe, &heard, &err), 0);
    assert_int_equal(heard.drains, 0);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    heard_reset(&heard);
}

static void
a_failing_drain_ends_the_wait_with_its_class(void **state)
{
    (void)state;
    struct heard heard = { .fail_drain = RV_E_UNAVAILABLE };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(run_refresh(wait_for_nothing, &heard, &err), RV_E_UNAVAILABLE);
    assert_string_equal(err.text, "save inventory: database is locked");
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    heard_reset(&heard);
}

static int
pretend_all_is_well(struct reeve_call *call, struct reeve_inventory *inv)
{
    rv_host_table.wait(call, NULL, 0, 10);
    rv_host_table.fail_clear(call);
    struct reeve_object *obj = rv_host_table.object(inv, "container_node", "n1");
    return rv_host_table.emit(obj) == REEVE_E_CANCELLED ? 0 : REEVE_E_INTERNAL;
}

static void
a_lost_lease_ends_the_call_whatever_the_provider_returns(void **state)
{
    (void)state;
    struct heard heard = { .fail_drain = RV_E_STALE };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(pretend_all_is_well, &heard, &err), RV_E_STALE);
    assert_int_equal(heard.emits, 0);
    heard_reset(&heard);
}

static int
look_at_name(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call, (void)inv;
    return strcmp(rv_host_running(), "good.refresh") == 0 ? 0 : REEVE_E_INTERNAL;
}

static void
the_running_callback_is_known_to_crash_reports(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(look_at_name, &heard, &err), 0);
    assert_string_equal(rv_host_running(), "");
    heard_reset(&heard);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_brings_back_the_identity),
        cmocka_unit_test(errors_carry_class_text_hint_and_status),
        cmocka_unit_test(a_stranger_cannot_put_us_off_for_long),
        cmocka_unit_test(odd_results_become_errors_that_say_something),
        cmocka_unit_test(secrets_are_masked_in_error_texts),
        cmocka_unit_test(a_wait_ends_when_cancelled),
        cmocka_unit_test(a_wait_ends_at_the_deadline),
        cmocka_unit_test(what_is_pending_is_saved_before_a_wait_that_sleeps),
        cmocka_unit_test(a_failing_drain_ends_the_wait_with_its_class),
        cmocka_unit_test(a_lost_lease_ends_the_call_whatever_the_provider_returns),
        cmocka_unit_test(the_running_callback_is_known_to_crash_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
