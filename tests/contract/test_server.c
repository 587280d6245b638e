/* SPDX-License-Identifier: Apache-2.0
 *
 * What workers of a server do with a store, without a server: the supervisor is the other end of a
 * socketpair, and its answers are laid ready before they are asked for.
 */
#include "contract.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "server/datastore_commands.h"
#include "server/identity.h"
#include "server/messages.h"
#include "server/protocol.h"
#include "server/rounds.h"
#include "server/sole_roles.h"
#include "server/space.h"
#include "server/staffing.h"
#include "store/lease.h"
#include "store/notes.h"

enum { SHORT_LEASE_MS = 5000, LONG_LEASE_MS = 600000 };

static struct rv_worker worker;
static int supervisor_fd;
static int64_t *wrong_ms; /* what the wall clock is wrong by (base/clock.c) */

static void
set(const char *key, const char *value)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, key, value);
    if (rv_settings_overlay(worker.settings, object, "test", &err))
        fail_msg("%s", err.text);
}

static int
server_setup(void **state)
{
    int fds[2];
    contract_schema(state);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    supervisor_fd = fds[1];
    worker = (struct rv_worker){ .fd = fds[0],
                                 .in = rv_frame_reader_new(),
                                 .type = "generic",
                                 .server_guid = "5e4f0000-0000-4000-8000-000000000001",
                                 .home = rv_test_dir(),
                                 .store_url = rv_strdup(((struct contract *)*state)->db.url),
                                 .settings = rv_settings_new(),
                                 .store = store_of(state) };
    set("region", "1");
    set("server.disk_usage_max", "100"); /* whatever the machine has left */
    must(rv_identity_establish(&worker, err));
    must_exec(worker.store,
              "INSERT INTO miq_workers (id, guid, miq_server_id) VALUES (77, 'w-77', $1)",
              rv_vint(worker.server_id));
    worker.row = 77;
    return 0;
}

static int
server_teardown(void **state)
{
    rv_clock_real();
    close(worker.fd);
    close(supervisor_fd);
    rv_frame_reader_free(&worker.in);
    rv_settings_free(worker.settings);
    rv_test_dir_remove(worker.home);
    free(worker.store_url);
    free(worker.zone);
    return contract_end(state);
}

/* To its next question: our worker is this process, and does well. */
static void
answer_who_lives_as(const char *status)
{
    RV_AUTO_JSON cJSON *answer = rv_message_new("living");
    cJSON *workers = cJSON_AddArrayToObject(answer, "workers"), *one = cJSON_CreateObject();
    cJSON_AddNumberToObject(answer, "ticket", (double)worker.ticket + 1);
    cJSON_AddNumberToObject(answer, "pid", getpid());
    cJSON_AddStringToObject(one, "guid", "w-77");
    cJSON_AddNumberToObject(one, "pid", getpid());
    cJSON_AddNumberToObject(one, "silent_ms", 0);
    cJSON_AddStringToObject(one, "status", status);
    cJSON_AddItemToArray(workers, one);
    must(rv_frame_send(supervisor_fd, answer, err));
}

static void
answer_who_lives(void)
{
    answer_who_lives_as("ready");
}

static void
events_are_written_also_when_another_step_of_the_round_fails(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_rounds rounds;
    rv_rounds_open(&rounds, &worker);
    rounds.renewed_ms = rv_monotonic_ms();
    rv_happenings_server(rounds.happenings, "evm_server_start", NULL);
    rv_test_script(worker.store, "DROP TABLE miq_queue");
    assert_true(rv_rounds_go(&rounds, &err) < 0);
    assert_non_null(strstr(err.text, "miq_queue"));
    assert_column(worker.store, "SELECT event_type FROM event_streams", "evm_server_start");
    rv_rounds_close(&rounds);
}

static void
what_can_be_written_of_the_end_is_when_a_part_of_it_fails(void **state)
{
    (void)state;
    struct rv_rounds rounds;
    RV_AUTO_JSON cJSON *quiesce = rv_message_new("quiesce");
    rv_rounds_open(&rounds, &worker);
    rv_rounds_note(&rounds, quiesce);
    rv_test_script(worker.store, "DROP TABLE miq_servers");
    rv_rounds_end(&rounds);
    assert_column(worker.store, "SELECT event_type FROM event_streams", "evm_server_stop");
    assert_column(worker.store, "SELECT COUNT(*) FROM miq_workers", "0");
    rv_rounds_close(&rounds);
}

static int
wants_refresh_of(int64_t provider)
{
    static const char *const roles[] = { "ems_inventory", NULL };
    const struct rv_headcount_input input = { .settings = worker.settings, .roles = roles };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *want = rv_staffing_want(&worker, &input, &err);
    const cJSON *one = NULL;
    assert_non_null(want);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(want, "workers"))
    {
        if (rv_json_int(one, "provider", 0) == provider)
            return 1;
    }
    return 0;
}

/* Each is taken back before the next. */
static void
a_provider_has_a_worker_while_it_is_enabled_well_and_in_our_zone(void **state)
{
    static const char *const cases[][2] = {
        { "UPDATE ext_management_systems SET enabled = FALSE",
          "UPDATE ext_management_systems SET enabled = TRUE" },
        { "UPDATE ext_management_systems SET zone_id = 77 WHERE id = 5",
          "UPDATE ext_management_systems SET zone_id = (SELECT zone_id FROM miq_servers)" },
        { "UPDATE ext_management_systems SET quarantine_reason = 'it crashed'",
          "UPDATE ext_management_systems SET quarantine_reason = NULL" },
        { "INSERT INTO authentications (id, resource_type, resource_id, authtype, status)"
          " VALUES (6, 'provider', 5, 'default', 'Invalid')",
          "UPDATE authentications SET status = 'Valid'" },
    };
    (void)state;
    must_exec(worker.store,
              "INSERT INTO ext_management_systems (id, name, type, zone_id, enabled)"
              " VALUES (5, 'estate', 'demo', $1, TRUE)",
              rv_vint(worker.zone_id));
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        assert_true(wants_refresh_of(5));
        rv_test_script(worker.store, cases[i][0]);
        if (wants_refresh_of(5))
            fail_msg("%s", cases[i][0]);
        rv_test_script(worker.store, cases[i][1]);
    }
    worker.space_low = 1;
    assert_false(wants_refresh_of(5));
}

static void
schedulers_are(const char *servers)
{
    RV_AUTO_FREE char *text =
        rv_test_text(worker.store, "SELECT COALESCE(MIN(s.guid), '') || ' ' || COUNT(*)"
                                   " FROM assigned_server_roles a"
                                   " JOIN server_roles r ON r.id = a.server_role_id"
                                   " JOIN miq_servers s ON s.id = a.miq_server_id"
                                   " WHERE r.name = 'scheduler' AND a.active");
    assert_string_equal(text, servers);
}

static void
one_server_of_the_region_is_the_scheduler_and_another_is_when_it_ends(void **state)
{
    (void)state;
    struct rv_worker other = worker;
    snprintf(other.server_guid, sizeof(other.server_guid), "5e4f0000-0000-4000-8000-000000000002");
    other.zone = NULL;
    other.row = 78;
    must(rv_identity_establish(&other, err));
    schedulers_are(" 0");
    for (int i = 0; i < 2; i++) {
        must(rv_sole_roles_look(&worker, err));
        must(rv_sole_roles_look(&other, err));
        schedulers_are("5e4f0000-0000-4000-8000-000000000001 1");
    }
    must(rv_lease_release_holder(worker.store, worker.row, err));
    must(rv_sole_roles_look(&other, err));
    must(rv_sole_roles_look(&worker, err));
    schedulers_are("5e4f0000-0000-4000-8000-000000000002 1");
    /* The role is taken from it: it lets go. */
    must_exec(worker.store, "DELETE FROM assigned_server_roles WHERE miq_server_id = $1",
              rv_vint(other.server_id));
    must(rv_sole_roles_look(&other, err));
    must(rv_sole_roles_look(&worker, err));
    schedulers_are("5e4f0000-0000-4000-8000-000000000001 1");
    free(other.zone);
}

static void
a_new_server_has_eleven_of_the_twenty_roles(void **state)
{
    (void)state;
    must(rv_sole_roles_look(&worker, err));
    assert_column(worker.store, "SELECT COUNT(*) FROM server_roles", "20");
    const char *const wanted[] = {
        "automate",       "database_operations", "ems_inventory", "ems_operations",
        "event",          "reporting",           "scheduler",     "smartstate",
        "user_interface", "web_services",        "websocket"
    };
    char *found[RV_COUNT(wanted) + 2] = { NULL };
    must(rv_worker_roles(&worker, found, RV_COUNT(wanted) + 1, err));
    for (size_t i = 0; i < RV_COUNT(wanted); i++) {
        assert_string_equal(found[i], wanted[i]);
        free(found[i]);
    }
    assert_null(found[RV_COUNT(wanted)]);
}

static int64_t held_ms;

static int
look_at_lease(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    (void)arg, (void)message, (void)results, (void)err;
    held_ms = rv_test_int(worker.store, "SELECT lease_expires_on FROM miq_queue") - rv_now_ms();
    return 0;
}

static void
a_message_is_taken_for_as_long_as_the_setting_says_by_then(void **state)
{
    (void)state;
    const struct rv_command commands[] = { { "Demo", "look", look_at_lease, NULL, 0, NULL } };
    const struct rv_message_spec spec = { .queue_name = "generic",
                                          .class_name = "Demo",
                                          .method_name = "look" };
    struct rv_message_loop loop;
    rv_clock_fake(1800000000000);
    set("workers.lease", "5s");
    rv_message_loop_open(&loop, &worker, "generic", commands, 1);
    must(rv_queue_put(worker.store, &spec, NULL, err));
    assert_int_equal(rv_message_loop_once(&loop), 1);
    assert_int_equal(held_ms, SHORT_LEASE_MS);
    set("workers.lease", "10m");
    must(rv_queue_put(worker.store, &spec, NULL, err));
    assert_int_equal(rv_message_loop_once(&loop), 1);
    assert_int_equal(held_ms, LONG_LEASE_MS);
    rv_message_loop_close(&loop);
}

/* The pace of renewing is that of the long lease from then on. */
static void
what_is_held_is_renewed_at_once_when_leases_are_set_to_hold_longer(void **state)
{
    (void)state;
    rv_err ignored = RV_ERR_INIT;
    struct rv_rounds rounds;
    struct rv_lease lease;
    set("workers.lease", "5s");
    must(rv_lease_take(worker.store, &lease, "refresh/1", worker.row, SHORT_LEASE_MS, err));
    rv_rounds_open(&rounds, &worker);
    answer_who_lives();
    rv_rounds_go(&rounds, &ignored);
    assert_false(rounds.due);
    set("workers.lease", "10m");
    rv_rounds_go(&rounds, &ignored);
    assert_true(rounds.due);
    answer_who_lives();
    rv_rounds_go(&rounds, &ignored);
    assert_true(rv_test_int(worker.store, "SELECT expires_at FROM leases WHERE holder = 77") >
                rv_now_ms() + LONG_LEASE_MS / 2);
    rv_rounds_close(&rounds);
}

/* Long before the round in which all rows are written. */
static void
a_worker_that_says_nothing_is_marked_by_the_next_round(void **state)
{
    (void)state;
    rv_err ignored = RV_ERR_INIT;
    struct rv_rounds rounds;
    RV_AUTO_JSON cJSON *look = rv_message_new("look");
    rv_rounds_open(&rounds, &worker);
    answer_who_lives();
    rv_rounds_go(&rounds, &ignored);
    assert_column(worker.store, "SELECT status FROM miq_workers", "ready");
    rv_rounds_note(&rounds, look);
    assert_true(rounds.due);
    answer_who_lives_as("silent");
    rv_rounds_go(&rounds, &ignored);
    assert_column(worker.store, "SELECT status FROM miq_workers", "silent");
    rv_rounds_close(&rounds);
}

static void
burn(int64_t ms)
{
    int64_t until_ms = rv_monotonic_ms() + ms;
    while (rv_monotonic_ms() < until_ms)
        continue;
}

/* The wall clock is set back by an hour, and then forward by one, while both are at work. */
static void
processor_time_is_told_right_when_the_wall_clock_jumps(void **state)
{
    (void)state;
    static const int64_t jumps_ms[] = { -3600000, 3600000 };
    struct rv_census *census = rv_census_new(&worker);
    answer_who_lives();
    must(rv_census_renew(census, err));
    for (size_t i = 0; i < RV_COUNT(jumps_ms); i++) {
        burn(200);
        *wrong_ms += jumps_ms[i];
        answer_who_lives();
        must(rv_census_renew(census, err));
        assert_column(worker.store,
                      "SELECT COUNT(*) FROM miq_workers WHERE percent_cpu BETWEEN 1 AND 1000", "1");
        assert_column(worker.store,
                      "SELECT COUNT(*) FROM miq_servers WHERE percent_cpu BETWEEN 1 AND 1000", "1");
    }
    *wrong_ms = 0;
    rv_census_free(census);
}

static void
a_note_of_too_little_room_goes_when_the_server_starts_with_room(void **state)
{
    (void)state;
    only_sqlite(); /* the other's disk is not seen */
    set("maintenance.free_min", "0");
    must(rv_note_write(worker.store, RV_NOTE_LOW_SPACE, 1800000000000, err));
    rv_space_look(&worker);
    assert_false(worker.space_low);
    assert_column(worker.store, "SELECT value FROM schema_info WHERE name = 'low_space_since'",
                  "0");
}

/* Whatever it knows of the settings by then: by this pace it is judged. */
static void
a_worker_beats_at_the_pace_that_the_supervisor_has_set_last(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *pace = rv_message_new("pace");
    worker.beat_ms = worker.hooks.beat_ms = 60000;
    worker.next_beat_ms = rv_monotonic_ms() + worker.beat_ms;
    cJSON_AddNumberToObject(pace, "beat_ms", 200);
    must(rv_frame_send(supervisor_fd, pace, err));
    rv_worker_read(&worker);
    assert_int_equal(worker.hooks.beat_ms, 200);
    rv_worker_beat(&worker);
    assert_in_range(worker.next_beat_ms - rv_monotonic_ms(), 1, 200);
    worker.turn_ms = 50;
    must(rv_frame_send(supervisor_fd, pace, err));
    rv_worker_read(&worker);
    assert_int_equal(worker.hooks.beat_ms, 50);
}

static void
settings_that_cannot_be_read_stay_as_they_were_and_are_read_later(void **state)
{
    (void)state;
    must_exec(worker.store,
              "INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
              " VALUES (1, 'region', $1, 'workers.lease', '77s')",
              rv_vint(worker.region_id));
    must(rv_worker_settings(&worker, err));
    rv_test_script(worker.store, "ALTER TABLE settings_changes RENAME TO away");
    for (int i = 0; i < 2; i++) {
        rv_err ignored = RV_ERR_INIT;
        assert_true(rv_worker_settings(&worker, &ignored) < 0);
        assert_int_equal(rv_settings_int(worker.settings, "workers.lease"), 77000);
        assert_true(worker.settings_missed);
    }
    rv_test_script(worker.store, "ALTER TABLE away RENAME TO settings_changes");
    must(rv_worker_settings(&worker, err));
    assert_false(worker.settings_missed);
}

static int refusals;

static int
refuse_once(struct rv_worker *refused, rv_err *err)
{
    (void)refused;
    return refusals++ ? 0 : rv_fail(err, RV_E_AUTH, "password authentication failed");
}

static void
note_why(void *arg, const rv_err *err)
{
    *(rv_err *)arg = *err;
}

/* Another in its place would be refused as well, and callers would find nobody. */
static void
a_worker_that_tells_callers_why_the_database_refuses_it_tries_on(void **state)
{
    (void)state;
    rv_err why = RV_ERR_INIT;
    refusals = 0;
    must_fail(RV_E_AUTH, rv_worker_store(&worker, 0, refuse_once, err));
    refusals = 0;
    worker.on_store_down = note_why;
    worker.arg = &why;
    must(rv_worker_store(&worker, 0, refuse_once, err));
    assert_int_equal(refusals, 2);
    assert_string_equal(why.text, "password authentication failed");
}

static void
make_folder(const char *path)
{
    RV_AUTO_FREE char *folder = rv_format("%s/%s", worker.home, path);
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void
a_shipped_domain_is_awaited_until_it_was_imported_for_the_first_time(void **state)
{
    static const char *const folders[] = { "lib", "lib/reeve", "share", "share/reeve",
                                           "share/reeve/domains" };
    rv_err why = RV_ERR_INIT;
    (void)state;
    unsetenv("REEVE_TEST_UNSHIPPED");
    for (size_t i = 0; i < RV_COUNT(folders); i++)
        make_folder(folders[i]);
    RV_AUTO_FREE char *modules = rv_format("%s/lib/reeve", worker.home);
    worker.module_dir = modules;
    assert_int_equal(rv_datastore_awaited(&worker, &why), 0);
    make_folder("share/reeve/domains/Reeve");
    assert_int_equal(rv_datastore_awaited(&worker, &why), 1);
    must_exec(worker.store,
              "INSERT INTO miq_ae_domains (id, name, name_key, source, digest)"
              " VALUES ($1, 'Reeve', 'reeve', 'system', 'of older files')",
              rv_vint(5));
    assert_int_equal(rv_datastore_awaited(&worker, &why), 0);
    worker.module_dir = NULL;
    assert_int_equal(rv_datastore_awaited(&worker, &why), 0);
}

/* Before the clock is read for the first time. */
static int
make_clock(void **state)
{
    const int64_t right = 0;
    char path[] = "/tmp/reeve-clock-XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0 && write(fd, &right, sizeof(right)) == sizeof(right));
    wrong_ms = mmap(NULL, sizeof(*wrong_ms), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(wrong_ms != MAP_FAILED);
    setenv("REEVE_TEST_CLOCK", path, 1);
    rv_now_ms();
    close(fd);
    return unlink(path);
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, server_setup, server_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(events_are_written_also_when_another_step_of_the_round_fails),
        SERVER_TEST(what_can_be_written_of_the_end_is_when_a_part_of_it_fails),
        SERVER_TEST(a_provider_has_a_worker_while_it_is_enabled_well_and_in_our_zone),
        SERVER_TEST(one_server_of_the_region_is_the_scheduler_and_another_is_when_it_ends),
        SERVER_TEST(a_new_server_has_eleven_of_the_twenty_roles),
        SERVER_TEST(a_message_is_taken_for_as_long_as_the_setting_says_by_then),
        SERVER_TEST(what_is_held_is_renewed_at_once_when_leases_are_set_to_hold_longer),
        SERVER_TEST(a_worker_that_says_nothing_is_marked_by_the_next_round),
        SERVER_TEST(processor_time_is_told_right_when_the_wall_clock_jumps),
        SERVER_TEST(a_note_of_too_little_room_goes_when_the_server_starts_with_room),
        SERVER_TEST(settings_that_cannot_be_read_stay_as_they_were_and_are_read_later),
        SERVER_TEST(a_worker_beats_at_the_pace_that_the_supervisor_has_set_last),
        SERVER_TEST(a_worker_that_tells_callers_why_the_database_refuses_it_tries_on),
        SERVER_TEST(a_shipped_domain_is_awaited_until_it_was_imported_for_the_first_time),
    };

    return cmocka_run_group_tests_name("server", tests, make_clock, NULL);
}
