/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds where a JSON value ends, in pieces of any size, and checks on the way
 * what must be known before a parser may see it: nesting, number of values,
 * UTF-8. It leaves the grammar to the parser. Inside libreeve-sdk only.
 */
#ifndef RV_SDK_JSON_SCAN_H
#define RV_SDK_JSON_SCAN_H

#include <stdint.h>
#include "reeve/call.h"

/* A parsed value takes about a hundred bytes of memory, a written one may take two ("1,"). */
enum { RV_SDK_JSON_MAX_VALUES = 1 << 20, RV_SDK_JSON_DEPTH = 64, RV_SDK_JSON_MAX_DEPTH = 512 };

/* A whole number of fewer digits is exact in a double. */
enum { RV_SDK_JSON_LONG_DIGITS = 16 };

enum rv_sdk_scan_result {
    RV_SDK_SCAN_MORE, /* all bytes were used, the value goes on */
    RV_SDK_SCAN_END,  /* stopped behind the value */
    RV_SDK_SCAN_FAULT /* stopped at the byte at fault */
};

struct rv_sdk_scan {
    int32_t depth; /* containers that are open */
    int32_t max_depth;
    uint32_t values;
    uint8_t state;
    uint8_t fault;
    uint8_t utf8_left; /* bytes that the character still needs, and bounds of the next one */
    uint8_t utf8_low;
    uint8_t utf8_high;
};

/* max_depth 0: RV_SDK_JSON_DEPTH. */
void rv_sdk_scan_begin(struct rv_sdk_scan *scan, int max_depth);
/* Bytes from the value's first one on. Returns where it stopped. A number or a word ends at the
 * first byte that cannot belong to it, or with the text (MORE; see rv_sdk_scan_in_word). */
const char *rv_sdk_scan_value(struct rv_sdk_scan *scan, const char *at, const char *end,
                              enum rv_sdk_scan_result *result);
/* Not 0 when the value is complete if no more bytes come. */
int rv_sdk_scan_in_word(const struct rv_sdk_scan *scan);
/* Set the call's error for a fault at this offset of the document. */
int rv_sdk_scan_fail(struct reeve_call *call, const struct rv_sdk_scan *scan, uint64_t offset);

static inline int
rv_sdk_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

#endif
