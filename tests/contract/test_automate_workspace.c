/* SPDX-License-Identifier: Apache-2.0
 *
 * A run that publishes its workspace and takes the answer to it, on both stores.
 */
#include "contract.h"

#include <string.h>
#include "../unit/resolve/table.h"
#include "automate/live.h"
#include "automate/workspace.h"
#include "base/json.h"
#include "base/mem.h"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_live *live;
static struct table *table;
static struct rv_ws *ws;
static struct rv_ws_object *root;

/* "v1:x:PLACE=TEXT" */
static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg;
    (void)err;
    *out = rv_format("v1:x:%s=%s", place, text);
    return 0;
}

static int
open_sealed(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    RV_AUTO_FREE char *begins = rv_format("v1:x:%s=", place);
    (void)arg;
    if (strncmp(envelope, begins, strlen(begins)) != 0)
        return rv_fail(err, RV_E_CONFLICT, "'%s' is not of '%s'", envelope, place);
    *out = rv_strdup(envelope + strlen(begins));
    return 0;
}

static const struct rv_vault vault = { .seal = seal, .open = open_sealed };

static int
show(void *arg, rv_err *err)
{
    (void)arg;
    (void)err;
    live->run_id = 77;
    return 0;
}

static void
set_secret(const char *name)
{
    struct rv_ae_value value = rv_ae_vtext("miq_ae_values/5/value|v1:x:miq_ae_values/5/value=hush");
    value.type = RV_AE_SECRET;
    rv_ws_set(root, name, &value);
}

static void
set_text(const char *name, const char *text)
{
    struct rv_ae_value value = rv_ae_vtext(text);
    rv_ws_set_state_var(ws, name, &value);
}

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    live = rv_live_new(
        &(struct rv_live){ .store = store, .settings = settings, .vault = &vault, .show = show });
    must(rv_store_script(store, "INSERT INTO vms (id, name) VALUES (20, 'web'), (21, 'db')", err));
    table = table_new("domain Acme 20\n"
                      "class Ops/Job\n"
                      "  field size attribute integer = 3\n"
                      "  field names attribute array = a,b\n"
                      "  field below relationship = /Ops/Part/one?VM::vm=20\n"
                      "  instance any\n"
                      "class Ops/Part\n"
                      "  field color attribute = red\n"
                      "  instance one\n");
    const struct rv_ws_calls calls = rv_live_calls(live);
    must(rv_ws_open(&ws, table_source(table), &calls, NULL, err));
    rv_live_begin(live, ws, 0, 0);
    must(rv_ws_instantiate(ws, NULL, "/Ops/Job/any", &root, err));
    set_secret("pin");
    set_text("step", "2");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_ws_close(ws);
    table_free(table);
    rv_live_free(live);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define WORKSPACE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
call(const char *name, const struct rv_ae_value *parameters, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value args = rv_ae_vlist();
    struct rv_ae_value given = parameters ? rv_ae_copy(parameters) : RV_AE_VNIL;
    if (parameters)
        rv_ae_append(&args, &given);
    return rv_live_call(live, rv_ws_number(root), name, &args, out, err);
}

/* The id of its row. */
static int64_t
publish(void)
{
    RV_AUTO_AE_VALUE struct rv_ae_value parameters = rv_ae_vmap(), out = RV_AE_VNIL;
    struct rv_ae_value value = rv_ae_vtext("fast");
    rv_ae_set(&parameters, "how", &value);
    must(call("publish_workspace", &parameters, &out, err));
    const struct rv_ae_value *guid = rv_ae_get(&out, "guid"), *slug = rv_ae_get(&out, "href_slug");
    assert_int_equal(guid->len, 36);
    assert_string_equal(strchr(slug->v.text, '/') + 1, guid->v.text);
    RV_AUTO_FREE char *stored = rv_test_text(store, "SELECT guid FROM miq_ae_workspaces");
    assert_string_equal(stored, guid->v.text);
    return rv_test_int(store, "SELECT id FROM miq_ae_workspaces");
}

static void
edit(int64_t id, const char *json)
{
    RV_AUTO_JSON cJSON *given = cJSON_Parse(json);
    must(rv_workspace_edit(store, id, given, err));
}

static void
shows(const struct rv_ae_value *value, const char *text)
{
    RV_AUTO_BUF rv_buf shown = rv_buf_limited(4096);
    assert_non_null(value);
    rv_ae_show(&shown, value);
    assert_string_equal(rv_buf_text(&shown), text);
}

static void
what_is_published_holds_objects_variables_and_parameters_and_stars_for_passwords(void **state)
{
    (void)state;
    publish();
    RV_AUTO_FREE char *input = rv_test_text(store, "SELECT input FROM miq_ae_workspaces");
    RV_AUTO_JSON cJSON *json = cJSON_Parse(input);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(8192);
    rv_json_canonical(&text, json);
    assert_string_equal(
        rv_buf_text(&text),
        "{\"current\":{\"class\":\"Job\",\"instance\":\"any\",\"message\":\"create\",\"namespace\":"
        "\"Acme/Ops\",\"object\":\"root\"},\"method_parameters\":{\"how\":\"fast\"},\"objects\":{"
        "\"/Acme/Ops/Part/one\":{\"color\":\"red\",\"vm\":\"href_slug::vms/20\",\"vm_id\":\"20\"},"
        "\"root\":{\"names\":[\"a\",\"b\"],\"pin\":\"password::********\",\"size\":3}},"
        "\"state_vars\":{\"step\":\"2\"}}");
    assert_int_equal(rv_test_int(store, "SELECT run_id FROM miq_ae_workspaces"), 77);
    RV_AUTO_FREE char *sealed = rv_test_text(store, "SELECT sealed_value FROM miq_ae_workspaces");
    assert_non_null(strstr(sealed, "={\"objects\":{\"root\":{\"pin\":\"hush\"}}}"));
}

static void
nothing_is_taken_until_somebody_answered_and_then_it_is_the_runs(void **state)
{
    RV_AUTO_AE_VALUE struct rv_ae_value before = RV_AE_VNIL, out = RV_AE_VNIL;
    (void)state;
    int64_t id = publish();
    must(call("take_workspace", NULL, &before, err));
    assert_int_equal(before.type, RV_AE_NIL);
    edit(id,
         "{\"objects\":{\"root\":{\"Size\":{\"a\":1},\"gone\":1}},\"state_vars\":{\"step\":3}}");
    edit(id, "{\"objects\":{\"root\":{\"size\":4,\"owner\":\"href_slug::vms/21\",\"pin\":"
             "\"password::********\",\"plain\":{\"$type\":\"row\"}},\"/acme/ops/part/ONE\":{"
             "\"color\":[true,null]},\"/No/Such/x\":{\"a\":1}}}");
    must(call("take_workspace", NULL, &out, err));
    shows(rv_ae_get(rv_ae_get(&out, "state_vars"), "step"), "3");
    shows(rv_ws_get(root, "size"), "4");
    shows(rv_ws_get(root, "owner"), "vm::21");
    shows(rv_ws_get(root, "pin"), "********");
    shows(rv_ws_get(root, "plain"), "{\"$type\":\"row\"}");
    shows(rv_ws_get(rv_ws_child(root, 0), "color"), "[true,null]");
    shows(rv_ae_get(rv_ws_state_vars(ws), "step"), "3");
    must_fail(RV_E_NOT_FOUND, call("take_workspace", NULL, &before, err));
}

static void
a_password_goes_out_and_another_comes_back(void **state)
{
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL, clear = RV_AE_VNIL;
    char *text = NULL;
    (void)state;
    int64_t id = publish();
    must(rv_workspace_decrypt(&text, store, &vault, id, "root", "pin", err));
    assert_string_equal(text, "hush");
    free(text);
    must_fail(RV_E_NOT_FOUND, rv_workspace_decrypt(&text, store, &vault, id, "root", "size", err));
    must(rv_workspace_encrypt(store, &vault, id, "root", "token", "new one", err));
    must(rv_workspace_encrypt(store, &vault, id, "root", "pin", "4321", err));
    RV_AUTO_FREE char *output = rv_test_text(store, "SELECT output FROM miq_ae_workspaces");
    assert_null(strstr(output, "new one"));
    assert_non_null(strstr(output, "\"token\":\"password::********\""));
    must(call("take_workspace", NULL, &out, err));
    const struct rv_ae_value *token = rv_ws_get(root, "token");
    assert_int_equal(token->type, RV_AE_SECRET);
    must(rv_live_decrypt(live, token, &clear, err));
    assert_string_equal(clear.v.text, "new one");
}

static void
an_answer_that_cannot_be_one_is_refused(void **state)
{
    static const struct {
        const char *given, *says;
    } cases[] = {
        { "{}", "'objects' or 'state_vars' is expected" },
        { "{\"objects\":[]}", "an object of names" },
        { "{\"objects\":{\"root\":1}}", "'root' is no object of attributes" },
        { "{\"objects\":{\"root\":{\"\":1}}}", "no name" },
        { "{\"state_vars\":{\"a\":\"password::mine\"}}", "not written so" },
    };
    (void)state;
    int64_t id = publish();
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_JSON cJSON *given = cJSON_Parse(cases[i].given);
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_workspace_edit(store, id, given, &err), RV_E_INVALID);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].given, err.text);
    }
    RV_AUTO_FREE char *long_text = rv_alloc(RV_WORKSPACE_BYTES_MAX + 1);
    memset(long_text, 'x', RV_WORKSPACE_BYTES_MAX);
    RV_AUTO_JSON cJSON *large = cJSON_CreateObject();
    cJSON_AddStringToObject(cJSON_AddObjectToObject(large, "state_vars"), "a", long_text);
    must_fail(RV_E_LIMIT, rv_workspace_edit(store, id, large, err));
    must_fail(RV_E_NOT_FOUND, rv_workspace_edit(store, 5, large, err));
}

static void
a_run_too_large_to_be_published_says_so(void **state)
{
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    RV_AUTO_FREE char *half = rv_alloc(RV_WORKSPACE_BYTES_MAX / 2 + 1);
    (void)state;
    memset(half, 'x', RV_WORKSPACE_BYTES_MAX / 2);
    set_text("one", half);
    set_text("two", half);
    must_fail(RV_E_LIMIT, call("publish_workspace", NULL, &out, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_ae_workspaces"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(
            what_is_published_holds_objects_variables_and_parameters_and_stars_for_passwords),
        WORKSPACE_TEST(nothing_is_taken_until_somebody_answered_and_then_it_is_the_runs),
        WORKSPACE_TEST(a_password_goes_out_and_another_comes_back),
        WORKSPACE_TEST(an_answer_that_cannot_be_one_is_refused),
        WORKSPACE_TEST(a_run_too_large_to_be_published_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
