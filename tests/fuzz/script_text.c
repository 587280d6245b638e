/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods' texts: whatever they say, they end by themselves or by a limit, their memory comes back,
 * and what they did to the mock can be shown. The globals of what compiles can be looked for.
 */
#include "fuzz.h"

#include <string.h>
#include "base/mem.h"
#include "script/mock.h"

enum { MAX_BYTES = 1 << 14 };

static struct rv_script *script;

static void
ignore_remark(void *arg, int line, const char *global, const char *text)
{
    (void)arg;
    RV_ASSERT(line > 0 && global && text);
}

static void
begin(void)
{
    rv_err err = RV_ERR_INIT;
    if (script)
        return;
    rv_script_open(&script, REEVE_MODULES, 1 << 20, &err);
    RV_ASSERT(script);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_BYTES)
        return 0;
    begin();
    RV_AUTO_FREE char *text = rv_alloc(size + 1);
    memcpy(text, data, size);
    const struct rv_ae_method method = { .name = "a/method", .data = text, .data_len = size };
    struct rv_mock *mock = rv_mock_new();
    const struct rv_script_run run = {
        .method = &method,
        .self = rv_mock_self(mock),
        .host = rv_mock_host(mock),
        .inputs = rv_mock_inputs(mock),
        .limits = { .memory_bytes = 2 << 20, .instructions = 200000, .time_ms = 5000, .depth = 4 }
    };
    struct rv_script_result result;
    rv_err err = RV_ERR_INIT, looked = RV_ERR_INIT;
    rv_script_globals(script, "a/method", text, size, ignore_remark, NULL, &looked);
    int code = rv_script_run(script, &run, &result, &err);
    RV_ASSERT(code == 0 || code == RV_E_INVALID || code == RV_E_LIMIT || code == RV_E_TIMEOUT);
    RV_ASSERT(result.memory_peak <= 2 << 20);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(64 << 20);
    rv_ae_to_json(&out, rv_mock_attributes(mock, rv_mock_self(mock)), &err);
    rv_mock_free(mock);
    return 0;
}
