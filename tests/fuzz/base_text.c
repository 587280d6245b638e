/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that claim to be text: cleaned they are UTF-8; base64 of them decodes
 * to them; and as base64 they decode only to what encodes to them.
 */
#include "fuzz.h"

#include <string.h>
#include "base/text.h"

enum { MAX_BYTES = 1 << 22 };

/* What decodes is, blanks apart, the text that encoding gives. */
static void
check_decoding(const char *text, size_t len)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf decoded = rv_buf_limited(MAX_BYTES);
    RV_AUTO_BUF
    rv_buf again = rv_buf_limited(2 * MAX_BYTES);
    if (rv_base64_decode(&decoded, text, len, &err))
        return;
    rv_base64_encode(&again, rv_buf_text(&decoded), decoded.len);
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        if (memchr(" \r\n\t", text[i], 4) == NULL)
            RV_ASSERT(at < again.len && again.data[at++] == text[i]);
    }
    RV_ASSERT(at == again.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf clean = rv_buf_limited(MAX_BYTES);
    size_t replaced = rv_utf8_clean(&clean, bytes, size);
    RV_ASSERT((replaced == 0) == rv_utf8_valid(bytes, size));
    RV_ASSERT(clean.failed || rv_utf8_valid(rv_buf_text(&clean), clean.len));

    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(MAX_BYTES);
    RV_AUTO_BUF
    rv_buf again = rv_buf_limited(MAX_BYTES);
    rv_base64_encode(&text, bytes, size);
    if (!text.failed) {
        RV_ASSERT(rv_base64_decode(&again, rv_buf_text(&text), text.len, &err) == 0);
        RV_ASSERT(again.len == size && memcmp(rv_buf_text(&again), bytes, size) == 0);
    }
    check_decoding(bytes, size);
    return 0;
}
