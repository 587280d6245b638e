/* SPDX-License-Identifier: Apache-2.0
 *
 * Tar archives: whatever is in one, nothing of it is read outside of it, and no more than the
 * limits comes out. What came out can be packed again, and is the same then. Input that is not
 * packed is packed here, and its heads are given the checksums that they should have.
 */
#include "archive.h"

#include <zlib.h>
#include "base/mem.h"
#include "tree/tar.h"
#include "tree/tar_format.h"

static int
add(void *archive, const char *path, const char *data, size_t len, rv_err *err)
{
    return rv_ae_tar_add(archive, path, data, len, err);
}

static void
mend_checksums(char *bytes, size_t size)
{
    struct tar_head head;
    char number[sizeof(head.checksum) + 1];

    for (size_t at = 0; at + sizeof(head) <= size; at += sizeof(head)) {
        memcpy(&head, bytes + at, sizeof(head));
        if (memcmp(head.magic, "ustar", 5) != 0)
            continue;
        snprintf(number, sizeof(number), "%06o ", tar_checksum(&head));
        memcpy(bytes + at + offsetof(struct tar_head, checksum), number, sizeof(head.checksum));
    }
}

static size_t
pack(char *out, size_t room, char *bytes, size_t size)
{
    z_stream z = { .next_in = (unsigned char *)bytes,
                   .avail_in = (uInt)size,
                   .next_out = (unsigned char *)out,
                   .avail_out = (uInt)room };

    RV_ASSERT(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    RV_ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf again = rv_buf_limited(4 << 20);
    struct taken first = { .add = add }, second = { 0 };

    if (size > MAX_BYTES)
        return 0;
    RV_AUTO_FREE char *bytes = rv_alloc(size + 1), *packed = rv_alloc(2 * MAX_BYTES);
    if (size)
        memcpy(bytes, data, size);
    if (rv_ae_tar_is(bytes, size)) {
        memcpy(packed, bytes, size);
    } else {
        mend_checksums(bytes, size);
        size = pack(packed, 2 * MAX_BYTES, bytes, size);
    }
    first.archive = rv_ae_tar_begin(&again);
    if (rv_ae_tar_read(packed, size, &limits, take, &first, &err) < 0) {
        rv_ae_tar_drop(first.archive);
        return 0;
    }
    RV_ASSERT(rv_ae_tar_end(first.archive, &err) == 0);
    RV_ASSERT(rv_ae_tar_read(rv_buf_text(&again), again.len, &limits, take, &second, &err) == 0);
    RV_ASSERT(first.hash == second.hash && first.files == second.files);
    return 0;
}
