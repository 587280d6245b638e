/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a tree that lies in a directory.
 */
#ifndef RV_AE_FOLDER_H
#define RV_AE_FOLDER_H

#include <stddef.h>
#include "base/err.h"

/* path is below the directory. Negative, with err set, ends it. */
typedef int (*rv_ae_file_work)(void *arg, const char *path, const char *text, size_t len,
                               rv_err *err);
/* Each file of a tree, in the order of names. Takes over fd, which is the directory's. */
int rv_ae_folder_read(int fd, rv_ae_file_work fn, void *arg, rv_err *err);
/* Of the names and contents of them all, hex. */
int rv_ae_folder_digest(char out[33], const char *path, rv_err *err);

#endif
