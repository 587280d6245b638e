/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of the files of any archive, and how two readings are compared.
 */
#ifndef FUZZ_ARCHIVE_H
#define FUZZ_ARCHIVE_H

#include "fuzz.h"

#include <string.h>
#include "base/text.h"
#include "tree/zip.h"

enum { MAX_BYTES = 1 << 18, MAX_FILES = 64 };

static const struct rv_ae_zip_limits limits = {
    .most_files = MAX_FILES, .most_bytes = 1 << 20, .most_file_bytes = 1 << 19, .most_ratio = 100
};

struct taken {
    /* Packs it again; NULL: it is compared only. */
    int (*add)(void *archive, const char *path, const char *data, size_t len, rv_err *err);
    void *archive;
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
    return taken->add ? taken->add(taken->archive, path, data, len, err) : 0;
}

#endif
