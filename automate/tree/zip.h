/* SPDX-License-Identifier: Apache-2.0
 *
 * Zip archives of a datastore, read and written in memory. Only what such an archive needs: files,
 * stored or deflated; no encryption, no second volume, nothing beyond 4 GiB. What is read is what
 * the archive's directory at its end lists; a name that leads elsewhere ("..", absolute, a drive, a
 * name twice) is refused, and so is more than the limits.
 */
#ifndef RV_AE_ZIP_H
#define RV_AE_ZIP_H

#include "base/buf.h"

struct rv_ae_zip_limits {
    size_t most_files;
    size_t most_bytes;      /* of all files unpacked */
    size_t most_file_bytes; /* of one */
    size_t most_ratio;      /* bytes unpacked for one packed, beyond the first 64 KiB of a file */
};
/* 200,000 files, 512 MiB, 16 MiB, 100. */
extern const struct rv_ae_zip_limits rv_ae_zip_default_limits;

/* Of a file in an archive: relative, with slashes, no empty part, "." or "..", no drive and nothing
 * that a terminal would take for a command. */
int rv_ae_zip_name_is_safe(const char *name);
/* Whether it begins like an archive. */
int rv_ae_zip_is(const char *bytes, size_t len);
/* fn gets each file, in the order of the directory; path and data are lent. Its negative code, with
 * err set, ends it. INVALID says what is wrong with which file; LIMIT which limit. */
int rv_ae_zip_read(const char *bytes, size_t len, const struct rv_ae_zip_limits *limits,
                   int (*fn)(void *arg, const char *path, const char *data, size_t len,
                             rv_err *err),
                   void *arg, rv_err *err);

struct rv_ae_zip;
/* The same files give the same bytes: they have no time. */
struct rv_ae_zip *rv_ae_zip_begin(rv_buf *out);
int rv_ae_zip_add(struct rv_ae_zip *zip, const char *path, const char *data, size_t len,
                  rv_err *err);
/* Writes the directory and frees zip, whatever it returns. */
int rv_ae_zip_end(struct rv_ae_zip *zip, rv_err *err);
void rv_ae_zip_drop(struct rv_ae_zip *zip); /* instead of the end; NULL allowed */

#endif
