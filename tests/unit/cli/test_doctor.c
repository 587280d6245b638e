/* SPDX-License-Identifier: Apache-2.0
 *
 * What reevectl doctor makes of what a server says: each mistake is told from a sound server by
 * what was found and what to do about it.
 */
#include <string.h>
#include "capture.h"
#include "doctor.h"

#define NOW_MS INT64_C(1795000000000)

static const char sound[] =
    "{\"server\":{\"version\":\"1.2.3\",\"time_ms\":1795000000000,\"open_files\":20,"
    "\"open_files_max\":65536},"
    "\"home\":{\"path\":\"/var/lib/reeve\",\"user\":990,\"free_bytes\":500,\"size_bytes\":1000,"
    "\"free_files\":90,\"files\":100,\"files_of_ours\":{"
    "\"key\":{\"present\":true,\"mode\":\"0600\",\"owner\":990},"
    "\"admin-password\":{\"present\":true,\"mode\":\"0600\",\"owner\":990}}},"
    "\"database\":{\"engine\":\"postgresql\",\"answer_us\":900,\"time_ms\":1795000000100,"
    "\"connections\":20,\"oldest_transaction_ms\":5,\"standby\":false,\"settings\":{"
    "\"fsync\":\"on\",\"full_page_writes\":\"on\",\"synchronous_commit\":\"on\","
    "\"autovacuum\":\"on\",\"max_connections\":\"100\",\"superuser_reserved_connections\":\"3\","
    "\"default_transaction_read_only\":\"off\"}},"
    "\"keeping\":{\"changes_keep_ms\":86400000,\"purge_interval_ms\":60000,"
    "\"made_ms\":1790000000000,\"oldest_change_ms\":1794920000000,"
    "\"last_backup_ms\":1794900000000}}";

static const char sound_metrics[] =
    "# TYPE reeve_worker_crash_loops gauge\n"
    "reeve_worker_crash_loops{type=\"api\"} 0\n"
    "reeve_worker_processes{type=\"api\"} 1\nreeve_worker_processes{type=\"generic\"} 2\n"
    "reeve_workers_unfenced 0\n"
    "reeve_worker_wanted{type=\"api\"} 1\nreeve_worker_wanted{type=\"generic\"} 2\n"
    "reeve_worker_heartbeat_age_seconds{type=\"server\"} 0.4\n"
    "reeve_memory_available_bytes 4000000000\nreeve_memory_size_bytes 8000000000\n";

static const char sound_messages[] = "[]";
static const char sound_servers[] = "[{\"name\":\"one\",\"warnings\":[]}]";
static const char sound_providers[] =
    "[{\"name\":\"prod\",\"state\":\"ok\",\"last_refresh_error\":null}]";

/* Text with one part in place of another, which must be there. */
static char *
with(const char *text, const char *part, const char *instead)
{
    const char *at = strstr(text, part);
    if (at == NULL)
        fail_msg("'%s' is not in the text", part);
    return rv_format("%.*s%s%s", (int)(at - text), text, instead, at + strlen(part));
}

static cJSON *
parse(const char *text)
{
    rv_err err = RV_ERR_INIT;
    cJSON *json = NULL;
    if (rv_json_parse(&json, text, strlen(text), 1 << 20, 0, &err) < 0)
        fail_msg("%s in %s", err.text, text);
    return json;
}

static struct cli_doctor
examine(const char *diagnostics, const char *metrics, const char *messages, const char *providers,
        const char *servers)
{
    struct cli_doctor doctor = { .findings = cJSON_CreateArray() };
    RV_AUTO_JSON cJSON *machine = parse(diagnostics);
    RV_AUTO_JSON cJSON *waiting = parse(messages);
    RV_AUTO_JSON cJSON *known = parse(providers);
    RV_AUTO_JSON cJSON *ours = parse(servers);
    RV_AUTO_JSON cJSON *roles = parse("[\"ems_operations\"]");
    cli_judge_versions(&doctor, machine, "1.2.3");
    cli_judge_clocks(&doctor, machine, NOW_MS + 40, 100);
    cli_judge_database(&doctor, machine);
    cli_judge_home(&doctor, machine);
    cli_judge_limits(&doctor, machine);
    cli_judge_keeping(&doctor, machine);
    cli_judge_metrics(&doctor, metrics, NOW_MS);
    cli_judge_queue(&doctor, waiting, roles, NOW_MS);
    cli_judge_providers(&doctor, known);
    cli_judge_servers(&doctor, ours);
    return doctor;
}

static void
a_sound_server_has_nothing_to_be_told(void **state)
{
    struct cli_doctor doctor =
        examine(sound, sound_metrics, sound_messages, sound_providers, sound_servers);
    const cJSON *one;
    (void)state;
    cJSON_ArrayForEach(one, doctor.findings)
    {
        if (strcmp(rv_json_string(one, "state"), "ok") != 0 || rv_json_string(one, "advice")[0])
            fail_msg("%s: %s", rv_json_string(one, "check"), rv_json_string(one, "found"));
    }
    assert_int_equal(doctor.worst, CLI_HEALTH_OK);
    assert_true(cJSON_GetArraySize(doctor.findings) >= 10);
    cJSON_Delete(doctor.findings);
}

enum { IN_DIAGNOSTICS, IN_METRICS, IN_MESSAGES, IN_PROVIDERS, IN_SERVERS };

static const struct {
    int where;
    const char *part, *instead;
    const char *check, *state, *found, *advice;
} mistakes[] = {
    { IN_DIAGNOSTICS, "\"1.2.3\"", "\"1.3.0\"", "version", "warning", "the server is 1.3.0",
      "install the reevectl" },
    { IN_DIAGNOSTICS, "\"time_ms\":1795000000000", "\"time_ms\":1794999940000", "clock", "warning",
      "the server's clock is 60s behind ours", "timedatectl" },
    { IN_DIAGNOSTICS, "\"time_ms\":1795000000000", "\"time_ms\":1795003700000", "clock", "failed",
      "61m ahead of ours", "timedatectl" },
    { IN_DIAGNOSTICS, "\"time_ms\":1795000000100", "\"time_ms\":1794999990000", "database clock",
      "warning", "PostgreSQL's clock is 10s behind the server's", "same time servers" },
    { IN_DIAGNOSTICS, "\"fsync\":\"on\"", "\"fsync\":\"off\"", "database settings", "failed",
      "fsync is off", "ALTER SYSTEM SET fsync = on" },
    { IN_DIAGNOSTICS, "\"full_page_writes\":\"on\"", "\"full_page_writes\":\"off\"",
      "database settings", "failed", "full_page_writes is off", "ALTER SYSTEM" },
    { IN_DIAGNOSTICS, "\"autovacuum\":\"on\"", "\"autovacuum\":\"off\"", "database settings",
      "warning", "autovacuum is off", "ALTER SYSTEM" },
    { IN_DIAGNOSTICS, "\"connections\":20", "\"connections\":95", "database connections", "failed",
      "95 of 97 connections", "max_connections" },
    { IN_DIAGNOSTICS, "\"answer_us\":900",
      "\"error\":\"the database at db:5432/reeve has been unavailable since 2026-11-22T13:47:25Z\","
      "\"advice\":\"systemctl status postgresql\"",
      "database", "failed", "db:5432/reeve has been unavailable since", "systemctl status" },
    { IN_DIAGNOSTICS, "\"standby\":false", "\"standby\":true", "database", "failed",
      "PostgreSQL is a standby", "primary" },
    { IN_DIAGNOSTICS, "\"oldest_transaction_ms\":5", "\"oldest_transaction_ms\":7200000",
      "database transactions", "warning", "open for 120m", "pg_terminate_backend" },
    { IN_DIAGNOSTICS, "\"answer_us\":900", "\"answer_us\":900000", "database", "warning",
      "takes the database 900 ms", "iostat" },
    { IN_DIAGNOSTICS, "\"free_bytes\":500", "\"free_bytes\":60", "disk", "warning",
      "6 % of the disk", "make room" },
    { IN_DIAGNOSTICS, "\"free_bytes\":500", "\"free_bytes\":9", "disk", "failed", "1 % of the disk",
      "make room" },
    { IN_DIAGNOSTICS, "\"free_files\":90", "\"free_files\":0", "disk", "failed", "0 % of the disk",
      "df -i /var/lib/reeve" },
    { IN_DIAGNOSTICS, "\"mode\":\"0600\"", "\"mode\":\"0640\"", "key", "failed",
      "others can read the file that opens all credentials", "chmod 600 /var/lib/reeve/key" },
    { IN_DIAGNOSTICS, "{\"present\":true,\"mode\":\"0600\",\"owner\":990}", "{\"present\":false}",
      "key", "failed", "there is no file /var/lib/reeve/key", "backup" },
    { IN_DIAGNOSTICS, "\"user\":990", "\"user\":0", "key", "failed", "belongs to another user",
      "chown" },
    { IN_DIAGNOSTICS, "\"admin-password\":{\"present\":true,\"mode\":\"0600\"",
      "\"admin-password\":{\"present\":true,\"mode\":\"0644\"", "password file", "failed",
      "others can read /var/lib/reeve/admin-password", "another password" },
    { IN_DIAGNOSTICS, "\"open_files_max\":65536", "\"open_files_max\":256", "open files", "warning",
      "may have 256", "LimitNOFILE" },
    { IN_DIAGNOSTICS, "\"open_files\":20", "\"open_files\":60000", "open files", "failed",
      "60000 files open", "LimitNOFILE" },
    { IN_DIAGNOSTICS, "\"oldest_change_ms\":1794920000000", "\"oldest_change_ms\":1794800000000",
      "retention", "warning", "changes are kept for 24h, the oldest is 2d", "purge" },
    { IN_DIAGNOSTICS, "\"last_backup_ms\":1794900000000", "\"last_backup_ms\":1793000000000",
      "backup", "warning", "the last backup is 23d old", "reevectl db backup" },
    { IN_DIAGNOSTICS, ",\"last_backup_ms\":1794900000000", "", "backup", "warning",
      "there has never been a backup", "reevectl db backup" },
    { IN_METRICS, "reeve_worker_crash_loops{type=\"api\"} 0",
      "reeve_worker_crash_loops{type=\"api\"} 2", "workers", "failed", "2 workers end again",
      "worker ended" },
    { IN_METRICS, "reeve_worker_processes{type=\"generic\"} 2",
      "reeve_worker_processes{type=\"generic\"} 1", "workers", "warning", "2 of 3 workers run",
      "could not be started" },
    { IN_METRICS, "{type=\"server\"} 0.4", "{type=\"server\"} 47", "workers", "warning",
      "said nothing for 47 s", "database hangs" },
    { IN_METRICS, "reeve_workers_unfenced 0", "reeve_workers_unfenced 2", "fence", "warning",
      "2 workers run a provider's module that could read the key file", "set workers.fence" },
    { IN_METRICS, "reeve_memory_available_bytes 4000000000",
      "reeve_memory_available_bytes 80000000", "memory", "warning", "1 % of the server's memory",
      "memory_threshold" },
    { IN_METRICS, "# TYPE", "reeve_tls_certificate_expiry_timestamp_seconds 1795432000\n# TYPE",
      "certificate", "warning", "ends in 5 days", "new one in its place" },
    { IN_METRICS, "# TYPE", "reeve_tls_certificate_expiry_timestamp_seconds 1794827200\n# TYPE",
      "certificate", "failed", "ended 2 days ago", "new one in its place" },
    { IN_MESSAGES, "[]",
      "[{\"state\":\"ready\",\"queue_name\":\"generic\",\"created_on\":\"2026-11-18T10:00:00Z\"}]",
      "queue", "warning", "a message of queue 'generic' has waited for", "workers.generic.count" },
    { IN_MESSAGES, "[]",
      "[{\"state\":\"ready\",\"queue_name\":\"generic\",\"role\":\"smartproxy\","
      "\"created_on\":\"2026-11-18T11:06:40Z\"}]",
      "queue roles", "failed", "the role 'smartproxy', which no server has active",
      "server_roles" },
    { IN_MESSAGES, "[]",
      "[{\"state\":\"ready\",\"id\":\"7\",\"class_name\":\"Server\",\"method_name\":\"rotate_key\","
      "\"attempts\":4,\"error\":\"no space left\"}]",
      "failing message", "warning", "Server.rotate_key was tried 4 times without success: no space",
      "reevectl queue show 7" },
    { IN_MESSAGES, "[]", "[{\"state\":\"error\"},{\"state\":\"error\"}]", "dead letters", "warning",
      "2 messages failed for good", "--state dead" },
    { IN_PROVIDERS, "\"ok\",\"last_refresh_error\":null",
      "\"refused\",\"last_refresh_error\":\"401\"", "provider", "failed",
      "'prod' refuses its credentials: 401", "reevectl provider edit prod" },
    { IN_PROVIDERS, "\"ok\",\"last_refresh_error\":null",
      "\"failing\",\"last_refresh_error\":\"no route\"", "provider", "failed",
      "'prod' is not refreshed: no route", "reevectl provider verify prod" },
    { IN_PROVIDERS, "\"ok\"", "\"quarantine\",\"quarantine_reason\":\"it crashed 5 times\"",
      "provider", "failed", "'prod' is in quarantine: it crashed 5 times",
      "reevectl provider resume prod" },
    { IN_PROVIDERS, "\"ok\"", "\"hanging\"", "provider", "failed", "its worker says nothing",
      "reevectl worker kill prod" },
    { IN_PROVIDERS, "\"ok\"", "\"unserved\"", "provider", "failed", "no worker serves it",
      "memory or disk are short" },
    { IN_PROVIDERS, "\"ok\"", "\"paused\"", "provider", "warning", "'prod' is paused",
      "reevectl provider resume prod" },
    { IN_SERVERS, "[]",
      "[{\"text\":\"no worker of provider a; b lives\",\"hint\":\"see its log\"}]",
      "server warning", "warning", "one: no worker of provider a; b lives", "see its log" },
};

static const cJSON *
finding_of(const struct cli_doctor *doctor, const char *check, const char *state)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, doctor->findings)
    {
        if (strcmp(rv_json_string(one, "check"), check) == 0 &&
            strcmp(rv_json_string(one, "state"), state) == 0)
            return one;
    }
    return NULL;
}

static void
every_mistake_is_found_with_what_to_do_about_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(mistakes); i++) {
        const char *texts[] = { sound, sound_metrics, sound_messages, sound_providers,
                                sound_servers };
        RV_AUTO_FREE char *changed =
            with(texts[mistakes[i].where], mistakes[i].part, mistakes[i].instead);
        texts[mistakes[i].where] = changed;
        struct cli_doctor doctor = examine(texts[0], texts[1], texts[2], texts[3], texts[4]);
        const cJSON *one = finding_of(&doctor, mistakes[i].check, mistakes[i].state);
        if (one == NULL || !strstr(rv_json_string(one, "found"), mistakes[i].found) ||
            !strstr(rv_json_string(one, "advice"), mistakes[i].advice)) {
            char *all = cJSON_Print(doctor.findings);
            fail_msg("mistake %zu: no '%s: %s ... %s ... %s' in %s", i, mistakes[i].check,
                     mistakes[i].state, mistakes[i].found, mistakes[i].advice, all);
        }
        assert_int_equal(doctor.worst, strcmp(mistakes[i].state, "failed") == 0
                                           ? CLI_HEALTH_FAILED
                                           : CLI_HEALTH_WARNING);
        cJSON_Delete(doctor.findings);
    }
}

static void
events_that_cannot_be_heard_or_wait_are_told(void **state)
{
    struct cli_doctor doctor = { .findings = cJSON_CreateArray() };
    RV_AUTO_JSON cJSON *sound_lanes =
        parse("[{\"name\":\"ems 7\",\"written\":20,\"handled\":10},{\"name\":\"server\"}]");
    RV_AUTO_JSON cJSON *lanes =
        parse("[{\"name\":\"ems 7\",\"last_error\":\"not allowed to read events\"},"
              "{\"name\":\"ems 8\",\"written\":50000,\"handled\":10}]");
    RV_AUTO_JSON cJSON *roles = parse("[\"event\"]");
    RV_AUTO_JSON cJSON *others = parse("[\"automate\"]");
    (void)state;
    cli_judge_events(&doctor, sound_lanes, roles);
    assert_int_equal(doctor.worst, CLI_HEALTH_OK);
    cli_judge_events(&doctor, lanes, roles);
    assert_int_equal(doctor.worst, CLI_HEALTH_WARNING);
    assert_int_equal(cJSON_GetArraySize(doctor.findings), 3);
    const cJSON *one = finding_of(&doctor, "events", "warning");
    assert_string_equal(rv_json_string(one, "found"), "not allowed to read events");
    one = cJSON_GetArrayItem(doctor.findings, 2);
    assert_string_equal(rv_json_string(one, "found"),
                        "49990 events of 'ems 8' wait for their handler");
    cli_judge_events(&doctor, sound_lanes, others);
    one = finding_of(&doctor, "events", "failed");
    assert_non_null(
        strstr(rv_json_string(one, "found"), "(10 wait): no server has the role 'event'"));
    cJSON_Delete(doctor.findings);
}

static void
runs_that_fail_are_told_with_the_place_of_the_last_one(void **state)
{
    struct cli_doctor doctor = { .findings = cJSON_CreateArray() };
    RV_AUTO_JSON cJSON *none = parse("[]");
    RV_AUTO_JSON cJSON *failed =
        parse("[{\"id\":\"12\",\"uri\":\"/A/b\",\"error\":\"the disk is full\","
              "\"error_place\":\"Acme/Ops/Jobs/clean:3\"}]");
    (void)state;
    cli_judge_runs(&doctor, none, 0);
    assert_int_equal(doctor.worst, CLI_HEALTH_OK);
    cli_judge_runs(&doctor, failed, 7);
    assert_int_equal(doctor.worst, CLI_HEALTH_WARNING);
    const cJSON *one = finding_of(&doctor, "automate", "warning");
    assert_string_equal(rv_json_string(one, "found"),
                        "7 runs failed within the last hour; the last one at "
                        "Acme/Ops/Jobs/clean:3: the disk is full");
    assert_non_null(strstr(rv_json_string(one, "advice"), "reevectl automate trace 12 "));
    cJSON_Delete(doctor.findings);
}

/* A slow answer says less about a clock: it was read at any moment of it. */
static void
a_slow_answer_is_no_wrong_clock(void **state)
{
    struct cli_doctor doctor = { .findings = cJSON_CreateArray() };
    RV_AUTO_JSON cJSON *machine = parse(sound);
    (void)state;
    cli_judge_clocks(&doctor, machine, NOW_MS + 20000, 20000);
    assert_int_equal(doctor.worst, CLI_HEALTH_OK);
    cli_judge_clocks(&doctor, machine, NOW_MS + 20000, 1000);
    assert_int_equal(doctor.worst, CLI_HEALTH_WARNING);
    cJSON_Delete(doctor.findings);
}

static void
what_an_old_server_does_not_say_is_not_judged(void **state)
{
    struct cli_doctor doctor =
        examine("{\"server\":{\"version\":\"1.2.3\",\"time_ms\":1795000000000,"
                "\"open_files_max\":4096},\"home\":null,\"database\":{}}",
                "", "[]", "[]", "[]");
    (void)state;
    assert_int_equal(doctor.worst, CLI_HEALTH_OK);
    cJSON_Delete(doctor.findings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_server_has_nothing_to_be_told),
        cmocka_unit_test(every_mistake_is_found_with_what_to_do_about_it),
        cmocka_unit_test(events_that_cannot_be_heard_or_wait_are_told),
        cmocka_unit_test(runs_that_fail_are_told_with_the_place_of_the_last_one),
        cmocka_unit_test(a_slow_answer_is_no_wrong_clock),
        cmocka_unit_test(what_an_old_server_does_not_say_is_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
