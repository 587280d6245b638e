/* SPDX-License-Identifier: Apache-2.0
 *
 * Setters, children, links: what reaches the sink, and every way to be refused.
 */
#include "host_test.h"

#include <math.h>
#include <stdlib.h>

#define H (&rv_host_table)

static struct reeve_object *
pod(struct reeve_inventory *inv)
{
    return H->object(inv, "container_group", "p1");
}

static struct reeve_object *
container(struct reeve_object *owner)
{
    struct reeve_object *child = H->child(owner, "container");
    H->set_text(child, "ems_ref", "p1_c", 4);
    return child;
}

static int
emit_full(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call;
    struct reeve_object *obj = pod(inv);
    H->set_text(obj, "name", "web", 3);
    H->set_text(obj, "phase", NULL, 0);
    H->set_int(obj, "restart_count", 3);
    H->set_flag(obj, "host_network", 7);
    H->set_time(obj, "started_on", 1000);
    H->link_name(obj, "container_node_id", "container_node", NULL, "n1");
    H->link(obj, "owner_id", "container_replicator", "r1");
    H->link(obj, "owner_id", "container_job", "j1");
    struct reeve_object *one = container(obj);
    H->set_double(one, "limit_cpu_cores", 0.5);
    H->link(one, "container_image_id", "container_image", "i1");
    struct reeve_object *env = H->child(one, "container_env_var");
    H->set_text(env, "name", "PATHS", 4);
    int rc = H->emit(obj);
    if (rc)
        return rc;
    obj = H->object(inv, "container_image", "i1");
    H->set_json(obj, "exposed_ports", " { \"b\" : 1.0, \"a\":[true ] } ");
    return H->emit(obj);
}

static void
objects_reach_the_sink_whole(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(emit_full, &heard, &err), 0);
    assert_string_equal(
        rv_buf_text(&heard.text),
        "container_group p1: ems_ref='p1' name='web' restart_count=3 host_network=1 "
        "started_on=1000 owner_type='container_job' container_node_id->container_node:n1"
        " owner_id->container_job:j1\n"
        "  container -: ems_ref='p1_c' limit_cpu_cores=0.5 "
        "container_image_id->container_image:i1\n"
        "    container_env_var -: name='PATH'\n"
        "container_image i1: image_ref='i1' exposed_ports='{\"a\":[true],\"b\":1}'\n");
    heard_reset(&heard);
}

static char *long_text;

static void
bad_column(struct reeve_object *o)
{
    H->set_text(o, "phse", "x", 1);
}
static void
bad_type(struct reeve_object *o)
{
    H->set_int(o, "phase", 1);
}
static void
bad_core(struct reeve_object *o)
{
    H->set_int(o, "ems_id", 1);
}
static void
bad_stamp(struct reeve_object *o)
{
    H->set_time(o, "created_on", 1);
}
static void
bad_type_column(struct reeve_object *o)
{
    H->set_text(o, "owner_type", "x", 1);
}
static void
bad_ref_column(struct reeve_object *o)
{
    H->set_int(o, "container_node_id", 5);
}
static void
bad_link_target(struct reeve_object *o)
{
    H->link(o, "container_node_id", "container_image", "x");
}
static void
bad_poly_target(struct reeve_object *o)
{
    H->link(o, "owner_id", "container_image", "x");
}
static void
bad_link_kind(struct reeve_object *o)
{
    H->link(o, "container_node_id", "no_such", "x");
}
static void
bad_link_child(struct reeve_object *o)
{
    H->link(o, "owner_id", "container", "x");
}
static void
bad_link_column(struct reeve_object *o)
{
    H->link(o, "name", "container_node", "x");
}
static void
bad_link_scope(struct reeve_object *o)
{
    H->link_name(o, "container_node_id", "container_node", "ns", "x");
}
static void
bad_link_unnamed(struct reeve_object *o)
{
    struct reeve_object *c = container(o);
    H->link_name(c, "container_image_id", "container_image", NULL, "x");
}
static void
bad_double(struct reeve_object *o)
{
    struct reeve_object *c = container(o);
    H->set_double(c, "limit_cpu_cores", (double)INFINITY);
}
static void
bad_name(struct reeve_object *o)
{
    H->set_text(o, "name", long_text, 1025);
}
static void
bad_text(struct reeve_object *o)
{
    H->set_text(o, "message", long_text, (1 << 20) + 1);
}
static void
bad_link_ref(struct reeve_object *o)
{
    long_text[2000] = 0;
    H->link(o, "container_node_id", "container_node", long_text);
    long_text[2000] = 'x';
}
static void
bad_child_kind(struct reeve_object *o)
{
    H->child(o, "container_node");
}
static void
bad_child_owner(struct reeve_object *o)
{
    H->child(o, "container_env_var");
}
static void
bad_child_key(struct reeve_object *o)
{
    struct reeve_object *c = container(o);
    H->child(c, "container_env_var");
}
static void
bad_size(struct reeve_object *o)
{
    for (int i = 0; i < 100; i++) {
        struct reeve_object *c = container(o);
        H->set_text(c, "message", long_text, 1 << 20);
    }
}

static const struct {
    void (*set)(struct reeve_object *obj);
    int error_class;
    const char *says;
} refused[] = {
    { bad_column, REEVE_E_INVALID,
      "container_group 'p1': unknown column 'phse', did you mean 'phase'?" },
    { bad_type, REEVE_E_INVALID, "column 'phase' holds a string, not an integer" },
    { bad_core, REEVE_E_INVALID, "column 'ems_id' is kept by core" },
    { bad_stamp, REEVE_E_INVALID, "column 'created_on' is kept by core" },
    { bad_type_column, REEVE_E_INVALID, "column 'owner_type' is set by links" },
    { bad_ref_column, REEVE_E_INVALID,
      "column 'container_node_id' holds a reference, not an integer" },
    { bad_link_target, REEVE_E_INVALID,
      "column 'container_node_id' cannot point to a 'container_image'" },
    { bad_poly_target, REEVE_E_INVALID, "column 'owner_id' cannot point to a 'container_image'" },
    { bad_link_kind, REEVE_E_INVALID, "linked to unknown kind 'no_such'" },
    { bad_link_child, REEVE_E_INVALID, "which is a kind of children" },
    { bad_link_column, REEVE_E_INVALID, "column 'name' holds a string, not a reference" },
    { bad_link_scope, REEVE_E_INVALID, "a 'container_node' is linked by its name alone" },
    { bad_link_unnamed, REEVE_E_INVALID, "a 'container_image' has no name to be linked by" },
    { bad_double, REEVE_E_INVALID, "a number that is not finite" },
    { bad_name, REEVE_E_LIMIT, "column 'name' is 1025 bytes long, more than 1024" },
    { bad_text, REEVE_E_LIMIT, "column 'message' is 1048577 bytes long" },
    { bad_link_ref, REEVE_E_LIMIT, "is longer than 1024 bytes" },
    { bad_child_kind, REEVE_E_INVALID, "'container_node' is not a kind of children" },
    { bad_child_owner, REEVE_E_INVALID,
      "a 'container_env_var' cannot belong to a 'container_group'" },
    { bad_child_key, REEVE_E_INVALID, "column 'name' of a 'container_env_var' must be set" },
    { bad_size, REEVE_E_LIMIT, "needs more than 64 MiB" },
};
static size_t refused_at;

static int
emit_refused(struct reeve_call *call, struct reeve_inventory *inv)
{
    struct reeve_object *obj = pod(inv);
    refused[refused_at].set(obj);
    /* The first failure is the one that counts (what is missing shows at the emit only). */
    if (refused[refused_at].set != bad_child_key)
        H->set_text(obj, "no_such_column_either", "x", 1);
    int rc = H->emit(obj);
    if (rc != refused[refused_at].error_class || strcmp(H->fail_text(call), "") == 0)
        return REEVE_E_INTERNAL;
    obj = H->object(inv, "container_group", "p2");
    return H->emit(obj); /* only one object is lost */
}

static void
what_is_wrong_loses_one_object_and_says_why(void **state)
{
    (void)state;
    long_text = malloc((1 << 20) + 2);
    memset(long_text, 'x', (1 << 20) + 1);
    for (refused_at = 0; refused_at < RV_COUNT(refused); refused_at++) {
        struct heard heard = { 0 };
        rv_err err = RV_ERR_INIT;
        assert_int_equal(run_refresh(emit_refused, &heard, &err), 0);
        assert_int_equal(heard.emits, 1);
        assert_int_equal(heard.rejected, 1);
        assert_contains(rv_buf_text(&heard.text), refused[refused_at].says);
        heard_reset(&heard);
    }
    free(long_text);
}

static int
begin_wrong(struct reeve_call *call, struct reeve_inventory *inv)
{
    static const struct {
        const char *kind, *ref, *says;
    } wrong[] = {
        { "no_such", "x", "unknown kind 'no_such'" },
        { "vm", "x", "kind 'vm' is not in the provider's list of kinds" },
        { "container", "x", "'container' is a kind of children: begin it with reeve_child" },
        { "container_node", "", "the ref of an object of kind 'container_node' is empty" },
        { "container_node", NULL, "is empty" },
        { "container_node", "\xff", "is not UTF-8" },
    };
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        struct reeve_object *obj = H->object(inv, wrong[i].kind, wrong[i].ref);
        if (obj == NULL)
            return REEVE_E_INTERNAL;
        H->set_text(obj, "name", "swallowed", 9);
        H->set_int(H->child(obj, "container"), "restart_count", 1);
        if (H->emit(obj) != REEVE_E_INVALID)
            return REEVE_E_INTERNAL;
        assert_contains(H->fail_text(call), wrong[i].says);
    }
    H->fail_clear(call);
    return 0;
}

static void
an_object_that_cannot_begin_swallows_its_setters(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(begin_wrong, &heard, &err), 0);
    assert_int_equal(heard.emits, 0);
    heard_reset(&heard);
}

static int
forget_emit(struct reeve_call *call, struct reeve_inventory *inv)
{
    H->object(inv, "container_group", "p1");
    struct reeve_object *obj = H->object(inv, "container_node", "n1");
    H->set_text(obj, "name", "innocent", 8);
    if (H->emit(obj) != 0)
        return REEVE_E_INTERNAL;
    obj = H->object(inv, "container_node", "n2");
    if (H->complete(inv, "container_group") != 0 || H->complete(inv, "container_node") != 0)
        return REEVE_E_INTERNAL;
    H->object(inv, "container_group", "last");
    assert_string_equal(H->fail_text(call), "");
    return 0;
}

static void
a_forgotten_object_is_refused_by_name_and_no_other(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(forget_emit, &heard, &err), 0);
    assert_string_equal(
        rv_buf_text(&heard.text),
        "rejected container_group p1: container_group 'p1': it was begun, but neither emitted nor "
        "discarded\n"
        "container_node n1: ems_ref='n1' name='innocent'\n"
        "complete container_group\n"
        "rejected container_node n2: container_node 'n2': it was begun, but neither emitted nor "
        "discarded\n"
        "complete container_node\n"
        "rejected container_group last: container_group 'last': it was begun, but neither emitted "
        "nor discarded\n");
    heard_reset(&heard);
}

static int
leave_open_and_fail(struct reeve_call *call, struct reeve_inventory *inv)
{
    H->object(inv, "container_group", "p1");
    rv_call_fail(call, REEVE_E_UNAVAILABLE, "cut off");
    return REEVE_E_UNAVAILABLE;
}

static void
a_refresh_that_fails_may_leave_an_object_behind(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(leave_open_and_fail, &heard, &err), REEVE_E_UNAVAILABLE);
    assert_int_equal(heard.rejected, 0);
    heard_reset(&heard);
}

static int
discard_some(struct reeve_call *call, struct reeve_inventory *inv)
{
    struct reeve_object *obj = H->object(inv, "container_group", "p1");
    H->set_text(obj, "no such column", "x", 1);
    H->discard(obj);
    H->discard(H->object(inv, "no such kind", "x"));
    obj = H->object(inv, "container_node", "n1");
    if (H->emit(H->child(obj, "custom_attribute")) != REEVE_E_INVALID)
        return REEVE_E_INTERNAL;
    assert_contains(H->fail_text(call), "children go with it");
    H->fail_clear(call);
    if (H->emit(obj) != REEVE_E_INVALID) /* the child lacks its key */
        return REEVE_E_INTERNAL;
    obj = H->object(inv, "container_node", "n1");
    H->discard(H->child(obj, "custom_attribute"));
    if (H->emit(obj) != REEVE_E_INVALID)
        return REEVE_E_INTERNAL;
    assert_contains(H->fail_text(call), "only the object that it belongs to can be discarded");
    return H->emit(H->object(inv, "container_node", "n2"));
}

static void
a_discarded_object_leaves_no_trace(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(discard_some, &heard, &err), 0);
    assert_int_equal(heard.emits, 1);
    assert_null(strstr(rv_buf_text(&heard.text), "container_group"));
    heard_reset(&heard);
}

static int
emit_bad_bytes(struct reeve_call *call, struct reeve_inventory *inv)
{
    (void)call;
    struct reeve_object *obj = H->object(inv, "container_node", "n1");
    H->set_text(obj, "name", "a\xff\0b", 4);
    return H->emit(obj);
}

static void
bytes_that_are_not_utf8_are_replaced_and_counted(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(emit_bad_bytes, &heard, &err), 0);
    assert_contains(rv_buf_text(&heard.text), "name='a\xef\xbf\xbd\xef\xbf\xbd"
                                              "b'");
    assert_int_equal(heard.replaced_bytes, 2);
    heard_reset(&heard);
}

static int
bad_json(struct reeve_call *call, struct reeve_inventory *inv)
{
    struct reeve_object *obj = H->object(inv, "container_image", "i1");
    H->set_json(obj, "exposed_ports", "{\"a\":");
    if (H->emit(obj) != REEVE_E_INVALID)
        return REEVE_E_INTERNAL;
    assert_contains(H->fail_text(call), "column 'exposed_ports'");
    return 0;
}

static void
json_that_is_none_is_refused(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    rv_err err = RV_ERR_INIT;
    assert_int_equal(run_refresh(bad_json, &heard, &err), 0);
    heard_reset(&heard);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_reach_the_sink_whole),
        cmocka_unit_test(what_is_wrong_loses_one_object_and_says_why),
        cmocka_unit_test(an_object_that_cannot_begin_swallows_its_setters),
        cmocka_unit_test(a_forgotten_object_is_refused_by_name_and_no_other),
        cmocka_unit_test(a_refresh_that_fails_may_leave_an_object_behind),
        cmocka_unit_test(a_discarded_object_leaves_no_trace),
        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced_and_counted),
        cmocka_unit_test(json_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
