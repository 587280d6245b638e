/* SPDX-License-Identifier: Apache-2.0
 *
 * Quantities: what is a whole number is nearly the same as a double.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "kubernetes/quantity.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    double number = 0;
    int64_t whole = 0;

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    int as_double = kube_quantity(&number, text), as_int = kube_quantity_int(&whole, text);
    if (as_double == 0 && !isfinite(number))
        abort();
    if (as_int == 0 && as_double != 0)
        abort();
    if (as_int == 0 && fabs((double)whole - number) > 1 + fabs(number) * 1e-9)
        abort();
    free(text);
    return 0;
}
