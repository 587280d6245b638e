/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML with limits: one document, read by libyaml into a cJSON tree by the
 * JSON-like core schema (null, true/false, integers, floats; the rest strings).
 * Anchors and aliases are refused, so that nothing expands.
 */
#ifndef RV_YAML_H
#define RV_YAML_H

#include "base/json.h"

/* *out is the caller's (cJSON_Delete). INVALID with line and column; LIMIT over max_bytes or
 * RV_JSON_MAX_DEPTH. Duplicate keys are INVALID. A text without a document (empty, comments
 * only) gives null. Whole numbers with a leading zero or beyond 2^53 are strings. */
int rv_yaml_parse(cJSON **out, const char *text, size_t len, size_t max_bytes, rv_err *err);

#endif
