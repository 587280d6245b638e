/* SPDX-License-Identifier: Apache-2.0
 *
 * What the HTTP tests share: a call, a server, clients of it.
 */
#ifndef RV_TEST_HTTP_FIXTURE_H
#define RV_TEST_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reeve/reeve.h"
#include "support/fault_server.h"
#include "support/sdk_host.h"

/* A client of the config, whose size and base_url are filled in. */
static inline struct reeve_http *
open_client(struct reeve_call *call, const char *url, struct reeve_http_config config)
{
    struct reeve_http *http = NULL;

    config.size = sizeof(config);
    if (!config.base_url)
        config.base_url = url;
    if (reeve_http_open(call, &config, &http) != 0)
        fail_msg("the client does not open: %s", call->text);
    return http;
}

/* Tell the server its script. */
static inline void
tell(struct reeve_call *call, struct reeve_http *http, const char *script)
{
    struct reeve_http_answer answer;

    assert_int_equal(reeve_http_send(call, http, "PUT", "/__script", "application/json", script,
                                     strlen(script), &answer),
                     0);
    assert_int_equal(answer.status, 200);
}

/* What the server was asked, newest last; freed by the caller. */
static inline struct reeve_json *
asked(struct reeve_call *call, struct reeve_http *http)
{
    struct reeve_http_answer answer;
    struct reeve_json *json = NULL;

    assert_int_equal(reeve_http_get(call, http, "/__requests", &answer), 0);
    assert_int_equal(reeve_json_parse(call, answer.body, answer.len, 0, &json), 0);
    return json;
}

static inline int
contains(const char *text, const char *part)
{
    if (strstr(text, part))
        return 1;
    print_error("'%s' does not contain '%s'\n", text, part);
    return 0;
}

#endif
