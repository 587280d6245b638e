/* SPDX-License-Identifier: Apache-2.0
 *
 * Archives that Python makes, and what is said of them when they are read: for zip and tar alike.
 */
#ifndef TEST_ARCHIVES_H
#define TEST_ARCHIVES_H

#include "../base/check.h"
#include "tree/zip.h"

struct archive_case {
    const char *program; /* what fills the archive; the maker says with what names */
    int code;            /* of reading it */
    const char *said;    /* within the error; with code 0 within "NAME BYTES\n" for each file */
};

extern const struct rv_ae_zip_limits archive_limits;

/* An archive for each program: `maker` writes them as argv[1]/0, argv[1]/1, ... from argv[2:]. */
void archives_make(const char *dir, const char *maker, const char *const *programs, size_t count);
void archive_read(rv_buf *out, const char *dir, size_t index);
/* "NAME BYTES\n" into the rv_buf that arg is. */
int archive_note(void *arg, const char *path, const char *data, size_t len, rv_err *err);
/* Each case comes to its end when `read` is given the archive's bytes. */
void archives_are(const struct archive_case *cases, size_t count, const char *maker,
                  int (*read)(const rv_buf *archive, rv_buf *names, rv_err *err));

#endif
