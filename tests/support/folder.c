/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders, files and ports of tests.
 */
#include "support/support.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"

char *
rv_test_dir(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = rv_format("%s/reeve-test.XXXXXX", base && *base ? base : "/tmp");

    RV_ASSERT(mkdtemp(dir));
    return dir;
}

static int
remove_one(const char *path, const struct stat *about, int flag, struct FTW *place)
{
    (void)about, (void)flag, (void)place;
    return remove(path);
}

void
rv_test_dir_remove(char *dir)
{
    if (!dir)
        return;
    RV_ASSERT(strstr(dir, "/reeve-test."));
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(dir);
}

void
rv_test_write_file(const char *dir, const char *name, const char *text)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", dir, name);
    FILE *file = fopen(path, "w");

    RV_ASSERT(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

int
rv_test_free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    RV_AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    RV_ASSERT(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    return ntohs(address.sin_port);
}
