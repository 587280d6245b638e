/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing tar archives, packed as they come.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "base/mem.h"
#include "tree/tar.h"
#include "tree/tar_format.h"

enum { PIECE_BYTES = 16 << 10, NAME_MAX_BYTES = 1024 };
#define MOST_FILE_BYTES (64u << 20)

struct rv_ae_tar {
    rv_buf *out;
    z_stream z;
};

static void
pack(struct rv_ae_tar *tar, const void *data, size_t len, int flush)
{
    unsigned char piece[PIECE_BYTES];

    tar->z.next_in = (unsigned char *)(uintptr_t)data;
    tar->z.avail_in = (uInt)len;
    do {
        tar->z.next_out = piece;
        tar->z.avail_out = sizeof(piece);
        int done = deflate(&tar->z, flush);
        RV_ASSERT(done == Z_OK || done == Z_STREAM_END || done == Z_BUF_ERROR);
        rv_buf_add(tar->out, piece, sizeof(piece) - tar->z.avail_out);
    } while (tar->z.avail_out == 0);
}

struct rv_ae_tar *
rv_ae_tar_begin(rv_buf *out)
{
    struct rv_ae_tar *tar = rv_alloc(sizeof(*tar));

    tar->out = out;
    int done = deflateInit2(&tar->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
                            Z_DEFAULT_STRATEGY);
    RV_ASSERT(done == Z_OK); /* else memory is exhausted */
    return tar;
}

static void
put(struct rv_ae_tar *tar, char type, const char *name, const char *data, size_t len)
{
    static const char nothing[TAR_BLOCK];
    struct tar_head head = { .mode = "0000644",
                             .owner = "0000000",
                             .group = "0000000",
                             .time = "00000000000",
                             .type = type,
                             .magic = "ustar",
                             .version = { '0', '0' } };
    char number[sizeof(head.size) + 1];

    memcpy(head.name, name, strnlen(name, sizeof(head.name)));
    snprintf(number, sizeof(number), "%011zo", len);
    memcpy(head.size, number, sizeof(head.size));
    snprintf(number, sizeof(number), "%06o", tar_checksum(&head));
    memcpy(head.checksum, number, 7);
    head.checksum[7] = ' ';
    pack(tar, &head, sizeof(head), Z_NO_FLUSH);
    pack(tar, data, len, Z_NO_FLUSH);
    if (len % TAR_BLOCK)
        pack(tar, nothing, TAR_BLOCK - len % TAR_BLOCK, Z_NO_FLUSH);
}

/* A line whose length counts its own digits, too. */
static void
put_long_name(struct rv_ae_tar *tar, const char *path)
{
    char line[NAME_MAX_BYTES + 32];
    size_t rest = strlen(" path=") + strlen(path) + 1, size = rest + 1;

    while ((size_t)snprintf(line, sizeof(line), "%zu path=%s\n", size, path) != size)
        size++;
    put(tar, TAR_MORE, "more", line, size);
}

int
rv_ae_tar_add(struct rv_ae_tar *tar, const char *path, const char *data, size_t len, rv_err *err)
{
    if (strlen(path) > NAME_MAX_BYTES || len > MOST_FILE_BYTES)
        return rv_fail(err, RV_E_LIMIT, "'%.200s' does not fit into a tar archive", path);
    if (strlen(path) > sizeof(((struct tar_head *)0)->name))
        put_long_name(tar, path);
    put(tar, TAR_FILE, path, data, len);
    return rv_buf_check(tar->out, err);
}

int
rv_ae_tar_end(struct rv_ae_tar *tar, rv_err *err)
{
    static const char nothing[2 * TAR_BLOCK];
    rv_buf *out = tar->out;

    pack(tar, nothing, sizeof(nothing), Z_FINISH);
    rv_ae_tar_drop(tar);
    return rv_buf_check(out, err);
}

void
rv_ae_tar_drop(struct rv_ae_tar *tar)
{
    if (tar)
        deflateEnd(&tar->z);
    free(tar);
}
