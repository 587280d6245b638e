/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON of the other side: bounded parsing, getters that walk a path and know
 * what to say when something has another shape than expected, and a reader
 * that takes a long list apart item by item while it arrives.
 */
#ifndef REEVE_JSON_H
#define REEVE_JSON_H

#include <stdint.h>
#include "reeve/call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A value; opaque (cJSON inside). NULL stands for "absent" and is accepted by every getter. */
struct reeve_json;

/* Parse one value. Refuses more than max_depth levels (0: 64, at most 512) or a million values
 * (LIMIT) and bytes that are not UTF-8 (PROTOCOL, with the offset). The escape \u0000 becomes
 * U+FFFD. *out is the caller's, freed with reeve_json_free. */
int reeve_json_parse(struct reeve_call *call, const char *text, uint64_t len, int max_depth,
                     struct reeve_json **out);
void reeve_json_free(struct reeve_json *json);

/* Walk: dots between member names, [N] for an element: "spec.containers[0].name". A member whose
 * name holds a dot or bracket: reeve_json_member. NULL when any step is absent or null. */
const struct reeve_json *reeve_json_get(const struct reeve_json *json, const char *path);
const struct reeve_json *reeve_json_member(const struct reeve_json *json, const char *name);
/* Value at path ("" or NULL: json itself), or fallback when absent or of another type.
 * reeve_json_int gives the fallback for 1.5 and for what 64 bits do not hold; whole numbers are
 * exact (written with a point or an exponent, up to 2^53). reeve_json_double rounds as doubles do.
 */
const char *reeve_json_string(const struct reeve_json *json, const char *path,
                              const char *fallback);
int64_t reeve_json_int(const struct reeve_json *json, const char *path, int64_t fallback);
double reeve_json_double(const struct reeve_json *json, const char *path, double fallback);
int reeve_json_flag(const struct reeve_json *json, const char *path, int fallback);
/* RFC 3339 text to milliseconds; fallback when absent or not a time. */
int64_t reeve_json_time(const struct reeve_json *json, const char *path, int64_t fallback);
int reeve_json_has(const struct reeve_json *json, const char *path);

/* The same, but absence or another type is an error that names path and what was found:
 * PROTOCOL. *out is borrowed from json. */
int reeve_json_need_string(struct reeve_call *call, const struct reeve_json *json, const char *path,
                           const char **out);
int reeve_json_need_object(struct reeve_call *call, const struct reeve_json *json, const char *path,
                           const struct reeve_json **out);
/* A whole number of 64 bits, exactly. */
int reeve_json_need_int(struct reeve_call *call, const struct reeve_json *json, const char *path,
                        int64_t *out);
/* An id, which some systems write as a text and some as a number: a string as it is, or a whole
 * number of any length in digits, exactly; what may have lost digits (1e20, 1.5) is refused. *out
 * is borrowed from json, or scratch memory of the call. */
int reeve_json_need_id(struct reeve_call *call, const struct reeve_json *json, const char *path,
                       const char **out);

/* Children of an array or object in order: first, then next; name is NULL in an array. */
const struct reeve_json *reeve_json_first(const struct reeve_json *json, const char *path);
const struct reeve_json *reeve_json_next(const struct reeve_json *item);
const char *reeve_json_name(const struct reeve_json *item);
uint64_t reeve_json_count(const struct reeve_json *json, const char *path);
enum {
    REEVE_JSON_NULL = 0,
    REEVE_JSON_FLAG,
    REEVE_JSON_NUMBER,
    REEVE_JSON_STRING,
    REEVE_JSON_ARRAY,
    REEVE_JSON_OBJECT
};
int reeve_json_type(const struct reeve_json *json); /* absent: REEVE_JSON_NULL */
/* Compact text, scratch memory of the call. */
char *reeve_json_text(struct reeve_call *call, const struct reeve_json *json);
/* A text of another one's making (UTF-8) as a JSON string, with its quotes, into a buffer of the
 * caller's own: no copy of a secret stays anywhere else. As snprintf: returns the length of the
 * whole; when that is not less than size, the text was cut off. out may be NULL when size is 0. */
uint64_t reeve_json_quote(char *out, uint64_t size, const char *bytes, uint64_t len);

/* Takes {"...": ..., "items": [ {...}, {...} ], ...} apart while it arrives. Only one item is
 * in memory at a time, whatever the whole's size. */
struct reeve_json_list;

struct reeve_json_list_config {
    uint64_t size;
    const char *list;        /* name of the member that holds the array: "items"; NULL: the document
                              * is the array. It must be there; null counts as empty */
    uint64_t max_item_bytes; /* 0: 16 MiB */
    int32_t max_depth;       /* 0: 64 */
    int32_t reserved;
    /* One item; a negative return ends the reading with that class. item is freed after. */
    int (*item)(struct reeve_call *call, void *arg, const struct reeve_json *item);
    /* Every other top-level member, in whatever order they come; may be NULL. */
    int (*member)(struct reeve_call *call, void *arg, const char *name,
                  const struct reeve_json *value);
    void *arg;
};

int reeve_json_list_open(struct reeve_call *call, const struct reeve_json_list_config *config,
                         struct reeve_json_list **out);
/* Feed bytes as they come. */
int reeve_json_list_feed(struct reeve_json_list *list, const char *bytes, uint64_t len);
/* All bytes were fed: fails with PROTOCOL when the document is not finished ("cut off after N
 * bytes"). Frees list in any case. */
int reeve_json_list_close(struct reeve_json_list *list);
void reeve_json_list_abort(struct reeve_json_list *list); /* free only; NULL allowed */

#ifdef __cplusplus
}
#endif
#endif
