/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON: what is accepted has a canonical form, which is its own canonical form.
 */
#include "fuzz.h"

#include <string.h>
#include "base/json.h"

enum { MAX_BYTES = 1 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *first = NULL;
    int failed = rv_json_parse(&first, (const char *)data, size, MAX_BYTES, 0, &err);
    RV_ASSERT((first == NULL) == (failed != 0) && failed == err.code);
    if (failed)
        return 0;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(16 * MAX_BYTES);
    RV_ASSERT(rv_json_canonical(&text, first) == 0);
    RV_AUTO_JSON cJSON *second = NULL;
    RV_ASSERT(rv_json_parse(&second, text.data, text.len, text.limit, 0, &err) == 0);
    RV_AUTO_BUF
    rv_buf again = rv_buf_limited(16 * MAX_BYTES);
    RV_ASSERT(rv_json_canonical(&again, second) == 0);
    RV_ASSERT(again.len == text.len && memcmp(again.data, text.data, text.len) == 0);
    return 0;
}
