/* SPDX-License-Identifier: Apache-2.0
 *
 * Which events are not kept.
 */
#include "contract.h"

#include "event/blacklist.h"
#include "store/notes.h"

enum { EMS = 7 };

static int64_t
add(struct rv_store *store, const char *name, const char *model, int64_t ems_id, int enabled)
{
    const struct rv_blacklist_rule rule = {
        .event_name = name, .provider_model = model, .ems_id = ems_id, .enabled = enabled
    };
    int64_t id = 0;
    must(rv_blacklist_add(store, &rule, &id, err));
    return id;
}

/* What holds for the provider now. */
static struct rv_blacklist *
list_of(struct rv_store *store, const char *type, int64_t ems_id)
{
    struct rv_blacklist *list = rv_blacklist_new(type, ems_id);
    int64_t generation;
    must(rv_note_read(&generation, store, RV_NOTE_BLACKLIST, err));
    must(rv_blacklist_follow(list, store, generation, err));
    return list;
}

static int
has(struct rv_store *store, const char *type, int64_t ems_id, const char *event)
{
    struct rv_blacklist *list = list_of(store, type, ems_id);
    int listed = rv_blacklist_has(list, event);
    rv_blacklist_free(list);
    return listed;
}

static void
nothing_is_listed_at_first(void **state)
{
    assert_false(has(store_of(state), "demo", EMS, "VmPoweredOnEvent"));
    assert_false(has(store_of(state), "demo", EMS, ""));
}

static void
a_type_is_listed_for_all_for_one_sort_or_for_one_provider(void **state)
{
    struct rv_store *store = store_of(state);
    add(store, "everywhere", NULL, 0, 1);
    add(store, "of_demo", "demo", 0, 1);
    add(store, "of_one", NULL, EMS, 1);
    assert_true(has(store, "demo", EMS, "everywhere"));
    assert_true(has(store, "kubernetes", 8, "everywhere"));
    assert_true(has(store, "demo", 8, "of_demo"));
    assert_false(has(store, "kubernetes", EMS, "of_demo"));
    assert_true(has(store, "kubernetes", EMS, "of_one"));
    assert_false(has(store, "kubernetes", 8, "of_one"));
    assert_false(has(store, "demo", EMS, "everywher"));
    assert_false(has(store, "demo", EMS, "everywhere2"));
}

static void
what_is_said_of_one_provider_counts_first_then_of_its_sort_then_the_longer_name(void **state)
{
    struct rv_store *store = store_of(state);
    add(store, "POD_*", NULL, 0, 1);
    add(store, "POD_FAILED", NULL, 0, 0);
    assert_true(has(store, "kubernetes", EMS, "POD_KILLED"));
    assert_false(has(store, "kubernetes", EMS, "POD_FAILED"));
    add(store, "POD_F*", "kubernetes", 0, 1);
    assert_true(has(store, "kubernetes", EMS, "POD_FAILED"));
    assert_false(has(store, "openshift", EMS, "POD_FAILED"));
    add(store, "POD_*", NULL, EMS, 0);
    assert_false(has(store, "kubernetes", EMS, "POD_FAILED"));
    assert_false(has(store, "kubernetes", EMS, "POD_KILLED"));
    assert_true(has(store, "kubernetes", 8, "POD_KILLED"));
}

static void
every_change_is_noticed_by_its_generation(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_blacklist *list = list_of(store, "demo", EMS);
    int64_t before, after;
    must(rv_note_read(&before, store, RV_NOTE_BLACKLIST, err));
    int64_t id = add(store, "noisy", NULL, 0, 1);
    must(rv_blacklist_follow(list, store, before, err));
    assert_false(rv_blacklist_has(list, "noisy"));
    must(rv_note_read(&after, store, RV_NOTE_BLACKLIST, err));
    assert_true(after > before);
    must(rv_blacklist_follow(list, store, after, err));
    assert_true(rv_blacklist_has(list, "noisy"));
    must(rv_blacklist_enable(store, id, 0, err));
    must(rv_blacklist_follow(list, store, after + 1, err));
    assert_false(rv_blacklist_has(list, "noisy"));
    must(rv_blacklist_enable(store, id, 1, err));
    must(rv_blacklist_remove(store, id, err));
    must(rv_note_read(&before, store, RV_NOTE_BLACKLIST, err));
    assert_int_equal(before, after + 3);
    must_fail(RV_E_NOT_FOUND, rv_blacklist_remove(store, id, err));
    must_fail(RV_E_NOT_FOUND, rv_blacklist_enable(store, id, 1, err));
    rv_blacklist_free(list);
}

static void
the_same_twice_and_names_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = { "", "*", "a*b", "**" };
    struct rv_store *store = store_of(state);
    const struct rv_blacklist_rule again = { .event_name = "noisy", .enabled = 0 };
    char long_name[300];
    add(store, "noisy", NULL, 0, 1);
    add(store, "noisy", "demo", 0, 1);
    must_fail(RV_E_CONFLICT, rv_blacklist_add(store, &again, NULL, err));
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        const struct rv_blacklist_rule rule = { .event_name = bad[i] };
        must_fail(RV_E_INVALID, rv_blacklist_add(store, &rule, NULL, err));
    }
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    const struct rv_blacklist_rule rule = { .event_name = long_name };
    must_fail(RV_E_INVALID, rv_blacklist_add(store, &rule, NULL, err));
}

static void
what_a_module_says_is_listed_once_and_stays_as_people_set_it(void **state)
{
    static const char *const names[] = { "POD_PULLED", "POD_CREATED" };
    struct rv_store *store = store_of(state);
    int64_t generation;
    must(rv_blacklist_seed(store, "kubernetes", names, 2, err));
    assert_true(has(store, "kubernetes", EMS, "POD_PULLED"));
    assert_false(has(store, "demo", EMS, "POD_PULLED"));
    int64_t id = rv_test_int(store, "SELECT id FROM blacklisted_events WHERE event_name ="
                                    " 'POD_PULLED'");
    must(rv_blacklist_enable(store, id, 0, err));
    must(rv_note_read(&generation, store, RV_NOTE_BLACKLIST, err));
    must(rv_blacklist_seed(store, "kubernetes", names, 2, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM blacklisted_events"), 2);
    assert_false(has(store, "kubernetes", EMS, "POD_PULLED"));
    assert_int_equal(
        rv_test_int(store, "SELECT value FROM schema_info WHERE name = 'blacklist_generation'"),
        generation);
    must_fail(RV_E_CONFLICT, rv_blacklist_remove(store, id, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(nothing_is_listed_at_first),
        schema_test(a_type_is_listed_for_all_for_one_sort_or_for_one_provider),
        schema_test(
            what_is_said_of_one_provider_counts_first_then_of_its_sort_then_the_longer_name),
        schema_test(every_change_is_noticed_by_its_generation),
        schema_test(the_same_twice_and_names_that_are_none_are_refused),
        schema_test(what_a_module_says_is_listed_once_and_stays_as_people_set_it),
    };
    return cmocka_run_group_tests_name("event_blacklist", tests, NULL, NULL);
}
