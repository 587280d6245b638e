/* SPDX-License-Identifier: Apache-2.0
 *
 * What files need beside POSIX's calls.
 */
#ifndef RV_FILE_H
#define RV_FILE_H

#include "base/err.h"

/* The folder in which `path` lies goes to the disk, so that a name that was just made or changed
 * there outlives a power cut. */
int rv_file_sync_folder(const char *path, rv_err *err);

#endif
