/* SPDX-License-Identifier: Apache-2.0
 *
 * Text: UTF-8 checks, numbers, ASCII folding, nearest names, times, sizes.
 */
#ifndef RV_TEXT_H
#define RV_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* 1 when all bytes are well-formed UTF-8 without U+0000. */
int rv_utf8_valid(const char *bytes, size_t len);
/* Length of the longest valid prefix. */
size_t rv_utf8_prefix(const char *bytes, size_t len);
/* Append with every bad byte replaced by U+FFFD; returns how many were replaced. */
size_t rv_utf8_clean(rv_buf *out, const char *bytes, size_t len);

/* Whole text or INVALID; no blanks, no plus, range checked. */
int rv_parse_int(int64_t *out, const char *text, rv_err *err);
/* Decimal; returns its length. As snprintf, at a tenth of the time. */
size_t rv_format_int(char out[24], int64_t value);
int rv_parse_double(double *out, const char *text, rv_err *err);
/* "500ms" "10s" "5m" "2h" "1d", or a bare number of seconds; to ms. */
int rv_parse_duration(int64_t *out_ms, const char *text, rv_err *err);
/* "10", "64KiB", "2MiB", "1GiB", also K M G as 1024's; to bytes. */
int rv_parse_size(int64_t *out_bytes, const char *text, rv_err *err);
/* A number of "ms" or "bytes" in the largest unit that divides it, as the two above take it: "90s",
 * "4MiB". Of another unit: the number. */
void rv_format_in_unit(char out[32], int64_t number, const char *unit);
/* For people, to three figures or four: "512B" "14.2MiB" "931GiB". */
void rv_format_size(char out[24], double bytes);
/* "true", "yes", "on", "1" and "false", "no", "off", "0", in any case; to 1 or 0. */
int rv_parse_flag(int64_t *out, const char *text, rv_err *err);
/* RFC 3339 / ISO 8601 ("2026-11-22", "2026-11-22T10:00:00Z", with fraction and offset) to ms. */
int rv_parse_time(int64_t *out_ms, const char *text, rv_err *err);
/* "2026-11-22T10:00:00Z", with ".123" only when the ms are not 0. out holds 32 bytes. */
void rv_format_time(char out[32], int64_t unix_ms);

int rv_streq(const char *a, const char *b);     /* NULL equals NULL only */
int rv_strcaseeq(const char *a, const char *b); /* ASCII folding */
void rv_lower(char *text);
/* The candidate nearest to name by edit distance (at most a third of its length), or NULL.
 * For "did you mean". candidates ends with NULL. */
const char *rv_nearest(const char *name, const char *const *candidates);

/* Lower-case hex of bytes; out holds 2 * len + 1. */
void rv_hex(char *out, const void *bytes, size_t len);
int rv_base64_decode(rv_buf *out, const char *text, size_t len, rv_err *err);
void rv_base64_encode(rv_buf *out, const void *bytes, size_t len);
/* 0 to 15, -1 when it is no hex digit, in either case. */
int rv_hex_digit(char c);
/* %XX for all but the unreserved characters of RFC 3986, and those of `also`. */
void rv_percent_encode(rv_buf *out, const char *bytes, size_t len, const char *also);

/* 128-bit digest (XXH3) for in-memory keys, 64-bit for content hashes. Not for secrets. */
struct rv_digest {
    uint64_t low, high;
};
struct rv_digest rv_digest_of(const void *bytes, size_t len);
uint64_t rv_hash64(const void *bytes, size_t len, uint64_t seed);

#endif
