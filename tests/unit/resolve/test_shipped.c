/* SPDX-License-Identifier: Apache-2.0
 *
 * The domain that is shipped: every type of every source reaches its instance.
 */
#include "resolve/resolve.h"

#include "../base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/host.h"
#include "model/model.h"
#include "tree/read.h"

static struct rv_ae_tree *tree;

static int
read_tree(void **state)
{
    rv_err err = RV_ERR_INIT;
    (void)state;
    if (rv_model_init(&err) < 0 ||
        rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/automate/domains", NULL, &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int
free_tree(void **state)
{
    (void)state;
    rv_ae_tree_free(tree);
    return 0;
}

/* What an event in the walk is: its row's columns, and what was made and called for it. */
struct walk {
    const char *type, *source, *event_type;
    char path[256]; /* the instance of the event */
    int calls;
    char called[512];
};

static int
column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
       rv_err *err)
{
    const struct walk *walk = arg;
    (void)id, (void)err;
    assert_string_equal(kind, "event_stream");
    const char *value = strcmp(name, "type") == 0     ? walk->type
                        : strcmp(name, "source") == 0 ? walk->source
                                                      : NULL;
    *out = rv_ae_vtext(value);
    return 0;
}

static int
builtin(void *arg, struct rv_ws *ws, struct rv_ws_object *self, const struct rv_ae_method *method,
        const struct rv_ae_value *inputs, rv_err *err)
{
    struct walk *walk = arg;
    (void)ws, (void)inputs, (void)err;
    size_t len = strlen(walk->called);
    const struct rv_ae_value *target = rv_ws_get(self, "target");
    snprintf(walk->called + len, sizeof(walk->called) - len, "%s(%s) ", method->name,
             target ? target->v.text : "");
    walk->calls++;
    return 0;
}

static int
method(void *arg, struct rv_ws *ws, struct rv_ws_object *self, const struct rv_ae_method *called,
       const struct rv_ae_value *inputs, rv_err *err)
{
    (void)arg, (void)ws, (void)inputs;
    return rv_fail(err, RV_E_INTERNAL, "%s calls %s, which is not the server's", rv_ws_path(self),
                   called->name);
}

static void
trace(void *arg, const struct rv_ws_step *step)
{
    struct walk *walk = arg;
    if (step->kind == RV_WS_STEP_OBJECT && step->depth == 1)
        snprintf(walk->path, sizeof(walk->path), "%s", step->text);
    if (step->kind == RV_WS_STEP_WARN)
        fail_msg("%s: %s", walk->path, step->text);
}

static void
walk_path(struct walk *walk, const char *uri)
{
    const struct rv_ws_calls calls = {
        .arg = walk, .method = method, .builtin = builtin, .column = column, .trace = trace
    };
    struct rv_ae_source *source = rv_ae_tree_source(tree);
    struct rv_ws *ws;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_ws_open(&ws, source, &calls, NULL, &err), 0);
    if (*walk->event_type) {
        struct rv_ae_value row = rv_ae_vrow("event_stream", 1);
        struct rv_ae_value type = rv_ae_vtext(walk->event_type);
        rv_ws_seed(ws, "event_stream", &row);
        rv_ws_seed(ws, "event_type", &type);
    }
    if (rv_ws_instantiate(ws, NULL, uri, NULL, &err) < 0)
        fail_msg("%s of %s/%s: %s", uri, walk->source, walk->event_type, err.text);
    rv_ws_close(ws);
    rv_ae_tree_source_close(source);
}

static void
walk_event(struct walk *walk)
{
    walk_path(walk, "/System/Process/Event");
}

static void
each_type_of_each_class_reaches_its_instance(void **state)
{
    static const char *const parents[] = { "System/Event/EmsEvent/", "System/Event/MiqEvent/",
                                           "System/Event/RequestEvent/" };
    const struct rv_ae_tree_domain *domain = rv_ae_tree_domain(tree, "Reeve");
    int reached = 0;
    (void)state;
    for (size_t i = 0; i < domain->class_count; i++) {
        const struct rv_ae_tree_class *class = &domain->classes[i];
        for (size_t j = 0; j < RV_COUNT(parents); j++) {
            size_t len = strlen(parents[j]);
            if (strncmp(class->def.path, parents[j], len) != 0)
                continue;
            RV_AUTO_FREE char *type = rv_strndup(parents[j] + 13, len - 14);
            for (size_t k = 0; k < class->instance_count; k++, reached++) {
                RV_AUTO_FREE char *path =
                    rv_format("/Reeve/%s/%s", class->def.path, class->instances[k].name);
                RV_AUTO_FREE char *source = rv_strdup(class->def.name);
                for (char *at = source; *at; at++)
                    *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
                struct walk walk = { type, source, class->instances[k].name, "", 0, "" };
                walk_event(&walk);
                assert_string_equal(walk.path, path);
            }
        }
    }
    assert_true(reached > 200);
}

/* What a module declares of events, its instances answer, but for what only the demo's faults tell.
 */
static void
each_type_that_a_module_declares_has_an_instance(void **state)
{
    static const char *const modules[][2] = { { "kubernetes", "Kubernetes" }, { "demo", "Demo" } };
    const struct rv_ae_tree_domain *domain = rv_ae_tree_domain(tree, "Reeve");
    (void)state;
    for (size_t i = 0; i < RV_COUNT(modules); i++) {
        RV_AUTO_FREE char *path = rv_format("System/Event/EmsEvent/%s", modules[i][1]);
        const struct rv_ae_tree_class *class = rv_ae_tree_class(domain, path);
        struct rv_module *module;
        rv_err err = RV_ERR_INIT;
        int seen = 0;
        if (rv_module_load(&module, REEVE_MODULES "/providers", modules[i][0], &err) < 0)
            fail_msg("%s", err.text);
        for (const struct reeve_event_type *type = rv_module_event_types(module); type->name;
             type++, seen++)
            if (rv_ae_tree_instance(class, type->name) == NULL && strcmp(type->name, "*") != 0 &&
                strncmp(type->name, "Demo", 4) != 0)
                fail_msg("%s has no instance %s", path, type->name);
        assert_true(seen > 5);
    }
}

static void
handlers_are_called_with_their_targets(void **state)
{
    static const struct {
        const char *source, *type, *called;
    } expected[] = {
        { "DEMO", "VmPoweredOnEvent", "event_action_refresh(src_vm) event_action_policy(src_vm) " },
        { "DEMO", "PowerOnVM_Task", "" },
        { "KUBERNETES", "POD_FAILED",
          "event_action_refresh(container_group) event_action_policy(container_group) " },
        { "VC", "VmRelocatedEvent",
          "event_action_refresh(src_host) event_action_refresh(dest_host) " },
        { "VC", "MarkAsVirtualMachine",
          "src_vm_as_template() event_action_refresh(src_vm) event_action_policy(src_vm) " },
        { "VC", "SomethingNew", "" },
        { "AMAZON", "AWS_API_CALL_RunInstances", "refresh() " },
        { "AMAZON", "AWS_API_CALL_CreateRoute", "event_action_refresh(ems) " },
        { "EVM", "MigrateVM_Task_Complete",
          "event_action_refresh(src_vm) event_action_policy(src_vm) "
          "event_action_refresh(dest_host) " },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(expected); i++) {
        struct walk walk = { "EmsEvent", expected[i].source, expected[i].type, "", 0, "" };
        walk_event(&walk);
        assert_string_equal(walk.called, expected[i].called);
    }
}

/* The other ways in. */
static void
requests_reach_their_instances(void **state)
{
    static const struct {
        const char *uri, *path, *called;
    } ways[] = {
        { "/System/Process/Request?request=InspectMe", "/Reeve/System/Request/InspectMe",
          "parse_provider_category() log_object() log_workspace() " },
        { "/System/Process/Request?request=Call_Instance&namespace=System&class=Policy&"
          "instance=request_denied",
          "/Reeve/System/Request/Call_Instance", "parse_provider_category() " },
        { "/System/Process/Request?request=unheard_of", "/Reeve/System/Request/.missing",
          "parse_provider_category() " },
        { "/System/Process/MiqEvent?event_type=vm_start",
          "/Reeve/System/Event/MiqEvent/POLICY/.missing", "event_enforce_policy() " },
        { "/System/Process/nothing", "", "" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        struct walk walk = { "", "", "", "", 0, "" };
        walk_path(&walk, ways[i].uri);
        assert_string_equal(walk.path, ways[i].path);
        assert_string_equal(walk.called, ways[i].called);
    }
}

static void
each_handler_is_a_method_of_the_server(void **state)
{
    const struct rv_ae_tree_class *handlers =
        rv_ae_tree_class(rv_ae_tree_domain(tree, "Reeve"), "System/event_handlers");
    (void)state;
    assert_int_equal(handlers->instance_count, 13);
    assert_int_equal(handlers->method_count, 13);
    for (size_t i = 0; i < handlers->method_count; i++) {
        assert_string_equal(handlers->methods[i].location, "builtin");
        assert_non_null(rv_ae_tree_instance(handlers, handlers->methods[i].name));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_of_each_class_reaches_its_instance),
        cmocka_unit_test(each_type_that_a_module_declares_has_an_instance),
        cmocka_unit_test(handlers_are_called_with_their_targets),
        cmocka_unit_test(requests_reach_their_instances),
        cmocka_unit_test(each_handler_is_a_method_of_the_server),
    };
    return cmocka_run_group_tests(tests, read_tree, free_tree);
}
