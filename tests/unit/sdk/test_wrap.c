/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's table behind plain calls; what happens without a host, or with an
 * older one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "reeve/reeve.h"
#include "support/sdk_host.h"

static int
never(void *arg, const char *bytes, uint64_t len)
{
    (void)arg, (void)bytes, (void)len;
    fail_msg("a secret was lent");
    return 0;
}

static void
nothing_crashes_without_a_host(void **state)
{
    struct reeve_call *call = NULL;
    struct reeve_secret secret = { "s", 1 };

    (void)state;
    reeve_sdk_bind(NULL);
    assert_int_equal(reeve_fail(call, REEVE_E_AUTH, "%s", "no"), REEVE_E_AUTH);
    assert_int_equal(reeve_wrap(call, REEVE_E_AUTH, "doing"), REEVE_E_AUTH);
    reeve_hint(call, "hint");
    reeve_fail_status(call, 500, 0);
    assert_string_equal(reeve_fail_text(call), "");
    reeve_fail_clear(call);
    reeve_log(call, REEVE_LOG_ERROR, "nobody hears this");
    assert_true(reeve_now_ms(call) > 0);
    assert_true(reeve_monotonic_ms(call) > 0);
    assert_true(reeve_deadline_ms(call) == INT64_MAX);
    assert_int_equal(reeve_cancelled(call), 0);
    assert_int_equal(reeve_wait(call, NULL, 0, 0), REEVE_E_INTERNAL);
    assert_int_equal(reeve_sleep(call, 1), REEVE_E_INTERNAL);
    assert_null(reeve_alloc(call, 10));
    assert_null(reeve_strdup(call, "text"));
    assert_null(reeve_format(call, "%d", 1));
    reeve_alloc_release(call, reeve_alloc_mark(call));
    assert_int_equal(reeve_secret_with(call, &secret, never, NULL), REEVE_E_INTERNAL);
    assert_null(reeve_config_string(NULL, "x"));
    assert_int_equal(reeve_config_int(NULL, "x"), 0);
    assert_int_equal(reeve_config_has(NULL, "x"), 0);
    assert_null(reeve_config_secret(NULL, "x"));
    struct reeve_object *object = reeve_object(NULL, "vm", "1");
    reeve_set_string(reeve_child(object, "disk"), "name", "x");
    reeve_set_bytes(object, "name", "x", 1);
    reeve_set_int(object, "n", 1);
    reeve_set_double(object, "d", 1);
    reeve_set_flag(object, "f", 1);
    reeve_set_time(object, "t", 1);
    reeve_set_json(object, "j", "{}");
    reeve_link(object, "host_id", "host", "h");
    reeve_link_name(object, "host_id", "host", NULL, "h");
    assert_int_equal(reeve_emit(object), REEVE_E_INTERNAL);
    reeve_discard(object);
    struct reeve_secret *kept;
    assert_int_equal(reeve_secret_new(call, "x", 1, &kept), REEVE_E_UNSUPPORTED);
    assert_int_equal(reeve_gone(NULL, "vm", "1"), REEVE_E_INTERNAL);
    assert_int_equal(reeve_begin(NULL, "vm"), REEVE_E_INTERNAL);
    assert_int_equal(reeve_complete(NULL, "vm"), REEVE_E_INTERNAL);
    assert_int_equal(reeve_checkpoint(NULL, "vms", "1"), REEVE_E_INTERNAL);
    assert_null(reeve_token(NULL, "vms"));
    assert_int_equal(reeve_warn(NULL, "vms", "x"), REEVE_E_INTERNAL);
    reeve_prepared(call, NULL, "a", "b");
}

static void
an_older_hosts_missing_functions_do_nothing(void **state)
{
    struct reeve_host older = *sdk_host_table();
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    older.size = offsetof(struct reeve_host, object);
    older.cancelled = NULL;
    reeve_sdk_bind(&older);
    reeve_fail(&call, REEVE_E_AUTH, "heard");
    assert_string_equal(call.text, "heard");
    assert_int_equal(reeve_cancelled(&call), 0);
    struct reeve_secret *secret;
    assert_int_equal(reeve_secret_new(&call, "token", 5, &secret), REEVE_E_UNSUPPORTED);
    assert_null(secret);
    assert_string_equal(call.text, "this server cannot keep secrets that are got at run time");
    reeve_secret_free(NULL);
    assert_int_equal(reeve_emit(reeve_object(NULL, "vm", "1")), REEVE_E_INTERNAL);
    sdk_host_end(&call);
}

static void
errors_are_texts_with_a_class(void **state)
{
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    assert_int_equal(reeve_fail(&call, REEVE_E_CONFLICT, "'%s' is there", "x"), REEVE_E_CONFLICT);
    assert_int_equal(reeve_wrap(&call, REEVE_E_INVALID, "make %d", 3), REEVE_E_INVALID);
    assert_string_equal(reeve_fail_text(&call), "make 3: 'x' is there");
    reeve_hint(&call, "take %s", "another");
    assert_string_equal(call.hint, "take another");
    reeve_fail_status(&call, 409, 1500);
    assert_int_equal(call.remote_status, 409);
    assert_int_equal(call.retry_after_ms, 1500);
    assert_int_equal(reeve_fail(&call, 0, "no class"), REEVE_E_INTERNAL);
    assert_int_equal(reeve_fail(&call, 5, "no class"), REEVE_E_INTERNAL);
    reeve_fail_clear(&call);
    assert_string_equal(reeve_fail_text(&call), "");
    reeve_log(&call, REEVE_LOG_WARNING, "%s %d", "careful", 1);
    assert_string_equal(sdk_host_log(&call), "warning careful 1\n");
    sdk_host_end(&call);
}

static void
a_long_text_is_cut_between_characters(void **state)
{
    struct reeve_call call;
    char text[6000];

    (void)state;
    sdk_host_begin(&call);
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4);
        reeve_fail(&call, REEVE_E_LIMIT, "%s", text);
        size_t len = strlen(call.text);
        assert_true(len > 4080 && len < 4096);
        assert_string_equal(call.text + len - 6, "\xE2\x82\xAC...");
    }
    sdk_host_end(&call);
}

static void
every_class_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(reeve_class_name(REEVE_OK), "ok");
    assert_string_equal(reeve_class_name(REEVE_E_AUTH), "auth");
    assert_string_equal(reeve_class_name(REEVE_E_RATE_LIMITED), "rate_limited");
    assert_string_equal(reeve_class_name(REEVE_E_PROTOCOL), "protocol");
    assert_string_equal(reeve_class_name(REEVE_E_LIMIT), "limit");
    assert_string_equal(reeve_class_name(-15), "unknown");
    assert_string_equal(reeve_class_name(1), "unknown");
    assert_string_equal(reeve_class_name(INT32_MIN), "unknown");
}

static void
scratch_memory_is_formatted_and_released(void **state)
{
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    assert_string_equal(reeve_format(&call, "%s-%d", "a", 7), "a-7");
    assert_string_equal(reeve_strdup(&call, "text"), "text");
    assert_null(reeve_strdup(&call, NULL));
    uint64_t used = call.memory_used, mark = reeve_alloc_mark(&call);
    assert_non_null(reeve_alloc(&call, 1000));
    reeve_alloc_release(&call, mark);
    assert_int_equal(call.memory_used, used);
    call.memory_limit = used;
    assert_null(reeve_format(&call, "%s", "no room"));
    sdk_host_end(&call);
}

static void
a_sleep_ends_early_when_cancelled(void **state)
{
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    assert_int_equal(reeve_sleep(&call, 1), 0);
    sdk_host_cancel_after(&call, 30);
    int64_t begun = reeve_monotonic_ms(&call);
    assert_int_equal(reeve_sleep(&call, 60000), REEVE_E_CANCELLED);
    assert_true(reeve_monotonic_ms(&call) - begun < 5000);
    sdk_host_end(&call);
}

static void
an_absent_secret_is_an_error(void **state)
{
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    assert_int_equal(reeve_secret_with(&call, NULL, never, NULL), REEVE_E_INTERNAL);
    sdk_host_end(&call);
}

static void
setters_reach_the_inventory(void **state)
{
    struct reeve_call call;
    struct reeve_inventory inv;

    (void)state;
    sdk_host_begin(&call);
    sdk_host_inventory_begin(&inv, &call);
    struct reeve_object *obj = reeve_object(&inv, "vm", "1");
    reeve_set_string(obj, "name", "web");
    reeve_set_string(obj, "unknown", NULL);
    reeve_set_bytes(obj, "part", "abcdef", 3);
    reeve_set_flag(obj, "on", 7);
    reeve_link(obj, "host_id", "host", "h1");
    assert_int_equal(reeve_emit(obj), 0);
    reeve_discard(reeve_object(&inv, "vm", "0"));
    assert_int_equal(reeve_gone(&inv, "vm", "2"), 0);
    assert_int_equal(reeve_complete(&inv, "vm"), 0);
    assert_string_equal(sdk_host_record(&inv),
                        "object vm 1\nname=web\npart=abc\non=true\nhost_id->host h1\nemit\n"
                        "object vm 0\ndiscard\ngone vm 2\ncomplete vm\n");
    sdk_host_inventory_end(&inv);
    sdk_host_end(&call);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_crashes_without_a_host),
        cmocka_unit_test(an_older_hosts_missing_functions_do_nothing),
        cmocka_unit_test(errors_are_texts_with_a_class),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(every_class_has_a_word),
        cmocka_unit_test(scratch_memory_is_formatted_and_released),
        cmocka_unit_test(a_sleep_ends_early_when_cancelled),
        cmocka_unit_test(an_absent_secret_is_an_error),
        cmocka_unit_test(setters_reach_the_inventory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
