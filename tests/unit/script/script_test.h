/* SPDX-License-Identifier: Apache-2.0
 *
 * Running texts as methods on the mock.
 */
#ifndef SCRIPT_TEST_H
#define SCRIPT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "script/mock.h"

struct bench {
    struct rv_script *script;
    struct rv_mock *mock;
    struct rv_script_limits limits;
    struct rv_script_result result;
    rv_err err;
};

int bench_begin(void **state);
int bench_end(void **state);
/* The world as JSON; maps with kind and id are rows. */
void bench_world(struct bench *b, const char *json);
/* Runs the text as method Shop/Ops/Crash/act; the code. */
int bench_run(struct bench *b, const char *text);
/* Runs it and expects that it ends well. */
void bench_ok(struct bench *b, const char *text);
/* An attribute of the object as it is shown. */
const char *bench_get(struct bench *b, const char *name);
void assert_has(const char *text, const char *part);

#endif
