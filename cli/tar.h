/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a tar.gz (ustar), file after file. The first failure sticks and is told at the end.
 */
#ifndef CLI_TAR_H
#define CLI_TAR_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct cli_tar;

/* Takes fd, which is open for writing. mtime_ms: of all files. */
struct cli_tar *cli_tar_open(int fd, int64_t mtime_ms);
/* name: at most 100 bytes, with '/' between folders. */
void cli_tar_add(struct cli_tar *tar, const char *name, const char *bytes, size_t len);
/* The file is whole when this says 0. Frees. */
int cli_tar_close(struct cli_tar *tar, rv_err *err);

#endif
