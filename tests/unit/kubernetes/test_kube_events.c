/* SPDX-License-Identifier: Apache-2.0
 *
 * The watch of events against a server that misbehaves: which API is asked, where it goes on, and
 * what is told again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kubernetes/events.h"
#include "support/fault_server.h"
#include "support/sdk_host.h"
#include "support/support.h"

#define VERSION "{\"path\":\"/version\",\"steps\":[{\"json\":{\"gitVersion\":\"v1.30.0\"}}]}"
#define NEW "/apis/events.k8s.io/v1/events"
#define OLD "/api/v1/events"
#define WATCH(path, steps)                                                                         \
    "{\"path\":\"" path "\",\"query\":{\"watch\":\"1\"},\"steps\":[" steps "]},"
#define LISTS(path, steps) "{\"path\":\"" path "\",\"steps\":[" steps "]},"
#define EVENT(name, version)                                                                       \
    "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"" name "\",\"resourceVersion\":\"" version     \
    "\"},\"regarding\":{\"kind\":\"Pod\",\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\"},"       \
    "\"reason\":\"Failed\",\"eventTime\":\"2026-01-02T03:04:05Z\"}"
#define LIST(version, items)                                                                       \
    "{\"json\":{\"kind\":\"EventList\",\"metadata\":{\"resourceVersion\":\"" version               \
    "\"},\"items\":[" items "]}}"
#define ADDED(name, version) "{\"json\":{\"type\":\"ADDED\",\"object\":" EVENT(name, version) "}}"
#define BOOKMARK(version)                                                                          \
    "{\"json\":{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"" version    \
    "\"}}}}"
#define EXPIRED                                                                                    \
    "{\"json\":{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":"      \
    "\"too old\"}}}"
#define LINES(lines) "{\"lines\":[" lines "],\"hold_ms\":-1}"
#define REFUSED "{\"status\":403,\"json\":{\"message\":\"no\"}}"

/* How long it is let run. */
static int64_t cancel_ms = 400;

/* What a watch from this token hands over, until it has waited a while or failed: one word an event
 * or position. The caller's. */
static char *
watch(const char *routes, const char *token, int *status, char *error, size_t size)
{
    struct fault_server server;
    struct reeve_call call;
    struct reeve_inventory sink;
    void *conn = NULL;
    char port[16], *dir = rv_test_dir();
    char *script = rv_format("{\"routes\":[%s" VERSION "]}", routes);
    char *path = rv_format("%s/script", dir), *out = calloc(1, 65536), *line, *rest, *record;
    const char *options[] = { "--script", path, NULL };

    rv_test_write_file(dir, "script", script);
    fault_server_start(&server, options);
    snprintf(port, sizeof(port), "%d", server.port);
    struct sdk_host_option given[] = {
        { "hostname", "127.0.0.1" },        { "port", port },
        { "security_protocol", "non-ssl" }, { "page_size", "100" },
        { "connect_timeout", "5000" },      { "request_timeout", "5000" },
        { "watch_timeout", "60000" },       { NULL, NULL }
    };
    static const struct sdk_host_secret none[1];
    struct reeve_config config = { given, none };

    sdk_host_begin(&call);
    sdk_host_inventory_begin(&sink, &call);
    if (kube_open(&call, &config, &conn))
        fail_msg("%s", call.text);
    sdk_host_cancel_after(&call, cancel_ms);
    *status = kube_watch_events(&call, conn, token, (void *)&sink);
    snprintf(error, size, "%.*s", (int)size - 1, call.text);
    record = strdup(sdk_host_record(&sink));
    for (rest = record; (line = strsep(&rest, "\n"));) {
        char word[64] = "";
        if (sscanf(line, "event POD_FAILED %63s", word) == 1 ||
            sscanf(line, "position %63s", word) == 1 || sscanf(line, "token %63s", word) == 1)
            strcat(strcat(out, *out ? " " : ""), word);
    }
    free(record);
    kube_close(conn);
    sdk_host_inventory_end(&sink);
    sdk_host_end(&call);
    fault_server_stop(&server);
    rv_test_dir_remove(dir);
    free(script);
    free(path);
    return out;
}

/* It is cancelled in the end, and has handed over that by then. */
static void
check(const char *routes, const char *token, const char *expected)
{
    char error[512];
    int status;
    char *got = watch(routes, token, &status, error, sizeof(error));

    if (status != REEVE_E_CANCELLED)
        fail_msg("%d: %s (after %s)", status, error, got);
    assert_string_equal(got, expected);
    free(got);
}

static void
check_failure(const char *routes, const char *token, int expected, const char *says)
{
    char error[512];
    int status;
    char *got = watch(routes, token, &status, error, sizeof(error));

    assert_int_equal(status, expected);
    if (!strstr(error, says))
        fail_msg("'%s' is not in '%s'", says, error);
    free(got);
}

static void
the_first_watch_tells_nothing_of_what_was_before(void **state)
{
    (void)state;
    check(WATCH(NEW, LINES(ADDED("b", "11") "," BOOKMARK("12")))
              LISTS(NEW, LIST("10", EVENT("a", "9"))),
          NULL, "10 b 11 12");
}

static void
a_stored_position_is_gone_on_from_without_a_list(void **state)
{
    (void)state;
    check(WATCH(NEW, LINES(ADDED("b", "11"))) LISTS(NEW, "{\"status\":500,\"json\":{}}"), "10",
          "b 11");
}

static void
a_position_that_is_too_old_has_everything_told_that_is_there(void **state)
{
    (void)state;
    /* Those of the list come without a token: only its end is a place. */
    check(WATCH(NEW, LINES(EXPIRED) "," LINES(ADDED("c", "21")))
              LISTS(NEW, LIST("20", EVENT("a", "9") "," EVENT("b", "19"))),
          "5", "a - b - 20 c 21");
    /* The same by a status, and by a token that is none. */
    check(WATCH(NEW, "{\"status\":410,\"json\":{\"message\":\"gone\"}}," LINES(ADDED("c", "21")))
              LISTS(NEW, LIST("20", EVENT("a", "9"))),
          "5", "a - 20 c 21");
    check(WATCH(NEW, LINES(ADDED("c", "21"))) LISTS(NEW, LIST("20", EVENT("a", "9"))),
          "what is this", "a - 20 c 21");
}

static void
who_may_not_read_the_one_view_reads_the_other(void **state)
{
    (void)state;
    check(LISTS(NEW, REFUSED) WATCH(OLD, LINES(ADDED("b", "11"))) LISTS(OLD, LIST("10", "")), NULL,
          "10 b 11");
    check(LISTS(NEW, "{\"status\":404,\"text\":\"404 page not found\"}")
              WATCH(OLD, LINES(ADDED("b", "11"))),
          "10", "b 11");
    check_failure(LISTS(NEW, REFUSED) LISTS(OLD, REFUSED), NULL, REEVE_E_PERMISSION,
                  "watch events: not allowed to read events");
    check_failure(LISTS(NEW, REFUSED) LISTS(OLD, REFUSED), "10", REEVE_E_PERMISSION,
                  "watch events: not allowed to read events");
}

static void
a_stream_that_ends_is_opened_again_where_it_was(void **state)
{
    (void)state;
    cancel_ms = 1700; /* one that ended at once is opened after a second */
    check(WATCH(NEW, "{\"lines\":[" ADDED("a", "11") "]}," LINES(ADDED("b", "12"))), "10",
          "a 11 b 12");
    cancel_ms = 400;
}

static void
what_fails_says_so_and_ends_the_watch(void **state)
{
    (void)state;
    check_failure(WATCH(NEW, "{\"status\":401,\"json\":{\"message\":\"who\"}}"), "10", REEVE_E_AUTH,
                  "401");
    check_failure(WATCH(NEW, "{\"status\":503,\"json\":{}}"), "10", REEVE_E_UNAVAILABLE, "503");
    check_failure(WATCH(NEW, "{\"close\":true}"), "10", REEVE_E_UNAVAILABLE, "watch events: ");
    check_failure(WATCH(NEW, LINES("\"garbage\"")), "10", REEVE_E_PROTOCOL, "watch events: ");
    check_failure(WATCH(NEW, "{\"lines\":[" ADDED("a", "11") "],\"end\":\"cut\"}"), "10",
                  REEVE_E_UNAVAILABLE, "watch events: ");
}

static void
one_event_without_an_identity_costs_that_event(void **state)
{
    (void)state;
    check(WATCH(NEW, LINES("{\"json\":{\"type\":\"ADDED\",\"object\":{\"metadata\":{"
                           "\"resourceVersion\":\"11\"}}}}," ADDED("b", "12"))),
          "10", "11 b 12");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_watch_tells_nothing_of_what_was_before),
        cmocka_unit_test(a_stored_position_is_gone_on_from_without_a_list),
        cmocka_unit_test(a_position_that_is_too_old_has_everything_told_that_is_there),
        cmocka_unit_test(who_may_not_read_the_one_view_reads_the_other),
        cmocka_unit_test(a_stream_that_ends_is_opened_again_where_it_was),
        cmocka_unit_test(what_fails_says_so_and_ends_the_watch),
        cmocka_unit_test(one_event_without_an_identity_costs_that_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
