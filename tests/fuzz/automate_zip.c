/* SPDX-License-Identifier: Apache-2.0
 *
 * Zip archives: whatever is in one, nothing of it is read outside of it, and no more than the
 * limits comes out. What came out can be packed again, and is the same then.
 */
#include "archive.h"

static int
add(void *archive, const char *path, const char *data, size_t len, rv_err *err)
{
    return rv_ae_zip_add(archive, path, data, len, err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(4 << 20);
    struct taken first = { .add = add, .archive = rv_ae_zip_begin(&packed) }, second = { 0 };

    if (size > MAX_BYTES ||
        rv_ae_zip_read((const char *)data, size, &limits, take, &first, &err) < 0) {
        rv_ae_zip_drop(first.archive);
        return 0;
    }
    RV_ASSERT(rv_ae_zip_end(first.archive, &err) == 0);
    RV_ASSERT(rv_ae_zip_read(rv_buf_text(&packed), packed.len, &limits, take, &second, &err) == 0);
    RV_ASSERT(first.hash == second.hash && first.files == second.files);
    return 0;
}
