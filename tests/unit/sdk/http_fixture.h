/* SPDX-License-Identifier: Apache-2.0
 *
 * What the HTTP tests share: one call, one server, one client of it, fresh for
 * each test but for the server.
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

extern struct reeve_call call;
extern struct fault_server server;
extern struct reeve_http *http;

/* For the group, and for each test. */
int start_server(void **state);
int stop_server(void **state);
int begin_test(void **state);
int end_test(void **state);
#define HTTP_TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

/* A client of the config; its size is filled in, and base_url, if it is NULL. */
struct reeve_http *open_client(const char *url, struct reeve_http_config config);
/* The test's client becomes one of this config. */
void use(struct reeve_http_config config);
/* Tell the server its script. */
void tell(const char *script);
/* What the server of a client was asked, newest last; freed by the caller. */
struct reeve_json *asked(struct reeve_http *client);
/* Says so when it does not. */
int contains(const char *text, const char *part);

#endif
