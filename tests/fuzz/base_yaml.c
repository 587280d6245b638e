/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML: what is accepted can be said in JSON, within the same depth, and JSON
 * is YAML.
 */
#include "fuzz.h"

#include "base/yaml.h"

enum { MAX_BYTES = 1 << 18 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *tree = NULL;
    int failed = rv_yaml_parse(&tree, (const char *)data, size, MAX_BYTES, &err);
    RV_ASSERT((tree == NULL) == (failed != 0) && failed == err.code);
    if (failed)
        return 0;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(16 * MAX_BYTES);
    RV_ASSERT(rv_json_canonical(&text, tree) == 0);
    RV_AUTO_JSON cJSON *json = NULL;
    RV_ASSERT(rv_json_parse(&json, text.data, text.len, text.limit, 0, &err) == 0);
    RV_ASSERT(cJSON_Compare(tree, json, 1));
    return 0;
}
