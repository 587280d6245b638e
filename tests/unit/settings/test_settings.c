/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings without a store: the declared table, files, overlays, mistakes.
 */
#include "settings/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/json.h"
#include "base/mem.h"

static struct rv_settings *settings;

static int
setup(void **state)
{
    (void)state;
    settings = rv_settings_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_settings_free(settings);
    return 0;
}

static int
overlay(const char *json, rv_err *err)
{
    RV_AUTO_JSON cJSON *object = NULL;
    assert_int_equal(rv_json_parse(&object, json, strlen(json), 1 << 16, 0, err), 0);
    return rv_settings_overlay(settings, object, "reeve.yaml", err);
}

static void
defaults_are_read_in_their_unit(void **state)
{
    (void)state;
    assert_int_equal(rv_settings_int(settings, "workers.generic.count"), 2);
    assert_int_equal(rv_settings_int(settings, "workers.lease"), 30000);
    assert_int_equal(rv_settings_int(settings, "workers.refresh.memory_threshold"), 2147483648);
    assert_int_equal(rv_settings_int(settings, "allow_plain_http"), 0);
    assert_string_equal(rv_settings_string(settings, "listen"), "127.0.0.1:7400");
}

static void
every_setting_says_what_it_is_for(void **state)
{
    (void)state;
    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++) {
        assert_true(strlen(one->help) > 10);
        assert_true(one->help[strlen(one->help) - 1] != '.');
        for (const struct rv_setting *other = rv_settings_declared(); other != one; other++)
            assert_string_not_equal(one->key, other->key);
    }
}

static void
nested_and_dotted_keys_are_the_same(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(overlay("{\"workers\":{\"generic\":{\"count\":4},\"poll\":\"250ms\"}}", &err),
                     0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.count"), 4);
    assert_int_equal(rv_settings_int(settings, "workers.poll"), 250);
    assert_int_equal(overlay("{\"workers.generic.count\":7}", &err), 0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.count"), 7);
}

static void
mistakes_are_refused_and_name_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *says;
    } rows[] = {
        { "{\"workers\":{\"generic\":{\"cuont\":4}}}", "did you mean 'workers.generic.count'?" },
        { "{\"zzzzzz\":1}", "unknown setting 'zzzzzz'" },
        { "{\"workers\":{\"generic\":{\"count\":65}}}", "out of range, 0 to 64" },
        { "{\"workers\":{\"generic\":{\"count\":\"many\"}}}",
          "'many' is not a whole number, 0 to 64" },
        { "{\"workers\":{\"lease\":\"long\"}}", "'long' is not a duration, 200ms to 1h" },
        { "{\"workers\":{\"generic\":{\"count\":1.5}}}", "workers.generic.count" },
        { "{\"workers\":{\"lease\":\"1ms\"}}", "out of range, 200ms to 1h" },
        { "{\"workers\":{\"memory_threshold\":300}}", "0 for no limit, or 8MiB and more" },
        { "{\"workers\":{\"api\":{\"memory_threshold\":1}}}", "0 for no limit" },
        { "{\"server\":{\"memory_threshold\":\"1KiB\"}}", "0 for no limit" },
        { "{\"allow_plain_http\":\"perhaps\"}", "neither true nor false" },
        { "{\"listen\":[1]}", "not a list" },
        { "{\"log\":{\"level\":\"inof\"}}", "not one of debug, info, warning, error" },
        { "{\"workers\":3}", "unknown setting 'workers'" },
        { "[]", "keys and values" },
    };
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_not_equal(overlay(rows[i].json, &err), 0);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, rows[i].says);
        assert_non_null(strstr(err.text, "reeve.yaml"));
    }
}

static void
a_mistake_leaves_everything_as_it_was(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_not_equal(overlay("{\"workers.generic.count\":5,\"workers.poll\":\"x\"}", &err), 0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.count"), 2);
}

static void
a_file_is_read_and_an_absent_one_is_said(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char path[] = "/tmp/reeve-settings-XXXXXX";
    int fd = mkstemp(path);
    const char *text =
        "# mine\nlisten: 127.0.0.1:0\nworkers:\n  # generic:\nallow_plain_http: yes\n";
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    int failed = rv_settings_file(settings, path, &err);
    unlink(path);
    assert_int_equal(failed, 0);
    assert_string_equal(rv_settings_string(settings, "listen"), "127.0.0.1:0");
    assert_int_equal(rv_settings_int(settings, "allow_plain_http"), 1);
    assert_int_equal(rv_settings_file(settings, path, &err), RV_E_NOT_FOUND);
}

static void
json_of_all_settings_reads_back(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(overlay("{\"workers.poll\":\"5s\",\"workers.generic.count\":3}", &err), 0);
    RV_AUTO_JSON cJSON *all = rv_settings_to_json(settings);
    struct rv_settings *copy = rv_settings_new();
    assert_int_equal(rv_settings_overlay(copy, all, "copy", &err), 0);
    assert_int_equal(rv_settings_int(copy, "workers.poll"), 5000);
    assert_int_equal(rv_settings_int(copy, "workers.generic.count"), 3);
    RV_AUTO_JSON cJSON *again = rv_settings_to_json(copy);
    assert_true(cJSON_Compare(all, again, 1));
    rv_settings_free(copy);
}

static void
settings_that_do_not_fit_are_refused_by_both_names(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_settings_agree(settings, &err), 0);
    assert_int_equal(overlay("{\"refresh.retry_min\":\"1m\"}", &err), 0);
    assert_int_equal(rv_settings_agree(settings, &err), RV_E_INVALID);
    assert_string_equal(err.text, "settings 'refresh.retry_min' (1m) and 'refresh.retry_max' (30s)"
                                  " do not fit: the second must be at least the first");
    rv_err_clear(&err);
    assert_int_equal(overlay("{\"refresh.retry_max\":\"60s\"}", &err), 0);
    assert_int_equal(rv_settings_agree(settings, &err), 0);
    assert_int_equal(overlay("{\"workers.lease\":\"2s\"}", &err), 0);
    assert_int_equal(rv_settings_agree(settings, &err), 0);
    assert_int_equal(overlay("{\"workers.lease\":\"1999ms\"}", &err), 0);
    assert_int_equal(rv_settings_agree(settings, &err), RV_E_INVALID);
}

/* workers.generic.poll, else workers.queue.poll, else workers.poll. */
static void
a_worker_type_has_what_its_family_has_and_the_family_what_all_have(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_settings_int(settings, "workers.generic.poll"), 3000);
    assert_int_equal(overlay("{\"workers.poll\":\"4s\"}", &err), 0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.poll"), 4000);
    assert_int_equal(rv_settings_int(settings, "workers.api.poll"), 4000);
    assert_int_equal(overlay("{\"workers.queue.poll\":\"5s\"}", &err), 0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.poll"), 5000);
    assert_int_equal(rv_settings_int(settings, "workers.api.poll"), 4000);
    assert_int_equal(overlay("{\"workers.generic.poll\":\"6s\"}", &err), 0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.poll"), 6000);
    assert_int_equal(rv_settings_int(settings, "workers.reporting.poll"), 5000);
}

static void
a_default_of_a_type_counts_more_than_what_is_set_for_all(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(overlay("{\"workers.nice\":\"9\",\"workers.poll_method\":\"escalate\"}", &err),
                     0);
    assert_int_equal(rv_settings_int(settings, "workers.generic.nice"), 9);
    assert_int_equal(rv_settings_int(settings, "workers.priority.nice"), 1);
    assert_string_equal(rv_settings_string(settings, "workers.generic.poll_method"), "escalate");
    assert_int_equal(overlay("{\"workers.poll_method\":\"often\"}", &err), RV_E_INVALID);
    assert_non_null(strstr(err.text, "normal, escalate"));
}

/* More of them than places by address would be without another place for the second. */
static void
every_setting_is_found_again_after_all_others_were(void **state)
{
    (void)state;
    const struct rv_setting *all = rv_settings_declared();
    for (int round = 0; round < 2; round++)
        for (int i = 0; all[i].key; i++) {
            const char *found = rv_settings_at(settings, RV_LAYER_DEFAULT, all[i].key);
            assert_true(found == all[i].fallback);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_are_read_in_their_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(every_setting_says_what_it_is_for, setup, teardown),
        cmocka_unit_test_setup_teardown(nested_and_dotted_keys_are_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_refused_and_name_the_key, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mistake_leaves_everything_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_is_read_and_an_absent_one_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(json_of_all_settings_reads_back, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_worker_type_has_what_its_family_has_and_the_family_what_all_have, setup, teardown),
        cmocka_unit_test_setup_teardown(a_default_of_a_type_counts_more_than_what_is_set_for_all,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(settings_that_do_not_fit_are_refused_by_both_names, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_setting_is_found_again_after_all_others_were, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
