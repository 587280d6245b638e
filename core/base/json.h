/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON with limits: parsing over cJSON (depth, size, UTF-8 checked first), a
 * canonical form, and a writer that needs no tree.
 */
#ifndef RV_JSON_H
#define RV_JSON_H

#include <cjson/cJSON.h>
#include "base/buf.h"

#define RV_JSON_MAX_DEPTH 64

/* *out is the caller's (cJSON_Delete). LIMIT over max_bytes or max_depth (0: 64); INVALID with
 * the offset for a syntax error, bad UTF-8 or an escaped U+0000. Integers outside of 2^53 lose
 * digits in cJSON: keep such as strings. */
int rv_json_parse(cJSON **out, const char *text, size_t len, size_t max_bytes, int max_depth,
                  rv_err *err);
void rv_json_delete_p(cJSON **json);
#define RV_AUTO_JSON __attribute__((cleanup(rv_json_delete_p)))
/* Overwrites every text of this value and below it, before cJSON_Delete. NULL allowed. */
void rv_json_wipe(cJSON *json);
/* Object keys sorted bytewise (the last of equal ones stays), no blanks, shortest number form
 * that reads back. LIMIT when out has no room or the tree is deeper than 512, INVALID for what
 * JSON cannot say (not finite, cJSON_Raw); out then holds a part. */
int rv_json_canonical(rv_buf *out, const cJSON *json);

/* Getters for objects of our own making: NULL or fallback when absent or of another type. */
const char *rv_json_string(const cJSON *object, const char *name);
int64_t rv_json_int(const cJSON *object, const char *name, int64_t fallback);
int rv_json_flag(const cJSON *object, const char *name, int fallback);
/* Of an object of others': INVALID, "unknown key 'x' in WHERE" with the nearest key as hint, when
 * it has a member that is not among keys, which end with NULL. */
int rv_json_check_keys(const cJSON *object, const char *const *keys, const char *where,
                       rv_err *err);

/* Writer: commas and escapes are its business. Nesting to 32 levels. */
typedef struct rv_json_writer {
    rv_buf *out;
    int depth;
    uint32_t has_items; /* bit per level */
    int after_name;
} rv_json_writer;

rv_json_writer rv_json_to(rv_buf *out);
void rv_jw_object(rv_json_writer *w);
void rv_jw_end_object(rv_json_writer *w);
void rv_jw_array(rv_json_writer *w);
void rv_jw_end_array(rv_json_writer *w);
void rv_jw_name(rv_json_writer *w, const char *name);
void rv_jw_string(rv_json_writer *w, const char *text); /* NULL writes null */
void rv_jw_string_len(rv_json_writer *w, const char *text, size_t len);
void rv_jw_int(rv_json_writer *w, int64_t value);
void rv_jw_double(rv_json_writer *w, double value); /* not finite: null */
void rv_jw_flag(rv_json_writer *w, int value);
void rv_jw_null(rv_json_writer *w);
void rv_jw_raw(rv_json_writer *w, const char *json, size_t len); /* one value, already JSON */
void rv_jw_time(rv_json_writer *w, int64_t unix_ms);             /* ISO 8601 string */

#endif
