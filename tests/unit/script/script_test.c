/* SPDX-License-Identifier: Apache-2.0
 *
 * The bench of the script tests.
 */
#include "script_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"

int
bench_begin(void **state)
{
    struct bench *b = rv_alloc(sizeof(*b));
    if (rv_script_open(&b->script, REEVE_MODULES, 1 << 20, &b->err)) {
        fprintf(stderr, "%s\n", b->err.text);
        return -1;
    }
    b->mock = rv_mock_new();
    *state = b;
    return 0;
}

int
bench_end(void **state)
{
    struct bench *b = *state;
    if (!b)
        return 0;
    rv_mock_free(b->mock);
    rv_script_close(b->script);
    free(b);
    return 0;
}

void
bench_world(struct bench *b, const char *json)
{
    RV_AUTO_JSON cJSON *tree = NULL;
    RV_AUTO_AE_VALUE struct rv_ae_value world = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    if (rv_json_parse(&tree, json, strlen(json), 1 << 20, 0, &err) ||
        rv_ae_from_json(&world, tree, &err) || rv_mock_set(b->mock, &world, &err))
        fail_msg("%s", err.text);
}

int
bench_run(struct bench *b, const char *text)
{
    static const struct rv_ae_domain domain = { .name = "Shop" };
    static const struct rv_ae_class class = { .domain = &domain, .path = "Ops/Crash" };
    const struct rv_ae_method method = {
        .class = &class, .name = "act", .data = text, .data_len = strlen(text)
    };
    const struct rv_script_run run = { .method = &method,
                                       .self = rv_mock_self(b->mock),
                                       .inputs = rv_mock_inputs(b->mock),
                                       .host = rv_mock_host(b->mock),
                                       .limits = b->limits };
    rv_err_clear(&b->err);
    int code = rv_script_run(b->script, &run, &b->result, &b->err);
    assert_int_equal(code, b->err.code);
    return code;
}

void
bench_ok(struct bench *b, const char *text)
{
    if (bench_run(b, text))
        fail_msg("%s (%s)", b->err.text, b->err.hint);
}

const char *
bench_get(struct bench *b, const char *name)
{
    static rv_buf out;
    const struct rv_ae_value *map = rv_mock_attributes(b->mock, rv_mock_self(b->mock));
    const struct rv_ae_value *value = rv_ae_get(map, name);
    rv_buf_free(&out);
    out = rv_buf_limited(1 << 20);
    if (value)
        rv_ae_show(&out, value);
    return value ? rv_buf_text(&out) : "(none)";
}

void
assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in: %s", part, text);
}
