/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing archives: each file behind a head of its own, then the directory of them all.
 */
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include "base/mem.h"
#include "tree/zip.h"
#include "tree/zip_format.h"

#define MOST_FILES 1000000
#define SMALL_BYTES 64 /* are not worth the setting up */
#define MOST_DIRECTORY_BYTES (256u << 20)

struct rv_ae_zip {
    rv_buf *out;
    rv_buf directory;
    size_t count;
};

struct head {
    const char *path;
    unsigned method;
    uint32_t checksum, packed, unpacked, offset;
};

static void
put16(rv_buf *out, unsigned number)
{
    rv_buf_add_char(out, (char)(number & 0xff));
    rv_buf_add_char(out, (char)(number >> 8 & 0xff));
}

static void
put32(rv_buf *out, uint32_t number)
{
    put16(out, number & 0xffff);
    put16(out, number >> 16);
}

/* What a file's own head and its line in the directory have in common. */
static void
put_common(rv_buf *out, const struct head *head)
{
    put16(out, ZIP_VERSION);
    put16(out, ZIP_FLAG_UTF8);
    put16(out, head->method);
    put16(out, 0);
    put16(out, ZIP_FIRST_DAY);
    put32(out, head->checksum);
    put32(out, head->packed);
    put32(out, head->unpacked);
    put16(out, (unsigned)strlen(head->path));
    put16(out, 0);
}

static void
put_local(rv_buf *out, const struct head *head, const void *data)
{
    put32(out, ZIP_LOCAL_MAGIC);
    put_common(out, head);
    rv_buf_add_string(out, head->path);
    rv_buf_add(out, data, head->packed);
}

static void
put_central(rv_buf *out, const struct head *head)
{
    put32(out, ZIP_CENTRAL_MAGIC);
    put16(out, 3 << 8 | ZIP_VERSION); /* made on Unix */
    put_common(out, head);
    put16(out, 0);
    put16(out, 0);
    put16(out, 0);
    put32(out, 0100644u << 16);
    put32(out, head->offset);
    rv_buf_add_string(out, head->path);
}

struct rv_ae_zip *
rv_ae_zip_begin(rv_buf *out)
{
    struct rv_ae_zip *zip = rv_alloc(sizeof(*zip));

    zip->out = out;
    zip->directory = rv_buf_limited(MOST_DIRECTORY_BYTES);
    return zip;
}

/* How many bytes it packed, 0 when that would not be fewer. */
static size_t
pack(unsigned char *out, const char *data, size_t len)
{
    if (len < SMALL_BYTES)
        return 0;
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)data,
                   .avail_in = (uInt)len,
                   .next_out = out,
                   .avail_out = (uInt)len };

    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return 0;
    int ended = deflate(&z, Z_FINISH) == Z_STREAM_END;
    size_t packed = z.total_out;
    deflateEnd(&z);
    return ended && packed < len ? packed : 0;
}

int
rv_ae_zip_add(struct rv_ae_zip *zip, const char *path, const char *data, size_t len, rv_err *err)
{
    RV_AUTO_FREE unsigned char *packed = rv_alloc(len + 1);

    if (zip->count == MOST_FILES)
        return rv_fail(err, RV_E_LIMIT, "more than %d files do not fit into a zip archive",
                       MOST_FILES);
    if (strlen(path) > ZIP_NAME_MAX || len > INT32_MAX || zip->out->len > INT32_MAX)
        return rv_fail(err, RV_E_LIMIT, "'%.200s' does not fit into a zip archive", path);
    struct head head = { .path = path,
                         .method = ZIP_DEFLATED,
                         .checksum = (uint32_t)crc32(0, (const unsigned char *)data, (uInt)len),
                         .packed = (uint32_t)pack(packed, data, len),
                         .unpacked = (uint32_t)len,
                         .offset = (uint32_t)zip->out->len };
    if (head.packed == 0) {
        head.method = ZIP_STORED;
        head.packed = (uint32_t)len;
    }
    put_local(zip->out, &head, head.method == ZIP_STORED ? (const void *)data : packed);
    put_central(&zip->directory, &head);
    zip->count++;
    return rv_buf_check(zip->out, err);
}

static void
put64(rv_buf *out, uint64_t number)
{
    put32(out, (uint32_t)(number & 0xffffffff));
    put32(out, (uint32_t)(number >> 32));
}

/* How many files there are, and where that stands. */
static void
put_many(rv_buf *out, size_t count, size_t size, size_t offset)
{
    size_t here = out->len;

    put32(out, ZIP_END64_MAGIC);
    put64(out, ZIP_END64_BYTES - 12);
    put16(out, ZIP_VERSION64);
    put16(out, ZIP_VERSION64);
    put32(out, 0);
    put32(out, 0);
    put64(out, count);
    put64(out, count);
    put64(out, size);
    put64(out, offset);
    put32(out, ZIP_PLACE64_MAGIC);
    put32(out, 0);
    put64(out, here);
    put32(out, 1);
}

int
rv_ae_zip_end(struct rv_ae_zip *zip, rv_err *err)
{
    rv_buf *out = zip->out, *directory = &zip->directory;
    size_t offset = out->len;

    int rc = rv_buf_check(directory, err);
    rv_buf_add(out, rv_buf_text(directory), directory->len);
    unsigned count = zip->count < ZIP_MANY ? (unsigned)zip->count : ZIP_MANY;
    if (count == ZIP_MANY)
        put_many(out, zip->count, directory->len, offset);
    put32(out, ZIP_END_MAGIC);
    put16(out, 0);
    put16(out, 0);
    put16(out, count);
    put16(out, count);
    put32(out, (uint32_t)directory->len);
    put32(out, (uint32_t)offset);
    put16(out, 0);
    rv_ae_zip_drop(zip);
    return rc < 0 ? rc : rv_buf_check(out, err);
}

void
rv_ae_zip_drop(struct rv_ae_zip *zip)
{
    if (zip)
        rv_buf_free(&zip->directory);
    free(zip);
}
