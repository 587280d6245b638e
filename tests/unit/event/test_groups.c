/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups and levels of events.
 */
#include "event/groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/err.h"
#include "event/groups_internal.h"

static void
assert_class(struct rv_event_class class, const char *group, const char *level)
{
    assert_string_equal(class.group, group);
    assert_string_equal(class.level, level);
}

/* Whether an earlier list has the name, which is then its. */
static int
is_in_earlier_list(int list, const char *name, size_t len)
{
    for (int i = 0; i < list; i++)
        for (const char *at = strstr(rv_event_group_lists[i].names, name); at;
             at = strstr(at + 1, name))
            if ((at == rv_event_group_lists[i].names || at[-1] == ' ') &&
                (at[len] == ' ' || at[len] == '\0'))
                return 1;
    return 0;
}

static void
each_name_of_each_list_maps_to_its_group_and_level(void **state)
{
    int critical = 0, detail = 0;
    (void)state;
    for (int list = 0; rv_event_group_lists[list].group; list++) {
        const struct rv_event_group_list *of = &rv_event_group_lists[list];
        for (const char *at = of->names; *at; at += strspn(at, " ")) {
            char name[128];
            size_t len = strcspn(at, " ");
            assert_true(len > 0 && len < sizeof(name));
            snprintf(name, sizeof(name), "%.*s", (int)len, at);
            *(strcmp(of->level, "critical") == 0 ? &critical : &detail) += 1;
            if (!is_in_earlier_list(list, name, len))
                assert_class(rv_event_classify(name), of->group, of->level);
            at += len;
        }
    }
    assert_int_equal(critical, 482);
    assert_int_equal(detail, 73);
}

static void
what_no_list_has_is_other_and_detail(void **state)
{
    static const char *const unknown[] = {
        "", "NoSuchEvent", "VmPoweredOnEven", "VmPoweredOnEventX", "vmpoweredonevent", "POD_FAILED"
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(unknown); i++)
        assert_class(rv_event_classify(unknown[i]), "other", "detail");
    assert_class(rv_event_classify("VmPoweredOnEvent"), "power", "critical");
}

static void
what_a_providers_module_says_comes_first(void **state)
{
    (void)state;
    assert_class(rv_event_classify_with("POD_FAILED", "status", "critical"), "status", "critical");
    assert_class(rv_event_classify_with("POD_FAILED", "status", NULL), "status", "detail");
    assert_class(rv_event_classify_with("POD_FAILED", "weather", "critical"), "other", "detail");
    assert_class(rv_event_classify_with("VmPoweredOnEvent", NULL, NULL), "power", "critical");
    assert_class(rv_event_classify_with("VmPoweredOnEvent", "general", "detail"), "general",
                 "detail");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_of_each_list_maps_to_its_group_and_level),
        cmocka_unit_test(what_no_list_has_is_other_and_detail),
        cmocka_unit_test(what_a_providers_module_says_comes_first),
    };
    return cmocka_run_group_tests_name("event_groups", tests, NULL, NULL);
}
