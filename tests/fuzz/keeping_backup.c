/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups. What comes is read as a whole file; and, since the sums of its frames keep nearly
 * everything out there, as rows of a table as well: what is decoded encodes to what decodes to the
 * same.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/mem.h"
#include "fuzz.h"
#include "keeping/keeping.h"
#include "keeping/row_code.h"
#include "reeve/kind.h"

static void
read_file(const uint8_t *data, size_t size)
{
    RV_AUTO_FD int fd = memfd_create("backup", MFD_CLOEXEC);
    cJSON *report = NULL;
    rv_err err = RV_ERR_INIT;

    RV_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    RV_AUTO_FREE char *path = rv_format("/proc/self/fd/%d", fd);
    if (rv_keep_inspect(&report, path, NULL, &err) < 0)
        RV_ASSERT(err.text[0] && err.code < 0);
    cJSON_Delete(report);
}

static void
read_rows(const uint8_t *data, size_t size)
{
    struct rv_layout_column columns[] = {
        { (char[]){ "id" }, REEVE_INT, 1 },
        { (char[]){ "name" }, REEVE_STRING, 0 },
        { (char[]){ "share" }, REEVE_DOUBLE, 0 },
        { (char[]){ "enabled" }, REEVE_FLAG, 0 },
    };
    const struct rv_layout_table table = { (char[]){ "t" }, columns, (int)RV_COUNT(columns), 0 };
    const char *at = (const char *)data;
    rv_value row[RV_COUNT(columns)], again[RV_COUNT(columns)];
    rv_err err = RV_ERR_INIT;
    int64_t used;

    while (size > 0 && (used = rv_row_decode(row, &table, at, size, &err)) > 0) {
        RV_AUTO_BUF rv_buf once = rv_buf_limited(RV_ROW_MAX_BYTES);
        RV_AUTO_BUF rv_buf twice = rv_buf_limited(RV_ROW_MAX_BYTES);
        rv_row_encode(&once, &table, row);
        RV_ASSERT(rv_row_decode(again, &table, once.data, once.len, &err) == (int64_t)once.len);
        rv_row_encode(&twice, &table, again);
        RV_ASSERT(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
        at += used;
        size -= (size_t)used;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_file(data, size);
    read_rows(data, size);
    return 0;
}
