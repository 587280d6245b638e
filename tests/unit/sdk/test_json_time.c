/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 3339 texts to milliseconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "reeve/json.h"
#include "support/sdk_host.h"

enum { ABSENT = -77 };

static int64_t
read_time(struct reeve_call *call, const char *text)
{
    char document[128];
    struct reeve_json *json;

    snprintf(document, sizeof(document), "{\"t\":\"%s\"}", text);
    assert_int_equal(reeve_json_parse(call, document, strlen(document), 0, &json), 0);
    int64_t ms = reeve_json_time(json, "t", ABSENT);
    reeve_json_free(json);
    return ms;
}

static void
times_become_milliseconds(void **state)
{
    /* The figures are those of date -u -d TEXT +%s. */
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2024-02-29T12:34:56Z", 1709210096000 },
        { "2024-02-29t12:34:56z", 1709210096000 },
        { "2024-02-29 12:34:56Z", 1709210096000 },
        { "2024-02-29T13:34:56+01:00", 1709210096000 },
        { "2024-02-29T07:04:56-05:30", 1709210096000 },
        { "2024-02-29T12:34:56.5Z", 1709210096500 },
        { "2024-02-29T12:34:56.123456789Z", 1709210096123 },
        { "2000-03-01T00:00:00Z", 951868800000 },
        { "1900-03-01T00:00:00Z", -2203891200000 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "0001-01-01T00:00:00Z", -62135596800000 },
        { "0000-01-01T00:00:00Z", -62167219200000 },
        { "0000-03-01T00:00:00Z", -62162035200000 },
    };
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = read_time(&call, cases[i].text);
        if (ms != cases[i].ms)
            fail_msg("'%s' became %lld", cases[i].text, (long long)ms);
    }
    sdk_host_end(&call);
}

static void
what_is_no_time_gives_the_fallback(void **state)
{
    static const char *const bad[] = {
        "",
        "yesterday",
        "2024",
        "2024-02-29",
        "2024-02-29T12:34Z",
        "2024-02-29T12:34:56",
        "2023-02-29T12:34:56Z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00Zx",
        "2024-1-01T00:00:00Z",
        "-024-01-01T00:00:00Z",
    };
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t ms = read_time(&call, bad[i]);
        if (ms != ABSENT)
            fail_msg("'%s' became %lld", bad[i], (long long)ms);
    }
    assert_int_equal(reeve_json_time(NULL, "t", ABSENT), ABSENT);
    sdk_host_end(&call);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_become_milliseconds),
        cmocka_unit_test(what_is_no_time_gives_the_fallback),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
