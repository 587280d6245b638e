/* SPDX-License-Identifier: Apache-2.0
 *
 * Times, durations, sizes and numbers: a time that is understood reads back
 * from its own text.
 */
#include "fuzz.h"

#include <math.h>
#include "base/mem.h"
#include "base/text.h"

/* The years 0000 to 9999: what four digits can say. */
static int
is_writable(int64_t unix_ms)
{
    return unix_ms >= -62167219200000 && unix_ms <= 253402300799999;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    RV_AUTO_FREE char *text = rv_strndup((const char *)data, size);
    rv_err err = RV_ERR_INIT;
    int64_t value = -1, again = -1;
    double real;
    if (rv_parse_time(&value, text, &err) == 0) {
        char formatted[32];
        rv_format_time(formatted, value);
        int same = rv_parse_time(&again, formatted, &err) == 0 && again == value;
        RV_ASSERT(same || !is_writable(value));
    }
    if (rv_parse_duration(&value, text, &err) == 0)
        RV_ASSERT(value >= 0);
    if (rv_parse_size(&value, text, &err) == 0)
        RV_ASSERT(value >= 0);
    if (rv_parse_double(&real, text, &err) == 0)
        RV_ASSERT(isfinite(real));
    if (rv_parse_int(&value, text, &err) == 0) {
        RV_AUTO_FREE char *digits = rv_format("%lld", (long long)value);
        RV_ASSERT(rv_parse_int(&again, digits, &err) == 0 && again == value);
    }
    return 0;
}
