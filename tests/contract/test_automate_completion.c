/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks that began and ended have an event of their completion.
 */
#include "contract.h"

#include "automate/automate.h"
#include "automate/effects.h"
#include "event/completion.h"

enum { HANDLER = 77, LEASE_MS = 60000, EMS = 5, VM = 40, DEST = 41, HOST = 50, NOON = 1700000000 };

static int
route_nowhere(void *arg, const struct rv_event_row *event, struct rv_effects *effects, rv_err *err)
{
    (void)arg, (void)event, (void)effects, (void)err;
    return 0;
}

struct told {
    const char *type;
    int64_t chain, vm, dest, host, at_s;
};

static rv_value
some(int64_t number)
{
    return number ? rv_vint(number) : RV_VNULL;
}

/* Its id. */
static int64_t
tell(struct rv_store *store, const struct told *told)
{
    struct rv_lane lane;
    int64_t number;
    must(rv_lane_of_provider(&lane, store, EMS, err));
    must(rv_store_begin(store, err));
    must(rv_lane_extend(store, lane.id, 1, NULL, &number, err));
    must_exec(store,
              "INSERT INTO event_streams (id, event_type, type, source, timestamp, ems_id, ems_ref,"
              " chain_id, vm_or_template_id, dest_vm_or_template_id, host_id, lane_id, number,"
              " username) VALUES ($1, $2, 'EmsEvent', 'VC', $3, $4, $2, $5, $6, $7,"
              " $8, $9, $10, 'fred')",
              rv_vint(7000 + number), rv_vtext(told->type), rv_vint(told->at_s * 1000),
              rv_vint(EMS), some(told->chain), some(told->vm), some(told->dest), some(told->host),
              rv_vint(lane.id), rv_vint(number));
    must(rv_store_commit(store, err));
    return 7000 + number;
}

/* Handles all that waits in the provider's lane; again: one event more. */
static void
handle(struct rv_store *store, int64_t again)
{
    struct rv_settings *settings = rv_settings_new();
    struct rv_automate *automate = NULL;
    struct rv_lane lane;
    must(rv_automate_open(
        &automate,
        &(struct rv_automate_config){
            .store = store, .settings = settings, .holder = HANDLER, .route = route_nowhere },
        err));
    must(rv_lane_of_provider(&lane, store, EMS, err));
    must(rv_lane_take(&lane, store, HANDLER, LEASE_MS, err));
    while (lane.handled < lane.written) {
        int count;
        must(rv_automate_events(automate, &lane, INT64_MAX, &count, err));
    }
    if (again)
        must(rv_automate_event(automate, again, err));
    rv_automate_close(automate);
    rv_settings_free(settings);
}

#define MADE " FROM event_streams WHERE source = 'EVM' AND type = 'EmsEvent'"

static void
the_beginning_and_the_end_of_a_task_make_its_completion(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_completion *rule;
    int count = 0;
    for (; (rule = rv_completion_at(count)) != NULL; count++) {
        tell(store, &(struct told){ rule->task, 100 + count, VM, 0, HOST, NOON });
        tell(store, &(struct told){ rule->final, 100 + count, VM, DEST, HOST, NOON + 5 });
    }
    handle(store, 0);
    for (int i = 0; (rule = rv_completion_at(i)) != NULL; i++) {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT event_type || ' ' || type || ' ' || ems_id || ' ' ||"
                      " vm_or_template_id || ' ' || dest_vm_or_template_id || ' ' || host_id || ' '"
                      " || username || ' ' || timestamp" MADE " AND chain_id = %d",
                      100 + i);
        RV_AUTO_FREE char *wanted =
            rv_format("%s_Complete EmsEvent 5 %d %d 50 fred 1700000005000", rule->task,
                      rule->swaps ? DEST : VM, rule->swaps ? VM : DEST);
        assert_column(store, sql, wanted);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*)" MADE), count);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM event_streams WHERE event_group ="
                                        " 'power' AND event_level = 'detail' AND event_type ="
                                        " 'PowerOnVM_Task_Complete'"),
                     2);
}

static void
five_sorts_of_tasks_swap_source_and_destination(void **state)
{
    const struct rv_completion *rule;
    const char *last = "";
    int count = 0;
    (void)state;
    for (int i = 0; (rule = rv_completion_at(i)) != NULL; i++) {
        count += rule->swaps && strcmp(rule->task, last) != 0;
        last = rule->task;
    }
    assert_int_equal(count, 5);
}

static void
the_tasks_that_end_together_are_looked_for_and_written_together(void **state)
{
    enum { TASKS = 100 };
    struct rv_store *store = store_of(state);
    for (int i = 0; i < TASKS; i++) {
        tell(store, &(struct told){ "PowerOnVM_Task", 100 + i, VM, 0, HOST, NOON });
        tell(store, &(struct told){ "VmPoweredOnEvent", 100 + i, VM, 0, HOST, NOON + 5 });
    }
    int64_t before = rv_store_statements(store);
    handle(store, 0);
    int64_t took = rv_store_statements(store) - before;
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*)" MADE), TASKS);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*)" MADE " AND number = chain_id - 99"),
                     TASKS);
    /* Its beginning, whether its completion is there, and that. */
    if (took >= 3 * TASKS + 50)
        fail_msg("%lld statements for %d tasks", (long long)took, TASKS);
}

static void
an_end_without_a_beginning_makes_none(void **state)
{
    struct rv_store *store = store_of(state);
    tell(store, &(struct told){ "PowerOnVM_Task", 1, VM, 0, HOST, NOON });
    tell(store, &(struct told){ "VmPoweredOnEvent", 2, VM, 0, HOST, NOON + 5 });
    tell(store, &(struct told){ "PowerOffVM_Task", 2, VM, 0, HOST, NOON });
    handle(store, 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*)" MADE), 0);
}

static void
without_a_chain_the_last_hours_of_the_machine_or_host_tell(void **state)
{
    struct rv_store *store = store_of(state);
    tell(store, &(struct told){ "PowerOnVM_Task", 0, VM, 0, HOST, NOON });
    tell(store, &(struct told){ "SuspendVM_Task", 0, VM, 0, HOST, NOON - 5 * 3600 });
    tell(store, &(struct told){ "EnterMaintenanceMode_Task", 0, 0, 0, HOST, NOON });
    tell(store, &(struct told){ "VmPoweredOnEvent", 0, VM, 0, HOST, NOON + 5 });
    tell(store, &(struct told){ "VmPoweredOnEvent", 0, DEST, 0, HOST, NOON + 5 });
    tell(store, &(struct told){ "VmSuspendedEvent", 0, VM, 0, HOST, NOON + 5 });
    tell(store, &(struct told){ "EnteredMaintenanceModeEvent", 0, 0, 0, HOST, NOON + 9 });
    handle(store, 0);
    assert_column(store, "SELECT event_type" MADE " ORDER BY event_type",
                  "EnterMaintenanceMode_Task_Complete,PowerOnVM_Task_Complete");
}

static void
an_event_that_is_handled_again_has_one_completion_all_the_same(void **state)
{
    struct rv_store *store = store_of(state);
    tell(store, &(struct told){ "PowerOnVM_Task", 1, VM, 0, HOST, NOON });
    int64_t id = tell(store, &(struct told){ "VmPoweredOnEvent", 1, VM, 0, HOST, NOON + 5 });
    handle(store, id);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*)" MADE), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(the_beginning_and_the_end_of_a_task_make_its_completion),
        schema_test(five_sorts_of_tasks_swap_source_and_destination),
        schema_test(the_tasks_that_end_together_are_looked_for_and_written_together),
        schema_test(an_end_without_a_beginning_makes_none),
        schema_test(without_a_chain_the_last_hours_of_the_machine_or_host_tell),
        schema_test(an_event_that_is_handled_again_has_one_completion_all_the_same),
    };
    return cmocka_run_group_tests_name("automate_completion", tests, NULL, NULL);
}
