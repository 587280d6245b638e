/* SPDX-License-Identifier: Apache-2.0
 *
 * Zip archives: whatever is in one, nothing of it is read outside of it, and no more than the
 * limits comes out. What came out can be packed again, and is the same then.
 */
#include "fuzz.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "tree/zip.h"

enum { MAX_BYTES = 1 << 18, MAX_FILES = 64 };

static const struct rv_ae_zip_limits limits = {
    .most_files = MAX_FILES, .most_bytes = 1 << 20, .most_file_bytes = 1 << 19, .most_ratio = 100
};

struct taken {
    struct rv_ae_zip *zip; /* NULL: they are compared */
    uint64_t hash;
    size_t files, bytes;
};

static int
take(void *arg, const char *path, const char *data, size_t len, rv_err *err)
{
    struct taken *taken = arg;

    RV_ASSERT(*path && *path != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../") &&
              rv_utf8_valid(path, strlen(path)));
    taken->files++;
    taken->bytes += len;
    taken->hash = rv_hash64(path, strlen(path), taken->hash);
    taken->hash = rv_hash64(data, len, taken->hash);
    RV_ASSERT(taken->files <= MAX_FILES && taken->bytes <= limits.most_bytes);
    return taken->zip ? rv_ae_zip_add(taken->zip, path, data, len, err) : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(4 << 20);
    struct taken first = { .zip = rv_ae_zip_begin(&packed) }, second = { 0 };

    if (size > MAX_BYTES ||
        rv_ae_zip_read((const char *)data, size, &limits, take, &first, &err) < 0) {
        rv_ae_zip_drop(first.zip);
        return 0;
    }
    RV_ASSERT(rv_ae_zip_end(first.zip, &err) == 0);
    RV_ASSERT(rv_ae_zip_read(rv_buf_text(&packed), packed.len, &limits, take, &second, &err) == 0);
    RV_ASSERT(first.hash == second.hash && first.files == second.files);
    return 0;
}
