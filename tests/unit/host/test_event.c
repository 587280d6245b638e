/* SPDX-License-Identifier: Apache-2.0
 *
 * Events on their way from a provider to the sink: what is cut, what is refused, and that tokens
 * come with the events before them.
 */
#include "host_test.h"

#include <stdlib.h>

#define H (&rv_host_table)
enum { WHEN = 1700000000 };

static int
emit_a_pod_event(struct reeve_call *call, struct reeve_event_sink *sink)
{
    (void)call;
    struct reeve_object *event = H->event(sink, "POD_FAILED", "e-1", WHEN);
    H->set_text(event, "message", "out of memory", 13);
    H->set_text(event, "container_group_name", "web", 3);
    H->link(event, "container_group_id", "container_group", "p-1");
    H->link_name(event, "container_node_id", "container_node", NULL, "n-1");
    H->link(event, "target_id", "container_group", "p-1");
    H->set_json(event, "full_data", "{ \"b\":1, \"a\":2 }");
    int rc = H->event_emit(event, "7");
    if (rc)
        return rc;
    rc = H->event_emit(H->event(sink, "POD_STARTED", "e-2", WHEN + 1), NULL);
    return rc ? rc : H->event_position(sink, "9");
}

static void
events_reach_the_sink_whole_and_with_their_tokens(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_events(emit_a_pod_event, NULL, &heard, &err), 0);
    assert_string_equal(
        rv_buf_text(&heard.text),
        "event_stream e-1: event_type='POD_FAILED' type='EmsEvent' message='out of memory' "
        "timestamp=1700000000 source='GOOD' target_type='container_group' ems_ref='e-1' "
        "full_data='{\"a\":2,\"b\":1}' container_group_name='web' "
        "container_group_id->container_group:p-1 container_node_id->container_node:n-1 "
        "target_id->container_group:p-1\n"
        "token 7\n"
        "event_stream e-2: event_type='POD_STARTED' type='EmsEvent' timestamp=1700000001 "
        "source='GOOD' ems_ref='e-2'\n"
        "token -\n"
        "token 9\n");
    heard_reset(&heard);
}

static int
return_zero(struct reeve_call *call, struct reeve_event_sink *sink)
{
    (void)call, (void)sink;
    return 0;
}

static void
the_stored_token_is_given_to_the_watch(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_events(return_zero, "where we were", &heard, &err), 0);
    assert_string_equal(rv_buf_text(&heard.text), "token where we were\n");
    heard_reset(&heard);
}

/* Each is refused with such words, and the one after it taken. */
static int (*spoil)(struct reeve_event_sink *sink);

static int
emit_bad_and_good(struct reeve_call *call, struct reeve_event_sink *sink)
{
    int rc = spoil(sink);
    if (rc == 0)
        return REEVE_E_INTERNAL;
    H->fail_clear(call);
    return H->event_emit(H->event(sink, "GOOD", "good", WHEN), "after");
}

static int
no_type(struct reeve_event_sink *sink)
{
    return H->event_emit(H->event(sink, NULL, "e", WHEN), "t");
}
static int
no_ref(struct reeve_event_sink *sink)
{
    return H->event_emit(H->event(sink, "T", "", WHEN), "t");
}
static int
no_time(struct reeve_event_sink *sink)
{
    return H->event_emit(H->event(sink, "T", "e", 0), "t");
}
static int
far_time(struct reeve_event_sink *sink)
{
    return H->event_emit(H->event(sink, "T", "e", INT64_MAX), "t");
}
static int
column_of_core(struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->set_text(event, "source", "EVM", 3);
    return H->event_emit(event, "t");
}
static int
user_of_ours(struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->set_int(event, "tenant_id", 1);
    return H->event_emit(event, "t");
}
static int
link_to_a_server_kind(struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->link(event, "ems_id", "provider", "1");
    return H->event_emit(event, "t");
}
static int
with_child(struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->child(event, "custom_attribute");
    return H->event_emit(event, "t");
}
static int
bad_json(struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->set_json(event, "full_data", "{oops");
    return H->event_emit(event, "t");
}

static void
what_no_event_can_be_is_refused_alone(void **state)
{
    (void)state;
    const struct {
        int (*spoil)(struct reeve_event_sink *sink);
        const char *says;
    } cases[] = {
        { no_type, "the type of an event is empty" },
        { no_ref, "the ref of an event 'T' is empty" },
        { no_time, "has no time" },
        { far_time, "has no time, or none that can be" },
        { column_of_core, "column 'source' is kept by core" },
        { user_of_ours, "column 'tenant_id' is kept by core" },
        { link_to_a_server_kind, "column 'ems_id' is kept by core" },
        { with_child, "kind 'custom_attribute' is not in the provider's list" },
        { bad_json, "column 'full_data'" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct heard heard = { 0 };
        rv_err err = RV_ERR_INIT;
        spoil = cases[i].spoil;
        if (run_events(emit_bad_and_good, NULL, &heard, &err) != 0)
            fail_msg("%zu: %s", i, err.text);
        assert_int_equal(heard.rejected, 1);
        assert_contains(rv_buf_text(&heard.text), cases[i].says);
        /* Where to go on is behind it, too: it would be refused again and again. */
        assert_contains(rv_buf_text(&heard.text), "token t\n");
        assert_contains(rv_buf_text(&heard.text), "token after\n");
        heard_reset(&heard);
    }
}

static int
emit_long(struct reeve_call *call, struct reeve_event_sink *sink)
{
    static char text[(2 << 20) + 1];
    (void)call;
    /* Two bytes each, so that a limit lies within one. */
    text[0] = 'x';
    for (size_t i = 1; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    struct reeve_object *event = H->event(sink, "LONG", "e", WHEN);
    H->set_text(event, "message", text, sizeof(text) - 1);
    H->set_text(event, "vm_name", text, sizeof(text) - 1);
    char *json = malloc(10 << 20);
    memset(json, '1', (10 << 20) - 1);
    json[(10 << 20) - 1] = 0;
    H->set_json(event, "full_data", json);
    free(json);
    return H->event_emit(event, "t");
}

static const char *
column_in(const char *text, const char *column)
{
    RV_AUTO_FREE char *name = rv_format(" %s='", column);
    const char *at = strstr(text, name);
    assert_non_null(at);
    return at + strlen(name);
}

static void
what_is_too_long_is_cut_and_the_event_stays(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_events(emit_long, NULL, &heard, &err), 0);
    const char *text = rv_buf_text(&heard.text);
    assert_int_equal(strcspn(column_in(text, "message"), "'"), 16383);
    assert_int_equal(strcspn(column_in(text, "vm_name"), "'"), 1023);
    assert_contains(text, "full_data='{\"bytes\":10485759,\"truncated\":true}'");
    assert_int_equal(heard.replaced_bytes, 0);
    heard_reset(&heard);
}

static int
emit_dirty(struct reeve_call *call, struct reeve_event_sink *sink)
{
    (void)call;
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    H->set_text(event, "message", "a\xff\xfe", 3);
    return H->event_emit(event, "t");
}

static void
bytes_that_are_not_utf8_are_replaced_and_counted(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_events(emit_dirty, NULL, &heard, &err), 0);
    assert_contains(rv_buf_text(&heard.text), "message='a\xef\xbf\xbd\xef\xbf\xbd'");
    assert_int_equal(heard.replaced_bytes, 2);
    heard_reset(&heard);
}

static int
emit_wrongly(struct reeve_call *call, struct reeve_event_sink *sink)
{
    struct reeve_object *event = H->event(sink, "T", "e", WHEN);
    if (H->emit(event) != REEVE_E_INVALID)
        return REEVE_E_INTERNAL;
    H->fail_clear(call);
    struct reeve_object *next = H->event(sink, "T", "f", WHEN); /* e was forgotten */
    H->discard(next);
    if (H->event_position(sink, NULL) != REEVE_E_INVALID)
        return REEVE_E_INTERNAL;
    H->fail_clear(call);
    char token[4098];
    memset(token, 'x', sizeof(token) - 1);
    token[sizeof(token) - 1] = 0;
    if (H->event_position(sink, token) != REEVE_E_LIMIT)
        return REEVE_E_INTERNAL;
    H->fail_clear(call);
    return 0;
}

static void
functions_of_inventory_and_bad_tokens_are_refused(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    if (run_events(emit_wrongly, NULL, &heard, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(rv_buf_text(&heard.text),
                        "rejected event_stream e: event_stream 'e': it was "
                        "begun, but neither emitted nor discarded\n");
    heard_reset(&heard);
}

static int
emit_twice(struct reeve_call *call, struct reeve_event_sink *sink)
{
    (void)call;
    H->event_emit(H->event(sink, "T", "e", WHEN), "t");
    H->event_emit(H->event(sink, "T", "f", WHEN), "u");
    return 0;
}

static void
a_save_that_fails_ends_the_watch_whatever_it_returns(void **state)
{
    (void)state;
    struct heard heard = { .fail_emit = RV_E_UNAVAILABLE };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_events(emit_twice, NULL, &heard, &err), RV_E_UNAVAILABLE);
    assert_string_equal(err.text, "save events: disk full");
    heard_reset(&heard);
}

static void
declared_types_are_found_by_name_or_by_their_beginning(void **state)
{
    (void)state;
    const struct rv_module *module = good_module();
    assert_string_equal(rv_module_event_type(module, "GOOD_START")->group, "power");
    assert_int_equal(rv_module_event_type(module, "GOOD_NOISE_7")->flags, REEVE_EVENT_QUIET);
    assert_null(rv_module_event_type(module, "GOOD_STARTED"));
    RV_AUTO_JSON cJSON *manifest = rv_module_describe(module);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(manifest, "events")));
    assert_string_equal(rv_json_string(manifest, "event_source"), "GOOD");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(manifest, "event_types")), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reach_the_sink_whole_and_with_their_tokens),
        cmocka_unit_test(the_stored_token_is_given_to_the_watch),
        cmocka_unit_test(what_no_event_can_be_is_refused_alone),
        cmocka_unit_test(what_is_too_long_is_cut_and_the_event_stays),
        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced_and_counted),
        cmocka_unit_test(functions_of_inventory_and_bad_tokens_are_refused),
        cmocka_unit_test(a_save_that_fails_ends_the_watch_whatever_it_returns),
        cmocka_unit_test(declared_types_are_found_by_name_or_by_their_beginning),
    };
    good_module();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
