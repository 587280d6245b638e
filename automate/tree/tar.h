/* SPDX-License-Identifier: Apache-2.0
 *
 * Tar archives packed by gzip, as `git archive --format=tar.gz` and `tar czf` make them. Names and
 * contents are packed as one, so that a hundred thousand small files take a tenth of what they take
 * in a zip; they are unpacked one after the other, never all at once. Names are held to what those
 * of a zip are held to; what is neither file nor folder is refused.
 */
#ifndef RV_AE_TAR_H
#define RV_AE_TAR_H

#include "tree/zip.h"

/* Whether it begins as what gzip packs. */
int rv_ae_tar_is(const char *bytes, size_t len);
/* As rv_ae_zip_read, in the order of the archive. most_ratio is not looked at: nothing but the
 * current file is unpacked at any time. */
int rv_ae_tar_read(const char *bytes, size_t len, const struct rv_ae_zip_limits *limits,
                   int (*fn)(void *arg, const char *path, const char *data, size_t len,
                             rv_err *err),
                   void *arg, rv_err *err);

struct rv_ae_tar;
/* The same files give the same bytes: they have no time. */
struct rv_ae_tar *rv_ae_tar_begin(rv_buf *out);
int rv_ae_tar_add(struct rv_ae_tar *tar, const char *path, const char *data, size_t len,
                  rv_err *err);
/* Writes the end and frees tar, whatever it returns. */
int rv_ae_tar_end(struct rv_ae_tar *tar, rv_err *err);
void rv_ae_tar_drop(struct rv_ae_tar *tar); /* instead of the end; NULL allowed */

#endif
