/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods send into the world by the live host: requests to hosts that are allowed, mails,
 * traps. The peers are real ones of loopback.
 */
#include "contract.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include "automate/live.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "support/fault_server.h"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_live *live;
static struct fault_server web, mail;
static char folder[64] = "/tmp/reeve-automate-mail-XXXXXX";

static void
set(const char *key, const char *value)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, key, value);
    must(rv_settings_overlay(settings, object, "test", err));
    cJSON_Delete(object);
}

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    const struct rv_live given = { .store = store,
                                   .settings = settings,
                                   .module_dir = REEVE_MODULES };
    live = rv_live_new(&given);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_live_free(live);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define NET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
start(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    fault_server_start(&web, NULL);
    fault_server_start_script(&mail, "peers/smtp/sink.py",
                              (const char *const[]){ folder, "--plain-auth", NULL });
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    fault_server_stop(&web);
    fault_server_stop(&mail);
    fault_server_run((const char *const[]){ "rm", "-r", "--", folder, NULL });
    return 0;
}

/* evm.NAME(args): args as a JSON list. The code; what it gave in *out. */
static int
call(const char *name, const char *args, struct rv_ae_value *out, rv_err *why)
{
    RV_AUTO_JSON cJSON *json = cJSON_Parse(args);
    RV_AUTO_AE_VALUE struct rv_ae_value list = RV_AE_VNIL;
    assert_non_null(json);
    must(rv_ae_from_json(&list, json, err));
    rv_err_clear(why);
    rv_ae_clear(out);
    return strcmp(name, "http") == 0 || strcmp(name, "email") == 0
               ? rv_live_call(live, 0, name, &list, out, why)
               : rv_live_execute(live, name, &list, 0, out, why);
}

static void
a_request_goes_to_hosts_that_are_allowed_alone(void **state)
{
    RV_AUTO_FREE char *host = rv_format("example.com, 127.0.0.1:%d", web.port);
    RV_AUTO_FREE char *args = rv_format(
        "[{\"method\":\"POST\",\"url\":\"%s/echo\",\"body\":\"{}\",\"headers\":{\"X-Trace\":7}}]",
        web.url);
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(call("http", args, &out, &err), RV_E_PERMISSION);
    assert_non_null(strstr(err.hint, "automate.http_hosts"));
    set("automate.http_hosts", host);
    if (call("http", args, &out, &err))
        fail_msg("%s", err.text);
    assert_int_equal(rv_ae_get(&out, "status")->v.i, 200);
    assert_non_null(strstr(rv_ae_get(&out, "body")->v.text, "POST"));
    assert_non_null(rv_ae_get(rv_ae_get(&out, "headers"), "content-type"));
    assert_int_equal(call("http", "[{\"url\":\"http://127.0.0.1:1/\"}]", &out, &err),
                     RV_E_PERMISSION);
    assert_int_equal(call("http", "[{}]", &out, &err), RV_E_INVALID);
    assert_int_equal(call("http", "[\"x\"]", &out, &err), RV_E_INVALID);
}

static void
a_mail_is_sent_by_the_server_of_the_settings(void **state)
{
    RV_AUTO_FREE char *port = rv_format("%d", mail.port), *path = rv_format("%s/0001.eml", folder);
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 16);
    rv_err err = RV_ERR_INIT;
    const char *const args =
        "[\"ann@example.com, bob@example.com\",\"\",\"Pod failed\",\"web-1 \\u00e4\","
        "{\"cc\":[\"eve@example.com\"]}]";
    (void)state;
    assert_int_equal(call("send_email", args, &out, &err), RV_E_UNAVAILABLE);
    assert_non_null(strstr(err.text, "no mail server is set"));
    set("smtp.host", "127.0.0.1");
    set("smtp.port", port);
    set("smtp.security", "none");
    set("smtp.from", "reeve@example.com");
    if (call("send_email", args, &out, &err))
        fail_msg("%s", err.text);
    assert_int_equal(out.v.i, 1);
    assert_int_equal(rv_buf_read_file(&text, path, &err), 0);
    assert_non_null(strstr(rv_buf_text(&text), "Subject: Pod failed"));
    assert_non_null(strstr(rv_buf_text(&text), "reeve@example.com"));
    assert_non_null(strstr(rv_buf_text(&text), "eve@example.com"));
    assert_int_equal(
        call("email", "[{\"to\":\"reject-550@example.com\",\"subject\":\"x\"}]", &out, &err),
        RV_E_PERMISSION);
}

/* A vault that can be looked through. */
static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg, (void)err;
    *out = rv_format("v1:%s:%s", place, text);
    return 0;
}

static int
open_envelope(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    RV_AUTO_FREE char *before = rv_format("v1:%s:", place);
    (void)arg;
    if (strncmp(envelope, before, strlen(before)) != 0)
        return rv_fail(err, RV_E_INVALID, "an envelope of another place");
    *out = rv_strdup(envelope + strlen(before));
    return 0;
}

static void
set_password(const struct rv_vault *vault, const char *password)
{
    const struct rv_settings_edit edit = { "smtp.password", password };
    const struct rv_settings_edits edits = {
        .table = "miq_regions", .resource_id = 9, .list = &edit, .count = 1, .vault = vault
    };
    must(rv_settings_change_all(store, &edits, err));
}

static void
a_mail_server_that_asks_who_we_are_is_told_the_sealed_password(void **state)
{
    static const struct rv_vault vault = { .seal = seal, .open = open_envelope };
    static const char args[] = "[{\"to\":\"ann@example.com\",\"subject\":\"x\"}]";
    RV_AUTO_FREE char *port = rv_format("%d", mail.port);
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    (void)state;
    rv_test_script(store, "INSERT INTO miq_regions (id, region) VALUES (9, 1)");
    live->scope.region_id = 9;
    set("smtp.host", "127.0.0.1");
    set("smtp.port", port);
    set("smtp.security", "none");
    set("smtp.from", "reeve@example.com");
    set("smtp.user_name", "reeve");
    set_password(&vault, "wrong");
    assert_int_equal(call("email", args, &out, &err), RV_E_UNSUPPORTED); /* nobody to open it */
    live->vault = &vault;
    assert_int_equal(call("email", args, &out, &err), RV_E_AUTH);
    assert_null(strstr(err.text, "wrong"));
    set_password(&vault, "secret");
    if (call("email", args, &out, &err))
        fail_msg("%s", err.text);
}

static void
nobody_who_does_not_answer_is_waited_for_longer_than_the_run_has(void **state)
{
    static const char *const calls[] = { "email", "http" };
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(here);
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&here, len), 0);
    assert_int_equal(listen(fd, 5), 0); /* and says nothing */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    RV_AUTO_FREE char *port = rv_format("%d", ntohs(here.sin_port));
    RV_AUTO_FREE char *host = rv_format("127.0.0.1:%s", port);
    RV_AUTO_FREE char *args =
        rv_format("[{\"url\":\"http://%s/\",\"to\":\"ann@example.com\"}]", host);
    set("smtp.host", "127.0.0.1");
    set("smtp.port", port);
    set("smtp.security", "none");
    set("smtp.from", "reeve@example.com");
    set("automate.http_hosts", host);
    for (size_t i = 0; i < RV_COUNT(calls); i++) {
        int64_t began_ms = rv_monotonic_ms();
        live->deadline_ms = began_ms + 150;
        assert_int_equal(call(calls[i], args, &out, &err), RV_E_TIMEOUT);
        assert_true(rv_monotonic_ms() - began_ms < 10000);
    }
    close(fd);
}

static void
a_trap_goes_to_hosts_that_are_allowed_alone(void **state)
{
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(here);
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    char bytes[512];
    rv_err err = RV_ERR_INIT;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&here, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    RV_AUTO_FREE char *args = rv_format(
        "[{\"host\":\"127.0.0.1\",\"port\":%d,\"trap_oid\":\"1.3.6.1.4.1.1.0.1\",\"object_list\":"
        "[{\"oid\":\"1.3.6.1.4.1.1.1\",\"var_type\":\"OctetString\",\"value\":\"pod failed\"}]}]",
        ntohs(here.sin_port));
    RV_AUTO_FREE char *host = rv_format("127.0.0.1:%d", ntohs(here.sin_port));
    assert_int_equal(call("snmp_trap_v2", args, &out, &err), RV_E_PERMISSION);
    set("automate.http_hosts", host);
    if (call("snmp_trap_v2", args, &out, &err))
        fail_msg("%s", err.text);
    ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    assert_true(got > 40);
    assert_non_null(memmem(bytes, (size_t)got, "pod failed", 10));
    assert_int_equal(call("snmp_trap_v1", args, &out, &err), RV_E_INVALID); /* no enterprise */
    assert_int_equal(call("snmp_trap_v1", "[{}]", &out, &err), RV_E_INVALID);
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NET_TEST(a_request_goes_to_hosts_that_are_allowed_alone),
        NET_TEST(a_mail_is_sent_by_the_server_of_the_settings),
        NET_TEST(a_mail_server_that_asks_who_we_are_is_told_the_sealed_password),
        NET_TEST(nobody_who_does_not_answer_is_waited_for_longer_than_the_run_has),
        NET_TEST(a_trap_goes_to_hosts_that_are_allowed_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
