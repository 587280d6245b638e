/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings over the API: nested, listed, changed, refused.
 */
#include "api_fixture.h"

#include <stdio.h>

#define SERVER "/api/servers/1000000000004"

static struct reply
patch(struct api_fixture *f, const char *target, const char *body)
{
    return ask(f, "PATCH", target, NULL, body);
}

static void
settings_are_nested_with_their_types(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, "/api/settings");
    AUTO_REPLY struct reply part = get(f, "/api/settings/workers/generic");

    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "workers.generic.count"), "2");
    assert_string_equal(at(&reply, "workers.poll"), "3s");
    assert_string_equal(at(&reply, "log.level"), "info");
    assert_int_equal(part.status, 200);
    assert_string_equal(at(&part, "workers.generic.count"), "2");
    assert_string_equal(at(&part, "workers.poll"), "(none)");
    assert_string_equal(at(&part, "log"), "(none)");
}

static void
a_change_is_answered_with_what_is_in_force_and_wakes_the_server(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = patch(f, SERVER "/settings",
                                          "{\"workers\":{\"generic\":{\"count\":4}},\"log.level\":"
                                          "\"debug\"}");
    AUTO_REPLY struct reply list =
        get(f, SERVER "/settings/workers.generic.count?expand=resources");

    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "workers.generic.count"), "4");
    assert_string_equal(at(&reply, "log.level"), "debug");
    assert_non_null(strstr(f->woken, "workers "));
    assert_int_equal(list.status, 200);
    assert_string_equal(at(&list, "resources[0].key"), "workers.generic.count");
    assert_string_equal(at(&list, "resources[0].value"), "4");
    assert_string_equal(at(&list, "resources[0].origin"), "server");
    assert_string_equal(at(&list, "resources[0].layers.default"), "2");
    assert_string_equal(at(&list, "resources[0].layers.server"), "4");
    assert_string_equal(at(&list, "resources[0].type"), "integer");
    assert_string_equal(at(&list, "resources[0].minimum"), "0");
    assert_string_equal(at(&list, "resources[0].maximum"), "64");
    assert_string_equal(at(&list, "resources[0].takes_effect"), "at once");
}

static void
what_is_kept_in_the_file_takes_effect_when_that_is_read(void **state)
{
    static const char *const rows[][2] = {
        { "automate.http_hosts", "when reeved reads reeve.yaml again (SIGHUP)" },
        { "listen", "at the next start" },
    };
    struct api_fixture *f = fixture_of(state);
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        RV_AUTO_FREE char *path = rv_format(SERVER "/settings/%s?expand=resources", rows[i][0]);
        AUTO_REPLY struct reply list = get(f, path);
        assert_string_equal(at(&list, "resources[0].takes_effect"), rows[i][1]);
        assert_string_equal(at(&list, "resources[0].kept_in"), "reeve.yaml");
    }
}

static void
zones_and_regions_have_settings_that_servers_inherit(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply zone =
        patch(f, "/api/zones/1000000000002/settings", "{\"workers\":{\"poll\":\"7s\"}}");
    AUTO_REPLY struct reply region =
        patch(f, "/api/regions/1000000000001/settings", "{\"api\":{\"token_ttl\":\"1h\"}}");
    AUTO_REPLY struct reply poll = get(f, SERVER "/settings/workers/poll?expand=resources");
    AUTO_REPLY struct reply ttl = get(f, SERVER "/settings/api/token_ttl?expand=resources");

    assert_int_equal(zone.status, 200);
    assert_int_equal(region.status, 200);
    assert_string_equal(at(&poll, "resources[0].value"), "7s");
    assert_string_equal(at(&poll, "resources[0].origin"), "zone");
    assert_string_equal(at(&ttl, "resources[0].value"), "1h");
    assert_string_equal(at(&ttl, "resources[0].origin"), "region");
}

static void
what_does_not_fit_is_refused_with_key_value_and_range_and_nothing_is_stored(void **state)
{
    static const struct {
        const char *body, *says, *hint;
    } rows[] = {
        { "{\"log\":{\"level\":\"debug\"},\"workers\":{\"generic\":{\"count\":99}}}",
          "setting 'workers.generic.count': '99' is out of range, 0 to 64", NULL },
        { "{\"workers\":{\"lease\":\"1ms\"}}", "'1ms' is out of range, 200ms to 1h", NULL },
        { "{\"api\":{\"metrics_token\":\"fifteen-letters\"}}", "shorter than 16 characters",
          "openssl" },
        { "{\"api\":{\"metrics_token\":\"first-of-two-lines\\nthe-second\"}}", "no line breaks",
          "openssl" },
        { "{\"api\":{\"metrics_token\":\"some words with blanks\"}}", "no blanks", "openssl" },
        { "{\"api\":{\"metrics_token\":\"letters-with-\u00e4ccents\"}}", "of ASCII", "openssl" },
        { "{\"workers\":{\"generic\":{\"cuont\":4}}}", "did you mean 'workers.generic.count'?",
          NULL },
        { "{\"workers\":{\"poll\":[\"1s\"]}}", "must be one value", NULL },
        { "{\"listen\":\"127.0.0.1:1\"}", "taken from reeve.yaml alone", "in the server's home" },
        { "[1]", "PATCH takes an object", NULL },
        { "{\"workers\":{\"pole\":null}}", "unknown setting 'workers.pole'", NULL },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        AUTO_REPLY struct reply reply = patch(f, SERVER "/settings", rows[i].body);
        assert_int_equal(reply.status, 400);
        if (!strstr(at(&reply, "error.message"), rows[i].says))
            fail_msg("%s lacks '%s'", reply.body, rows[i].says);
        if (rows[i].hint)
            assert_non_null(strstr(at(&reply, "error.hint"), rows[i].hint));
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM settings_changes"), 0);
    AUTO_REPLY struct reply nowhere = get(f, "/api/settings/workers/pol");
    assert_int_equal(nowhere.status, 404);
    assert_string_equal(at(&nowhere, "error.hint"), "did you mean 'workers.poll'?");
    AUTO_REPLY struct reply nobody = patch(f, "/api/servers/99/settings", "{}");
    assert_int_equal(nobody.status, 404);
    AUTO_REPLY struct reply stranger =
        ask(f, "PATCH", SERVER "/settings", "X-None: 1\n", "{\"log\":{\"level\":\"debug\"}}");
    assert_int_equal(stranger.status, 401);
}

static void
delete_of_a_path_and_null_restore_the_layer_below(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply set =
        patch(f, SERVER "/settings",
              "{\"workers\":{\"generic\":{\"count\":4},\"poll\":\"9s\"},\"log\":{"
              "\"level\":\"debug\"}}");
    AUTO_REPLY struct reply gone = ask(f, "DELETE", SERVER "/settings/workers", NULL, NULL);
    AUTO_REPLY struct reply after = get(f, SERVER "/settings");
    AUTO_REPLY struct reply null = patch(f, SERVER "/settings", "{\"log\":{\"level\":null}}");

    assert_int_equal(set.status, 200);
    assert_int_equal(gone.status, 204);
    assert_string_equal(at(&after, "workers.generic.count"), "2");
    assert_string_equal(at(&after, "workers.poll"), "3s");
    assert_string_equal(at(&after, "log.level"), "debug");
    assert_string_equal(at(&null, "log.level"), "info");
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM settings_changes"), 0);
}

static void
the_history_tells_who_changed_what(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply set =
        patch(f, SERVER "/settings", "{\"workers\":{\"generic\":{\"count\":4}}}");
    AUTO_REPLY struct reply reply =
        get(f, "/api/audit_events?expand=resources&filter[]=event=vmdb_config_update");

    assert_int_equal(set.status, 200);
    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "resources[0].userid"), ADMIN);
    assert_string_equal(at(&reply, "resources[0].status"), "success");
    assert_string_equal(at(&reply, "resources[0].details.key"), "workers.generic.count");
    assert_string_equal(at(&reply, "resources[0].details.old"), "2");
    assert_string_equal(at(&reply, "resources[0].details.new"), "4");
    assert_string_equal(at(&reply, "resources[0].target_id"), "1000000000004");
}

static void
a_secret_is_a_mask_wherever_it_is_shown(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply set =
        patch(f, SERVER "/settings", "{\"api\":{\"metrics_token\":\"canary-of-sixteen\"}}");
    AUTO_REPLY struct reply rows = get(f, "/api/settings_changes?expand=resources");
    AUTO_REPLY struct reply list = get(f, SERVER "/settings/api.metrics_token?expand=resources");
    AUTO_REPLY struct reply audit = get(f, "/api/audit_events?expand=resources");

    assert_int_equal(set.status, 200);
    assert_string_equal(at(&set, "api.metrics_token"), "********");
    assert_string_equal(at(&rows, "resources[0].value"), "********");
    assert_string_equal(at(&rows, "resources[0].sealed_value"), "(none)");
    assert_string_equal(at(&list, "resources[0].layers.server"), "********");
    assert_string_equal(at(&audit, "resources[0].details.new"), "********");
    assert_int_equal(rv_test_int(f->store,
                                 "SELECT COUNT(*) FROM settings_changes WHERE sealed_value LIKE "
                                 "'v1:%'"),
                     1);
    assert_null(strstr(set.body, "canary"));
    assert_null(strstr(rows.body, "v1:"));
}

/* It is no setting of type secret: one has to read the URL to find it. */
static void
the_stores_password_is_in_no_answer(void **state)
{
    struct api_fixture *f = fixture_of(state);
    cJSON *object = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    cJSON_AddStringToObject(object, "store", "postgresql://reeve:canary@127.0.0.1:5432/reeve");
    assert_int_equal(rv_settings_overlay(f->settings, object, "test", &err), 0);
    cJSON_Delete(object);
    AUTO_REPLY struct reply nested = get(f, "/api/settings");
    AUTO_REPLY struct reply list = get(f, "/api/settings/store?expand=resources");

    assert_string_equal(at(&nested, "store"), "postgresql://reeve@127.0.0.1:5432/reeve");
    assert_string_equal(at(&list, "resources[0].value"), "postgresql://reeve@127.0.0.1:5432/reeve");
    assert_null(strstr(nested.body, "canary"));
    assert_null(strstr(list.body, "canary"));
}

/* A path that the supervisor opens would be one that a caller of the API chooses. */
static void
a_file_that_the_server_reads_is_not_chosen_over_the_api(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply =
        patch(f, SERVER "/settings", "{\"server\":{\"memory_info\":\"/proc/self/fd/7\"}}");

    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(at(&reply, "error.hint"), "write it into reeve.yaml"));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM settings_changes"), 0);
}

static void
logins_and_changes_of_providers_are_in_the_audit_trail_without_their_secrets(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply good = /* admin:correct horse */
        ask(f, "GET", "/api/zones", "Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==\n", NULL);
    AUTO_REPLY struct reply again =
        ask(f, "GET", "/api/zones", "Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==\n", NULL);
    AUTO_REPLY struct reply bad = /* admin:canary */
        ask(f, "GET", "/api/zones", "Authorization: Basic YWRtaW46Y2FuYXJ5\n", NULL);
    AUTO_REPLY struct reply made = post(f, "/api/providers",
                                        "{\"type\":\"kubernetes\",\"name\":\"new\",\"options\":{"
                                        "\"hostname\":\"h\",\"auth_key\":\"canary\"}}");
    AUTO_REPLY struct reply edited =
        post(f, "/api/providers/1000000000101", "{\"action\":\"edit\",\"name\":\"other\"}");
    AUTO_REPLY struct reply gone =
        post(f, "/api/providers/1000000000101", "{\"action\":\"delete\"}");
    AUTO_REPLY struct reply trail = get(f, "/api/audit_events?expand=resources&sort_by=id");

    assert_int_equal(good.status, 200);
    assert_int_equal(again.status, 200); /* remembered: no login of its own */
    assert_int_equal(bad.status, 401);
    assert_int_equal(made.status, 200);
    assert_int_equal(edited.status, 200);
    assert_int_equal(gone.status, 200);
    assert_string_equal(all_of(&trail, "resources", "event"),
                        "authenticate_database,authenticate_database,provider_record_add,"
                        "provider_record_update,provider_record_delete_initiated");
    assert_string_equal(all_of(&trail, "resources", "status"),
                        "success,failure,success,success,success");
    assert_string_equal(all_of(&trail, "resources", "userid"), "admin,admin,admin,admin,admin");
    assert_string_equal(at(&trail, "resources[1].source"), "127.0.0.1");
    assert_string_equal(at(&trail, "resources[3].target_id"), "1000000000101");
    assert_null(strstr(trail.body, "canary"));
    assert_null(strstr(trail.body, "correct horse"));
}

static void
the_key_is_rotated_by_a_task_of_the_server_that_is_asked(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply first = post(f, SERVER, "{\"action\":\"rotate_key\"}");
    AUTO_REPLY struct reply second = post(f, SERVER, "{\"action\":\"rotate_key\"}");

    assert_int_equal(first.status, 200);
    RV_AUTO_FREE char *task = rv_strdup(at(&first, "task_id"));
    assert_string_equal(at(&second, "task_id"), task); /* the one that waits */
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue WHERE method_name = "
                                           "'rotate_key' AND server_guid = 'aaaa'"),
                     1);
    assert_non_null(strstr(f->woken, "generic "));
    must_exec(f->store, "INSERT INTO miq_servers (id, guid) VALUES ($1, 'bbbb')",
              rv_vint(FIRST_ID + 5));
    AUTO_REPLY struct reply other =
        post(f, "/api/servers/1000000000005", "{\"action\":\"rotate_key\"}");
    assert_int_equal(other.status, 400);
}

static void
a_rotation_has_time_for_the_wait_of_key_grace_and_for_its_work(void **state)
{
    struct api_fixture *f = fixture_of(state);
    api_reopen_with(f, "key.grace", "1d");
    AUTO_REPLY struct reply reply = post(f, SERVER, "{\"action\":\"rotate_key\"}");

    assert_int_equal(reply.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT msg_timeout FROM miq_queue WHERE method_name = "
                                           "'rotate_key'"),
                     25 * 3600);
}

#define ELSEWHERE "X-Forwarded-For: 192.0.2.1\nAuthorization: Bearer "
#define RIGHT ELSEWHERE "the-token-of-sixteen\n"
#define WRONG ELSEWHERE "the-tokem-of-sixteen\n"

static struct reply
set_token(struct api_fixture *f, const char *token)
{
    RV_AUTO_FREE char *body = rv_format("{\"api\":{\"metrics_token\":\"%s\"}}", token);

    return patch(f, SERVER "/settings", body);
}

static void
prometheus_reads_metrics_from_elsewhere_with_its_token_and_nothing_else(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply before = ask(f, "GET", "/metrics", RIGHT, NULL);
    AUTO_REPLY struct reply set = set_token(f, "the-token-of-sixteen");
    AUTO_REPLY struct reply good = ask(f, "GET", "/metrics", RIGHT, NULL);
    AUTO_REPLY struct reply bad = ask(f, "GET", "/metrics", WRONG, NULL);
    AUTO_REPLY struct reply api = ask(f, "GET", "/api/providers", RIGHT, NULL);

    assert_int_equal(before.status, 401);
    assert_int_equal(set.status, 200);
    assert_int_equal(good.status, 200);
    assert_non_null(strstr(good.body, "# TYPE reeve_"));
    assert_int_equal(bad.status, 401);
    assert_int_equal(api.status, 401);
    assert_int_equal(f->opened, 1); /* the supervisor is asked once, not with each request */
    AUTO_REPLY struct reply none = set_token(f, "");
    AUTO_REPLY struct reply empty =
        ask(f, "GET", "/metrics", "X-Forwarded-For: 192.0.2.1\nAuthorization: Bearer  \n", NULL);
    assert_int_equal(none.status, 200);
    assert_int_equal(empty.status, 401);
}

static void
prometheus_hears_of_a_database_that_is_away_by_the_token_that_was_good_before(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply set = set_token(f, "the-token-of-sixteen");
    AUTO_REPLY struct reply before = ask(f, "GET", "/metrics", RIGHT, NULL);

    assert_int_equal(set.status, 200);
    assert_int_equal(before.status, 200);
    rv_test_script(f->store, "ALTER TABLE settings_changes RENAME TO elsewhere");
    AUTO_REPLY struct reply during = ask(f, "GET", "/metrics", RIGHT, NULL);
    AUTO_REPLY struct reply guess = ask(f, "GET", "/metrics", WRONG, NULL);
    rv_test_script(f->store, "ALTER TABLE elsewhere RENAME TO settings_changes");
    assert_int_equal(during.status, 200);
    assert_int_equal(guess.status, 401);
    AUTO_REPLY struct reply none = set_token(f, "");
    AUTO_REPLY struct reply over = ask(f, "GET", "/metrics", RIGHT, NULL);
    rv_test_script(f->store, "ALTER TABLE settings_changes RENAME TO elsewhere");
    AUTO_REPLY struct reply still = ask(f, "GET", "/metrics", RIGHT, NULL);
    assert_int_equal(none.status, 200);
    assert_int_equal(over.status, 401);
    assert_int_not_equal(still.status, 200);
}

static void
guesses_of_the_token_of_metrics_are_held_back_like_those_of_a_password(void **state)
{
    static const char elsewhere[] =
        "X-Forwarded-For: 192.0.2.2\nAuthorization: Bearer the-token-of-sixteen\n";
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply set = set_token(f, "the-token-of-sixteen");

    assert_int_equal(set.status, 200);
    for (int i = 0; i < 5; i++) {
        AUTO_REPLY struct reply guess = ask(f, "GET", "/metrics", WRONG, NULL);
        assert_int_equal(guess.status, 401);
    }
    AUTO_REPLY struct reply held = ask(f, "GET", "/metrics", RIGHT, NULL);
    AUTO_REPLY struct reply other = ask(f, "GET", "/metrics", elsewhere, NULL);
    assert_int_equal(held.status, 429);
    assert_int_equal(other.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM audit_events WHERE userid = 'the "
                                           "token of /metrics' AND source = '192.0.2.1'"),
                     1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(settings_are_nested_with_their_types),
        api_test(what_is_kept_in_the_file_takes_effect_when_that_is_read),
        api_test(a_change_is_answered_with_what_is_in_force_and_wakes_the_server),
        api_test(zones_and_regions_have_settings_that_servers_inherit),
        api_test(what_does_not_fit_is_refused_with_key_value_and_range_and_nothing_is_stored),
        api_test(delete_of_a_path_and_null_restore_the_layer_below),
        api_test(the_history_tells_who_changed_what),
        api_test(a_secret_is_a_mask_wherever_it_is_shown),
        api_test(the_stores_password_is_in_no_answer),
        api_test(a_file_that_the_server_reads_is_not_chosen_over_the_api),
        api_test(logins_and_changes_of_providers_are_in_the_audit_trail_without_their_secrets),
        api_test(the_key_is_rotated_by_a_task_of_the_server_that_is_asked),
        api_test(a_rotation_has_time_for_the_wait_of_key_grace_and_for_its_work),
        api_test(prometheus_reads_metrics_from_elsewhere_with_its_token_and_nothing_else),
        api_test(prometheus_hears_of_a_database_that_is_away_by_the_token_that_was_good_before),
        api_test(guesses_of_the_token_of_metrics_are_held_back_like_those_of_a_password),
    };
    return cmocka_run_group_tests_name("api settings", tests, NULL, NULL);
}
