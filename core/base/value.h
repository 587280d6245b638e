/* SPDX-License-Identifier: Apache-2.0
 *
 * One value on its way to or from a database; the same on both. Times are
 * integers (ms), flags 0 / 1, JSON is text.
 */
#ifndef RV_VALUE_H
#define RV_VALUE_H

#include <stddef.h>
#include <stdint.h>

enum { RV_NULL = 0, RV_INT = 1, RV_DOUBLE = 2, RV_TEXT = 3 };

typedef struct rv_value {
    int32_t type;
    int32_t len; /* RV_TEXT: bytes, without the terminating NUL that is always there */
    union {
        int64_t i;
        double d;
        const char *text; /* borrowed */
    } v;
} rv_value;

#define RV_VNULL ((rv_value){ .type = RV_NULL })
static inline rv_value
rv_vint(int64_t i)
{
    return (rv_value){ .type = RV_INT, .v.i = i };
}
static inline rv_value
rv_vdouble(double d)
{
    return (rv_value){ .type = RV_DOUBLE, .v.d = d };
}
/* NULL gives RV_VNULL; the text must outlive the value. */
rv_value rv_vtext(const char *text);
rv_value rv_vtext_len(const char *text, size_t len);

#endif
