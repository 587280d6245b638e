/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's own methods that write nothing: what they take apart, and what they say.
 */
#include "automate/handlers.h"

#include "../base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "table.h"

struct bench {
    struct table *table;
    struct rv_ws *ws;
    struct rv_handlers handlers;
    rv_buf said;
    const char *provider_type;
    char executed[128];
};

static int
builtin(void *arg, struct rv_ws *ws, struct rv_ws_object *self, const struct rv_ae_method *method,
        const struct rv_ae_value *inputs, rv_err *err)
{
    struct bench *bench = arg;
    return rv_handlers_call(&bench->handlers, ws, self, method, inputs, err);
}

static int
column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
       rv_err *err)
{
    static const char *const event[][2] = { { "type", "EmsEvent" },
                                            { "source", "DEMO" },
                                            { "event_type", "VmPoweredOnEvent" } };
    const struct bench *bench = arg;
    (void)id, (void)err;
    *out = RV_AE_VNIL;
    if (strcmp(kind, "vm") == 0 && strcmp(name, "ext_management_system") == 0)
        *out = rv_ae_vrow("provider", 5);
    if (strcmp(kind, "provider") == 0 && strcmp(name, "type") == 0)
        *out = rv_ae_vtext(bench->provider_type);
    for (size_t i = 0; strcmp(kind, "event_stream") == 0 && i < RV_COUNT(event); i++)
        if (strcmp(event[i][0], name) == 0)
            *out = rv_ae_vtext(event[i][1]);
    return 0;
}

static void
say(void *arg, const char *text)
{
    struct bench *bench = arg;
    rv_buf_addf(&bench->said, "%s\n", text);
}

static int
execute(void *arg, const char *name, const struct rv_ae_value *inputs, rv_err *err)
{
    struct bench *bench = arg;
    const struct rv_ae_value *to = rv_ae_get(inputs, "to");
    (void)err;
    snprintf(bench->executed, sizeof(bench->executed), "%s to %s", name, to ? to->v.text : "");
    return 0;
}

static void
open_bench(struct bench *bench, const char *definitions)
{
    static struct rv_ws_calls calls;
    rv_err err = RV_ERR_INIT;
    *bench = (struct bench){ .table = table_new(definitions),
                             .said = rv_buf_limited(1 << 16),
                             .provider_type = "vmware",
                             .handlers = { .log = say, .arg = bench } };
    calls = (struct rv_ws_calls){ .arg = bench, .builtin = builtin, .column = column };
    assert_int_equal(rv_ws_open(&bench->ws, table_source(bench->table), &calls, NULL, &err), 0);
}

static void
close_bench(struct bench *bench)
{
    rv_ws_close(bench->ws);
    table_free(bench->table);
    rv_buf_free(&bench->said);
}

static void
seed_row(struct bench *bench, const char *name, const char *kind)
{
    struct rv_ae_value row = rv_ae_vrow(kind, 7);
    rv_ws_seed(bench->ws, name, &row);
}

static struct rv_ws_object *
run(struct bench *bench, const char *uri)
{
    struct rv_ws_object *object;
    rv_err err = RV_ERR_INIT;
    if (rv_ws_instantiate(bench->ws, NULL, uri, &object, &err) < 0)
        fail_msg("%s: %s", uri, err.text);
    return object;
}

#define assert_text(object, name, expected)                                                        \
    assert_string_equal(rv_ws_get(object, name)->v.text, expected)

static void
a_request_is_taken_apart(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench, "domain Top 1\nclass A/B\nfield m method = parse_automation_request\n"
                       "instance b");
    struct rv_ws_object *object = run(&bench, "/A/B/b?request=VM_Provision");
    assert_text(object, "target_component", "VM");
    assert_text(object, "target_class", "Lifecycle");
    assert_text(object, "target_instance", "Provisioning");
    assert_null(rv_ws_get(run(&bench, "/A/B/b?request=dance"), "target_class"));
    close_bench(&bench);
}

static void
the_category_of_a_provider_and_its_namespace_come_from_what_the_run_is_about(void **state)
{
    static const struct {
        const char *type, *category, *path;
    } ways[] = { { "vmware", "infrastructure", "/Top/vmware/A/C/c" },
                 { "amazon", "cloud", "/Top/A/C/c" },
                 { "kubernetes", "container", "/Top/A/C/c" },
                 { "own", "unknown", "/Top/A/C/c" } };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        struct bench bench;
        open_bench(&bench, "domain Top 1\nclass A/B\nfield m method = parse_provider_category\n"
                           "field r relationship = /A/C/c\ninstance b\nclass A/C\ninstance c\n"
                           "class vmware/A/C\ninstance c");
        bench.provider_type = ways[i].type;
        seed_row(&bench, "vm", "vm");
        struct rv_ws_object *object = run(&bench, "/A/B/b");
        assert_text(object, "ae_provider_category", ways[i].category);
        assert_string_equal(rv_ws_path(rv_ws_child(object, 0)), ways[i].path);
        close_bench(&bench);
    }
}

static void
an_event_is_taken_apart(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench, "domain Top 1\nclass A/B\nfield m method = parse_event_stream\ninstance b");
    seed_row(&bench, "event_stream", "event_stream");
    struct rv_ws_object *object = run(&bench, "/A/B/b");
    assert_text(object, "event_path", "/System/Event/EmsEvent/DEMO/VmPoweredOnEvent");
    assert_text(object, "event_class", "EmsEvent");
    assert_text(object, "source", "DEMO");
    close_bench(&bench);
}

static void
an_object_and_the_whole_workspace_are_said_without_their_passwords(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench, "domain Top 1\nclass A/B\nfield x attribute integer = 5\n"
                       "field word attribute password = v1:sealed\nfield r relationship\n"
                       "field m method\ninstance one\n  m = log_object\ninstance two\n"
                       "  r = /A/B/one\n  m = log_workspace");
    run(&bench, "/A/B/one");
    assert_string_equal(rv_buf_text(&bench.said), "/Top/A/B/one\n  x = 5\n  word = ********\n");
    rv_buf_reset(&bench.said);
    rv_ws_close(bench.ws);
    struct bench other = bench;
    open_bench(&bench, "domain Top 1\nclass A/B\nfield x attribute integer = 5\n"
                       "field r relationship\nfield m method\ninstance one\ninstance two\n"
                       "  r = /A/B/one\n  m = log_workspace");
    run(&bench, "/A/B/two");
    assert_string_equal(rv_buf_text(&bench.said),
                        "/Top/A/B/two\n  x = 5\n  /Top/A/B/one\n    x = 5\n");
    close_bench(&bench);
    table_free(other.table);
    rv_buf_free(&other.said);
}

static void
mail_is_sent_where_methods_run_only(void **state)
{
    static const char *const definitions =
        "domain Top 1\nclass A/B\nfield m method = send_email(to => 'a@b.example')\ninstance b";
    struct bench bench;
    struct rv_ws_object *object;
    rv_err err = RV_ERR_INIT;
    (void)state;
    open_bench(&bench, definitions);
    assert_int_equal(rv_ws_instantiate(bench.ws, NULL, "/A/B/b", &object, &err), RV_E_UNSUPPORTED);
    assert_contains(err.text, "send_email runs in a worker of automate only");
    bench.handlers.execute = execute;
    run(&bench, "/A/B/b");
    assert_string_equal(bench.executed, "send_email to a@b.example");
    assert_true(rv_handlers_needs_run("SEND_EMAIL"));
    assert_false(rv_handlers_needs_run("refresh"));
    close_bench(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(
            the_category_of_a_provider_and_its_namespace_come_from_what_the_run_is_about),
        cmocka_unit_test(an_event_is_taken_apart),
        cmocka_unit_test(an_object_and_the_whole_workspace_are_said_without_their_passwords),
        cmocka_unit_test(mail_is_sent_where_methods_run_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
