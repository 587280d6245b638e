/* SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel says of a process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

int64_t
bench_proc_bytes(pid_t pid, const char *file, const char *name)
{
    char path[64], line[256];
    int64_t sum = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    in = fopen(path, "re");
    while (in && fgets(line, sizeof(line), in))
        if (strncmp(line, name, strlen(name)) == 0)
            sum += strtoll(line + strcspn(line, "0123456789"), NULL, 10) * 1024;
    if (in)
        fclose(in);
    return sum;
}
