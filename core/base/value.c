/* SPDX-License-Identifier: Apache-2.0
 *
 * Values made from texts.
 */
#include "base/value.h"

#include <string.h>
#include "base/err.h"

rv_value
rv_vtext_len(const char *text, size_t len)
{
    if (!text)
        return RV_VNULL;
    RV_ASSERT(len <= INT32_MAX);
    return (rv_value){ .type = RV_TEXT, .len = (int32_t)len, .v.text = text };
}

rv_value
rv_vtext(const char *text)
{
    return text ? rv_vtext_len(text, strlen(text)) : RV_VNULL;
}
