/* SPDX-License-Identifier: Apache-2.0
 *
 * See http_fixture.h.
 */
#include "http_fixture.h"

struct reeve_call call;
struct fault_server server;
struct reeve_http *http;

int
start_server(void **state)
{
    (void)state;
    fault_server_start(&server, NULL);
    return 0;
}

int
stop_server(void **state)
{
    (void)state;
    fault_server_stop(&server);
    return 0;
}

int
begin_test(void **state)
{
    (void)state;
    sdk_host_begin(&call);
    http = open_client(server.url, (struct reeve_http_config){ 0 });
    tell("{}");
    return 0;
}

int
end_test(void **state)
{
    (void)state;
    reeve_http_close(http);
    sdk_host_end(&call);
    return 0;
}

struct reeve_http *
open_client(const char *url, struct reeve_http_config config)
{
    struct reeve_http *client = NULL;

    config.size = sizeof(config);
    if (!config.base_url)
        config.base_url = url;
    if (reeve_http_open(&call, &config, &client) != 0)
        fail_msg("the client does not open: %s", call.text);
    return client;
}

void
use(struct reeve_http_config config)
{
    reeve_http_close(http);
    http = open_client(server.url, config);
}

void
tell(const char *script)
{
    struct reeve_http_answer answer;

    assert_int_equal(reeve_http_send(&call, http, "PUT", "/__script", "application/json", script,
                                     strlen(script), &answer),
                     0);
    assert_int_equal(answer.status, 200);
}

struct reeve_json *
asked(struct reeve_http *client)
{
    struct reeve_http_answer answer;
    struct reeve_json *json = NULL;

    assert_int_equal(reeve_http_get(&call, client, "/__requests", &answer), 0);
    assert_int_equal(reeve_json_parse(&call, answer.body, answer.len, 0, &json), 0);
    return json;
}

int
contains(const char *text, const char *part)
{
    if (strstr(text, part))
        return 1;
    print_error("'%s' does not contain '%s'\n", text, part);
    return 0;
}
