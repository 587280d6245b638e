/* SPDX-License-Identifier: Apache-2.0
 *
 * A path run by the live host: modules of the datastore, with override; inputs; where errors are.
 * In the worker and in a process of its own.
 */
#include "contract.h"

#include "automate/live.h"
#include "base/mem.h"
#include "tree/read.h"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_script *script;
static struct rv_live *live;
static struct rv_ae_tree *tree;
static struct rv_ae_source *source;
static struct rv_ws *ws;

static void
set(const char *key, const char *value)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, key, value);
    must(rv_settings_overlay(settings, object, "test", err));
    cJSON_Delete(object);
}

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    must(rv_script_open(&script, REEVE_MODULES, 1 << 20, err));
    must(rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/tests/data/modules", NULL, err));
    source = rv_ae_tree_source(tree);
    const struct rv_live given = {
        .store = store, .settings = settings, .script = script, .module_dir = REEVE_MODULES
    };
    live = rv_live_new(&given);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_live_free(live);
    rv_ae_tree_source_close(source);
    rv_ae_tree_free(tree);
    rv_script_close(script);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define MODULES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* An attribute of the root, as text. */
static const char *
attribute(const char *name)
{
    static rv_buf shown;
    const struct rv_ae_value *value = rv_ws_get(rv_ws_root(ws), name);
    rv_buf_free(&shown);
    shown = rv_buf_limited(1 << 16);
    if (value)
        rv_ae_show(&shown, value);
    return rv_buf_text(&shown);
}

static int
run(const char *uri, rv_err *why)
{
    const struct rv_ws_calls calls = rv_live_calls(live);
    rv_ws_close(ws);
    must(rv_ws_open(&ws, source, &calls, NULL, err));
    rv_live_begin(live, ws, 0, 0);
    return rv_ws_instantiate(ws, NULL, uri, NULL, why);
}

static void
expect_modules(void)
{
    rv_err why = RV_ERR_INIT;
    if (run("/App/Jobs/one", &why) < 0)
        fail_msg("%s", why.text);
    assert_string_equal(attribute("embedded"), "High");
    assert_string_equal(attribute("required"), "High");
    assert_string_equal(attribute("named"), "Low");
    assert_string_equal(attribute("beside"), "10");
    rv_ws_close(ws);
    ws = NULL;
}

static void
modules_are_overridden_by_a_domain_above(void **state)
{
    (void)state;
    expect_modules();
    set("automate.isolation", "fork");
    expect_modules();
}

static void
an_error_names_method_line_and_instance(void **state)
{
    rv_err why = RV_ERR_INIT;
    (void)state;
    assert_true(run("/App/Jobs/broken", &why) < 0);
    assert_non_null(strstr(why.text, "Low/App/Jobs/fail:3 on /Low/App/Jobs/broken: after 3 days"));
    assert_string_equal(live->place, "Low/App/Jobs/fail:3");
    rv_ws_close(ws);
    ws = NULL;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MODULES_TEST(modules_are_overridden_by_a_domain_above),
        MODULES_TEST(an_error_names_method_line_and_instance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
