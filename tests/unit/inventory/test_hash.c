/* SPDX-License-Identifier: Apache-2.0
 *
 * Content hashes: what counts, what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "inventory/hash.h"
#include "support/objects.h"

static int
load_model(void **state)
{
    rv_err err = RV_ERR_INIT;
    (void)state;
    return rv_model_init(&err);
}

static int
drop_model(void **state)
{
    (void)state;
    rv_model_reset();
    return 0;
}

static struct rv_test_object *
pod(void)
{
    struct rv_test_object *object = rv_test_object("container_group", "p1");
    rv_test_set(object, "name", "web");
    rv_test_set(object, "restart_count", "1");
    rv_test_set(object, "started_on", "2");
    rv_test_link(object, "container_node_id", "container_node", "n1");
    rv_test_label(object, "a", "1");
    rv_test_label(object, "b", "2");
    return object;
}

static uint64_t
take_hash(struct rv_test_object *object)
{
    uint64_t hash = rv_content_hash(rv_test_object_get(object));
    rv_test_object_free(object);
    return hash;
}

static void
the_same_content_has_the_same_hash(void **state)
{
    (void)state;
    assert_int_equal(take_hash(pod()), take_hash(pod()));
    assert_int_not_equal(take_hash(pod()), 0);
}

static void
the_order_of_children_does_not_count(void **state)
{
    (void)state;
    struct rv_test_object *one = rv_test_object("container_node", "n");
    rv_test_label(one, "a", "1");
    rv_test_label(one, "b", "2");
    struct rv_test_object *two = rv_test_object("container_node", "n");
    rv_test_label(two, "b", "2");
    rv_test_label(two, "a", "1");
    assert_int_equal(take_hash(one), take_hash(two));
}

static void
volatile_and_unset_columns_do_not_count(void **state)
{
    (void)state;
    struct rv_test_object *object = pod();
    rv_test_set(object, "resource_version", "77");
    rv_test_set(object, "phase", NULL);
    assert_int_equal(take_hash(object), take_hash(pod()));
}

static void
everything_else_counts(void **state)
{
    (void)state;
    uint64_t plain = take_hash(pod()), hashes[9];
    struct rv_test_object *object = pod();
    rv_test_set(object, "name", "api");
    hashes[0] = take_hash(object);
    object = pod();
    rv_test_set(object, "phase", "");
    hashes[1] = take_hash(object);
    object = pod();
    rv_test_set(object, "restart_count", "2");
    rv_test_set(object, "started_on", "1"); /* the two values swapped */
    hashes[2] = take_hash(object);
    object = pod();
    rv_test_label(object, "c", "3");
    hashes[3] = take_hash(object);
    object = pod();
    rv_test_link(object, "owner_id", "container_job", "j");
    hashes[4] = take_hash(object);
    object = pod();
    rv_test_link(object, "owner_id", "container_daemon_set", "j");
    hashes[5] = take_hash(object);
    object = pod();
    rv_test_link_name(object, "container_project_id", "container_project", NULL, "x");
    hashes[6] = take_hash(object);
    object = pod();
    rv_test_link(object, "container_project_id", "container_project", "x");
    hashes[7] = take_hash(object);
    object = pod();
    struct rv_test_object *child = rv_test_child(object, "container");
    rv_test_set(child, "ems_ref", "p1_c");
    rv_test_set(rv_test_child(child, "container_env_var"), "name", "X");
    hashes[8] = take_hash(object);
    for (int i = 0; i < 9; i++) {
        assert_true(hashes[i] != plain);
        for (int j = 0; j < i; j++)
            assert_true(hashes[i] != hashes[j]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_content_has_the_same_hash),
        cmocka_unit_test(the_order_of_children_does_not_count),
        cmocka_unit_test(volatile_and_unset_columns_do_not_count),
        cmocka_unit_test(everything_else_counts),
    };
    return cmocka_run_group_tests(tests, load_model, drop_model);
}
