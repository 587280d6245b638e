/* SPDX-License-Identifier: Apache-2.0
 *
 * The other inventory calls, and the end of a call whose sink fails.
 */
#include "host_test.h"

#define H (&rv_host_table)

static int
speak(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call;
    H->gone(inv, "container_group", "p9");
    H->begin(inv, "container_node");
    H->complete(inv, "container_node");
    H->checkpoint(inv, "nodes", "77");
    H->warn(inv, "services", "not allowed\x01 to list");
    H->warn(inv, "services", NULL);
    return strcmp(H->token(inv, "pods"), "41") == 0 && H->token(inv, "nodes") == NULL
               ? 0
               : REEVE_E_INTERNAL;
}

static void
calls_reach_the_sink_in_order(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(speak, &heard, &err), 0);
    assert_string_equal(rv_buf_text(&heard.text), "gone container_group p9\n"
                                                  "begin container_node\n"
                                                  "complete container_node\n"
                                                  "checkpoint nodes 77\n"
                                                  "warn services: not allowed  to list\n"
                                                  "warn services: -\n");
    heard_reset(&heard);
}

static int
speak_wrongly(struct reeve_call *call, struct reeve_inventory *inv)
{
    char stream[200], token[5000];
    memset(stream, 's', sizeof(stream));
    stream[199] = 0;
    memset(token, 't', sizeof(token));
    token[4999] = 0;
    int wrong = 0;
    wrong += H->complete(inv, "container_node") != 0; /* a whole refresh has begun all kinds */
    wrong += H->complete(inv, "container_node") != REEVE_E_INVALID;
    assert_contains(H->fail_text(call), "kind 'container_node' was not begun");
    wrong += H->complete(inv, "container") != REEVE_E_INVALID;
    assert_contains(H->fail_text(call), "is a kind of children");
    wrong += H->gone(inv, "nothing", "x") != REEVE_E_INVALID;
    wrong += H->gone(inv, "vm", "x") != REEVE_E_INVALID;
    wrong += H->gone(inv, "container_node", "") != REEVE_E_INVALID;
    wrong += H->begin(inv, "no") != REEVE_E_INVALID;
    wrong += H->checkpoint(inv, stream, "1") != REEVE_E_LIMIT;
    wrong += H->checkpoint(inv, "s", token) != REEVE_E_LIMIT;
    wrong += H->checkpoint(inv, "s", NULL) != REEVE_E_INVALID;
    wrong += H->checkpoint(inv, "", "1") != REEVE_E_INVALID;
    wrong += H->checkpoint(inv, "\xff", "1") != REEVE_E_INVALID;
    wrong += H->warn(inv, "", "x") != REEVE_E_INVALID;
    return wrong ? REEVE_E_INTERNAL : 0;
}

static void
calls_with_bad_arguments_are_refused(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(speak_wrongly, &heard, &err), 0);
    assert_string_equal(rv_buf_text(&heard.text), "complete container_node\n");
    heard_reset(&heard);
}

static int
open_many_streams(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call;
    char name[16];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 64; i++) {
            snprintf(name, sizeof(name), "s%d", i);
            if (H->checkpoint(inv, name, "1") != 0)
                return REEVE_E_INTERNAL;
        }
    }
    return H->checkpoint(inv, "one-more", "1") == REEVE_E_LIMIT ? 0 : REEVE_E_INTERNAL;
}

static int
speak_of_all(struct reeve_call *call, struct reeve_inventory *inv)
{
    int wrong = H->begin(inv, "container_node") != REEVE_E_INVALID;
    assert_contains(H->fail_text(call), "not in a refresh of single objects");
    wrong += H->complete(inv, "container_node") != REEVE_E_INVALID;
    wrong += H->checkpoint(inv, "nodes", "77") != REEVE_E_INVALID;
    wrong += H->gone(inv, "container_node", "n9") != 0;
    return wrong ? REEVE_E_INTERNAL : 0;
}

static void
a_refresh_of_single_objects_says_nothing_of_the_others(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    const struct rv_target targets[] = {
        { .kind = rv_model_kind("container_node"), .name = "one" },
        { .kind = rv_model_kind("container_group"), .ref = "p1" },
    };
    assert_int_equal(run_targets(speak_of_all, targets, 2, &heard, &err), 0);
    assert_string_equal(rv_buf_text(&heard.text), "warn container_node: one\n"
                                                  "gone container_node n9\n");
    heard_reset(&heard);
    const struct rv_target child = { .kind = rv_model_kind("container"), .ref = "c" },
                           foreign = { .kind = rv_model_kind("vm"), .ref = "v" };
    assert_int_equal(run_targets(speak_of_all, &child, 1, &heard, &err), RV_E_UNSUPPORTED);
    assert_int_equal(run_targets(speak_of_all, &foreign, 1, &heard, &err), RV_E_UNSUPPORTED);
    assert_contains(err.text, "provider 'good' cannot be asked for a vm alone");
    heard_reset(&heard);
}

static void
there_are_at_most_64_streams(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(open_many_streams, &heard, &err), 0);
    heard_reset(&heard);
}

static int
ignore_failures(struct reeve_call *call, struct reeve_inventory *inv)
{
    for (int i = 0; i < 3; i++) {
        struct reeve_object *obj = H->object(inv, "container_node", "n1");
        if (H->emit(obj) != REEVE_E_UNAVAILABLE)
            return REEVE_E_INTERNAL;
    }
    if (H->complete(inv, "container_node") != REEVE_E_UNAVAILABLE || !H->cancelled(call))
        return REEVE_E_INTERNAL;
    (H->fail)(call, REEVE_E_PROTOCOL, "something else");
    return 0;
}

static void
a_failed_save_is_the_end_of_the_call(void **state)
{
    (void)state;
    struct heard heard = { .fail_emit = RV_E_UNAVAILABLE };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(ignore_failures, &heard, &err), RV_E_UNAVAILABLE);
    assert_string_equal(err.text, "save inventory: disk full");
    assert_int_equal(heard.emits, 1);
    heard_reset(&heard);
}

static int
cancelled_now(void *arg)
{
    (void)arg;
    return 1;
}

static int
emit_one(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call;
    struct reeve_object *obj = H->object(inv, "container_node", "n1");
    return H->emit(obj);
}

static void
an_emit_sees_cancellation(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    struct rv_sink sink = heard_sink(&heard);
    struct rv_call_spec spec = { .scope = "good", .sink = &sink, .cancelled = cancelled_now };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh_spec(emit_one, &spec, &err), RV_E_CANCELLED);
    assert_int_equal(heard.emits, 0);
    heard_reset(&heard);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_reach_the_sink_in_order),
        cmocka_unit_test(calls_with_bad_arguments_are_refused),
        cmocka_unit_test(a_refresh_of_single_objects_says_nothing_of_the_others),
        cmocka_unit_test(there_are_at_most_64_streams),
        cmocka_unit_test(a_failed_save_is_the_end_of_the_call),
        cmocka_unit_test(an_emit_sees_cancellation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
