/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers of events that are killed wherever they stand: every event has its effects, and has them
 * once. With REEVE_TEST_DEEP a hundred of them are killed.
 */
#include "contract.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "automate/automate.h"
#include "automate/effects.h"
#include "base/clock.h"

enum { EMS = 5, EVENTS = 1500, LEASE_MS = 60000, KILLS = 12, KILLS_DEEP = 100, FIRST = 100 };

/* Each event by a message of its own. */
static int
route(void *arg, const struct rv_event_row *event, struct rv_effects *effects, rv_err *err)
{
    (void)arg, (void)err;
    rv_effects_deliver(effects, "/A/b", "vm", event->id, event->id);
    return 0;
}

static void
happen(struct rv_store *store, int64_t lane)
{
    const rv_value params[] = { rv_vint(lane), rv_vint(EVENTS) };
    must(rv_store_exec(store, NULL,
                       "INSERT INTO event_streams (id, event_type, type, timestamp, lane_id,"
                       " number) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                       " WHERE i < $2) SELECT 10000 + i, 'x', 'EmsEvent', 1, $1, i FROM n",
                       params, 2, err));
    must(rv_store_exec(store, NULL, "UPDATE event_lanes SET written = $2 WHERE id = $1", params, 2,
                       err));
}

/* A killed holder's last statement may reach the store after its lease was freed: PostgreSQL ends
 * what it began, whoever is gone. A server waits for the lease's end then; the test frees it again.
 */
static void
take(struct rv_store *store, struct rv_lane *lane, int64_t holder)
{
    rv_err refused = RV_ERR_INIT;
    while (rv_lane_take(lane, store, holder, LEASE_MS, &refused)) {
        if (refused.code != RV_E_CONFLICT)
            fail_msg("%s", refused.text);
        rv_err_clear(&refused);
        usleep(10000);
        for (int64_t gone = FIRST; gone < holder; gone++)
            must(rv_lease_release_holder(store, gone, err));
    }
}

/* Handles all there is, in turns of so long. */
static void
work(struct rv_store *store, struct rv_lane *lane, int64_t holder, int64_t turn_ms)
{
    struct rv_settings *settings = rv_settings_new();
    struct rv_automate *automate;
    const struct rv_automate_config config = {
        .store = store, .settings = settings, .holder = holder, .route = route
    };
    must(rv_automate_open(&automate, &config, err));
    take(store, lane, holder);
    while (lane->handled < lane->written) {
        int count = 0;
        must(rv_automate_events(automate, lane, rv_monotonic_ms() + turn_ms, &count, err));
    }
    rv_automate_close(automate);
    rv_settings_free(settings);
}

static void
kill_one(struct contract *contract, const struct rv_lane *lane, int64_t holder, int after_ms)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rv_lane own = *lane;
        struct rv_store *store = rv_test_store_open(&contract->db);
        if (write(ready[1], "r", 1) == 1)
            work(store, &own, holder, 0);
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    usleep((useconds_t)after_ms * 1000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    must(rv_lease_release_holder(contract->store, holder, err));
}

static void
every_event_has_its_effects_once_whoever_is_killed(void **state)
{
    struct contract *contract = *state;
    struct rv_lane lane;
    int kills = getenv("REEVE_TEST_DEEP") ? KILLS_DEEP : KILLS;
    rv_test_script(contract->store,
                   "INSERT INTO ext_management_systems (id, name, type, created_on)"
                   " VALUES (5, 'estate', 'demo', 1)");
    must(rv_lane_of_provider(&lane, contract->store, EMS, err));
    happen(contract->store, lane.id);
    for (int i = 0; i < kills; i++) {
        kill_one(contract, &lane, FIRST + i, i % 13);
        assert_int_equal(rv_test_int(contract->store,
                                     "SELECT handled - (SELECT COUNT(*) FROM miq_queue)"
                                     " FROM event_lanes WHERE ems_id = 5"),
                         0);
    }
    work(contract->store, &lane, FIRST + kills, 60000);
    assert_int_equal(rv_test_int(contract->store, "SELECT COUNT(*) FROM miq_queue"), EVENTS);
    assert_int_equal(
        rv_test_int(contract->store, "SELECT COUNT(DISTINCT target_id) FROM miq_queue"), EVENTS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(every_event_has_its_effects_once_whoever_is_killed),
    };
    return cmocka_run_group_tests_name("automate_handler_kills", tests, NULL, NULL);
}
