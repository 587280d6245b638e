/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules of two minors of the provider interface in one host. Compiled twice:
 * into a host of this minor, for which one of the modules is newer, and into one of the next
 * (HOST_TEST_NEXT, where structs have a field next_minor), for which the other is older.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "host/host.h"
#include "base/mem.h"
#include "model/model.h"

static struct rv_module *
load(const char *folder, const char *name)
{
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    if (rv_model_init(&err) < 0 || rv_module_load(&module, folder, name, &err) < 0)
        fail_msg("%s", err.text);
    return module;
}

/* What the two declare, but for what tells them apart; at least so many options. */
static void
assert_same(const struct rv_module *one, const struct rv_module *other, int options)
{
    static const char *const differs[] = { "abi", "path" };
    RV_AUTO_JSON cJSON *a = rv_module_describe(one);
    RV_AUTO_JSON cJSON *b = rv_module_describe(other);
    for (size_t i = 0; i < RV_COUNT(differs); i++) {
        assert_string_not_equal(rv_json_string(a, differs[i]), rv_json_string(b, differs[i]));
        cJSON_DeleteItemFromObject(a, differs[i]);
        cJSON_DeleteItemFromObject(b, differs[i]);
    }
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(a, "options")) >= options);
    char *first = cJSON_Print(a), *second = cJSON_Print(b);
    assert_string_equal(first, second);
    cJSON_free(first);
    cJSON_free(second);
}

static void
both_minors_declare_the_same_options_and_kinds(void **state)
{
    (void)state;
    struct rv_module *this_one = load(HOST_TEST_MODULES, "good");
    struct rv_module *next_one = load(HOST_TEST_NEXT_MODULES, "good");
    assert_same(this_one, next_one, 10);
    const struct rv_module *modules[] = { this_one, next_one };
    for (size_t i = 0; i < RV_COUNT(modules); i++) {
        const struct reeve_column *columns = rv_module_provider(modules[i])->kinds[0]->columns;
        assert_string_equal(columns[0].name, "ems_ref");
        assert_int_equal(columns[0].flags, REEVE_COL_REQUIRED);
        assert_string_equal(columns[1].name, "size");
        assert_int_equal(columns[1].type, REEVE_INT);
        assert_string_equal(columns[1].help, "its size");
        assert_null(columns[2].name);
    }
}

static void
a_shipped_provider_keeps_all_its_options_across_minors(void **state)
{
    (void)state;
    assert_same(load(REEVE_MODULES "/providers", "demo"), load(HOST_TEST_NEXT_MODULES, "demo"), 15);
}

static void
run_callbacks(const struct rv_module *module)
{
    struct rv_config *config = NULL;
    struct rv_connection *connection = NULL;
    struct rv_call_spec spec = { .scope = "good" };
    struct reeve_scope whole = { .size = sizeof(whole), .whole = 1 };
    struct rv_identity_found found;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *given = cJSON_Parse("{\"hostname\":\"here\",\"count\":7,\"token\":\"t\"}");
    if (rv_config_make(&config, module, given, &err) < 0 ||
        rv_connection_open(&connection, module, config, &spec, &err) < 0 ||
        rv_connection_verify(connection, &spec, &found, &err) < 0 ||
        rv_connection_refresh(connection, &spec, &whole, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(found.uid, "uid-1");
    assert_string_equal(found.account, "me");
    rv_connection_close(connection);
    rv_config_free(config);
}

static void
event_types_metrics_and_operations_grow_like_options(void **state)
{
    (void)state;
    static const char *const folders[] = { HOST_TEST_MODULES, HOST_TEST_NEXT_MODULES };
    for (size_t i = 0; i < RV_COUNT(folders); i++) {
        const struct reeve_provider *provider = rv_module_provider(load(folders[i], "good"));
        const struct reeve_metric *metrics = provider->metrics->metrics;
        assert_string_equal(metrics[1].name, "net_bytes");
        assert_int_equal(metrics[1].form, REEVE_COUNTER);
        assert_null(metrics[2].name);
        const struct reeve_operation *operations = provider->operations->operations;
        assert_string_equal(operations[1].name, "stop");
        assert_string_equal(operations[1].help, "stop it");
        assert_null(operations[2].name);
        const struct reeve_event_type *types = provider->events->types;
        assert_string_equal(types[0].level, "critical");
        assert_string_equal(types[1].name, "GOOD_NOISE_*");
        assert_int_equal(types[1].flags, REEVE_EVENT_QUIET);
        assert_null(types[2].name);
    }
}

/* The next minor's module writes behind the end of this minor's struct reeve_identity, and reads
 * behind that of struct reeve_scope. */
static void
callbacks_of_either_minor_run(void **state)
{
    (void)state;
    run_callbacks(load(HOST_TEST_MODULES, "good"));
    run_callbacks(load(HOST_TEST_NEXT_MODULES, "good"));
}

#ifdef HOST_TEST_NEXT
static void
what_an_older_module_lacks_is_zero_and_what_a_newer_has_is_there(void **state)
{
    (void)state;
    const struct reeve_provider *older = rv_module_provider(load(HOST_TEST_MODULES, "good"));
    const struct reeve_provider *newer = rv_module_provider(load(HOST_TEST_NEXT_MODULES, "good"));
    assert_null(older->next_minor);
    assert_null(older->inventory->next_minor);
    assert_null(older->kinds[0]->next_minor);
    for (const struct reeve_option *option = older->options; option->name; option++)
        assert_null(option->next_minor);
    for (int i = 0; older->kinds[0]->columns[i].name; i++)
        assert_null(older->kinds[0]->columns[i].next_minor);
    assert_string_equal(newer->options[0].next_minor, "of an option");
    assert_null(newer->options[1].next_minor);
    assert_string_equal(newer->kinds[0]->columns[1].next_minor, "of a column");
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_minors_declare_the_same_options_and_kinds),
        cmocka_unit_test(a_shipped_provider_keeps_all_its_options_across_minors),
        cmocka_unit_test(event_types_metrics_and_operations_grow_like_options),
        cmocka_unit_test(callbacks_of_either_minor_run),
#ifdef HOST_TEST_NEXT
        cmocka_unit_test(what_an_older_module_lacks_is_zero_and_what_a_newer_has_is_there),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
