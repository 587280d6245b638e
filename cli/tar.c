/* SPDX-License-Identifier: Apache-2.0
 *
 * ustar: a header of 512 bytes before each file, files filled up to 512, two empty blocks at the
 * end; zlib packs it.
 */
#include "tar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "base/mem.h"

enum { BLOCK = 512, NAME_BYTES = 100, CHECKSUM_AT = 148, CHECKSUM_BYTES = 8 };

struct cli_tar {
    gzFile out;
    int64_t mtime_s;
    int failed;
};

struct cli_tar *
cli_tar_open(int fd, int64_t mtime_ms)
{
    struct cli_tar *tar = rv_alloc(sizeof(*tar));
    tar->mtime_s = mtime_ms / 1000;
    tar->out = gzdopen(fd, "wb");
    tar->failed = tar->out == NULL;
    if (tar->failed)
        close(fd);
    return tar;
}

static void
put(struct cli_tar *tar, const char *bytes, size_t len)
{
    while (len > 0 && !tar->failed) {
        unsigned part = len > (1u << 20) ? (1u << 20) : (unsigned)len;
        tar->failed = gzwrite(tar->out, bytes, part) != (int)part;
        bytes += part;
        len -= part;
    }
}

/* The sum of all bytes, blanks in the place of the sum itself. */
static void
set_checksum(char *header)
{
    unsigned sum = 0;
    memset(header + CHECKSUM_AT, ' ', CHECKSUM_BYTES);
    for (int i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    snprintf(header + CHECKSUM_AT, CHECKSUM_BYTES, "%06o", sum);
    header[CHECKSUM_AT + 7] = ' ';
}

void
cli_tar_add(struct cli_tar *tar, const char *name, const char *bytes, size_t len)
{
    char header[BLOCK + 1] = "", nothing[BLOCK] = "";
    RV_ASSERT(strlen(name) < NAME_BYTES);
    memcpy(header, name, strlen(name));
    snprintf(header + 100, 8, "%07o", 0600u);
    snprintf(header + 108, 8, "%07o", 0u);
    snprintf(header + 116, 8, "%07o", 0u);
    snprintf(header + 124, 12, "%011llo", (unsigned long long)len);
    snprintf(header + 136, 12, "%011llo", (unsigned long long)tar->mtime_s);
    header[156] = '0';
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    set_checksum(header);
    put(tar, header, BLOCK);
    put(tar, bytes, len);
    put(tar, nothing, (BLOCK - len % BLOCK) % BLOCK);
}

int
cli_tar_close(struct cli_tar *tar, rv_err *err)
{
    char nothing[2 * BLOCK] = "";
    put(tar, nothing, sizeof(nothing));
    int failed = tar->out == NULL || gzclose(tar->out) != Z_OK || tar->failed;
    free(tar);
    return failed ? rv_fail(err, RV_E_UNAVAILABLE, "write the archive: is the disk full?") : 0;
}
