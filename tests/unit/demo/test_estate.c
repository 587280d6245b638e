/* SPDX-License-Identifier: Apache-2.0
 *
 * The invented estate: a function of seed and step, and what its faults' words mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "demo.h"
#include "support/sdk_host.h"

static const struct demo_size size = { .clusters = 1,
                                       .hosts = 2,
                                       .storages = 1,
                                       .vms = 10,
                                       .projects = 2,
                                       .nodes = 2,
                                       .pods = 10,
                                       .images = 3,
                                       .stacks = 2,
                                       .volumes = 3,
                                       .buckets = 1,
                                       .servers = 2,
                                       .systems = 2 };

static void
the_same_seed_and_step_give_the_same_estate(void **state)
{
    struct reeve_call call;
    struct demo_estate a, b;

    (void)state;
    sdk_host_begin(&call);
    assert_int_equal(demo_estate_open(&call, &a, 7, &size), 0);
    assert_int_equal(demo_estate_open(&call, &b, 7, &size), 0);
    for (int i = 0; i < 500; i++)
        demo_estate_step(&a);
    for (int i = 0; i < 500; i++)
        demo_estate_step(&b);
    for (int i = 0; i < DEMO_MOVING_COUNT; i++)
        assert_memory_equal(a.moving[i], b.moving[i],
                            (size_t)demo_moving_size(&a, i) * sizeof(**a.moving));
    demo_estate_close(&a);
    demo_estate_close(&b);
    sdk_host_end(&call);
}

static void
every_step_changes_one_object_and_some_replace_it(void **state)
{
    struct reeve_call call;
    struct demo_estate estate;
    int replaced = 0, changed = 0, touched[DEMO_MOVING_COUNT] = { 0 };

    (void)state;
    sdk_host_begin(&call);
    demo_estate_open(&call, &estate, 3, &size);
    for (int i = 0; i < 1000; i++) {
        struct demo_change change = demo_estate_step(&estate);
        struct demo_object now = estate.moving[change.what][change.index];

        assert_in_range(change.index, 0, 9);
        touched[change.what]++;
        replaced += now.incarnation == change.before.incarnation + 1 && now.changes == 0;
        changed += now.incarnation == change.before.incarnation &&
                   now.changes == change.before.changes + 1;
    }
    assert_int_equal(replaced + changed, 1000);
    assert_in_range(replaced, 60, 200);
    for (int i = 0; i < DEMO_MOVING_COUNT; i++)
        assert_in_range(touched[i], 4, 600);
    demo_estate_close(&estate);
    sdk_host_end(&call);
}

static void
another_seed_is_another_estate(void **state)
{
    struct demo_estate a = { .seed = 1 }, b = { .seed = 2 };
    char left[48], right[48];
    struct demo_object fresh = { 0, 0 };

    (void)state;
    assert_true(demo_random(&a, "vm", 5, 0) != demo_random(&b, "vm", 5, 0));
    demo_moving_ref(left, &a, DEMO_VM, 5, fresh);
    demo_moving_ref(right, &b, DEMO_VM, 5, fresh);
    assert_string_not_equal(left, right);
}

static void
an_estate_of_pods_alone_never_changes_a_vm(void **state)
{
    struct demo_size pods = { .projects = 1, .pods = 3, .images = 1 };
    struct reeve_call call;
    struct demo_estate estate;

    (void)state;
    sdk_host_begin(&call);
    demo_estate_open(&call, &estate, 1, &pods);
    for (int i = 0; i < 50; i++)
        assert_int_equal(demo_estate_step(&estate).what, DEMO_POD);
    demo_estate_close(&estate);
    sdk_host_end(&call);
}

/* Ports, members and configured systems point to instances, machines to templates. */
static void
what_others_point_to_is_never_replaced(void **state)
{
    struct reeve_call call;
    struct demo_estate estate;

    (void)state;
    sdk_host_begin(&call);
    demo_estate_open(&call, &estate, 5,
                     &(struct demo_size){ .vms = 40, .stacks = 1, .volumes = 2, .servers = 1 });
    for (int i = 0; i < 3000; i++)
        demo_estate_step(&estate);
    for (int i = 0; i < 40; i++) {
        int kept = demo_is_instance(i) || demo_is_template(i);
        assert_int_equal(estate.moving[DEMO_VM][i].incarnation == 0, kept);
    }
    assert_int_equal(estate.moving[DEMO_VOLUME][0].incarnation, 0);
    assert_true(estate.moving[DEMO_VOLUME][0].changes > 0);
    assert_true(estate.moving[DEMO_BACKUP][0].incarnation > 0);
    demo_estate_close(&estate);
    sdk_host_end(&call);
}

static void
the_fault_is_the_files_word_while_the_file_exists(void **state)
{
    char path[] = "/tmp/reeve-demo-fault.XXXXXX";
    struct sdk_host_option given[] = { { "fault", "slow" },
                                       { "fault_file", path },
                                       { NULL, NULL } };
    struct reeve_config config = { .options = given };
    struct reeve_call call;
    int fd = mkstemp(path);

    (void)state;
    sdk_host_begin(&call);
    assert_int_equal(write(fd, "unavailable\n", 12), 12);
    close(fd);
    assert_int_equal(demo_fault_now(&config), DEMO_UNAVAILABLE);
    unlink(path);
    assert_int_equal(demo_fault_now(&config), DEMO_SLOW);
    sdk_host_end(&call);
}

static void
each_fault_has_a_word(void **state)
{
    int count = 0;

    (void)state;
    while (demo_fault_words[count])
        count++;
    assert_int_equal(count, DEMO_FAULT_COUNT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_and_step_give_the_same_estate),
        cmocka_unit_test(every_step_changes_one_object_and_some_replace_it),
        cmocka_unit_test(another_seed_is_another_estate),
        cmocka_unit_test(an_estate_of_pods_alone_never_changes_a_vm),
        cmocka_unit_test(what_others_point_to_is_never_replaced),
        cmocka_unit_test(the_fault_is_the_files_word_while_the_file_exists),
        cmocka_unit_test(each_fault_has_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
