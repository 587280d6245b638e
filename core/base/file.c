/* SPDX-License-Identifier: Apache-2.0
 *
 * fsync of a file does not keep its name.
 */
#include "base/file.h"

#include <fcntl.h>
#include <libgen.h>
#include <unistd.h>
#include "base/mem.h"

int
rv_file_sync_folder(const char *path, rv_err *err)
{
    RV_AUTO_FREE char *copy = rv_strdup(path);
    RV_AUTO_FD int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return rv_fail_errno(err, "sync the folder of '%s'", path);
    return 0;
}
