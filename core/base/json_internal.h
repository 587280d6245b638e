/* SPDX-License-Identifier: Apache-2.0
 *
 * What the JSON files share among themselves.
 */
#ifndef RV_JSON_INTERNAL_H
#define RV_JSON_INTERNAL_H

#include "base/json.h"

/* Deeper trees are neither parsed nor printed: both recurse. */
#define RV_JSON_DEEPEST 512

/* Checks text against RFC 8259 without building anything: what cJSON lets pass (raw control
 * characters, 01, a number cut at 63 characters) is refused, and so are bad UTF-8, an escaped
 * U+0000, numbers beyond a double and nesting over max_depth. */
int rv_json_check_text(const char *text, size_t len, int max_depth, rv_err *err);

/* A string with quotes and escapes; bad UTF-8 and U+0000 become U+FFFD. */
void rv_json_add_string(rv_buf *out, const char *text, size_t len);
/* The shortest text that reads back as value, which must be finite. */
void rv_json_add_double(rv_buf *out, double value);

#endif
